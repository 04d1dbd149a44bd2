"""Figures carry the answers' own numbers; a tint covers the dead side and never today's point."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any, cast

import pytest

from ringfence.ingest.text import read_document
from ringfence.report.figures import frontier_figure, scrub_figure
from ringfence.report.regions import dead_region, drawn, inside
from ringfence.service.answers import FrontierAnswer, FrontierLine, ScrubAnswer
from ringfence.service.context import Context
from ringfence.service.operations import operation_named
from tests.support import ROOT

WINDOW = [Decimal(edge) for edge in ("0", "10", "0", "10")]


def points(*pairs: tuple[str, str]) -> list[tuple[Decimal, Decimal]]:
    return [(Decimal(x), Decimal(y)) for x, y in pairs]


def asked(tmp_path: Path, name: str, **request: Any) -> Any:
    document = read_document((ROOT / "examples" / "two-btc.toml").read_text("utf-8"))
    context = Context(tmp_path, today=lambda: "2026-11-22")
    return operation_named(name).run(context, {"account": document, **request})


def test_the_frontier_figure_has_the_vertices_of_the_answer(tmp_path: Path) -> None:
    answer = cast("FrontierAnswer", asked(tmp_path, "frontier"))
    figure = frontier_figure(answer, twins=["isolated", "cross"])
    lines = [one for one in figure["data"] if one["mode"] == "lines"]
    expected = [
        line for key in ("isolated", "cross") for t in answer.twins if t.twin == key for line in t.lines
    ]
    drawn_at = [list(zip(one["x"], one["y"], strict=True)) for one in lines]
    assert drawn_at == [[tuple(vertex) for vertex in line.vertices] for line in expected]
    assert len(drawn_at) == 3
    json.dumps(figure)


def test_no_tint_covers_todays_point(tmp_path: Path) -> None:
    answer = cast("FrontierAnswer", asked(tmp_path, "frontier"))
    figure = frontier_figure(answer, twins=["isolated", "cross"])
    tints = [one for one in figure["data"] if one.get("fill") == "toself"]
    today = Decimal(answer.today[0]), Decimal(answer.today[1])
    assert len(tints) == 3
    for tint in tints:
        region = [(Decimal(x), Decimal(y)) for x, y in zip(tint["x"], tint["y"], strict=True)]
        assert not inside(today, region)
        assert inside((Decimal("0.5"), Decimal("0.5")), region), "at nothing everything is dead"


def test_the_curve_has_the_equities_of_the_sweep(tmp_path: Path) -> None:
    moves = ["-0.6", "-0.1", "0", "0.6"]
    sweep = [cast("ScrubAnswer", asked(tmp_path, "scrub", move=move)) for move in moves]
    figure = scrub_figure(sweep, asset="BTC", twins=["isolated", "cross"])
    for one, key in zip(figure["data"], ("isolated", "cross"), strict=True):
        twins = [twin for answer in sweep for twin in answer.twins if twin.twin == key]
        assert one["x"] == moves
        assert one["y"] == [twin.equity["BTC"] for twin in twins]
    deaths = [
        death.move
        for key in ("isolated", "cross")
        for t in sweep[0].twins
        if t.twin == key
        for death in t.deaths
    ]
    assert [shape["x0"] for shape in figure["layout"]["shapes"]] == deaths
    assert len(deaths) == 3


def test_twins_differ_by_dash_as_well_as_by_colour(tmp_path: Path) -> None:
    sweep = [cast("ScrubAnswer", asked(tmp_path, "scrub", move=move)) for move in ("-0.1", "0.1")]
    for dark in (False, True):
        figure = scrub_figure(sweep, asset="BTC", twins=["as_is", "isolated", "cross"], dark=dark)
        assert len({one["line"]["dash"] for one in figure["data"]}) == 3
        assert len({one["line"]["color"] for one in figure["data"]}) == 3


@pytest.mark.parametrize(
    ("line", "today", "dead", "alive"),
    [
        (points(("4", "0"), ("4", "10")), ("6", "5"), ("2", "5"), ("9", "9")),
        (points(("4", "0"), ("4", "10")), ("2", "5"), ("6", "5"), ("1", "1")),
        (points(("0", "6"), ("6", "0")), ("5", "5"), ("1", "1"), ("9", "9")),
        (points(("0", "6"), ("6", "0")), ("1", "1"), ("9", "9"), ("2", "2")),
        (points(("0", "8"), ("5", "5"), ("10", "9")), ("5", "2"), ("5", "9"), ("9", "1")),
        (
            points(("2", "2"), ("8", "2"), ("8", "8"), ("2", "8"), ("2", "2")),
            ("1", "1"),
            ("5", "5"),
            ("9", "9"),
        ),
    ],
)
def test_the_dead_side_is_the_one_without_today(line: Any, today: Any, dead: Any, alive: Any) -> None:
    region = dead_region(line, WINDOW, *points(today))
    assert inside(*points(dead), region)
    assert not inside(*points(today), region)
    assert not inside(*points(alive), region)


def test_a_line_that_ends_inside_the_window_has_no_sides() -> None:
    assert dead_region(points(("1", "1"), ("5", "5")), WINDOW, *points(("2", "9"))) == []
    assert dead_region(points(("1", "1")), WINDOW, *points(("2", "9"))) == []


def test_a_curved_line_is_drawn_straight_in_the_inverse_price() -> None:
    line = FrontierLine(ring="pool BTC", curved=True, vertices=[("1", "4"), ("2", "2")])
    found = drawn(line, x="BTC/USD:BTC", y="SOL/USDT:BTC")
    assert found[0] == (1, 4)
    assert found[-1] == (2, 2)
    assert len(found) == 13
    for x, y in found:
        share = (1 / x - 1) / (Decimal(1) / 2 - 1)
        assert abs(y - (4 - 2 * share)) < Decimal("1e-20")
