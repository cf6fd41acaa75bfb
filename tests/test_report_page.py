"""The page: whole, deterministic, and deaf to whatever models and material say."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from etude.report.page import answers_json, page, write_page
from report_material import CLASSIFY, METRICS, make_answers, make_report

HOSTILE = "</script><script>alert(1)</script><img src=x onerror=alert(1)>\"'&<!-- {{ 7*7 }}"


class Reader(HTMLParser):
    """The tags, attributes and text of a page, as a browser's parser finds them."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.texts.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.texts).split())


def read(text: str) -> Reader:
    reader = Reader()
    reader.feed(text)
    reader.close()
    return reader


def embedded(text: str) -> dict[str, Any]:
    found = re.search(r'<script type="application/json" id="data">(.*?)</script>', text, re.S)
    assert found
    content: dict[str, Any] = json.loads(found[1])
    return content


@pytest.fixture(scope="module")
def report() -> dict[str, Any]:
    return make_report()


@pytest.fixture(scope="module")
def text(report: dict[str, Any]) -> str:
    return page(report, make_answers(report))


def test_the_same_report_gives_the_same_bytes(
    report: dict[str, Any], text: str, tmp_path: Path
) -> None:
    write_page(report, make_answers(report), tmp_path / "report.html")
    assert (tmp_path / "report.html").read_bytes() == text.encode()
    assert [item.name for item in tmp_path.iterdir()] == ["report.html"]


def test_verdict_approaches_findings_and_comparisons_are_said(
    report: dict[str, Any], text: str
) -> None:
    said = read(text).text
    for wanted in [
        report["verdict"],
        report["study"]["name"],
        report["study"]["description"],
        "21 November 2026, 02:00 UTC",
        *report["approaches"],
        *(item[part] for item in report["findings"] for part in ("what", "evidence", "advice")),
        *(metric["title"] for metric in report["metrics"].values()),
        *(metric["signature"] for metric in report["metrics"].values()),
        *report["data"]["dropped"],
        report["data"]["hash"],
        f"Files of the model etude-mini: {report['base']['digest']}",
        report["reproduce"],
        "[0.195, 0.227]",
        "+0.111",
        "3 min 20 s",
        "1.18 M",
        "not settled",
        "Loss over responses.",
    ]:
        assert wanted in said


def test_findings_come_gravest_first(text: str) -> None:
    levels = [
        (attributes["class"] or "").split()[-1]
        for tag, attributes in read(text).tags
        if tag == "article"
    ]
    assert levels == ["error", "warning", "note"]


def test_the_best_is_marked_in_words_and_follows_the_metric(text: str) -> None:
    rows = text.split("<tbody>")[1].split("</tbody>")[0].split("</tr>")
    best = [re.findall(r"best</span> <b>([^<]+)", row) for row in rows]
    assert best == [["12.60"], [], [], ["0.321", "0.321", "32.10"], []]


def test_where_all_are_equal_nothing_is_best() -> None:
    report = make_report()
    for approach in report["approaches"].values():
        approach["metrics"] = {"rouge-1": {"value": 0.0, "low": 0.0, "high": 0.0, "n": 40}}
    assert ">best<" not in page(report, [])


def test_many_metrics_put_the_others_aside() -> None:
    metrics = {f"m{n}": METRICS["rouge-1"] | {"title": f"M {n}"} for n in range(9)}
    found = page(make_report(metrics=metrics), [])
    assert "Differences in the other metrics" in found
    rows = re.findall(r'<span class="said', found)
    assert len(rows) == 27


def test_folders_of_the_machine_stay_at_home() -> None:
    report = make_report()
    report["data"]["sources"]["dialogsum"]["files"][0]["path"] = "/home/ana/private/train.jsonl"
    found = page(report, [])
    assert ">train.jsonl<" in found
    assert "private" not in found


def test_a_folder_of_many_files_is_summed_up() -> None:
    report = make_report()
    many = [{"path": f"q/{n:04}.xml", "bytes": 1000, "sha256": f"{n:064}"} for n in range(1180)]
    report["data"]["sources"]["dialogsum"]["files"] = many
    found = page(report, [])
    assert found.count(".xml<") == 20
    assert "and 1,160 more; 1,180 files hold 1.18 MB in all." in found


def test_no_answer_or_name_becomes_markup(report: dict[str, Any]) -> None:
    quiet = make_report()
    quiet_answers = make_answers(quiet, 3)
    names = {name: f"{HOSTILE}{index}" for index, name in enumerate(quiet["approaches"])}

    def poisoned(value: Any) -> Any:
        if isinstance(value, dict):
            return {names.get(key, key): poisoned(part) for key, part in value.items()}
        if isinstance(value, list):
            return [poisoned(part) for part in value]
        return names.get(value, HOSTILE) if isinstance(value, str) else value

    loud = poisoned(quiet)
    for place, item in loud["approaches"].items():
        item["kind"] = quiet["approaches"][{new: old for old, new in names.items()}[place]]["kind"]
    loud["metrics"] = {HOSTILE: loud["metrics"]["rouge-1"] | {"better": "higher"}}
    for item in loud["approaches"].values():
        item["metrics"] = {HOSTILE: item["metrics"]["rouge-1"]}
    loud["comparisons"] = loud["comparisons"][:3]
    answers = poisoned(quiet_answers)
    found = page(loud, answers)
    reader = read(found)
    usual = read(page(quiet, quiet_answers))
    assert {tag for tag, _ in reader.tags} <= {tag for tag, _ in usual.tags}
    assert {name for _, attrs in reader.tags for name in attrs} <= {
        name for _, attrs in usual.tags for name in attrs
    }
    assert sum(tag == "script" for tag, _ in reader.tags) == 2
    assert embedded(found)["answers"] == answers
    assert "49" not in reader.texts
    assert HOSTILE in "".join(reader.texts)


