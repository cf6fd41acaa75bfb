"""The benchmarks' own code: what is counted, compared and written; never how fast anything is."""

from __future__ import annotations

import importlib
import json
import sys
import time
from dataclasses import asdict
from pathlib import Path
from typing import Any, get_args
from xml.etree import ElementTree

import pytest
import torch

import arithmetic
import figures
import gpu
import gpu_page
import growth
import growth_page
import methods
import models
import ours
import peer_llamafactory
import run
from etude.config.methods import PlainName
from work import Clock, Job, Shape, config_of, make_model, make_rows, read_rows

TINY = Shape(hidden=32, layers=3, heads=4, inner=64, vocabulary=256, key_heads=2, context=128)


@pytest.fixture
def job(tmp_path: Path) -> Job:
    """A job that takes a moment: 16 rows of exactly 12 and 5 words."""
    rows = make_rows(
        tmp_path / "rows.jsonl", 16, prompt=12, response=5, vocabulary=256, length=lambda _, n: n
    )
    return Job(str(make_model(tmp_path / "model", TINY)), str(rows))


# The work


@pytest.mark.parametrize("shape", [*growth.SIZES.values(), growth.DATA, *gpu.SHAPES.values(), TINY])
def test_a_shape_knows_its_parameters(shape: Shape) -> None:
    from transformers import LlamaForCausalLM

    with torch.device("meta"):
        network = LlamaForCausalLM(config_of(shape))
    assert network.num_parameters() == shape.parameters


def test_sizes_are_what_they_are_called() -> None:
    for name, shape in growth.SIZES.items():
        assert shape.parameters / 1e6 == pytest.approx(float(name.split()[0]), rel=0.1)
    sizes = {name: round(gpu.SHAPES[name].parameters / 1e9, 2) for name in ("1b", "3b", "8b")}
    assert sizes == {"1b": 1.24, "3b": 3.21, "8b": 8.03}  # as published for these shapes


def test_rows_have_the_lengths_that_were_asked_for(tmp_path: Path) -> None:
    drawn = read_rows(make_rows(tmp_path / "a.jsonl", 2000))
    prompts = [len(row["prompt"].split()) for row in drawn]
    responses = [len(row["completion"].split()) for row in drawn]
    assert sum(prompts) / 2000 == pytest.approx(69, rel=0.05)
    assert sum(responses) / 2000 == pytest.approx(46, rel=0.05)
    assert max(prompts) > 2 * 69  # skewed, as real ones are


def test_a_job_comes_through_a_command_line() -> None:
    job = Job("m", "r", "trl", "tuned", "nf4", "cuda", batch_size=3, epochs=2)
    assert Job.from_json(job.to_json()) == job


def test_the_clock_runs_over_the_last_epoch() -> None:
    clock = Clock(Job("m", "r", epochs=2))
    clock.start()
    time.sleep(0.05)
    clock.epoch()
    clock.epoch()
    clock.stop()
    told = clock.told(more=1)
    assert told["train_seconds"] < 0.05 <= told["whole_seconds"]
    assert 0 <= told["processor_seconds"] < 0.05
    assert told["peak_mb"] > 1
    assert told["more"] == 1


# Arithmetic


@models.peft_asks_by_an_old_name
def test_what_mfu_counts_is_what_torch_counts(job: Job, capsys: pytest.CaptureFixture[str]) -> None:
    models.forget_accelerate()
    job = Job(**{**asdict(job), "count": True})
    ours.main(job)
    found = json.loads(capsys.readouterr().out.splitlines()[-1])
    tokens = gpu.count(Path(job.model), Path(job.rows))
    assert (found["tokens"], found["supervised"]) == (tokens.all, tokens.supervised)
    assert (tokens.all, tokens.supervised, tokens.squares) == (16 * 18, 16 * 6, 16 * 18**2)
    assert found["learning"] == arithmetic.lora_weights(TINY)
    # torch multiplies all of queries and keys, the formula only what is not masked ...
    masked = 6 * TINY.layers * TINY.hidden * tokens.squares
    # ... and the embeddings take no gradient, so the first queries, keys and values pass none on.
    keys = TINY.hidden // 2
    inputs = 2 * tokens.all * (TINY.hidden * (TINY.hidden + 2 * keys) + 3 * 8 * TINY.hidden)
    expected = arithmetic.lora_flops(TINY, tokens) + masked - inputs
    assert found["flops"] * 16 == pytest.approx(expected, rel=0.002)


