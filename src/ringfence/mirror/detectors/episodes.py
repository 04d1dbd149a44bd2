"""A past cut into episodes: positions from flat to flat, each with everything that was done to it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal

from ringfence.domain.account import MarginMode, Side
from ringfence.mirror.detectors.building import SHRINKS, Building
from ringfence.mirror.detectors.past import Did, Ended, Episode, Past, Step
from ringfence.mirror.detectors.stops import AT_ONCE, moved_at_once
from ringfence.mirror.detectors.tape import EMPTY, Tape, tapes, widely
from ringfence.mirror.detectors.walk import Walk
from ringfence.mirror.detectors.worth import profit, settle_of, value
from ringfence.mirror.happened import ClosedPosition, Traded
from ringfence.mirror.model import Plan

REOPENED = 600_000
"""Closed in isolated margin and reopened in cross within ten minutes: a switch, whatever it is called."""
OLD_ENOUGH = 600_000
"""A plan counts as written beforehand from ten minutes after it was written."""
NEAR_RUNG = Decimal("0.005")
AT_LEVEL = Decimal("0.001")
"""Share of the price within which a fill is at a rung, and a closing fill at the level that stood."""


@dataclass(frozen=True)
class Cut:
    """Episodes in the order of their opening, and the profit of each closing fill by its id."""

    episodes: tuple[Episode, ...]
    realised: Mapping[str, Decimal]


def written_before(plan: Plan, at: int) -> bool:
    """Whether a plan can justify something: written while flat, not under water, ten minutes before."""
    return plan.written.flat and not plan.edited_underwater and plan.created_ms + OLD_ENOUGH <= at


@widely
def cut(past: Past) -> Cut:
    """Every episode of a past.

    A history that begins in the middle of a position is not completed by guesses: the episodes it cannot
    vouch for say so in ``missing``.
    """
    seen = tapes(past.marks)
    ordered = moved_at_once(sorted(past.happened, key=lambda event: event.at))
    walk = Walk(past, seen)
    for event in ordered:
        walk.take(event)
    built = sorted([*walk.done, *walk.open.values()], key=lambda one: (one.opened, one.symbol, one.side))
    plans = _Plans(past.plans)
    made = [_episode(one, plans, seen.get(one.symbol, EMPTY)) for one in built]
    made += _reported(past)
    made.sort(key=lambda one: (one.opened, one.symbol, one.side))
    numbered = [replace(one, number=number) for number, one in enumerate(made)]
    return Cut(tuple(_switches(numbered)), walk.realised)


class _Plans:
    """Which plan an episode runs under; an idea that has had its position is used up."""

    def __init__(self, plans: Iterable[Plan]) -> None:
        self._by: dict[tuple[str, str, Side], list[Plan]] = defaultdict(list)
        for plan in sorted(plans, key=lambda one: (one.created_ms, one.version)):
            self._by[plan.account_id, plan.symbol, plan.side].append(plan)
        self._used: set[str] = set()

    def of(self, one: Building) -> Plan | None:
        """The newest version written flat before the open; one that a fill names may be used again."""
        fitting = [
            plan
            for plan in self._by.get((one.account_id, one.symbol, one.side), ())
            if plan.created_ms <= one.opened and plan.written.flat and not plan.edited_underwater
            and (plan.time_stop_ms is None or plan.time_stop_ms > one.opened)
            and (plan.plan_id == one.plan_id if one.plan_id else plan.plan_id not in self._used)
        ]  # fmt: skip
        if not fitting:
            return None
        self._used.add(fitting[-1].plan_id)
        return fitting[-1]


def _episode(one: Building, plans: _Plans, tape: Tape) -> Episode:
    plan = plans.of(one)
    steps = _without_leftovers(_rungs(one.steps, plan), one.closed)
    first = steps[0].after
    worth = None if one.instrument is None else value(one.instrument, first.contracts, first.entry)
    net = None if one.gross is None or one.costs is None else one.gross + one.costs
    return Episode(
        number=0, account_id=one.account_id, venue=one.venue, symbol=one.symbol, side=one.side,
        opened=one.opened, closed=one.closed, ended=_ended(one), steps=steps, plan=plan,
        planned_risk=_planned_risk(one, steps, plan), entry_value=worth, gross=one.gross, net=net,
        worst=_worst(one, steps, tape), asset=settle_of(one.symbol), missing=tuple(one.missing),
        instrument=one.instrument,
    )  # fmt: skip


def _rungs(steps: list[Step], plan: Plan | None) -> list[Step]:
    """Additions at a planned rung, as long as the rung has contracts left."""
    if plan is None or not plan.ladder:
        return steps
    left = [rung.contracts for rung in plan.ladder]
    marked = []
    for step in steps:
        if step.did is Did.ADD and step.price is not None and written_before(plan, step.at):
            added = step.after.contracts - step.before.contracts
            for number, rung in enumerate(plan.ladder):
                if abs(step.price - rung.price) <= NEAR_RUNG * rung.price and added <= left[number]:
                    left[number] -= added
                    step = replace(step, rung=True)  # noqa: PLW2901
                    break
        marked.append(step)
    return marked


def _without_leftovers(steps: list[Step], closed: int | None) -> tuple[Step, ...]:
    """A stop that is taken away because the position is being closed gives it no room."""
    return tuple(
        replace(step, widened=False)
        if step.widened and step.new is None and closed is not None and closed - step.at <= AT_ONCE
        else step
        for step in steps
    )


def _planned_risk(one: Building, steps: tuple[Step, ...], plan: Plan | None) -> Decimal | None:
    """Loss at the plan's invalidation, else at the first stop, if it stood within a minute of the open."""
    held = steps[0].after
    level = plan.invalidation_price if plan else one.first_stop
    if plan is None:
        level = next(
            (s.new for s in steps if s.did is Did.STOP and s.at - one.opened <= AT_ONCE and s.new), level
        )
    if level is None or one.instrument is None:
        return None
    risk = -profit(one.instrument, one.side, held.contracts, (held.entry, level))
    return risk if risk > 0 else None


