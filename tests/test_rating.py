"""Blind ratings: what raters see, what is kept, and what is made of it."""

from __future__ import annotations

import http.client
import json
import random
from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from threading import Thread
from urllib.parse import urlencode

import pytest
from rich.console import Console
from scipy.stats import binomtest
from sklearn.metrics import cohen_kappa_score

from etude.errors import UserError
from etude.metrics.proportion import kappa, paired, wilson
from etude.rating import Session, begin, rated
from etude.rating.server import page, serve
from etude.rating.session import at_work
from etude.rating.terminal import rate_in_terminal
from etude.records import Example, Message, Prediction

NAMES = ("base", "lora", "full")
EXAMPLES = [
    Example(f"e{n}", "songs", (Message("user", f"Question {n}?"),), (f"Reference {n}",))
    for n in range(12)
]


def answers(count: int = 12, alike: int = 2) -> dict[str, list[Prediction]]:
    """Three approaches; the last `alike` examples have the same answer everywhere."""
    return {
        name: [
            Prediction(
                f"e{n}",
                name,
                13,
                f"same {n}" if n >= count - alike else f"{name}'s {n}",
                5,
                5,
                "stop",
                0.1,
            )
            for n in range(count)
        ]
        for name in NAMES
    }


def session(folder: Path, rater: str = "ana", pair: tuple[str, str] = ("base", "lora")) -> Session:
    return begin(folder, rater, pair, EXAMPLES, answers(), seed=13)


def rate_all(work: Session, better: str | None) -> None:
    """Say of everything that is left that one approach is better (None: a tie)."""
    while (item := work.next) is not None:
        if better is None:
            work.rate(item, "tie")
        else:
            work.rate(item, "left" if item.shown[0].startswith(better) else "right")


class TestSession:
    def test_the_same_answer_twice_is_not_asked(self, tmp_path: Path) -> None:
        work = session(tmp_path)
        assert (len(work.items), work.alike) == (10, 2)

    def test_all_raters_have_one_order_and_sides_of_their_own(self, tmp_path: Path) -> None:
        ana, rui = session(tmp_path), session(tmp_path, "rui")
        assert [item.example.id for item in ana.items] == [item.example.id for item in rui.items]
        assert [item.example.id for item in ana.items] != [f"e{n}" for n in range(10)]
        assert [item.left for item in ana.items] != [item.left for item in rui.items]
        assert {item.left for item in ana.items} == {0, 1}

    def test_the_order_is_the_same_again_and_for_the_pair_turned_round(
        self, tmp_path: Path
    ) -> None:
        first, again = session(tmp_path), session(tmp_path, pair=("lora", "base"))
        assert first.path == again.path
        assert [item.shown for item in first.items] == [item.shown for item in again.items]

    def test_what_is_rated_is_kept_at_once_and_gone_on_with(self, tmp_path: Path) -> None:
        work = session(tmp_path)
        item = work.items[0]
        work.rate(item, "left")
        kept = json.loads(work.path.read_text())
        assert kept["ratings"][0]["better"] == item.shown[0].partition("'")[0]
        again = session(tmp_path)
        assert again.ratings == work.ratings
        assert again.next == work.items[1]

    def test_undo_takes_the_last_back(self, tmp_path: Path) -> None:
        work = session(tmp_path)
        for item in work.items[:2]:
            work.rate(item, "tie")
        assert work.undo()
        assert session(tmp_path).next == work.items[1]
        assert work.undo()
        assert not work.undo()

    def test_ratings_of_answers_that_have_changed_are_asked_again(self, tmp_path: Path) -> None:
        work = session(tmp_path)
        rate_all(work, "lora")
        changed = answers()
        changed["lora"] = [
            Prediction(item.example_id, "lora", 13, f"new {item.text}", 5, 5, "stop", 0.1)
            for item in changed["lora"]
        ]
        again = begin(tmp_path, "ana", ("base", "lora"), EXAMPLES, changed, seed=13)
        assert again.ratings == []
        assert rated(tmp_path, changed) == []

    @pytest.mark.parametrize(
        ("rater", "pair", "said"),
        [
            (
                "ana maria",
                ("base", "lora"),
                "--rater: expected a name of letters, digits, _ and -, but found 'ana maria': name "
                "yourself in such a way (--rater ana).",
            ),
            (
                "../ana",
                ("base", "lora"),
                "--rater: expected a name of letters, digits, _ and -, but found '../ana': name "
                "yourself in such a way (--rater ana).",
            ),
            (
                "ana",
                ("base", "lorra"),
                "there are no answers of 'lorra' to rate: did you mean 'lora'? Known: base, full, "
                "lora",
            ),
            (
                "ana",
                ("base", "base"),
                "'base' cannot be rated against itself: name two approaches.",
            ),
        ],
    )
    def test_what_cannot_be_rated(
        self, tmp_path: Path, rater: str, pair: tuple[str, str], said: str
    ) -> None:
        with pytest.raises(UserError) as refused:
            session(tmp_path, rater, pair)
        assert str(refused.value) == said

    def test_nothing_to_rate(self, tmp_path: Path) -> None:
        with pytest.raises(UserError) as refused:
            begin(tmp_path, "ana", ("base", "lora"), EXAMPLES, answers(alike=12), seed=13)
        assert str(refused.value) == (
            "there is nothing to rate: base and lora gave the same answer to all 12 examples."
        )

    def test_one_window_at_a_time(self, tmp_path: Path) -> None:
        work = session(tmp_path)
        with at_work(work), pytest.raises(UserError) as refused, at_work(session(tmp_path)):
            pass
        assert str(refused.value) == (
            "ana is rating base and lora in another window already: go on there, or rate under "
            "another name (--rater NAME)."
        )


