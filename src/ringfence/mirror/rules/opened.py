"""O-01 to O-12: opening a position; and adding to one right after margin was taken out elsewhere."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

from ringfence.mirror.facts import Facts
from ringfence.mirror.model import Action, Topic
from ringfence.mirror.rules.rule import Missing, Said, caution, long_pause, pause, rule
from ringfence.mirror.rules.shared import cross, cross_planned, or_unknown, prewritten, q, toward
from ringfence.mirror.thresholds import Thresholds

OPENING = frozenset({Action.OPEN, Action.INCREASE})


def opens(facts: Facts, limits: Thresholds) -> bool:
    """A new position, or an addition that RM-03 counts as one."""
    return facts.intent.action is Action.OPEN or removed_before(facts, limits)


def removed_before(facts: Facts, limits: Thresholds) -> bool:
    """Whether margin was taken out of another fence minutes ago: both steps are one increase."""
    since = facts.history.margin_removed_ms
    return since is not None and since <= limits.pair_ms


def opens_in_cross(facts: Facts, limits: Thresholds) -> bool | None:
    """Whether the position draws on the pool."""
    if not opens(facts, limits):
        return False
    return None if facts.after.mode is None else cross(facts.after)


def opens_isolated(facts: Facts, limits: Thresholds) -> bool | None:
    """Whether it stands in a fence of its own."""
    inside = opens_in_cross(facts, limits)
    return False if not opens(facts, limits) else None if inside is None else not inside


def opens_unplanned(facts: Facts, limits: Thresholds) -> bool:
    """Whether no prewritten plan stands behind it."""
    return opens(facts, limits) and not prewritten(facts)


def opens_after_loss(facts: Facts, limits: Thresholds) -> bool | None:
    """Whether the last idea lost."""
    return facts.history.last_was_loss if opens(facts, limits) else False


def _leverage(facts: Facts, limits: Thresholds) -> Fraction | None:
    ring, account = facts.after.effective_leverage, facts.after.account_leverage
    if ring is None or not removed_before(facts, limits) or account is None:
        return None if ring is None else q(ring)
    return max(q(ring), q(account))


@rule(
    id="O-01", title="High label in cross", actions=OPENING, topic=Topic.MONEY, worse="leverage",
    reads=("after.mode", "after.leverage", "after.effective_leverage"), within=opens_in_cross,
    condition="cross, and the selected leverage is above {label_leverage}; pause where the pool's"
        " effective leverage is above {label_pool_leverage} or no prewritten plan opens in cross",
    asks="caution, or pause", basis="the setting is not the risk in cross (B42)",
)  # fmt: skip
def high_label(facts: Facts, limits: Thresholds) -> Said | None:
    """In cross the label says little: what counts is the pool."""
    label, leverage = q(facts.after.leverage), q(facts.after.effective_leverage)
    if label <= limits.label_leverage:
        return None
    heavy = leverage > limits.label_pool_leverage or not cross_planned(facts)
    return (pause if heavy else caution)(
        leverage=leverage, pledged=or_unknown(facts.after.at_risk), label=label
    )


@rule(
    id="O-02", title="Effective leverage", actions=OPENING, topic=Topic.MONEY, worse="leverage",
    reads=("after.effective_leverage",), within=opens,
    condition="effective leverage after is above {pool_leverage}, {pool_leverage_pause},"
        " {pool_leverage_long}; of the account where it is higher and RM-03 holds",
    asks="caution, pause, level 3", basis="arithmetic; margin calls on perpetuals (Cheng et al. 2021)",
)  # fmt: skip
def effective_leverage(facts: Facts, limits: Thresholds) -> Said | None:
    """What an ordinary move takes of the ring."""
    leverage = _leverage(facts, limits)
    if leverage is None or leverage <= limits.pool_leverage:
        return None
    figures = {"leverage": leverage, "taken": leverage * q(MOVE), "move": MOVE}
    if leverage > limits.pool_leverage_long:
        return long_pause(**figures)
    return (pause if leverage > limits.pool_leverage_pause else caution)(**figures)


@rule(
    id="O-03", title="Right after a loss", actions=OPENING, topic=Topic.OTHER, partial=True,
    reads=("history.since_loss_ms", "history.last_loss_r", "history.last_loss_share"),
    within=opens_unplanned,
    condition="unplanned, at most {after_loss_ms} ms after a loss of at least {loss_of_risk} of its"
        " planned risk, or {loss_of_equity} of equity",
    asks="pause", basis="risk rises after losses (Coval and Shumway; PIER 206)",
)  # fmt: skip
def after_loss(facts: Facts, limits: Thresholds) -> Said | Missing | None:
    """New risk in the quarter of an hour after a loss."""
    past = facts.history
    if past.since_loss_ms is None:
        return None if past.known else Missing(("history.since_loss_ms",))
    if past.since_loss_ms > limits.after_loss_ms:
        return None
    of_risk, of_equity = past.last_loss_r, past.last_loss_share
    large = (of_risk is not None and q(of_risk) >= q(limits.loss_of_risk)) or (
        of_equity is not None and q(of_equity) >= q(limits.loss_of_equity)
    )
    if large:
        return pause(loss=or_unknown(past.last_loss), since=past.since_loss_ms)
    lacking = (("history.last_loss_r", of_risk), ("history.last_loss_share", of_equity))
    return (
        Missing(tuple(path for path, value in lacking if value is None))
        if None in (of_risk, of_equity)
        else None
    )


@rule(
    id="O-04", title="Larger after a loss", actions=OPENING, topic=Topic.MONEY, worse="ratio",
    reads=("history.last_was_loss", "history.size_ratio"), within=opens_after_loss,
    condition="after a loss the planned risk is at least {size_ratio}, or {size_ratio_long}, times the"
        " usual",
    asks="pause, or level 3", basis="risk rises after losses (Coval and Shumway; PIER 206)",
)  # fmt: skip
def larger_after_loss(facts: Facts, limits: Thresholds) -> Said | None:
    """More than usual, right after less than hoped."""
    ratio = facts.history.size_ratio
    if ratio is None or not facts.history.last_was_loss or q(ratio) < q(limits.size_ratio):
        return None
    return (long_pause if q(ratio) >= q(limits.size_ratio_long) else pause)(ratio=q(ratio))


@rule(
    id="O-05", title="Already moved", actions=OPENING, topic=Topic.DISTANCE, worse="z",
    reads=("side", "market.move_15m_z"), within=opens_unplanned,
    condition="unplanned, and the last 15 minutes moved at least {chased_z} deviations in the trade's"
        " direction",
    asks="caution", basis="no study: what moved is no longer the entry that was seen",
)  # fmt: skip
def already_moved(facts: Facts, limits: Thresholds) -> Said | None:
    """The move that made them want it is over."""
    z = toward(facts, facts.market.move_15m_z, 0)
    return caution(z=z) if z >= limits.chased_z else None


@rule(
    id="O-06", title="Many opened", actions=OPENING, worse="opens",
    reads=("history.opens_2h", "history.opens_2h_p90"), within=opens,
    condition="opened in two hours at least {opens_of_usual} times the own 90th percentile, which counts"
        " as one at least",
    asks="caution", basis="the most active earned least (Barber and Odean 2000)",
)  # fmt: skip
def many_opened(facts: Facts, limits: Thresholds) -> Said | None:
    """Measured against one's own habit, not against others."""
    opens_2h, usual = facts.history.opens_2h or 0, facts.history.opens_2h_p90
    if usual is None or q(opens_2h) < limits.opens_of_usual * max(q(usual), q(1)):
        return None
    shown = facts.history.opens_2h_usual
    return caution(opens=opens_2h, usual=usual if shown is None else shown)


