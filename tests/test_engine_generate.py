"""Batching, padding and sorting change no answer and no likelihood."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch

import models
from etude.config.study import Generation
from etude.engine.batch import pad_prompts
from etude.engine.batching import Asked, batches_in, plan_batches, prefixes
from etude.engine.capacity import rows_at_once
from etude.engine.encode import encode_answer, encode_prompt
from etude.engine.generate import generate, log_likelihoods, predict_batch, read_answer
from etude.engine.library import stepwise_reason
from etude.engine.load import Loaded
from etude.engine.reading import read_prefix
from etude.errors import UserError
from etude.records import Prediction

SHAPES = ["llama", "gpt2", "t5", "bart"]


def predictions(
    loaded: Loaded, generation: Generation, *, sampling_seed: int = 1
) -> list[Prediction]:
    """All questions answered in sorted batches, in the order of their ids, without the time."""
    asked = models.asked(loaded, *models.questions())
    plan = plan_batches(asked, rows_at_once(loaded, generation))
    made = [
        replace(row, seconds=0.0)
        for batch in batches_in(plan, asked)
        for row in predict_batch(
            loaded, batch, generation, approach="a", seed=1, sampling_seed=sampling_seed
        )
    ]
    return sorted(made, key=lambda row: row.example_id)


def alone(loaded: Loaded, prompt: tuple[int, ...], tokens: int) -> list[int]:
    """transformers' own greedy answer to one prompt, up to and with the first stop token."""
    written = loaded.model.generate(
        torch.tensor([prompt]),
        attention_mask=torch.ones(1, len(prompt), dtype=torch.long),
        do_sample=False,
        max_new_tokens=tokens,
        eos_token_id=list(loaded.speaker.stop_ids),
        pad_token_id=loaded.speaker.pad_id,
        decoder_start_token_id=loaded.decoder_start_id,
    )[0].tolist()
    new = written[1:] if loaded.speaker.encoder_decoder else written[len(prompt) :]
    end = next((n for n, token in enumerate(new) if token in loaded.speaker.stop_ids), len(new))
    return new[: end + 1]


def stops_at_a_common_token(loaded: Loaded) -> Loaded:
    """The same model with stop tokens that random weights happen to write."""
    first = alone(loaded, models.asked(loaded, models.questions()[0])[0].prompt.ids, 8)
    stops = tuple({loaded.speaker.end_id, first[4]})
    return replace(loaded, speaker=replace(loaded.speaker, stop_ids=stops))


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("batch_size", [1, 2, 5])
def test_batched_answers_are_those_of_one_prompt_at_a_time(shape: str, batch_size: int) -> None:
    loaded = stops_at_a_common_token(models.loaded(models.folder_of(shape)))
    generation = Generation(max_tokens=12, batch_size=batch_size)
    finishes = set()
    for item, made in zip(
        models.asked(loaded, *models.questions()), predictions(loaded, generation), strict=True
    ):
        reference = alone(loaded, item.prompt.ids, 12)
        stopped = reference[-1] in loaded.speaker.stop_ids
        text = loaded.speaker.tokenizer.decode(reference, skip_special_tokens=True).strip()
        assert made.text == text
        assert made.answer_tokens == len(reference)
        assert made.finish == ("stop" if stopped else "length")
        assert made.prompt_tokens == len(item.prompt.ids)
        finishes.add(made.finish)
    assert "stop" in finishes


def naive_log_likelihood(loaded: Loaded, prompt: tuple[int, ...], answer: list[int]) -> float:
    """One row, no padding, full logits."""
    with torch.no_grad():
        if loaded.speaker.encoder_decoder:
            before = torch.tensor([[loaded.decoder_start_id, *answer[:-1]]])
            logits = loaded.model(torch.tensor([prompt]), decoder_input_ids=before).logits[0]
        else:
            ids = torch.tensor([[*prompt, *answer]])
            logits = loaded.model(ids).logits[0, len(prompt) - 1 : -1]
    table = logits.double().log_softmax(-1)
    return sum(table[step, token].item() for step, token in enumerate(answer))


