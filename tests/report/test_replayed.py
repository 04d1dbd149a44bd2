"""A replay in the report: cards in words, and a chart that is where the numbers are."""

from __future__ import annotations

import json
import subprocess
import sys
import xml.etree.ElementTree as ET
from collections.abc import Callable
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from ringfence.history.check import instant
from ringfence.report.html import render_report
from ringfence.report.replay_figure import replay_figure
from ringfence.report.replay_lines import assets_of, coin_paths, equity_lines, path_ticks, time_ticks
from ringfence.report.replay_svg import EQUITY, LEFT, PRICES, RIGHT, replay_chart, replay_section
from ringfence.report.replayed import card_of, death_marks, hole_lines, left_rows
from ringfence.service.answers import TwinKey
from ringfence.service.answers_replay import ReplayAnswer, ReplayEntry, ReplayHole
from tests.report.conftest import Ask
from tests.report.test_html import Page
from tests.support import ROOT

TWINS: list[TwinKey] = ["isolated", "cross"]
Asked = Callable[..., ReplayAnswer]


@pytest.fixture
def replayed(ask: Ask) -> Asked:
    """An example through a crash, by the built-in moves."""

    def asking(name: str, event: str = "2025-10-10") -> ReplayAnswer:
        answer = ask("replay", name, event=event, builtin=True)
        assert isinstance(answer, ReplayAnswer)
        return answer

    return asking


def two_ways(answer: ReplayAnswer) -> ReplayAnswer:
    """The same replay, had the isolated twin lived in one order of the prices inside bars."""
    isolated = next(one for one in answer.twins if one.name == "isolated")
    dead, *_ = isolated.endings
    lived = dead.model_copy(
        update={"within": "open, low, high, close", "log": [], "left": {"BTC": "1.8"}}
    )  # fmt: skip
    died = dead.model_copy(update={"within": "open, high, low, close"})
    undetermined = isolated.model_copy(update={"verdict": "undetermined", "endings": [lived, died]})
    others = [one for one in answer.twins if one.name != "isolated"]
    return answer.model_copy(update={"twins": [*others, undetermined]})


def test_a_card_says_who_died_when_and_what_was_left(replayed: Asked) -> None:
    card = card_of(replayed("two-btc"), TWINS)
    isolated, cross = card.outcomes
    assert (isolated.title, isolated.words) == ("ISOLATED", "LIQUIDATED")
    assert isolated.died == ("fence SOL/USD:BTC long liquidated with SOL at −9.55 %",)
    assert isolated.left == "1.709 BTC"
    assert (cross.words, cross.died, cross.left) == ("alive", (), "1.6385 BTC")
    assert card.coins == (
        "Lowest, by the built-in measured moves: BTC/USD:BTC −16.15 %, SOL/USD:BTC −34.94 %",
    )


def test_a_coin_without_a_move_is_said_to_stand_still(replayed: Asked) -> None:
    card = card_of(replayed("two-btc", "2021-05-19"), TWINS)
    assert card.coins[-1] == "No prices and no beta, left where it is: SOL/USD:BTC"


def test_a_coin_that_follows_a_beta_is_said_to(ask: Ask) -> None:
    hype, bitcoin = "HYPE/USDT:USDT", "BTC/USDT:USDT"
    long = {"side": "long", "leverage": "5"}
    book: Any = {
        "venue": "demo",
        "wallet": {"USDT": "10000"},
        "betas": {hype: "2"},
        "marks": {bitcoin: "60000", hype: "30"},
        "tiers": {hype: {"source": "a test", "rows": [{"floor": "0", "rate": "0.01"}]}},
        "positions": [
            {**long, "symbol": bitcoin, "contracts": "0.1", "entry_price": "60000"},
            {**long, "symbol": hype, "contracts": "9", "entry_price": "30"},
        ],
    }
    answer = ask("replay", book, event="2025-10-10", builtin=True)
    assert (
        card_of(answer, TWINS).coins[-1]
        == "Lowest, by its beta: follows BTC/USDT:USDT: HYPE/USDT:USDT −32.30 %"
    )


def test_an_undetermined_twin_tells_both_ways(replayed: Asked) -> None:
    answer = two_ways(replayed("two-btc"))
    isolated = card_of(answer, TWINS).outcomes[0]
    assert isolated.words == "UNDETERMINED"
    assert isolated.died == (
        "if prices went open, low, high, close: nothing is liquidated",
        "if prices went open, high, low, close: fence SOL/USD:BTC long liquidated with SOL at −9.55 %",
    )
    assert isolated.left == "1.80 BTC or 1.709 BTC"
    assert len([one for one in equity_lines(answer, asset="BTC", twins=TWINS) if one.twin == "isolated"]) == 2
    (mark,) = death_marks(answer, TWINS)
    assert "if prices went open, high, low, close" in mark.words


