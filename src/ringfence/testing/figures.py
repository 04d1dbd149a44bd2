"""What ringfence says about a conformance case: every field a case may expect, and where it comes from."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from itertools import pairwise
from typing import Any

from ringfence.domain.account import Account, MarginMode, Position
from ringfence.domain.numbers import Number, plain
from ringfence.domain.tiers import Tier, TierTable
from ringfence.errors import (
    MissingLeverage,
    MissingRate,
    NotDocumented,
    NoTier,
    NotSupported,
    UnknownSymbol,
)
from ringfence.exact.assess import Assessment, PositionFigures, RingFigures, Solvency, assess
from ringfence.exact.leg import charged_leg
from ringfence.exact.ring import Book, prepare
from ringfence.solve.arrange import fence_of
from ringfence.solve.liquidation import Answer, Reach, move_alone, shown_prices
from ringfence.solve.sized import paid_in
from ringfence.testing.cases import Case, Key, Situation, read_case
from ringfence.testing.unstated import either_way, other_fences
from ringfence.venues import registry
from ringfence.venues.rules import TierEdge, VenueRules
from ringfence.venues.shown import Prices

NONE = "none"
NEWEST = "9999-12-31"
FENCE_FIGURES = ("liquidation_price", "bankruptcy_price", "isolated_equity", "maintenance_usage")
TIER_FIGURES = (
    "liquidation_price", "maintenance_margin", "maintenance_usage", "deduction", "is_liquidatable",
    "withdrawable",
)  # fmt: skip
PROBES = 24
"""How often a mark is doubled or halved in the search for one at which a ring is alive."""


def compute(case: Case, rules: VenueRules | None = None) -> Computed:
    """Read a case and assess it under the rules of its venue, or under the pack given."""
    situation = read_case(case)
    said = _computed(situation, rules)
    if not situation.unfenced:
        return said
    return replace(said, others=(*said.others, _computed(other_fences(situation), rules)))


def _computed(situation: Situation, rules: VenueRules | None) -> Computed:
    """The case assessed; twice, under two values, where it leaves out a rate that its venue counts."""
    try:
        return _assessed(situation, rules)
    except (MissingRate, MissingLeverage) as error:
        both = either_way(situation, error)
        if both is None:
            raise
        low, high, name = both
        note = f"{name} is not given: only what does not depend on it is said"
        said = _computed(low, rules)
        return replace(said, notes=[*said.notes, note], others=(*said.others, _computed(high, rules)))


def _assessed(situation: Situation, rules: VenueRules | None) -> Computed:
    stated = situation.account
    chosen = rules or registry.rules(stated.venue, on=stated.on)
    on = stated.on or NEWEST
    missing = frozenset(
        one.symbol for one in stated.positions if not _has_table(stated, chosen, one.symbol, on)
    )
    given = {symbol: _edged(table, chosen) for symbol, table in stated.tiers.items()}
    own = {key: _edged(table, chosen) for key, table in situation.tables.items()}
    situation = replace(situation, tables=own)
    account = replace(stated, tiers={**{symbol: _stand_in(symbol) for symbol in missing}, **given})
    missing |= situation.rateless
    book = _fenced_by_rule(_with_own_tables(prepare(account, chosen, on=on), situation), situation)
    notes = [
        f"{symbol}: no tiers are known, so nothing that depends on them is said" for symbol in sorted(missing)
    ]
    return Computed(situation, book, assess(book, situation.market), notes, missing)


def _fenced_by_rule(book: Book, situation: Situation) -> Book:
    """The book with every fence that the case leaves to the venue's rule at entry set to it."""
    rings = []
    for ring in book.rings:
        leg = ring.legs[0] if ring.mode is MarginMode.ISOLATED else None
        if leg is not None and leg.position.key in situation.at_entry and leg.schedule is not None:
            rings.append(paid_in(ring, ring.asset, fence_of(leg) - Fraction(ring.collateral)))
        else:
            rings.append(ring)
    return replace(book, rings=tuple(rings))


def _edged(table: TierTable, rules: VenueRules) -> TierTable:
    """A case's table whose tiers touch, under a venue at which a size of exactly a cap stays below it."""
    touch = all(one.cap == following.floor for one, following in pairwise(table.tiers))
    below = rules.tier_edge is TierEdge.TIER_BELOW and touch
    return replace(table, caps_included=True) if below else table


def _has_table(account: Account, rules: VenueRules, symbol: str, on: str) -> bool:
    try:
        return symbol in account.tiers or bool(rules.tier_table(symbol, on=on))
    except NoTier:
        return False