def _ended(one: Building) -> Ended:
    if one.closed is None:
        return Ended.OPEN
    if any(fill.liquidation for fill in one.closing):
        return Ended.FORCED
    last = one.closing[-1]
    if last.preplaced is not None:
        return Ended.PREPLACED if last.preplaced else Ended.BY_CHOICE
    stood = any(abs(last.price - level) <= AT_LEVEL * level for level in one.last_levels)
    return Ended.PREPLACED if stood else Ended.UNKNOWN


def _worst(one: Building, steps: tuple[Step, ...], tape: Tape) -> Decimal | None:
    """The largest loss from the average entry at hourly marks and fills, as a fraction of it."""
    deepest = Decimal(0)
    sign = one.side.sign
    for number, step in enumerate(steps):
        until = steps[number + 1].at if number + 1 < len(steps) else one.closed
        if until is None:
            until = tape.times[-1] + 1 if tape.times else step.at
        held = step.after
        prices = [price for _, price in tape.between(step.at, until)] if held.contracts else []
        against = [(held.entry - price) * sign / held.entry for price in prices]
        if step.price is not None and step.before.contracts:
            against.append((step.before.entry - step.price) * sign / step.before.entry)
        deepest = max([deepest, *against])
    return deepest


def _switches(made: list[Episode]) -> list[Episode]:
    """Isolated closed and the same side reopened in cross soon after: a step of the episode it opened."""
    closed: dict[tuple[str, str, Side], Episode] = {}
    out = []
    for one in made:
        before = closed.get((one.account_id, one.symbol, one.side))
        closed[one.account_id, one.symbol, one.side] = one
        step = None if before is None else _reopened(before, one)
        out.append(one if step is None else replace(one, steps=(one.steps[0], step, *one.steps[1:])))
    return out


def _reopened(before: Episode, one: Episode) -> Step | None:
    """The synthetic switch, as a step from what was held before the closing to what was opened."""
    if not one.steps:
        return None
    first = one.steps[0]
    if before.closed is None or before.ended in (Ended.FORCED, Ended.PREPLACED):
        return None
    if not 0 <= one.opened - before.closed <= REOPENED or first.after.mode is not MarginMode.CROSS:
        return None
    closing = [s for s in before.steps if s.did in SHRINKS and one.opened - s.at <= REOPENED]
    if not closing or closing[0].before.mode is not MarginMode.ISOLATED:
        return None
    return replace(
        first, did=Did.REOPENED_CROSS, price=closing[0].price, before=closing[0].before,
        adverse=closing[0].adverse,
    )  # fmt: skip


def _reported(past: Past) -> list[Episode]:
    """Closed positions from venues that report those instead of fills."""
    filled = {(one.account_id, one.symbol) for one in past.happened if isinstance(one, Traded)}
    return [
        _closed_position(one)
        for one in past.happened
        if isinstance(one, ClosedPosition) and (one.account_id, one.symbol) not in filled
    ]


def _closed_position(one: ClosedPosition) -> Episode:
    """What a closed position says and no more: no way in between is known, nor why it ended."""
    missing = () if one.opened_at is not None else ("when it was opened is not known",)
    ended = Ended.FORCED if one.liquidation else Ended.UNKNOWN
    return Episode(
        number=0, account_id=one.account_id, venue=one.venue, symbol=one.symbol, side=one.side,
        opened=one.at if one.opened_at is None else one.opened_at, closed=one.at, ended=ended, steps=(),
        plan=None, planned_risk=None, entry_value=None, gross=None if one.net else one.pnl,
        net=one.pnl if one.net else None, worst=None, asset=settle_of(one.symbol), missing=missing,
    )  # fmt: skip
