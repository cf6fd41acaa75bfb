"""Answers, label scores and likelihoods of references: batched, sorted by length, as they come."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from etude.config.study import Generation
from etude.engine.batch import Encoded, collate, pad_prompts
from etude.engine.encode import EncodedPrompt, encode_answer
from etude.engine.head import supervised_logits
from etude.engine.load import Loaded
from etude.engine.virtual import generation_inputs, needs_own_inputs
from etude.errors import UserError
from etude.prompts import ending
from etude.records import Example, Finish, Prediction


@dataclass(frozen=True, slots=True)
class Asked:
    """An example with the prompt it is put in."""

    example: Example
    prompt: EncodedPrompt


def plan_batches(asked: Sequence[Asked], batch_size: int) -> list[list[str]]:
    """Ids of examples that are answered together: alike in length, the longest first.

    The longest first, so that memory that does not suffice is noticed at once.
    """
    order = sorted(asked, key=lambda item: (-len(item.prompt.ids), item.example.id))
    ids = [item.example.id for item in order]
    return [ids[start : start + batch_size] for start in range(0, len(ids), batch_size)]


def predict_batch(
    loaded: Loaded,
    asked: Sequence[Asked],
    generation: Generation,
    *,
    approach: str,
    seed: int,
    sampling_seed: int,
) -> list[Prediction]:
    """Answer a batch of prompts and score their first references (and labels, where there are).

    `sampling_seed` makes a sampled batch the same when it is done again after a kill. Of a
    reference that does not fit the context window after its prompt, the part that does is
    scored: `reference_tokens` and `reference_bytes` are that part's.
    """
    started = time.perf_counter()
    torch.manual_seed(sampling_seed)
    prompts = [item.prompt.ids for item in asked]
    whole = [answer_ids(loaded, item, item.example.references[0]) for item in asked]
    references = [ids[: answer_room(loaded, item)] for ids, item in zip(whole, asked, strict=True)]
    likelihoods = log_likelihoods(loaded, prompts, references)
    labelled = [score_labels(loaded, item) for item in asked if item.example.choices]
    if labelled:
        best = [max(scores, key=lambda label: scores[label]) for scores in labelled]
        answers = [
            Answer(label, len(answer_ids(loaded, item, label)), "stop")
            for item, label in zip(asked, best, strict=True)
        ]
    else:
        answers = generate(loaded, prompts, generation)
    share = (time.perf_counter() - started) / len(asked)
    return [
        Prediction(
            example_id=item.example.id,
            approach=approach,
            seed=seed,
            text=answers[row].text,
            label=answers[row].text if labelled else None,
            label_scores=labelled[row] if labelled else None,
            reference_logprob=likelihoods[row],
            reference_tokens=len(references[row]),
            reference_bytes=len(item.example.references[0].encode())
            if references[row] == whole[row]
            else bytes_of(loaded, references[row]),
            prompt_tokens=len(item.prompt.ids),
            answer_tokens=answers[row].tokens,
            finish=answers[row].finish,
            truncated_tokens=item.prompt.truncated_tokens,
            seconds=share,
        )
        for row, item in enumerate(asked)
    ]


@dataclass(frozen=True, slots=True)
class Answer:
    """A written answer; `tokens` counts what was written, the end token included."""

    text: str
    tokens: int
    finish: Finish


@torch.inference_mode()
def generate(
    loaded: Loaded, prompts: Sequence[Sequence[int]], generation: Generation
) -> list[Answer]:
    """Write answers to a batch of prompts (token ids). Greedy unless a temperature is set."""
    from transformers import GenerationConfig

    speaker, model = loaded.speaker, loaded.model
    sampling: dict[str, Any] = {"do_sample": False}
    if generation.temperature > 0:
        sampling = {
            "do_sample": True,
            "temperature": generation.temperature,
            "top_p": generation.top_p,
            "top_k": 0,
        }
    config = GenerationConfig(
        max_new_tokens=generation.max_tokens,
        eos_token_id=list(speaker.stop_ids),
        pad_token_id=speaker.pad_id,
        decoder_start_token_id=loaded.decoder_start_id,
        **sampling,
    )
    model.generation_config = GenerationConfig()  # what a hub model brings along would seep in
    if needs_own_inputs(model):
        own, begins = generation_inputs(model, prompts, speaker.pad_id, loaded.device)
        rows = model.get_base_model().generate(**own, generation_config=config)
        return [read_answer(loaded, row[begins:].tolist()) for row in rows]
    left = not speaker.encoder_decoder
    inputs = pad_prompts(prompts, speaker.pad_id, loaded.device, left=left)
    written: Tensor = model.generate(**inputs, generation_config=config)
    skip = 1 if speaker.encoder_decoder else inputs["input_ids"].shape[1]
    return [read_answer(loaded, row[skip:].tolist()) for row in written]


def read_answer(loaded: Loaded, ids: list[int]) -> Answer:
    """Cut generated tokens after the first stop token and write them as text.

    An end-of-turn marker that is no token of this tokenizer (ChatML's, on a base that does not
    know it) stands in the text as letters: the answer ends before it.
    """
    speaker = loaded.speaker
    end = next((index for index, token in enumerate(ids) if token in speaker.stop_ids), None)
    kept = ids if end is None else ids[: end + 1]
    text = str(speaker.tokenizer.decode(kept, skip_special_tokens=True))
    if marker := ending(speaker.markup):
        text = text.partition(marker)[0]
    return Answer(text.strip(), len(kept), "length" if end is None else "stop")


def score_labels(loaded: Loaded, item: Asked) -> dict[str, float]:
    """Natural-log probability of every label as the answer, its end token included."""
    choices = item.example.choices
    answers = [answer_ids(loaded, item, label) for label in choices]
    room = answer_room(loaded, item)
    for label, ids in zip(choices, answers, strict=True):
        if room is not None and len(ids) > room:
            raise UserError(
                f"The label '{label}' is {len(ids)} tokens long, but the prompt of example "
                f"{item.example.id} leaves {room} of the model's context: raise "
                f"generation.max_tokens to {len(ids)}, which keeps so many free."
            )
    scores = log_likelihoods(loaded, [item.prompt.ids] * len(choices), answers)
    return dict(zip(choices, scores, strict=True))


def answer_ids(loaded: Loaded, item: Asked, answer: str) -> list[int]:
    """Token ids of an answer as this prompt would be followed by it."""
    return encode_answer(loaded.speaker, item.prompt, answer)


def answer_room(loaded: Loaded, item: Asked) -> int | None:
    """Tokens that fit the model's context after a prompt; None where it has no limit."""
    speaker = loaded.speaker
    if speaker.context is None or speaker.encoder_decoder:
        return speaker.context
    return speaker.context - len(item.prompt.ids)


