"""Tries every tuning method on every architecture and writes what came of it.

Each architecture is a tiny model of random weights, made on the spot. Each method trains it for a
few steps; then its weights folder is written and read again, its answers are compared, and it is
merged where it can be. What is refused is told with its reason.

    python tools/method_table.py              # writes docs/results/methods.md
"""

from __future__ import annotations

import sys
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import torch
import transformers
from pydantic import TypeAdapter

from etude.config.methods import AnyMethod, Head, Method, below_head, merges
from etude.config.study import Generation, Model
from etude.config.tuning import AdamW, Constant, Tune
from etude.engine.adapters import merge, save_weights
from etude.engine.base import Base, find_base
from etude.engine.batch import Encoded, collate
from etude.engine.classifier import draw_head, head_parameters
from etude.engine.generate import generate
from etude.engine.head import supervised_logits
from etude.engine.load import Loaded, load
from etude.engine.random_base import make_tokenizer
from etude.environment import versions
from etude.errors import UserError
from etude.training.methods import METHODS, prepare, trainable
from etude.training.run import begin
from etude.training.sizes import saved_bytes
from etude.training.train import take_step

RESULTS = Path(__file__).parent.parent / "docs" / "results" / "methods.md"
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
RATES = {"full": 1e-3, "selective": 2e-3, "rslora": 5e-3, "dora": 5e-3, "pissa": 5e-3}
NEAR = 1e-4  # between log-probabilities in fp32; wrong weights are whole numbers apart


# Architectures: name -> (class of the configuration, its class of model, settings)

