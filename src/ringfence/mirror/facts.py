"""Facts: everything that a rule may read, worked out beforehand. None is *not known*, never zero.

Before is ``before``, the account as it would be after the intent is ``after``. Money is in the settlement
asset of the intent's instrument. Exact values stay `Decimal` or `Fraction`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal

from ringfence.domain.account import MarginMode, Side
from ringfence.domain.numbers import Number
from ringfence.mirror.model import Answer, Intent, Lane, Plan


@dataclass(frozen=True, slots=True)
class Standing:
    """The position that the intent is about, its *subject*, and its ring, at one of the two moments.

    Attributes:
        symbol, side: of the subject; empty and None where there is none, before as well as after.
        contracts: signed, zero when flat. notional: value at the mark. mode: of the ring; None when flat.
        liquidation_price: the first liquidated mark on the losing side, this coin moving alone; the mark
            itself when already liquidated; None with ``liquidatable`` False: no mark on that side does.
        threshold: the exact price where health reaches zero; what is shown at two places.
        other_side_price: the same on the gaining side, where a ring has other positions; mostly None.
        distance: `d_liq`, from the mark to the threshold as a fraction of the mark, zero when already
            liquidated; None with ``liquidatable`` False: as far as can be.
        at_risk: `car`, what can be consumed from now: the ring's equity, and what the venue feeds to it.
        margin: in the fence; None in cross. ring_equity, ring_maintenance: of the ring it stands in.
        effective_leverage: of the ring, sum of notional over its equity; account_leverage: of everything.
        account_equity, account_notional: of every ring in the same asset.
        free_balance: what the pool of that asset can open with.
        loss_at_invalidation: from now to the level, or all that is at risk where liquidation comes first;
            with the closing fee, and funding and half the spread where they are known. Above zero.
    """

    symbol: str = ""
    side: Side | None = None
    contracts: Decimal = Decimal(0)
    entry_price: Number | None = None
    notional: Number | None = None
    mode: MarginMode | None = None
    leverage: Decimal | None = None
    liquidation_price: Number | None = None
    threshold: Number | None = None
    other_side_price: Number | None = None
    liquidatable: bool | None = None
    distance: Number | None = None
    at_risk: Number | None = None
    margin: Number | None = None
    ring_equity: Number | None = None
    ring_maintenance: Number | None = None
    unrealized_pnl: Number | None = None
    effective_leverage: Number | None = None
    account_leverage: Number | None = None
    account_equity: Number | None = None
    account_notional: Number | None = None
    free_balance: Number | None = None
    loss_at_invalidation: Number | None = None
    open_losses: Number | None = None
    """Sum of the losses at their invalidation over every open idea that has one."""
    stress_loss: Number | None = None
    """Loss of the account if every position moves two daily deviations against it at once."""
    joint_stress_loss: Number | None = None
    """Loss of the account if every coin rises, or falls, by two of its daily deviations: legs offset."""
    net_exposure: Number | None = None
    others: tuple[Other, ...] = ()
    """Every other position of the account."""


@dataclass(frozen=True, slots=True)
class Other:
    """Another position at the same moment. ``in_pool``: it stands in the same ring as the subject.

    ``distance`` is to its own liquidation on its losing side, its coin moving alone; None: there is none.
    """

    symbol: str
    side: Side
    in_pool: bool
    mode: MarginMode
    notional: Number
    distance: Number | None
    planned: bool | None = None


@dataclass(frozen=True, slots=True)
class Hostage:
    """Something in the pool after the intent that was not before; ``what``: a symbol, or ``balance``."""

    what: str
    amount: Number
    asset: str


@dataclass(frozen=True, slots=True)
class Sources:
    """Where the figures come from and how old they are, in ms."""

    mark_age_ms: int | None = None
    snapshot_age_ms: int | None = None
    rules: str = ""
    """Venue, the date its rules hold from, and their digest."""
    engine: str = ""
    prices: str = ""


@dataclass(frozen=True, slots=True)
class VenueSays:
    """What the venue does with the change: ``accepted``, ``refused`` or ``not_documented``.

    Attributes:
        what: the change in words. words, clause, code: the venue's answer and where it says so.
        unconfirmed: what is assumed where the clause could not be confirmed.
        trouble: why the account after the change cannot be worked out; empty: it can.
        already: liquidated at these marks before any change.
    """

    standing: str
    code: str = ""
    words: str = ""
    clause: str = ""
    liquidated_at_once: bool = False
    least_margin: Number | None = None
    """Smallest margin of the new or changed fence that survives the mark; None: not asked."""
    what: str = ""
    unconfirmed: str = ""
    trouble: str = ""
    already: bool = False


@dataclass(frozen=True, slots=True)
class MarketFacts:
    """About the subject's instrument: its mark, grid, spread and its own past.

    Attributes:
        symbol: of the subject; a hedge on another instrument has its own mark elsewhere.
        sigma_hour, sigma_day: standard deviation of the log return, from at least 90 days of hourly bars;
            a fraction. sigma_horizon: over ``horizon_ms``, until the plan ends anyway, else 24 h.
        atr_hour: average true range of 14 hourly bars, in price.
        move_15m_z: last 15 min in deviations, signed: above zero the price rose.
        partner: the opposite leg held or wanted. correlation: over 90 days with it.
        beta: move of the subject for a move of 1 of the partner. beta_held: the partner's notional for 1
            of the subject's, after the intent; as large as beta where the legs offset.
        fee_rate: for closing, from ``fee_source``: ``account``, ``instrument`` or ``venue list``.
        funding_day: expected funding per day of the position after the intent, above zero: paid.
        fee_round_trip: fee to open and to close the position after the intent at the mark.
    """

    mark: Decimal | None
    """None: the intent is about no instrument (a transfer into an account without a position)."""
    tick: Decimal | None = None
    symbol: str = ""
    spread: Decimal | None = None
    sigma_hour: Number | None = None
    sigma_day: Number | None = None
    sigma_horizon: Number | None = None
    horizon_ms: int | None = None
    atr_hour: Number | None = None
    move_15m_z: Number | None = None
    partner: str = ""
    correlation: Number | None = None
    beta: Number | None = None
    beta_held: Number | None = None
    fee_rate: Decimal | None = None
    fee_source: str = ""
    funding_day: Number | None = None
    fee_round_trip: Number | None = None


@dataclass(frozen=True, slots=True)
class Chance:
    """How often paths are liquidated; ``method``: ``history`` (past paths) or ``driftless`` (a formula).

    ``before`` and ``after`` are fractions; for history hits over ``of`` paths, the same ones for both. A
    bar that touches liquidation and target counts as liquidated. None: flat, or not known.
    """

    before: Number | None
    after: Number | None
    of: int | None
    method: str
    until: str
    """What the paths run until: ``target 62000`` or ``24 h``."""
    words: str = ""
    """How it was worked out, for the reader."""


@dataclass(frozen=True, slots=True)
class Keep:
    """The equal-safety alternative: hold this share, with no new money, for the same liquidation price.

    Attributes:
        fraction: of the contracts held now, exact. contracts: what is kept, on the lot; closes: the rest.
        liquidation_price: then, as the engine finds it. fee: of closing the rest; None: rate not known.
    """

    fraction: Number
    contracts: Decimal
    liquidation_price: Number
    exact: bool = True
    """Confirmed by the engine; False: it had to be rounded down to a lot."""
    closes: Decimal | None = None
    fee: Number | None = None


@dataclass(frozen=True, slots=True)
class PlanFacts:
    """The plan that matches the intent, and what of it is used up.

    Attributes:
        prewritten: written flat, before the position was opened, and old enough: only then it justifies.
        rung: number of the planned rung this intent fills, from 1; None: none. rungs_used: filled so far.
        in_zone: the price is in the plan's entry zone or at the rung. mode_permitted, top_up_permitted,
        hedge_permitted, deposit_permitted: the permission covers this intent, counts and sums included.
        exit_event: the intent closes at the plan's level, target or time stop.
    """

    plan: Plan
    prewritten: bool
    rung: int | None = None
    rungs_used: int = 0
    in_zone: bool | None = None
    mode_permitted: bool = False
    top_up_permitted: bool = False
    hedge_permitted: bool = False
    deposit_permitted: bool = False
    exit_event: str = ""
    edited_underwater_version: int | None = None


@dataclass(frozen=True, slots=True)
class Lock:
    """An own limit or lock in force. ``what``: ``trading``, ``daily_loss``, ``deposits`` and others."""

    what: str
    set_ms: int
    until_ms: int | None
    amount: Decimal | None = None


@dataclass(frozen=True, slots=True)
class EpisodeFacts:
    """The idea so far: from flat until now.

    Attributes:
        opened_ms, planned_risk: R, the loss at the invalidation when it was opened. distance_at_entry: d_liq.
        top_ups, topped_up: how often and how much margin was added. margin_start: of the fence at the open.
        widenings: how often its stop was moved away while losing. stop_first: the first stop.
        deposits: money sent to the venue since it was opened.
        breached_ms: when its own invalidation was passed; None: it was not.
    """

    opened_ms: int | None = None
    planned_risk: Number | None = None
    distance_at_entry: Number | None = None
    margin_start: Number | None = None
    top_ups: int = 0
    topped_up: Number = Decimal(0)
    widenings: int = 0
    stop_first: Decimal | None = None
    deposits: Number = Decimal(0)
    breached_ms: int | None = None
    invalidation: Decimal | None = None
    """The level in force: the plan's, else the last one that was accepted."""


