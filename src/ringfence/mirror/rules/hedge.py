"""H-01 to H-04: an opposite leg, of the same instrument or of another."""

from __future__ import annotations

from ringfence.mirror.facts import Facts
from ringfence.mirror.model import Action, Topic
from ringfence.mirror.rules.rule import Missing, Said, allow, caution, pause, rule
from ringfence.mirror.rules.shared import at, or_unknown, partner_symbol, prewritten, q
from ringfence.mirror.thresholds import Thresholds

HEDGING = frozenset({Action.HEDGE})


def hedge_planned(facts: Facts) -> bool:
    """Whether a prewritten plan permits the leg."""
    return prewritten(facts) and facts.plan is not None and facts.plan.hedge_permitted


def same_instrument(facts: Facts) -> bool:
    """Whether both legs are of one instrument; else the other one is named in ``market.partner``."""
    if facts.market.symbol:
        return facts.market.symbol == facts.intent.symbol
    return partner_symbol(facts) in ("", facts.intent.symbol)


@rule(
    id="H-01", title="Locked by the other side", actions=HEDGING, reads=("adverse",), topic=Topic.MONEY,
    worse="locked", condition="an opposite leg of the same instrument, adverse, unplanned", asks="pause",
    basis="arithmetic: closing 1 at 58,000 costs 29 at 0.05 %, locking it and closing both 87",
    when=lambda facts: False if hedge_planned(facts) or not same_instrument(facts) else facts.adverse,
)  # fmt: skip
def locked(facts: Facts, _: Thresholds) -> Said | None:
    """The same loss, with three fees instead of one."""
    loss = facts.before.unrealized_pnl
    costs = {"hedge_cost": or_unknown(facts.hedge_cost), "close_cost": or_unknown(facts.close_cost)}
    return pause(locked=or_unknown(None if loss is None else -q(loss)), **costs)


@rule(
    id="H-02", title="Legs that part", actions=HEDGING, topic=Topic.CHANCE, partial=True,
    reads=("market.correlation", "market.beta", "market.beta_held"),
    condition="the correlation is below {pair_correlation}, or the ratio held is off beta by more than"
        " {beta_mismatch} of it",
    asks="caution", basis="arithmetic: what is not shared stands open (B23)",
    when=lambda facts: not same_instrument(facts),
)  # fmt: skip
def parting(facts: Facts, limits: Thresholds) -> Said | Missing | None:
    """How far the legs moved apart in the past."""
    market = facts.market
    correlation, beta, held = market.correlation, market.beta, market.beta_held
    if correlation is not None and q(correlation) < q(limits.pair_correlation):
        return caution(correlation=q(correlation), least=limits.pair_correlation)
    if (
        beta is not None
        and held is not None
        and abs(q(held) - q(beta)) > q(limits.beta_mismatch) * abs(q(beta))
    ):
        return caution(held=q(held), beta=q(beta)).keyed("beta")
    needed = (("market.correlation", correlation), ("market.beta", beta), ("market.beta_held", held))
    lacking = tuple(path for path, value in needed if value is None)
    return Missing(lacking) if lacking else None


@rule(
    id="H-03", title="More leverage, less room", actions=HEDGING, topic=Topic.DISTANCE,
    worse="leverage_after",
    reads=("before.effective_leverage", "after.effective_leverage", "before.distance", "after.distance"),
    condition="effective leverage rises and liquidation comes nearer", asks="pause",
    basis="arithmetic: a hedge that does the opposite",
)  # fmt: skip
def more_leverage(facts: Facts, _: Thresholds) -> Said | None:
    """Not what a hedge is for."""
    before, after = facts.before, facts.after
    if q(after.effective_leverage) <= q(before.effective_leverage) or after.distance is None:
        return None
    if before.distance is not None and q(after.distance) >= q(before.distance):
        return None
    return pause(
        leverage_before=before.effective_leverage, leverage_after=after.effective_leverage,
        liquidation_before=at(before), liquidation_after=at(after),
    )  # fmt: skip


@rule(
    id="H-04", title="Planned hedge", actions=HEDGING, reads=("plan",), partial=True, asks="allow",
    condition="a prewritten plan permits it",
    basis="plans work when they are contingent (Sheeran et al. 2024)", when=hedge_planned,
)  # fmt: skip
def planned(facts: Facts, _: Thresholds) -> Said | None:
    """As it was written."""
    return None if facts.plan is None else allow(date=facts.plan.plan.created_ms)


RULES = (locked, parting, more_leverage, planned)
