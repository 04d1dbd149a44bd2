"""The account after margin, mode or a setting changed; no trade among them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal

from ringfence.domain.account import Account, MarginMode, Position
from ringfence.domain.derivation import Line
from ringfence.errors import MissingField, MissingLeverage, OutOfRange
from ringfence.exact.explain import show
from ringfence.exact.leg import Leg
from ringfence.exact.ring import Book, prepare
from ringfence.solve.arrange import fence_of, in_pool
from ringfence.solve.change.wanted import MoveMargin, SetLeverage, SwitchMode, Transfer, names, one_target
from ringfence.venues.modes import Effect

ZERO = Decimal(0)


@dataclass(frozen=True)
class After:
    """The account after a change, what follows in words, and the workings of every amount that moved."""

    account: Account
    words: tuple[str, ...] = ()
    lines: tuple[Line, ...] = ()


def paid(account: Account, asset: str, amount: Decimal) -> Account:
    """The account with an amount added to its wallet, or taken from it.

    Raises:
        MissingField: money is taken from a wallet whose balance nobody gave.
    """
    if amount < 0 and asset not in account.wallet:
        raise MissingField(
            "the change takes money from a wallet whose balance is not given",
            path=f"account.wallet.{asset}",
            hint=f'write it under [wallet], {asset} = "10000"',
        )
    return replace(account, wallet={**account.wallet, asset: account.wallet.get(asset, ZERO) + amount})


def with_positions(account: Account, changed: Mapping[tuple[str, str], Position | None]) -> Account:
    """The account with positions, by their key, replaced or taken out."""
    kept = [(one, changed.get(one.key, one)) for one in account.positions]
    return replace(account, positions=tuple(new for _, new in kept if new is not None))


def fence_asked(book: Book, leg: Leg) -> Decimal:
    """What the venue puts behind a fence for this leg, on its money grid.

    Raises:
        MissingLeverage: nobody gave the leverage that it is paid for at.
    """
    own = None if leg.schedule is None else leg.schedule.fence
    if leg.initial_rate is None and own is None:
        raise MissingLeverage(
            "the margin of a fence is paid for at a leverage that nobody gave",
            path="leverage",
            hint="state the leverage of the position in the account",
        )
    return book.rules.money.round(fence_of(leg))


def fence_line(book: Book, leg: Leg, amount: Decimal) -> Line:
    """The workings of a fence at entry."""
    how = book.rules.fence.value
    if leg.schedule is None and leg.position.leverage is not None:
        how = f"{how}: {show(leg.entry_value)} / {show(leg.position.leverage)}"
    return Line(
        f"fence.{leg.name}", f"fence of {leg.name}", amount, leg.instrument.settle, how,
        str(book.rules.clauses["fence"]),
    )  # fmt: skip


def switched(book: Book, wanted: SwitchMode, positions: Iterable[Position]) -> After:
    """Positions in the other margin mode, and the margin that moves with them."""
    account, words, lines = book.account, [], []
    changing = [one for one in positions if one.margin_mode is not wanted.to]
    if not changing:
        raise OutOfRange(f"already {wanted.to.value}", path="to", value=wanted.to.value)
    for position in changing:
        ring, leg = book.leg_of(position)
        if wanted.to is MarginMode.CROSS:
            margin = position.isolated_margin or ZERO
            account = with_positions(paid(account, ring.asset, margin), {position.key: in_pool(position)})
            words.append(
                f"the {show(margin)} {ring.asset} inside the fence of {leg.name} returns to the pool"
            )
            continue
        fence, asset = fence_asked(book, leg), leg.instrument.settle
        fenced = replace(position, margin_mode=MarginMode.ISOLATED, isolated_margin=fence)
        account = with_positions(paid(account, asset, -fence), {position.key: fenced})
        words.append(f"{show(fence)} {asset} leaves the pool and stands behind {leg.name}")
        lines.append(fence_line(book, leg, fence))
    if wanted.to is MarginMode.CROSS:
        words += _shared(account, changing)
    return After(account, tuple(words), tuple(lines))


def _shared(account: Account, changing: list[Position]) -> list[str]:
    """Whom a position that gives up its fence dies with."""
    keys = {one.key for one in changing}
    others = [one for one in account.positions if one.key not in keys and one.margin_mode is MarginMode.CROSS]
    if not others:
        return []
    return [
        f"the pool then stands behind {' and '.join(names([*changing, *others]))} together: they share it"
    ]


def set_leverage(book: Book, wanted: SetLeverage, positions: Iterable[Position], effect: Effect) -> After:
    """Another leverage setting, and what it does to a fence by the venue's rule."""
    changing = tuple(positions)
    keys = {one.key for one in changing}
    account = replace(
        book.account,
        positions=tuple(
            replace(one, leverage=wanted.leverage) if one.key in keys else one
            for one in book.account.positions
        ),
        orders=tuple(
            replace(order, leverage=wanted.leverage)
            if order.symbol == wanted.symbol and order.leverage is not None
            else order
            for order in book.account.orders
        ),
    )
    words, lines = [], []
    reset = prepare(account, book.rules, on=book.on)
    for position in account.positions:
        if position.key not in keys or position.isolated_margin is None:
            continue
        _, leg = reset.leg_of(position)
        change = _fence_change(reset, leg, position.isolated_margin, effect)
        if change is None:
            words.append(f"the fence of {leg.name} keeps its {show(position.isolated_margin)}")
            continue
        asset, fence = leg.instrument.settle, position.isolated_margin + change
        account = with_positions(
            paid(account, asset, -change), {position.key: replace(position, isolated_margin=fence)}
        )
        way = "moves from the wallet into" if change >= 0 else "returns to the wallet from"
        words.append(f"{show(abs(change))} {asset} {way} the fence of {leg.name}")
        lines.append(fence_line(reset, leg, fence))
    return After(account, tuple(words), tuple(lines))


