"""Gather: one intent, one book, one market and what is known of the past, worked out into facts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from fractions import Fraction

from ringfence.domain.account import InstrumentTerms, Side
from ringfence.domain.market import Market, Rates
from ringfence.domain.numbers import Number, add, exactly, simplest
from ringfence.exact.ring import Book
from ringfence.mirror.facts import Chance, Facts, Keep, MarketFacts, Sources, Standing
from ringfence.mirror.measured import costs, lane
from ringfence.mirror.measured.chance import Run, chance, hours_of
from ringfence.mirror.measured.episode import Idea, Level, episode_facts, idea_of, used_of
from ringfence.mirror.measured.keep import keep_of
from ringfence.mirror.measured.loss import DAY_MS, Terms, loss_at
from ringfence.mirror.measured.market import (
    Past,
    Together,
    average_range,
    deviation,
    deviations,
    quarter_move,
    together,
)
from ringfence.mirror.measured.past import Now, Trades, history_facts
from ringfence.mirror.measured.planned import Moment, in_force, plan_facts, prewritten, target_of
from ringfence.mirror.measured.remembered import Remembered, levels_of
from ringfence.mirror.measured.seen import Seen, seen
from ringfence.mirror.measured.standing import home_of, position_standing, standing
from ringfence.mirror.measured.subject import Subject
from ringfence.mirror.measured.sums import product
from ringfence.mirror.model import Action, Answer, Intent, Plan
from ringfence.solve.twins import PositionTwin, Twin

WEEK_MS = 7 * DAY_MS
KEEPING = (
    Action.ADD_MARGIN,
    Action.SWITCH_TO_CROSS,
    Action.CHANGE_LEVERAGE,
    Action.TRANSFER,
    Action.HEDGE,
)
"""What can push liquidation away with more money behind the same position."""


@dataclass(frozen=True, slots=True)
class Quote:
    """What is quoted of one symbol besides its mark: spread, the mark 15 minutes ago, the tick."""

    spread: Decimal | None = None
    before_15m: Decimal | None = None
    tick: Decimal | None = None


@dataclass(frozen=True)
class Knowledge:
    """Everything beside the book and the marks. What is absent is not known.

    Attributes:
        now_ms: the moment of the audit, UTC ms. pasts: hourly bars up to now, by symbol. quotes: by symbol.
        trades: imported; None: none were. remembered: of the journal. answers: written for this audit.
        target: where the position would be closed with a profit; None: the plan's nearest.
        lots: grid of sizes, by symbol.
    """

    now_ms: int
    pasts: Mapping[str, Past] = field(default_factory=dict)
    quotes: Mapping[str, Quote] = field(default_factory=dict)
    trades: Trades | None = None
    remembered: Remembered = field(default_factory=Remembered)
    answers: Mapping[str, Answer] | None = None
    sources: Sources = field(default_factory=Sources)
    target: Decimal | None = None
    lots: Mapping[str, Decimal] = field(default_factory=dict)


@dataclass(frozen=True)
class _Case:
    """What most facts start from."""

    seen: Seen
    book: Book
    known: Knowledge
    plan: Plan | None
    underwater: int | None
    level: Level | None
    level_new: bool
    terms: Terms

    @property
    def symbol(self) -> str | None:
        subject = self.seen.subject
        return self.seen.intent.symbol if subject is None else subject.symbol

    @property
    def side(self) -> Side | None:
        return None if self.seen.subject is None else self.seen.subject.side

    @property
    def past(self) -> Past | None:
        return None if self.symbol is None else self.known.pasts.get(self.symbol)

    @property
    def quote(self) -> Quote:
        return self.known.quotes.get(self.symbol or "", Quote())

    @property
    def fee(self) -> Decimal | None:
        return None if self.symbol is None else self.terms.fees.get(self.symbol)

    @property
    def mark(self) -> Decimal | None:
        return None if self.symbol is None else self.seen.market.mark(self.symbol)


@exactly
def gather(intent: Intent, book: Book, market: Market, known: Knowledge) -> Facts:
    """Every fact about one intent at one moment. The same arguments give the same facts everywhere.

    Raises:
        RingfenceError: the intent cannot be meant for this account, or a mark or a leverage that the engine
            depends on is not given.
    """
    case = _case(seen(intent, book, market), book, known)
    before, after = _standings(case)
    idea = idea_of(case.seen.subject, before, known.remembered.asked, known.trades, asset=case.seen.asset)
    distance = _distance_at_entry(case.seen.was, case.seen.before)
    episode = episode_facts(idea, case.plan, case.past, level=case.level, distance=distance)
    spread, atr = case.quote.spread, _atr(case)
    judged = lane.Adverse(None)
    if case.mark is not None:
        judged = lane.adverse(before, case.mark, spread=spread, atr_hour=atr)
    facts = Facts(
        intent=intent,
        lane=lane.lane_of(intent, before, after),
        now_ms=known.now_ms,
        sources=_sources(case),
        venue=case.seen.says,
        before=before,
        after=after,
        market=_market(case, after, atr),
        side=case.side,
        asset=case.seen.asset,
        adverse=judged.holds,
        adverse_basis=judged.basis,
        danger=lane.danger(before, episode.distance_at_entry),
        rescue=lane.rescue(before, after, is_adverse=judged.holds),
        inv_breached=lane.breached(case.side, case.mark, None if case.level is None else case.level.price),
        episode=episode,
        own=known.remembered.own,
        answers=None if known.answers is None else dict(known.answers),
    )
    return _with_past(_with_costs(_with_chances(facts, case), case), case, idea)


def _case(found: Seen, book: Book, known: Knowledge) -> _Case:
    plan, underwater = in_force(_plans(known, found.intent), found.intent, found.subject, now_ms=known.now_ms)
    levels = _levels(found, known)
    level, new = _level(found.subject, plan, levels, known)
    stood = {key: one.price for key, one in levels.items()}
    if found.subject is not None and level is not None:
        stood[found.subject.symbol, found.subject.side] = level.price
    terms = Terms(
        fees=dict(_fees(book, found.market, found)),
        spreads={symbol: one.spread for symbol, one in known.quotes.items() if one.spread is not None},
        deviations=deviations(known.pasts),
        levels=stood,
        planned=_planned(found, known),
        horizon_ms=_horizon(plan, known.now_ms) or DAY_MS,
    )
    return _Case(found, book, known, plan, underwater, level, new, terms)


def _horizon(plan: Plan | None, now_ms: int) -> int | None:
    """How long the plan lets the idea run; None where it does not say, or is over."""
    if plan is None or plan.time_stop_ms is None or plan.time_stop_ms <= now_ms:
        return None
    return plan.time_stop_ms - now_ms


def _plans(known: Knowledge, intent: Intent) -> list[Plan]:
    """The plans that can still stand behind something: an idea that has had its position is used up.

    One that the intent names may be used again.
    """
    episodes = () if known.trades is None else known.trades.episodes
    had = {one.plan.plan_id for one in episodes if one.plan is not None and one.closed is not None}
    plans = known.remembered.plans
    return [one for one in plans if one.plan_id not in had or one.plan_id == intent.plan_id]


def _plan_for(known: Knowledge, intent: Intent, symbol: str, side: Side) -> Plan | None:
    return in_force(_plans(known, intent), intent, Subject(symbol, side), now_ms=known.now_ms)[0]


def _levels(found: Seen, known: Knowledge) -> dict[tuple[str, Side], Level]:
    """The invalidation of every open idea: its plan's, else the last one accepted."""
    said = levels_of(known.remembered.asked)
    levels = {key: Level(price, at) for key, (at, price) in said.items()}
    for one in found.before.positions:
        key = one.position.symbol, one.position.side
        plan = _plan_for(known, found.intent, *key)
        if plan is not None:
            levels[key] = Level(plan.invalidation_price, plan.created_ms)
    return levels


