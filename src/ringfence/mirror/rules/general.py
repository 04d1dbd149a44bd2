"""G-01 to G-14, G-18, G-19: what holds for every action. The answers have a file of their own."""

from __future__ import annotations

from ringfence.mirror.facts import Facts, Lock
from ringfence.mirror.model import Action, Lane, Severity, Topic
from ringfence.mirror.rules.rule import (
    EVERY,
    Missing,
    Said,
    allow,
    block,
    pause,
    rule,
)
from ringfence.mirror.rules.shared import (
    blind,
    closed_if_unknown,
    increasing,
    inflow,
    not_reducing,
    or_unknown,
    outflow,
    prewritten,
    q,
    stands_after,
)
from ringfence.mirror.thresholds import Thresholds

COVERED = {
    "trading": EVERY,
    "deposits": frozenset({Action.TRANSFER}),
}
"""What a lock stops. An amount that is locked, as a daily loss limit, is read by its own rule."""


@rule(
    id="G-01", title="Data too old", actions=EVERY,
    reads=("sources.mark_age_ms", "sources.snapshot_age_ms"),
    condition="not the reduce lane, and the mark is older than {mark_age_ms} ms or the account than"
        " {snapshot_age_ms} ms",
    asks="block (data missing)", basis="no study: a figure from old data is a guess", worse="age",
    when=not_reducing, closes=not_reducing, fixed=True,
)  # fmt: skip
def too_old(facts: Facts, limits: Thresholds) -> Said | None:
    """A stale price or account says nothing about a risk that is taken now."""
    mark, snapshot = facts.sources.mark_age_ms or 0, facts.sources.snapshot_age_ms or 0
    if mark > limits.mark_age_ms:
        return block(age=mark, most=limits.mark_age_ms).keyed("mark")
    if snapshot > limits.snapshot_age_ms:
        return block(age=snapshot, most=limits.snapshot_age_ms).keyed("snapshot")
    return None


@rule(
    id="G-02", title="Reducing is never delayed", actions=EVERY, reads=("lane",),
    condition="the reduce lane", asks="allow, always",
    basis="waiting may cost more than the mistake; an invariant", before=True, fixed=True,
)  # fmt: skip
def reducing(facts: Facts, _: Thresholds) -> Said | None:
    """Whatever only shrinks risk goes through at once."""
    return allow() if facts.lane is Lane.REDUCE else None


@rule(
    id="G-03", title="Asked again at once", actions=EVERY, reads=("history.since_do_nothing_ms",),
    condition="the same intent was ended by doing nothing at most {again_ms} ms ago", asks="friction +1",
    basis="dismissed impulses return (one sec, 2023)", when=not_reducing,
)  # fmt: skip
def asked_again(facts: Facts, limits: Thresholds) -> Said | None:
    """A second request right after *do nothing* is slower, not faster."""
    since = facts.history.since_do_nothing_ms
    if since is None or since > limits.again_ms:
        return None
    return Said(Severity.ALLOW, {"since": since, "most": limits.again_ms}, lifts=1)


@rule(
    id="G-04", title="The venue refuses", actions=EVERY, reads=("venue.standing",),
    condition="the venue's own rules refuse the change now", asks="block",
    basis="the venue's documents; the clause is cited", before=True, fixed=True, closes=closed_if_unknown,
)  # fmt: skip
def venue_refuses(facts: Facts, _: Thresholds) -> Said | None:
    """An order that changes nothing need not be sent. What no document says is said, and stops nobody."""
    said = facts.venue
    if said.standing == "refused":
        return block(code=said.code or said.words or "refused", clause=said.clause or "no clause")
    return allow().keyed("undocumented") if said.standing == "not_documented" else None


def could_be_liquidated(facts: Facts) -> bool:
    """Whether a ring stands after the intent; money that comes in liquidates nothing."""
    if blind(facts):
        return True
    if inflow(facts):
        return False
    return stands_after(facts) or (outflow(facts) and facts.flat is not True)


@rule(
    id="G-05", title="Liquidated on arrival", actions=EVERY, topic=Topic.MONEY,
    reads=("after.ring_equity", "after.ring_maintenance"), condition="equity after ≤ maintenance after",
    asks="block", basis="the venue's liquidation rule (B40)", fixed=True, partial=True,
    when=could_be_liquidated, closes=closed_if_unknown,
)  # fmt: skip
def on_arrival(facts: Facts, _: Thresholds) -> Said | Missing | None:
    """The account as it would be is liquidated at this mark."""
    equity, maintenance = facts.after.ring_equity, facts.after.ring_maintenance
    if not facts.venue.liquidated_at_once:
        if equity is None or maintenance is None:
            return Missing(("after.ring_equity", "after.ring_maintenance"))
        if q(equity) > q(maintenance):
            return None
    least = facts.venue.least_margin
    said = block(equity=or_unknown(equity), maintenance=or_unknown(maintenance), least=or_unknown(least))
    return said if least is not None else said.keyed("bare")


def _in_force(lock: Lock, facts: Facts) -> bool:
    covers = COVERED.get(lock.what, frozenset())
    return facts.intent.action in covers and (lock.until_ms is None or lock.until_ms > facts.now_ms)


@rule(
    id="G-06", title="Own lock", actions=EVERY, reads=("own.locks",),
    condition="the increase lane, and an own lock covers the action until later than now", asks="block",
    basis="limits bind where they cannot be lifted in the moment (TopstepX, Binance cooling-off)",
    fixed=True, when=increasing,
)  # fmt: skip
def own_lock(facts: Facts, _: Thresholds) -> Said | None:
    """What the user locked while calm stays locked."""
    found = [lock for lock in facts.own.locks if _in_force(lock, facts)]
    if not found:
        return None
    last = max(found, key=lambda lock: (lock.until_ms is None, lock.until_ms or 0, lock.set_ms))
    if last.until_ms is None:
        return block(set_on=last.set_ms).keyed("open")
    return block(set_on=last.set_ms, until=last.until_ms)


SETTINGS = frozenset({
    Action.TRANSFER, Action.SWITCH_TO_CROSS, Action.SWITCH_TO_ISOLATED, Action.CHANGE_LEVERAGE,
})  # fmt: skip


@rule(
    id="G-07", title="No plan", actions=EVERY, reads=("lane",),
    condition="the increase lane without a matching prewritten plan; not a setting or a transfer while"
        " flat",
    asks="pause", basis="if-then plans: d 0.27 to 0.66 over 642 tests (Sheeran et al. 2024)",
    when=increasing,
)  # fmt: skip
def no_plan(facts: Facts, _: Thresholds) -> Said | None:
    """Three lines first. A setting while flat stands for no idea, and has nothing to be written about."""
    if prewritten(facts) or (facts.flat is True and facts.intent.action in SETTINGS):
        return None
    return pause(lines=3)


@rule(
    id="G-19", title="Many overrides", actions=EVERY, reads=("history.overrides_24h",),
    condition="at least {overrides} overrides in 24 h", asks="friction +1",
    basis="overriding becomes a habit (Ancker et al. 2017)", when=not_reducing,
)  # fmt: skip
def many_overrides(facts: Facts, limits: Thresholds) -> Said | None:
    """Whoever goes through every pause gets a longer one."""
    count = facts.history.overrides_24h or 0
    if count < limits.overrides:
        return None
    return Said(Severity.ALLOW, {"count": count, "most": limits.overrides}, lifts=1)


RULES = (
    too_old, reducing, asked_again, venue_refuses, on_arrival, own_lock, no_plan, many_overrides,
)  # fmt: skip