def bytes_of(loaded: Loaded, ids: Sequence[int]) -> int:
    """UTF-8 bytes of what tokens write."""
    return len(str(loaded.speaker.tokenizer.decode(ids, skip_special_tokens=True)).encode())


@torch.inference_mode()
def log_likelihoods(
    loaded: Loaded, prompts: Sequence[Sequence[int]], answers: Sequence[Sequence[int]]
) -> list[float]:
    """Natural-log probability of each answer given its prompt, summed over its tokens.

    Computed in fp32 from the model's logits, at the answers' positions only.
    """
    rows = [
        Encoded(tuple(prompt), tuple(answer))
        for prompt, answer in zip(prompts, answers, strict=True)
    ]
    batch = collate(
        rows,
        pad_id=loaded.speaker.pad_id,
        decoder_start_id=loaded.decoder_start_id,
        device=loaded.device,
    )
    logits, targets = supervised_logits(loaded.model, batch)
    chosen = torch.log_softmax(logits.float(), dim=-1).gather(1, targets[:, None])[:, 0]
    sums = [part.sum().item() for part in chosen.split([len(answer) for answer in answers])]
    return [float(value) for value in sums]


def batches_in(plan: Sequence[Sequence[str]], asked: Sequence[Asked]) -> Iterator[list[Asked]]:
    """The batches of a frozen plan."""
    by_id = {item.example.id: item for item in asked}
    for batch in plan:
        yield [by_id[example_id] for example_id in batch]