@rule(
    id="O-07", title="One bet in several", actions=OPENING, topic=Topic.MONEY, worse="stress",
    reads=("after.stress_loss", "after.open_losses"), within=opens,
    condition="two daily deviations against every position at once cost more than {stress_of_planned}"
        " times the planned losses together",
    asks="caution", basis="losses come together (B38, B43)",
)  # fmt: skip
def one_bet(facts: Facts, limits: Thresholds) -> Said | None:
    """What several positions are when they move as one."""
    stress, planned = q(facts.after.stress_loss), q(facts.after.open_losses)
    return caution(stress=stress, planned=planned) if stress > limits.stress_of_planned * planned else None


@rule(
    id="O-08", title="Cross without permission", actions=OPENING, reads=("after.mode",),
    within=opens_in_cross, condition="cross, and no prewritten plan opens in cross", asks="pause",
    topic=Topic.MONEY, basis="what is written beforehand tells a plan from a rescue (A11, A16)",
)  # fmt: skip
def cross_unplanned(facts: Facts, _: Thresholds) -> Said | None:
    """The whole pool stands behind it, and nobody wrote that down."""
    return None if cross_planned(facts) else pause(pledged=or_unknown(facts.after.at_risk))


@rule(
    id="O-09", title="A fence that is fed", actions=OPENING, reads=("after.mode", "auto_add_margin"),
    condition="isolated, and the venue adds margin by itself", asks="caution", topic=Topic.MONEY,
    basis="such a fence is no cap (B08)", worse="follow", within=opens_isolated,
)  # fmt: skip
def fed_fence(facts: Facts, _: Thresholds) -> Said | None:
    """Isolated, but the wallet follows."""
    follow = q(facts.auto_add_margin)
    return caution(follow=follow) if follow > 0 else None


