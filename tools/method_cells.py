"""One cell of the table of methods: a method, a precision, an architecture, and what came of them.

A cell is tried as a study would: the tiny model is loaded, tuned for a few steps, its weights
folder is written and read again, it is asked, and merged where that is exact. What `etude plan`
refuses is not tried; the reason is the cell's.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

import torch

from etude.config.methods import AnyMethod, Head, VirtualTokens, below_head, merges
from etude.config.precision import Precision, compute_of
from etude.config.study import Generation, Model
from etude.config.tuning import AdamW, Constant, Tune
from etude.engine.adapters import merge, save_weights
from etude.engine.batch import Encoded, collate
from etude.engine.classifier import draw_head
from etude.engine.generate import generate
from etude.engine.head import supervised_logits
from etude.engine.load import Loaded, dtype_of, load
from etude.store import file_hash
from etude.training.methods import prepare, trainable
from etude.training.run import Run, begin
from etude.training.train import take_step
from tools.architectures import base_of
from tools.method_places import LABELS, Place, method_of, precision_of, refusal

STEPS = 6
RATES = dict.fromkeys(("full", "selective", "rslora", "dora", "pissa"), 3e-3)
LARGE = {False: 3e-2, True: 1e-2}  # of the others, which learn few numbers: without a head, with
EXACT = 1e-6  # between log-probabilities of the same weights, computed twice in the same way
NEAR = {"fp32": 1e-4, "bf16": 0.1, "fp16": 0.02}  # and where they are summed in another order


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
    untouched = file_hash(base.folder / "model.safetensors")
    loaded = load(base, model, precision, labels=labels)
    weights = loaded.weights_bytes
    if labels is not None:
        draw_head(loaded.model, 3)
    rows = rows_of(place.head)
    run = run_of(loaded, method, precision, rows)
    first, *_, last = [loss_of_step(run) for _ in range(STEPS)]
    if not last < first - 0.01:
        raise Failed(f"its loss went from {first:.3f} to {last:.3f}")
    network = run.accelerator.unwrap_model(run.network, keep_fp32_wrapper=False).eval()
    parameters = sum(item.numel() for item in trainable(network).values())
    with TemporaryDirectory() as temporary:
        folder = Path(temporary) / "weights"
        dtype = dtype_of(precision)
        save_weights(network, method, folder, dtype=dtype, base=place.architecture, labels=labels)
        read = load(base, model, precision, [folder])
        reload, merged = compared(replace(loaded, model=network), read, place, rows)
    if file_hash(base.folder / "model.safetensors") != untouched:
        raise Failed("the base on the disk has changed")
    return Cell(place, parameters, weights, first, last, reload, merged)


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
    plain = place.precision == "fp32"
    if not place.head and (plain or reload <= EXACT):  # small differences decide between tokens
        # In fewer digits, what shares a batch does too; virtual tokens are read by `generate`.
        by_library = plain and not isinstance(method, VirtualTokens)
        check_answers(trained, read, [row.prompt for row in rows], by_library=by_library)
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
