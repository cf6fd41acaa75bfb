"""Try every method in every precision on every architecture, and write what came of it.

    python tools/precision_table.py docs/results/precision.md

Each cell is a tiny random model of the real architecture that is loaded, tuned for a few steps,
saved, loaded again and asked. A cell is `yes` when the loss fell, the reloaded weights score as the
tuned ones did, and an answer was written; `refused` where `etude plan` refuses it; otherwise it
says what failed. New methods come in by themselves: the table goes by `METHODS`.
Classification heads have no answers to write: they are tried in `method_table.py`.
"""

from __future__ import annotations

import json
import platform
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from pydantic import TypeAdapter

from etude.config.combinations import refusal
from etude.config.messages import FAMILIES
from etude.config.precision import Precision, in_words, name_of, recorded
from etude.environment import prepare_environment, processor, versions
from etude.training.methods import METHODS

PRECISIONS: dict[str, Any] = {
    "fp32": "fp32",
    "bf16": "bf16",
    "int8": {"name": "int8"},
    "nf4": {"name": "nf4"},
    "nf4, single": {"name": "nf4", "double_quantization": False},
    "nf4, fp32": {"name": "nf4", "compute": "fp32"},
}
SMALL = {"hidden_size": 64, "intermediate_size": 128, "num_attention_heads": 4}
DECODER = {**SMALL, "num_hidden_layers": 2, "num_key_value_heads": 2}
T5 = {"d_model": 64, "d_ff": 128, "d_kv": 16, "num_heads": 4, "num_layers": 2}
ARCHITECTURES: dict[str, tuple[str, dict[str, Any]]] = {
    "Llama": ("llama", DECODER),
    "Mistral": ("mistral", DECODER),
    "Qwen2": ("qwen2", DECODER),
    "Gemma": ("gemma", {**DECODER, "head_dim": 16}),
    "Phi": ("phi", {**SMALL, "num_hidden_layers": 2}),
    "Falcon": ("falcon", {"hidden_size": 64, "num_hidden_layers": 2, "num_attention_heads": 4}),
    "OPT": (
        "opt",
        {
            **{"hidden_size": 64, "ffn_dim": 128, "num_hidden_layers": 2},
            **{"num_attention_heads": 4, "word_embed_proj_dim": 64},
        },
    ),
    "GPT-2": ("gpt2", {"n_embd": 64, "n_layer": 2, "n_head": 4}),
    "T5": ("t5", T5),
    "FLAN-T5": ("t5", {**T5, "feed_forward_proj": "gated-gelu", "tie_word_embeddings": False}),
    "BART": (
        "bart",
        {
            **{"d_model": 64, "encoder_layers": 2, "decoder_layers": 2},
            **{"encoder_attention_heads": 4, "decoder_attention_heads": 4},
            **{"encoder_ffn_dim": 128, "decoder_ffn_dim": 128},
        },
    ),
}
STEPS = 6
TRIED = [name for name in METHODS if name != "head"]  # it needs classes: see `method_table.py`
SETTINGS: dict[str, dict[str, Any]] = {"selective": {"last_layers": 1}}
# What learns few numbers, or begins with little in them, takes larger steps.
RATES = dict.fromkeys(("adalora", "vera", "ia3", "ln-tuning", "bottleneck"), 3e-2)
RATES |= dict.fromkeys(("prompt-tuning", "p-tuning", "prefix-tuning"), 3e-2)
SAME = 1e-4  # nats by which an answer's likelihood may differ after loading again


def make(name: str, folder: Path) -> None:
    """Save a tiny random model of an architecture, with its tokenizer."""
    import torch
    from transformers import AutoConfig, AutoModelForCausalLM, AutoModelForSeq2SeqLM

    from etude.engine.random_base import VOCABULARY, make_tokenizer

    kind, sizes = ARCHITECTURES[name]
    both = kind in ("t5", "bart")
    ids = make_tokenizer(folder, begin=not both)
    if both:
        ids["decoder_start_token_id"] = ids["pad_token_id"]
    config = AutoConfig.for_model(kind, vocab_size=VOCABULARY, **sizes, **ids)
    torch.manual_seed(0)
    automatic = AutoModelForSeq2SeqLM if both else AutoModelForCausalLM
    automatic.from_config(config).save_pretrained(folder)


def attempt(folder: Path, precision: Precision, method: str, made: Path) -> dict[str, Any]:
    """Load, tune, save, load again, ask; what came of it."""
    from etude.config.study import Generation, Model
    from etude.config.tuning import AdamW, Tune
    from etude.engine.adapters import save_weights
    from etude.engine.base import find_base
    from etude.engine.batch import Encoded
    from etude.engine.generate import generate, log_likelihoods
    from etude.engine.load import dtype_of, load
    from etude.training.methods import prepare
    from etude.training.run import begin
    from etude.training.train import take_step

    base, settings = find_base(str(folder)), Model(base=str(folder), device="cpu")
    loaded = load(base, settings, precision)
    weights = loaded.weights_bytes
    tune = Tune(
        # A variant of the union, which type checkers do not know by its name.
        method=FAMILIES["method"][method](**SETTINGS.get(method, {})),  # type: ignore[arg-type]
        optimizer=AdamW(learning_rate=RATES.get(method, 5e-3)),
        schedule="constant",  # type: ignore[arg-type]  # short for a block
        max_steps=STEPS,
        epochs=STEPS,
        batch_size=4,
    )
    rows = [Encoded((1, 9 + n, 8, 30), (70 + n, 90, 2)) for n in range(4)]
    run = begin(
        prepare(loaded.model, tune.method, 0),
        tune,
        rows,
        rows,
        precision=precision,
        seed=1,
        pad_id=loaded.speaker.pad_id,
        decoder_start_id=loaded.decoder_start_id,
    )
    losses = []
    for _ in range(STEPS):
        before = run.position.loss_sum
        take_step(run)
        losses.append(run.position.loss_sum - before)
    # Without the autocast of training: use has none, and what is compared must differ in nothing.
    network = run.accelerator.unwrap_model(run.network, keep_fp32_wrapper=False).eval()
    dtype = dtype_of(precision)
    save_weights(network, tune.method, made, dtype=dtype, base=str(folder), labels=None)
    if method == "full":
        for item in network.parameters():
            item.data = item.data.to(dtype)  # as it was written
    asked = [row.prompt for row in rows], [row.answer for row in rows]
    again = load(base, settings, precision, [made])
    mine = type(loaded)(network, loaded.speaker, loaded.device, precision)
    gap = max(
        abs(one - other)
        for one, other in zip(
            log_likelihoods(mine, *asked), log_likelihoods(again, *asked), strict=True
        )
    )
    answers = generate(again, asked[0], Generation(max_tokens=4))
    return {"first": losses[0], "last": losses[-1], "gap": gap, "answers": len(answers)} | {
        "weights": weights
    }


