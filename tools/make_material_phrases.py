"""Write the invented financial sentences that the sentiment recipes learn from.

The companies, people and figures do not exist. The file has the form of the Financial PhraseBank:
latin-1, one `sentence@label` a line, a space before every punctuation mark. What decides about
the label is what happens and in which direction, so the same words stand under several labels,
and the same bytes come out on every machine.

    python tools/make_material_phrases.py
"""

from __future__ import annotations

import argparse
from pathlib import Path
from random import Random

from etude.prompts import fill

MATERIAL = Path(__file__).parents[1] / "src" / "etude" / "recipes" / "material"
SIZES = {"neutral": 210, "positive": 150, "negative": 120}  # uneven, as in the real one
TRIES = 500  # draws before a label counts as used up

COMPANIES = (
    "Halvorin", "Tervala Group", "Söderby Steel", "Kallio Paper", "Norrvik Shipping",
    "Jyväkoski Energy", "Ostrand Foods", "Lumiharju", "Brännvik Telecom", "Mäntyranta Timber",
    "Arendal Marine", "Piilonen Software", "Grön & Ståhl", "Västerå Mining", "Rautakari",
)  # fmt: skip
PEOPLE = (
    "Göran Lindstedt", "Aino Särkelä", "Petteri Hjelm", "Ingrid Åkervall", "Tuomas Rintala",
    "Märta Holmgård", "Jussi Kaarela", "Elsa Nybom",
)  # fmt: skip
SLOTS = {
    "company": COMPANIES,
    "person": PEOPLE,
    "period": (
        "the first quarter", "the second quarter", "the third quarter", "the fourth quarter",
        "the first half of the year", "the financial year", "January-September",
    ),
    "up": ("rose", "grew", "increased", "climbed", "improved"),
    "down": ("fell", "dropped", "decreased", "declined", "went down"),
    "gain": ("operating profit", "net sales", "pre-tax profit", "order intake", "net profit",
             "cash flow"),
    "cost": ("raw material costs", "net debt", "credit losses", "energy costs",
             "restructuring costs"),
    "city": ("Tampere", "Örebro", "Turku", "Malmö", "Oulu", "Tartu", "Bergen", "Gdansk"),
    "thing": ("paper machine", "sawmill", "terminal", "warehouse", "service centre", "laboratory",
              "data centre", "foundry"),
    "buyer": ("a hospital district", "a shipyard", "the city of Malmö", "a Dutch retailer",
              "the state railways", "a Baltic energy company"),
    "title": ("chief financial officer", "head of communications", "chairman of the board",
              "head of logistics", "member of the board"),
}  # fmt: skip
# {more} and {less} are two amounts of one row, {share} a percentage, {year} a year.
SENTENCES = {
    "positive": (
        "{company} 's {gain} {up} to EUR {more} mn in {period} from EUR {less} mn a year earlier .",
        "In {period} , {gain} of {company} {up} by {share} % .",
        "{company} has won an order worth EUR {more} mn from {buyer} .",
        "{company} raised its forecast and now expects {gain} to grow by {share} % in {year} .",
        "The {cost} of {company} {down} by {share} % in {period} , which improved its margin .",
        "{company} turned to a profit of EUR {less} mn in {period} after a loss a year earlier .",
        "{company} will raise its dividend by {share} % after a record year .",
        "The new {thing} in {city} lifts the capacity of {company} , and demand is strong , "
        "{person} said .",
        "The loss of {company} narrowed to EUR {less} mn from EUR {more} mn in {period} .",
    ),
    "negative": (
        "{company} 's {gain} {down} to EUR {less} mn in {period} from EUR {more} mn a year "
        "earlier .",
        "In {period} , {gain} of {company} {down} by {share} % .",
        "{company} has lost an order worth EUR {more} mn from {buyer} .",
        "{company} cut its forecast and now expects {gain} to fall by {share} % in {year} .",
        "The {cost} of {company} {up2} by {share} % in {period} , which weakened its margin .",
        "{company} made a loss of EUR {less} mn in {period} after a profit a year earlier .",
        "{company} will lay off {number} people at its {thing} in {city} .",
        "The {thing} in {city} will be closed because demand is weak , {company} said .",
        "The loss of {company} widened to EUR {more} mn from EUR {less} mn in {period} .",
    ),
    "neutral": (
        "{company} will publish its report for {period} on {day} .",
        "{person} has been appointed {title} of {company} .",
        "The {thing} of {company} is in {city} and employs {number} people .",
        "{company} 's {gain} in {period} was EUR {more} mn , the same as a year earlier .",
        "The value of the contract between {company} and {buyer} was not disclosed .",
        "{company} has a {thing} in {city} and another in {city2} .",
        "The annual meeting of {company} will be held in {city} on {day} .",
        "{company} was founded in {year2} and is based in {city} .",
        "For more information , contact {person} of {company} at ir@{site}.example .",
        "{company} will move its {thing} from {city} to {city2} in {year} .",
        "The shares of {company} are listed in {city} .",
    ),
}
MONTHS = ("February", "April", "May", "August", "October", "November")


def make_lines() -> list[str]:
    """Lines of all labels in an order by chance; no sentence occurs twice."""
    chance = Random("etude phrases")  # noqa: S311 - a seeded draw, not a secret
    lines: dict[str, None] = {}
    for label, size in SIZES.items():
        sentences = SENTENCES[label]
        made, tries = 0, 0
        while made < size:
            template = sentences[made % len(sentences)]
            text = fill(template, columns(chance), f"{label}: {template}")
            line = f"{text[0].upper()}{text[1:]}@{label}"
            if line not in lines:
                lines[line] = None
                made += 1
            tries += 1
            if tries > size * TRIES:
                raise SystemExit(f"the sentences for {label} give no more lines: add wordings")
    shuffled = list(lines)
    chance.shuffle(shuffled)
    return shuffled


def columns(chance: Random) -> dict[str, str]:
    """One value for each slot."""
    drawn = {slot: chance.choice(values) for slot, values in SLOTS.items()}
    less = chance.randint(8, 640)
    more = less + chance.randint(4, less)
    year = chance.randint(2006, 2013)
    return drawn | {
        "up2": chance.choice(("rose", "grew", "increased", "climbed")),  # costs do not improve
        "less": f"{less / 10:.1f}",
        "more": f"{more / 10:.1f}",
        "share": str(chance.randint(3, 38)),
        "number": str(chance.randint(2, 48) * 10),
        "day": f"{chance.randint(1, 28)} {chance.choice(MONTHS)} {year}",
        "year": str(year),
        "year2": str(chance.randint(1871, 1996)),
        "city2": chance.choice([city for city in SLOTS["city"] if city != drawn["city"]]),
        "site": drawn["company"].split()[0].lower().translate(PLAIN),
    }


PLAIN = str.maketrans("öäåü", "oaau")


def write(folder: Path) -> None:
    """Write one line per sentence, in latin-1."""
    folder.mkdir(parents=True, exist_ok=True)
    text = "".join(f"{line}\n" for line in make_lines())
    (folder / "phrases.txt").write_text(text, encoding="latin-1", newline="\n")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path, default=MATERIAL, help="where the file goes")
    write(parser.parse_args().folder)
