"""`make bench`: answers for evaluation beside transformers' `generate`, one JSON row each.

One process, one model, the same prompts; the ways to answer take turns within each repeat, and
ratios are of medians. The process runs with Etude's allocator settings, which help `generate`
too. Rows are `{name, ours, peer, ratio, conditions}` as in `run.py`, in examples per second of
processor time, which other programs on the machine disturb less than the clock's; the clock's
ratio stands in the conditions.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

from etude.environment import ALLOCATOR, child_environment
from figures import conditions
from figures import row as figure
from work import PROMPT, RESPONSE, make_model, make_rows, read_rows

TOKENS = 64  # of an answer, where nothing stops it before
SHOTS = 6  # worked examples of a prompt and a response each
FEW_SHOT = 128  # prompts that are answered with them, as many as a batch has rows
STOP_EVERY = RESPONSE  # one token in so many ends an answer
PARTS = ("to_the_end", "stopping", "few_shot", "labels", "both")
Prompts = list[tuple[int, ...]]
Way = Callable[[], list[list[int]]]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeats", type=int, default=3, help="turns of each, interleaved")
    parser.add_argument("--examples", type=int, default=128, help="prompts to answer")
    parser.add_argument("--threads", type=int, default=None, help="torch threads")
    parser.add_argument("--only", nargs="*", choices=PARTS, default=PARTS, help="these parts")
    options = parser.parse_args()
    if "GLIBC_TUNABLES" not in os.environ:  # read by a process when it starts, so start again
        os.execve(sys.executable, [sys.executable, *sys.argv], child_environment())  # noqa: S606

    import torch

    if options.threads:
        torch.set_num_threads(options.threads)
    with TemporaryDirectory() as folder:
        bench = Bench(Path(folder), options.examples, options.repeats)
        for part in options.only:
            for found in getattr(bench, part)():
                print(json.dumps(found), flush=True)


class Bench:
    """A 15 M Llama with random weights, in fp32, and prompts of random words."""

    def __init__(self, folder: Path, examples: int, repeats: int) -> None:
        from etude.config.study import Model
        from etude.engine.base import find_base
        from etude.engine.load import load

        base = str(make_model(folder / "model"))
        self.loaded = load(find_base(base), Model(base=base, device="cpu"), "fp32")
        tokenizer = self.loaded.speaker.tokenizer
        rows = read_rows(make_rows(folder / "rows.jsonl", examples + SHOTS))
        words = [tuple(tokenizer(row["prompt"]).input_ids) for row in rows]
        answers = [tuple(tokenizer(row["completion"]).input_ids) for row in rows]
        self.prompts: Prompts = words[SHOTS:]
        self.references: Prompts = answers[SHOTS:]
        # Shots of exactly the mean lengths, so that the prompts still fit the context.
        chance = random.Random(1)
        count = SHOTS * (PROMPT + RESPONSE)
        self.shots = tuple(chance.randrange(4, 32_000) for _ in range(count))
        self.repeats = repeats
        self.clock: dict[str, list[float]] = {}

    def to_the_end(self) -> list[dict[str, Any]]:
        """Every answer has 64 tokens: nothing can be saved by rows that end early."""
        return self.against_generate(f"answers of {TOKENS} tokens", self.prompts, TOKENS, ())

    def stopping(self) -> list[dict[str, Any]]:
        """Answers end by themselves: one token in so many is a stop token, for all tools alike."""
        stops = tuple(range(5, 32_000, STOP_EVERY))
        return self.against_generate("answers that stop", self.prompts, 2 * TOKENS, stops)

    def against_generate(
        self, name: str, prompts: Prompts, tokens: int, stops: tuple[int, ...]
    ) -> list[dict[str, Any]]:
        """Ours beside `generate` at several batch sizes; in the order of the data, and sorted."""
        few, one = prompts[:16], prompts[:4]  # enough for what is slow
        order = sorted(prompts, key=len, reverse=True)
        ways: dict[str, tuple[int, Way]] = {
            "ours": (len(prompts), lambda: self.write(prompts, tokens, stops)),
            "1": (len(one), lambda: self.generate(one, 1, tokens, stops)),
            "8": (len(few), lambda: self.generate(few, 8, tokens, stops)),
            "64, sorted": (len(prompts), lambda: self.generate(order, 64, tokens, stops)),
        }
        for size in (32, 64):
            ways[f"{size}"] = (
                len(prompts),
                lambda size=size: self.generate(prompts, size, tokens, stops),
            )
        speeds, written = self.take_turns(ways)
        best = max((way for way in speeds if way.isdigit()), key=lambda way: median(speeds[way]))
        lengths = [len(answer) for answer in written["ours"]]
        told = {
            "examples": len(prompts),
            "mean_tokens": round(sum(lengths) / len(lengths), 1),
            "same_answers": same(written["ours"], written[best]),
        }
        shown = {way: way for way in ("1", "8", "32", "64", "64, sorted")}
        shown[best] = f"{best} (its best)"
        return [
            self.row(f"{name}, against generate at batch {label}", speeds, way, told)
            for way, label in shown.items()
        ]

    def few_shot(self) -> list[dict[str, Any]]:
        """Prompts that begin with the same worked examples: with and without reading them once."""
        prompts = [(*self.shots, *prompt) for prompt in self.prompts[:FEW_SHOT]]
        tokens = RESPONSE  # as long as the shots' own answers
        ways: dict[str, tuple[int, Way]] = {
            "ours": (len(prompts), lambda: self.write(prompts, tokens, (), shared=True)),
            "copied": (len(prompts), lambda: self.write(prompts, tokens, (), copied=True)),
            "without": (len(prompts), lambda: self.write(prompts, tokens, ())),
        }
        ways[f"generate at batch {FEW_SHOT}"] = (
            len(prompts),
            lambda: self.generate(prompts, FEW_SHOT, tokens, ()),
        )
        speeds, written = self.take_turns(ways)
        told = {
            "examples": len(prompts),
            "shared_tokens": len(self.shots),
            "same_answers": same(written["ours"], written["without"]),
        }
        labels = {
            "without": "the same without prefix reuse",
            "copied": "the prefix read once but copied into each row",
            **{way: way for way in ways if way.startswith("generate")},
        }
        return [
            self.row(f"few-shot answers, against {label}", speeds, way, told)
            for way, label in labels.items()
        ]

    def labels(self) -> list[dict[str, Any]]:
        """Few-shot classification: three labels of two tokens, beside a whole forward for each."""
        from etude.engine.decode import continuations
        from etude.engine.library import likelihoods_whole
        from etude.engine.reading import read_prefix, read_prompts

        prompts = [(*self.shots, *prompt) for prompt in self.prompts[:FEW_SHOT]]
        answers = [(7, 2), (8, 2), (9, 2)]

        def ours() -> list[list[int]]:
            prefix = read_prefix(self.loaded, self.shots)
            reading = read_prompts(self.loaded, prompts, 1, prefix)
            rows = [row for row in range(len(prompts)) for _ in answers]
            values = continuations(self.loaded, reading, rows, answers * len(prompts))
            return ranked(values, len(answers))

        def whole() -> list[list[int]]:
            values = []
            for prompt in prompts:
                values += likelihoods_whole(self.loaded, [prompt] * len(answers), answers)
            return ranked(values, len(answers))

        speeds, made = self.take_turns(
            {"ours": (len(prompts), ours), "whole": (len(prompts), whole)}
        )
        told = {"examples": len(prompts), "same_order": same(made["ours"], made["whole"])}
        name = "few-shot labels, against a whole forward per label"
        return [self.row(name, speeds, "whole", told)]

    def both(self) -> list[dict[str, Any]]:
        """What evaluation does: score the reference and write an answer."""
        from etude.engine.decode import continuations
        from etude.engine.library import likelihoods_whole
        from etude.engine.reading import read_prompts

        pairs = sorted(zip(self.prompts, self.references, strict=True), key=lambda p: -len(p[0]))

        def ours() -> list[list[int]]:
            written = []
            for part in cut(pairs, self.rows()):
                prompts, references = zip(*part, strict=True)
                reading = read_prompts(self.loaded, prompts, TOKENS)
                continuations(self.loaded, reading, range(len(part)), references)
                written += self.finish(reading, TOKENS, ())
            return written

        def peer() -> list[list[int]]:
            written = []
            for part in cut(pairs, 32):
                prompts, references = zip(*part, strict=True)
                likelihoods_whole(self.loaded, prompts, references)
                written += self.generate(prompts, 32, TOKENS, ())
            return written

        speeds, made = self.take_turns({"ours": (len(pairs), ours), "peer": (len(pairs), peer)})
        told = {"examples": len(pairs), "same_answers": same(made["ours"], made["peer"])}
        name = "references scored and answers written, against a forward and generate at 32, sorted"
        return [self.row(name, speeds, "peer", told)]

    def rows(self) -> int:
        """Rows at once, as a study would choose."""
        from etude.engine.capacity import MOST

        return MOST["cpu"]

    def write(
        self,
        prompts: Prompts,
        tokens: int,
        stops: tuple[int, ...],
        *,
        shared: bool = False,
        copied: bool = False,
    ) -> list[list[int]]:
        """Ours: sorted, read once, written step by step; in the order of the prompts."""
        from etude.engine import reading as room
        from etude.engine.reading import read_prefix, read_prompts

        prefix = read_prefix(self.loaded, self.shots) if shared or copied else None
        order = sorted(range(len(prompts)), key=lambda row: -len(prompts[row]))
        written: dict[int, list[int]] = {}
        usual = room.can_share
        if copied:
            room.can_share = lambda network, longest: False
        try:
            for part in cut(order, self.rows()):
                reading = read_prompts(self.loaded, [prompts[row] for row in part], tokens, prefix)
                answers = self.finish(reading, tokens, stops)
                written |= dict(zip(part, answers, strict=True))
        finally:
            room.can_share = usual
        return [written[row] for row in range(len(prompts))]

    def finish(self, reading: Any, tokens: int, stops: tuple[int, ...]) -> list[list[int]]:
        """Write the answers of a reading."""
        from etude.config.study import Generation
        from etude.engine.decode import Chance, write

        chances = [Chance(0, "")] * reading.rows
        return write(self.with_stops(stops), reading, Generation(max_tokens=tokens), chances)

    def generate(
        self, prompts: Sequence[tuple[int, ...]], size: int, tokens: int, stops: tuple[int, ...]
    ) -> list[list[int]]:
        """transformers' `generate` in batches of this size, in this order."""
        import torch

        from etude.engine.batch import pad_prompts

        model, written = self.loaded.model, []
        for part in cut(list(prompts), size):
            inputs = pad_prompts(part, 0, torch.device("cpu"), left=True)
            made = model.generate(
                **inputs,
                do_sample=False,
                max_new_tokens=tokens,
                eos_token_id=list(stops) or None,
                pad_token_id=0,
            )
            for row in made[:, inputs["input_ids"].shape[1] :].tolist():
                end = next((n for n, token in enumerate(row) if token in set(stops)), len(row))
                written.append(row[: end + 1])
        return written

    def with_stops(self, stops: tuple[int, ...]) -> Any:
        """The model with these stop tokens."""
        return replace(self.loaded, speaker=replace(self.loaded.speaker, stop_ids=stops))

    def take_turns(
        self, ways: dict[str, tuple[int, Way]]
    ) -> tuple[dict[str, list[float]], dict[str, list[list[int]]]]:
        """Examples per second of each way, repeat by repeat, and what each made."""
        self.loaded.model.generation_config.eos_token_id = None
        self.write(self.prompts[:4], 4, ())  # what is slow only the first time
        speeds: dict[str, list[float]] = {way: [] for way in ways}
        self.clock = {way: [] for way in ways}
        made = {}
        for _ in range(self.repeats):
            for way, (examples, do) in ways.items():
                by_clock, started = time.perf_counter(), time.process_time()
                made[way] = do()
                speeds[way].append(examples / (time.process_time() - started))
                self.clock[way].append(examples / (time.perf_counter() - by_clock))
        return speeds, made

    def row(
        self, name: str, speeds: dict[str, list[float]], peer: str, told: dict[str, Any]
    ) -> dict[str, Any]:
        """One figure in examples per second of processor time, with its spread."""
        import torch

        ours, theirs = speeds["ours"], speeds[peer]
        spread = {
            "ours_range": [round(min(ours), 2), round(max(ours), 2)],
            "peer_range": [round(min(theirs), 2), round(max(theirs), 2)],
            "ratio_by_clock": round(median(self.clock["ours"]) / median(self.clock[peer]), 2),
        }
        settings = {
            "repeats": self.repeats,
            "model": "Llama 15 M (hidden 288, 6 layers, vocabulary 32,000), random, fp32",
            "rows_at_once": self.rows(),
            "threads": torch.get_num_threads(),
            "allocator": ALLOCATOR["GLIBC_TUNABLES"],
        }
        whole = f"{name}: examples per CPU-second"
        more = conditions(**settings, **told, **spread)
        return figure(whole, ours, theirs, more, more_is_better=True)


def cut(items: list[Any], size: int) -> list[list[Any]]:
    """Neighbours in groups of at most `size`."""
    return [items[start : start + size] for start in range(0, len(items), size)]


def same(one: list[list[int]], other: list[list[int]]) -> str:
    """How many answers are the same, whatever order they were made in."""
    pairs = sum(a == b for a, b in zip(sorted(one), sorted(other), strict=True))
    return f"{pairs} of {len(one)}"


def ranked(values: list[float], count: int) -> list[list[int]]:
    """The order of each example's labels, the likeliest first."""
    return [
        sorted(range(count), key=lambda label: -values[start + label])
        for start in range(0, len(values), count)
    ]


if __name__ == "__main__":
    main()