DECODER = {"hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 4}
GROUPED = {**DECODER, "num_key_value_heads": 2, "intermediate_size": 48}
ARCHITECTURES: dict[str, tuple[str, dict[str, Any]]] = {
    "Llama": ("Llama", GROUPED),
    "Mistral": ("Mistral", {**GROUPED, "sliding_window": 64}),
    "Qwen2": ("Qwen2", GROUPED),
    "Qwen3": ("Qwen3", {**GROUPED, "head_dim": 16}),
    "Gemma": ("Gemma", {**GROUPED, "head_dim": 16}),
    "Falcon": ("Falcon", {**DECODER, "ffn_hidden_size": 48}),
    "OPT": ("OPT", {**DECODER, "ffn_dim": 48, "word_embed_proj_dim": 32}),
    "GPT-2": ("GPT2", {"n_embd": 32, "n_layer": 2, "n_head": 4}),
    "Phi": ("Phi", {**DECODER, "intermediate_size": 48}),
    "T5": (
        "T5",
        {"d_model": 32, "d_ff": 48, "d_kv": 16, "num_layers": 2, "num_heads": 4},
    ),
    "BERT": ("Bert", {**DECODER, "intermediate_size": 48}),
}
WRITERS = [name for name in ARCHITECTURES if name != "BERT"]
CLASSIFIERS = list(ARCHITECTURES)


@cache
def base_of(architecture: str) -> Base:
    """A tiny model of an architecture, made once."""
    folder = Path(_kept().name) / architecture
    kind, settings = ARCHITECTURES[architecture]
    encoder_decoder = kind == "T5"
    special = make_tokenizer(folder, begin=not encoder_decoder)
    if kind == "Bert":
        reading_tokenizer(folder)
    config = named(f"{kind}Config")(
        vocab_size=2048,
        max_position_embeddings=256,
        initializer_range=0.1,
        **({"decoder_start_token_id": special["pad_token_id"]} if encoder_decoder else {}),
        **special,
        **settings,
    )
    torch.manual_seed(0)
    ending = {"T5": "ForConditionalGeneration", "GPT2": "LMHeadModel", "Bert": "ForMaskedLM"}
    if kind == "Bert":  # with the pooler that a head reads, as published ones have it
        network = named("BertForPreTraining")(config)
    else:
        network = named(f"{kind}{ending.get(kind, 'ForCausalLM')}")(config)
    network.save_pretrained(folder)
    return find_base(str(folder))


def reading_tokenizer(folder: Path) -> None:
    """Make a saved tokenizer one for reading: each text between two marks."""
    from tokenizers import processors
    from transformers import AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(folder)
    ends = [("<s>", tokenizer.bos_token_id), ("</s>", tokenizer.eos_token_id)]
    tokenizer.backend_tokenizer.post_processor = processors.TemplateProcessing(
        single="<s> $A </s>", special_tokens=ends
    )
    tokenizer.add_special_tokens({"cls_token": "<s>", "sep_token": "</s>"})
    tokenizer.save_pretrained(folder)


def named(name: str) -> Any:
    """A class of transformers."""
    return getattr(transformers, name)


@cache
def _kept() -> TemporaryDirectory[str]:
    """A folder that lasts as long as the process."""
    return TemporaryDirectory(prefix="etude-architectures-")


# One cell of the table


@dataclass(frozen=True, slots=True)
class Cell:
    """What came of a method on an architecture.

    `reload` and `merged` are the largest differences of log-probabilities to the trained model;
    `merged` is None where there is no merge. `refused` is the reason, where it is refused, and
    `failed` is what went wrong, where something did.
    """

    architecture: str
    method: str
    trained: int = 0
    bytes: int = 0
    before: float = 0.0
    after: float = 0.0
    reload: float = 0.0
    merged: float | None = None
    refused: str | None = None
    failed: str | None = None


class Failed(Exception):
    """Something that the page would otherwise claim is not so."""


def method_of(name: str, *, head: bool = False) -> AnyMethod:
    """A method with settings for tiny models; `head` puts it below a classification head."""
    if name == "head":
        return Head()
    method = TypeAdapter(Method).validate_python({"name": name, **SMALL.get(name, {})})
    return Head(body=method) if head else method


def check(architecture: str, method: AnyMethod) -> Cell:
    """Train, write, read again, compare, merge."""
    name = getattr(below_head(method), "name", "head")
    try:
        return tried(architecture, name, method)
    except UserError as error:
        return Cell(architecture, name, refused=str(error))
    except Failed as failure:
        return Cell(architecture, name, failed=str(failure))


def tried(architecture: str, name: str, method: AnyMethod) -> Cell:
    """The same, with what is refused or fails raised."""
    base = base_of(architecture)
    labels = LABELS if isinstance(method, Head) else None
    model = Model(base=str(base.folder), device="cpu")
    loaded = load(base, model, "fp32", labels=labels)
    if labels is not None:
        draw_head(loaded.model, 3)
    frozen = {n: p.detach().clone() for n, p in loaded.model.named_parameters()}
    network = prepare(loaded.model, method, 3)
    rows = rows_of(labels is not None)
    tune = Tune(
        method=method,
        optimizer=AdamW(learning_rate=RATES.get(name, 1e-2 if labels else 3e-2)),
        schedule=Constant(),
        max_steps=STEPS,
        epochs=STEPS,
        batch_size=4,
        clip=None,
    )
    run = begin(
        network,
        tune,
        rows,
        rows,
        precision="fp32",
        seed=1,
        pad_id=loaded.speaker.pad_id,
        decoder_start_id=None if labels else loaded.decoder_start_id,
    )
    before = losses(network, loaded, rows)
    network.train()
    for _ in range(STEPS):
        take_step(run)
    trained = replace(loaded, model=network.eval())
    after = losses(network, loaded, rows)
    if not after.mean() < before.mean():
        raise Failed(f"its loss went from {before.mean():.3f} to {after.mean():.3f}")
    parameters = sum(item.numel() for item in trainable(network).values())
    size = saved_bytes(network, method, 4)
    with TemporaryDirectory() as temporary:
        folder = Path(temporary) / "weights"
        save_weights(network, method, folder, dtype=torch.float32, base=architecture, labels=labels)
        read = load(base, model, "fp32", [folder])
        again = losses(read.model, read, rows)
        if labels is None and answers(read, rows) != answers(trained, rows):
            raise Failed("the model that was read again answers otherwise")
        if (again - after).abs().max() > NEAR:
            raise Failed(f"read again it differs by {(again - after).abs().max():.1e}")
        merged = None
        if merges(method):
            whole = merge(read.model)
            merged = float((losses(whole, read, rows) - after).abs().max())
            if merged > NEAR:
                raise Failed(f"merged it differs by {merged:.1e}")
        fresh = load(base, model, "fp32", labels=labels).model  # the base on disk is as it was
        kept = dict(fresh.named_parameters())
        body = frozen.keys() - head_parameters(fresh).keys()
        if not all(torch.equal(kept[name], frozen[name]) for name in body):
            raise Failed("the base on the disk has changed")
    return Cell(
        architecture,
        name,
        parameters,
        size,
        float(before.mean()),
        float(after.mean()),
        float((again - after).abs().max()),
        merged,
    )


def rows_of(classes: bool) -> list[Encoded]:
    """Eight rows of unequal lengths, each with an answer or a class."""
    chance = torch.Generator().manual_seed(7)

    def draw(count: int) -> tuple[int, ...]:
        return tuple(torch.randint(300, 2000, (count,), generator=chance).tolist())

    rows = []
    for number in range(8):
        prompt = (1, *draw(3 + 2 * number), 2) if classes else (1, *draw(3 + 2 * number))
        answer = () if classes else (*draw(2 + number % 3), 2)
        rows.append(Encoded(prompt, answer, label=number % 3 if classes else None))
    return rows


@torch.no_grad()
def losses(network: Any, loaded: Loaded, rows: list[Encoded]) -> torch.Tensor:
    """The cross-entropy of every supervised token or class, all rows in one batch."""
    network.eval()
    start = None if rows[0].label is not None else loaded.decoder_start_id
    batch = collate(
        rows, pad_id=loaded.speaker.pad_id, decoder_start_id=start, device=loaded.device
    )
    logits, targets = supervised_logits(network, batch)
    return torch.nn.functional.cross_entropy(logits.float(), targets, reduction="none")


def answers(loaded: Loaded, rows: list[Encoded]) -> list[str]:
    """What a model writes."""
    return [
        item.text for item in generate(loaded, [r.prompt for r in rows], Generation(max_tokens=5))
    ]


# The table


def cells(progress: Callable[[str], object]) -> Iterator[Cell]:
    """Every method on every architecture, then every method below a head."""
    for architecture in WRITERS:
        for name in METHODS:
            if name != "head":
                progress(f"{architecture} {name}")
                yield check(architecture, method_of(name))


def headed(progress: Callable[[str], object]) -> Iterator[Cell]:
    """The classification head alone, and with every other method below it."""
    for architecture in CLASSIFIERS:
        for name in METHODS:
            progress(f"{architecture} head with {name}")
            yield check(architecture, method_of(name, head=True))


def page(written: list[Cell], classified: list[Cell]) -> str:
    """The page of results."""
    known = versions()
    libraries = ", ".join(f"{name} {known[name]}" for name in ("torch", "transformers", "peft"))
    return (
        "\n\n".join(
            [
                "# Methods and architectures",
                "Made by `python tools/method_table.py`; nothing here is written by hand. "
                "Each cell is a model of two layers and random weights that was trained for "
                f"{STEPS} steps (its loss fell), saved, read again and asked: its answers were the "
                "same. The number is that of the parameters that learnt; a dash is a combination "
                "that is refused, with its reason below. "
                f"In fp32, on a CPU; {libraries}.",
                "## Models that write",
                table(written),
                "## Classification heads",
                "The row `head` is a head that learns alone; the others, a head with what learns "
                "below it.",
                table(classified),
                "## Reload and merge",
                "The largest difference of any token's (or class's) log-probability to the trained "
                "model: of the one that was read again, and of the one that was merged; over all "
                "architectures. PiSSA trains with two adapters and is saved as one, which sums in "
                "another order.",
                differences([*written, *classified]),
                "## Refused",
                refusals([*written, *classified]),
            ]
        )
        + "\n"
    )


def table(found: list[Cell]) -> str:
    """Methods down, architectures across."""
    architectures = list(dict.fromkeys(cell.architecture for cell in found))
    by_place = {(cell.method, cell.architecture): cell for cell in found}
    rows = [
        [f"`{name}`", *(shown(by_place[name, item]) for item in architectures)]
        for name in dict.fromkeys(cell.method for cell in found)
    ]
    return markdown(["Method", *architectures], rows)


def shown(cell: Cell) -> str:
    """A cell as the table writes it."""
    if cell.failed:
        return "**fails**"
    return "–" if cell.refused else f"{cell.trained:,}"


def differences(found: list[Cell]) -> str:
    """Per method: the largest differences after reloading and merging."""
    rows = []
    for name in dict.fromkeys(cell.method for cell in found):
        tried = [
            cell for cell in found if cell.method == name and not cell.refused and not cell.failed
        ]
        merged = [cell.merged for cell in tried if cell.merged is not None]
        rows.append(
            [
                f"`{name}`",
                f"{max((cell.reload for cell in tried), default=0):.1e}",
                f"{max(merged):.1e}" if merged else "has none",
            ]
        )
    return markdown(["Method", "Read again", "Merged"], rows)


def refusals(found: list[Cell]) -> str:
    """What is refused, each reason once."""
    reasons: dict[tuple[str, str], list[str]] = {}
    for cell in found:
        if reason := cell.refused or cell.failed:
            reasons.setdefault((reason, cell.method), []).append(cell.architecture)
    lines = [
        f"- `{method}` on {', '.join(where)}: {reason}"
        for (reason, method), where in reasons.items()
    ]
    return "\n".join(lines) or "None."


def markdown(head: list[str], rows: list[list[str]]) -> str:
    """A Markdown table, numbers to the right."""
    lines = [head, ["---", *["---:"] * (len(head) - 1)], *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def main() -> None:
    """Try everything and write the page."""
    warnings.filterwarnings("ignore", category=FutureWarning)
    transformers.logging.set_verbosity_error()
    transformers.logging.disable_progress_bar()
    torch.set_num_threads(1)

    def progress(text: str) -> None:
        sys.stderr.write(f"{text}\n")

    RESULTS.write_text(page(list(cells(progress)), list(headed(progress))), encoding="utf-8")


if __name__ == "__main__":
    main()