@pytest.mark.parametrize("shape", SHAPES)
def test_log_likelihoods_do_not_depend_on_what_shares_the_batch(shape: str) -> None:
    loaded = models.loaded(models.folder_of(shape))
    asked = models.asked(loaded, *models.questions())
    prompts = [item.prompt.ids for item in asked]
    answers = [
        encode_answer(loaded.speaker, item.prompt, item.example.references[0]) for item in asked
    ]
    together = log_likelihoods(loaded, prompts, answers)
    for prompt, answer, value in zip(prompts, answers, together, strict=True):
        assert value == pytest.approx(naive_log_likelihood(loaded, prompt, answer), rel=3e-6)


@pytest.mark.parametrize("shape", SHAPES)
def test_a_prediction_holds_the_likelihood_of_its_first_reference(shape: str) -> None:
    loaded = models.loaded(models.folder_of(shape))
    question = models.example("Where is the station?", "à esquerda")
    item = models.asked(loaded, question)[0]
    [made] = predict_batch(
        loaded, [item], Generation(max_tokens=4), approach="a", seed=3, sampling_seed=0
    )
    answer = encode_answer(loaded.speaker, item.prompt, "à esquerda")
    assert made.reference_logprob == pytest.approx(
        naive_log_likelihood(loaded, item.prompt.ids, answer), rel=3e-6
    )
    assert made.reference_tokens == len(answer)
    assert made.reference_bytes == 11  # à has two
    assert (made.approach, made.seed, made.label, made.label_scores) == ("a", 3, None, None)


@pytest.mark.parametrize("shape", SHAPES)
def test_labels_are_ranked_by_their_likelihood(shape: str) -> None:
    loaded = models.loaded(models.folder_of(shape))
    choices = ("yes", "no", "the old church")
    rows = [
        models.example("Where is the station?", "no", id="a", choices=choices),
        models.example("Hm", "yes", id="b", choices=choices),
    ]
    asked = models.asked(loaded, *rows)
    made = predict_batch(loaded, asked, Generation(), approach="a", seed=1, sampling_seed=0)
    for item, row in zip(asked, made, strict=True):
        expected = {
            label: naive_log_likelihood(
                loaded, item.prompt.ids, encode_answer(loaded.speaker, item.prompt, label)
            )
            for label in choices
        }
        assert row.label_scores == pytest.approx(expected, rel=3e-6)
        assert row.label == row.text == max(expected, key=lambda label: expected[label])
        assert row.finish == "stop"


def test_sampling_is_repeated_by_its_seed() -> None:
    loaded = models.loaded(models.folder_of("llama"))
    generation = Generation(max_tokens=10, temperature=1.5, top_p=0.9, batch_size=3)
    first = predictions(loaded, generation, sampling_seed=5)
    torch.rand(3)  # whatever happened in between
    assert predictions(loaded, generation, sampling_seed=5) == first
    assert predictions(loaded, generation, sampling_seed=6) != first


def test_temperature_and_top_p_are_used() -> None:
    loaded = models.loaded(models.folder_of("llama"))
    greedy = [row.text for row in predictions(loaded, Generation(max_tokens=10))]
    cold = predictions(loaded, Generation(max_tokens=10, temperature=1e-3))
    narrow = predictions(loaded, Generation(max_tokens=10, temperature=2.0, top_p=1e-6))
    wide = predictions(loaded, Generation(max_tokens=10, temperature=2.0))
    assert [row.text for row in cold] == greedy
    assert [row.text for row in narrow] == greedy
    assert [row.text for row in wide] != greedy


def test_what_a_hub_folder_says_of_generation_does_not_seep_in(tmp_path: Path) -> None:
    folder = tmp_path / "model"
    shutil.copytree(models.folder_of("llama"), folder)
    plain = predictions(models.loaded(folder), Generation(max_tokens=12))
    brought = {
        "repetition_penalty": 9.0,
        "temperature": 0.1,
        "max_length": 3,
        "do_sample": True,
        "top_k": 1,
        "no_repeat_ngram_size": 1,
        "suppress_tokens": list(range(3, 300)),
        "min_new_tokens": 11,
        "eos_token_id": [2, 5],
    }
    (folder / "generation_config.json").write_text(json.dumps(brought))
    loaded = models.loaded(folder)
    assert loaded.speaker.stop_ids == (2, 5)  # where its answers end is the model's own business
    loaded = replace(loaded, speaker=replace(loaded.speaker, stop_ids=(2,)))
    assert predictions(loaded, Generation(max_tokens=12)) == plain


