"""A loaded model as lm-evaluation-harness sees one: batched, sorted, with adapters as they are.

Texts are cut into tokens exactly as the harness's own `hf` model does it, so that the numbers are
the same; what is computed from tokens is our engine's work, which knows every method of tuning.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Literal

from lm_eval.api.model import TemplateLM
from lm_eval.models.utils import has_bos_prefix, normalize_gen_kwargs
from lm_eval.utils import get_rolling_token_windows, make_disjoint_window

from etude.config.study import Generation
from etude.engine.batching import Asked, batches_in, plan_batches, prefixes
from etude.engine.capacity import rows_at_once
from etude.engine.context import EncodedPrompt
from etude.engine.decode import Chance, write
from etude.engine.judging import judge
from etude.engine.library import can_read_ahead, generate_whole, stepwise_reason
from etude.engine.load import Loaded
from etude.engine.reading import Prefix, read_prefix, read_prompts
from etude.errors import UserError
from etude.progress import Progress, silent
from etude.prompts import render
from etude.records import Example, Message

UNLIMITED = 2048  # tokens that a model without a limit of its own is shown, as the harness has it
WRITTEN = 256  # tokens that an answer may have where a task does not say, as the harness has it
TAIL = 24  # tokens looked at for the end of an answer: more than any end is long
# The texts, where there are any; tokens of context and continuation.
Pair = tuple[tuple[str, str] | None, list[int], list[int]]


class EtudeLM(TemplateLM):  # type: ignore[misc] # the harness is untyped; it asks for a subclass
    """The harness's three requests, answered by a model that Etude has loaded.

    `notes` collects what could not be done as a task asked.
    """

    def __init__(
        self,
        loaded: Loaded,
        batch_size: int | Literal["auto"] = "auto",
        progress: Progress = silent,
    ) -> None:
        super().__init__()
        if loaded.labels is not None:
            raise UserError(
                "A model with a classification head names a class and writes nothing, so it cannot "
                "be put to a benchmark: benchmark an approach that writes."
            )
        self.loaded, self.size, self.progress = loaded, batch_size, progress
        self.tokenizer = loaded.speaker.tokenizer
        self.backend = "seq2seq" if loaded.speaker.encoder_decoder else "causal"
        self.max_length = loaded.speaker.context or UNLIMITED
        self.notes: list[str] = []

    @property
    def eot_token_id(self) -> int:
        return self.loaded.speaker.end_id

    @property
    def prefix_token_id(self) -> int:
        begin = self.tokenizer.bos_token_id
        return self.eot_token_id if begin is None else int(begin)

    @property
    def tokenizer_name(self) -> str:
        return self.loaded.speaker.markup.name

    def apply_chat_template(
        self, chat_history: Sequence[dict[str, str]], add_generation_prompt: bool = True
    ) -> str:
        """Turns as the model's markup writes them."""
        turns = [Message(turn["role"], turn["content"]) for turn in chat_history]  # type: ignore[arg-type] # the harness uses the same roles
        return render(
            self.loaded.speaker.markup, turns, add_generation_prompt=add_generation_prompt
        )

    def tok_encode(
        self, string: str, add_special_tokens: bool | None = None, **others: Any
    ) -> list[int]:
        """Token ids, with what the tokenizer adds unless the text begins with it already."""
        del others
        given: dict[str, Any] = {"verbose": False}
        begin = self.tokenizer.decode(self.prefix_token_id)
        if add_special_tokens is not None:
            given["add_special_tokens"] = add_special_tokens
        elif self.backend == "causal" and has_bos_prefix(string, begin):
            given["add_special_tokens"] = False
        ids: list[int] = self.tokenizer(string, **given).input_ids
        return ids

    def _loglikelihood_tokens(
        self, requests: Iterable[Pair], **others: Any
    ) -> list[tuple[float, bool]]:
        """Log-probability of each continuation, and whether each of its tokens is the likeliest.

        Contexts that are alike are read once. What is too long loses tokens on the left.
        """
        del others  # how the harness would show its progress
        places: dict[tuple[int, ...], list[tuple[int, list[int]]]] = {}
        cut, pairs = 0, list(requests)
        for number, (_, context, answer) in enumerate(pairs):
            room = self.max_length
            if self.backend == "causal":
                room = self.max_length + 1 - len(answer)
            if room < 1:
                raise UserError(
                    f"A benchmark scores a text of {len(answer)} tokens, but the model sees "
                    f"{self.max_length}: use a base with a longer context."
                )
            cut += len(context) > room
            places.setdefault(tuple(context[-room:]), []).append((number, list(answer)))
        self.say_cut(cut, len(pairs))
        found: list[tuple[float, bool]] = [(0.0, False)] * len(pairs)
        done = 0
        longest = max((len(answer) for rows in places.values() for _, answer in rows), default=1)
        for batch, prefix in self.batches(list(places), longest):
            answers = [[answer for _, answer in places[prompt]] for prompt in batch]
            for prompt, judged in zip(
                batch, judge(self.loaded, batch, answers, prefix), strict=True
            ):
                for (number, _), item in zip(places[prompt], judged, strict=True):
                    found[number] = (item.logprob, item.greedy)
                    done += 1
            self.progress("likelihoods", done, len(pairs), "")
        for pair, result in zip(pairs, found, strict=True):
            if pair[0] is not None:
                self.cache_hook.add_partial("loglikelihood", pair[0], result)
        return found

    def loglikelihood(
        self, requests: Sequence[Any], disable_tqdm: bool = True
    ) -> list[tuple[float, bool]]:
        """As the harness has it, with our progress instead of its bars."""
        del disable_tqdm
        found: list[tuple[float, bool]] = super().loglikelihood(requests, disable_tqdm=True)
        return found

    def loglikelihood_rolling(
        self, requests: Sequence[Any], disable_tqdm: bool = True
    ) -> list[float]:
        """Log-probability of whole texts, in windows of the model's context."""
        del disable_tqdm
        windows: list[Pair] = []
        owners: list[int] = []
        for number, request in enumerate(requests):
            (text,) = request.args
            for window in get_rolling_token_windows(
                token_list=self.tok_encode(text),
                prefix_token=self.prefix_token_id,
                max_seq_len=self.max_length,
                context_len=1,
            ):
                windows.append((None, *make_disjoint_window(window)))
                owners.append(number)
        sums = [0.0] * len(requests)
        for owner, (score, _) in zip(owners, self._loglikelihood_tokens(windows), strict=True):
            sums[owner] += score
        return sums

    def generate_until(self, requests: Sequence[Any], disable_tqdm: bool = True) -> list[str]:
        """Answers up to the first of a task's ends, which is not part of them."""
        del disable_tqdm
        groups: dict[str, list[int]] = {}
        for number, request in enumerate(requests):
            groups.setdefault(json.dumps(request.args[1], sort_keys=True), []).append(number)
        found = [""] * len(requests)
        for numbers in groups.values():
            texts = [requests[number].args[0] for number in numbers]
            written = self.written(texts, dict(requests[numbers[0]].args[1]))
            for number, text in zip(numbers, written, strict=True):
                found[number] = text
        return found

    def written(self, texts: Sequence[str], asked: dict[str, Any]) -> list[str]:
        """Answers to texts that are asked with the same settings."""
        settings = normalize_gen_kwargs(asked, WRITTEN)
        ends = settings.pop("until", [])
        ends = [end for end in ([ends] if isinstance(ends, str) else ends) if end]
        room = int(settings.pop("max_gen_toks"))
        causal = self.backend == "causal"
        if causal and room >= self.max_length:
            room = self.max_length // 2
            self.note(f"Answers were cut at {room} tokens: the context is {self.max_length}.")
        sampled = bool(settings.pop("do_sample", False))
        temperature = float(settings.pop("temperature", 0.0) or 0.0)
        top_p = float(settings.pop("top_p", 1.0)) if sampled else settings.pop("top_p", None)
        for name, value in settings.items():
            self.note(f"generation_kwargs.{name} = {value} of the task was not used.")
        generation = Generation(
            max_tokens=room,
            temperature=(temperature or 1.0) if sampled else 0.0,
            top_p=top_p if sampled else 1.0,
        )
        limit = self.max_length - room if causal else self.max_length
        texts_of: dict[tuple[int, ...], list[int]] = {}
        cut = 0
        for number, text in enumerate(texts):
            ids = self.tok_encode(text)
            cut += len(ids) > limit
            texts_of.setdefault(tuple(ids[-limit:]), []).append(number)
        self.say_cut(cut, len(texts))
        found, done = [""] * len(texts), 0
        for batch, prefix in self.batches(list(texts_of), room):
            for prompt, ids in zip(
                batch, self.tokens(batch, generation, ends, prefix), strict=True
            ):
                text = str(self.tokenizer.decode(ids, skip_special_tokens=True))
                for end in ends:
                    text = text.split(end)[0]
                for number in texts_of[prompt]:
                    found[number] = text
                    done += 1
            self.progress("writing", done, len(texts), "")
        return found

    def tokens(
        self,
        prompts: Sequence[tuple[int, ...]],
        generation: Generation,
        ends: Sequence[str],
        prefix: Prefix | None,
    ) -> list[list[int]]:
        """Tokens of answers, without the model's own end."""
        stops = self.loaded.speaker.stop_ids
        chances = [Chance(0, str(prompt)) for prompt in prompts]
        if stepwise_reason(self.loaded) is None:
            reading = read_prompts(self.loaded, prompts, generation.max_tokens, prefix)
            ids = write(self.loaded, reading, generation, chances, self.ended(ends))
        else:
            ids = generate_whole(self.loaded, prompts, generation, chances)
        return [
            row[: next((place for place, token in enumerate(row) if token in stops), len(row))]
            for row in ids
        ]

    def ended(self, ends: Sequence[str]) -> Callable[[list[int]], bool]:
        """Whether what has been written holds one of the ends, by its last tokens."""

        def enough(row: list[int]) -> bool:
            text = str(self.tokenizer.decode(row[-TAIL:], skip_special_tokens=True))
            return any(end in text for end in ends)

        return enough if ends else lambda _: False

    def batches(
        self, prompts: Sequence[tuple[int, ...]], more: int
    ) -> Iterable[tuple[list[tuple[int, ...]], Prefix | None]]:
        """Prompts that are read together, the longest first, with what they begin with."""
        asked = [as_asked(number, ids) for number, ids in enumerate(prompts)]
        generation = Generation(max_tokens=max(1, more), batch_size=self.size)
        shared = prefixes(asked) if can_read_ahead(self.loaded) else {}
        prefix: Prefix | None = None
        for batch in batches_in(plan_batches(asked, rows_at_once(self.loaded, generation)), asked):
            begins = shared.get(batch[0].example.id, ())
            if begins != (prefix.tokens if prefix is not None else ()):
                prefix = read_prefix(self.loaded, begins) if begins else None
            yield [tuple(item.prompt.ids) for item in batch], prefix

    def say_cut(self, cut: int, count: int) -> None:
        """Note how many texts were too long."""
        if cut:
            self.note(
                f"{cut} of {count} texts were longer than the model's context of "
                f"{self.max_length} tokens and lost their beginning."
            )

    def note(self, text: str) -> None:
        """Note something once."""
        if text not in self.notes:
            self.notes.append(text)


def as_asked(number: int, ids: tuple[int, ...]) -> Asked:
    """Token ids in the form that batches are planned in."""
    example = Example(str(number), "benchmark", (), ())
    return Asked(example, EncodedPrompt(ids, "", (), 0))
