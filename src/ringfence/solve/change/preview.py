"""Preview: the account before and after a change, and whether the venue accepts it at all."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction

from ringfence.domain.account import MarginMode, Position
from ringfence.domain.derivation import Derivation, Line
from ringfence.domain.market import Market
from ringfence.domain.numbers import Number, exactly
from ringfence.errors import RingfenceError
from ringfence.exact.assess import RingFigures, Solvency
from ringfence.exact.explain import show
from ringfence.exact.leg import Leg
from ringfence.exact.ring import Book, prepare
from ringfence.solve.change.asked import change_of, named, symbol_of, touched
from ringfence.solve.change.moved import After, move_margin, set_leverage, switched, transferred
from ringfence.solve.change.ruling import (
    NOUNS,
    Ruling,
    Situation,
    Standing,
    accepted_rule,
    beyond_tier,
    removable,
    rules_for,
    ruling,
    unknown,
)
from ringfence.solve.change.traded import traded
from ringfence.solve.change.wanted import (
    MoveMargin,
    SetMultiAsset,
    SetPositionMode,
    SwitchMode,
    Trade,
    Transfer,
    Wanted,
)
from ringfence.solve.twins import Twin, twin_of
from ringfence.venues.modes import Change, Effect, When

DEAD = (Solvency.LIQUIDATED, Solvency.BANKRUPT)


@dataclass(frozen=True)
class Preview:
    """A change, seen before it is made.

    Attributes:
        what: the change in words. ruling: what the venue does with it.
        after: the resulting account, were it made; None where that cannot be worked out.
        trouble: why it cannot. words: what follows, a sentence each. derivation: of what moved.
        at_once: rings that the venue would liquidate at once. already: those it liquidates anyway.
    """

    what: str
    ruling: Ruling
    before: Twin
    after: Twin | None
    trouble: RingfenceError | None
    words: tuple[str, ...]
    derivation: Derivation
    at_once: tuple[str, ...]
    already: tuple[str, ...]


@dataclass(frozen=True)
class _Case:
    """One change of one book, before anything about it is worked out."""

    book: Book
    market: Market
    wanted: Wanted
    change: Change | None
    positions: tuple[Position, ...]

    @property
    def situation(self) -> Situation:
        return Situation(self.book.account, symbol_of(self.wanted), self.positions)


@exactly
def preview(book: Book, market: Market, wanted: Wanted) -> Preview:
    """Whether the venue accepts a change, and the account before and after it.

    Nothing is guessed: a change that the venue's data has no rule for is *not documented*, and what the
    account would be is shown with that notice.

    Raises:
        UnknownSymbol, OutOfRange, MissingField: the change cannot be meant for this account.
        MissingMark, MissingLeverage, MissingRate: a figure that the result depends on is not given.
    Source: the venue's clause ``mode_switch`` and those its rules name.

    >>> import ringfence as rf
    >>> from ringfence.venues.registry import rules
    >>> account = rf.Account(venue="binance_usdm", wallet={"USDT": "1000"})
    >>> account = account.open("BTC/USDT:USDT", "+0.1", entry_price="60000", leverage=10)
    >>> book = prepare(account, rules("binance_usdm"), on="2026-11-22")
    >>> wanted = SwitchMode("BTC/USDT:USDT", MarginMode.ISOLATED)
    >>> preview(book, Market({"BTC/USDT:USDT": "60000"}), wanted).ruling.code
    '-4048'
    """
    positions = touched(book.account, wanted)
    case = _Case(book, market, wanted, change_of(book.account, wanted), positions)
    before, made, after, trouble = twin_of(book, market), None, None, None
    try:
        made = _made(case)
        after = twin_of(prepare(made.account, book.rules, on=book.on), market)
    except RingfenceError as error:
        trouble = error
    ruled, lines = _ruled(case, before, after)
    if trouble is not None and ruled.standing is Standing.ACCEPTED:
        raise trouble
    dead = tuple(ring.name for ring in before.rings if ring.solvency in DEAD)
    dying = [ring.name for ring in after.rings if ring.solvency in DEAD] if after else []
    shown = made if made and after else After(book.account)
    return Preview(
        named(wanted, positions),
        ruled,
        before,
        after,
        trouble,
        shown.words,
        Derivation((*lines, *shown.lines)),
        tuple(name for name in dying if name not in dead),
        dead,
    )


def _made(case: _Case) -> After:
    """The account after the change, by the rule that holds if the venue accepts it."""
    book, wanted = case.book, case.wanted
    if isinstance(wanted, Trade):
        return traded(book, case.market, wanted)
    if isinstance(wanted, MoveMargin):
        return move_margin(book, wanted)
    if isinstance(wanted, Transfer):
        return transferred(book, wanted)
    if isinstance(wanted, SetPositionMode):
        return After(replace(book.account, hedged=wanted.hedged))
    if isinstance(wanted, SetMultiAsset):
        return After(replace(book.account, multi_asset=wanted.on))
    rule = None if case.change is None else accepted_rule(book.rules, case.change, case.situation)
    whole = rule is not None and rule.whole_account
    if isinstance(wanted, SwitchMode):
        return switched(book, wanted, book.account.positions if whole else case.positions)
    effect = (rule.effect if rule else None) or Effect.NOTHING_ELSE
    after = set_leverage(book, wanted, case.positions, effect)
    if rule is None or rule.effect is None:
        after = replace(after, words=(*after.words, "assumed: only the setting changes"))
    return after


def _ruled(case: _Case, before: Twin, after: Twin | None) -> tuple[Ruling, tuple[Line, ...]]:
    """What the venue does with the change, and the workings of a floor that decides."""
    book, wanted, change = case.book, case.wanted, case.change
    if isinstance(wanted, Transfer):
        return _transfer(book, wanted, before), ()
    if change is None:
        words = "reducing needs no margin; order filters and price bands are not looked at"
        return Ruling(Standing.ACCEPTED, words), ()
    rules, legs = book.rules, [] if after is None else _legs(case, after)
    if change is Change.REMOVE_MARGIN and isinstance(wanted, MoveMargin):
        return _removal(case, wanted)
    situation = replace(case.situation, short=_short(case, before, after), beyond=beyond_tier(legs))
    if change is Change.OPEN and not rules_for(rules, change):
        return _opening(case, situation), ()
    ruled = ruling(rules, change, situation)
    told = any(rule.when is When.NOT_ENOUGH for rule in rules_for(rules, change))
    if ruled.standing is Standing.ACCEPTED and situation.short and not told and not _lacking(before):
        lacking = "with less in the pool than it takes"
        return unknown(rules, f"{NOUNS[change]} {lacking}"), ()
    return ruled, ()


def _removal(case: _Case, wanted: MoveMargin) -> tuple[Ruling, tuple[Line, ...]]:
    """Taking margin out of a fence: the venue's floor decides."""
    rules, position = case.book.rules, case.positions[0]
    ring, leg = case.book.leg_of(position)
    noun = NOUNS[Change.REMOVE_MARGIN]
    if ring.mode is MarginMode.CROSS:
        return ruling(rules, Change.REMOVE_MARGIN, case.situation), ()
    if rules.removal is None:
        return unknown(rules, noun), ()
    most, line = removable(ring, leg, case.market.mark(position.symbol), rules.removal)
    floor = f"at most {show(most)} {ring.asset} may leave the fence: {rules.removal.value}"
    situation = replace(case.situation, short=-Fraction(wanted.amount) > most)
    return ruling(rules, Change.REMOVE_MARGIN, situation, floor=floor), (line,)