def _level(
    subject: Subject | None, plan: Plan | None, levels: Mapping[tuple[str, Side], Level], known: Knowledge
) -> tuple[Level | None, bool]:
    """The subject's level, and whether it was answered just now."""
    answer = None if known.answers is None else known.answers.get("invalidation")
    if answer is not None and answer.level is not None:
        return Level(answer.level, known.now_ms), True
    if plan is not None:
        return Level(plan.invalidation_price, plan.created_ms), False
    return (None if subject is None else levels.get((subject.symbol, subject.side))), False


def _fees(book: Book, market: Market, found: Seen) -> Iterator[tuple[str, Decimal]]:
    symbols = {one.position.symbol for one in found.before.positions}
    for symbol in sorted(symbols | ({found.intent.symbol} if found.intent.symbol else set())):
        rate, _ = fee_rate(book, market, symbol)
        if rate is not None:
            yield symbol, rate


def fee_rate(book: Book, market: Market, symbol: str) -> tuple[Decimal | None, str]:
    """The taker rate of a symbol, and whether the account, its instrument or the venue's list states it."""
    stated = market.rates.get(symbol, Rates()).taker_fee
    if stated is not None:
        return stated, "account"
    own = book.account.instruments.get(symbol, InstrumentTerms()).taker_fee
    if own is not None:
        return own, "instrument"
    listed = book.rules.list_rates.get("taker_fee")
    return listed, "" if listed is None else "venue list"


