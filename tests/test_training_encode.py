"""What is supervised, decoded and compared letter by letter."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest

import models
from etude.config.study import Model
from etude.engine.context import EncodedPrompt
from etude.engine.load import Speaker, load_speaker
from etude.errors import UserError
from etude.records import Example, Message
from etude.training.encode import Supervise, decoded, encode_all, share, spans

TALK = Example(
    id="talk",
    task="generate",
    messages=(
        Message("system", "Be brief."),
        Message("user", "Where is the church?"),
        Message("assistant", "On the left."),
        Message("user", "And the station?"),
    ),
    references=("Behind it.",),
)


@cache
def speaker_of(shape: str, markup: str = "auto") -> Speaker:
    folder = models.folder_of(shape)
    return load_speaker(models.base_of(folder), Model(base=str(folder), markup=markup))


def supervised(speaker: Speaker, supervise: Supervise, example: Example = TALK) -> list[str]:
    """The runs of text that the loss counts."""
    material = encode_all(speaker, [example], models.bare(), supervise, None)
    return [run["text"] for run in decoded(speaker, material.rows[0]) if run["supervised"]]


MARKED = {
    "llama-2": (["On the left. </s>"], " Behind it. </s>"),
    "chatml": (["On the left.<|im_end|>"], "Behind it.<|im_end|></s>"),
    "alpaca": (["On the left."], "Behind it.</s>"),
    "plain": (["On the left."], "Behind it.</s>"),
}


@pytest.mark.parametrize("markup", MARKED)
def test_response_supervises_the_answer_and_its_end(markup: str) -> None:
    assert supervised(speaker_of("llama", markup), "response") == [MARKED[markup][1]]


@pytest.mark.parametrize("markup", MARKED)
def test_assistant_turns_supervises_every_turn_with_its_marker(markup: str) -> None:
    earlier, answer = MARKED[markup]
    found = supervised(speaker_of("llama", markup), "assistant_turns")
    assert [found[0].lstrip(" "), *found[1:]] == [*earlier, answer]


@pytest.mark.parametrize("markup", MARKED)
def test_all_supervises_everything(markup: str) -> None:
    speaker = speaker_of("llama", markup)
    material = encode_all(speaker, [TALK], models.bare(), "all", None)
    [run] = decoded(speaker, material.rows[0])
    assert run["supervised"]
    assert run["text"].endswith(MARKED[markup][1])
    assert run["text"].startswith("<s>")
    # The first token has nothing before it that could predict it.
    assert material.supervised_tokens == material.rows[0].length - 1


@pytest.mark.parametrize("markup", MARKED)
def test_what_is_not_supervised_is_the_rest(markup: str) -> None:
    speaker = speaker_of("llama", markup)
    material = encode_all(speaker, [TALK], models.bare(), "assistant_turns", None)
    runs = decoded(speaker, material.rows[0])
    assert [run["supervised"] for run in runs] == [False, True, False, True]
    given = runs[0]["text"] + runs[2]["text"]
    assert "church" in given
    assert "station" in given
    assert "left" not in given
    assert "Behind" not in given


def test_the_end_is_supervised_where_it_is_also_the_padding(tmp_path: Path) -> None:
    folder = models.save_llama(tmp_path / "model", pad=models.END)
    speaker = load_speaker(models.base_of(folder), Model(base=str(folder)))
    assert speaker.pad_id == speaker.end_id
    assert supervised(speaker, "response") == ["Behind it.</s>"]
    gpt2 = speaker_of("gpt2")
    assert gpt2.pad_id == gpt2.end_id
    assert supervised(gpt2, "response") == ["Behind it.<|endoftext|>"]


def test_worked_examples_are_context_and_not_learnt() -> None:
    speaker = speaker_of("llama", "chatml")
    context = models.bare(None, (models.example("Hm", "yes"),))
    material = encode_all(speaker, [TALK], context, "assistant_turns", None)
    runs = [run["text"] for run in decoded(speaker, material.rows[0]) if run["supervised"]]
    assert runs == ["On the left.<|im_end|>", "Behind it.<|im_end|></s>"]


@pytest.mark.parametrize("supervise", ["response", "assistant_turns", "all"])
def test_an_encoder_decoder_learns_its_decoders_side(supervise: Supervise) -> None:
    assert supervised(speaker_of("t5"), supervise) == ["Behind it.</s>"]
    assert supervised(speaker_of("bart"), supervise) == ["<s>Behind it.</s>"]


def test_an_example_without_a_supervised_token_is_refused() -> None:
    unanswered = Example("row-12", "generate", (Message("user", "Hm"),), ())
    for shape in ("llama", "t5"):
        with pytest.raises(UserError) as refusal:
            encode_all(speaker_of(shape), [TALK, unanswered], models.bare(), "response", 256)
        assert str(refusal.value) == (
            "Example row-12 has no supervised token, so nothing could be learnt from it: give it a "
            "response, or raise tune.max_tokens (now 256)."
        )


def test_an_empty_answer_teaches_to_stop_at_once() -> None:
    empty = models.example("Is there an answer?", "")
    assert supervised(speaker_of("llama"), "response", empty) == ["</s>"]


@pytest.mark.parametrize("limit", [16, 24, 40, 60])
@pytest.mark.parametrize("markup", ["plain", "chatml"])
def test_rows_keep_to_their_limit_and_what_is_cut_is_counted(limit: int, markup: str) -> None:
    speaker = speaker_of("llama", markup)
    rows = [
        models.example("the station " * 20, "on the left", id="long prompt"),
        models.example("Hm", "the old church " * 20, id="long answer"),
        models.example("the station " * 20, "the old church " * 20, id="both"),
        models.example("Hm", "no", id="short"),
    ]
    whole = encode_all(speaker, rows, models.bare(), "response", None)
    assert (whole.truncated_prompts, whole.truncated_answers) == (0, 0)
    material = encode_all(speaker, rows, models.bare(), "response", limit)
    assert all(row.length <= limit for row in material.rows)
    pairs = list(zip(material.rows, whole.rows, strict=True))
    assert material.truncated_prompts == sum(cut.prompt != row.prompt for cut, row in pairs)
    assert material.truncated_answers == sum(cut.answer != row.answer for cut, row in pairs)
    assert material.truncated_prompts >= 2
    assert material.truncated_answers >= 2
    for cut, row in pairs:
        # A cut answer must not teach the model to stop there.
        assert row.answer[: len(cut.answer)] == cut.answer
        assert (cut.answer[-1] == speaker.end_id) == (cut.answer == row.answer)
        assert len(cut.prompt) >= min(len(row.prompt), limit // 4)


def test_how_a_limit_is_shared() -> None:
    assert share(10, 5, None, False) == (None, None)
    assert share(10, 5, 20, False) == (15, 10)  # both fit
    assert share(100, 5, 20, False) == (15, 5)  # the prompt is cut
    assert share(3, 100, 20, False) == (3, 17)  # the answer is cut
    assert share(100, 100, 20, False) == (5, 15)  # the prompt keeps a quarter
    assert share(100, 100, 20, True) == (20, 20)  # encoder and decoder have one each


def test_a_prompt_whose_middle_is_cut_supervises_its_answer_only() -> None:
    speaker = speaker_of("llama", "chatml")
    material = encode_all(speaker, [TALK], models.bare(), "assistant_turns", 60)
    assert material.truncated_prompts == 1
    runs = [run for run in decoded(speaker, material.rows[0]) if run["supervised"]]
    assert [run["text"] for run in runs] == ["Behind it.<|im_end|></s>"]


def test_a_slow_tokenizer_cannot_find_earlier_turns(monkeypatch: pytest.MonkeyPatch) -> None:
    speaker = speaker_of("llama", "chatml")
    monkeypatch.setattr(type(speaker.tokenizer), "is_fast", property(lambda _: False))
    assert supervised(speaker, "response") == ["Behind it.<|im_end|></s>"]
    with pytest.raises(UserError) as refusal:
        supervised(speaker, "assistant_turns")
    assert str(refusal.value) == (
        "supervise: assistant_turns needs a fast tokenizer (one with tokenizer.json), which this "
        "base lacks: use supervise: response."
    )


def test_a_token_across_a_boundary_belongs_to_where_it_begins() -> None:
    speaker = speaker_of("llama")
    text = "Where is the station?"
    ids = speaker.tokenizer(text, add_special_tokens=False).input_ids
    first = len(speaker.tokenizer.decode(ids[:1]))
    assert first > 2
    prompt = EncodedPrompt(tuple(ids), text, (), 0)
    rest = len(ids) - 1
    inside = spans(speaker, prompt, [(text[:1], False), (text[1:], True)])
    assert inside == (False, *[True] * rest)
    before = spans(speaker, prompt, [(text[:1], True), (text[1:], False)])
    assert before == (True, *[False] * rest)


@pytest.mark.parametrize("shape", ["llama", "gpt2", "t5", "bart"])
def test_many_at_once_are_the_same_as_one_by_one(
    shape: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    speaker = speaker_of(shape)
    places = ("left", "right", "à esquerda", "behind the tower", "x" * 40, "", "here")
    examples = [
        Example(str(number), "it", (Message("user", f"Where {place}?"),), (f"On the {place}.",))
        for number, place in enumerate(places)
    ]
    limit = 24 if shape != "gpt2" else None
    alone = [
        row
        for example in examples
        for row in encode_all(speaker, [example], models.bare(), "response", limit).rows
    ]
    for at_once in (1, 3, 100):
        monkeypatch.setattr("etude.engine.encode.AT_ONCE", at_once)
        together = encode_all(speaker, examples, models.bare(), "response", limit)
        assert list(together.rows) == alone
