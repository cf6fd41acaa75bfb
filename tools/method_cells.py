"""One cell of the table of methods: a method, a precision, an architecture, and what came of them.

A cell is tried as a study would: the tiny model is loaded, tuned for a few steps, its weights
folder is written and read again, it is asked, and merged where that is exact. What `etude plan`
refuses is not tried; the reason is the cell's.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import torch
from pydantic import TypeAdapter

from etude.checks import check
from etude.config.methods import AnyMethod, Head, Method, VirtualTokens, below_head, merges
from etude.config.precision import Precision, compute_of
from etude.config.study import Generation, Model, Study
from etude.config.tuning import AdamW, Constant, Tune
from etude.engine.adapters import merge, save_weights
from etude.engine.batch import Encoded, collate
from etude.engine.classifier import draw_head
from etude.engine.generate import generate
from etude.engine.head import supervised_logits
from etude.engine.load import Loaded, dtype_of, load
from etude.errors import UserError
from etude.store import file_hash
from etude.training.methods import METHODS, prepare, trainable
from etude.training.run import Run, begin
from etude.training.train import take_step
from tools.architectures import ARCHITECTURES, WRITERS, base_of

PRECISIONS: dict[str, Any] = {
    "fp32": "fp32",
    "bf16": "bf16",
    "fp16": "fp16",
    "int8": {"name": "int8"},
    "nf4": {"name": "nf4"},
    "nf4, single": {"name": "nf4", "double_quantization": False},
    "nf4, fp32": {"name": "nf4", "compute": "fp32"},
}
# Families that differ from one of these in nothing that a method looks at are tried elsewhere
# (tests/test_families.py).
SPARED = {"Gemma 2", "Gemma 3", "Falcon 40B", "Phi-3", "DeBERTa", "ModernBERT"}
WRITING = [name for name in WRITERS if name not in SPARED]
NAMING = [name for name in ARCHITECTURES if name not in SPARED]
LABELS = ("negative", "neutral", "positive")
STEPS = 6
SMALL: dict[str, dict[str, Any]] = {  # settings that fit models of two layers
    "selective": {"last_layers": 1},
    "adalora": {"r": 2, "start_r": 4},
    "vera": {"r": 8},
    "bottleneck": {"size": 4, "placement": "houlsby"},
    "prompt-tuning": {"tokens": 4},
    "p-tuning": {"tokens": 4},
    "prefix-tuning": {"tokens": 4},
}
RATES = dict.fromkeys(("full", "selective", "rslora", "dora", "pissa"), 3e-3)
LARGE = {False: 3e-2, True: 1e-2}  # of the others, which learn few numbers: without a head, with
EXACT = 1e-6  # between log-probabilities of the same weights, computed twice in the same way
NEAR = {"fp32": 1e-4, "bf16": 0.1, "fp16": 0.02}  # and where they are summed in another order


@dataclass(frozen=True, slots=True)
class Place:
    """A place in the table. `method` stands below a classification head where `head` is true.

    The method called head is the head that learns alone.
    """

    architecture: str
    method: str
    precision: str
    head: bool = False


@dataclass(frozen=True, slots=True)
class Cell:
    """What came of a place.

    `trained` counts parameters that learnt, `weights` the bytes of the loaded model. `reload` and
    `merged` are the largest differences of log-probabilities to the trained model; `merged` is
    None where there is no exact merge. `refused` is the reason, where it is refused, and `failed`
    is what went wrong, where something did.
    """

    place: Place
    trained: int = 0
    weights: int = 0
    before: float = 0.0
    after: float = 0.0
    reload: float = 0.0
    merged: float | None = None
    refused: str | None = None
    failed: str | None = None


class Failed(Exception):
    """Something that the page would otherwise claim is not so."""


def places() -> Iterator[Place]:
    """Every place of the table."""
    for precision in PRECISIONS:
        for architecture in WRITING:
            for method in METHODS:
                if method != "head":
                    yield Place(architecture, method, precision)
        for architecture in NAMING:
            for method in METHODS:
                yield Place(architecture, method, precision, head=True)


def method_of(name: str, *, head: bool = False) -> AnyMethod:
    """A method with settings for tiny models; `head` puts it below a classification head."""
    if name == "head":
        return Head()
    method = TypeAdapter(Method).validate_python({"name": name, **SMALL.get(name, {})})
    return Head(body=method) if head else method


def precision_of(name: str) -> Precision:
    """A precision as the study file would give it."""
    found: Precision = TypeAdapter(Precision).validate_python(PRECISIONS[name])
    return found


def refusal(place: Place) -> str | None:
    """Why `etude plan` refuses a place, on any architecture; None where it does not."""
    return refused_by_plan(place.method, place.precision, place.head)


@cache
def refused_by_plan(method: str, precision: str, head: bool) -> str | None:
    """The refusal of a study with this method, without the name of its approach."""
    study = {
        "name": "table",
        "model": {"base": "random-llama", "precision": PRECISIONS[precision]},
        "data": {
            "task": "classify" if head else "generate",
            "labels": LABELS if head else (),
            "sources": {"rows": {"kind": "csv", "path": "rows.csv"}},
        },
        "approaches": {"it": {"tune": {"method": method_of(method, head=head)}}},
        "metrics": ["accuracy"] if head else ["rouge"],
    }
    try:
        check(Study.model_validate(study))
    except UserError as error:
        return str(error).partition(": ")[2]
    return None


def attempt(place: Place) -> Cell:
    """What comes of a place."""
    if (reason := refusal(place)) is not None:
        return Cell(place, refused=reason)
    forget_accelerate()
    try:
        return tried(place)
    except Failed as failure:
        return Cell(place, failed=str(failure))
    except Exception as error:  # noqa: BLE001 - whatever it is belongs in the table
        first = (str(error).splitlines() or [""])[0][:120]
        return Cell(place, failed=f"{type(error).__name__}: {first}")


def tried(place: Place) -> Cell:
    """Train, write, read again, compare, ask, merge."""
    base, method = base_of(place.architecture), method_of(place.method, head=place.head)
    model, precision = Model(base=str(base.folder)), precision_of(place.precision)
    labels = LABELS if place.head else None
    before_all = file_hash(base.folder / "model.safetensors")
    loaded = load(base, model, precision, labels=labels)
    weights = loaded.weights_bytes
    if labels is not None:
        draw_head(loaded.model, 3)
    rows = rows_of(place.head)
    run = run_of(loaded, method, precision, rows)
    parameters = sum(item.numel() for item in trainable(loaded.model).values())
    losses = [loss_of_step(run) for _ in range(STEPS)]
    if not losses[-1] < losses[0] - 0.01:
        raise Failed(f"its loss went from {losses[0]:.3f} to {losses[-1]:.3f}")
    network = run.accelerator.unwrap_model(run.network, keep_fp32_wrapper=False).eval()
    parameters = sum(item.numel() for item in trainable(network).values())
    with TemporaryDirectory() as temporary:
        folder = Path(temporary) / "weights"
        dtype = dtype_of(precision)
        save_weights(network, method, folder, dtype=dtype, base=place.architecture, labels=labels)
        read = load(base, model, precision, [folder])
        reload, merged = compared(replace(loaded, model=network), read, place, rows)
    if file_hash(base.folder / "model.safetensors") != before_all:
        raise Failed("the base on the disk has changed")
    return Cell(place, parameters, weights, losses[0], losses[-1], reload, merged)


def run_of(loaded: Loaded, method: AnyMethod, precision: Precision, rows: list[Encoded]) -> Run:
    """A training run of a few steps over the same batch."""
    name = getattr(below_head(method), "name", "head")
    tune = Tune(
        method=method,
        optimizer=AdamW(learning_rate=RATES.get(name, LARGE[isinstance(method, Head)])),
        schedule=Constant(),
        max_steps=STEPS,
        epochs=STEPS,
        batch_size=len(rows),
        dropout=0.0,  # so that the losses of two steps can be compared
        clip=None,
    )
    return begin(
        prepare(loaded.model, method, 3),
        tune,
        rows,
        rows,
        precision=precision,
        seed=1,
        pad_id=loaded.speaker.pad_id,
        decoder_start_id=None if loaded.labels else loaded.decoder_start_id,
    )


def loss_of_step(run: Run) -> float:
    """Take a step; the mean loss before it."""
    sums, tokens = run.position.loss_sum, run.position.loss_tokens
    take_step(run)
    return (run.position.loss_sum - sums) / (run.position.loss_tokens - tokens)


def compared(
    trained: Loaded, read: Loaded, place: Place, rows: list[Encoded]
) -> tuple[float, float | None]:
    """How far the model that was read again, and the merged one, are from the trained one."""
    method = method_of(place.method, head=place.head)
    as_used(trained, read)
    near = NEAR[compute_of(precision_of(place.precision))]
    mine, again = losses(trained, rows), losses(read, rows)
    reload = float((again - mine).abs().max())
    if not reload <= (near if place.method == "pissa" else EXACT):
        raise Failed(f"read again it differs by {reload:.1e}")
    if not place.head:
        # In fewer digits, what shares a batch decides ties; virtual tokens are read by `generate`.
        plain = place.precision == "fp32" and not isinstance(method, VirtualTokens)
        check_answers(trained, read, [row.prompt for row in rows], by_library=plain)
    if not merges(method) or not isinstance(precision_of(place.precision), str):
        return reload, None
    merged = losses(replace(read, model=merge(read.model)), rows)
    gap = float((merged - mine).abs().max())
    if not gap <= near:
        raise Failed(f"merged it differs by {gap:.1e}")
    return reload, gap


def as_used(trained: Loaded, read: Loaded) -> None:
    """Make of a trained model, in place, what it is in use: training computes by autocast."""
    own = dict(read.model.named_parameters())
    for name, item in trained.model.named_parameters():
        if name in own and item.dtype != own[name].dtype and item.is_floating_point():
            item.data = item.data.to(own[name].dtype)


def check_answers(
    trained: Loaded, read: Loaded, prompts: list[tuple[int, ...]], *, by_library: bool
) -> None:
    """Both must write the same, and what transformers' own `generate` writes."""
    generation = Generation(max_tokens=5)
    written = [answer.text for answer in generate(read, prompts, generation)]
    if [answer.text for answer in generate(trained, prompts, generation)] != written:
        raise Failed("the model that was read again answers otherwise")
    if by_library and written != [greedy(read, prompt, 5) for prompt in prompts]:
        raise Failed("transformers' generate answers otherwise")