class TestSummary:
    def test_win_rate_over_examples(self, tmp_path: Path) -> None:
        """Ana prefers lora always; Rui calls four of them ties: the mean of both counts once."""
        rate_all(session(tmp_path), "lora")
        rui = session(tmp_path, "rui")
        for item in rui.items[:4]:
            rui.rate(item, "tie")
        (found,) = rated(tmp_path, answers())
        assert found["raters"] == {"ana": 10, "rui": 4}
        assert (found["first"], found["second"], found["ties"]) == (0, 10, 4)
        # base: 4 examples count (0 + 1/2) / 2 each, 6 count 0
        assert found["win_rate"] == pytest.approx(0.1)
        assert (found["low"], found["high"]) == wilson(1.0, 10)
        assert (found["examples"], found["of"], found["alike"], found["stale"]) == (10, 10, 2, 0)
        assert found["agreement"] == [
            {"raters": ["ana", "rui"], "n": 4, "share": 0.0, "kappa": 0.0}
        ]

    def test_nobody_has_rated(self, tmp_path: Path) -> None:
        assert rated(tmp_path, answers()) == []

    def test_pairs_are_apart(self, tmp_path: Path) -> None:
        rate_all(session(tmp_path), "lora")
        rate_all(session(tmp_path, pair=("full", "lora")), None)
        assert {tuple(one["pair"]): one["win_rate"] for one in rated(tmp_path, answers())} == {
            ("base", "lora"): 0.0,
            ("lora", "full"): 0.5,
        }


class TestTerminal:
    def test_a_whole_session(self, tmp_path: Path) -> None:
        """1, what is no answer, undo, 2, and then stop."""
        work = session(tmp_path)
        said = iter(["1", "x", "u", "2", "q"])
        out = StringIO()
        rate_in_terminal(work, Console(file=out, width=100), lambda _: next(said))
        text = out.getvalue()
        assert len(work.ratings) == 1
        assert work.ratings[0].better == work.items[0].shown[1].partition("'")[0]
        assert "Taken back." in text
        assert "1 the first is better" in text
        assert "ana" not in text

    def test_the_end_of_the_input_stops(self, tmp_path: Path) -> None:
        def ended(_: str) -> str:
            raise EOFError

        work = session(tmp_path)
        rate_in_terminal(work, Console(file=StringIO()), ended)
        assert work.ratings == []

    def test_until_all_is_rated(self, tmp_path: Path) -> None:
        work, out = session(tmp_path), StringIO()
        rate_in_terminal(work, Console(file=out), lambda _: "0")
        assert len(work.ratings) == 10
        assert out.getvalue().endswith("All of it is rated. Thank you.\n")


