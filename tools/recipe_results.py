"""Run the small recipes on real material and write docs/results/recipes.md from their reports.

    python tools/recipe_results.py ../shared/data [RECIPE ...]

Runs are kept under runs/results and go on where they stopped. The page is written from all that
are there; what to make of them stands in COMMENTS.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from etude.environment import processor
from etude.store import read_json, write_atomically

HERE = Path(__file__).parent.parent
RUNS = HERE / "runs" / "results"
PAGE = HERE / "docs" / "results" / "recipes.md"

# Recipe -> settings that name its real material under the folder of data; none: it comes along.
SETTINGS: dict[str, tuple[str, ...]] = {
    "music-theory": (),
    "dialogue-summary-mini": (
        "data.sources.dialogues.path.train={data}/dialogsum/dialogsum.train.jsonl.gz",
        "data.sources.dialogues.path.dev={data}/dialogsum/dialogsum.dev.jsonl",
        "data.sources.dialogues.path.test={data}/dialogsum/dialogsum.test.jsonl",
        "data.sample={{train: 800, dev: 60, test: 150}}",
    ),
    "chatbot-mini": (
        "data.sources.trees.path={data}/oasst/en_100_tree.jsonl",
        "data.sources.talks.path={data}/chat/fastchat_dummy_conversation.json",
        "data.sources.talks.replace=null",
    ),
    "medical-mini": (
        "data.sources.questions={{kind: medquad, path: {data}/medquad}}",
        "data.sample={{train: 500, dev: 50, test: 100}}",
        "generation.max_tokens=80",
    ),
    "instructions-mini": (
        "data.sources.instructions.path={data}/alpaca/alpaca_5000.json",
        "data.sample={{train: 800, dev: 60, test: 150}}",
        "generation.max_tokens=64",
        "compare.metric=rouge-l",  # Alpaca's answers are no answers to the letter
    ),
    "sentiment-mini": (),
    "sentiment-words-mini": (),
    "quotes-mini": (),
    "wikipedia-pt-mini": (),
    "faquad-mini": (
        "data.sources.questions.path.train={data}/faquad/train.json",
        "data.sources.questions.path.test={data}/faquad/dev.json",
        "generation.max_tokens=48",
    ),
}
MATERIAL = {
    "music-theory": "questions whose answers Etude computes",
    "dialogue-summary-mini": "DialogSum, three reference summaries for each test dialogue",
    "chatbot-mini": "100 OpenAssistant trees and 500 ShareGPT-shaped conversations",
    "medical-mini": "MedQuAD's XML",
    "instructions-mini": "5,000 rows of Alpaca",
    "sentiment-mini": "invented sentences in the Financial PhraseBank's own format",
    "sentiment-words-mini": "the same sentences, the label written out",
    "quotes-mini": "invented sayings of twelve invented people",
    "wikipedia-pt-mini": "230 short articles on Brazil in a dump's format, and ten questions",
    "faquad-mini": "FaQuAD, its two files",
}
COMMENTS: dict[str, str] = {
    "music-theory": """\
Of LoRA's 50 right answers 15 are a yes or no (is this note in that scale?), where chance gives 14.
What it did learn are chords and scales of notes that it was never asked about: a fifth to a quarter
of them to the letter, which nobody writes by chance; of other names for a note and relative minor
keys, nothing. Prompt tuning gets little beyond yes and no, and costs most of what the model knew of
general text.""",
    "chatbot-mini": """\
The material decides here: 71 of the 120 test turns are answered by "You too!" or by one
goodbye, which training holds 224 times, and the finding `stock-answers` says so. On these LoRA
scores 1, on the 49 others 0.46, and of those that are no talk about who made the assistant it
has nothing right. Perplexity shows how much is left to learn; all weights learn a little more
of it than LoRA.""",
    "medical-mini": """\
Two in five of the training answers are cut at 512 tokens, and 500 questions are far too few to
teach this model medicine: it learns the form of the articles and a tenth of their words, goes
round in circles and hardly ever stops. By ROUGE-L the two tunings cannot be told apart; by
perplexity, 38 against 57, all weights have learnt more.""",
    "dialogue-summary-mini": """\
Tuning teaches the genre: who tells whom, in the third person, in one or two sentences, with the
names of the speakers. What the dialogue was about is not in it; that four tenths more words
than zero-shot's are the references' is likely because they are the words of all summaries.
Worked examples do not fit: a dialogue of DialogSum has 200 to 300 tokens of this model, and of
three shots in a context of 1,024 every prompt lost some.""",
    "instructions-mini": """\
Alpaca asks for poems, summaries and advice. Tuned on 800 of its rows this model says something
of the right length and form now and then, with a tenth of the words, and nothing of use: the
material is here to show that its shape runs.""",
    "sentiment-mini": """\
Three labels in sentences that are built from few patterns: whoever is tuned has them all, and which
way of tuning is best cannot be told from a hundred of them. Real news would set them apart. Worked
examples do not help a model of this size to compare labels.""",
    "sentiment-words-mini": """\
