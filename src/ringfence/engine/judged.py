"""Judged: whether the venue does what is asked, by the rules that a preview of it would show."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction

from ringfence.domain.account import Account, MarginMode
from ringfence.domain.numbers import Number
from ringfence.engine.made import Case
from ringfence.engine.state import Refused
from ringfence.errors import MissingLeverage
from ringfence.exact.assess import RingFigures, Solvency, assess
from ringfence.exact.explain import show
from ringfence.exact.ring import Book
from ringfence.solve.change.asked import touched
from ringfence.solve.change.ruling import (
    NOUNS,
    Ruling,
    Situation,
    Standing,
    beyond_tier,
    removable,
    rules_for,
    ruling,
    unknown,
)
from ringfence.solve.change.wanted import MoveMargin
from ringfence.venues.modes import Change, When

DEAD = (Solvency.LIQUIDATED, Solvency.BANKRUPT)
NOT_DOCUMENTED = "not-documented"


@dataclass(frozen=True)
class Asked:
    """A change of one account, and the account that it would make.

    Attributes:
        symbol: what it is about; None: the whole account. made: the account were it done.
    """

    case: Case
    change: Change
    symbol: str | None
    made: Account

    @property
    def situation(self) -> Situation:
        """What the venue's rules look at, before money and tiers are."""
        account = self.case.account
        targets = tuple(one for one in account.positions if self.symbol in (None, one.symbol))
        return Situation(account, self.symbol, targets)


def verdict(ruled: Ruling, code: str) -> Refused | None:
    """A ruling as a refusal; None where the venue accepts.

    Args:
        code: ringfence's own, where the venue gives none.
    """
    if ruled.standing is Standing.ACCEPTED:
        return None
    if ruled.standing is Standing.NOT_DOCUMENTED:
        return Refused(NOT_DOCUMENTED, ruled.words, ruled.source)
    return Refused(ruled.code or code, ruled.words, ruled.source)


def judged(asked: Asked) -> Refused | None:
    """Whether the venue refuses a change of settings, or an opening; None where it accepts.

    Raises:
        MissingMark, MissingLeverage: a figure that the answer depends on is not given.
    """
    rules, change = asked.case.rules, asked.change
    book = asked.case.booked(asked.made)
    legs = [
        (leg, asked.case.market.mark(leg.symbol))
        for ring in book.rings
        for leg in ring.legs
        if leg.symbol == asked.symbol
    ]
    short = lacking(asked.case, book)
    situation = replace(asked.situation, short=short, beyond=beyond_tier(legs))
    if change is Change.OPEN and not rules_for(rules, change):
        return verdict(_opening(asked.case, situation), "not-enough-margin")
    ruled = ruling(rules, change, situation)
    told = any(rule.when is When.NOT_ENOUGH for rule in rules_for(rules, change))
    if ruled.standing is Standing.ACCEPTED and short and not told and not lacking(asked.case):
        ruled = unknown(rules, f"{NOUNS[change]} with less in the pool than it takes")
    return verdict(ruled, change.value)


def _opening(case: Case, situation: Situation) -> Ruling:
    """Opening at a venue whose data has no rule of its own for it: initial margin decides."""
    rules, clause = case.rules, str(case.rules.clauses["available_balance"])
    if situation.short:
        words = f"{rules.title} refuses orders that add risk: initial margin would be more than equity"
        return Ruling(Standing.REFUSED, words, "", clause)
    if situation.beyond:
        return unknown(rules, "opening a position larger than its leverage allows")
    return Ruling(Standing.ACCEPTED, "as far as margin goes", "", clause)