def judge(found: dict[str, Any]) -> str:
    """A cell of the table, in a word or the reason."""
    if found["last"] >= found["first"] - 0.01:
        return f"loss {found['first']:.2f} -> {found['last']:.2f}"
    if found["gap"] > SAME:
        return f"reloaded differs by {found['gap']:.2g} nats"
    return "yes" if found["answers"] == 4 else "no answers"


def cells(precision: Precision, folder: Path) -> Iterator[dict[str, Any]]:
    """Every architecture and method in one precision (one process: accelerate knows one)."""
    import torch

    torch.set_num_threads(1)
    for architecture in ARCHITECTURES:
        for method in TRIED:
            row: dict[str, Any] = {"architecture": architecture, "method": method}
            if refusal(method, name_of(precision)) is not None:
                yield row | {"cell": "refused", "weights": None}
                continue
            base = folder / architecture
            if not base.exists():
                make(architecture, base)
            made = folder / f"{architecture}-{method}-{time.monotonic_ns()}"
            try:
                found = attempt(base, precision, method, made)
            except Exception as error:  # noqa: BLE001 - whatever it is belongs in the table
                said = (str(error).splitlines() or [""])[0][:80]
                yield row | {"cell": f"{type(error).__name__}: {said}", "weights": None}
            else:
                yield row | {"cell": judge(found), "weights": found["weights"]}


def page(rows: dict[str, list[dict[str, Any]]]) -> str:
    """The page: a table per method, the weights' bytes, and where it was made."""
    parsed = {name: TypeAdapter(Precision).validate_python(PRECISIONS[name]) for name in rows}
    head = list(rows)
    parts = [
        "# Precision",
        "Every method in every precision on tiny random models of the real architectures: loaded, "
        "tuned for a few steps, saved, loaded again and asked. `yes`: the loss fell, the reloaded "
        "weights score as the tuned ones did (within 1e-4 nats), and answers were written. "
        "`refused`: [`etude plan`](../precision.md) refuses it, with the reason. "
        "This page is made by `python tools/precision_table.py docs/results/precision.md`; the "
        "columns are:",
        "\n".join(f"- **{name}**: {in_words(recorded(parsed[name]))}" for name in head),
    ]
    for method in TRIED:
        parts += [f"## {method}", table(rows, head, lambda row: row["cell"], method)]
    trained = next(name for name in TRIED if refusal(name, "nf4") is None)
    parts += [
        "## Bytes of weights, measured",
        "After loading, scales and other state of the quantisation included. The models are tiny, "
        "so embeddings, which are not quantised, weigh more here than in a model of use.",
        table(rows, head, lambda row: f"{row['weights']:,}" if row["weights"] else "-", trained),
        f"Made on {datetime.now(UTC):%d %B %Y} on the CPU ({processor()}, "
        f"{platform.system()}) with " + ", ".join(made_with()) + ".",
    ]
    return "\n\n".join(parts) + "\n"


def made_with() -> list[str]:
    """Libraries and versions that the table depends on."""
    from importlib.metadata import version

    known = versions()
    names = ("torch", "transformers", "peft", "accelerate")
    return [f"{name} {known[name]}" for name in names] + [f"bitsandbytes {version('bitsandbytes')}"]


def table(
    rows: dict[str, list[dict[str, Any]]],
    head: list[str],
    write: Callable[[dict[str, Any]], str],
    method: str,
) -> str:
    """Architectures down, precisions across."""
    lines = [["", *head], ["---"] * (len(head) + 1)]
    for architecture in ARCHITECTURES:
        line = [architecture]
        for name in head:
            line += [
                write(row)
                for row in rows[name]
                if (row["architecture"], row["method"]) == (architecture, method)
            ]
        lines.append(line)
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def main(output: Path) -> None:
    """Run every precision in a process of its own and write the page."""
    prepare_environment()
    rows = {}
    with TemporaryDirectory() as folder:
        for name in PRECISIONS:
            command = [sys.executable, __file__, "--precision", name, folder]
            done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
            rows[name] = [json.loads(line) for line in done.stdout.splitlines()]
            sys.stderr.write(f"{name}: {len(rows[name])} cells\n")
    output.parent.mkdir(parents=True, exist_ok=True)
    output.write_text(page(rows), encoding="utf-8")


if __name__ == "__main__":
    if sys.argv[1] == "--precision":
        wanted = TypeAdapter(Precision).validate_python(PRECISIONS[sys.argv[2]])
        for row in cells(wanted, Path(sys.argv[3])):
            sys.stdout.write(json.dumps(row) + "\n")
    else:
        main(Path(sys.argv[1]))
