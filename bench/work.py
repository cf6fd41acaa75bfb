"""The work that every tool is measured on, and what a process that does it is told and tells.

Rows are made of random words of a word-level vocabulary, in which a word is a token: lengths are
exact, skewed as real ones are, and every tool reads the same text. By default a Llama of 15 M
parameters, prompts of 69 and responses of 46 tokens.

Peers run in environments of their own, so this module loads nothing but the standard library
until a model is made, and Etude only where it is asked for.
"""

from __future__ import annotations

import json
import random
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from etude.memory import peak_megabytes

VOCABULARY = 32_000
PROMPT, RESPONSE = 69, 46  # mean tokens
LORA = {"r": 8, "alpha": 16, "targets": "all-linear", "learning_rate": 2e-4}
BATCH = 8


@dataclass(frozen=True, slots=True)
class Shape:
    """A Llama: its widths, depth and words."""

    hidden: int
    layers: int
    heads: int
    inner: int
    vocabulary: int = VOCABULARY
    key_heads: int | None = None
    context: int = 1024
    tied: bool = True

    @property
    def body(self) -> int:
        """Weights of the layers' matrices: what every token is multiplied with."""
        keys = (self.key_heads or self.heads) * (self.hidden // self.heads)
        attention = 2 * self.hidden * self.hidden + 2 * self.hidden * keys
        return self.layers * (attention + 3 * self.hidden * self.inner)

    @property
    def head(self) -> int:
        """Weights of the output layer: what every supervised token is multiplied with."""
        return self.hidden * self.vocabulary

    @property
    def parameters(self) -> int:
        """All parameters, norms included."""
        norms = (2 * self.layers + 1) * self.hidden
        return self.body + norms + self.head * (1 if self.tied else 2)


SMALL = Shape(hidden=288, layers=6, heads=6, inner=768)  # 15 M, the work of `make bench`


@dataclass(frozen=True, slots=True)
class Job:
    """What one process is to do: tune a model on these rows.

    `epochs` passes are made, and the clock runs over the last of them: with two, what is slow
    only the first time (kernels that are compiled or chosen) is left out. `batch_size` counts
    examples; `max_tokens` is how long a packed sequence is, for tools that pack.
    """

    model: str
    rows: str
    tool: str = "ours"
    variant: str = ""
    precision: str = "fp32"
    device: str = "cpu"
    method: str = "lora"
    batch_size: int = BATCH
    max_tokens: int = 512
    epochs: int = 1
    count: bool = False

    def to_json(self) -> str:
        """As the command line of a script gets it."""
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> Job:
        """What `to_json` wrote."""
        return cls(**json.loads(text))


class Clock:
    """Seconds of the last epoch and of the whole, and the peak of memory.

    `epoch` is called when an epoch has ended; on a GPU, all that was begun is waited for. Seconds
    of processor time, of all threads together, feel other programs less than the clock's.
    """

    def __init__(self, job: Job) -> None:
        self.job = job
        self.begun = time.perf_counter()
        self.epochs = 0
        self.started = self.ended = self.begun
        self.worked = 0.0

    def start(self) -> None:
        """Training begins."""
        self.wait()
        self.started, self.worked = time.perf_counter(), -time.process_time()

    def epoch(self) -> None:
        """An epoch has ended; unless it was the last, the clock begins anew."""
        self.epochs += 1
        if self.epochs < self.job.epochs:
            self.start()

    def stop(self) -> None:
        """Training has ended."""
        self.wait()
        self.ended = time.perf_counter()
        self.worked += time.process_time()

    def wait(self) -> None:
        """Until the GPU has done what it was asked."""
        if self.job.device == "cuda":
            import torch

            torch.cuda.synchronize()

    def told(self, **more: Any) -> dict[str, Any]:
        """What a script prints last, as one line of JSON."""
        peak = peak_megabytes()
        return {
            "train_seconds": self.ended - self.started,
            "processor_seconds": self.worked,
            "whole_seconds": self.ended - self.begun,
            "peak_mb": peak["host"],
            "device_mb": peak["device"],
            **more,
        }


def by_trainer(clock: Clock) -> Any:
    """The clock as a callback of transformers' `Trainer`, of which TRL's and others are kinds."""
    from transformers import TrainerCallback

    class Timed(TrainerCallback):
        """Starts and stops with the training, which leaves out what the trainer prepares."""

        def on_train_begin(self, *_: Any, **__: Any) -> None:
            clock.start()

        def on_epoch_end(self, *_: Any, **__: Any) -> None:
            clock.epoch()

        def on_train_end(self, *_: Any, **__: Any) -> None:
            clock.stop()

    return Timed()


def make_model(
    folder: Path, shape: Shape = SMALL, *, dtype: str = "float32", device: str = "cpu"
) -> Path:
    """A Llama of random weights with its tokenizer; where there is one, it is left as it is."""
    import torch
    from transformers import LlamaForCausalLM

    if (folder / "config.json").exists():
        return folder
    make_tokenizer(folder, shape.vocabulary, shape.context)
    torch.manual_seed(0)
    usual = torch.get_default_dtype()
    torch.set_default_dtype(getattr(torch, dtype))
    try:
        with torch.device(device):  # billions of numbers are drawn fastest where they are used
            network = LlamaForCausalLM(config_of(shape))
    finally:
        torch.set_default_dtype(usual)
    network.save_pretrained(folder)
    return folder


def config_of(shape: Shape) -> Any:
    """A shape as transformers' configuration of a Llama."""
    from transformers import LlamaConfig

    return LlamaConfig(
        vocab_size=shape.vocabulary,
        hidden_size=shape.hidden,
        intermediate_size=shape.inner,
        num_hidden_layers=shape.layers,
        num_attention_heads=shape.heads,
        num_key_value_heads=shape.key_heads or shape.heads,
        max_position_embeddings=shape.context,
        tie_word_embeddings=shape.tied,
        pad_token_id=0,
        bos_token_id=1,
        eos_token_id=2,
    )


def make_tokenizer(folder: Path, vocabulary: int, context: int) -> None:
    """A vocabulary of `w0`, `w1`, ... and four special tokens."""
    from tokenizers import Tokenizer, models, pre_tokenizers
    from transformers import PreTrainedTokenizerFast

    words = ["<pad>", "<s>", "</s>", "<unk>", *(f"w{n}" for n in range(vocabulary - 4))]
    tokenizer = Tokenizer(
        models.WordLevel({word: n for n, word in enumerate(words)}, unk_token="<unk>")  # noqa: S106
    )
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        eos_token="</s>",  # noqa: S106 - a token of a vocabulary, no secret
        pad_token="<pad>",  # noqa: S106 - as above
        unk_token="<unk>",  # noqa: S106 - as above
        model_max_length=context,
    ).save_pretrained(folder)


def make_rows(
    path: Path,
    count: int,
    *,
    prompt: float = PROMPT,
    response: float = RESPONSE,
    vocabulary: int = VOCABULARY,
    longest: int = 400,
    length: Callable[[random.Random, float], float] | None = None,
) -> Path:
    """`count` rows of prompt and completion, lengths drawn from gamma distributions.

    `length` draws them otherwise, from a chance and the mean.
    """
    chance = random.Random(0)
    draw = length or (lambda chance, mean: chance.gammavariate(4, mean / 4))

    def words(mean: float) -> str:
        drawn = max(4, round(draw(chance, mean)))
        return " ".join(f"w{chance.randrange(vocabulary - 4)}" for _ in range(min(drawn, longest)))

    with path.open("w") as file:
        for _ in range(count):
            row = {"prompt": words(prompt), "completion": " " + words(response)}
            file.write(json.dumps(row) + "\n")
    return path


def read_rows(path: Path | str) -> list[dict[str, str]]:
    """The rows of `make_rows`."""
    return [json.loads(line) for line in Path(path).read_text().splitlines()]
