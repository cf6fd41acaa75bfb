"""What is learnt beside passages: the citation of the gold passage, silence where it is not."""

from __future__ import annotations

import random
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import models
from etude.approaches.targets import in_words, right_answer, supporting, with_marks
from etude.config.study import Compare, Model, Prompt
from etude.engine.context import Context
from etude.engine.encode import encode_pairs
from etude.engine.load import Speaker, load_speaker
from etude.evaluate import evaluate
from etude.metrics.citations import cited, said
from etude.metrics.metric import Means
from etude.prompts.passages import SILENCE, Answer, Passages, Shown, asked
from etude.records import Chunk, Example, Hit, Message, Prediction
from etude.training.encode import encode_all
from etude.training.material import read_material, write_material

SILENT = SILENCE["en"]


def chunk(document: str, text: str, start: int = 0) -> Chunk:
    return Chunk(document, "", text, start, start + len(text))


def example(reference: str, *gold: str, name: str = "q1") -> Example:
    return Example(name, "task", (Message("user", "?"),), (reference,), gold_passages=gold)


ELM = "The river of Elm is 423 metres long. It was painted red by the people of Elm."
BRINE = "The river of Brine is 100 metres long. It was painted blue by the people of Brine."
SHOWN: Shown = [(chunk("b", BRINE), None), (chunk("e", ELM), None)]


@pytest.mark.parametrize(
    ("asks", "reference", "gold", "text", "kind"),
    [
        ("cite", "423 metres", ["e"], "423 metres [2]", "cites"),
        ("cite", "423 metres", ["e:0-60"], "423 metres [2]", "cites"),
        ("cite", "It is long.", ["b", "e"], "It is long. [1, 2]", "cites"),
        ("cite", "7 metres", ["z"], "7 metres", "unsupported"),
        ("cite", "423 metres", [], "423 metres", "unknown"),
        ("cite", " \n", ["e"], " \n", "unknown"),
        ("abstain", "423 metres", ["e"], "423 metres", "supported"),
        ("abstain", "7 metres", ["z"], SILENT, "silent"),
        ("abstain", "423 metres", [], "423 metres", "unknown"),
        ("both", "423 metres", ["e"], "423 metres [2]", "cites"),
        ("both", "7 metres", ["z"], SILENT, "silent"),
    ],
)
def test_right_answers(asks: str, reference: str, gold: list[str], text: str, kind: str) -> None:
    silence = SILENT if asks in ("abstain", "both") else None
    found = right_answer(
        example(reference, *gold), SHOWN, cite=asks in ("cite", "both"), silence=silence
    )
    assert (found.text, found.kind) == (text, kind)


def test_of_a_gold_document_the_piece_that_holds_the_answer_is_cited() -> None:
    pieces: Shown = [(chunk("e", "Elm is old."), None), (chunk("e", ELM, 100), None)]
    assert supporting(["e"], "423 metres", pieces) == [2]
    assert supporting(["e"], "RED.", pieces) == [2]
    assert supporting(["e"], "3 metres", pieces) == [1, 2]  # no word of its own there: any may
    assert supporting(["e"], "a river", pieces) == [1, 2]


def test_what_was_cut_away_supports_nothing() -> None:
    cut: Shown = [(chunk("e", ELM), ELM.index("It was"))]
    assert supporting(["e"], "423 metres", cut) == [1]
    assert supporting(["e"], "red", cut) == []
    assert right_answer(example("red", "e"), cut, cite=True, silence=SILENT).text == SILENT


@given(
    reference=st.text().filter(lambda text: text.strip() and not cited(text)),
    numbers=st.lists(st.integers(1, 50), min_size=1, max_size=5, unique=True),
)
def test_a_mark_goes_as_it_came(reference: str, numbers: list[int]) -> None:
    marked = with_marks(reference, numbers)
    assert cited(marked) == numbers
    assert said(marked).rstrip() == reference.rstrip()


def test_what_is_learnt_in_words() -> None:
    assert in_words({}) == ""
    assert in_words({"silent": 2, "cites": 1200}) == (
        "Of 1,202 training answers 1,200 end with the number of the passage that supports them, as "
        "[1]; 2 say that the passages do not hold it, as none that does is shown."
    )


# From prompt to tokens to metric, on a planted case


@cache
def speaker(shape: str = "llama") -> Speaker:
    folder = models.folder_of(shape)
    return load_speaker(models.base_of(folder), Model(base=str(folder)))


def planted(count: int = 3) -> tuple[list[Example], Context]:
    """Questions whose gold passage stands first, second, third, beyond `count`, or nowhere."""
    chance, examples, found = random.Random(5), [], dict[str, list[Hit]]()
    for number in range(20):
        length = f"{chance.randint(100, 999)} metres"
        gold = chunk(f"gold{number}", f"The church is {length} away. The fox runs home again.")
        others = [chunk(f"other{number}-{n}", "The dog is lazy. It is behind.") for n in range(4)]
        rank = number % 5
        hits = [*others[:rank], gold, *others[rank:]] if rank < 4 else others
        found[f"q{number}"] = [Hit(item, 1 / place) for place, item in enumerate(hits, 1)]
        examples.append(example(length, gold.document, name=f"q{number}"))

    def answer(item: Example, shown: Shown) -> Answer:
        return right_answer(item, shown, cite=True, silence=SILENT)

    sentences = asked("en", cite=True, abstain=True)
    passages = Passages(
        lambda item: found[item.id],
        count,
        "{passages}\n\n{question}",
        *sentences,
        answer,
    )
    return examples, Context(Prompt(), None, lambda _: (), passages)


