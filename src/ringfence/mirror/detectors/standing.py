"""Where a position of the past stood, by the exact engine: what it could consume, how far liquidation was."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction

from ringfence.domain.account import Account, InstrumentTerms, MarginMode, Position
from ringfence.domain.market import Market
from ringfence.errors import RingfenceError
from ringfence.exact.health import sums
from ringfence.exact.ring import prepare
from ringfence.mirror.detectors.case import Case, held_at
from ringfence.mirror.detectors.past import Episode, Held
from ringfence.solve.liquidation import Reach, move_alone

NEAR = Fraction(35, 100)
"""Danger: liquidation at no more than this share of the distance it had at the entry [mirror facts]."""
TIGHT = Fraction(1, 2)
"""Danger: maintenance takes at least this share of the equity."""


@dataclass(frozen=True, slots=True)
class Stand:
    """One ring at one moment.

    Attributes:
        at_risk: equity of the ring, what can be consumed from now. distance: to the liquidation price on the
            losing side, as a fraction of the mark; None: no price of this coin alone liquidates.
        usage: maintenance over equity; None: no equity is left. price: the liquidation price.
    """

    at_risk: Fraction
    distance: Fraction | None
    usage: Fraction | None
    price: Fraction | None

    def danger(self, at_entry: Stand) -> bool:
        """Whether liquidation is near, measured by the entry, or maintenance takes half of the equity."""
        near = self.distance is not None and (
            at_entry.distance is not None and self.distance <= NEAR * at_entry.distance
        )
        return near or self.usage is None or self.usage >= TIGHT

    def further_than(self, other: Stand) -> bool:
        """Whether liquidation is further away than in ``other``."""
        if self.distance is None or other.distance is None:
            return self.distance is None and other.distance is not None
        return self.distance > other.distance


@dataclass(frozen=True, slots=True)
class Moment:
    """When and at which mark; ``after``: including everything that was booked at that very moment."""

    at: int
    price: Decimal
    after: bool = True


def stand(case: Case, one: Episode, held: Held, moment: Moment | None) -> Stand | str:
    """Where a position stood, or why that is not known; no moment: there was no mark."""
    rules = case.past.rules.get(one.venue)
    if rules is None:
        return "the venue's rules are not given"
    if moment is None:
        return "no mark at the time"
    if held.mode is None:
        return "the margin mode is not known"
    if held.mode is MarginMode.ISOLATED and held.margin is None:
        return "the margin inside the fence is not known"
    try:
        position = _position(one, held)
        if held.mode is MarginMode.ISOLATED:
            account, marks = _fence(case, one, position), {one.symbol: moment.price}
        else:
            account, marks = _pool(case, one, position, moment)
        if isinstance(account, str):
            return account
        book = prepare(account, rules, on=case.past.on)
        market = Market(marks)
        ring = book.ring_of(book.account.positions[0])
        answer, added = move_alone(book, market, ring, one.symbol), sums(ring, market.marks)
    except RingfenceError as error:
        return error.message
    equity, maintenance = Fraction(added.equity), Fraction(added.maintenance)
    usage = maintenance / equity if equity > 0 else None
    if answer.reach is Reach.ALREADY:
        return Stand(equity, Fraction(0), usage, Fraction(moment.price))
    losing = answer.below if one.side.sign > 0 else answer.above
    if losing is None:
        return Stand(equity, None, usage, None)
    mark = Fraction(moment.price)
    return Stand(equity, abs(mark - losing.threshold) / mark, usage, losing.threshold)


def _position(one: Episode, held: Held) -> Position:
    return Position(
        one.symbol, one.side, held.contracts, entry_price=held.entry,
        margin_mode=held.mode or MarginMode.CROSS, leverage=held.leverage, isolated_margin=held.margin,
    )  # fmt: skip


def _fence(case: Case, one: Episode, position: Position) -> Account | str:
    """The account as far as it matters to a fence: the position alone."""
    terms, tiers = _terms(case, [one]), case.past.tiers
    return Account(venue=one.venue, positions=(position,), instruments=terms, tiers=tiers)


def _terms(case: Case, held: list[Episode]) -> dict[str, InstrumentTerms]:
    """What the account states about contracts, with the sizes that its fills count in."""
    terms = dict(case.past.terms)
    for one in held:
        if one.instrument is not None:
            size = one.instrument.contract_size
            terms[one.symbol] = replace(terms.get(one.symbol, InstrumentTerms()), contract_size=size)
    return terms


def _pool(
    case: Case, one: Episode, position: Position, moment: Moment
) -> tuple[Account | str, dict[str, Decimal]]:
    """The account as far as it shares the pool, and the marks that move it."""
    at = moment.at if moment.after else moment.at - 1
    wallet = case.ledger.wallet(one.account_id, one.asset, at)
    marks: dict[str, Decimal] = {}
    if wallet is None:
        return "no balance of the account is known", marks
    positions, held_too = [position], [one]
    for other in case.beside(one, moment.at):
        held = held_at(other, at)
        if held is None or not held.contracts:
            continue
        mark = case.tape(other.symbol).price(moment.at)
        if held.mode is MarginMode.ISOLATED and held.margin is not None:
            wallet -= held.margin
            continue
        if held.mode is None or mark is None or not other.complete:
            return "not everything else in the pool is known", marks
        if held.mode is MarginMode.ISOLATED:
            return "the margin of another fence is not known", marks
        positions.append(_position(other, held))
        held_too.append(other)
        marks[other.symbol] = mark
    marks[one.symbol] = moment.price
    hedged = one.account_id in case.past.hedged
    account = Account(
        venue=one.venue, wallet={one.asset: wallet}, positions=tuple(positions), hedged=hedged,
        instruments=_terms(case, held_too), tiers=case.past.tiers,
    )  # fmt: skip
    return account, marks