def test_a_ring_closed_in_part_again_and_again_is_one_line(replayed: Asked) -> None:
    answer = replayed("six-venues", "2022-05-LUNA")
    cross = next(one for one in answer.twins if one.name == "cross")
    entries = [one for one in cross.endings[0].log if one.kind == "liquidation"]
    assert len(entries) > 1, "choose a book that is closed in part"
    (line,) = card_of(answer, ["cross"]).outcomes[0].died
    assert line.count("pool USDT") == 1
    assert "closed in part" in line


@pytest.mark.parametrize(
    ("name", "asset"), [("two-btc", "BTC"), ("three-50x", "USDT"), ("contagion", "USDT")]
)
def test_equity_is_drawn_from_the_start_to_what_was_left(replayed: Asked, name: str, asset: str) -> None:
    answer = replayed(name)
    assert asset in assets_of(answer)
    for line in equity_lines(answer, asset=asset, twins=TWINS):
        book = next(one for one in answer.twins if one.name == line.twin)
        assert line.points[0] == (answer.since, answer.before[asset])
        assert line.points[-1] == (answer.until, book.endings[line.number].left[asset])


def test_what_is_dead_stays_dead_in_the_points(replayed: Asked) -> None:
    answer = replayed("three-50x")
    left = {
        one.name: [Decimal(point.equity["USDT"]) for point in one.endings[0].points] for one in answer.twins
    }
    assert left["cross"][1:] == [0, 0]
    assert left["isolated"][1:] == [4000, 4000]


def test_a_line_is_broken_where_something_is_liquidated(replayed: Asked) -> None:
    lines = {one.twin: one for one in equity_lines(replayed("two-btc"), asset="BTC", twins=TWINS)}
    assert [len(piece) for piece in lines["isolated"].pieces] == [2, 2]
    assert [len(piece) for piece in lines["cross"].pieces] == [4]
    figure = replay_figure(replayed("two-btc"), asset="BTC", twins=TWINS)
    isolated = next(one for one in figure["data"] if one["name"] == "Isolated")
    assert isolated["y"].count(None) == 1
    assert isolated["connectgaps"] is False


def test_a_death_lies_on_the_path_of_its_coin(replayed: Asked) -> None:
    answer = replayed("two-btc")
    (mark,) = death_marks(answer, TWINS)
    # Solana falls in a straight line from 101.49 to 65.06 while the bar lasts; its fence dies at 90.4522.
    share = (Decimal("101.49") - Decimal("90.4522")) / (Decimal("101.49") - Decimal("65.06"))
    assert mark.at == mark.entry.at + int(share * answer.timeframe_ms)
    drawing = ET.fromstring(replay_chart(answer, asset="BTC", twins=TWINS))
    cross = next(one for one in drawing.iter("path") if "l8 8m0 -8l-8 8" in one.get("d", ""))
    x, y = (float(part) + 4 for part in cross.get("d", "")[1:].split("l")[0].split())
    ends = [
        line.get("points", "").split() for line in drawing.iter("polyline") if "coin" in line.get("class", "")
    ]
    solana = [tuple(map(float, point.split(","))) for point in ends[1]]
    (ax, ay), (bx, by) = solana[1], solana[2]
    assert abs(ay + (by - ay) * (x - ax) / (bx - ax) - y) < 0.5


def test_everything_lies_inside_the_panels(replayed: Asked) -> None:
    for name, asset in (("two-btc", "BTC"), ("three-50x", "USDT"), ("hedge-pair", "USDT")):
        answer = replayed(name)
        drawing = ET.fromstring(replay_chart(answer, asset=asset, twins=TWINS))
        seen = 0
        for line in drawing.iter("polyline"):
            top, bottom = PRICES if "coin" in line.get("class", "") else EQUITY
            points = [tuple(map(float, point.split(","))) for point in line.get("points", "").split()]
            if points[0][1] == 10:
                continue  # the sample in the legend
            seen += len(points)
            assert all(LEFT <= x <= RIGHT and top <= y <= bottom for x, y in points), (name, points)
        assert seen >= 4 * len(coin_paths(answer))


def test_deaths_beside_each_other_share_a_badge(replayed: Asked) -> None:
    drawing = ET.fromstring(replay_chart(replayed("three-50x"), asset="USDT", twins=TWINS))
    badges = [one.get("class") for one in drawing.iter("rect")]
    assert badges == ["badge isolated", "badge cross"]
    assert {"1–3", "4"} <= {one.text for one in drawing.iter("text")}
    assert len([one for one in drawing.iter("path") if "death" in one.get("class", "")]) == 4


def test_a_figure_is_plain_json_with_a_cross_for_every_coin_of_a_ring(replayed: Asked) -> None:
    figure = replay_figure(replayed("three-50x"), asset="USDT", twins=TWINS, dark=True)
    assert json.loads(json.dumps(figure)) == figure
    crosses = [one for one in figure["data"] if one["mode"] == "markers"]
    assert [len(one["x"]) for one in crosses] == [3, 3]
    assert len(figure["layout"]["shapes"]) == 4
    assert figure["layout"]["yaxis2"]["ticktext"][-1] == "0 %"


