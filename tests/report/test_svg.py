"""The drawings: proper XML, lines where the numbers are, jumps where rings die."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from decimal import Decimal
from itertools import pairwise

from ringfence.report.axes import Axis
from ringfence.report.svg import BOTTOM, LEFT, RIGHT, TOP, frontier_chart, numbered_deaths, scrub_chart
from ringfence.report.sweep import sweep_moves
from ringfence.service.answers import ScrubAnswer
from tests.report.conftest import Ask


def sweep(ask: Ask, name: str) -> list[ScrubAnswer]:
    deaths = [death for twin in ask("scrub", name).twins for death in twin.deaths]
    return [ask("scrub", name, move=move) for move in sweep_moves(deaths)]


def lines(drawing: str, twin: str) -> list[list[tuple[float, float]]]:
    """The points of one twin's lines, the sample in the legend left out."""
    found = [
        [(float(point.split(",")[0]), float(point.split(",")[1])) for point in line.get("points", "").split()]
        for line in ET.fromstring(drawing).iter("polyline")
        if line.get("class") == f"line {twin}"
    ]
    return found[:-1]


def test_the_curve_of_a_twin_breaks_exactly_where_its_rings_die(ask: Ask) -> None:
    drawing = scrub_chart(sweep(ask, "two-btc"), asset="BTC", twins=["isolated", "cross"])
    x = Axis(Decimal("-0.6"), Decimal("0.6"), Decimal(LEFT), Decimal(RIGHT))
    deaths = [float(x.at(Decimal(move))) for move in ("-0.195980", "-0.095477")]
    left, middle, right = lines(drawing, "isolated")
    for before, after, at in ((left, middle, deaths[0]), (middle, right, deaths[1])):
        assert before[-1][0] <= at <= after[0][0]
        assert after[0][0] - before[-1][0] < 1
    # Only 0.0100502 BTC is left to forfeit at the second threshold: the drop is hardly to be seen.
    assert abs(left[-1][1] - middle[0][1]) < 2


def test_every_point_lies_inside_the_axes(ask: Ask) -> None:
    for name in ("two-btc", "hedge-pair", "contagion"):
        drawing = scrub_chart(
            sweep(ask, name), asset="BTC" if name == "two-btc" else "USDT", twins=["isolated", "cross"]
        )
        points = [point for twin in ("isolated", "cross") for line in lines(drawing, twin) for point in line]
        assert len(points) > 50
        assert all(LEFT <= x <= RIGHT and TOP <= y <= BOTTOM for x, y in points)


def test_deaths_are_numbered_from_the_nearest(ask: Ask) -> None:
    found = numbered_deaths([ask("scrub", "two-btc")], ["isolated", "cross"])
    assert [(number, twin, death.ring) for number, twin, death in found] == [
        (1, "isolated", "fence SOL/USD:BTC long"),
        (2, "isolated", "fence BTC/USD:BTC long"),
        (3, "cross", "pool BTC"),
    ]


def test_the_frontier_passes_through_the_prices_of_each_coin_alone(ask: Ask) -> None:
    answer = ask("frontier", "two-btc")
    drawing = frontier_chart(answer, twins=["isolated", "cross"])
    right, top = Decimal(answer.window[1]), Decimal(answer.window[3])
    x = Axis(Decimal(0), right, Decimal(LEFT), Decimal(RIGHT))
    y = Axis(Decimal(0), top, Decimal(BOTTOM), Decimal(TOP))
    alone = {one.symbol: one.alone.nearest for one in ask("solve", "two-btc").positions}
    bitcoin, solana = alone["BTC/USD:BTC"], alone["SOL/USD:BTC"]
    assert solana is None
    assert bitcoin is not None
    (cross,) = lines(drawing, "cross")
    # The pool's line meets today's Solana price where Bitcoin alone liquidates it.
    (ax, ay), (bx, by) = cross[0], cross[-1]
    today = float(y.at(Decimal(answer.today[1])))
    assert abs(ax + (bx - ax) * (today - ay) / (by - ay) - float(x.at(Decimal(bitcoin.threshold)))) < 0.5


def test_the_drawing_names_itself_and_holds_hostile_text_as_text(ask: Ask) -> None:
    answer = ask("frontier", "two-btc").model_copy(update={"x": '"><script>x</script>'})
    drawing = ET.fromstring(frontier_chart(answer, twins=["cross"]))
    assert "script" in (drawing.get("aria-label") or "")
    assert not list(drawing.iter("script"))


def test_ticks_are_round_and_few() -> None:
    for low, high in (("0", "7"), ("-0.6", "0.6"), ("0", "119999"), ("0.00001", "0.00009"), ("-3", "-1")):
        ticks = Axis(Decimal(low), Decimal(high), Decimal(0), Decimal(100)).ticks()
        assert 2 <= len(ticks) <= 7
        assert all(Decimal(low) <= tick <= Decimal(high) for tick in ticks)
        assert len({later - earlier for earlier, later in pairwise(ticks)}) == 1
