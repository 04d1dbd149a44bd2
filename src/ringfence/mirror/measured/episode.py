"""The idea so far: what was done in the open position since it was opened."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from ringfence.domain.account import Side
from ringfence.domain.numbers import Number, add, exactly
from ringfence.mirror.detectors.past import Did, Episode, Step
from ringfence.mirror.facts import EpisodeFacts, Standing
from ringfence.mirror.measured.market import HOUR_MS, Past
from ringfence.mirror.measured.past import Trades, is_inflow
from ringfence.mirror.measured.planned import Used
from ringfence.mirror.measured.remembered import Asked, about
from ringfence.mirror.measured.subject import Subject
from ringfence.mirror.model import Action, Plan

ZERO = Decimal(0)
WIDENED = (Did.STOP, Did.INVALIDATION)


@dataclass(frozen=True, slots=True)
class Level:
    """An invalidation level, and when it was set."""

    price: Decimal
    set_ms: int


@dataclass(frozen=True)
class Idea:
    """One open position and everything known to have been done in it.

    Attributes:
        episode: of the imported trades; None: not known. asked: carried out in it, by the journal.
        opening: the intent that opened it. inflows: bookings of money that came in since.
    """

    subject: Subject
    opened_ms: int | None
    episode: Episode | None
    asked: tuple[Asked, ...]
    opening: Asked | None
    inflows: tuple[Number, ...] = ()

    def did(self, *kinds: Did) -> tuple[Step, ...]:
        """Its steps of these kinds, by the imported trades."""
        return () if self.episode is None else self.episode.of(*kinds)

    def done(self, *actions: Action) -> list[Asked]:
        """What the journal knows to have been carried out of these actions."""
        return [one for one in self.asked if one.intent.action in actions]


def idea_of(
    subject: Subject | None, before: Standing, asked: Iterable[Asked], trades: Trades | None, *, asset: str
) -> Idea | None:
    """The open position that an intent is about, with its past; None where nothing is open."""
    if subject is None or before.contracts == 0:
        return None
    episode = _open_episode(subject, trades)
    opening = _opening(subject, asked, episode)
    opened = episode.opened if episode is not None else None if opening is None else opening.at
    done = about(asked, subject.symbol, subject.side, since=opened)
    return Idea(subject, opened, episode, tuple(done), opening, _inflows(trades, asked, opened, asset))


def _open_episode(subject: Subject, trades: Trades | None) -> Episode | None:
    found = [
        one
        for one in (() if trades is None else trades.episodes)
        if one.closed is None and (one.symbol, one.side) == (subject.symbol, subject.side)
    ]
    return found[-1] if found else None


def _opening(subject: Subject, asked: Iterable[Asked], episode: Episode | None) -> Asked | None:
    """The last opening that was carried out; where the trades know when, the one just before."""
    key = subject.symbol, subject.side
    found = [
        one
        for one in asked
        if one.done and one.intent.action is Action.OPEN and (one.intent.symbol, one.intent.side) == key
    ]
    if episode is not None:
        found = [one for one in found if abs(one.at - episode.opened) <= HOUR_MS]
    return max(found, key=lambda one: (one.at, one.intent.intent_id), default=None)


def _inflows(
    trades: Trades | None, asked: Iterable[Asked], opened: int | None, asset: str
) -> tuple[Number, ...]:
    """New money since the opening, by the trades or by the journal, whichever knows of more."""
    if opened is None:
        return ()
    booked = [
        one.amount  # type: ignore[attr-defined]  # an inflow has one
        for one in (() if trades is None else trades.happened)
        if one.at >= opened and is_inflow(one, asset)
    ]
    said = [
        one.intent.amount
        for one in asked
        if one.done and one.intent.action is Action.TRANSFER and one.at >= opened
        and one.intent.asset == asset and one.intent.amount is not None and one.intent.amount > 0
    ]  # fmt: skip
    return tuple(said if (len(said), add(said)) > (len(booked), add(booked)) else booked)


@exactly
def used_of(idea: Idea | None) -> Used:
    """What of a plan the position has used since it was opened."""
    if idea is None:
        return Used()
    count, amount = _top_ups(idea)
    switches = len(idea.did(Did.TO_CROSS, Did.TO_ISOLATED, Did.REOPENED_CROSS))
    asked_switches = len(idea.done(Action.SWITCH_TO_CROSS, Action.SWITCH_TO_ISOLATED))
    return Used(
        top_ups=count,
        topped_up=amount,
        switches=max(switches, asked_switches),
        hedges=max(len(idea.did(Did.HEDGE)), len(idea.done(Action.HEDGE))),
        deposits=len(idea.inflows),
        deposited=add(idea.inflows),
        adds=_adds(idea),
    )


def _top_ups(idea: Idea) -> tuple[int, Number]:
    booked = [one.amount for one in idea.did(Did.TOP_UP) if one.amount is not None]
    said = [abs(one.intent.amount) for one in idea.done(Action.ADD_MARGIN) if one.intent.amount is not None]
    return max(len(booked), len(said)), max(add(booked), add(said))


def _adds(idea: Idea) -> tuple[tuple[Decimal, Decimal], ...]:
    """Price and contracts of every addition; of the journal only what has a price."""
    steps = [
        (one.price, one.after.contracts - one.before.contracts)
        for one in idea.did(Did.ADD)
        if one.price is not None
    ]
    said = [
        (one.intent.price, one.intent.contracts)
        for one in idea.done(Action.INCREASE)
        if one.intent.price is not None and one.intent.contracts is not None
    ]
    return tuple(said if len(said) > len(steps) else steps)


@exactly
def episode_facts(
    idea: Idea | None, plan: Plan | None, past: Past | None, *, level: Level | None, distance: Number | None
) -> EpisodeFacts:
    """The idea so far, as far as trades and journal know it.

    Args:
        level: its invalidation in force. distance: to liquidation at entry, where nobody wrote it down.
    """
    price = None if level is None else level.price
    if idea is None:
        return EpisodeFacts(invalidation=price)
    count, amount = _top_ups(idea)
    opening, episode = idea.opening, idea.episode
    start = None if opening is None else opening.margin
    first = None if episode is None else episode.steps[0].after.margin if episode.steps else None
    stops = [one.new for one in idea.did(Did.STOP) if one.new is not None]
    return EpisodeFacts(
        opened_ms=idea.opened_ms,
        planned_risk=_planned_risk(idea, plan),
        distance_at_entry=distance if opening is None or opening.distance is None else opening.distance,
        margin_start=first if start is None else start,
        top_ups=count,
        topped_up=amount,
        widenings=_widenings(idea),
        stop_first=stops[0] if stops else _first_stop(idea),
        deposits=add(idea.inflows),
        breached_ms=_breached(idea, past, level),
        invalidation=price,
    )


def _breached(idea: Idea, past: Past | None, level: Level | None) -> int | None:
    """When the level was passed, after it was set and after the opening."""
    if level is None or idea.opened_ms is None:
        return None
    since = max(idea.opened_ms, level.set_ms)
    return breached_at(past, idea.subject.side, level.price, since=since)


def _planned_risk(idea: Idea, plan: Plan | None) -> Number | None:
    """R: as it was written at the opening, else by the trades, else what the plan allows."""
    if idea.opening is not None and idea.opening.risk is not None:
        return idea.opening.risk
    if idea.episode is not None and idea.episode.planned_risk is not None:
        return idea.episode.planned_risk
    return None if plan is None else plan.risk_max


def _stop_moves(idea: Idea) -> list[Asked]:
    return [one for one in idea.done(Action.MOVE_STOP) if one.intent.stop_to != one.intent.stop_from]


def _widenings(idea: Idea) -> int:
    """How often a level was moved away, or taken out, while the position was losing by more than noise."""
    booked = sum(1 for one in idea.did(*WIDENED) if one.widened)
    said = sum(1 for one in _stop_moves(idea) if one.adverse and _away(one, idea.subject.side))
    return max(booked, said)


def _away(one: Asked, side: Side) -> bool:
    old, new = one.intent.stop_from, one.intent.stop_to
    return old is not None and (new is None or (new - old) * side.sign < 0)


def _first_stop(idea: Idea) -> Decimal | None:
    moves: Sequence[Asked] = [one for one in _stop_moves(idea) if one.intent.which == "stop"]
    levels = [one.intent.stop_from or one.intent.stop_to for one in moves]
    return next((level for level in levels if level is not None), None)


def breached_at(past: Past | None, side: Side, level: Decimal | None, *, since: int | None) -> int | None:
    """When the first whole hour since the opening began in which the price passed a level.

    Hours that began before the opening do not count. None: it did not, or the past does not reach back.
    """
    if past is None or level is None or since is None:
        return None
    first = int(past.opens.searchsorted(since))
    wanted = Fraction(level) / Fraction(past.price(1))
    if side is Side.LONG:
        passed = past.rows[first:, 2] <= wanted.numerator // wanted.denominator
    else:
        passed = past.rows[first:, 1] >= -(-wanted.numerator // wanted.denominator)
    return int(past.opens[first + int(passed.argmax())]) if passed.any() else None
