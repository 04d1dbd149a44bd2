"""The lane of an intent, and the four judgements that most rules start from."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from ringfence.domain.account import MarginMode, Side
from ringfence.domain.numbers import Number
from ringfence.mirror.facts import Standing
from ringfence.mirror.model import Action, Intent, Lane

NEAR = Fraction(35, 100)
"""Danger: at most this share of the distance at entry is left."""
USED = Fraction(1, 2)
"""Danger: at least this share of equity is asked for as maintenance."""
MORE = Fraction(1001, 1000)
"""A rescue puts more than this times as much at risk."""
SPREADS, RANGES = 2, Fraction(1, 10)
"""A loss is adverse from twice the spread on, and a tenth of the hourly range."""
ZERO = Decimal(0)


def lane_of(intent: Intent, before: Standing, after: Standing) -> Lane:
    """Whether an intent can only shrink risk, lets any part of it grow, or neither.

    A reduction that turns the position round is no reduction. A part that is not known before or after
    does not decide; where nothing after is known (the change cannot be made), an action that asks for more
    counts as an increase.

    >>> from ringfence.mirror.model import Action, Intent
    >>> intent = Intent("i1", 0, "human", "main", "demo", Action.REDUCE, symbol="BTC/USDT:USDT")
    >>> lane_of(intent, Standing(contracts=Decimal(2)), Standing(contracts=Decimal(1)))
    <Lane.REDUCE: 'reduce'>
    """
    if intent.action is Action.MOVE_STOP:
        return _stop_lane(intent, before)
    if _shrinks(intent, before, after):
        return Lane.REDUCE
    if _turned(before, after) or any(_grew(*pair) for pair in _pairs(before, after)):
        return Lane.INCREASE
    if after.at_risk is None and intent.action not in (Action.REDUCE, Action.SWITCH_TO_ISOLATED):
        return Lane.INCREASE
    return Lane.NEUTRAL


def _shrinks(intent: Intent, before: Standing, after: Standing) -> bool:
    """Whether a trade can only make the position smaller."""
    if intent.action not in (Action.REDUCE, Action.OPEN, Action.INCREASE, Action.HEDGE):
        return False
    if intent.action is Action.REDUCE and (intent.reduce_only or after.at_risk is None):
        return intent.reduce_only or (intent.contracts or ZERO) <= abs(before.contracts)
    if after.at_risk is None:
        return False
    smaller = abs(after.contracts) < abs(before.contracts)
    return before.contracts != 0 and not _turned(before, after) and smaller


def _turned(before: Standing, after: Standing) -> bool:
    return before.contracts * after.contracts < 0


def _pairs(before: Standing, after: Standing) -> tuple[tuple[Number | None, Number | None], ...]:
    """What may not grow: money at risk, sizes, leverage and the loss at the level."""
    return (
        (before.at_risk, after.at_risk),
        (abs(before.contracts), abs(after.contracts)),
        (before.account_notional, after.account_notional),
        _leverages(before, after),
        (before.loss_at_invalidation, after.loss_at_invalidation),
    )


def _leverages(before: Standing, after: Standing) -> tuple[Number | None, Number | None]:
    """Effective leverage of the ring; of the account where a position goes behind a fence of its own.

    A fence is smaller than the pool it leaves, so its leverage is always higher, though less can be lost.
    """
    if before.mode is MarginMode.CROSS and after.mode is MarginMode.ISOLATED:
        return before.account_leverage, after.account_leverage
    return before.effective_leverage, after.effective_leverage


def _grew(before: Number | None, after: Number | None) -> bool:
    return before is not None and after is not None and after > before


def _stop_lane(intent: Intent, before: Standing) -> Lane:
    """Placed or tightened: reduce. Moved away or taken out: increase. Left where it is: neutral."""
    if intent.stop_to == intent.stop_from:
        return Lane.NEUTRAL
    if intent.stop_to is None:
        return Lane.INCREASE
    if intent.stop_from is None:
        return Lane.REDUCE
    side = before.side or intent.side
    if side is None:
        return Lane.INCREASE
    return Lane.INCREASE if (intent.stop_to - intent.stop_from) * side.sign < 0 else Lane.REDUCE


@dataclass(frozen=True, slots=True)
class Adverse:
    """Whether a position loses by more than noise, and against what that was held."""

    holds: bool | None
    basis: str = ""


def adverse(before: Standing, mark: Decimal, *, spread: Number | None, atr_hour: Number | None) -> Adverse:
    """A loss so far, and the mark at least twice the spread and a tenth of the hourly range from the entry.

    What is not known is left out of the comparison, so that it errs towards adverse: with neither the
    spread nor the range, every loss is. ``basis`` says which. No position is never adverse.

    >>> adverse(Standing(), Decimal(1), spread=None, atr_hour=None)
    Adverse(holds=False, basis='')
    """
    if before.contracts == 0:
        return Adverse(holds=False)
    if before.unrealized_pnl is None or before.entry_price is None:
        return Adverse(None)
    known = {"spread": spread, "ATR": atr_hour}
    basis = " and ".join(name for name, one in known.items() if one is not None) or "sign"
    least = max(
        Fraction(0) if spread is None else SPREADS * Fraction(spread),
        Fraction(0) if atr_hour is None else RANGES * Fraction(atr_hour),
    )
    away = abs(Fraction(mark) - Fraction(before.entry_price))
    return Adverse(bool(before.unrealized_pnl < 0 and away >= least), basis)


def danger(before: Standing, distance_at_entry: Number | None) -> bool | None:
    """At most 0.35 of the distance at entry is left, or maintenance is half of the equity.

    One of the two is enough; None where neither holds and one is not known.
    """
    if before.contracts == 0:
        return False
    near, used = _near(before, distance_at_entry), _used(before)
    if near or used:
        return True
    return None if near is None or used is None else False


def _near(before: Standing, at_entry: Number | None) -> bool | None:
    if before.liquidatable is False:
        return False
    if before.distance is None or at_entry is None:
        return None
    return Fraction(before.distance) <= NEAR * Fraction(at_entry)


def _used(before: Standing) -> bool | None:
    if before.ring_equity is None or before.ring_maintenance is None:
        return None
    return Fraction(before.ring_maintenance) >= USED * Fraction(before.ring_equity)


def rescue(before: Standing, after: Standing, *, is_adverse: bool | None) -> bool | None:
    """Adverse, more money at risk, no less of the position, and liquidation further away.

    A part that does not hold decides; else a part that is not known leaves it open.
    """
    parts = (
        is_adverse,
        _more_at_risk(before, after),
        not _turned(before, after) and abs(after.contracts) >= abs(before.contracts),
        _further(before, after),
    )
    if any(part is False for part in parts):
        return False
    return None if any(part is None for part in parts) else True


def _more_at_risk(before: Standing, after: Standing) -> bool | None:
    if before.at_risk is None or after.at_risk is None:
        return None
    return Fraction(after.at_risk) > MORE * Fraction(before.at_risk)


def _further(before: Standing, after: Standing) -> bool | None:
    """Whether liquidation is further after; no price that liquidates is further than any."""
    if before.liquidatable is None or after.liquidatable is None:
        return None
    if not before.liquidatable or not after.liquidatable:
        return before.liquidatable and not after.liquidatable
    if before.distance is None or after.distance is None:
        return None
    return bool(after.distance > before.distance)


def breached(side: Side | None, mark: Decimal | None, level: Decimal | None) -> bool | None:
    """Whether the mark is at or beyond an invalidation level; None without one."""
    if side is None or mark is None or level is None:
        return None
    return bool((mark - level) * side.sign <= 0)