def _planned(found: Seen, known: Knowledge) -> frozenset[tuple[str, Side]]:
    """Positions that a plan written beforehand stands behind."""
    keys = {(one.position.symbol, one.position.side) for one in found.before.positions}
    plans = {key: _plan_for(known, found.intent, *key) for key in keys}
    return frozenset(
        key
        for key, plan in plans.items()
        if plan is not None and prewritten(plan, opened_ms=None, now_ms=known.now_ms)
    )


def _standings(case: _Case) -> tuple[Standing, Standing]:
    found, home = case.seen, home_of(case.seen.was, case.seen.now)
    before = standing(found.before, found.market, found.subject, case.terms, home=home, asset=found.asset)
    if found.after is None:
        subject = found.subject
        return before, Standing() if subject is None else Standing(symbol=subject.symbol, side=subject.side)
    if found.after is found.before:
        return before, before
    after = standing(found.after, found.market, found.subject, case.terms, home=home, asset=found.asset)
    return before, after


def _atr(case: _Case) -> Number | None:
    return None if case.past is None else average_range(case.past, case.known.now_ms)


def _distance_at_entry(one: PositionTwin | None, twin: Twin) -> Number | None:
    """From the entry to today's liquidation price, as a share of the entry.

    Of a position alone in its ring, whose liquidation price does not depend on the mark; it is the distance
    at entry as long as no margin has moved since.
    """
    if one is None or sum(two.figures.ring == one.figures.ring for two in twin.positions) > 1:
        return None
    stood = position_standing(twin, one)
    if stood.threshold is None or stood.entry_price is None:
        return None
    entry = Fraction(stood.entry_price)
    return simplest(abs(entry - Fraction(stood.threshold)) / entry)


def _sources(case: _Case) -> Sources:
    stated, rules = case.known.sources, case.book.rules
    if stated.rules:
        return stated
    return replace(stated, rules=f"{rules.key} {rules.valid_from} {rules.digest}")


def _market(case: _Case, after: Standing, atr: Number | None) -> MarketFacts:
    past, found = case.past, case.seen
    horizon = case.terms.horizon_ms
    sigma = None if past is None else deviation(past, 1)
    fee, source = (None, "") if case.symbol is None else fee_rate(case.book, found.market, case.symbol)
    partner = _partner(case)
    moved = _together(case, partner)
    now = case.seen.now
    return MarketFacts(
        mark=case.mark,
        tick=_tick(case),
        symbol=case.symbol or "",
        spread=case.quote.spread,
        sigma_hour=sigma,
        sigma_day=None if past is None else deviation(past, 24),
        sigma_horizon=None if past is None else deviation(past, hours_of(horizon)),
        horizon_ms=horizon,
        atr_hour=atr,
        move_15m_z=None if case.mark is None else quarter_move(case.mark, case.quote.before_15m, sigma),
        partner="" if partner is None else " ".join(partner.position.key),
        correlation=None if moved is None else moved.correlation,
        beta=None if moved is None else moved.beta,
        beta_held=costs.beta_held(now or found.was, partner),
        fee_rate=fee,
        fee_source=source,
        funding_day=None if now is None else now.drag.funding_per_day,
        fee_round_trip=product(2, after.notional, fee),
    )


def _tick(case: _Case) -> Decimal | None:
    if case.quote.tick is not None or case.symbol is None:
        return case.quote.tick
    return case.book.account.instruments.get(case.symbol, InstrumentTerms()).tick_size


def _partner(case: _Case) -> PositionTwin | None:
    """The leg on the other side in another instrument: a hedge's own, else the largest that is held."""
    found = case.seen
    if found.intent.action is Action.HEDGE and found.after is not None:
        own = [one for one in found.after.positions if one.position.symbol == found.intent.symbol]
        if own and found.subject is not None and found.intent.symbol != found.subject.symbol:
            return own[0]
    return costs.partner_of(found.before, found.was or found.now)


def _together(case: _Case, partner: PositionTwin | None) -> Together | None:
    other = None if partner is None else case.known.pasts.get(partner.position.symbol)
    if case.past is None or other is None:
        return None
    key = "together", other.digest
    if key not in case.past.kept:
        case.past.kept[key] = together(case.past, other)
    kept = case.past.kept[key]
    return kept if isinstance(kept, Together) else None


