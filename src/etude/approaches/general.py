"""General text before and after each tuning: what a model has forgotten of it.

What the weights of one key make of the passages is a file of `general/` in the run folder, written
by the process that holds these weights. So the base is measured once for all that start from it,
and what is measured already is not measured again.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from etude.approaches.keys import untuned_key, weights_key
from etude.approaches.order import Job, given_folder, labels, layers, maker, precision
from etude.config.study import Study
from etude.data.languages import language_of
from etude.engine.base import Base
from etude.errors import UserError
from etude.progress import Progress
from etude.store import fingerprint, read_json, write_json

if TYPE_CHECKING:
    from etude.engine.load import Loaded

Item = TypeVar("Item")

TEXTS = Path(__file__).parent.parent / "texts"
LEAST_WORDS = 20  # of a paragraph: headings and lines of verse are no passages
MOST_BYTES = 8_000_000  # of a file that are read; more is not needed for some passages
AT_ONCE = 8  # passages of a batch
FORMAT = 1  # raised by hand when the measurement changes its meaning


@dataclass(frozen=True, slots=True)
class Measured:
    """What a tuning started from, by name, and the keys of the weights before and after it."""

    start: str
    before: str
    after: str


def passages(study: Study) -> list[str]:
    """The paragraphs that are measured, evenly from all there are; the same for the same study."""
    given, count = study.forgetting.text, study.forgetting.passages
    files = evenly(text_files(given), count)
    stats = [(path, path.stat()) for path in files]
    every = read_paragraphs(tuple((path, at.st_size, at.st_mtime_ns) for path, at in stats))
    if not every:
        raise UserError(
            f"forgetting.text: {given} holds no paragraph of {LEAST_WORDS} words or more: name a "
            "text in paragraphs with blank lines between them, or leave it out."
        )
    return evenly(every, count)


def evenly(items: Sequence[Item], count: int) -> list[Item]:
    """At most so many of some things, evenly from all."""
    count = min(count, len(items))
    return [items[number * len(items) // count] for number in range(count)]


@lru_cache(maxsize=4)  # a run asks for the same text at every approach
def read_paragraphs(files: tuple[tuple[Path, int, int], ...]) -> list[str]:
    """The paragraphs of files, which are told apart by their sizes and times."""
    return [text for path, _, _ in files for text in paragraphs(path)]


def text_files(given: str | None) -> list[Path]:
    """The files of general text. UserError where there is none."""
    path = TEXTS if given is None else Path(given)
    files = sorted(path.glob("*.txt")) if path.is_dir() else [path] if path.is_file() else []
    if not files:
        found = "a folder without .txt files" if path.is_dir() else "not there"
        raise UserError(
            f"forgetting.text: expected a text file or a folder of .txt files, but {given} is "
            f"{found}: correct the path, or leave it out to use the package's own text."
        )
    return files


def paragraphs(path: Path) -> Iterator[str]:
    """The paragraphs of a file, each on one line."""
    with path.open("rb") as file:
        text = file.read(MOST_BYTES)
    try:
        whole = text.decode("utf-8", "strict" if len(text) < MOST_BYTES else "ignore")
    except UnicodeDecodeError as error:
        raise UserError(
            f"forgetting.text: {path} is no UTF-8 text ({error.reason} at byte {error.start}): "
            "write it in UTF-8."
        ) from None
    for part in whole.replace("\r\n", "\n").split("\n\n"):
        if len(part.split()) >= LEAST_WORDS:
            yield " ".join(part.split())


def measured(study: Study, job: Job, base: Base, data_hash: str) -> Measured | None:
    """What is measured of the tuning whose weights a job uses; None where nothing is.

    A classification head writes nothing, so there is nothing to measure.
    """
    name = maker(study, job.approach)
    if name is None or not study.forgetting.passages or labels(study, name) is not None:
        return None
    origin = study.approaches[name].weights
    after = weights_key(study, Job(name, job.seed), base, data_hash)
    if origin in study.approaches and maker(study, str(origin)) is not None:
        before = weights_key(study, Job(str(origin), job.seed), base, data_hash)
        return Measured(str(origin), before, after)
    return Measured(origin or study.model.base, untuned_key(study, name, base), after)


def general_path(study: Study, folder: Path, key: str) -> Path:
    """Where is kept what the weights of a key make of the passages."""
    settings = study.forgetting
    asked = {"format": FORMAT, "weights": key, "tokens": settings.tokens, "text": passages(study)}
    return folder / "general" / f"{fingerprint(asked)[:24]}.json"


def is_measured(study: Study, job: Job, folder: Path, base: Base, data_hash: str) -> bool:
    """Whether the weights that a job uses, and what they were tuned from, are measured."""
    wanted = measured(study, job, base, data_hash)
    return wanted is None or all(
        general_path(study, folder, key).exists() for key in (wanted.before, wanted.after)
    )


def general_text(study: Study, job: Job, folder: Path, base: Base, data_hash: str) -> Any:
    """What was measured: `{start, before, after}`; None where nothing is to be measured."""
    wanted = measured(study, job, base, data_hash)
    if wanted is None:
        return None
    paths = [general_path(study, folder, key) for key in (wanted.before, wanted.after)]
    before, after = (read_json(path) if path.exists() else None for path in paths)
    return {"start": wanted.start, "before": before, "after": after}


def measure_missing(task: dict[str, Any], progress: Progress) -> None:
    """Measure what a job lacks, loading the models anew. Runs in a child process."""
    from etude.data import read_data
    from etude.engine.base import find_base
    from etude.engine.load import load

    study, folder = Study.model_validate(task["study"]), Path(task["folder"])
    job, data = Job(*task["job"]), read_data(folder)
    base = find_base(study.model.base, study.model.revision)
    wanted = measured(study, job, base, data.hash)
    if wanted is None:
        return
    name = str(maker(study, job.approach))
    given, start = given_folder(study, name), wanted.start
    before = [given] if given is not None else []
    if start in study.approaches:
        before = layers(study, Job(start, job.seed), folder)
    for key, folders in ((wanted.before, before), (wanted.after, layers(study, job, folder))):
        path = general_path(study, folder, key)
        if not path.exists():
            loaded = load(base, study.model, precision(study, job.approach), folders)
            write_measured(study, loaded, path, key, progress)


def measure_after(
    study: Study,
    job: Job,
    folder: Path,
    base: Base,
    data_hash: str,
    loaded: Loaded,
    progress: Progress,
) -> None:
    """Measure the weights that a job uses, tuned or not, where a tuning is compared with them.

    Of several training seeds the first, of several processes the first does it.
    """
    from etude.engine import processes

    if not processes.is_first() or job.seed != study.seed:
        return
    key = weights_key(study, job, base, data_hash)
    if key not in keys_wanted(study, job.seed, base, data_hash):
        return
    path = general_path(study, folder, key)
    if not path.exists():
        write_measured(study, loaded, path, key, progress)


def keys_wanted(study: Study, seed: int, base: Base, data_hash: str) -> set[str]:
    """Keys of all weights that are measured in this study."""
    every = (measured(study, Job(name, seed), base, data_hash) for name in study.approaches)
    return {key for item in every if item is not None for key in (item.before, item.after)}


def write_measured(study: Study, loaded: Loaded, path: Path, key: str, progress: Progress) -> None:
    """Score the passages and keep what came of it."""
    from etude.training.batch_size import halved, out_of_memory

    texts, size = passages(study), AT_ONCE
    rows: list[dict[str, Any]] = []
    while len(rows) < len(texts):
        progress("general text", len(rows), len(texts), "")
        try:
            found = score(loaded, texts[len(rows) : len(rows) + size], study.forgetting.tokens)
        except (RuntimeError, MemoryError) as error:
            if size == 1 or not out_of_memory(error):
                raise
            size = halved(size)
            continue
        rows += found
    progress("general text", len(texts), len(texts), "")
    files = [file.name for file in text_files(study.forgetting.text)]
    write_json(path, {"key": key, "files": files, "passages": rows})


def score(loaded: Loaded, texts: list[str], limit: int) -> list[dict[str, Any]]:
    """Language, tokens and log-probability (natural) of each text.

    A decoder reads the text from its first token on. An encoder-decoder reads its first half, and
    the second half is scored.
    """
    from etude.engine.generate import log_likelihoods

    prompts, answers = zip(*(divided(loaded, text, limit) for text in texts), strict=True)
    values = log_likelihoods(loaded, prompts, answers)
    return [
        {"language": language_of(text), "tokens": len(answer), "logprob": value}
        for text, answer, value in zip(texts, answers, values, strict=True)
    ]


def divided(loaded: Loaded, text: str, limit: int) -> tuple[list[int], list[int]]:
    """Token ids that a text begins with, and those that are scored."""
    speaker = loaded.speaker
    limit = min(limit, speaker.context or limit)
    tokenizer = speaker.tokenizer
    if speaker.encoder_decoder:
        words = text.split()
        halves = " ".join(words[: len(words) // 2]), " ".join(words[len(words) // 2 :])
        asked = tokenizer(halves[0], verbose=False).input_ids[: limit // 2]
        return asked, tokenizer(halves[1], add_special_tokens=False).input_ids[: limit // 2]
    ids: list[int] = tokenizer(text, verbose=False).input_ids
    if ids[-1] == speaker.end_id:
        ids = ids[:-1]
    return ids[:1], ids[1:limit]