def moving_margin(case: Case, wanted: MoveMargin) -> Refused | None:
    """Whether the venue refuses to move margin into a fence or out of it."""
    rules, targets = case.rules, touched(case.account, wanted)
    ring, leg = case.book.leg_of(targets[0])
    situation = Situation(case.account, wanted.symbol, targets)
    if wanted.amount > 0:
        change = Change.ADD_MARGIN
        short = wanted.amount > _free(case, leg.instrument.settle)
        ruled = ruling(rules, change, replace(situation, short=short))
        told = any(rule.when is When.NOT_ENOUGH for rule in rules_for(rules, change))
        if ruled.standing is Standing.ACCEPTED and short and not told:
            ruled = unknown(rules, f"{NOUNS[change]} with less in the pool than it takes")
        return verdict(ruled, change.value)
    change, floor = Change.REMOVE_MARGIN, ""
    if ring.mode is MarginMode.ISOLATED:
        if rules.removal is None:
            return verdict(unknown(rules, NOUNS[change]), change.value)
        most, _ = removable(ring, leg, case.market.mark(wanted.symbol), rules.removal)
        floor = f"at most {show(most)} {ring.asset} may leave the fence: {rules.removal.value}"
        situation = replace(situation, short=-Fraction(wanted.amount) > most)
    return verdict(ruling(rules, change, situation, floor=floor), change.value)


def leaving(case: Case, asset: str, amount: Decimal) -> Refused | None:
    """Whether the venue refuses to let an amount leave the wallet."""
    rules, clause = case.rules, str(case.rules.clauses["withdrawal"])
    if case.account.multi_asset:
        return _leaving_together(case, asset, amount)
    pool = pool_of(case, case.book, asset)
    most: Number | None = Decimal(0) if pool is None else pool.withdrawable
    if most is None:
        raise MissingLeverage(
            "what may leave the pool depends on a leverage that nobody gave", path="account.positions",
            hint='write leverage = "10" on its positions',
        )  # fmt: skip
    if amount <= most:
        return None
    words = f"{rules.title} refuses it: at most {show(most)} {asset} may leave the pool"
    return Refused("not-withdrawable", words, clause)


def _leaving_together(case: Case, asset: str, amount: Decimal) -> Refused | None:
    """A withdrawal from a pool of several assets: none may go below zero, nor equity below initial margin."""
    left = case.account.wallet.get(asset, Decimal(0)) - amount
    wallet = {**case.account.wallet, asset: left}
    if left >= 0 and not lacking(case, case.booked(replace(case.account, wallet=wallet))):
        return None
    words = f"{case.rules.title} refuses it: the pool would have less than its positions ask"
    return Refused("not-withdrawable", words, str(case.rules.clauses["withdrawal"]))


def available(case: Case, asset: str) -> Decimal:
    """What a wallet can pay at once without what its positions hold; never below zero, cut to its grid."""
    pool = pool_of(case, case.book, asset)
    if pool is None:
        return Decimal(0)
    free = pool.equity if pool.available_balance is None else pool.available_balance
    cut = Fraction(max(free, 0)) // Fraction(case.rules.money.quantum)
    return min(cut * case.rules.money.quantum, max(case.account.wallet.get(asset, Decimal(0)), Decimal(0)))


def _free(case: Case, asset: str) -> Number:
    pool = pool_of(case, case.book, asset)
    if pool is None:
        return Decimal(0)
    return pool.wallet_balance if pool.withdrawable is None else pool.withdrawable


def pool_of(case: Case, book: Book, asset: str) -> RingFigures | None:
    """The figures of the pool of an asset; None where the account has none."""
    for ring in assess(book, case.market).rings:
        if ring.mode is MarginMode.CROSS and ring.asset == asset:
            return ring
    return None


def lacking(case: Case, book: Book | None = None) -> bool:
    """Whether any pool has less than what stands in it asks."""
    figures = assess(case.book if book is None else book, case.market)
    return any(_lacks(ring) for ring in figures.rings if ring.mode is MarginMode.CROSS)


def _lacks(pool: RingFigures) -> bool:
    if pool.initial_margin is None:
        return pool.solvency in DEAD
    return bool(pool.equity < pool.initial_margin or pool.wallet_balance < 0)
