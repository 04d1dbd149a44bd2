"""What the account's own past says about an intent: its losses, its habits, and the idea so far.

Trades come as episodes (`ringfence.mirror.detectors.episodes.cut`), so that a position from flat to flat is
the same thing here and in the detectors. What stands in the trades and in the journal, a top-up for one, is
the same act: the larger of the two counts.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

from ringfence.domain.account import MarginMode
from ringfence.domain.numbers import Number, add, exactly, simplest
from ringfence.mirror.detectors.ledger import flows
from ringfence.mirror.detectors.past import Ended, Episode
from ringfence.mirror.facts import HistoryFacts, Standing
from ringfence.mirror.happened import Happened, MarginAdjusted, MoneyMoved
from ringfence.mirror.measured.remembered import NOTHING, OVERRIDE, Asked, Remembered, same_intent
from ringfence.mirror.measured.subject import Subject
from ringfence.mirror.measured.sums import share
from ringfence.mirror.model import Action, Intent

MINUTE_MS, HOUR_MS, DAY_MS = 60_000, 3_600_000, 86_400_000
LAST = 20
"""How many episodes the usual size is the median of."""
LEAST_SIZES = 10
"""Fewer say nothing about what is usual."""
LEAST_OPENS = 20
HABIT_MS = 90 * DAY_MS
INCOMING = ("deposit", "transfer")


@dataclass(frozen=True)
class Trades:
    """The past as it was imported; worth keeping between audits, for one account.

    Attributes:
        happened: bookings. episodes, realised: what `cut` made of them.
    """

    happened: tuple[Happened, ...] = ()
    episodes: tuple[Episode, ...] = ()
    realised: Mapping[str, Decimal] | None = None


@dataclass(frozen=True)
class Now:
    """The intent and the account it is judged in."""

    intent: Intent
    subject: Subject | None
    before: Standing
    after: Standing
    asset: str
    open_pnl: Number
    now_ms: int


@exactly
def history_facts(trades: Trades | None, remembered: Remembered, now: Now) -> HistoryFacts:
    """Everything known about the account's past; without trades only what the mirror itself remembers.

    Episodes count by the moment they ended. An episode whose result is not known is no loss and no win: it
    is left out.
    """
    own = _remembered(remembered, now)
    if trades is None:
        return HistoryFacts(**own)
    booked = [one for one in trades.happened if one.at <= now.now_ms]
    closed = _closed(trades.episodes, now.now_ms)
    return HistoryFacts(
        **own,
        **_losses(closed, now),
        **_opens(trades.episodes, now),
        **_money(booked, now),
        size_ratio=_size_ratio(trades.episodes, now),
        day_pnl=_day_pnl(booked, trades, now),
        known=True,
    )


def result(one: Episode) -> Decimal | None:
    """What an episode came to, after fees and funding where they are known."""
    return one.gross if one.net is None else one.net


def _closed(episodes: Iterable[Episode], now_ms: int) -> list[Episode]:
    """Episodes that have ended with a known result, the latest last."""
    ended = [one for one in episodes if one.closed is not None and one.closed <= now_ms]
    known = [one for one in ended if result(one) is not None]
    return sorted(known, key=lambda one: (one.closed or 0, one.opened, one.symbol, one.side))


def _losses(closed: Sequence[Episode], now: Now) -> dict[str, Any]:
    """The last loss, the last own stop, and how many wins stand in a row."""
    lost = [one for one in closed if (result(one) or 0) < 0]
    last = lost[-1] if lost else None
    amount = None if last is None else -(result(last) or Decimal(0))
    leg = [one for one in closed if _same_leg(one, now.subject)]
    own = [one for one in leg if one in lost and one.ended is Ended.PREPLACED]
    fenced = [one for one in leg if _mode_at_end(one) is MarginMode.ISOLATED]
    return {
        "since_loss_ms": _since(last, now),
        "last_loss": amount,
        "last_loss_r": None if last is None else share(amount, last.planned_risk),
        "last_loss_share": share(amount, now.before.account_equity) if _in(last, now.asset) else None,
        "last_was_loss": (result(closed[-1]) or 0) < 0 if closed else None,
        "win_streak": _wins(closed),
        "since_own_stop_ms": _since(own[-1] if own else None, now),
        "closed_isolated_ms": _since(fenced[-1] if fenced else None, now),
        "closed_isolated_lost": (result(fenced[-1]) or 0) < 0 if fenced else None,
    }


def _since(one: Episode | None, now: Now) -> int | None:
    return None if one is None or one.closed is None else now.now_ms - one.closed


def _in(one: Episode | None, asset: str) -> bool:
    return one is not None and one.asset == asset


def _same_leg(one: Episode, subject: Subject | None) -> bool:
    return subject is not None and (one.symbol, one.side) == (subject.symbol, subject.side)


def _mode_at_end(one: Episode) -> MarginMode | None:
    return one.steps[-1].before.mode if one.steps else None


def _wins(closed: Sequence[Episode]) -> int | None:
    """How many of the last episodes won, without a loss between; None without any."""
    if not closed:
        return None
    count = 0
    for one in reversed(closed):
        if (result(one) or 0) <= 0:
            break
        count += 1
    return count


def _opens(episodes: Iterable[Episode], now: Now) -> dict[str, Any]:
    """Positions opened in two hours, this intent counted, and how many of its own habit.

    The habit is what the same count was at each opening of the last 90 days, the last two hours left out:
    its median, and the smallest count that nine in ten do not exceed.
    """
    since = now.now_ms - 2 * HOUR_MS
    times = sorted(one.opened for one in episodes if one.opened <= now.now_ms)
    this = 1 if now.intent.action is Action.OPEN else 0
    recent = sum(1 for at in times if at > since) + this
    past = [at for at in times if now.now_ms - HABIT_MS <= at <= since]
    counts = sorted(bisect_right(past, at) - bisect_right(past, at - 2 * HOUR_MS) for at in past)
    enough = len(counts) >= LEAST_OPENS
    return {
        "opens_2h": recent,
        "opens_2h_usual": _median(counts) if enough else None,
        "opens_2h_p90": Decimal(counts[-(-9 * len(counts) // 10) - 1]) if enough else None,
    }


def _median(numbers: Sequence[Number]) -> Number:
    ordered = sorted(numbers)
    middle = len(ordered) // 2
    if len(ordered) % 2:
        return simplest(Fraction(ordered[middle]))
    return simplest((Fraction(ordered[middle - 1]) + Fraction(ordered[middle])) / 2)


def _size_ratio(episodes: Iterable[Episode], now: Now) -> Number | None:
    """The risk that the intent takes over the median of the last 20 openings.

    Risk is the loss at the invalidation, where enough of them and the intent have one; else the notional at
    the opening. None: fewer than ten to compare with.
    """
    opened = sorted(
        (one for one in episodes if one.opened <= now.now_ms and one.asset == now.asset),
        key=lambda one: (one.opened, one.symbol, one.side),
    )[-LAST:]
    opened = [one for one in opened if not (one.closed is None and _same_leg(one, now.subject))]
    risks = [one.planned_risk for one in opened if one.planned_risk is not None]
    if now.after.loss_at_invalidation is not None and len(risks) >= LEAST_SIZES:
        return share(now.after.loss_at_invalidation, _median(risks))
    sizes = [one.entry_value for one in opened if one.entry_value is not None]
    if now.after.notional is None or len(sizes) < LEAST_SIZES:
        return None
    return share(now.after.notional, _median(sizes))


def _money(booked: Iterable[Happened], now: Now) -> dict[str, Any]:
    """New money of the last seven days, and margin taken out of another fence."""
    events = list(booked)
    inflows = [one for one in events if is_inflow(one, now.asset) and now.now_ms - one.at < 7 * DAY_MS]
    out = [
        one.at
        for one in events
        if isinstance(one, MarginAdjusted) and one.amount < 0 and one.symbol != now.intent.symbol
    ]
    return {
        "deposits_7d": len(inflows),
        "deposited_7d": add(one.amount for one in inflows if isinstance(one, MoneyMoved)),
        "margin_removed_ms": now.now_ms - max(out) if out else None,
    }


def is_inflow(one: Happened, asset: str) -> bool:
    """Whether money of an asset came in from outside."""
    return isinstance(one, MoneyMoved) and one.what in INCOMING and one.amount > 0 and one.asset == asset


def _day_pnl(booked: Sequence[Happened], trades: Trades, now: Now) -> Number:
    """Realised since 00:00 UTC, fees and funding included, and open now; money moved in or out left out."""
    midnight = now.now_ms - now.now_ms % DAY_MS
    today = [
        one
        for one in booked
        if one.at >= midnight and not (isinstance(one, MoneyMoved) and one.what != "fee")
    ]
    amounts = [amount for _, _, asset, amount in flows(today, trades.realised or {}) if asset == now.asset]
    return add([*amounts, now.open_pnl])


def _remembered(remembered: Remembered, now: Now) -> dict[str, Any]:
    """What the mirror remembers of intents and how they ended."""
    earlier = [one for one in remembered.asked if one.intent.ts_ms <= now.now_ms]
    same = [one.at for one in earlier if one.decision == NOTHING and same_intent(one.intent, now.intent)]
    overrides = [one for one in earlier if one.decision == OVERRIDE and now.now_ms - one.at < DAY_MS]
    paused = [one.at for one in earlier if one.paused]
    recent = [one for one in earlier if now.now_ms - one.intent.ts_ms < 10 * MINUTE_MS]
    return {
        "since_do_nothing_ms": now.now_ms - max(same) if same else None,
        "overrides_24h": len(overrides),
        "asked_10m": len(recent),
        "same_direction_10m": _asked_for(recent, now.intent),
        "quiet_ms": now.now_ms - max(paused) if paused else None,
        "creep_supported": remembered.creep_supported,
        "creep": remembered.creep,
        "shown": dict(remembered.shown),
        "measures": dict(remembered.measures),
    }


def _asked_for(recent: Iterable[Asked], intent: Intent) -> Decimal | None:
    """Contracts of one instrument and direction that were asked for, this intent and the recent ones."""
    if intent.contracts is None or intent.action is Action.REDUCE:
        return None
    alike = [
        one.intent.contracts
        for one in recent
        if one.decision != NOTHING
        and one.intent.action is not Action.REDUCE
        and (one.intent.symbol, one.intent.side) == (intent.symbol, intent.side)
        and one.intent.contracts is not None
    ]
    return Decimal(add([intent.contracts, *alike]))