def test_hostile_names_stay_text(replayed: Asked) -> None:
    hostile = '<img src="x" onerror="alert(1)">'
    text = replayed("two-btc").model_dump_json().replace("SOL/USD:BTC", json.dumps(hostile)[1:-1])
    answer = ReplayAnswer.model_validate_json(text)
    drawing = ET.fromstring(replay_chart(answer, asset="BTC", twins=TWINS))
    assert not list(drawing.iter("img"))
    assert "<img" not in json.dumps(replay_figure(answer, asset="BTC", twins=TWINS))


@pytest.mark.parametrize("hours", [3, 24, 48, 192, 24 * 365])
def test_ticks_of_time_are_round_and_few(hours: int) -> None:
    since = 1_760_097_600_000
    ticks = time_ticks(since, since + hours * 3_600_000)
    assert 2 <= len(ticks) <= 7
    assert all(since <= at <= since + hours * 3_600_000 for at, _ in ticks)
    assert len({later[0] - earlier[0] for earlier, later in pairwise(ticks)}) == 1


def test_the_report_has_a_replay_only_when_one_was_asked_for(ask: Ask, replayed: Asked) -> None:
    answer, told = ask("compare", "two-btc"), replayed("two-btc")
    without = render_report(answer, scrub=None, frontier=None, workings={}, title="a book")
    page = Page(render_report(answer, scrub=None, frontier=None, workings={}, title="a book", replay=told))
    assert "Through 2025-10-10" not in without
    assert page.open == []
    for words in (
        "Through 2025-10-10, the largest liquidation day",
        "ISOLATED LIQUIDATED with SOL at −9.55 % 1.709 BTC",
        "fence SOL/USD:BTC long liquidated: equity 0.004522, requirement 0.00452261 BTC",
        *(" ".join(one.split()) for one in told.assumptions),
    ):
        assert words in page.text, words


def test_the_rows_are_those_of_the_terminal(replayed: Asked) -> None:
    rows = left_rows(replayed("two-btc"))
    assert [row[0] for row in rows] == ["AS IT IS", "ISOLATED", "CROSS", "keep 0.5", "close at the start"]
    assert rows[1] == ("ISOLATED", "LIQUIDATED", "with SOL at −9.55 %", "1.709 BTC")


def test_the_terminal_writes_the_report(tmp_path: Path) -> None:
    place = tmp_path / "replay.html"
    command = [Path(sys.executable).with_name("ringfence"), "replay", ROOT / "examples" / "two-btc.toml"]
    done = subprocess.run(
        [*command, "--event", "2025-10-10", "--builtin", "--html", place],
        capture_output=True, text=True, check=False, env={"RINGFENCE_HOME": str(tmp_path), "PATH": ""},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1] == f"report: {place}"
    text = Page(place.read_text("utf-8")).text
    assert "Through 2025-10-10, the largest liquidation day" in text
    assert "The same book, side by side" in text


def test_entries_that_are_no_liquidations_are_not_drawn(replayed: Asked) -> None:
    answer = replayed("two-btc")
    paid = ReplayEntry(
        kind="funding",
        at=answer.since,
        where="",
        ring="",
        closed=False,
        words="1 payment",
        marks={},
        steps=[],
    )
    for one in answer.twins:
        for ending in one.endings:
            ending.log.insert(0, paid)
    assert [one.entry.kind for one in death_marks(answer, TWINS)] == ["liquidation"]


def test_installed_prices_tell_the_time_and_the_built_in_path_does_not(
    ask: Ask, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RINGFENCE_DATA", str(data))
    answer = ask("replay", "two-btc", event="2025-10-10")
    isolated = card_of(answer, TWINS).outcomes[0]
    ending = next(one for one in answer.twins if one.name == "isolated").endings[0]
    (entry,) = (one for one in ending.log if one.kind == "liquidation")
    assert instant(entry.at) in isolated.died[0]
    assert card_of(answer, TWINS).coins[0].startswith("Lowest, by installed prices: ")
    assert path_ticks(answer)[0][1] == "10-10 12:00"
    built_in = ask("replay", "two-btc", event="2025-10-10", builtin=True)
    assert [words for _, words in path_ticks(built_in)] == ["start", "an extreme", "the other", "end"]
    figure = replay_figure(built_in, asset="BTC", twins=TWINS)
    assert figure["layout"]["xaxis"]["ticktext"][0] == "start"


def test_bars_that_are_missing_are_named(replayed: Asked) -> None:
    hole = ReplayHole(symbol="BTC/USD:BTC", since=1_760_097_600_000, until=1_760_101_200_000, missing=60)
    answer = replayed("two-btc").model_copy(update={"holes": [hole]})
    assert hole_lines(answer) == ["BTC/USD:BTC: 60 bars are missing from 2025-10-10 12:00 on"]
    assert hole_lines(answer)[0] in Page(replay_section(answer, TWINS)).text