def _stand_in(symbol: str) -> TierTable:
    """A table for what does not depend on tiers, such as value and profit; `figure` refuses the rest."""
    return TierTable(symbol, (Tier(Decimal(0), None, Decimal("0.01"), Decimal(0)),), source="stands in")


def _with_own_tables(book: Book, situation: Situation) -> Book:
    """The book with each leg under the tiers stated for it; the legs of one symbol may differ in them."""
    if not situation.tables:
        return book
    rings = []
    for ring in book.rings:
        legs = []
        for leg in ring.legs:
            table = book.rules.as_charged(situation.tables.get(leg.position.key, leg.table))
            if leg.schedule is not None and leg.charged is not None:
                legs.append(charged_leg(replace(leg.charged, table=table), book.rules))
                continue
            legs.append(replace(
                leg, table=table, floors=tuple(tier.floor for tier in table.tiers),
                rates=tuple(tier.rate for tier in table.tiers),
                deductions=tuple(tier.deduction for tier in table.tiers),
            ))  # fmt: skip
        rings.append(replace(ring, legs=tuple(legs)))
    return replace(book, rings=tuple(rings))


@dataclass(frozen=True)
class Computed:
    """What ringfence says about one case."""

    situation: Situation
    book: Book
    assessment: Assessment
    notes: list[str] = field(default_factory=list)
    tierless: frozenset[str] = frozenset()
    """Symbols whose tiers nobody states; a stand-in fills their place."""
    others: tuple[Computed, ...] = ()
    """The same case under another value of what it leaves out: a figure must be the same."""

    @cached_property
    def pool(self) -> RingFigures:
        """The pool the account's figures are about: the only one, or the only one with positions."""
        pools = [ring for ring in self.assessment.rings if ring.mode is MarginMode.CROSS]
        used = [figures for figures, ring in zip(pools, self.book.pools, strict=True) if ring.legs]
        for found in (pools, used):
            if len(found) == 1:
                return found[0]
        raise NotSupported(f"the account has {len(pools)} cross pools; a case is about one", path="account")

    def figures(self, key: Key) -> PositionFigures:
        """One position."""
        for one in self.assessment.positions:
            if one.position.key == key:
                return one
        raise UnknownSymbol("the case has no such position", path="expected", value=" ".join(key))

    def answer(self, position: Position) -> Answer:
        """The prices at which this position's coin alone ends its ring.

        Already liquidated at its mark, the ring is solved from a mark at which it is alive: the price
        does not depend on where the coin stands.
        """
        ring, symbol = self.book.ring_of(position), position.symbol
        market = self.assessment.market
        found = move_alone(self.book, market, ring, symbol)
        for mark in _probes(market.mark(symbol)) if found.reach is Reach.ALREADY else ():
            moved = replace(market, marks={**market.marks, symbol: mark})
            found = move_alone(self.book, moved, ring, symbol)
            if found.reach is not Reach.ALREADY:
                self.notes.append(f"{symbol}: liquidated at its mark, solved from {plain(mark)}")
                break
        return found

    def shown(self, position: Position, answer: Answer) -> Prices | None:
        """What the venue prints for a position, where that is not the exact price."""
        return shown_prices(self.book, self.assessment.market, position, answer)


def _probes(mark: Decimal) -> list[Decimal]:
    return [side for power in range(1, PROBES) for side in (mark * 2**power, mark * Decimal("0.5") ** power)]


Value = Number | str | None
PositionField = Callable[[Computed, PositionFigures], Value]


def _price(said: Computed, one: PositionFigures) -> Value:
    answer = said.answer(one.position)
    shown = said.shown(one.position, answer)
    if shown is not None:
        return NONE if shown.liquidation is None else shown.liquidation
    if answer.reach is Reach.ALREADY:
        said.notes.append(f"{one.position.symbol}: liquidated at every mark of this coin, so it has no price")
    return NONE if answer.nearest is None else answer.nearest.threshold


def _bankruptcy(said: Computed, one: PositionFigures) -> Value:
    answer = said.answer(one.position)
    shown = said.shown(one.position, answer)
    found = answer.nearest_bankruptcy if shown is None else shown.bankruptcy
    return NONE if found is None else found


