"""D1, account rescue: more money behind a losing position, liquidation pushed away, and no plan for it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from ringfence.domain.account import MarginMode
from ringfence.mirror.detectors.case import Case, counted, result
from ringfence.mirror.detectors.episodes import written_before
from ringfence.mirror.detectors.past import Detected, Did, Episode, Label, Step
from ringfence.mirror.detectors.standing import Moment, Stand, stand
from ringfence.mirror.detectors.statistics import Draw, binomial_tail, wilson
from ringfence.mirror.detectors.worth import profit
from ringfence.mirror.model import NO_PERMISSION, Permission, Plan

MIN_EPISODES = 8
MIN_EVENTS = 3
USUAL = Fraction(1, 10)
"""The share of endangered positions that may be rescued before it is called a habit."""
MORE = Fraction(1001, 1000)
RESCUES = (
    Did.TOP_UP,
    Did.TO_CROSS,
    Did.REOPENED_CROSS,
    Did.LEVERAGE,
    Did.DEPOSIT,
    Did.ADD,
    Did.HEDGE,
)


@dataclass(frozen=True)
class Rescue:
    """A rescue: the step, and where the position stood before and after; ``planned``: a plan covered it."""

    step: Step
    before: Stand | None
    after: Stand | None
    planned: bool

    @property
    def added(self) -> Fraction:
        """How much more can be consumed than before."""
        if self.before is None or self.after is None:
            return Fraction(0)
        return self.after.at_risk - self.before.at_risk


@dataclass(frozen=True)
class Watched:
    """One episode under watch. ``danger``: None where no hour of it could be judged."""

    episode: Episode
    danger: bool | None
    rescues: tuple[Rescue, ...]
    unknown: tuple[str, ...]

    @property
    def unplanned(self) -> tuple[Rescue, ...]:
        """The rescues that no plan covers."""
        return tuple(one for one in self.rescues if not one.planned)


def watch(case: Case, one: Episode) -> Watched:
    """Danger and rescues of one episode."""
    first = one.steps[0]
    at_entry = stand(case, one, first.after, Moment(one.opened, first.after.entry))
    unknown = [at_entry] if isinstance(at_entry, str) else []
    danger: bool | None = None
    for stood in _worst(case, one) if isinstance(at_entry, Stand) else ():
        if isinstance(stood, str):
            unknown.append(stood)
        elif not danger:
            danger = stood.danger(at_entry) if isinstance(at_entry, Stand) else None
    rescues: list[Rescue] = []
    for step in one.of(*RESCUES):
        found = _rescue(case, one, step, [r.step for r in rescues if r.planned])
        if isinstance(found, str):
            unknown.append(found)
        elif found is not None:
            rescues.append(found)
    return Watched(one, danger, tuple(rescues), tuple(unknown))


def _worst(case: Case, one: Episode) -> Iterator[Stand | str]:
    """Where it stood at its worst between any two steps: hourly marks, and the mark of the next step."""
    tape, sign = case.tape(one.symbol), one.side.sign
    end = one.closed if one.closed is not None else (tape.times[-1] + 1 if tape.times else one.opened)
    for number, step in enumerate(one.steps):
        follows = one.steps[number + 1] if number + 1 < len(one.steps) else None
        if not step.after.contracts:
            continue
        marks = [(price, at) for at, price in tape.between(step.at, follows.at if follows else end)]
        if follows is not None and follows.price is not None:
            marks.append((follows.price, follows.at))
        if marks:
            price, at = min(marks, key=lambda mark: mark[0] * sign)
            after = follows is None or at < follows.at
            yield stand(case, one, step.after, Moment(at, price, after))


def _rescue(case: Case, one: Episode, step: Step, planned: list[Step]) -> Rescue | str | None:
    """Whether a step was a rescue; a reason where that cannot be said."""
    if step.adverse is None:
        return "whether it was losing is not known"
    if not step.adverse or step.after.contracts < step.before.contracts:
        return None
    covered = _covered(one, step, planned)
    if step.did is Did.HEDGE:
        return Rescue(step, None, None, covered)
    price = step.price
    before = stand(case, one, step.before, None if price is None else Moment(step.at, price, after=False))
    after = stand(case, one, step.after, None if price is None else Moment(step.at, price))
    if isinstance(before, str) or isinstance(after, str):
        return before if isinstance(before, str) else str(after)
    if after.at_risk > before.at_risk * MORE and after.further_than(before):
        return Rescue(step, before, after, covered)
    return None


def _covered(one: Episode, step: Step, planned: list[Step]) -> bool:
    """Whether a plan written beforehand allows this step, counts and sums included."""
    plan = one.plan
    if plan is None or not written_before(plan, step.at):
        return False
    if step.did is Did.ADD:
        return step.rung
    allowed = _permission(plan, step.did)
    alike = [s for s in planned if _permission(plan, s.did) is allowed]
    total = sum((s.amount or Decimal(0) for s in (*alike, step)), Decimal(0))
    price = step.price
    return (
        allowed.allowed
        and (allowed.count_max is None or len(alike) < allowed.count_max)
        and (allowed.total_max is None or total <= allowed.total_max)
        and (allowed.price_min is None or (price is not None and price >= allowed.price_min))
        and (allowed.price_max is None or (price is not None and price <= allowed.price_max))
    )


def _permission(plan: Plan, did: Did) -> Permission:
    return {
        Did.TOP_UP: plan.top_up, Did.LEVERAGE: plan.top_up, Did.DEPOSIT: plan.deposit, Did.HEDGE: plan.hedge,
        Did.TO_CROSS: plan.mode_switch, Did.REOPENED_CROSS: plan.mode_switch,
    }.get(did, NO_PERMISSION)  # fmt: skip


def nothing_done(case: Case, one: Episode, rescue: Rescue) -> Decimal | None:
    """What the episode would have realised without its first rescue, at hourly marks, before fees.

    For a fence only: it is used up once a mark reaches its liquidation price, else the position runs to the
    exit it really had. None where the fence or the exit is not known.
    """
    held, before = rescue.step.before, rescue.before
    instrument, end = one.instrument, one.closed
    if before is None or held.mode is not MarginMode.ISOLATED or held.margin is None:
        return None
    if end is None or instrument is None or one.steps[-1].price is None or before.price is None:
        return None
    sign, dead = one.side.sign, before.price
    earlier = [s for s in one.of(Did.PARTIAL) if s.at < rescue.step.at and s.price is not None]
    kept = Decimal(0)
    for s in earlier:
        exit_price = s.price or s.before.entry
        kept += profit(
            instrument, one.side, s.before.contracts - s.after.contracts, (s.before.entry, exit_price)
        )
    marks = case.tape(one.symbol).between(rescue.step.at, end)
    if any((Fraction(price) - dead) * sign <= 0 for _, price in marks):
        return kept - held.margin
    return kept + profit(instrument, one.side, held.contracts, (held.entry, one.steps[-1].price))


def detect(case: Case, draw: Draw) -> Detected:  # noqa: ARG001  (counts need no draws)
    """How many endangered positions were rescued without a plan: from three, and a bound above a tenth."""
    watched = [watch(case, one) for one in case.episodes if one.steps]
    danger = [one for one in watched if one.danger]
    rescued = [one for one in danger if one.unplanned]
    events = [rescue for one in watched for rescue in one.unplanned]
    k, n = len(rescued), len(danger)
    enough = n >= MIN_EPISODES
    interval = wilson(k, n) if enough else None
    return Detected(
        id="D1", name="account rescue", label=Label.FACTS,
        counts={
            "rescues": len(events), "rescued endangered positions": k, "endangered positions": n,
            "planned rescues": sum(len(one.rescues) - len(one.unplanned) for one in watched),
            "positions": len(watched),
        },
        evidence=tuple(rescue.step.id for rescue in sorted(events, key=lambda r: r.step.at)),
        n=n, min_n=MIN_EPISODES, measure="share of endangered positions rescued without a plan",
        words=f"{k} of {n} positions near liquidation get more money from you without a plan for it.",
        effect=k / n if n else None, interval=interval,
        p=binomial_tail(k, n, USUAL) if enough else None, null="a share of 0.10",
        money=_money(case, [one for one in watched if one.unplanned]),
        not_evaluated=counted([*(why for one in watched for why in one.unknown)]) | case.incomplete,
        claims=interval is not None and len(events) >= MIN_EVENTS and interval[0] > float(USUAL),
    )  # fmt: skip


def _money(case: Case, rescued: list[Watched]) -> dict[str, Decimal]:
    """By asset: what was put behind, what the positions realised, and what they would have without."""
    sums: dict[str, Decimal] = {}

    def add(what: str, asset: str, amount: Decimal) -> None:
        key = f"{what} {asset}"
        sums[key] = sums.get(key, Decimal(0)) + amount

    for one in rescued:
        episode, rescues = one.episode, one.unplanned
        for rescue in rescues:
            share = rescue.added
            add("added", episode.asset, Decimal(share.numerator) / share.denominator)
        got = result(episode)
        if got is not None:
            add("realised", episode.asset, got)
        instead = nothing_done(case, episode, rescues[0])
        if instead is not None and episode.gross is not None:
            add("realised, where the alternative is known", episode.asset, episode.gross)
            add("without the rescue", episode.asset, instead)
    return sums
