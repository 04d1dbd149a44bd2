"""What a trader wants to change."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import TypeAlias

from ringfence.domain.account import Account, MarginMode, Position, Side
from ringfence.errors import MissingField, UnknownSymbol


@dataclass(frozen=True, slots=True)
class SwitchMode:
    """Another margin mode for a position; without a side for every one in the symbol."""

    symbol: str
    to: MarginMode
    side: Side | None = None


@dataclass(frozen=True, slots=True)
class SetLeverage:
    """Another leverage setting for a position; without a side for every one in the symbol."""

    symbol: str
    leverage: Decimal
    side: Side | None = None


@dataclass(frozen=True, slots=True)
class MoveMargin:
    """Margin into a fence, or out of it with an amount below zero; settlement asset."""

    symbol: str
    amount: Decimal
    side: Side | None = None


@dataclass(frozen=True, slots=True)
class Trade:
    """A position opened, increased, reduced, closed or turned round.

    Attributes:
        contracts: signed, positive buys. price: of the fill; None: the mark.
        leverage, margin_mode, margin: of a position that is opened; an open one keeps its own.
        reduces: closes a part of what is open, and never opens.
    """

    symbol: str
    contracts: Decimal
    price: Decimal | None = None
    leverage: Decimal | None = None
    margin_mode: MarginMode | None = None
    margin: Decimal | None = None
    reduces: bool = False

    @property
    def side(self) -> Side:
        """Long where it buys."""
        return Side.LONG if self.contracts > 0 else Side.SHORT


@dataclass(frozen=True, slots=True)
class SetPositionMode:
    """Hedge mode, or one-way mode."""

    hedged: bool


@dataclass(frozen=True, slots=True)
class SetMultiAsset:
    """One pool valued in one currency, or a pool an asset."""

    on: bool


@dataclass(frozen=True, slots=True)
class Transfer:
    """A deposit into the wallet, or a withdrawal with an amount below zero."""

    asset: str
    amount: Decimal


Wanted: TypeAlias = SwitchMode | SetLeverage | MoveMargin | Trade | SetPositionMode | SetMultiAsset | Transfer


def targets(account: Account, symbol: str, side: Side | None) -> tuple[Position, ...]:
    """The open positions that a change is about.

    Raises:
        UnknownSymbol: there is none.

    >>> targets(Account(venue="demo"), "BTC/USDT:USDT", None)
    Traceback (most recent call last):
    ringfence.errors.UnknownSymbol: symbol: no such position in this book (got BTC/USDT:USDT)
    """
    found = [one for one in account.positions if one.symbol == symbol and side in (None, one.side)]
    if not found:
        held = ", ".join(names(account.positions))
        wanted = " ".join(part for part in (symbol, side.value if side else "") if part)
        raise UnknownSymbol(
            "no such position in this book",
            path="symbol",
            value=wanted,
            hint=f"choose of {held}" if held else "",
        )
    return tuple(found)


def one_target(account: Account, symbol: str, side: Side | None) -> Position:
    """The one open position that a change is about.

    Raises:
        UnknownSymbol: there is none. MissingField: there are two, and nobody said which.
    """
    found = targets(account, symbol, side)
    if len(found) > 1:
        raise MissingField(
            "two positions share this symbol", path="side", value=symbol, hint="say which: long or short"
        )
    return found[0]


def names(positions: Iterable[Position]) -> list[str]:
    """How a reader tells positions apart: ``BTC/USDT:USDT long``."""
    return [f"{one.symbol} {one.side.value}" for one in positions]