def greedy(loaded: Loaded, prompt: Sequence[int], tokens: int) -> str:
    """transformers' own greedy answer to one prompt, without any padding."""
    speaker = loaded.speaker
    ids = torch.tensor([prompt], device=loaded.device)
    written = loaded.model.generate(
        input_ids=ids,
        attention_mask=torch.ones_like(ids),
        do_sample=False,
        max_new_tokens=tokens,
        eos_token_id=list(speaker.stop_ids),
        pad_token_id=speaker.pad_id,
        decoder_start_token_id=loaded.decoder_start_id,
    )[0].tolist()
    new = written[1:] if speaker.encoder_decoder else written[len(prompt) :]
    return str(speaker.tokenizer.decode(new, skip_special_tokens=True)).strip()


def rows_of(classes: bool) -> list[Encoded]:
    """Six rows of unequal lengths, each with an answer or a class."""
    chance = torch.Generator().manual_seed(7)

    def draw(count: int) -> tuple[int, ...]:
        return tuple(torch.randint(300, 2000, (count,), generator=chance).tolist())

    rows = []
    for number in range(6):
        prompt = (1, *draw(3 + 4 * number), 2) if classes else (1, *draw(3 + 4 * number))
        answer = () if classes else (*draw(2 + number % 3), 2)
        rows.append(Encoded(prompt, answer, label=number % 3 if classes else None))
    return rows


@torch.no_grad()
def losses(loaded: Loaded, rows: list[Encoded]) -> torch.Tensor:
    """The cross-entropy of every supervised token or class, all rows in one batch."""
    loaded.model.eval()
    start = None if rows[0].label is not None else loaded.decoder_start_id
    batch = collate(
        rows, pad_id=loaded.speaker.pad_id, decoder_start_id=start, device=loaded.device
    )
    logits, targets = supervised_logits(loaded.model, batch)
    return torch.nn.functional.cross_entropy(logits.float(), targets, reduction="none")


def forget_accelerate() -> None:
    """Forget the precision of the last run, which accelerate keeps for the whole process."""
    from accelerate.state import AcceleratorState, GradientState

    AcceleratorState._reset_state(True)
    GradientState._reset_state()
