"""The network of an approach without storage: to be counted, and to try a tuning's settings on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from etude.approaches.order import labels, maker, precision
from etude.config.precision import Precision
from etude.config.study import Study
from etude.config.tuning import Tune
from etude.engine.base import Base
from etude.engine.load import class_for, load_config
from etude.engine.quantize import plain_linear, refuse_quantized
from etude.training.estimate import Added, Skeleton, skeleton, with_method
from etude.training.noise import for_training


def empty_network(base: Base, study: Study, classes: Sequence[str] | None) -> Any:
    """The model's layers without storage, to count and to try a method on.

    With `classes`, it ends in a classification head.
    """
    import torch

    trust = study.model.trust_remote_code
    config = load_config(base, trust_remote_code=trust)
    refuse_quantized(config, base.name)
    automatic = class_for(config, classes)
    if classes is not None:
        config.num_labels = len(classes)
        if config.pad_token_id is None:
            config.pad_token_id = 0  # heads ask for one; any will do where nothing is computed
    with torch.device("meta"), plain_linear(config.model_type):
        return automatic.from_config(config, trust_remote_code=trust)


def set_up(
    study: Study,
    base: Base,
    classes: Sequence[str] | None,
    number_format: Precision,
    tune: Tune,
) -> tuple[Skeleton, Added]:
    """A network with a tuning's method on it, as its training would have it.

    Raises `UserError` where this model cannot have what the tuning asks for.
    """
    network = skeleton(empty_network(base, study, classes), number_format)
    added = with_method(network, tune.method)
    for_training(added.network, tune)
    return network, added


def alters_network(asked: Tune, tune: Tune) -> bool:
    """Whether a search may ask something else of the network than the tuning as it stands."""
    names = ("method", "dropout", "activation_checkpointing")
    return any(getattr(asked, name) != getattr(tune, name) for name in names)


def borrowed(study: Study, name: str, base: Base) -> int:
    """Estimated bytes of the adapter that an approach answers with but does not tune itself."""
    made_by = maker(study, name)
    if made_by is None or made_by == name:
        return 0
    tune = study.approaches[made_by].tune
    assert tune is not None  # noqa: S101 - a maker tunes
    empty = empty_network(base, study, labels(study, name))
    network = skeleton(empty, precision(study, name))
    return with_method(network, tune.method).added_bytes