@rule(
    id="O-10", title="Back after the own stop", actions=OPENING, reads=("history.since_own_stop_ms",),
    within=opens, condition="the same instrument and side at most {own_stop_ms} ms after the own stop",
    asks="caution", basis="loss plans are left and undone (Heimer et al.)",
)  # fmt: skip
def back_after_stop(facts: Facts, limits: Thresholds) -> Said | None:
    """The level that was to prove it wrong just did."""
    since = facts.history.since_own_stop_ms
    return caution(since=since) if since is not None and since <= limits.own_stop_ms else None


@rule(
    id="O-11", title="Larger after wins", actions=OPENING, topic=Topic.MONEY, worse="ratio",
    reads=("history.win_streak", "history.size_ratio"), within=opens,
    condition="at least {wins} wins in a row and a planned risk of at least {size_ratio} times the usual",
    asks="caution", basis="risk rises after gains too (casino field study)",
)  # fmt: skip
def larger_after_wins(facts: Facts, limits: Thresholds) -> Said | None:
    """Wins make larger, too."""
    streak, ratio = facts.history.win_streak or 0, facts.history.size_ratio
    if ratio is None or streak < limits.wins or q(ratio) < q(limits.size_ratio):
        return None
    return caution(ratio=q(ratio), wins=streak)


@rule(
    id="O-12", title="A crowded pool", actions=OPENING, reads=("after.mode", "after.others"),
    worse="unplanned",
    condition="at least {pool_positions} positions share the pool, and one of them has no plan",
    asks="caution", basis="cross hides who holds whom (B26, B43)", within=opens_in_cross,
)  # fmt: skip
def crowded_pool(facts: Facts, limits: Thresholds) -> Said | Missing | None:
    """Positions that share one pool, and how many of them nobody planned."""
    pool = [one for one in facts.after.others if one.in_pool]
    count = len(pool) + 1
    unplanned = sum(one.planned is False for one in pool) + (not prewritten(facts))
    if count < limits.pool_positions:
        return None
    if unplanned:
        return caution(count=count, unplanned=unplanned)
    return Missing(("after.others.planned",)) if any(one.planned is None for one in pool) else None


MOVE = Decimal("0.05")
"""The move against which O-02 shows what leverage means; it decides nothing."""

RULES = (
    high_label, effective_leverage, after_loss, larger_after_loss, already_moved, many_opened, one_bet,
    cross_unplanned, fed_fence, back_after_stop, larger_after_wins, crowded_pool,
)  # fmt: skip
