"""An answer in pieces: the same answer, no half characters, nothing of a stop sequence."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest
import torch
from hypothesis import HealthCheck, given, strategies
from hypothesis import settings as hypothesis_settings

import models
from etude.config.study import Generation
from etude.engine import decode
from etude.engine.generate import ended_by, generate, generate_all, read_answer
from etude.engine.library import stepwise_reason
from etude.engine.load import Loaded
from etude.engine.streaming import BROKEN, Piece, certain, held, overlap, stream
from etude.errors import UserError
from etude.prompts import choose_markup

PROMPT = (1, 50, 60, 70)
LONG = Generation(max_tokens=400)


@pytest.fixture(scope="module", params=["llama", "sentencepiece"])
def loaded(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Loaded:
    """Bytes as GPT-2 has them, and as Llama 2 has."""
    folder = tmp_path_factory.mktemp(request.param)
    pieces = request.param == "sentencepiece"
    return models.loaded(models.save_llama(folder, sentencepiece=pieces, context=2048))


def ids_of(loaded: Loaded, text: str) -> list[int]:
    found: list[int] = loaded.speaker.tokenizer(text, add_special_tokens=False).input_ids
    return found


def scripted(patch: pytest.MonkeyPatch, loaded: Loaded, ids: Sequence[int]) -> None:
    """Have the next answer consist of these tokens, whatever the logits say."""
    rest = iter([*ids, loaded.speaker.end_id])
    patch.setattr(decode, "choose", lambda logits, *_: torch.full((len(logits),), next(rest)))


def whole_and_pieces(
    loaded: Loaded, ids: Sequence[int], stops: Sequence[str] = ()
) -> tuple[str, list[str]]:
    with pytest.MonkeyPatch.context() as patch:
        scripted(patch, loaded, ids)
        (answer,) = generate(loaded, [PROMPT], LONG, stops)
        scripted(patch, loaded, ids)
        pieces = list(stream(loaded, PROMPT, LONG, stops))
    assert pieces[-1].answer == answer
    assert [piece.answer for piece in pieces[:-1]] == [None] * (len(pieces) - 1)
    return answer.text, [piece.text for piece in pieces]


# Any tokens at all


@hypothesis_settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=strategies.data())
def test_nothing_that_was_said_is_taken_back(loaded: Loaded, data: strategies.DataObject) -> None:
    """Whatever tokens come, single bytes and broken characters among them."""
    text = strategies.text(alphabet="ab \n.é€🙂字ENDX", max_size=12)
    some = strategies.lists(strategies.integers(3, len(loaded.speaker.tokenizer) - 1), max_size=6)
    parts = data.draw(strategies.lists(strategies.one_of(text, some), max_size=6))
    ids = [token for part in parts
           for token in (ids_of(loaded, part) if isinstance(part, str) else part)]  # fmt: skip
    stops = data.draw(
        strategies.lists(strategies.sampled_from(["END", "\n\n", "a.", "é", " b", "X X"]),
                         max_size=3, unique=True)
    )  # fmt: skip
    ended, said = ended_by(loaded, stops), ""
    length = next((n for n in range(1, len(ids) + 1) if ended(ids[:n])), len(ids))
    final = read_answer(loaded, ids[:length], stops).text
    for count in range(1, length + 1):
        sure = certain(loaded, ids[:count], stops)
        assert sure.startswith(said)
        assert final.startswith(sure)
        said = sure


@hypothesis_settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    text=strategies.text(alphabet="abc .é€🙂字STOP\n", max_size=40),
    stops=strategies.lists(strategies.sampled_from(["STOP", "\n\n", "b."]), unique=True),
)
def test_the_pieces_are_the_answer(loaded: Loaded, text: str, stops: list[str]) -> None:
    whole, pieces = whole_and_pieces(loaded, ids_of(loaded, text), stops)
    assert "".join(pieces) == whole
    assert not any(stop in whole for stop in stops)
    assert all(pieces[:-1])  # only the last one may be empty


# Cases with known answers


def test_it_comes_in_many_pieces(loaded: Loaded) -> None:
    text = "The quick brown fox jumps over the lazy dog."
    whole, pieces = whole_and_pieces(loaded, ids_of(loaded, text))
    assert whole == text
    assert len(pieces) > 8


def test_a_character_of_many_tokens_comes_whole(loaded: Loaded) -> None:
    text = "a€b🙂c"
    assert len(ids_of(loaded, text)) >= 10  # one token for each byte
    whole, pieces = whole_and_pieces(loaded, ids_of(loaded, text))
    assert whole == text
    assert not any(BROKEN in piece for piece in pieces)
    assert sum("🙂" in piece for piece in pieces) == 1


def test_half_a_character_at_the_end_is_told_as_the_engine_tells_it(loaded: Loaded) -> None:
    ids = ids_of(loaded, "é🙂")[:-1]
    whole, pieces = whole_and_pieces(loaded, ids)
    assert BROKEN in whole
    assert "".join(pieces) == whole


def test_nothing_of_a_stop_sequence_is_said(loaded: Loaded) -> None:
    text = "It is ST and STO and then STOP here"
    whole, pieces = whole_and_pieces(loaded, ids_of(loaded, text), ["STOP"])
    assert whole == "It is ST and STO and then"
    assert "".join(pieces) == whole
    assert len(pieces) > 4


def test_it_ends_where_the_stop_ends(loaded: Loaded) -> None:
    ids = ids_of(loaded, "One. Two. Three. Four. Five.")
    with pytest.MonkeyPatch.context() as patch:
        scripted(patch, loaded, ids)
        (answer,) = generate(loaded, [PROMPT], LONG, ["Two"])
    assert (answer.text, answer.finish) == ("One.", "stop")
    assert answer.tokens < len(ids) / 2


def test_a_marker_that_is_no_token_is_not_said(loaded: Loaded) -> None:
    markup = choose_markup("chatml", chat_template=None, bos_token="", eos_token="")
    other = replace(loaded, speaker=replace(loaded.speaker, markup=markup))
    whole, pieces = whole_and_pieces(other, ids_of(loaded, "a <|im b<|im_end|>\nmore"))
    assert whole == "a <|im b"
    assert "".join(pieces) == whole


def test_white_space_around_an_answer_is_not_said(loaded: Loaded) -> None:
    whole, pieces = whole_and_pieces(loaded, ids_of(loaded, "\n\n a b \n\n"))
    assert (whole, "".join(pieces)) == ("a b", "a b")
    assert whole_and_pieces(loaded, []) == ("", [""])


def test_what_may_become_a_stop_is_held_back() -> None:
    assert overlap("say ST", "STOP") == 2
    assert overlap("say STOP", "STOP") == 0  # it is there, and `held` finds it
    assert held("say STOP now", ["STOP", "now"]) == "say "
    assert held("aab", ["abab"]) == "a"
    assert held("all of it", []) == "all of it"


def test_a_tokenizer_that_cleans_up_holds_its_last_word(loaded: Loaded) -> None:
    tokenizer = loaded.speaker.tokenizer
    tokenizer.clean_up_tokenization_spaces = True
    name = "clean_up_tokenization_spaces_for_bpe_even_though_it_will_corrupt_output"
    setattr(tokenizer, name, True)
    try:
        whole, pieces = whole_and_pieces(loaded, ids_of(loaded, "I do n't know , do you ?"))
    finally:
        tokenizer.clean_up_tokenization_spaces = False
        setattr(tokenizer, name, False)
    assert whole == "I don't know, do you?"
    assert "".join(pieces) == whole


def test_an_empty_stop_is_refused(loaded: Loaded) -> None:
    for call in (
        lambda: generate(loaded, [PROMPT], LONG, [""]),
        lambda: list(stream(loaded, PROMPT, LONG, ["a", ""])),
    ):
        with pytest.raises(UserError) as told:
            call()
        assert str(told.value) == (
            "A stop sequence is empty, so no answer could begin: leave it out."
        )


# Other models, and chance


@pytest.mark.parametrize("shape", ["llama", "gpt2", "t5", "bart"])
@pytest.mark.parametrize("temperature", [0.0, 1.0])
def test_models_stream_what_they_write(shape: str, temperature: float) -> None:
    model = models.loaded(models.folder_of(shape))
    generation = Generation(max_tokens=12, temperature=temperature)
    for prompt in ((1, 50, 60), (1, 80, 51, 52, 60)):
        (answer,) = generate(model, [prompt], generation)
        pieces = list(stream(model, prompt, generation))
        assert "".join(piece.text for piece in pieces) == answer.text
        assert pieces[-1].answer == answer


def test_what_is_drawn_does_not_depend_on_the_batch() -> None:
    model = models.loaded(models.folder_of("llama"))
    generation = Generation(max_tokens=12, temperature=1.0)
    prompts = [(1, 50, 60), (1, 80, 51, 52, 60), (1, 90)]
    alone = [generate(model, [prompt], generation)[0] for prompt in prompts]
    assert generate(model, prompts, generation) == alone
    asked = models.asked(model, *models.questions())
    together = generate_all(model, asked, generation)
    assert {name: answer.text for name, answer in together.items()} == {
        item.example.id: generate(model, [item.prompt.ids], generation)[0].text for item in asked
    }


def test_a_model_that_cannot_be_read_step_by_step_gives_one_piece(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from etude.engine import generate as generating
    from etude.engine import streaming

    model = models.loaded(models.folder_of("llama"))
    generation = Generation(max_tokens=8)
    (answer,) = generate(model, [PROMPT], generation)
    assert stepwise_reason(model) is None
    for module in (generating, streaming):
        monkeypatch.setattr(module, "stepwise_reason", lambda _: "planted")
    assert list(stream(model, PROMPT, generation)) == [Piece(answer.text, answer)]