def learnt(shape: str, limit: int | None) -> tuple[list[str], list[str], dict[str, int]]:
    """Prompts and answers as the loss sees them, and what the answers are."""
    examples, context = planted()
    material = encode_all(speaker(shape), examples, context, "response", limit)
    tokenizer = speaker(shape).tokenizer
    assert limit is None or all(row.length <= limit for row in material.rows)
    prompts = [tokenizer.decode(row.prompt) for row in material.rows]
    answers = [tokenizer.decode(row.answer, skip_special_tokens=True) for row in material.rows]
    return prompts, [text.strip() for text in answers], dict(material.targets)


@pytest.mark.parametrize("shape", ["llama", "t5"])
def test_the_loss_sees_the_citation_of_that_prompt(shape: str) -> None:
    examples, _ = planted()
    _, answers, kinds = learnt(shape, None)
    wanted = [
        f"{item.references[0]} [{number % 5 + 1}]" if number % 5 < 3 else SILENT
        for number, item in enumerate(examples)
    ]
    assert answers == wanted
    assert kinds == {"cites": 12, "silent": 8}


def test_where_passages_give_way_so_do_their_citations() -> None:
    """With less and less room the answer learnt is always one that its own prompt holds."""
    counts = []
    for limit in range(120, 190, 6):
        prompts, answers, kinds = learnt("llama", limit)
        for prompt, answer in zip(prompts, answers, strict=True):
            if numbers := cited(answer):
                passage = prompt.partition(f"[{numbers[0]}] ")[2].partition("[")[0]
                assert said(answer) in passage
            else:
                assert answer == SILENT
        counts.append(kinds.get("cites", 0))
    assert counts[0] < counts[-1] == 12
    assert len(set(counts)) > 2


def test_what_is_learnt_is_kept_with_the_tokens(tmp_path: Path) -> None:
    path = tmp_path / "rows.safetensors"
    examples, context = planted()
    write_material(path, encode_all(speaker(), examples, context, "response", None))
    assert read_material(path).targets == {"cites": 12, "silent": 8}


def predictions(texts: Sequence[str]) -> list[Prediction]:
    """These texts as answers to the planted prompts."""
    examples, context = planted()
    return [
        Prediction(item.id, "rag", 13, text, 9, 1, "stop", 0.1, passages=prompt.passages)
        for (item, prompt), text in zip(
            encode_pairs(speaker(), examples, context, None), texts, strict=True
        )
    ]


METRICS = ["exact-match", "squad-f1", "citations", "right-passage", "abstention"]


def scored(texts: Sequence[str]) -> dict[str, float]:
    examples, context = planted()
    assert context.passages is not None
    hits = [hit for item in examples for hit in context.passages.found(item)]
    held = {hit.chunk.id: hit.chunk.text for hit in hits}
    found = evaluate(
        examples,
        {"rag": {13: predictions(texts)}},
        METRICS,
        Compare(resamples=100),
        "en",
        13,
        grouped=False,
        means=Means(passages={"rag": held.__getitem__}),
    )
    return {score.metric: score.value for score in found.scores}


def test_a_model_that_has_learnt_its_targets_is_right_by_every_metric() -> None:
    examples, _ = planted()
    answers = learnt("llama", None)[1]
    right = scored(answers)
    answered = sum(answer != SILENT for answer in answers) / len(answers)
    assert right["exact-match"] == right["squad-f1"] == pytest.approx(answered)
    assert {right[name] for name in ("citation-precision", "citation-recall")} == {1.0}
    assert right["right-passage"] == right["abstention"] == 1.0
    # Without its marks the same answers are as right, and cite nothing.
    bare = scored([said(answer) for answer in answers])
    assert bare["exact-match"] == right["exact-match"]
    assert bare["squad-f1"] == right["squad-f1"]
    assert np.isnan(bare["citation-precision"])
    assert bare["citation-recall"] == 0.0
    # With a wrong mark they are as right, and cite wrongly.
    wrong = scored(
        [
            f"{said(answer)} [{cited(answer)[0] % 3 + 1}]" if cited(answer) else answer
            for answer in answers
        ]
    )
    assert wrong["exact-match"] == right["exact-match"]
    assert wrong["citation-precision"] == wrong["citation-recall"] == 0.0
    # References where nothing was shown are right words that should not have been said.
    bold = scored([item.references[0] for item in examples])
    assert bold["exact-match"] == 1.0
    assert bold["abstention"] == pytest.approx(answered)