def _legs(case: _Case, after: Twin) -> list[tuple[Leg, Number]]:
    """The positions of the symbol after the change, with their marks."""
    symbol = symbol_of(case.wanted)
    found = [leg for ring in after.book.rings for leg in ring.legs if leg.symbol == symbol]
    return [(leg, case.market.mark(leg.symbol)) for leg in found]


def _opening(case: _Case, situation: Situation) -> Ruling:
    """Opening at a venue whose data has no rule of its own for it: initial margin decides."""
    rules = case.book.rules
    clause = str(rules.clauses["available_balance"])
    if situation.short:
        words = f"{rules.title} refuses orders that add risk: initial margin would be more than equity"
        return Ruling(Standing.REFUSED, words, "", clause)
    if situation.beyond:
        return unknown(rules, "opening a position larger than its leverage allows")
    words = "as far as margin goes; order filters, price bands and position limits are not looked at"
    return Ruling(Standing.ACCEPTED, f"{rules.title} accepts it {words}", "", clause)


def _transfer(book: Book, wanted: Transfer, before: Twin) -> Ruling:
    """A withdrawal is held against what may leave the pool."""
    clause = str(book.rules.clauses["withdrawal"])
    if wanted.amount > 0:
        return Ruling(Standing.ACCEPTED, "a deposit needs no leave")
    pool = _pool(before, wanted.asset)
    most = Decimal(0) if pool is None else pool.withdrawable
    if most is None:
        return unknown(book.rules, "withdrawing while a leverage is unknown")
    if -wanted.amount > most:
        words = f"{book.rules.title} refuses it: at most {show(most)} {wanted.asset} may leave the pool"
        return Ruling(Standing.REFUSED, words, "", clause)
    return Ruling(
        Standing.ACCEPTED, f"{book.rules.title} accepts it: {show(most)} may leave the pool", "", clause
    )


def _pool(twin: Twin, asset: str) -> RingFigures | None:
    found = (ring for ring in twin.rings if ring.mode is MarginMode.CROSS and ring.asset == asset)
    return next(found, None)


def _short(case: _Case, before: Twin, after: Twin | None) -> bool:
    """Whether the wallet has less than the change takes."""
    wanted = case.wanted
    if isinstance(wanted, MoveMargin):
        asset = case.book.leg_of(case.positions[0])[1].instrument.settle
        pool = _pool(before, asset)
        if pool is None:
            return True
        most = pool.wallet_balance if pool.withdrawable is None else pool.withdrawable
        return bool(wanted.amount > most)
    return after is not None and _lacking(after)


def _lacking(twin: Twin) -> bool:
    """Whether any pool has less than what stands in it asks."""
    return any(_lacks(ring) for ring in twin.rings if ring.mode is MarginMode.CROSS)


def _lacks(pool: RingFigures) -> bool:
    """Whether a pool could not have paid for what stands in it."""
    if pool.initial_margin is None:
        return pool.solvency in DEAD
    return bool(pool.equity < pool.initial_margin or pool.wallet_balance < 0)
