"""The values of a comparison, one function a row: finished text, and the field whose workings explain it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from ringfence.report.format import REACH_WORDS, amount, percent, price, times, whole
from ringfence.service.answers import (
    LineAnswer,
    LinePrice,
    PositionAnswer,
    RingAnswer,
    TotalsAnswer,
    TwinAnswer,
    TwinPosition,
)

Kind = Literal["number", "words"]
RowKind = Literal["heading", "plain", "strong"]


@dataclass(frozen=True, slots=True)
class Cell:
    """One value as it is shown.

    Attributes:
        detail: the condition or the second half, shown smaller; may be empty.
        why: the field whose workings explain it, empty where there are none.
        alarm: whether it says that something is lost already.
    """

    text: str
    detail: str = ""
    why: str = ""
    kind: Kind = "number"
    alarm: bool = False


def position_name(position: PositionAnswer) -> str:
    """The name that fields and rings use for a position, ``BTC/USDT:USDT long``."""
    return f"{position.symbol} {position.side}"


def position_facts(position: PositionAnswer) -> str:
    """What is the same in every twin, in one line."""
    facts = [f"{whole(position.contracts)} contracts"]
    if position.entry_price is not None:
        facts.append(f"entry {price(position.entry_price)}")
    facts.append(f"mark {price(position.mark_price)}")
    if position.leverage is not None:
        facts.append(f"leverage setting {times(position.leverage)}")
    facts.append(f"unrealised PnL {amount(position.unrealized_pnl, position.asset)}")
    return " · ".join(facts)


def price_cell(line: LineAnswer, why: str) -> Cell:
    """A liquidation price, or the state in words."""
    if line.nearest is None:
        return _state(line, why)
    other = _other_side(line)
    detail = f"and {price(other.liquidated)} on the other side" if other is not None else ""
    return Cell(price(line.nearest.liquidated), detail, f"{why}.liquidated")


def distance_cell(line: LineAnswer, why: str) -> Cell:
    """How far the mark is from it, or that there is no distance."""
    if line.nearest is None:
        return _no_price(line.reach)
    other = _other_side(line)
    return Cell(percent(line.nearest.move), f"and {percent(other.move)}" if other else "", f"{why}.move")


def _no_price(reach: str) -> Cell:
    return Cell("already there" if reach == "already" else "no such price", kind="words")


def _state(line: LineAnswer, why: str) -> Cell:
    return Cell(REACH_WORDS[line.reach], why=f"{why}.reach", kind="words", alarm=line.reach == "already")


def _other_side(line: LineAnswer) -> LinePrice | None:
    sides = [side for side in (line.below, line.above) if side is not None]
    return next((side for side in sides if side != line.nearest), None)


def ring_cells(ring: RingAnswer) -> tuple[tuple[str, Cell], ...]:
    """What one fence or pool holds and needs, label by label, in its asset."""
    why = f"rings.{ring.name}"
    money = (
        ("wallet balance", ring.wallet_balance, "wallet_balance"),
        ("equity", ring.equity, "equity"),
        ("maintenance margin", ring.maintenance_margin, "maintenance_margin"),
        ("health", ring.health, "health"),
    )
    cells = [
        (label, Cell(amount(value, ring.asset, named=False), why=f"{why}.{field}"))
        for label, value, field in money
    ]
    return (*cells, ("maintenance usage", _usage(ring.maintenance_usage, f"{why}.maintenance_usage")))


def not_possible() -> Cell:
    """What stands in the column of a twin that cannot exist."""
    return Cell("not possible", kind="words")


def _margin(one: TwinPosition, asset: str) -> Cell:
    detail = "the whole pool, shared" if one.shared else "its fence"
    why = f"rings.{one.position.ring}.wallet_balance"
    return Cell(amount(one.margin, asset), detail, why)


def _line_field(one: TwinPosition, way: str) -> str:
    return f"liquidation.{position_name(one.position)}.{way}"


def _alone(one: TwinPosition, _asset: str) -> Cell:
    return price_cell(one.alone, _line_field(one, "alone"))


def _alone_distance(one: TwinPosition, _asset: str) -> Cell:
    return distance_cell(one.alone, _line_field(one, "alone"))


def _together(one: TwinPosition, _asset: str) -> Cell:
    return price_cell(one.together, _line_field(one, "together"))


def _together_distance(one: TwinPosition, _asset: str) -> Cell:
    return distance_cell(one.together, _line_field(one, "together"))


def _bankruptcy(one: TwinPosition, _asset: str) -> Cell:
    if one.alone.bankruptcy_price is None:
        return Cell("no such price", kind="words")
    return Cell(price(one.alone.bankruptcy_price), why=f"{_line_field(one, 'alone')}.bankruptcy_price")


def _maintenance(one: TwinPosition, _asset: str) -> Cell:
    held = one.position
    why = f"positions.{position_name(held)}.maintenance_margin"
    return Cell(amount(held.maintenance_margin, held.asset), f"tier {held.tier.number}", why)


def _lost_there(one: TwinPosition, asset: str) -> Cell:
    if one.loss_at_liquidation is None:
        return _no_price(one.alone.reach)
    left = one.left_at_liquidation
    detail = "" if left is None else f"and {amount(left, asset)} left to forfeit"
    why = f"{_line_field(one, 'alone')}.threshold"
    return Cell(amount(one.loss_at_liquidation, asset), detail, why)


def _worst(one: TwinPosition, asset: str) -> Cell:
    detail = "with everything else in the pool" if one.shared else ""
    why = f"most_to_lose.{asset}"
    return Cell(amount(one.at_risk, asset), detail, why)


def _days(one: TwinPosition, _asset: str) -> Cell | None:
    if one.daily_ranges is None:
        return None
    return Cell(times(one.daily_ranges), "the usual range of a day", _drag_field(one, "daily_ranges"))


def _close_fee(one: TwinPosition, _asset: str) -> Cell | None:
    if one.close_fee is None:
        return None
    return Cell(amount(one.close_fee, one.position.asset), "at the mark", _drag_field(one, "close_fee"))


def _funding(one: TwinPosition, _asset: str) -> Cell | None:
    if one.funding_per_day is None:
        return None
    paid = one.funding_per_day
    text = amount(paid.removeprefix("-"), one.position.asset)
    detail = "received, at the rate given" if paid.startswith("-") else "paid, at the rate given"
    return Cell(text, detail, _drag_field(one, "funding_per_day"))


def _drag_field(one: TwinPosition, name: str) -> str:
    return f"drag.{position_name(one.position)}.{name}"


def _usage(share: str | None, why: str) -> Cell:
    if share is None:
        return Cell("no equity left", kind="words", alarm=True)
    return Cell(percent(share, signed=False), why=why)


def _total_of(twin: TwinAnswer, asset: str) -> TotalsAnswer | None:
    """The twin's total in one asset; None where it keeps nothing in it, as another twin does."""
    return next((total for total in twin.totals if total.asset == asset), None)