@dataclass(frozen=True, slots=True)
class HistoryFacts:
    """The account's own past, as far as it is known.

    Attributes:
        since_loss_ms, last_loss, last_loss_r, last_loss_share: since the last realised loss; how much, in R
            and as share of equity, above zero.
        last_was_loss: whether the last closed episode lost. size_ratio: planned risk over the median of the
            last 20. opens_2h, opens_2h_usual, opens_2h_p90: positions opened in two hours, and the own habit.
        since_own_stop_ms: since an own stop on the same instrument and side. win_streak: wins in a row.
        since_do_nothing_ms: since the same intent was ended by doing nothing. overrides_24h: how many.
        day_pnl: realised since 00:00 UTC, and open now; settlement asset.
        deposits_7d, deposited_7d: count and sum.
        creep_supported, creep: D7's label and its slope per ten trades.
        closed_isolated_ms: since the same instrument and side was closed in isolated margin.
        margin_removed_ms: since margin was taken out of another fence.
        same_direction_10m: contracts of the same instrument and direction asked for in ten minutes, this
            intent and what was not ended by doing nothing. asked_10m: how many intents in ten minutes
            before this one. quiet_ms: since the last pause.
    """

    since_loss_ms: int | None = None
    last_loss_r: Number | None = None
    last_loss_share: Number | None = None
    last_loss: Number | None = None
    last_was_loss: bool | None = None
    size_ratio: Number | None = None
    opens_2h: int | None = None
    opens_2h_usual: Number | None = None
    opens_2h_p90: Number | None = None
    since_own_stop_ms: int | None = None
    win_streak: int | None = None
    since_do_nothing_ms: int | None = None
    overrides_24h: int | None = None
    day_pnl: Number | None = None
    deposits_7d: int | None = None
    deposited_7d: Number | None = None
    creep_supported: bool | None = None
    creep: Number | None = None
    closed_isolated_ms: int | None = None
    margin_removed_ms: int | None = None
    same_direction_10m: Decimal | None = None
    asked_10m: int | None = None
    quiet_ms: int | None = None
    shown: dict[str, int] = field(default_factory=dict)
    """When each rule was last shown in this episode, by rule id, UTC ms."""
    measures: dict[str, Number] = field(default_factory=dict)
    """What each of them measured when it was shown (`Finding.measure`), by rule id."""
    known: bool = False
    """The account's past was read. A time since something, or a kind of size, that is None then never was;
    where it is False, None is not known.
    """
    closed_isolated_lost: bool | None = None
    """Whether what was closed in isolated margin (``closed_isolated_ms``) was losing."""


