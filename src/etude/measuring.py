"""What a study's metrics need besides the answers: an encoder's vectors, a dictionary.

The encoder runs in a process of its own, and only for texts that have no vectors yet.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

from etude.approaches.order import Job
from etude.approaches.retrieved import place_for, read_retrieved
from etude.child import in_child
from etude.config import Study
from etude.config.measuring import Encoder
from etude.data import read_data
from etude.engine.base import Base, find_base
from etude.engine.encoders import place_of
from etude.errors import UserError
from etude.metrics import METRICS, Means, expand
from etude.metrics.dictionary import Dictionary, read_dictionary
from etude.metrics.encoded import Encoded, Settings, missing, read_baseline
from etude.metrics.metric import Need
from etude.progress import Progress
from etude.records import Example, Prediction


def means_for(
    study: Study,
    folder: Path,
    examples: Sequence[Example],
    predictions: Mapping[str, Mapping[int, Sequence[Prediction]]],
    progress: Progress,
    names: Iterable[str] | None = None,
) -> Means:
    """What these metrics (the study's, unless others are named) need to score these answers.

    Raises:
        UserError: where the encoder or the dictionary cannot be read.
    """
    asked = study.metrics if names is None else tuple(names)
    encoded: Encoded | None = None
    if needing("encoder", asked) and study.encoder is not None:
        texts = [text for example in examples for text in example.references]
        for by_seed in predictions.values():
            texts += [item.text for made in by_seed.values() for item in made]
        encoded = encode(study, study.encoder, folder, texts, progress)
    dictionary: Dictionary | None = None
    if needing("dictionary", asked) and study.dictionary is not None:
        settings = study.dictionary
        train = read_data(folder).train if settings.material else ()
        dictionary = read_dictionary(settings.path, train, use_material=settings.material)
    passages = passage_texts(folder, predictions) if needing("passage_texts", asked) else None
    return Means(encoded=encoded, dictionary=dictionary, passages=passages)


def passage_texts(
    folder: Path, predictions: Mapping[str, Mapping[int, Sequence[Prediction]]]
) -> dict[str, Callable[[str], str]]:
    """By approach, the text of a chunk by its id, from what the run has frozen."""
    places = {
        name: place_for(Job(name, seed).place(folder))
        for name, by_seed in predictions.items()
        for seed in list(by_seed)[:1]
    }
    return {name: read_retrieved(place).text for name, place in places.items() if place is not None}


def needing(need: Need, names: Iterable[str]) -> list[str]:
    """The metrics that need something."""
    return [name for name in expand(names) if need in METRICS[name].needs]


def encode(
    study: Study, settings: Encoder, folder: Path, texts: Sequence[str], progress: Progress
) -> Encoded:
    """The vectors of texts; those that are not on disk are made first."""
    base = find_encoder(settings)
    place = place_of(base, settings.layer, folder)
    file, baseline = settings.baseline, None
    if file is not None:
        baseline = read_baseline(file, place.layer)
    if new := missing(place.folder, texts):
        task = {
            "do": "embed",
            "base": {"name": base.name, "folder": str(base.folder), "digest": base.digest},
            "place": str(place.folder.absolute()),
            "layer": place.layer,
            "layers": place.layers,
            "texts": new,
            "batch_size": settings.batch_size,
            "device": study.model.device,
        }
        in_child(task, folder / "log.txt", progress)
    own = Settings(settings.idf, baseline, Path(file).name if file is not None else "")
    return Encoded(place.folder, own)


def find_encoder(settings: Encoder) -> Base:
    """The encoder on disk.

    Raises:
        UserError: saying so of `encoder.base`.
    """
    try:
        return find_base(settings.base, settings.revision)
    except UserError as error:
        raise UserError(str(error).replace("model.base", "encoder.base")) from None
