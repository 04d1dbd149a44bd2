"""Chances from past paths: against a naive twin, and the laws that hold whatever the past was."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import pytest

from ringfence.domain.account import Side
from ringfence.mirror.facts import Standing
from ringfence.mirror.measured.chance import BLOCK, PATHS, Run, chance, drawn, hours_of
from ringfence.mirror.measured.market import HOUR_MS, Past
from tests.mirror.facts.books import BTC, cut_out, past

MARK = Decimal(58_000)
WALK = past(24 * 100)


def stood(price: object, side: Side = Side.LONG) -> Standing:
    level = Decimal(str(price))
    return Standing(
        symbol=BTC, side=side, contracts=Decimal(side.sign), liquidatable=True, liquidation_price=level,
        threshold=level, distance=abs(level - MARK) / MARK,
    )  # fmt: skip


def naive(one: Past, at: Standing, run: Run) -> Fraction:
    """The same paths, hour by hour in plain Python."""
    rows, picked, hits = one.rows.tolist(), drawn(one, run.hours).tolist(), 0
    level = float(Fraction(at.liquidation_price or 0) / Fraction(MARK))
    goal = None if run.target is None else float(Fraction(run.target) / Fraction(MARK))
    long = at.side is Side.LONG
    for path in range(PATHS):
        price = 1.0
        for hour in range(run.hours):
            row = picked[hour][path]
            before, (_, high, low, close) = rows[row - 1][3], rows[row]
            best, worst = (high, low) if long else (low, high)
            touched, reached = price * (worst / before), price * (best / before)
            if touched <= level if long else touched >= level:
                hits += 1
                break
            if goal is not None and (reached >= goal if long else reached <= goal):
                break
            price *= close / before
    return Fraction(hits, PATHS)


@pytest.mark.parametrize("run", [Run(30), Run(30, Decimal(58_900)), Run(30, Decimal(57_000))])
@pytest.mark.parametrize("side", list(Side))
def test_against_the_naive_twin(run: Run, side: Side) -> None:
    before, after = (stood(MARK - side.sign * way, side) for way in (900, 1_500))
    found = chance(before, after, MARK, run=run, past=WALK)
    if run.target is not None and (run.target - MARK) * side.sign < 0:
        assert found is None  # the target lies on the losing side
        return
    assert found is not None
    assert (Fraction(found.before), Fraction(found.after)) == (
        naive(WALK, before, run), naive(WALK, after, run),
    )  # fmt: skip
    assert 0 < found.after < found.before < 1
    assert (found.of, found.method) == (PATHS, "history")


@pytest.mark.parametrize("side", list(Side))
def test_a_liquidation_further_away_is_never_hit_more_often(side: Side) -> None:
    ways = [stood(MARK - side.sign * 150 * number, side) for number in range(1, 24)]
    for run in (Run(48), Run(48, MARK + side.sign * 700)):
        shares = [chance(way, way, MARK, run=run, past=WALK) for way in ways]
        numbers = [one.before for one in shares if one is not None]
        assert len(numbers) == 23
        assert numbers == sorted(numbers, reverse=True)
        assert numbers[0] > numbers[-1]


def test_longer_is_never_safer_and_a_target_never_worse() -> None:
    at = stood(57_000)
    free, aimed = (chance(at, at, MARK, run=run, past=WALK) for run in (Run(72), Run(72, Decimal(58_500))))
    assert free is not None
    assert aimed is not None
    assert aimed.before < free.before
    short = chance(at, at, MARK, run=Run(1), past=WALK)
    assert short is not None
    assert short.before < free.before


def test_the_same_facts_give_the_same_answer_and_other_data_others() -> None:
    at = stood(57_000)
    first = chance(at, at, MARK, run=Run(48), past=WALK)
    again = chance(at, at, MARK, run=Run(48), past=replace(WALK, kept={}))
    other = chance(at, at, MARK, run=Run(48), past=replace(WALK, kept={}, digest="another"))
    assert first == again
    assert first != other
    assert drawn(WALK, 30)[0, :4].tolist() == [1551, 2235, 405, 1979]  # on every machine, whatever numpy


def test_no_block_runs_over_a_hole() -> None:
    holed = cut_out(WALK, {700: 3, 1_500: 40})
    rows = drawn(holed, 2 * BLOCK)
    for block in (rows[:BLOCK], rows[BLOCK:]):
        opens = holed.opens[block]
        assert ((opens[1:] - opens[:-1]) == HOUR_MS).all()
        assert (holed.opens[block[0] - 1] == opens[0] - HOUR_MS).all()  # the first hour follows one, too


def test_too_short_a_past_says_nothing_and_a_target_falls_back() -> None:
    short, at = past(24 * 60), stood(57_000)
    assert chance(at, at, MARK, run=Run(24), past=short) is None
    found = chance(at, at, MARK, run=Run(24, Decimal(62_000)), past=short)
    assert found is not None
    assert (found.method, found.of, found.before) == ("driftless", None, Decimal("0.8"))
    assert chance(at, at, MARK, run=Run(24), past=None) is None


def test_what_is_certain() -> None:
    dead = replace(stood(58_000), distance=Decimal(0))
    safe = replace(stood(1), liquidatable=False, liquidation_price=None, threshold=None, distance=None)
    found = chance(dead, safe, MARK, run=Run(24), past=WALK)
    assert found is not None
    assert (found.before, found.after) == (1, 0)
    flat = Standing()
    opening = chance(flat, stood(57_000), MARK, run=Run(24), past=WALK)
    assert opening is not None
    assert opening.before is None
    assert chance(flat, flat, MARK, run=Run(24), past=WALK) is None


@pytest.mark.parametrize(("ms", "hours"), [(1, 1), (HOUR_MS, 1), (HOUR_MS + 1, 2), (10**12, 720)])
def test_hours(ms: int, hours: int) -> None:
    assert hours_of(ms) == hours


def test_the_bar_that_touches_both_counts_as_liquidated() -> None:
    import numpy as np

    rows = np.array([[100, 100, 100, 100], [100, 110, 90, 100]] * (24 * 50), dtype=np.int64)
    wild = replace(WALK, rows=rows, opens=np.arange(len(rows)) * HOUR_MS, kept={}, digest="wild")
    at = stood(MARK * Decimal("0.95"))
    found = chance(at, at, MARK, run=Run(24, MARK * Decimal("1.05")), past=wild)
    assert found is not None
    assert found.before == 1


@pytest.mark.parametrize(("price", "share"), [(90, 1), ("89.99", 0)])
def test_touching_the_liquidated_mark_is_enough(price: object, share: int) -> None:
    import numpy as np

    rows = np.array([[100, 100, 100, 100], [100, 100, 90, 100]] * (24 * 50), dtype=np.int64)
    dips = replace(WALK, rows=rows, opens=np.arange(len(rows)) * HOUR_MS, kept={}, digest="dips")
    at = stood(price)
    found = chance(at, at, Decimal(100), run=Run(24), past=dips)
    assert found is not None
    assert found.before == share
