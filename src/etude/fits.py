"""Whether an approach fits its base: what cannot be is refused, with the reason and what can."""

from __future__ import annotations

from etude.approaches.order import given_folder, precision
from etude.config import methods
from etude.config.low_rank import AdaLora
from etude.config.methods import Head, PrefixTuning, below_head
from etude.config.precision import in_words, recorded
from etude.config.study import Study
from etude.config.tuning import Tune
from etude.engine.base import Base
from etude.engine.folders import is_adapter, labels_of
from etude.engine.load import Speaker
from etude.errors import UserError
from etude.store import read_json
from etude.training.methods.adalora import phases
from etude.training.schedules import warmup_steps


def check_tuning(name: str, tune: Tune, speaker: Speaker, limit: int | None) -> None:
    """Refuse a tuning whose settings cannot mean what they say on this model."""
    if tune.packing and speaker.encoder_decoder:
        raise UserError(
            f"approaches.{name}.tune.packing puts examples into one sequence, which the encoder of "
            "an encoder-decoder would read as one text: remove it."
        )
    if tune.packing and limit is None:
        raise UserError(
            f"approaches.{name}.tune.packing fills sequences up to a length, but this model has no "
            "longest one: set tune.max_tokens."
        )
    if speaker.encoder_decoder and tune.supervise != "response":
        raise UserError(
            f"approaches.{name}.tune.supervise is {tune.supervise}, but an encoder-decoder writes "
            "nothing but the response: use supervise: response."
        )
    if isinstance(tune.method, Head) and tune.supervise != "response":
        raise UserError(
            f"approaches.{name}.tune.supervise is {tune.supervise}, but a classification head "
            "learns the label and nothing of the prompt: use supervise: response."
        )
    if tune.packing and isinstance(tune.method, Head):
        raise UserError(
            f"approaches.{name}.tune.packing puts examples into one sequence, and a classification "
            "head names one class a sequence: remove it."
        )
    if tune.packing and tune.mix is not None:
        raise UserError(
            f"approaches.{name}.tune.packing puts examples of several sources into one sequence, "
            "and mix could not say how often each is seen: remove one of the two."
        )
    if tune.packing and methods.virtual_tokens(tune.method):
        raise UserError(
            f"approaches.{name}.tune.packing puts examples into one sequence, which would have "
            f"{tune.method.name}'s virtual tokens once and not before each example: remove it."
        )
    if tune.activation_checkpointing and isinstance(below_head(tune.method), PrefixTuning):
        raise UserError(
            f"approaches.{name}.tune.activation_checkpointing computes layers again, without the "
            "keys and values that prefix-tuning puts before theirs: remove it, or use "
            "prompt-tuning."
        )


def check_steps(name: str, tune: Tune, steps: int) -> None:
    """Refuse a warm-up that never ends, and rank that there is no time to take away."""
    if isinstance(body := methods.below_head(tune.method), AdaLora):
        phases(body, steps)
    if (warm := warmup_steps(tune.schedule, steps)) >= steps:
        raise UserError(
            f"approaches.{name}.tune warms up for {warm} of its {steps} steps, so the learning "
            "rate would never reach its peak: train longer, or use schedule: constant."
        )


def check_given(study: Study, name: str, base: Base, speaker: Speaker) -> None:
    """Weights from a folder are asked as they were trained, or not at all."""
    given = given_folder(study, name)
    if given is None or not (given / "etude.json").exists():
        return
    facts = read_json(given / "etude.json")
    if facts["markup"]["template"] != speaker.markup.template:
        raise UserError(
            f"approaches.{name}.weights was trained with the markup {facts['markup']['name']}, "
            f"but this study writes turns as {speaker.markup.name}: set model.markup accordingly."
        )
    if facts["precision"] != recorded(precision(study, name)):
        raise UserError(
            f"approaches.{name}.weights was trained in {in_words(facts['precision'])}, but this "
            f"study loads it in {in_words(recorded(precision(study, name)))}: set model.precision "
            "accordingly."
        )
    trained_on = facts.get("base", {"digest": base.digest})  # older weights do not say
    if is_adapter(given) and trained_on["digest"] != base.digest:
        raise UserError(
            f"approaches.{name}.weights is an adapter trained on {trained_on['name']}, but the "
            f"files of {base.name} are others: an adapter fits only the base it was trained on, so "
            "set model.base accordingly."
        )


def check_labels(study: Study, name: str) -> None:
    """A head from a folder tells the study's labels apart, and no others."""
    given = given_folder(study, name)
    known = labels_of(given) if given is not None else None
    if known is not None and known != study.data.labels:
        raise UserError(
            f"approaches.{name}.weights has a head for the classes {', '.join(known)}, but "
            f"data.labels are {', '.join(study.data.labels) or 'not given'}: write them as the "
            "head has them, in its order."
        )
