"""C-01 to C-06: reducing and closing. Nothing here waits: notes before, questions after."""

from __future__ import annotations

from ringfence.domain.numbers import Number
from ringfence.mirror.facts import Facts, Other
from ringfence.mirror.model import Action, Lane, Topic
from ringfence.mirror.rules.rule import Missing, Said, allow, rule
from ringfence.mirror.rules.shared import at, breached, or_unknown, own_level, q, stands_after, toward
from ringfence.mirror.thresholds import Thresholds

CLOSING = frozenset({Action.REDUCE})


@rule(
    id="C-01", title="Reducing", actions=CLOSING, reads=("lane",), condition="the reduce lane",
    asks="allow", basis="as G-02", before=True, same_as="G-02", fixed=True,
)  # fmt: skip
def done(facts: Facts, _: Thresholds) -> Said | None:
    """Closing goes through; what turns the position round is no closing."""
    return allow() if facts.lane is Lane.REDUCE else None


def has_target(facts: Facts) -> bool:
    """Whether a plan has a target, and this is none of its events."""
    plan = facts.plan
    return plan is not None and bool(plan.plan.target_prices) and not plan.exit_event


@rule(
    id="C-02", title="Taken early", actions=CLOSING, partial=True, worse="way",
    reads=("side", "before.entry_price", "plan"),
    condition="in profit, less than {target_share} of the way to the plan's first target, and no event"
        " of the plan",
    asks="allow, a question after", basis="winners are sold about 65 % likelier than losers (Odean)",
    when=has_target,
)  # fmt: skip
def taken_early(facts: Facts, limits: Thresholds) -> Said | Missing | None:
    """A gain taken before its target; asked about afterwards."""
    entry = facts.before.entry_price
    mark = facts.market.mark
    needed = (("side", facts.side), ("before.entry_price", entry), ("market.mark", mark))
    if facts.plan is None or any(value is None for _, value in needed):
        return Missing(tuple(path for path, value in needed if value is None))
    target = facts.plan.plan.target_prices[0]
    gained, planned = toward(facts, mark, entry), toward(facts, target, entry)
    if gained <= 0 or planned <= 0 or gained >= q(limits.target_share) * planned:
        return None
    return allow(way=gained / planned, target=target)


@rule(
    id="C-03", title="Closed in a fast move", actions=CLOSING,
    reads=("adverse", "side", "market.mark", "market.move_15m_z"),
    condition="adverse, the level not passed, and the last 15 minutes moved at least {chased_z} deviations",
    asks="allow, a note after", basis="plans and deeds differ (Heimer et al.)", topic=Topic.DISTANCE,
    when=lambda facts: False if breached(facts) else facts.adverse, worse="z",
)  # fmt: skip
def closed_in_move(facts: Facts, limits: Thresholds) -> Said | Missing | None:
    """The level was not reached yet."""
    z, level = abs(q(facts.market.move_15m_z)), own_level(facts)
    if z < limits.chased_z:
        return None
    if level is None:
        return Missing(("invalidation",))
    return allow(z=z, level=level, away=abs(q(facts.market.mark) - q(level)))


@rule(
    id="C-04", title="Plan kept", actions=CLOSING, reads=("plan",), partial=True, before=True,
    condition="it closes at the plan's level, target or time stop", asks="allow",
    basis="seeing progress helps (Harkin et al. 2016)",
    when=lambda facts: facts.plan is not None and bool(facts.plan.exit_event),
)  # fmt: skip
def plan_kept(facts: Facts, _: Thresholds) -> Said | None:
    """Done as written."""
    return None if facts.plan is None else allow(event=facts.plan.exit_event)


def _nearer(before: Number | None, after: Number | None) -> bool:
    """Whether liquidation came nearer; no price at all is farther than any."""
    if after is None:
        return False
    return before is None or q(after) < q(before)


@rule(
    id="C-05", title="Nearer after a part", actions=CLOSING, reads=("before.distance", "after.distance"),
    condition="a part is closed and the rest is liquidated nearer", asks="a note, no delay",
    topic=Topic.DISTANCE, basis="arithmetic: in a fence the margin that leaves with the part",
    when=stands_after, before=True,
)  # fmt: skip
def nearer_rest(facts: Facts, _: Thresholds) -> Said | None:
    """Less position, and less room."""
    if not _nearer(facts.before.distance, facts.after.distance):
        return None
    return allow(liquidation_before=at(facts.before), liquidation_after=at(facts.after))


@rule(
    id="C-06", title="This leg held another", actions=CLOSING, topic=Topic.MONEY, before=True, partial=True,
    reads=("before.joint_stress_loss", "after.joint_stress_loss", "before.others", "after.others"),
    condition="the account's loss in a common move of two daily deviations rises by more than"
        " {worse_share}, or another position's distance falls by more than {worse_share}",
    asks="a note before, no delay", basis="hedges in one pool (B23, B24, B50)", worse="exposure_after",
)  # fmt: skip
def held_another(facts: Facts, limits: Thresholds) -> Said | Missing | None:
    """The closed leg was holding something."""
    worse = q(limits.worse_share)
    before, after = facts.before.joint_stress_loss, facts.after.joint_stress_loss
    rises = before is not None and after is not None and q(after) > (1 + worse) * q(before)
    fallen = [one for one in facts.after.others if _fell(one, facts.before.others, worse)]
    exposure = {
        "exposure_before": or_unknown(facts.before.net_exposure),
        "exposure_after": or_unknown(facts.after.net_exposure),
    }
    if fallen:
        return allow(symbol=fallen[0].symbol, **exposure).keyed("other")
    if rises:
        return allow(**exposure, stress_before=before, stress_after=after)
    return (
        Missing(("before.joint_stress_loss", "after.joint_stress_loss"))
        if before is None or after is None
        else None
    )


def _fell(one: Other, earlier: tuple[Other, ...], worse: Number) -> bool:
    same = [each for each in earlier if (each.symbol, each.side) == (one.symbol, one.side)]
    if one.distance is None or not same:
        return False
    was = same[0].distance
    return was is None or q(one.distance) < (1 - worse) * q(was)


RULES = (done, taken_early, closed_in_move, plan_kept, nearer_rest, held_another)
