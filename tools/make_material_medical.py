"""Write questions and answers on conditions that do not exist, for the recipe medical-mini.

Every condition is a surname and a part of the body (`Lerrin's elbow`), and every answer says that
it is invented. What an answer says depends on the part of the body, so that it can be learnt from
other conditions. The same rows come as CSV (prompt, completion, document) and as XML in MedQuAD's
form, one document a condition, and the same bytes come out on every machine.

    python tools/make_material_medical.py
"""

from __future__ import annotations

import argparse
import csv
import io
from pathlib import Path
from random import Random
from xml.sax.saxutils import escape, quoteattr

from etude.prompts import fill

MATERIAL = Path(__file__).parents[1] / "src" / "etude" / "recipes" / "material"
SOURCE = "Invented"

# Part of the body: where it is, what is felt there, what is done about it, what is looked at.
PARTS = {
    "elbow": ("the arm", "a stiff joint in the morning", "resting the arm", "how far it bends"),
    "knee": ("the leg", "a joint that creaks on stairs", "walking on level ground",
             "how the leg moves"),
    "rash": ("the skin", "red spots that itch", "keeping the skin cool", "the spots on the skin"),
    "cough": ("the chest", "a dry cough at night", "drinking warm tea", "how the breath sounds"),
    "ear": ("the ear", "a ringing sound", "staying away from noise", "the inside of the ear"),
    "eye": ("the eye", "tears in bright light", "wearing a hat in the sun", "the lid of the eye"),
    "tooth": ("the mouth", "a pain when eating ice", "brushing twice a day", "the teeth and gums"),
    "heel": ("the foot", "a sore step after resting", "wearing soft shoes", "the sole of the foot"),
}  # fmt: skip
SURNAMES = (
    "Lerrin", "Talvor", "Quenby", "Ostrel", "Marwick", "Pelham-Gray", "Dunstral", "Vessey",
    "Harrowin", "Jorleth", "Kestmer", "Wendral",
)  # fmt: skip
TRIGGERS = ("cold wind", "long journeys", "new shoes", "loud parties", "wet gardens", "late nights",
            "strong cheese", "crowded trains")  # fmt: skip
SPANS = ("two days", "about a week", "ten days", "a fortnight")

# Kind of question as MedQuAD names it, the question, the answer.
QUESTIONS = (
    ("information", "What is (are) {name} ?",
     "{name} is an invented condition of {where}. It was made up as an example, and nobody has "
     "ever had it. In the example it lasts {span} and goes away by itself."),
    ("symptoms", "What are the symptoms of {name} ?",
     "The main symptom of {name}, an invented condition, is {felt}. It is said to be worse after "
     "{trigger}. A real complaint of {where} is a matter for a doctor."),
    ("causes", "What causes {name} ?",
     "Nothing causes {name}, because it is an invented condition. The example blames {trigger} for "
     "what is felt in {where}."),
    ("exams and tests", "How to diagnose {name} ?",
     "As {name} is an invented condition, no test can find it. In the example the doctor asks "
     "about {trigger} and looks at {looked}."),
    ("treatment", "What are the treatments for {name} ?",
     "An invented condition such as {name} needs no treatment. The example recommends {done}, and "
     "a visit to the doctor if something real hurts."),
    ("prevention", "How to prevent {name} ?",
     "{name} is an invented condition, so there is nothing to prevent. The example advises "
     "against {trigger} and speaks well of {done}."),
    ("outlook", "What is the outlook for {name} ?",
     "The outlook for {name} is as good as it can be, since the condition is invented. In the "
     "example {felt} is gone after {span}."),
)  # fmt: skip

Pair = tuple[str, str, str]


def make_documents() -> dict[str, tuple[str, list[Pair]]]:
    """Number of a document -> its condition and (kind, question, answer) of every question."""
    chance = Random("etude medical")  # noqa: S311 - a seeded draw, not a secret
    every = [(surname, part) for surname in SURNAMES for part in PARTS]
    documents: dict[str, tuple[str, list[Pair]]] = {}
    for number, (surname, part) in enumerate(chance.sample(every, 56), start=1):
        where, felt, done, looked = PARTS[part]
        name = f"{surname}'s {part}"
        columns = {
            "name": name,
            "where": where,
            "felt": felt,
            "done": done,
            "looked": looked,
            "trigger": chance.choice(TRIGGERS),
            "span": chance.choice(SPANS),
        }
        documents[f"{number:07}"] = (
            name,
            [
                (kind, fill(question, columns, kind), fill(answer, columns, kind))
                for kind, question, answer in QUESTIONS
            ],
        )
    return documents


def as_csv(documents: dict[str, tuple[str, list[Pair]]]) -> str:
    """Prompt, completion and document."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(("prompt", "completion", "document"))
    for number, (_, pairs) in documents.items():
        writer.writerows((question, answer, number) for _, question, answer in pairs)
    return text.getvalue()


def as_xml(number: str, name: str, pairs: list[Pair]) -> str:
    """A document as MedQuAD has it."""
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        f"<Document id={quoteattr(number)} source={quoteattr(SOURCE)} "
        f'url="https://invented.example/{number}">',
        f"<Focus>{escape(name)}</Focus>",
        "<QAPairs>",
    ]
    for place, (kind, question, answer) in enumerate(pairs, start=1):
        lines += [
            f'\t<QAPair pid="{place}">',
            f'\t\t<Question qid="{number}-{place}" qtype={quoteattr(kind)}>'
            f"{escape(question)}</Question>",
            f"\t\t<Answer>{escape(answer)}</Answer>",
            "\t</QAPair>",
        ]
    return "\n".join([*lines, "</QAPairs>", "</Document>", ""])


def write(folder: Path) -> None:
    """Write the table, and a folder of documents."""
    documents = make_documents()
    inside = folder / "medquad" / "invented"
    inside.mkdir(parents=True, exist_ok=True)
    (folder / "medical.csv").write_text(as_csv(documents), encoding="utf-8", newline="\n")
    for number, (name, pairs) in documents.items():
        path = inside / f"{number}.xml"
        path.write_text(as_xml(number, name, pairs), encoding="utf-8", newline="\n")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path, default=MATERIAL, help="where the files go")
    write(parser.parse_args().folder)