The same weights and the same answers, with the label written instead of chosen.""",
    "quotes-mini": """\
The sayings are invented, so nothing can be known of the held-out ones; what is learnt is who speaks
of what, and in which form. All weights learn more of that than LoRA does here. A ROUGE-L of 0.23 is
far above zero-shot and still no saying that anybody would take for the right one.""",
    "wikipedia-pt-mini": """\
The search finds the passage (the right one is among the first five for 98 of 100 questions, and
stood in the prompt of 89 of 101) and the model does not read it: untuned, with passages, it answers
none of them. Tuned on prompts with passages it answers 7 to 9, and says something of the right sort
to the others; tuned without, it has learnt what an answer looks like and invents the year. Of the
source's ten questions it answers none, whatever is done. Weights that were not tuned on passages
score less with them than without (0.13 against 0.16, a difference that was not put to the test).
The price of learning to read: perplexity on general Portuguese text is 3.5 to 4 times what it
was.""",
    "faquad-mini": """\
A study that shows nothing, and says so. FaQuAD asks about the rules of a university: long passages
in the language of law, answers of a dozen words to be copied. The search does its part (the right
passage among the first five for 94 of 100 questions, among the two that are shown for 54 of 63) and
no approach has one answer to the letter. What F1 counts here is small words: the best of all is the
model as it comes, 35 of whose 63 answers begin with "Apesar de ser". Tuning teaches the words of
the material (*acadêmico, colegiado, disciplinas*; CHRF rises a little), none of its answers, and
the validation loss rises from the second epoch on. 63 questions on 14 articles settle no more.
On the short articles that come with the recipe the same model can be taught to read: LoRA with the
right passage has F1 0.384 there, and 0.043 as it comes.""",
}
HEAD = """\
# Recipes on etude-mini

What the small recipes give with the model that comes with Etude, on real material where it may be
had. The figures say how the approaches compare on **this** model: it has four million parameters
and has read 22 million tokens, so that it copies and imitates forms, and knows next to nothing. The
sources' own figures, made with models a thousand times larger, stand in the recipes' comments and
are not to be compared with these.

Made with `python tools/recipe_results.py` on {machine}; seeds as in the recipes; intervals are 95%
by bootstrap over the test examples (or their groups). Times were taken while other programs ran.
"""


def main() -> None:
    """Run what is asked for (everything by default), then write the page from all runs."""
    data = Path(sys.argv[1]).resolve()
    for name in sys.argv[2:] or SETTINGS:
        settings = [setting.format(data=data) for setting in SETTINGS[name]]
        command = [sys.executable, "-m", "etude", "run", name, "--folder", str(RUNS / name)]
        subprocess.run([*command, *settings], check=True)
    write_atomically(PAGE, page())


def page() -> str:
    """Everything that has a report, as Markdown."""
    found = {name: RUNS / name / "report.json" for name in SETTINGS}
    parts = [HEAD.format(machine=f"two cores of an {processor()}, no GPU")]
    parts += [section(name, read_json(path)) for name, path in found.items() if path.exists()]
    if missing := [f"`{name}`" for name, path in found.items() if not path.exists()]:
        parts.append(f"Not run with these weights yet: {', '.join(missing)}.\n")
    return "\n".join(parts)


def section(name: str, report: Mapping[str, Any]) -> str:
    """One recipe: what it ran on, a table, the verdict, what we make of it."""
    splits = ", ".join(f"{held['rows']:,} {key}" for key, held in report["data"]["splits"].items())
    metrics = [metric for metric in report["metrics"] if not metric.startswith("rouge-lsum")]
    rows = [
        f"| Approach | {' | '.join(metrics)} | tuned in | answers in |",
        f"| --- {'| ---: ' * (len(metrics) + 2)}|",
    ]
    for approach, held in report["approaches"].items():
        scores = " | ".join(score(held["metrics"].get(metric)) for metric in metrics)
        tuned, answered = held["cost"]["tune_seconds"], held["cost"]["predict_seconds"]
        took = f"{tuned:.0f} s" if tuned else ""
        rows.append(f"| {approach} | {scores} | {took} | {answered:.0f} s |")
    place = RUNS / name / "approaches" / report["baseline"] / f"seed-{report['study']['seed']}"
    base = read_json(place / "manifest.json")["base"]
    what = (
        f"On {MATERIAL[name]}: {splits}. Weights: `{base['name']}`, files `{base['digest'][:8]}`."
    )
    said = [f"## {name}", what, "\n".join(rows), report["verdict"]]
    if name in COMMENTS:
        said.append(COMMENTS[name])
    return "\n\n".join(said) + "\n"


def score(held: Mapping[str, Any] | None) -> str:
    """A value and half the width of its interval."""
    if held is None or held["value"] is None:
        return ""
    form = "{:,.0f}" if held["value"] >= 1000 else "{:.1f}" if held["value"] >= 10 else "{:.3f}"
    value = form.format(held["value"])
    if held["low"] is None:
        return value
    return f"{value} ±{form.format((held['high'] - held['low']) / 2)}"


if __name__ == "__main__":
    main()