def test_peaks_of_devices() -> None:
    assert arithmetic.peak_flops("NVIDIA H200") == 989.4e12
    assert arithmetic.peak_flops("NVIDIA H100 PCIe") == 756e12
    assert arithmetic.peak_flops("NVIDIA A10G") == 70e12
    assert arithmetic.peak_flops("NVIDIA GeForce RTX 4090") == 165.2e12
    assert arithmetic.peak_flops("Tesla T4") is None
    assert arithmetic.peak_flops(arithmetic.device_name("cpu")) is None
    assert arithmetic.measured_peak("cpu", 64) > 1e6


# Beside peers


def fake(seconds: dict[str, float], done: list[str]) -> Any:
    """A `measure` that tells made-up figures and notes who was asked."""

    def measure(job: Job, *, python: str = "", threads: int | None = None) -> dict[str, Any]:
        name = f"{job.tool} {job.variant} {job.method}"
        done.append(name.replace("  ", " ").strip())
        return {
            "train_seconds": seconds[job.tool if job.tool != "ours" else job.method],
            "processor_seconds": 2 * seconds[job.tool if job.tool != "ours" else job.method],
            "peak_mb": 1000.0 * len(job.tool),
            "settings": f"{job.tool} as it likes",
            "flops": 2e6 if job.method == "full" else 1e6,
            "learning": 5,
        }

    return measure


