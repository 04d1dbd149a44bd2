"""How large a new position may be, so that its idea is disproved before it is liquidated."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction

from ringfence.domain.account import MarginMode, Position, Side, choice
from ringfence.domain.derivation import Derivation, Line
from ringfence.domain.market import Market
from ringfence.domain.numbers import exactly, positive, simplest
from ringfence.errors import MissingField, OutOfRange, UnknownField
from ringfence.exact.assess import assess
from ringfence.exact.explain import show
from ringfence.exact.health import is_liquidated
from ringfence.exact.leg import Leg
from ringfence.exact.ring import Book, Ring, prepare
from ringfence.solve.arrange import fence_of
from ringfence.solve.sized import (
    Outcome,
    Sized,
    Slope,
    by_search,
    certified,
    down_to,
    marks_at,
    paid_in,
    slopes,
    without,
)
from ringfence.solve.sizing import LOT


@dataclass(frozen=True, slots=True)
class Idea:
    """A position not yet opened, and the price that would disprove it.

    Attributes:
        invalidation: on the losing side of ``entry_price``, quote currency.
        margin: isolated: what goes inside the fence, settlement asset; or
        leverage: isolated: the fence is value at entry / leverage; cross: what the venue asks to open it.
        lot: grid of the size, contracts.

    >>> Idea("BTC/USDT:USDT", "long", "60000", "57000", "isolated", margin="3000").margin
    Decimal('3000')
    """

    symbol: str
    side: Side
    entry_price: Decimal
    invalidation: Decimal
    margin_mode: MarginMode
    margin: Decimal | None = None
    leverage: Decimal | None = None
    lot: Decimal | None = None

    def __post_init__(self) -> None:
        put = object.__setattr__
        put(self, "side", choice(Side, self.side, path="side"))
        put(self, "margin_mode", choice(MarginMode, self.margin_mode, path="margin_mode"))
        for name in ("entry_price", "invalidation", "margin", "leverage", "lot"):
            value = getattr(self, name)
            put(self, name, None if value is None else positive(value, path=name))
        if self.side.sign * (self.entry_price - self.invalidation) <= 0:
            side = "below" if self.side is Side.LONG else "above"
            raise OutOfRange(
                f"a {self.side.value} is disproved {side} its entry",
                path="invalidation",
                value=self.invalidation,
                hint=f"write a price {side} {self.entry_price:f}",
            )
        isolated = self.margin_mode is MarginMode.ISOLATED
        if isolated and (self.margin is None) == (self.leverage is None):
            raise MissingField(
                "an isolated position needs its margin or its leverage, not both",
                path="margin",
                hint='write margin = "1000"',
            )
        if not isolated and self.margin is not None:
            raise UnknownField("a cross position has no margin of its own", path="margin", value=self.margin)


@exactly
def largest_position(book: Book, market: Market, idea: Idea) -> Sized:
    """The most contracts of a new position that is still alive at the price which disproves it.

    Everything else stands still at its mark, and the position is opened at ``entry_price``, so the new
    symbol's mark need not be given. Where a leverage is given, the pool must also be able to pay for
    opening it and the venue offer it at this size; ``figures`` names each bound (``by_liquidation``,
    ``by_balance``, ``by_venue``), the smallest one holds.

    Raises:
        DuplicatePosition: one-way mode and there is a position in this symbol (ask `size_for`).
        NoTier, MissingMark: the symbol has no tiers, another one no mark.
    Source: the venue's clauses ``trigger``, ``maintenance``, ``fence`` and ``initial_margin``.

    >>> from ringfence.domain.account import Account
    >>> from ringfence.exact.ring import prepare
    >>> from ringfence.venues import registry
    >>> account = Account(venue="demo", wallet={"USDT": "7000"})
    >>> account = account.open("BTC/USDT:USDT", 1, entry_price=60000, leverage=20, isolated_margin=3000)
    >>> book = prepare(account, registry.rules("demo"), on="2026-11-22")
    >>> market = Market({"BTC/USDT:USDT": "58000", "ETH/USDT:USDT": "2500"})
    >>> idea = Idea("ETH/USDT:USDT", "long", 2500, 2400, "isolated", margin=500, lot="0.001")
    >>> largest_position(book, market, idea).value
    Decimal('4.464')
    """
    opened = replace(market, marks={**market.marks, idea.symbol: idea.entry_price})
    ring, leg = _with(book, idea, Decimal(1))
    if leg.schedule is not None:
        return _by_search(book, opened, idea, leg)
    found = [_scaled(slope, idea, leg) for slope in _slopes(ring, leg, opened, idea)]
    ends = [end for slope in found if (end := slope.most(leg)) is not None]
    bounds = {"by_liquidation": min(ends)} if ends else {}
    available = _available(book, opened, leg)
    if idea.margin is not None and available is not None and idea.margin > available:
        figures = {"available": simplest(available)}
        return Sized("largest", Outcome.CANNOT_PAY, "contracts", figures=figures)
    bounds.update(_other_bounds(leg, idea, available))
    if not bounds:
        return Sized("largest", Outcome.ANY_SIZE, "contracts")
    exact = min(bounds.values())
    lines = Derivation(tuple(_lines(idea, leg, found[0], bounds, exact)))
    figures = {name: simplest(bound) for name, bound in bounds.items()}
    return _checked(
        book,
        opened,
        idea,
        exact,
        Sized("largest", Outcome.NO_SIZE, "contracts", None, simplest(exact), figures, None, lines),
    )


def _with(book: Book, idea: Idea, contracts: Decimal) -> tuple[Ring, Leg]:
    """The ring of the new position at a size, as the venue would set it up."""
    account = book.account
    position = Position(
        idea.symbol, idea.side, contracts, entry_price=idea.entry_price, margin_mode=idea.margin_mode,
        leverage=idea.leverage, isolated_margin=idea.margin or _nothing(idea),
    )  # fmt: skip
    opened = prepare(replace(account, positions=(*account.positions, position)), book.rules, on=book.on)
    ring, leg = opened.leg_of(position)
    if idea.margin_mode is MarginMode.ISOLATED and idea.leverage is not None:
        fence = book.rules.money.round(fence_of(leg))
        ring = paid_in(replace(ring, collateral=Decimal(0)), ring.asset, fence)
    return ring, leg


def _by_search(book: Book, market: Market, idea: Idea, leg: Leg) -> Sized:
    """`largest_position` at a venue whose requirement does not simply grow with the size."""
    price, lot, available = Fraction(idea.invalidation), idea.lot or LOT, _available(book, market, leg)
    if idea.margin is not None and available is not None and idea.margin > available:
        figures = {"available": simplest(available)}
        return Sized("largest", Outcome.CANNOT_PAY, "contracts", figures=figures)
    bounds = _other_bounds(leg, idea, available)
    payable = _payable(book, idea, available)
    if payable is not None:
        bounds["by_balance"] = payable

    def alive(contracts: Decimal) -> bool:
        ring, _ = _with(book, idea, contracts)
        return not is_liquidated(ring, marks_at(ring, market, idea.symbol, price))

    most = by_search(alive, lot=lot)
    if most is not None:
        bounds = {"by_liquidation": Fraction(most), **bounds}
    if not bounds:
        return Sized("largest", Outcome.ANY_SIZE, "contracts")
    exact, words = min(bounds.values()), _bound_words(leg)
    lines = Derivation(
        tuple(Line(f"largest.{n}", words[n], b, "contracts", "the smallest holds") for n, b in bounds.items())
    )
    figures = {name: simplest(bound) for name, bound in bounds.items()}
    nothing = Sized("largest", Outcome.NO_SIZE, "contracts", None, simplest(exact), figures, None, lines)
    return _checked(book, market, idea, exact, nothing)


def _payable(book: Book, idea: Idea, available: Fraction | None) -> Fraction | None:
    """The most contracts that a pool can pay for, where initial margin grows faster than the size.

    None where it does not, or is unknown.
    """

    def asked(contracts: Decimal) -> Fraction | None:
        _, leg = _with(book, idea, contracts)
        own = None if leg.schedule is None else leg.schedule.initial
        return None if own is None else own.at(leg.entry_value, leg.entry_value)

    one, two = asked(Decimal(1)), asked(Decimal(2))
    if available is None or one is None or two is None or two == 2 * one:
        return None
    most = by_search(lambda size: (asked(size) or Fraction(0)) <= available, lot=idea.lot or LOT)
    return None if most is None else Fraction(most)


def _nothing(idea: Idea) -> Decimal | None:
    return Decimal(0) if idea.margin_mode is MarginMode.ISOLATED else None


def _slopes(ring: Ring, leg: Leg, market: Market, idea: Idea) -> list[Slope]:
    rest = without(ring, leg)
    if idea.margin_mode is MarginMode.ISOLATED:
        rest = replace(rest, collateral=Fraction(idea.margin or 0))
    return slopes(rest, leg, market, Fraction(idea.invalidation), base=Fraction(idea.entry_price))


def _scaled(slope: Slope, idea: Idea, leg: Leg) -> Slope:
    """A fence that grows with the size adds its share to what one contract gains."""
    if idea.margin_mode is MarginMode.CROSS or idea.leverage is None:
        return slope
    return replace(slope, gain=slope.gain + Fraction(leg.entry_value) / Fraction(idea.leverage))


def _available(book: Book, market: Market, leg: Leg) -> Fraction | None:
    """What the pool has left to open with; None where it is unknown."""
    asset = leg.instrument.settle
    for ring in assess(book, market).rings:
        if ring.mode is MarginMode.CROSS and ring.asset == asset:
            return None if ring.available_balance is None else Fraction(ring.available_balance)
    return None if book.account.multi_asset else Fraction(0)


def _other_bounds(leg: Leg, idea: Idea, available: Fraction | None) -> dict[str, Fraction]:
    if idea.leverage is None:
        return {}
    bounds = {}
    if available is not None:
        own = None if leg.schedule is None else leg.schedule.initial
        cost = Fraction(leg.entry_value)
        bounds["by_balance"] = available / (
            cost / Fraction(idea.leverage) if own is None else own.at(cost, cost)
        )
    offered = [t.max_leverage is None or t.max_leverage >= idea.leverage for t in leg.table.tiers]
    if not all(offered):
        floor = Fraction(leg.table.tiers[offered.index(False)].floor)
        bounds["by_venue"] = floor / Fraction(leg.tier_size(leg.entry_value))
    return bounds


def _checked(book: Book, market: Market, idea: Idea, exact: Fraction, found: Sized) -> Sized:
    """The size on its grid, taken down where the bound itself is excluded, and solved anew."""
    lot = idea.lot or LOT
    value, price = down_to(exact, lot), Fraction(idea.invalidation)
    for _ in range(3):
        if value <= 0:
            return found
        ring, leg = _with(book, idea, value)
        if not is_liquidated(ring, marks_at(ring, market, idea.symbol, price)):
            outcome, hit = certified(ring, market, leg, price)
            kept = value if outcome is Outcome.FOUND else None
            return replace(found, outcome=outcome, value=kept, certificate=hit)
        value -= lot
    return replace(found, outcome=Outcome.DEAD_BEFORE)


def _lines(
    idea: Idea, leg: Leg, slope: Slope, bounds: dict[str, Fraction], exact: Fraction
) -> Iterator[Line]:
    words, asset = _bound_words(leg), leg.instrument.settle
    how = f"at {show(idea.invalidation)}, the other marks standing still"
    yield Line(
        "largest.left", "health at the invalidation price without the position", slope.constant, asset, how
    )
    fenced = idea.leverage is not None and idea.margin_mode is MarginMode.ISOLATED
    share = ", its share of the fence included" if fenced else ""
    how = f"{show(idea.entry_price)} to {show(idea.invalidation)}{share}"
    yield Line("largest.gain", "one contract from entry to there", slope.gain, asset, how)
    for name, bound in bounds.items():
        yield Line(f"largest.{name}", words[name], bound, "contracts", "the smallest bound holds")
    yield Line(
        "largest.value",
        "largest position",
        exact,
        "contracts",
        f"the smallest of {len(bounds)}, then down to the lot",
    )


def _bound_words(leg: Leg) -> dict[str, str]:
    """What each bound means, in words."""
    return {
        "by_liquidation": "most contracts still alive at the invalidation price",
        "by_balance": f"most contracts the available {leg.instrument.settle} opens at this leverage",
        "by_venue": "size from which the venue offers less leverage",
    }
