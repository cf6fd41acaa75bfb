"""LoRA and QLoRA on a GPU beside TRL and Unsloth: speed, share of the peak, memory.

    python bench/gpu.py                    # a 1 B-shaped Llama of random weights, and etude-mini
    python bench/gpu.py --shape 8b         # larger; also 3b
    python bench/gpu.py --device cpu --tiny    # the same code on a processor, to try it

Every tool trains in a process of its own, for two passes over the same rows; the clock runs over
the second, when every kernel has been chosen or compiled. The tools take turns. Rows are added to
`gpu.jsonl` and the page `gpu.md` is written from all of them.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from importlib.util import find_spec
from multiprocessing import get_context
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any, TypeVar

from arithmetic import Tokens, device_name, lora_flops, measured_peak, peak_flops, tokens_of
from figures import Failed, conditions, environments, measure
from gpu_page import write_page
from work import Job, Shape, make_model, make_rows, read_rows

ROOT = Path(__file__).parents[1]
MINI = ROOT / "src" / "etude" / "models" / "etude-mini"
DIALOGUES = ROOT / "src" / "etude" / "recipes" / "material" / "dialogues.train.jsonl"
SHAPES = {  # after Llama 3.2 (1 B, 3 B) and 3.1 (8 B)
    "tiny": Shape(64, 2, 4, 128, vocabulary=512, key_heads=2, context=256),
    "1b": Shape(2048, 16, 32, 8192, vocabulary=128_256, key_heads=8, context=2048),
    "3b": Shape(3072, 28, 24, 8192, vocabulary=128_256, key_heads=8, context=2048),
    "8b": Shape(4096, 32, 32, 14_336, vocabulary=128_256, key_heads=8, context=2048, tied=False),
}
PRECISIONS = {"bf16": "LoRA", "nf4": "QLoRA"}
TOOLS = {
    "ours": "Etude",
    "ours recomputed": "Etude, activation checkpointing",
    "trl default": "TRL as it comes",
    "trl tuned": "TRL, packing",
    "unsloth": "Unsloth",
}
LENGTHS = {"prompt": 250.0, "response": 150.0, "longest": 900}  # mean tokens of random rows
Made = TypeVar("Made")


@dataclass(frozen=True, slots=True)
class Work:
    """A model, rows for it, and what they ask for."""

    name: str
    model: Path
    rows: Path
    shape: Shape
    tokens: Tokens


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure, print, and write the page."""
    options = parser().parse_args(arguments)
    check(options)
    out = options.out or (ROOT / "runs" / "bench-gpu" if options.tiny else ROOT / "docs/results")
    out.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(dir=options.scratch) as folder:
        peak, known = find_peak(options)
        for work in works(options, Path(folder)):
            for precision in options.precisions:
                for row in measured(work, precision, options, peak, known):
                    print(json.dumps(row), flush=True)
                    with (out / "gpu.jsonl").open("a") as file:
                        file.write(json.dumps(row) + "\n")
    write_page(out)


def parser() -> argparse.ArgumentParser:
    """The command line."""
    made = argparse.ArgumentParser(description=__doc__)
    made.add_argument("--shape", choices=SHAPES, default="1b", help="of the random model")
    made.add_argument("--device", choices=("cuda", "cpu"), default="cuda")
    made.add_argument("--tiny", action="store_true", help="a very small model and few rows")
    made.add_argument("--examples", type=int, default=256, help="rows of an epoch")
    made.add_argument("--batch-size", type=int, default=8, help="examples of a step")
    made.add_argument("--repeats", type=int, default=3, help="runs of each, interleaved")
    made.add_argument("--precisions", nargs="*", choices=PRECISIONS, default=list(PRECISIONS))
    made.add_argument("--tools", nargs="*", choices=TOOLS, default=list(TOOLS))
    made.add_argument("--bases", nargs="*", choices=("random", "etude-mini"), default=None)
    made.add_argument("--peak-tflops", type=float, help="of the device, where it is not known")
    made.add_argument("--peers", type=Path, default=ROOT / "runs" / "peers")
    made.add_argument("--out", type=Path, help="folder of gpu.jsonl and gpu.md")
    made.add_argument("--scratch", type=Path, help="folder with room for the model")
    return made


def check(options: argparse.Namespace) -> None:
    """Leave with a sentence where this cannot be measured."""
    import torch

    if options.device == "cuda" and not torch.cuda.is_available():
        raise SystemExit(
            "bench/gpu.py needs a CUDA device, and torch sees none here: run it where there is "
            "one, or try its code with --device cpu --tiny."
        )
    if options.device == "cpu" and not options.tiny:
        raise SystemExit("On a processor bench/gpu.py only tries its own code: add --tiny.")
    if options.tiny:
        options.shape, options.repeats = "tiny", 1
        options.examples = min(options.examples, 16)
    if options.bases is None:
        options.bases = ["random"] if options.tiny else ["random", "etude-mini"]


