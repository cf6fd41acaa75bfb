"""Functions that make LangChain objects; LangChain is imported when one is called."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from etude.config.study import Generation, Model
from etude.errors import UserError
from etude.retrieval import Retriever

if TYPE_CHECKING:
    from etude.config.precision import Precision
    from etude.engine.load import Loaded
    from etude.langchain.chat import EtudeChat
    from etude.langchain.retriever import EtudeRetriever


def as_retriever(retriever: Retriever, k: int = 5) -> EtudeRetriever:
    """A retriever of ours as LangChain's `BaseRetriever`: `invoke`, `ainvoke`, `batch`.

    It gives k documents, the nearest first, whose metadata holds `document`, `title`, `start`,
    `end`, `score` and what the document has (`url`, `licence`, ...). UserError without the extra.
    """
    needs_langchain()
    from etude.langchain.retriever import EtudeRetriever

    return EtudeRetriever(retriever=retriever, k=k)


def chat_model(
    base: str = "etude-mini",
    *,
    precision: Precision = "fp32",
    max_tokens: int = 128,
    temperature: float = 0.0,
) -> EtudeChat:
    """A base, loaded in this process, as a chat model of LangChain.

    `base` and `precision` are what `model:` in a study takes. UserError without the extra, or
    where the base cannot be loaded.
    """
    needs_langchain()
    from etude.engine.base import find_base
    from etude.engine.load import load

    model = Model(base=base, precision=precision)
    loaded = load(find_base(base), model, precision)
    generation = Generation(max_tokens=max_tokens, temperature=temperature)
    return made(loaded, generation, None, base)


def chat_model_of(run: Path, approach: str, *, seed: int | None = None) -> EtudeChat:
    """The model of an approach of a finished run, as a chat model of LangChain.

    It has the approach's weights, precision and way of writing answers, and its system prompt
    where a chat brings none; task prompt, worked examples and passages are the chain's own
    (`approach_of` brings them along). UserError without the extra, for an approach that is not
    there or was not finished, and for one that names classes.
    """
    needs_langchain()
    from etude.approaches.answering import load_approach
    from etude.approaches.keys import context_settings

    study, _, _, loaded = load_approach(run, approach, seed)
    system = context_settings(study, approach)[1]
    return made(loaded, study.generation, system, f"{run.name}/{approach}")


def approach_of(run: Path, approach: str, *, seed: int | None = None) -> EtudeChat:
    """An approach of a finished run, whole: a question goes in, the answer comes out.

    It does what the approach did in the study: its prompt, its worked examples, passages from the
    run's own index, its weights. `response_metadata` holds the `passages` that stood in the prompt,
    `[1]` first, and the numbers of those that the answer has `cited`. Columns that a template names
    are given with the question: `invoke(question, columns={"title": "Elm"})`.

    UserError without the extra, for an approach that is not there or was not finished, for one
    that names classes, and where its documents were changed since.
    """
    needs_langchain()
    from etude.approaches.answering import open_approach
    from etude.langchain.chat import EtudeChat
    from etude.langchain.prompts import as_approach

    opened = open_approach(run, approach, seed=seed)
    name = f"{run.name}/{approach}"
    if not opened.writes:
        opened.close()
        raise UserError(
            f"{name} names classes and writes nothing: ask it by open_approach of "
            "etude.approaches.answering, or name an approach that writes."
        )
    return EtudeChat(
        loaded=opened.loaded,
        generation=opened.study.generation,
        put=partial(as_approach, opened),
        name_of_model=name,
        identity={"run": str(run), "seed": opened.job.seed, "whole": True},
    )


def made(loaded: Loaded, generation: Generation, system: str | None, name: str) -> EtudeChat:
    """A loaded model that can write, as a chat model."""
    from etude.langchain.chat import EtudeChat
    from etude.langchain.prompts import as_it_is

    if loaded.labels is not None or loaded.speaker.encoder_only:
        raise UserError(f"{name} names classes and writes nothing: name an approach that writes.")
    return EtudeChat(
        loaded=loaded,
        generation=generation,
        put=partial(as_it_is, loaded.speaker, generation, system),
        name_of_model=name,
        identity={"system": system},
    )


def needs_langchain() -> None:
    """UserError where LangChain is not installed."""
    try:
        import langchain_core  # noqa: F401 - whether it is there
    except ImportError:
        raise UserError(
            "LangChain is not installed here: install the extra, pip install 'etude[langchain]'."
        ) from None