@dataclass(frozen=True, slots=True)
class Own:
    """Own limits: locks in force, the daily loss limit, the deposit budget."""

    locks: tuple[Lock, ...] = ()
    daily_loss_limit: Decimal | None = None
    daily_loss_locked: bool = False
    deposit_budget: Decimal | None = None
    deposit_budget_locked: bool = False


@dataclass(frozen=True)
class Facts:
    """Everything about one intent at one moment.

    Attributes:
        side: of the subject, which for a new position is the intended side.
        adverse: it loses by more than noise; ``adverse_basis`` says against what that was held: ``spread``,
            ``ATR``, both, or ``sign`` where neither is known. None where a mark or an entry is not known.
        danger: liquidation came near: at most 0.35 of the distance at entry, or maintenance_usage 0.5.
        rescue: adverse, more at risk, no less of a position, liquidation further. None: a part not known.
        inv_breached: the mark is at or beyond the level in force.
        invalidation: the level in force: answered now (``invalidation_new``), else of the plan or the
            episode. flat: no position in the account at all; orders_open: resting orders of the symbol.
        auto_add_margin: how much the venue can feed to the fence after the intent; zero: it does not.
        stop_loss_before, stop_loss_after: lost from now if the stop is hit; without one, all at risk.
        opposite_open: the other leg of the same instrument is open.
        hedge_cost: fees of locking by an opposite leg of the same instrument: opening it, and closing
            both. close_cost: fee of closing as much instead.
        margin_released: what leaves the fence; zero: nothing does. danger_anywhere: any position of the
            account adverse and in danger. pool_used: a cross position stands in the pool of the asset.
        hostages: what can be lost with the subject after the intent and could not before; zero of them
            is the empty tuple.
        answers: written for this audit, by name; None: not asked yet.
    """

    intent: Intent
    lane: Lane
    now_ms: int
    sources: Sources
    venue: VenueSays
    before: Standing
    after: Standing
    market: MarketFacts
    side: Side | None = None
    adverse: bool | None = None
    danger: bool | None = None
    rescue: bool | None = None
    inv_breached: bool | None = None
    adverse_basis: str = ""
    flat: bool | None = None
    orders_open: int | None = None
    invalidation: Decimal | None = None
    invalidation_new: bool = False
    chance: Chance | None = None
    chance_horizon: Chance | None = None
    keep: Keep | None = None
    hostages: tuple[Hostage, ...] | None = None
    auto_add_margin: Number | None = None
    stop_loss_before: Number | None = None
    stop_loss_after: Number | None = None
    opposite_open: bool | None = None
    hedge_cost: Number | None = None
    close_cost: Number | None = None
    margin_released: Number | None = None
    danger_anywhere: bool | None = None
    pool_used: bool | None = None
    plan: PlanFacts | None = None
    episode: EpisodeFacts = EpisodeFacts()
    history: HistoryFacts = HistoryFacts()
    own: Own = Own()
    answers: dict[str, Answer] | None = None
    asset: str = ""
    """The settlement asset that the money is in."""
    borrowed: bool | None = None
    """Whether what was written speaks of borrowed or needed money; None: nothing was read for it."""