def test_nothing_is_loaded_and_only_the_pages_own_script_may_run(text: str) -> None:
    reader = read(text)
    for tag, attributes in reader.tags:
        assert "src" not in attributes
        assert tag not in {"link", "iframe", "object", "embed", "base", "img", "form"}
        assert not [name for name in attributes if name.startswith("on")]
        for name, value in attributes.items():
            assert tag == "a" or name == "xmlns" or "//" not in (value or ""), (tag, name, value)
    style = text.split("<style>")[1].split("</style>")[0]
    assert "url(" not in style
    assert "@import" not in style
    policy = next(
        attributes["content"] or ""
        for tag, attributes in reader.tags
        if attributes.get("http-equiv") == "Content-Security-Policy"
    )
    script = text.rsplit("<script>", 1)[1].split("</script>")[0]
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    assert "default-src 'none'" in policy
    assert f"script-src 'sha256-{digest}'" in policy
    assert "innerHTML" not in script


def test_only_web_addresses_become_links(report: dict[str, Any]) -> None:
    metrics = {"a": report["metrics"]["rouge-1"] | {"paper": "javascript:alert(1)"}}
    links = [
        attributes["href"] or ""
        for tag, attributes in read(page(make_report(metrics=metrics), [])).tags
        if tag == "a"
    ]
    assert all(link.startswith("#") for link in links)


def test_ids_are_unique_and_every_reference_has_its_target(text: str) -> None:
    tags = read(text).tags
    ids = [attributes["id"] for _, attributes in tags if "id" in attributes]
    assert len(ids) == len(set(ids))
    wanted = {
        (attributes.get("href") or "").removeprefix("#")
        for tag, attributes in tags
        if tag in ("use", "a") and (attributes.get("href") or "").startswith("#")
    } | set(re.findall(r'clip-path="url\(#([^)]+)\)', text))
    assert wanted <= set(ids)


def test_every_figure_has_a_name_for_screen_readers(text: str) -> None:
    pictures = [attributes for tag, attributes in read(text).tags if tag == "svg"]
    assert len(pictures) > 10
    ids = {attributes.get("id") for _, attributes in read(text).tags}
    for attributes in pictures:
        assert attributes["role"] == "img"
        assert attributes["aria-labelledby"] in ids


def test_missing_costs_and_intervals_are_dashes() -> None:
    report = make_report({"zero-shot": "prompt"})
    approach = report["approaches"]["zero-shot"]
    approach["cost"] = {}
    approach["metrics"] = {
        "rouge-1": {"value": 0.21, "low": None, "high": float("nan"), "n": 1},
        "bleu": {"value": float("nan"), "low": 1.0, "high": 2.0, "n": 1},
    }
    found = page(report, make_answers(report, 1))
    row = found.split("<tbody>")[1].split("</tbody>")[0]
    assert len(re.findall(r'<td class="n cost[^>]*>–</td>', found)) == 7
    assert "nan" not in read(found.split('<script type="application/json"')[0]).text.lower()
    assert row.count("<small></small>") == 4
    assert "There is nothing to compare with" in found
    assert 'id="training"' not in found


def test_gpu_memory_has_a_column_where_a_gpu_was_used(report: dict[str, Any], text: str) -> None:
    assert "Peak GPU memory" not in text
    other = make_report()
    other["approaches"]["lora"]["cost"]["peak_device_memory_mb"] = 1900.0
    said = read(page(other, [])).text
    assert "Peak GPU memory" in said
    assert "1.90 GB" in said


def test_values_that_are_not_finite_travel_as_null(report: dict[str, Any]) -> None:
    answers = make_answers(report, 1)
    answers[0]["answers"]["lora"]["scores"]["rouge-1"] = float("nan")
    content = json.loads(answers_json(report, answers))
    assert content["answers"][0]["answers"]["lora"]["scores"]["rouge-1"] is None


def test_lone_surrogates_do_not_stop_the_page(report: dict[str, Any], tmp_path: Path) -> None:
    answers = make_answers(report, 1)
    answers[0]["answers"]["lora"]["text"] = "broken \ud800 letter"
    write_page(report, answers, tmp_path / "report.html")
    assert "broken ? letter" in (tmp_path / "report.html").read_text(encoding="utf-8")


def test_classification_travels_with_labels_and_their_scores() -> None:
    report = make_report({"zero-shot": "prompt", "lora": "tuned"}, CLASSIFY)
    report["study"]["task"] = "classify"
    content = embedded(page(report, make_answers(report, 2)))
    assert content["classify"] is True
    answer = content["answers"][0]["answers"]["lora"]
    assert set(answer["label_scores"]) == {"positive", "neutral", "negative"}


def test_without_scripts_all_but_the_answers_is_there(text: str) -> None:
    assert re.search(r"<noscript>.*60 answers.*</noscript>", text, re.S)
    assert '<div id="browser" hidden>' in text


def test_eight_long_names_and_500_answers_stay_small_enough_to_mail() -> None:
    kinds = {f"instruct-qlora-r{2**n}-all-linear-cosine-{'x' * 30}": "tuned" for n in range(8)}
    report = make_report(kinds, steps=4000)
    found = page(report, make_answers(report, 500))
    without = len(found) - len(answers_json(report, make_answers(report, 500)))
    assert without < 600_000
    assert all(name in found for name in kinds)