def _entry_price(said: Computed, one: PositionFigures) -> Value:
    position = one.position
    _, leg = said.book.leg_of(position)
    if leg.schedule is not None and leg.schedule.entry_price is not None:
        return leg.schedule.entry_price
    if position.entry_price is not None or position.entry_cost is None:
        return position.entry_price
    size, cost = Fraction(leg.size), Fraction(position.entry_cost)
    return size / cost if leg.is_inverse else cost / size


def _closing_fee(said: Computed, one: PositionFigures) -> Value:
    if one.closing_fee is None:
        raise NotSupported(f"{said.book.rules.title}: a closing fee is no figure of its rules")
    return one.closing_fee


POSITION_FIELDS: Mapping[str, PositionField] = {
    "liquidation_price": _price,
    "bankruptcy_price": _bankruptcy,
    "notional": lambda _, one: one.notional,
    "unrealized_pnl": lambda _, one: one.unrealized_pnl,
    "initial_margin": lambda _, one: one.initial_margin,
    "maintenance_margin": lambda _, one: one.maintenance_margin,
    "maintenance_usage": lambda _, one: one.maintenance_usage,
    "isolated_equity": lambda _, one: one.isolated_equity,
    "deduction": lambda _, one: one.deduction,
    "closing_fee": _closing_fee,
    "leverage": lambda _, one: one.position.leverage,
    "entry_price": _entry_price,
}


def _liquidatable(said: Computed) -> Value:
    """Of the pool; of the fences together where an account has no pool at all."""
    rings = said.assessment.rings if not said.book.pools else (said.pool,)
    dead = any(ring.solvency in (Solvency.LIQUIDATED, Solvency.BANKRUPT) for ring in rings)
    return "true" if dead else "false"


def _leverage(said: Computed) -> Value:
    pool = said.pool
    return Fraction(pool.notional) / Fraction(pool.equity) if pool.equity > 0 else None


def _total_equity(said: Computed) -> Value:
    if said.situation.unfenced:
        raise NotDocumented("the case does not say what is inside a fence", path="total_equity")
    assets = {ring.asset for ring in said.assessment.rings}
    if len(assets) != 1:
        raise NotSupported("a total over several assets needs their prices", path="total_equity")
    return said.assessment.total(assets.pop()).total_equity


ACCOUNT_FIELDS: Mapping[str, Callable[[Computed], Value]] = {
    "equity": lambda said: said.pool.equity,
    "wallet_balance": lambda said: said.pool.wallet_balance,
    "unrealized_pnl": lambda said: said.pool.unrealized_pnl,
    "initial_margin": lambda said: said.pool.initial_margin,
    "maintenance_margin": lambda said: said.pool.maintenance_margin,
    "available_balance": lambda said: said.pool.available_balance,
    "maintenance_usage": lambda said: said.pool.maintenance_usage,
    "notional": lambda said: said.pool.notional,
    "withdrawable": lambda said: said.pool.withdrawable,
    "account_leverage": _leverage,
    "is_liquidatable": _liquidatable,
    "total_equity": _total_equity,
}


def figure(said: Computed, key: Key | None, name: str) -> Number | str:
    """One figure of a position or, without a key, of the account: a number, or a word such as ``none``.

    Raises:
        NotSupported: no rule gives such a figure. NotDocumented: the case leaves out what it needs.
    """
    known: Mapping[str, Any] = ACCOUNT_FIELDS if key is None else POSITION_FIELDS
    if name not in known:
        raise NotSupported(f"{said.book.rules.title}: {name} is no figure of its rules", path=name)
    if key is not None and key in said.situation.unfenced and name in FENCE_FIGURES:
        raise NotDocumented("the case gives neither the margin inside the fence nor the leverage", path=name)
    if name in TIER_FIGURES and said.tierless & set(_tiers_behind(said, key, name)):
        raise NotDocumented("neither the case nor the venue's tables give the tiers", path=name)
    value = known[name](said) if key is None else known[name](said, said.figures(key))
    if value is None or any(figure(other, key, name) != value for other in said.others):
        raise NotDocumented("the case leaves out what this figure needs", path=name)
    return value


def _tiers_behind(said: Computed, key: Key | None, name: str) -> tuple[str, ...]:
    """The symbols whose tiers a figure depends on: its own, or every one of its ring."""
    if key is None and name == "is_liquidatable" and not said.book.pools:
        return tuple(symbol for ring in said.book.rings for symbol in ring.symbols)
    if key is None:
        pool = said.pool
        return next(ring.symbols for ring in said.book.rings if ring.name == pool.name)
    if name in ("maintenance_margin", "deduction"):
        return key[:1]
    return said.book.ring_of(said.figures(key).position).symbols
