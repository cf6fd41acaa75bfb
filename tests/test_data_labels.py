"""Lines of a sentence and its label, as the Financial PhraseBank has them."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data_helper import assembled, one_source, rows_of, sentence
from etude.data.labels import _parts

LABELS = ["negative", "positive"]


def test_the_last_separator_divides(tmp_path: Path) -> None:
    (tmp_path / "it.txt").write_bytes(
        "Ask ir@söderby.example .@neutral\r\n\r\n Sales rose . @ positive\n".encode("latin-1")
    )
    rows = rows_of(tmp_path, kind="labels", path="it.txt", encoding="latin-1")
    assert [row.columns for row in rows] == [
        {"sentence": "Ask ir@söderby.example .", "label": "neutral"},
        {"sentence": "Sales rose .", "label": "positive"},
    ]
    assert [row.where for row in rows] == ["it.txt, line 1", "it.txt, line 3"]


def test_a_line_becomes_an_example_to_rank_or_to_write(tmp_path: Path) -> None:
    lines = [f"Sales rose by {n} % .@positive" for n in range(6)]
    lines += [f"Sales fell by {n} % .@negative" for n in range(6)]
    (tmp_path / "it.txt").write_text("\n".join(lines))
    source = one_source(kind="labels", path="it.txt")
    ranked = assembled(tmp_path, **source, task="classify", labels=LABELS).data.test[0]
    written = assembled(tmp_path, **source).data.test[0]
    assert ranked.messages == written.messages
    assert ranked.references == written.references == (ranked.label,)
    assert ranked.choices == ("negative", "positive")
    assert written.choices == ()
    mapped = {"instruction": "Good or bad?", "input": "{sentence}", "label": "{label}"}
    source = one_source(kind="labels", path="it.txt", columns=mapped)
    example = assembled(tmp_path, **source, task="classify", labels=LABELS).data.test[0]
    assert example.messages[0].content.startswith("Good or bad?\n\nSales ")


def test_another_separator(tmp_path: Path) -> None:
    (tmp_path / "it.txt").write_text("a @ b\tpositive\n")
    (row,) = rows_of(tmp_path, kind="labels", path="it.txt", separator="\t")
    assert row.columns == {"sentence": "a @ b", "label": "positive"}


@pytest.mark.parametrize("line", ["Sales rose", "@positive", "Sales rose@ "])
def test_a_broken_line(line: str, tmp_path: Path) -> None:
    (tmp_path / "it.txt").write_text(f"Sales rose .@positive\n{line}\n")
    assert sentence(tmp_path, kind="labels", path="it.txt") == (
        f"it.txt, line 2: expected a sentence, '@' and a label, found {line.strip()!r}; mend the "
        "line, or name what stands between the two with separator."
    )


def test_other_files(tmp_path: Path) -> None:
    (tmp_path / "it.txt").write_bytes("Söderby grew .@positive\n".encode("latin-1"))
    assert sentence(tmp_path, kind="labels", path="it.txt").endswith(
        "line 1, byte 1: 0xf6 is not UTF-8; save the file as UTF-8, or name its encoding, for "
        "example encoding: latin-1."
    )
    (tmp_path / "it.txt").write_text("\n \n")
    assert sentence(tmp_path, kind="labels", path="it.txt") == (
        "it.txt holds only blank lines: there are no rows to read."
    )
    (tmp_path / "it.txt").write_bytes("Sales rose .@positive\n".encode("utf-16-le"))
    assert sentence(tmp_path, kind="labels", path="it.txt", encoding="latin-1") == (
        "it.txt, line 1: a NUL byte, which no text holds; if the file is in another encoding name "
        "it, for example encoding: utf-16-le."
    )


visible = st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1).filter(
    lambda text: text.strip() == text
)


@given(visible, visible.filter(lambda label: "@" not in label))
def test_what_is_written_is_read(text: str, label: str) -> None:
    assert _parts(f"{text}@{label}\n", "@", "here") == (text, label)