def _nothing_in(asset: str) -> Cell:
    return Cell(f"nothing in {asset}", kind="words")


def _total_equity(twin: TwinAnswer, asset: str) -> Cell:
    total = _total_of(twin, asset)
    if total is None:
        return _nothing_in(asset)
    return Cell(amount(total.total_equity, asset), why=f"totals.{asset}.total_equity")


def _leverage(twin: TwinAnswer, asset: str) -> Cell:
    total = _total_of(twin, asset)
    if total is None:
        return _nothing_in(asset)
    if total.effective_leverage is None:
        return Cell("no equity left", kind="words", alarm=True)
    return Cell(times(total.effective_leverage), why=f"totals.{asset}.effective_leverage")


def _most(twin: TwinAnswer, asset: str) -> Cell:
    if asset not in twin.most_to_lose:
        return Cell("nothing at risk", kind="words")
    return Cell(amount(twin.most_to_lose[asset], asset), why=f"most_to_lose.{asset}")


def _free(twin: TwinAnswer, asset: str) -> Cell:
    free = twin.free_capital.get(asset)
    if _total_of(twin, asset) is None:
        return _nothing_in(asset)
    if free is None:
        return Cell("unknown", "a position has no leverage, so its initial margin is unknown", kind="words")
    return Cell(amount(free, asset), why=f"rings.pool {asset}.available_balance")


def outcome_cell(twin: TwinAnswer, ring: str) -> Cell:
    """What a jump to the marks asked for costs or brings one ring of a twin."""
    one = next((one for one in twin.outcome or [] if one.ring == ring), None)
    if one is None:
        return Cell("not in this twin", kind="words")
    detail = "liquidated" if one.liquidated else ""
    return Cell(_gain_or_loss(one.loss, one.asset), detail, alarm=one.liquidated)


def _gain_or_loss(loss: str, asset: str) -> str:
    if not loss.strip("-0."):
        return "unchanged"
    return f"gains {amount(loss[1:], asset)}" if loss.startswith("-") else f"loses {amount(loss, asset)}"


# A position settles in its own asset; what its ring holds and loses is counted in the ring's, given second.
POSITION_ROWS: tuple[tuple[str, RowKind, Callable[[TwinPosition, str], Cell]], ...] = (
    ("margin behind it", "plain", _margin),
    ("liquidation price, others still", "strong", _alone),
    ("distance to it", "plain", _alone_distance),
    ("all together, at {leader}", "plain", _together),
    ("distance to it", "plain", _together_distance),
    ("bankruptcy price, others still", "plain", _bankruptcy),
    ("maintenance margin", "plain", _maintenance),
    ("lost at liquidation", "plain", _lost_there),
    ("worst loss", "strong", _worst),
)

# Rows of what nobody needs to state: they stand there when the account gives the rate they follow from.
GIVEN_ROWS: tuple[tuple[str, RowKind, Callable[[TwinPosition, str], Cell | None]], ...] = (
    ("distance in daily ranges", "plain", _days),
    ("fee to close", "plain", _close_fee),
    ("funding a day", "plain", _funding),
)

TOTALS_ROWS: tuple[tuple[str, RowKind, Callable[[TwinAnswer, str], Cell]], ...] = (
    ("equity", "plain", _total_equity),
    ("effective leverage", "plain", _leverage),
    ("most that can be lost", "strong", _most),
    ("free capital", "plain", _free),
)