def apart(do: Callable[..., Made], *given: Any, **more: Any) -> Made:
    """Do it in a process of its own, which gives the device's memory back when it ends."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        return pool.submit(do, *given, **more).result()


def find_peak(options: argparse.Namespace) -> tuple[float, dict[str, Any]]:
    """The peak that MFU is a share of, and, as conditions, whose it is and where it comes from."""
    size = 512 if options.tiny else 8192
    name, found = apart(device_name, options.device), apart(measured_peak, options.device, size)
    if options.peak_tflops is not None:
        peak, origin = options.peak_tflops * 1e12, "--peak-tflops"
    elif (known := peak_flops(name)) is not None:
        peak, origin = known, "data sheet"
    else:
        peak, origin = found, f"the best product of {size} x {size} matrices in bf16"
    return peak, {
        "device": name,
        "peak_tflops": significant(peak / 1e12),
        "peak_from": origin,
        "measured_peak_tflops": significant(found / 1e12),
    }


def works(options: argparse.Namespace, folder: Path) -> Iterator[Work]:
    """The models and their rows, made as they are needed."""
    shape = SHAPES[options.shape]
    if "random" in options.bases:
        print("# making the model", file=sys.stderr, flush=True)
        model = folder / "model"
        apart(make_model, model, shape, dtype="bfloat16", device=options.device)
        scale = shape.context / 2048  # the tiny model sees less
        rows = make_rows(
            folder / "random.jsonl",
            options.examples,
            prompt=LENGTHS["prompt"] * scale,
            response=LENGTHS["response"] * scale,
            longest=round(LENGTHS["longest"] * scale),
            vocabulary=shape.vocabulary,
        )
        yield Work(f"Llama {options.shape}", model, rows, shape, count(model, rows))
    if "etude-mini" in options.bases:
        rows = dialogues(folder / "dialogues.jsonl", options.examples)
        yield Work("etude-mini", MINI, rows, shape_of(MINI), count(MINI, rows))


def dialogues(path: Path, examples: int) -> Path:
    """The dialogues that ship with their summaries, over and over."""
    known = [json.loads(line) for line in DIALOGUES.read_text().splitlines()]
    with path.open("w") as file:
        for number in range(examples):
            talk = known[number % len(known)]
            row = {"prompt": talk["dialogue"], "completion": " " + talk["summary"]}
            file.write(json.dumps(row) + "\n")
    return path


def shape_of(folder: Path) -> Shape:
    """The shape of a saved Llama."""
    config = json.loads((folder / "config.json").read_text())
    return Shape(
        hidden=config["hidden_size"],
        layers=config["num_hidden_layers"],
        heads=config["num_attention_heads"],
        inner=config["intermediate_size"],
        vocabulary=config["vocab_size"],
        key_heads=config["num_key_value_heads"],
        context=config["max_position_embeddings"],
        tied=config["tie_word_embeddings"],
    )


def count(model: Path, rows: Path) -> Tokens:
    """Tokens of prompt and completion, and one that ends the answer; the same for every tool."""
    from transformers import AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(model)

    def tokens(text: str) -> int:
        return len(tokenizer(text, add_special_tokens=False).input_ids)

    return tokens_of(
        [(tokens(row["prompt"]), tokens(row["completion"]) + 1) for row in read_rows(rows)]
    )


def measured(
    work: Work, precision: str, options: argparse.Namespace, peak: float, known: dict[str, Any]
) -> Iterator[dict[str, Any]]:
    """One row per tool. One that fails, for want of memory say, has its reason in `failed`."""
    pythons = environments(options.peers)
    jobs = {}
    for name in options.tools:
        tool, _, variant = name.partition(" ")
        if tool != "ours" and tool not in pythons and find_spec(tool) is None:
            print(f"# {TOOLS[name]} is left out: it is not installed here.", file=sys.stderr)
            continue
        jobs[name] = Job(
            str(work.model),
            str(work.rows),
            tool,
            variant,
            precision,
            options.device,
            batch_size=options.batch_size,
            max_tokens=work.shape.context,
            epochs=2,
        )
    found: dict[str, list[dict[str, Any]]] = {name: [] for name in jobs}
    failed: dict[str, str] = {}
    for _ in range(options.repeats):
        for name in [name for name in jobs if name not in failed]:
            print(f"# {work.name}, {precision}, {TOOLS[name]}", file=sys.stderr, flush=True)
            try:
                python = pythons.get(jobs[name].tool, sys.executable)
                found[name].append(measure(jobs[name], python=python))
            except Failed as error:
                failed[name] = "out of memory" if "out of memory" in str(error) else last(error)
    for name in jobs:
        row = {"base": work.name, "method": PRECISIONS[precision], "tool": TOOLS[name]}
        told = conditions(
            **known,
            repeats=options.repeats,
            examples=options.examples,
            tokens=work.tokens.all,
            supervised=work.tokens.supervised,
        )
        if name in failed:
            yield row | {"failed": failed[name], "conditions": told}
            continue
        runs = found[name]
        seconds = median(item["train_seconds"] for item in runs)
        told |= {"settings": runs[0]["settings"], "peer_versions": runs[0].get("versions")}
        yield row | {
            "tokens_per_second": round(work.tokens.all / seconds, 1),
            "examples_per_second": round(options.examples / seconds, 2),
            "mfu": round(lora_flops(work.shape, work.tokens) / seconds / peak, 4),
            "device_mb": round(max(item["device_mb"] for item in runs), 1),
            "host_mb": round(max(item["peak_mb"] for item in runs), 1),
            "conditions": told,
        }


def significant(number: float) -> float:
    """Four digits, however small the number is."""
    return float(f"{number:.4g}")


def last(error: Failed) -> str:
    """The last line of what a process said."""
    return str(error).strip().splitlines()[-1]


if __name__ == "__main__":
    main()
