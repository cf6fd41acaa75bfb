"""The prompt in tokens: what goes when room is short, and how answer tokens follow it."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import models
from etude.config.study import Model
from etude.engine.context import Context
from etude.engine.encode import encode_answer, encode_prompt
from etude.engine.load import Speaker, load_speaker
from etude.errors import UserError
from etude.prompts import answer_text
from etude.records import Example

QUESTION = models.example("Will he come to the concert on Sunday evening?", "no")
SHOTS = (
    models.example("Where is the station?", "on the left", id="far"),
    models.example("Who asks Rui?", "Ana", id="middle"),
    models.example("Does the fox jump?", "yes", id="near"),
)


@cache
def speaker_of(shape: str, markup: str = "auto") -> Speaker:
    return speaker_in(models.folder_of(shape), markup)


def speaker_in(folder: Path, markup: str) -> Speaker:
    return load_speaker(models.base_of(folder), Model(base=str(folder), markup=markup))


def ids_of(speaker: Speaker, text: str) -> list[int]:
    ids: list[int] = speaker.tokenizer(text, add_special_tokens=False).input_ids
    return ids


def test_without_a_limit_nothing_goes() -> None:
    speaker = speaker_of("llama")
    prompt = encode_prompt(speaker, QUESTION, models.bare("Be brief.", SHOTS), None)
    assert prompt.text == (
        "<s>Be brief.\n\nWhere is the station?\n\non the left\n\nWho asks Rui?\n\nAna\n\n"
        "Does the fox jump?\n\nyes\n\nWill he come to the concert on Sunday evening?\n\n"
    )
    assert list(prompt.ids) == ids_of(speaker, prompt.text)
    assert prompt.ids.count(1) == 1  # one <s>
    assert (prompt.truncated_tokens, prompt.cut_tokens) == (0, 0)


def test_shots_go_first_the_farthest_before_the_nearest() -> None:
    speaker = speaker_of("llama")
    shown = []
    whole = len(encode_prompt(speaker, QUESTION, models.bare(None, SHOTS), None).ids)
    for count in range(4):
        context = models.bare(None, SHOTS[3 - count :] if count else ())
        fitting = encode_prompt(speaker, QUESTION, context, None)
        prompt = encode_prompt(speaker, QUESTION, models.bare(None, SHOTS), len(fitting.ids))
        assert (prompt.text, prompt.ids) == (fitting.text, fitting.ids)
        assert prompt.messages == fitting.messages
        assert prompt.truncated_tokens == whole - len(fitting.ids)
        assert prompt.cut_tokens == 0
        shown.append([shot.id for shot in SHOTS if shot.references[0] + "\n" in prompt.text])
    assert shown == [[], ["near"], ["middle", "near"], ["far", "middle", "near"]]


@pytest.mark.parametrize("room", [1, 2, 7, 10])
def test_then_the_middle_is_cut(room: int) -> None:
    speaker = speaker_of("llama")
    bare = encode_prompt(speaker, QUESTION, models.bare(), None)
    whole = len(encode_prompt(speaker, QUESTION, models.bare(None, SHOTS), None).ids)
    prompt = encode_prompt(speaker, QUESTION, models.bare(None, SHOTS), room)
    head, tail = room // 2, room - room // 2
    assert prompt.ids == bare.ids[:head] + bare.ids[len(bare.ids) - tail :]
    assert prompt.text == bare.text
    assert prompt.cut_tokens == len(bare.ids) - room
    assert prompt.truncated_tokens == whole - room


@given(room=st.integers(1, 200))
def test_a_prompt_never_exceeds_its_room(room: int) -> None:
    speaker = speaker_of("llama", "chatml")
    whole = encode_prompt(speaker, QUESTION, models.bare("Be brief.", SHOTS), None)
    prompt = encode_prompt(speaker, QUESTION, models.bare("Be brief.", SHOTS), room)
    assert len(prompt.ids) == min(room, len(whole.ids)) or prompt.cut_tokens == 0
    assert len(prompt.ids) <= room
    assert prompt.truncated_tokens == len(whole.ids) - len(prompt.ids)
    assert prompt.ids[-1] == whole.ids[-1]


def test_no_room_at_all_is_refused() -> None:
    with pytest.raises(UserError) as refusal:
        encode_prompt(speaker_of("gpt2"), QUESTION, models.bare(), -64)
    assert str(refusal.value) == (
        "generation.max_tokens leaves -64 tokens of the model's 64 for the prompt, which needs one "
        "at least: lower it."
    )


def test_an_encoder_reads_the_tokens_that_its_tokenizer_adds() -> None:
    t5, bart = speaker_of("t5"), speaker_of("bart")
    text = QUESTION.messages[0].content + "\n\n"
    whole = encode_prompt(t5, QUESTION, models.bare(), None)
    assert list(whole.ids) == [*ids_of(t5, text), 2]
    assert list(encode_prompt(bart, QUESTION, models.bare(), None).ids) == [
        1,
        *ids_of(bart, text),
        2,
    ]
    assert encode_prompt(t5, QUESTION, models.bare(), 6).ids[-1] == 2  # also when it is cut
    assert encode_answer(t5, whole, "on the left") == [*ids_of(t5, "on the left"), 2]
    assert encode_answer(bart, whole, "on the left") == [1, *ids_of(bart, "on the left"), 2]


MARKUPS = ["plain", "chatml", "alpaca", "llama-2"]


@pytest.mark.parametrize("markup", MARKUPS)
@pytest.mark.parametrize("shape", ["llama", "gpt2"])
@pytest.mark.parametrize("answer", ["on the left", " on", "", "\nyes ", "é 🙂", "no\n"])
def test_prompt_and_answer_are_the_tokens_of_the_whole_text(
    shape: str, markup: str, answer: str
) -> None:
    speaker = speaker_of(shape, markup)
    prompt = encode_prompt(speaker, QUESTION, models.bare(), None)
    ids = encode_answer(speaker, prompt, answer)
    written = answer_text(speaker.markup, prompt.messages, answer)
    whole = ids_of(speaker, prompt.text + written)
    if whole[: len(prompt.ids)] == list(prompt.ids):
        closed = whole if whole[-1] == speaker.end_id else [*whole, speaker.end_id]
        assert [*prompt.ids, *ids] == closed
    else:
        assert speaker.tokenizer.decode(ids).removesuffix("</s>") == written
    assert ids[-1] == speaker.end_id
    assert ids.count(speaker.end_id) == 1


def sentencepiece(folder: Path, markup: str) -> Speaker:
    models.save_llama(folder / "model", sentencepiece=True)
    return speaker_in(folder / "model", markup)


@pytest.mark.parametrize("room", [None, 8])
def test_no_spurious_space_between_prompt_and_answer(room: int | None, tmp_path: Path) -> None:
    # Such a tokenizer puts a space before every text: an answer tokenised for itself would begin
    # with one that is not in the whole text, and that the model would learn to write.
    speaker = sentencepiece(tmp_path, "alpaca")
    prompt = encode_prompt(speaker, QUESTION, models.bare(), room)
    assert (prompt.cut_tokens > 0) == (room is not None)
    pieces = speaker.tokenizer.convert_ids_to_tokens(encode_answer(speaker, prompt, "left"))
    assert "".join(pieces) == "left</s>"
    alone = speaker.tokenizer.convert_ids_to_tokens(ids_of(speaker, "left"))
    assert "".join(alone) == "▁left"


def test_llama_2_markup_with_its_own_kind_of_tokenizer(tmp_path: Path) -> None:
    speaker = sentencepiece(tmp_path, "llama-2")
    prompt = encode_prompt(speaker, QUESTION, models.bare("Be brief."), None)
    ids = [*prompt.ids, *encode_answer(speaker, prompt, "on the left")]
    text = (
        "<s>[INST] <<SYS>>\nBe brief.\n<</SYS>>\n\nWill he come to the concert on Sunday "
        "evening? [/INST] on the left </s>"
    )
    assert ids == ids_of(speaker, text)
    assert (ids[0], ids[-1]) == (1, 2)


def test_an_end_of_turn_token_ends_the_answer_and_none_is_added(tmp_path: Path) -> None:
    special = (models.PAD, models.BEGIN, models.END, "<|im_start|>", "<|im_end|>")
    folder = models.save_llama(tmp_path / "model", special=special)
    speaker = speaker_in(folder, "chatml")
    assert speaker.stop_ids == (2, 4)
    prompt = encode_prompt(speaker, QUESTION, models.bare(), None)
    ids = encode_answer(speaker, prompt, "on the left")
    assert ids == [*ids_of(speaker, "on the left"), 4]


def test_the_shots_of_an_example_are_asked_for_it() -> None:
    seen: list[str] = []

    def choose(example: Example) -> Sequence[Example]:
        seen.append(example.id)
        return SHOTS[:1]

    context = Context(models.bare().prompt, None, choose)
    prompt = encode_prompt(speaker_of("llama"), QUESTION, context, None)
    assert "on the left" in prompt.text
    assert set(seen) == {QUESTION.id}