def _with_chances(facts: Facts, case: _Case) -> Facts:
    """How often past paths are liquidated: before a target, and within the horizon."""
    if case.mark is None:
        return facts
    target = case.known.target or target_of(case.plan, case.side, case.mark)
    run = _horizon(case.plan, case.known.now_ms)
    first: Chance | None = None
    if target is not None:
        upto = Run(hours_of(WEEK_MS if run is None else run), target)
        first = chance(facts.before, facts.after, case.mark, run=upto, past=case.past)
    horizon = Run(hours_of(case.terms.horizon_ms))
    second = chance(facts.before, facts.after, case.mark, run=horizon, past=case.past)
    return replace(facts, chance=first, chance_horizon=second)


def _with_costs(facts: Facts, case: _Case) -> Facts:
    found = case.seen
    locked = costs.locking(found.before, found.market, found.intent, found.was, case.fee)
    pledged = None
    if found.after is not None:
        pledged = costs.hostages(found.before, found.after, found.was, found.now)
    stops = _stops(case) if found.intent.action is Action.MOVE_STOP else (None, None)
    return replace(
        facts,
        keep=_keep(facts, case),
        hostages=pledged,
        auto_add_margin=None if found.after is None else costs.fed_with(found.after, found.now),
        stop_loss_before=stops[0],
        stop_loss_after=stops[1],
        opposite_open=costs.opposite_open(found.before, found.was),
        hedge_cost=locked.hedge,
        close_cost=locked.close,
        margin_released=costs.released(facts.before, facts.after),
        danger_anywhere=_danger_anywhere(case),
        pool_used=costs.pool_used(found.before, found.asset),
        flat=not found.before.positions,
        orders_open=_orders(case),
    )


def _orders(case: _Case) -> int:
    """Resting orders of the intent's symbol; of a transfer, of the whole account."""
    symbol = case.seen.intent.symbol
    return sum(1 for one in case.book.account.orders if symbol in (None, one.symbol))


def _keep(facts: Facts, case: _Case) -> Keep | None:
    found = case.seen
    if found.was is None or found.intent.action not in KEEPING or found.after is None:
        return None
    lot = case.known.lots.get(found.was.position.symbol)
    return keep_of(found.before, found.market, found.was, facts.after, fee_rate=case.fee, lot=lot)


def _stops(case: _Case) -> tuple[Number | None, Number | None]:
    """What is lost from now at the stop before and after; without a stop, all that is at risk."""
    found, was = case.seen, case.seen.was
    if was is None:
        return None, None
    levels = (found.intent.stop_from, found.intent.stop_to)
    before, after = (
        was.at_risk if level is None else loss_at(found.before, found.market, was, level, case.terms)
        for level in levels
    )
    return before, after


def _danger_anywhere(case: _Case) -> bool | None:
    """Whether any position is adverse and in danger; None where none is known to be and one might."""
    found = [_in_danger(case, one) for one in case.seen.before.positions]
    return True if True in found else None if None in found else False


def _in_danger(case: _Case, one: PositionTwin) -> bool | None:
    twin, symbol = case.seen.before, one.position.symbol
    stood, past = position_standing(twin, one), case.known.pasts.get(symbol)
    atr = None if past is None else average_range(past, case.known.now_ms)
    spread = case.known.quotes.get(symbol, Quote()).spread
    adverse = lane.adverse(stood, case.seen.market.mark(symbol), spread=spread, atr_hour=atr).holds
    danger = lane.danger(stood, _distance_at_entry(one, twin))
    if adverse is False or danger is False:
        return False
    return None if adverse is None or danger is None else True


def _with_past(facts: Facts, case: _Case, idea: Idea | None) -> Facts:
    """The plan with what of it is used, and the account's own past."""
    found, known = case.seen, case.known
    planned = None
    if case.plan is not None and case.mark is not None:
        opened = None if idea is None else idea.opened_ms
        moment = Moment(found.intent, facts.before, facts.after, case.mark, opened, used_of(idea))
        planned = plan_facts(case.plan, case.underwater, moment)
    open_pnl = add(
        one.figures.unrealized_pnl for one in found.before.positions if one.figures.asset == found.asset
    )
    now = Now(found.intent, found.subject, facts.before, facts.after, found.asset, open_pnl, known.now_ms)
    return replace(
        facts,
        invalidation=None if case.level is None else case.level.price,
        invalidation_new=case.level_new,
        plan=planned,
        history=history_facts(known.trades, known.remembered, now),
    )