def test_peers_take_turns_and_ratios_are_of_examples_per_second(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    done: list[str] = []
    times = {"lora": 2.0, "trl": 6.0, "trainer": 4.0}
    monkeypatch.setattr(figures, "measure", fake(times, done))
    monkeypatch.setattr(run, "make_model", lambda folder: folder)
    monkeypatch.setattr(run, "fast_type", lambda: "fp32")
    arguments = ["--only", "peers", "--repeats", "2", "--examples", "100", "--peers", str(tmp_path)]
    monkeypatch.setattr(sys, "argv", ["run.py", *arguments])
    run.main()
    turn = ["ours lora", "trl default lora", "trl tuned lora", "trainer lora"]
    assert done == turn * 2
    out, said = capsys.readouterr()
    rows = {row["name"]: row for row in map(json.loads, out.splitlines())}
    assert len(rows) == 6
    base = "LoRA of a 15 M Llama, against "
    tuned = rows[f"{base}TRL with packing, without checkpointing: examples per second"]
    assert (tuned["ours"], tuned["ratio"]) == (50.0, 3.0)
    assert tuned["conditions"]["peer"] == "trl as it likes"
    assert tuned["conditions"]["ratio_by_processor_time"] == 3.0
    slow = rows[f"{base}TRL as it comes: examples per second"]  # a fifth of the examples
    assert (slow["ratio"], slow["conditions"]["peer_examples"]) == (15.0, 20)
    memory = rows[f"{base}HF Trainer, grouped by length: peak memory in MB"]
    assert (memory["ours"], memory["peer"], memory["ratio"]) == (4000.0, 7000.0, 1.75)
    assert f"LLaMA-Factory is left out: {tmp_path} holds no environment of it" in said
    assert "| ours | peer | ratio |" in said


def test_a_peer_in_its_own_environment_is_found(tmp_path: Path) -> None:
    python = tmp_path / "llamafactory" / "bin" / "python"
    python.parent.mkdir(parents=True)
    assert figures.environments(tmp_path) == {}
    python.touch()
    assert figures.environments(tmp_path) == {"llamafactory": str(python)}
    assert figures.environments(tmp_path / "nowhere") == {}


@pytest.mark.slow
def test_a_process_tells_its_figures_or_why_it_failed(job: Job) -> None:
    told = figures.measure(Job(job.model, job.rows, "trainer", epochs=2))
    assert 0 < told["train_seconds"] < told["whole_seconds"]
    assert told["settings"] == "Trainer with PEFT, fp32, batches of 8 grouped by length"
    with pytest.raises(figures.Failed, match=r"^peer_trainer.py failed:\n"):
        figures.measure(Job("/nowhere/model", job.rows, "trainer"))


def test_settings_of_llamafactory(job: Job, tmp_path: Path) -> None:
    peer_llamafactory.describe(job, tmp_path)
    known = json.loads((tmp_path / "dataset_info.json").read_text())
    assert known["bench"]["file_name"] == job.rows
    default = peer_llamafactory.settings(Job("m", "r", variant="default"), tmp_path)
    tuned = peer_llamafactory.settings(Job("m", "r", variant="tuned"), tmp_path)
    assert default["bf16"] is True  # as in its example, whatever the processor
    assert tuned["bf16"] is False
    assert tuned.keys() - default.keys() == {
        "disable_gradient_checkpointing",
        "train_sampling_strategy",
    }
    assert tuned["per_device_train_batch_size"] == 8


def test_without_audio_an_empty_module_takes_its_place(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "torchaudio", None)  # importing it fails
    peer_llamafactory.stand_in_for_audio()
    stand_in = importlib.import_module("torchaudio")
    assert stand_in is sys.modules["torchaudio"]
    assert stand_in.__spec__ is not None


# Methods beside LoRA


def test_every_method_is_measured() -> None:
    assert set(methods.METHODS) == set(get_args(PlainName))


def test_what_a_count_explains(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    done: list[str] = []
    monkeypatch.setattr(figures, "measure", fake({"lora": 2.0, "full": 5.0}, done))
    monkeypatch.setattr(methods, "make_model", lambda folder: folder)
    (row,) = methods.against_lora(["full"], 2, 100, tmp_path)
    assert done == ["ours lora", "ours full"] * 2
    assert (row["ours"], row["peer"], row["ratio"]) == (20.0, 50.0, 0.4)
    told = row["conditions"]
    assert (told["time"], told["arithmetic"], told["beyond"]) == (2.5, 2.0, 1.25)
    assert told["processor_time"] == 2.5


@pytest.mark.slow
@models.peft_asks_by_an_old_name
@pytest.mark.parametrize("name", methods.METHODS)
def test_every_method_is_counted(name: str, job: Job, capsys: pytest.CaptureFixture[str]) -> None:
    models.forget_accelerate()
    ours.main(Job(**{**asdict(job), "method": name, "count": True, "epochs": 6}))
    found = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert found["flops"] > 1e6
    assert found["learning"] > 0
    if name in ours.RANKED:
        assert getattr(ours.method_of(name), "r", None) == 8  # compared at one rank


# On a GPU


def test_without_cuda_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    with pytest.raises(SystemExit) as refused:
        gpu.main([])
    assert str(refused.value) == (
        "bench/gpu.py needs a CUDA device, and torch sees none here: run it where there is one, or "
        "try its code with --device cpu --tiny."
    )
    with pytest.raises(SystemExit) as refused:
        gpu.main(["--device", "cpu"])
    assert str(refused.value) == "On a processor bench/gpu.py only tries its own code: add --tiny."


def gpu_row(tool: str, **figures: Any) -> dict[str, Any]:
    told = {
        "date": "2030-01-02",
        "device": "NVIDIA Nothing",
        "versions": {"torch": "9"},
        "peak_tflops": 100.0,
        "measured_peak_tflops": 90.0,
        "peak_from": "data sheet",
        "settings": "as it likes",
    }
    return {"base": "Llama 1b", "method": "LoRA", "tool": tool, **figures, "conditions": told}


def test_the_page_of_a_gpu(tmp_path: Path) -> None:
    assert "Nothing has been measured on a GPU so far." in gpu_page.write_page(tmp_path).read_text()
    rows = [
        gpu_row("Etude", tokens_per_second=3000.0, mfu=0.4, device_mb=5000.0),
        gpu_row("TRL as it comes", tokens_per_second=1500.0, mfu=0.2, device_mb=9000.0),
        gpu_row("Unsloth", failed="out of memory"),
    ]
    (tmp_path / "gpu.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    page = gpu_page.write_page(tmp_path).read_text()
    assert "## NVIDIA Nothing, 2030-01-02" in page
    assert "Peak: 100.0 TFLOPS (data sheet); measured 90.0. torch 9." in page
    assert "| Etude | 3,000 |  | 40.0% | 5,000 MB | as it likes |" in page
    assert "| TRL as it comes | 1,500 | 2.00 x | 20.0% | 9,000 MB | as it likes |" in page
    assert "| Unsloth | out of memory | | | | |" in page


def test_a_tool_without_memory_is_a_row(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def measure(job: Job, **_: Any) -> dict[str, Any]:
        if job.variant == "recomputed":
            raise figures.Failed("ours.py failed:\ntorch.OutOfMemoryError: CUDA out of memory. x")
        return {"train_seconds": 2.0, "device_mb": 7.0, "peak_mb": 8.0, "settings": "as it likes"}

    monkeypatch.setattr(gpu, "measure", measure)
    monkeypatch.setattr(gpu, "find_spec", lambda name: None)
    options = gpu.parser().parse_args(["--device", "cpu", "--tiny", "--examples", "10"])
    gpu.check(options)
    tokens = arithmetic.Tokens(100, 40, 1200)
    work = gpu.Work("tiny", tmp_path, tmp_path, gpu.SHAPES["tiny"], tokens)
    rows = list(gpu.measured(work, "bf16", options, 1e9, {"peak_from": "thin air"}))
    assert [row["tool"] for row in rows] == ["Etude", "Etude, activation checkpointing"]
    assert rows[0]["tokens_per_second"] == 50.0
    flops = arithmetic.lora_flops(gpu.SHAPES["tiny"], tokens)
    assert rows[0]["mfu"] == pytest.approx(flops / 2e9, abs=1e-4)
    assert rows[1]["failed"] == "out of memory"
    assert "# TRL, packing is left out: it is not installed here." in capsys.readouterr().err


@pytest.mark.long
def test_the_gpu_benchmark_on_a_processor(tmp_path: Path) -> None:
    what = "--device cpu --tiny --tools ours --precisions bf16 --examples 8"
    gpu.main(f"{what} --out {tmp_path} --peers {tmp_path}".split())
    (row,) = [json.loads(line) for line in (tmp_path / "gpu.jsonl").read_text().splitlines()]
    assert (row["base"], row["method"], row["tool"]) == ("Llama tiny", "LoRA", "Etude")
    assert row["tokens_per_second"] > 0
    assert row["conditions"]["device"] == "processor"
    assert row["conditions"]["versions"]["torch"] == torch.__version__
    assert "**Llama tiny, LoRA**" in (tmp_path / "gpu.md").read_text()


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA device here")
@pytest.mark.parametrize("precision", gpu.PRECISIONS)
def test_the_gpu_benchmark_on_a_gpu(precision: str, tmp_path: Path) -> None:
    what = f"--tiny --precisions {precision} --bases random etude-mini"
    where = f"--out {tmp_path} --peers {tmp_path}"
    gpu.main([*f"{what} {where} --tools ours".split(), "ours recomputed"])
    rows = [json.loads(line) for line in (tmp_path / "gpu.jsonl").read_text().splitlines()]
    assert len(rows) == 4
    assert all(row["device_mb"] > 1 and 0 < row["mfu"] < 1 for row in rows)


# Growth


def growth_row(point: growth.Point, **more: Any) -> dict[str, Any]:
    told = figures.conditions(load_before=1.0)
    row = {"point": asdict(point), "peak_mb": 500.0 + point.value / 1e5, "settings": "as it likes"}
    row |= {"examples_per_second": 1e4 / point.value, "tokens_per_second": 99.0}
    if point.axis == "examples":
        row |= {"seconds": point.value / 1e3, "data_seconds": 1.0, "train_seconds": 2.0}
        row |= {"largest_mb": 600.0 + point.value / 1e5}
    return {**row, **more, "conditions": told}


def made_up(again: list[str]) -> Any:
    def measured(point: growth.Point) -> dict[str, Any]:
        again.append(point.name)
        return growth_row(point)

    return measured


@pytest.fixture
def done(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the points that growth has measured, with made-up figures."""
    names: list[str] = []
    monkeypatch.setattr(growth, "measured", made_up(names))
    return names


def test_growth_goes_on_where_it_was_stopped(tmp_path: Path, done: list[str]) -> None:
    growth.main(["--out", str(tmp_path), "--minutes", "0"])
    assert done == []
    growth.main(["--out", str(tmp_path), "--only", "length"])
    assert done == [f"length {n:,}" for n in (64, 256, 1024, 128, 512)]
    path = tmp_path / "growth.jsonl"
    path.write_text(path.read_text()[:-20])  # killed while the last row was written
    done.clear()
    growth.main(["--out", str(tmp_path)])
    assert "length 128" not in done
    assert "length 512" in done
    assert "examples 100,000" in done
    done.clear()
    growth.main(["--out", str(tmp_path)])
    assert done == []


def test_growth_has_the_points_that_were_asked_for() -> None:
    found = growth.points()
    of = {axis: sorted(p.value for p in found if p.axis == axis) for axis in growth_page.AXES}
    assert of["examples"] == [1_000, 10_000, 100_000]
    assert of["length"] == [64, 128, 256, 512, 1024]
    sizes = [growth_page.short(value) for value in of["parameters"]]
    assert sizes == ["1 M", "4 M", "15 M", "53 M", "152 M"]


def test_the_page_of_growth(tmp_path: Path) -> None:
    rows = [growth_row(point) for point in growth.points() if point.axis != "parameters"]
    growth_page.write_page(tmp_path, rows)
    page = (tmp_path / "growth.md").read_text()
    assert "| 100,000 | 1 s | 2 s | 100 s | 501 MB | 601 MB |" in page
    assert (
        "100 times as many examples take 100.0 times the time (the power 1.00) and 1 MB more at "
        "the peak of memory in training, that is 10 bytes per example, and 1 MB more in the "
        "largest process of the study." in page
    )
    assert "16 times the length take 16.0 times the time (the power 1.00)" in page
    assert page.count("Not measured yet.") == 1
    drawn = sorted(path.name for path in tmp_path.glob("*.svg"))
    assert drawn == ["growth-examples.svg", "growth-length.svg"]
    root = ElementTree.parse(tmp_path / "growth-length.svg").getroot()  # noqa: S314 - our own file
    assert float(root.attrib["width"].removesuffix("pt")) < 300  # a phone's width
    first = (tmp_path / "growth-length.svg").read_bytes()
    growth_page.write_page(tmp_path, rows)
    assert (tmp_path / "growth-length.svg").read_bytes() == first


@pytest.mark.long
@pytest.mark.parametrize("number", [0, 1])  # a whole study, a training alone
def test_a_point_of_growth(number: int) -> None:
    point = growth.points(tiny=True)[number]
    row = growth.measured(point)
    assert row["point"] == asdict(point)
    assert row["examples_per_second"] > 0
    assert row["peak_mb"] > 100
    if point.axis == "examples":
        assert row["seconds"] > row["data_seconds"] > 0
        assert row["largest_mb"] >= 0.9 * row["peak_mb"]