def test_sampled_answers_do_not_depend_on_what_shares_the_batch() -> None:
    loaded = models.loaded(models.folder_of("llama"))
    settings = {"max_tokens": 10, "temperature": 1.5, "top_p": 0.9}
    together = predictions(loaded, Generation(**settings))
    alone = predictions(loaded, Generation(**settings, batch_size=1))
    assert [row.text for row in alone] == [row.text for row in together]
    assert len({row.text for row in together}) == len(together)


def few_shot(loaded: Loaded) -> list[Any]:
    shots = tuple(models.example(f"{text}?", f"{text}.") for text in models.TEXTS[:3])
    context = models.bare("Please write a short answer.", shots)
    rows = [*models.questions(), models.example("yes or no?", "no", id="c")]
    return [Asked(row, encode_prompt(loaded.speaker, row, context, None)) for row in rows]


@pytest.mark.parametrize("choices", [(), ("yes", "no", "the old church")])
def test_few_shot_prompts_are_answered_alike_with_and_without_their_shared_beginning(
    choices: tuple[str, ...],
) -> None:
    loaded = models.loaded(models.folder_of("llama"))
    asked = [
        replace(item, example=replace(item.example, choices=choices)) for item in few_shot(loaded)
    ]
    begins = set(prefixes(asked).values())
    assert [len(tokens) > 100 for tokens in begins] == [True]
    prefix = read_prefix(loaded, begins.pop())

    def predicted(**more: Any) -> list[Prediction]:
        generation = Generation(max_tokens=10)
        return predict_batch(
            loaded, asked, generation, approach="a", seed=1, sampling_seed=1, **more
        )

    for one, other in zip(predicted(), predicted(prefix=prefix), strict=True):
        assert one.text == other.text
        assert one.reference_logprob == pytest.approx(other.reference_logprob, rel=1e-5)
        assert one.label_scores == (other.label_scores and pytest.approx(other.label_scores))
        assert bool(choices) == (one.label is not None)


def test_virtual_tokens_are_left_to_the_library() -> None:
    from peft import PrefixTuningConfig, PromptTuningConfig, get_peft_model

    for kind, name in (
        (PromptTuningConfig, "PROMPT_TUNING"),
        (PrefixTuningConfig, "PREFIX_TUNING"),
    ):
        loaded = models.loaded(models.folder_of("llama"))
        plain = predictions(loaded, Generation(max_tokens=8))
        torch.manual_seed(0)
        config = kind(task_type="CAUSAL_LM", num_virtual_tokens=4)
        tuned = replace(loaded, model=get_peft_model(loaded.model, config).eval())
        assert stepwise_reason(tuned) == f"its adapter ({name}) puts virtual tokens in front"
        for generation in (Generation(max_tokens=8), Generation(max_tokens=8, temperature=1.0)):
            made = predictions(tuned, generation)
            assert predictions(tuned, generation) == made
            assert [row.text for row in made] != [row.text for row in plain]
        together = predictions(tuned, Generation(max_tokens=8))
        alone = predictions(tuned, Generation(max_tokens=8, batch_size=1))
        for one, other in zip(together, alone, strict=True):
            assert one.text == other.text
            assert one.reference_logprob == pytest.approx(other.reference_logprob, rel=1e-5)


def test_batches_go_from_the_longest_prompt_to_the_shortest() -> None:
    loaded = models.loaded(models.folder_of("llama"))
    asked = models.asked(loaded, *models.questions())
    plan = plan_batches(asked, 2)
    assert plan == [["q3", "q1"], ["q4", "q0"], ["q2"]]
    assert [[item.example.id for item in batch] for batch in batches_in(plan, asked)] == plan