class TestPage:
    @pytest.fixture
    def served(self, tmp_path: Path) -> Iterator[tuple[Session, int]]:
        work = session(tmp_path)
        server, address = serve(work, token="secret")  # noqa: S106 - of this test alone
        assert address == f"http://127.0.0.1:{server.server_port}/secret/"
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        yield work, server.server_port
        server.shutdown()
        server.server_close()
        thread.join()

    def ask(
        self, port: int, path: str, form: dict[str, str] | None = None, **headers: str
    ) -> tuple[int, str]:
        """Status and text of one request, sent as a browser would."""
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        body = None if form is None else urlencode(form)
        connection.request("GET" if form is None else "POST", path, body, sent)
        answer = connection.getresponse()
        text = answer.read().decode()
        connection.close()
        return answer.status, text

    def test_rating_and_undoing(self, served: tuple[Session, int]) -> None:
        work, port = served
        first = work.items[0]
        status, text = self.ask(port, "/secret/")
        assert status == 200
        assert "Rated by ana: 0 of 10. 2 more examples have the same answer twice" in text
        form = {"example": first.example.id, "choice": "right"}
        assert self.ask(port, "/secret/rate", form)[0] == 303
        assert work.ratings[0].better == first.shown[1].partition("'")[0]
        assert self.ask(port, "/secret/rate", form)[0] == 303  # sent twice
        assert len(session(work.path.parents[2]).ratings) == 1
        assert self.ask(port, "/secret/undo", {})[0] == 303
        assert self.ask(port, "/secret/undo", {})[0] == 303
        assert work.ratings == []

    def test_names_are_hidden(self, tmp_path: Path) -> None:
        hidden = answers()
        for name in NAMES:
            hidden[name] = [
                Prediction(item.example_id, name, 13, str(hash((name, n))), 5, 5, "stop", 0.1)
                for n, item in enumerate(hidden[name])
            ]
        text = page(begin(tmp_path, "ana", ("full", "lora"), EXAMPLES, hidden, seed=13))
        assert "lora" not in text
        assert "full" not in text

    @pytest.mark.parametrize(
        ("path", "form", "headers", "status"),
        [
            ("/", None, {}, 404),
            ("/wrong/", None, {}, 404),
            ("/secret/other", None, {}, 404),
            ("/secret/", None, {"Host": "evil.example"}, 403),
            ("/secret/rate", {"example": "e1", "choice": "both"}, {}, 400),
            ("/secret/undo", {}, {"Origin": "http://evil.example"}, 403),
            ("/secret/rate", {"example": "e" * 5000, "choice": "left"}, {}, 400),
        ],
    )
    def test_what_is_refused(
        self,
        served: tuple[Session, int],
        path: str,
        form: dict[str, str] | None,
        headers: dict[str, str],
        status: int,
    ) -> None:
        work, port = served
        assert self.ask(port, path, form, **headers)[0] == status
        assert work.ratings == []

    def test_texts_are_no_markup(self, tmp_path: Path) -> None:
        evil = answers()
        evil["lora"] = [
            Prediction(item.example_id, "lora", 13, "<script>x</script>", 5, 5, "stop", 0.1)
            for item in evil["lora"]
        ]
        text = page(begin(tmp_path, "ana", ("base", "lora"), EXAMPLES, evil, seed=13))
        assert "<script" not in text
        assert "&lt;script&gt;" in text


class TestStatistics:
    @pytest.mark.parametrize(("wins", "n"), [(0, 5), (5, 5), (3, 10), (50, 100), (1, 1)])
    def test_wilson_is_scipys(self, wins: int, n: int) -> None:
        expected = binomtest(wins, n).proportion_ci(0.95, method="wilson")
        assert wilson(wins, n) == pytest.approx((expected.low, expected.high))

    def test_wilson_of_nothing(self) -> None:
        assert wilson(0, 0) == (0.0, 1.0)

    @pytest.mark.parametrize("seed", range(5))
    def test_kappa_is_scikit_learns(self, seed: int) -> None:
        chance = random.Random(seed)
        first = [chance.choice("abc") for _ in range(40)]
        second = [chance.choice("abcc") for _ in range(40)]
        assert kappa(first, second) == pytest.approx(cohen_kappa_score(first, second))

    def test_kappa_is_undefined_where_all_say_one_thing(self) -> None:
        assert kappa(["a", "a"], ["a", "a"]) is None
        assert kappa([], []) is None

    def test_paired_of_right_and_wrong(self) -> None:
        """Agresti and Min 2005, section 2: 0.5 is added to each cell."""
        before, after = [0.0] * 10 + [1.0] * 10, [1.0] * 6 + [0.0] * 5 + [1.0] * 9
        difference, low, high = paired(before, after)
        assert difference == pytest.approx(5 / 20)
        middle, spread = 5 / 22, ((7 + 1 - 25 / 22) ** 0.5) / 22
        assert (low, high) == pytest.approx(
            (middle - 1.959964 * spread, middle + 1.959964 * spread)
        )

    def test_paired_without_a_difference_has_a_width(self) -> None:
        difference, low, high = paired([1.0, 0.0, 1.0], [1.0, 0.0, 1.0])
        assert difference == 0
        assert low < 0 < high

    def test_paired_of_other_values(self) -> None:
        difference, low, high = paired([1.0, 2.0, 3.0], [1.5, 2.5, 4.5])
        assert difference == pytest.approx(2.5 / 3)
        half = 1.959964 * ((1 / 3) / 3) ** 0.5
        assert (low, high) == pytest.approx((difference - half, difference + half))
