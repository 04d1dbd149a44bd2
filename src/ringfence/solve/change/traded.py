"""The account after a trade: entries averaged, profit realised, fences paid for and released."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction

from ringfence.domain.account import Account, MarginMode, Position, Side
from ringfence.domain.derivation import Line
from ringfence.domain.market import Market, Rates
from ringfence.domain.numbers import Number, plain, rounded, simplest
from ringfence.errors import OutOfRange, UnknownField, UnknownSymbol
from ringfence.exact.explain import show
from ringfence.exact.leg import Leg
from ringfence.exact.ring import Book, prepare
from ringfence.solve.change.moved import After, fence_asked, fence_line, paid, with_positions
from ringfence.solve.change.wanted import Trade

ZERO = Decimal(0)
GRID = Decimal("1e-20")
"""Where an average entry that has no finite decimal form is cut off."""


@dataclass(frozen=True)
class Fill:
    """One side of a trade at its price."""

    side: Side
    contracts: Decimal
    price: Decimal


def traded(book: Book, market: Market, wanted: Trade) -> After:
    """A position opened, increased, reduced, closed or turned round, at the price of the fill.

    Raises:
        MissingMark: the symbol has no mark. MissingLeverage: a fence is opened at an unknown leverage.
        OutOfRange: closing more than is open, or at a price beyond the fence.
    """
    mark = market.mark(wanted.symbol)
    fill = Fill(wanted.side, wanted.contracts.copy_abs(), mark if wanted.price is None else wanted.price)
    held = opposite(book.account, wanted)
    if held is None:
        if wanted.reduces:
            raise UnknownSymbol("nothing is open on that side", path="close", value=wanted.symbol)
        return _with_fee(_added(book, wanted, fill), market, wanted.symbol, book, fill)
    if fill.contracts > held.contracts and wanted.reduces:
        raise OutOfRange(
            "more than is open", path="close", value=plain(fill.contracts),
            hint=f'at most {plain(held.contracts)}, or "100%"',
        )  # fmt: skip
    closed = min(fill.contracts, held.contracts)
    after = _reduced(book, held, replace(fill, contracts=closed))
    rest = fill.contracts - closed
    if rest > 0:
        turned = Trade(
            wanted.symbol, wanted.contracts, wanted.price, wanted.leverage or held.leverage,
            wanted.margin_mode or held.margin_mode, wanted.margin,
        )  # fmt: skip
        now = prepare(after.account, book.rules, on=book.on)
        opened = _added(now, turned, replace(fill, contracts=rest))
        after = After(opened.account, (*after.words, *opened.words), (*after.lines, *opened.lines))
    return _with_fee(after, market, wanted.symbol, book, fill)


def opposite(account: Account, wanted: Trade) -> Position | None:
    """The position that a trade takes away from; None where it adds."""
    if account.hedged and not wanted.reduces:
        return None
    held = (one for one in account.positions if one.symbol == wanted.symbol)
    return next((one for one in held if one.side is not wanted.side), None)


def _added(book: Book, wanted: Trade, fill: Fill) -> After:
    """More of a position, or a new one."""
    account = book.account
    held = next((o for o in account.positions if o.symbol == wanted.symbol and o.side is fill.side), None)
    if held is not None:
        _keeps_its_own(held, wanted)
    part = _part(wanted, fill, held)
    others = [one for one in account.positions if one.key != part.key]
    probe = prepare(replace(account, positions=(*others, part)), book.rules, on=book.on)
    _, leg = probe.leg_of(part)
    words, lines, asset = [], [], leg.instrument.settle
    if part.isolated_margin is not None:
        fence = fence_asked(probe, leg) if wanted.margin is None else wanted.margin
        account = paid(account, asset, -fence)
        part = replace(part, isolated_margin=fence)
        words.append(f"{show(fence)} {asset} moves from the wallet into the fence of {leg.name}")
        lines += [fence_line(probe, leg, fence)] if wanted.margin is None else []
    if held is None:
        return After(replace(account, positions=(*account.positions, part)), tuple(words), tuple(lines))
    merged, line = _merged(book.leg_of(held)[1], leg, held, part)
    words.append(f"the average entry becomes {show(line.value)}")
    return After(with_positions(account, {held.key: merged}), tuple(words), (*lines, line))


def _keeps_its_own(held: Position, wanted: Trade) -> None:
    """An open position keeps its mode and its leverage: to change one is a change of its own."""
    for name in ("margin_mode", "leverage"):
        asked, own = getattr(wanted, name), getattr(held, name)
        if asked is not None and own is not None and asked != own:
            raise UnknownField(
                "the open position has its own; changing it is a change by itself", path=name,
                value=getattr(asked, "value", asked), hint=f"preview that first: it is {own} now",
            )  # fmt: skip


def _part(wanted: Trade, fill: Fill, held: Position | None) -> Position:
    """What is bought or sold now, as a position of its own whose fence is not paid for yet."""
    given = MarginMode.CROSS if wanted.margin is None else MarginMode.ISOLATED
    mode = held.margin_mode if held else wanted.margin_mode or given
    leverage = (held.leverage if held else None) or wanted.leverage
    if mode is MarginMode.CROSS and wanted.margin is not None:
        raise UnknownField("a cross position has no margin of its own", path="margin", value=wanted.margin)
    return Position(
        wanted.symbol, fill.side, fill.contracts, entry_price=fill.price, margin_mode=mode,
        leverage=leverage, isolated_margin=ZERO if mode is MarginMode.ISOLATED else None,
    )  # fmt: skip


def _merged(had: Leg, leg: Leg, held: Position, part: Position) -> tuple[Position, Line]:
    """Both as one position: costs add up, and the average entry follows."""
    cost = Fraction(had.entry_value) + Fraction(leg.entry_value)
    size = Fraction(had.size) + Fraction(leg.size)
    price = simplest(size / cost if leg.is_inverse else cost / size)
    margin = None if held.isolated_margin is None else held.isolated_margin + (part.isolated_margin or ZERO)
    how = f"({show(had.entry_value)} + {show(leg.entry_value)}) over {show(size)}"
    line = Line(f"entry.{leg.name}", f"average entry of {leg.name}", price, leg.instrument.quote, how)
    exact = isinstance(price, Decimal) and price == rounded(price, GRID)
    merged = replace(
        held,
        contracts=held.contracts + part.contracts,
        entry_price=price if exact else rounded(price, GRID),
        entry_cost=None if exact else _decimal(cost),
        isolated_margin=margin,
    )
    return merged, line


def _decimal(value: Number) -> Decimal:
    exact = simplest(Fraction(value))
    return exact if isinstance(exact, Decimal) and exact == rounded(exact, GRID) else rounded(exact, GRID)


def _reduced(book: Book, held: Position, fill: Fill) -> After:
    """A part of a position closed: its profit is realised, and its share of a fence released."""
    _, leg = book.leg_of(held)
    share = Fraction(fill.contracts) / Fraction(held.contracts)
    exact, grid = leg.as_fractions(), book.rules.money
    realized = grid.round(exact.profit(exact.value(Fraction(fill.price))) * share)
    asset, margin, whole = leg.instrument.settle, held.isolated_margin, share == 1
    released = ZERO if margin is None else margin if whole else grid.round(Fraction(margin) * share)
    if margin is not None and released + realized < 0:
        raise OutOfRange(
            "at that price the loss is more than the fence holds; the venue liquidates before", path="price",
            value=plain(fill.price),
        )  # fmt: skip
    words = [f"a {'profit' if realized >= 0 else 'loss'} of {show(abs(realized))} {asset} is realised"]
    if margin is not None:
        words.append(f"{show(released + realized)} {asset} of the fence returns to the wallet with it")
        if not whole:
            words.append(
                "assumed: a reduced fence gives back the closed share of its margin; "
                f"how {book.rules.title} splits it is not known to us"
            )
    account = book.account
    if released + realized != 0:
        known = replace(account, wallet={asset: ZERO, **account.wallet})
        account = paid(known, asset, released + realized)
    account = with_positions(account, {held.key: None if whole else _kept(held, fill, released)})
    what = f"realised by closing {plain(fill.contracts)} of {leg.name}"
    how = f"at {show(fill.price)}, entry value {show(Fraction(leg.entry_value) * share)}"
    lines = (Line(f"realized.{leg.name}", what, realized, asset, how),)
    return After(account, tuple(words), lines)


def _kept(held: Position, fill: Fill, released: Decimal) -> Position:
    left = held.contracts - fill.contracts
    cost = None
    if held.entry_cost is not None:
        cost = _decimal(Fraction(held.entry_cost) * Fraction(left) / Fraction(held.contracts))
    margin = None if held.isolated_margin is None else held.isolated_margin - released
    return replace(held, contracts=left, entry_cost=cost, isolated_margin=margin)


def _with_fee(after: After, market: Market, symbol: str, book: Book, fill: Fill) -> After:
    """The fee of the fill, which the account states or does not; it is counted apart."""
    fee = market.rates.get(symbol, Rates()).taker_fee
    if fee is None:
        return replace(after, words=(*after.words, "the fee of the trade is not given and not counted"))
    instrument = book.rules.instrument(symbol, book.account.instruments.get(symbol))
    size = Fraction(fill.contracts) * Fraction(instrument.contract_size)
    value = size / Fraction(fill.price) if instrument.kind.value == "inverse" else size * Fraction(fill.price)
    paid_fee = simplest(value * Fraction(fee))
    line = Line(
        f"fee.{symbol}", "taker fee of the trade", paid_fee, instrument.settle, f"{show(value)} x {show(fee)}"
    )
    words = f"the fee of {show(paid_fee)} {instrument.settle} is counted apart: it leaves the wallet"
    return replace(after, words=(*after.words, words), lines=(*after.lines, line))