def _fence_change(book: Book, leg: Leg, margin: Decimal, effect: Effect) -> Decimal | None:
    """By how much a fence grows when the leverage changes; None where it stays as it is."""
    if effect not in (Effect.FENCE_FOLLOWS, Effect.FENCE_ONLY_GROWS):
        return None
    change = fence_asked(book, leg) - margin
    return None if effect is Effect.FENCE_ONLY_GROWS and change <= 0 else change


def move_margin(book: Book, wanted: MoveMargin) -> After:
    """Margin moved between the wallet and a fence."""
    position = one_target(book.account, wanted.symbol, wanted.side)
    ring, leg = book.leg_of(position)
    if position.isolated_margin is None:
        raise OutOfRange(
            "a cross position has no fence to move margin to", path="symbol", value=leg.name,
            hint="deposit into the pool instead: transfer",
        )  # fmt: skip
    inside = position.isolated_margin + wanted.amount
    if wanted.amount < 0 and inside < 0:
        raise OutOfRange(
            "the fence holds less than that", path="remove_margin", value=-wanted.amount,
            hint=f"at most {show(max(position.isolated_margin, ZERO))}",
        )  # fmt: skip
    account = paid(book.account, ring.asset, -wanted.amount)
    account = with_positions(account, {position.key: replace(position, isolated_margin=inside)})
    into = "moves from the wallet into" if wanted.amount > 0 else "returns to the wallet from"
    return After(account, (f"{show(abs(wanted.amount))} {ring.asset} {into} the fence of {leg.name}",))


def transferred(book: Book, wanted: Transfer) -> After:
    """A deposit or a withdrawal."""
    if wanted.amount < 0:
        account = paid(book.account, wanted.asset, wanted.amount)
        return After(account, (f"{show(-wanted.amount)} {wanted.asset} leaves the wallet",))
    known = wanted.asset in book.account.wallet
    account = paid(book.account, wanted.asset, wanted.amount)
    words = [f"{show(wanted.amount)} {wanted.asset} comes into the wallet"]
    return After(account, tuple(words if known else [*words, "its balance was not given and counts as 0"]))
