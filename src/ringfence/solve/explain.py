"""Explain a twin: the assessment's workings, then every liquidation price and the most that can be lost."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from ringfence.domain.account import MarginMode
from ringfence.domain.derivation import Derivation, Line
from ringfence.domain.market import Market, Rates
from ringfence.domain.numbers import Number, exactly
from ringfence.exact.explain import explain, show, signed, tier_words
from ringfence.exact.leg import Leg
from ringfence.exact.ring import Book, Ring
from ringfence.solve.fed import can_follow, fed_fences
from ringfence.solve.liquidation import Answer, Liquidations, quantum_of
from ringfence.solve.path import Path, Segment, alone, segments, together
from ringfence.solve.regimes import regimes
from ringfence.solve.twins import PositionTwin, Twin


@exactly
def explain_twin(twin: Twin, market: Market) -> Derivation:
    """Every number of a feasible twin with its workings; empty for a twin that cannot exist."""
    if twin.assessment is None or twin.liquidations is None:
        return Derivation()
    prices = explain_liquidations(twin.book, market, twin.liquidations)
    funding = str(twin.book.rules.clauses["funding"])
    drag = [line for one in twin.positions for line in _drag(one, market, funding)]
    return explain(twin.assessment) + prices + Derivation((*drag, *_most(twin)))


@exactly
def explain_liquidations(book: Book, market: Market, prices: Liquidations) -> Derivation:
    """The workings of every liquidation price of a book."""
    lines: list[Line] = []
    for one in prices.positions:
        ring = book.ring_of(one.position)
        name = f"{one.position.symbol} {one.position.side.value}"
        symbol = one.position.symbol
        path = alone(ring, market, symbol, quantum_of(book, symbol))
        lines += _answer(ring, path, one.alone, f"liquidation.{name}.alone", f"{name}, {_base(symbol)} alone")
        leader = one.together.leader
        path = together(ring, market, leader, quantum_of(book, leader))
        label = f"{name}, everything with {_base(leader)}"
        lines += _answer(ring, path, one.together, f"liquidation.{name}.together", label)
    return Derivation(tuple(lines))


def _base(symbol: str) -> str:
    return symbol.split("/")[0]


def _answer(ring: Ring, path: Path, answer: Answer, field: str, label: str) -> Iterator[Line]:
    quote = path.leader.split("/")[1].split(":")[0]
    clauses = ring.rules.clauses
    clause, hit = str(clauses["liquidation_price"]), answer.nearest
    if hit is None:
        yield Line(
            f"{field}.reach", label, answer.mark_price, quote, f"at the mark: {answer.reach.value}", clause
        )
        return
    segment = _holding(ring, path, hit.threshold, up=hit is answer.above)
    if segment is not None:
        yield from _equation(ring, path, segment, hit.threshold, field=field, label=label)
    solved = _solved(segment)
    yield Line(f"{field}.threshold", f"{label}: health is zero at", hit.threshold, quote, solved, clause)
    checked = f"alive at {show(hit.alive)}, liquidated one quantum further; both checked"
    trigger = str(clauses["trigger"])
    yield Line(
        f"{field}.liquidated", f"{label}: first liquidated mark", hit.liquidated, quote, checked, trigger
    )
    distance = f"{show(hit.threshold)} / {show(answer.mark_price)} - 1"
    yield Line(f"{field}.move", f"{label}: distance", hit.move * 100, "%", distance)
    broke = answer.nearest_bankruptcy
    if broke is not None:
        how = "the same equation with maintenance left out: equity is zero"
        yield Line(f"{field}.bankruptcy_price", f"{label}: bankruptcy price", broke, quote, how)


def _equation(
    ring: Ring, path: Path, segment: Segment, t: Fraction, *, field: str, label: str
) -> Iterator[Line]:
    """Health as ``fixed + slope x price`` on the stretch that the threshold lies on."""
    price, clause = f"P({_base(path.leader)})", str(ring.rules.clauses["liquidation_price"])
    what = f"{label}: what does not move with {price}"
    yield Line(f"{field}.fixed", what, segment.constant, ring.asset, _fixed(ring, path, t), clause)
    what, used = f"{label}: health per unit of {price}", _tiers(ring, path, t)
    yield Line(f"{field}.slope", what, _factor(segment), ring.asset, _moving(ring, path, t), used)


def _holding(ring: Ring, path: Path, t: Fraction, *, up: bool) -> Segment | None:
    """The segment that a threshold lies in, of the regime whose health is zero there."""
    fractional = ring.fractional
    for regime in regimes(fractional, path):
        for segment in segments(fractional, path, regime, up=up):
            beyond = segment.far is not None and (t > segment.far if up else t < segment.far)
            if not beyond:
                if segment.at(t) == 0:
                    return segment
                break
    return None


def _factor(segment: Segment) -> Fraction:
    return segment.poles[0][0] if segment.poles and segment.slope == 0 else segment.slope


def _solved(segment: Segment | None) -> str:
    if segment is None:
        return "first liquidated quantum of the mark, found between tier edges"
    if not segment.poles:
        return f"-({show(segment.constant)}) / ({show(segment.slope)})"
    return f"-({show(segment.poles[0][0])}) / ({show(segment.constant)})"


def _fixed(ring: Ring, path: Path, t: Fraction) -> str:
    """Collateral, what standing coins add, and the constant part of every leg that moves."""
    parts = [show(ring.collateral)] if not ring.holdings else ["collateral at its rates"]
    if ring.other_maintenance:
        what = "not listed" if ring.rules.order_test is None else "orders, and not listed"
        parts.append(f"- {show(ring.other_maintenance)} ({what})")
    for leg in ring.fractional.legs:
        price = path.price(leg.symbol, t)
        value = leg.value(price)
        number = leg.tier_at(value)
        if path.lines[leg.symbol][1] == 0:
            profit, need = leg.profit(value), leg.maintenance(value)
            parts.append(f"{signed(profit)} (profit {leg.name}) {signed(-need)} (its maintenance)")
        else:
            entry = leg.sign * leg.entry_value if leg.is_inverse else -leg.sign * leg.entry_value
            parts.append(
                f"{signed(entry)} (entry value {leg.name}) {signed(leg.deductions[number])} (deduction)"
            )
    return " ".join(parts)


def _moving(ring: Ring, path: Path, t: Fraction) -> str:
    parts = []
    for leg in ring.fractional.legs:
        slope = path.lines[leg.symbol][1]
        if slope != 0:
            rate = leg.rates[leg.tier_at(leg.value(path.price(leg.symbol, t)))]
            sign = "+" if leg.sign > 0 else "-"
            term = f"-({sign}1 + {show(rate)})" if leg.is_inverse else f"({sign}1 - {show(rate)})"
            factor = "" if slope == 1 else f" x {show(slope)}"
            parts.append(f"{show(leg.size)} x {term}{factor}")
    return " + ".join(parts)


def _tiers(ring: Ring, path: Path, t: Fraction) -> str:
    moving = [leg for leg in ring.fractional.legs if path.lines[leg.symbol][1] != 0]
    return "; ".join(_tier(leg, leg.value(path.price(leg.symbol, t))) for leg in moving)


def _tier(leg: Leg, value: Number) -> str:
    return f"{leg.instrument.base}: {tier_words(leg, leg.tier_at(value) + 1, value)}"


def _drag(one: PositionTwin, market: Market, funding: str) -> Iterator[Line]:
    """What time and leaving cost at the rates that the account states."""
    name = f"{one.position.symbol} {one.position.side.value}"
    rates, value = market.rates.get(one.position.symbol, Rates()), show(one.figures.notional)
    field, asset, hit = f"drag.{name}", one.figures.asset, one.liquidation.alone.nearest
    if one.drag.close_fee is not None and rates.taker_fee is not None:
        how = f"{value} x {show(rates.taker_fee)}"
        yield Line(f"{field}.close_fee", f"fee to close {name}", one.drag.close_fee, asset, how)
    if one.drag.funding_per_day is not None and rates.funding_rate is not None:
        sign = "" if one.position.side.sign > 0 else "-"
        how = f"{sign}{value} x {show(rates.funding_rate)} x 24 / {show(rates.funding_hours)}"
        yield Line(
            f"{field}.funding_per_day", f"funding a day {name}", one.drag.funding_per_day, asset, how, funding
        )
    if one.drag.daily_ranges is not None and rates.daily_range is not None and hit is not None:
        how = f"{show(abs(hit.move))} / {show(rates.daily_range)}"
        yield Line(
            f"{field}.daily_ranges", f"distance in daily ranges {name}", one.drag.daily_ranges, "x", how
        )


def _most(twin: Twin) -> Iterator[Line]:
    for asset, amount in (twin.most_to_lose or {}).items():
        rings = [ring for ring in twin.rings if ring.asset == asset]
        with_positions = [ring for ring in rings if ring.mode is MarginMode.ISOLATED or ring.notional != 0]
        parts = (
            " + ".join(f"{show(ring.equity)} ({ring.name})" for ring in with_positions) or "0, no position"
        )
        fed = [ring.name for ring in fed_fences(twin.book) if ring.asset == asset]
        if fed and twin.assessment is not None:
            follow = show(can_follow(twin.assessment, asset))
            parts += f"; and what the pool can feed into {' and '.join(fed)}: {follow}, at most its equity"
        yield Line(
            f"most_to_lose.{asset}",
            "the most that can be lost from here",
            amount,
            asset,
            f"equity of every ring with positions, less where a position cannot lose more: {parts}",
            str(twin.book.rules.clauses["shortfall"]),
        )