def test_prompts_are_padded_where_positions_do_not_move() -> None:
    rows, device = [(1, 2, 3), (4,)], torch.device("cpu")
    left = pad_prompts(rows, 9, device, left=True)
    assert left["input_ids"].tolist() == [[1, 2, 3], [9, 9, 4]]
    assert left["attention_mask"].tolist() == [[1, 1, 1], [0, 0, 1]]
    right = pad_prompts(rows, 9, device, left=False)
    assert right["input_ids"].tolist() == [[1, 2, 3], [4, 9, 9]]
    assert right["attention_mask"].tolist() == [[1, 1, 1], [1, 0, 0]]


def test_an_answer_ends_before_its_first_stop_token() -> None:
    loaded = models.loaded(models.folder_of("llama"))
    words = loaded.speaker.tokenizer(" on the left", add_special_tokens=False).input_ids
    stopped = read_answer(loaded, [*words, 2, *words, 0, 0])
    assert (stopped.text, stopped.tokens, stopped.finish) == ("on the left", len(words) + 1, "stop")
    cut = read_answer(loaded, words)
    assert (cut.text, cut.tokens, cut.finish) == ("on the left", len(words), "length")


def test_a_marker_that_is_no_token_is_no_part_of_the_answer() -> None:
    loaded = models.loaded(models.folder_of("llama"), markup="chatml")
    tokenizer = loaded.speaker.tokenizer
    assert loaded.speaker.stop_ids == (2,)  # this tokenizer knows no <|im_end|>
    prompt = encode_prompt(loaded.speaker, models.example("Hm", ""), models.bare(), None)
    learnt = encode_answer(loaded.speaker, prompt, "on the left")
    assert tokenizer.decode(learnt) == "on the left<|im_end|></s>"
    answer = read_answer(loaded, learnt)
    assert (answer.text, answer.tokens, answer.finish) == ("on the left", len(learnt), "stop")


def test_of_a_reference_beyond_the_context_the_part_that_fits_is_scored() -> None:
    loaded = models.loaded(models.folder_of("gpt2"))  # 64 learnt positions: no row may be longer
    reference = "the old church on the left " * 8
    items = models.asked(loaded, models.example("Where is the station?", reference))
    [made] = predict_batch(
        loaded, items, Generation(max_tokens=4), approach="a", seed=1, sampling_seed=0
    )
    ids = items[0].prompt.ids
    answer = encode_answer(loaded.speaker, items[0].prompt, reference)
    fits = 64 - len(ids)
    assert len(answer) > fits
    assert made.reference_tokens == fits
    assert made.reference_logprob == pytest.approx(
        naive_log_likelihood(loaded, ids, answer[:fits]), rel=3e-6
    )
    assert made.reference_bytes == len(loaded.speaker.tokenizer.decode(answer[:fits]))
    assert made.reference_bytes < len(reference)


def test_a_label_beyond_the_context_is_refused() -> None:
    loaded = models.loaded(models.folder_of("gpt2"))
    label = "the old church on the left " * 8
    row = models.example("Hm", label, id="row-7", choices=("yes", label))
    items = models.asked(loaded, row)
    tokens = len(encode_answer(loaded.speaker, items[0].prompt, label))
    with pytest.raises(UserError) as refusal:
        predict_batch(loaded, items, Generation(), approach="a", seed=1, sampling_seed=0)
    assert str(refusal.value) == (
        f"The label '{label}' is {tokens} tokens long, but the prompt of example row-7 leaves "
        f"{64 - len(items[0].prompt.ids)} of the model's context: raise generation.max_tokens to "
        f"{tokens}, which keeps so many free."
    )


@pytest.mark.parametrize("precision", ["fp32", "bf16"])
def test_generation_leaves_gradients_and_the_model_alone(precision: Any) -> None:
    loaded = models.loaded(models.folder_of("llama"), precision)
    before = {name: p.clone() for name, p in loaded.model.named_parameters()}
    [answer] = generate(loaded, [(1, 50, 60)], Generation(max_tokens=3))
    assert answer.tokens == 3
    for name, parameter in loaded.model.named_parameters():
        assert torch.equal(parameter, before[name])
        assert parameter.grad is None
