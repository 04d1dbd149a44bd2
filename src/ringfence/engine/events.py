"""Events: everything that can happen to an account, each a frozen value with an id and a time."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from decimal import Decimal
from typing import Any, ClassVar

from ringfence.domain.account import MarginMode, Side
from ringfence.domain.numbers import Number, not_negative, positive
from ringfence.domain.tiers import TierTable
from ringfence.engine import read


@dataclass(frozen=True)
class Event:
    """Something that happened. ``at``: UTC milliseconds; the same ``id`` is the same event.

    >>> Deposit("d1", 0, "USDT", "10").amount
    Decimal('10')
    """

    id: str
    at: int

    kind: ClassVar[str] = "event"
    reads: ClassVar[Mapping[str, Callable[..., Any]]] = {}
    """How its fields are read where that differs from other events."""

    def __post_init__(self) -> None:
        read.check_id(self.id)
        read.check_at(self.at)
        for name in _read_fields(type(self)):
            value = getattr(self, name)
            if value is not None:
                reader = self.reads.get(name) or read.FIELDS[name]
                object.__setattr__(self, name, reader(value, path=name))


_READ: dict[type[Event], tuple[str, ...]] = {}


def _read_fields(kind: type[Event]) -> tuple[str, ...]:
    """The fields of an event that are read by a rule; worked out once a class."""
    if kind not in _READ:
        names = tuple(one.name for one in fields(kind))
        _READ[kind] = tuple(name for name in names if name in kind.reads or name in read.FIELDS)
    return _READ[kind]


@dataclass(frozen=True)
class Deposit(Event):
    """Money from outside into the wallet."""

    asset: str
    amount: Decimal
    kind: ClassVar[str] = "deposit"
    reads: ClassVar[Mapping[str, Callable[..., Any]]] = {"amount": positive}


@dataclass(frozen=True)
class Withdrawal(Event):
    """Money out of the wallet; ``amount`` above zero. The venue refuses more than may leave the pool."""

    asset: str
    amount: Decimal
    kind: ClassVar[str] = "withdrawal"
    reads: ClassVar[Mapping[str, Callable[..., Any]]] = {"amount": positive}


@dataclass(frozen=True)
class Transfer(Event):
    """Between this wallet and another account of the same person; below zero: out of this wallet."""

    asset: str
    amount: Decimal
    kind: ClassVar[str] = "transfer"
    reads: ClassVar[Mapping[str, Callable[..., Any]]] = {"amount": read.nonzero}


@dataclass(frozen=True)
class OrderPlaced(Event):
    """A limit order that rests. ``leverage``: None: the position's, or the symbol's setting."""

    order_id: str
    symbol: str
    side: str
    contracts: Decimal
    price: Decimal
    reduce_only: bool = False
    leverage: Decimal | None = None
    kind: ClassVar[str] = "order_placed"
    reads: ClassVar[Mapping[str, Callable[..., Any]]] = {"side": read.direction, "price": positive}


@dataclass(frozen=True)
class OrderCancelled(Event):
    """A resting order taken back."""

    order_id: str
    kind: ClassVar[str] = "order_cancelled"


@dataclass(frozen=True)
class Filled(Event):
    """A trade: of a resting order, or of one that never rested.

    Attributes:
        fee_rate: share of the value; a maker's rebate is below zero.
        margin_mode, leverage: of a position that is opened; None: the symbol's setting, else cross.
        reduce_only: closes and never opens; in hedge mode this tells a close from an opening.
    """

    symbol: str
    side: str
    contracts: Decimal
    price: Decimal
    fee_rate: Decimal = Decimal(0)
    order_id: str | None = None
    margin_mode: MarginMode | None = None
    leverage: Decimal | None = None
    reduce_only: bool = False
    kind: ClassVar[str] = "filled"
    reads: ClassVar[Mapping[str, Callable[..., Any]]] = {"side": read.direction, "price": positive}


@dataclass(frozen=True)
class FundingPaid(Event):
    """Funding falls due for every position in a symbol: longs pay a positive rate, shorts receive it.

    Attributes:
        mark: the price that it is charged on; None: the mark in force.
    """

    symbol: str
    rate: Decimal
    mark: Decimal | None = None
    kind: ClassVar[str] = "funding_paid"


@dataclass(frozen=True)
class MarginMoved(Event):
    """Margin into a fence, or out of it with an amount below zero; settlement asset."""

    symbol: str
    side: Side | None
    amount: Decimal
    kind: ClassVar[str] = "margin_moved"
    reads: ClassVar[Mapping[str, Callable[..., Any]]] = {"side": read.side, "amount": read.nonzero}


@dataclass(frozen=True)
class AutoAddMargin(Event):
    """Whether the venue feeds this fence from the wallet before it liquidates."""

    symbol: str
    side: Side | None
    on: bool
    kind: ClassVar[str] = "auto_add_margin"
    reads: ClassVar[Mapping[str, Callable[..., Any]]] = {"side": read.side}


@dataclass(frozen=True)
class LeverageChanged(Event):
    """Another leverage setting for a symbol."""

    symbol: str
    leverage: Decimal
    kind: ClassVar[str] = "leverage_changed"


@dataclass(frozen=True)
class MarginModeChanged(Event):
    """Another margin mode for a symbol; ``side``: for one of its positions."""

    symbol: str
    to: MarginMode
    side: Side | None = None
    kind: ClassVar[str] = "margin_mode_changed"
    reads: ClassVar[Mapping[str, Callable[..., Any]]] = {"to": read.mode, "side": read.side}


@dataclass(frozen=True)
class PositionModeChanged(Event):
    """Hedge mode, or one-way mode."""

    hedged: bool
    kind: ClassVar[str] = "position_mode_changed"


@dataclass(frozen=True)
class MultiAssetChanged(Event):
    """One pool valued in one currency, or a pool an asset."""

    on: bool
    kind: ClassVar[str] = "multi_asset_changed"


@dataclass(frozen=True)
class Marked(Event):
    """New mark prices; symbols that are not named keep theirs."""

    marks: Mapping[str, Decimal]
    kind: ClassVar[str] = "marked"


@dataclass(frozen=True)
class TiersChanged(Event):
    """The venue's tiers of one symbol from now on."""

    table: TierTable
    kind: ClassVar[str] = "tiers_changed"


@dataclass(frozen=True)
class Settled(Event):
    """Expiry or delisting: every position in the symbol is closed at this price, its orders are gone."""

    symbol: str
    price: Decimal
    kind: ClassVar[str] = "settled"
    reads: ClassVar[Mapping[str, Callable[..., Any]]] = {"price": positive}


@dataclass(frozen=True)
class Corrected(Event):
    """The venue puts a balance right; it asks nobody."""

    asset: str
    amount: Decimal
    reason: str
    kind: ClassVar[str] = "corrected"
    reads: ClassVar[Mapping[str, Callable[..., Any]]] = {"amount": read.nonzero}


@dataclass(frozen=True)
class LiquidationStarted(Event):
    """The venue found equity at or below the requirement. ``ring``: its name, ``pool USDT``."""

    ring: str
    equity: Number
    requirement: Number
    kind: ClassVar[str] = "liquidation_started"


@dataclass(frozen=True)
class OrdersCancelled(Event):
    """The venue takes back the orders in these symbols; ``keeps_reduce_only``: those that add risk."""

    symbols: tuple[str, ...]
    keeps_reduce_only: bool = False
    kind: ClassVar[str] = "orders_cancelled"
    reads: ClassVar[Mapping[str, Callable[..., Any]]] = {"symbols": read.symbols}


@dataclass(frozen=True)
class _Closed(Event):
    """The venue closes of a position, at a price (a fraction where it has no finite decimal form).

    What a fence cannot pay is put on ``bad_debt`` at once; a pool pays out of its wallet, below zero too.
    """

    symbol: str
    side: Side
    contracts: Decimal
    price: Number
    reads: ClassVar[Mapping[str, Callable[..., Any]]] = {"side": read.side}


@dataclass(frozen=True)
class PositionReduced(_Closed):
    """The venue closes a part of a position in the market; an isolated loss stays inside its fence.

    The fence of what stays open keeps its margin: only the profit or loss moves.
    """

    kind: ClassVar[str] = "position_reduced"


@dataclass(frozen=True)
class PositionTakenOver(_Closed):
    """The venue takes a position over at a price, the bankruptcy price as a rule.

    Attributes:
        remainder: who gets what is left inside a fence whose position is closed whole.
    """

    remainder: str = "wallet"
    kind: ClassVar[str] = "position_taken_over"
    reads: ClassVar[Mapping[str, Callable[..., Any]]] = {"side": read.side, "remainder": read.keeper}


@dataclass(frozen=True)
class LiquidationFee(Event):
    """The charge for a liquidation, out of a ring: ``pool USDT`` or ``fence BTC/USDT:USDT long``."""

    asset: str
    amount: Decimal
    ring: str
    to: str = "insurance"
    kind: ClassVar[str] = "liquidation_fee"
    reads: ClassVar[Mapping[str, Callable[..., Any]]] = {"amount": not_negative, "to": read.payee}


@dataclass(frozen=True)
class RemainderKept(Event):
    """What is left of a ring after its liquidation goes to the insurance fund."""

    asset: str
    amount: Decimal
    ring: str
    kind: ClassVar[str] = "remainder_kept"
    reads: ClassVar[Mapping[str, Callable[..., Any]]] = {"amount": not_negative}


@dataclass(frozen=True)
class ShortfallTaken(Event):
    """A wallet below zero is set back to zero; the loss lies on ``bad_debt`` until somebody bears it."""

    asset: str
    amount: Decimal
    kind: ClassVar[str] = "shortfall_taken"
    reads: ClassVar[Mapping[str, Callable[..., Any]]] = {"amount": positive}


@dataclass(frozen=True)
class TakeoverClosed(Event):
    """The venue closes what it took over, at the mark: the trader's account is not touched any more.

    Attributes:
        amount: what that gains against the price of the take-over, to the insurance fund; below zero a loss,
            which lies on ``bad_debt`` until somebody bears it.
    """

    symbol: str
    side: Side
    contracts: Decimal
    price: Number
    asset: str
    amount: Number
    kind: ClassVar[str] = "takeover_closed"
    reads: ClassVar[Mapping[str, Callable[..., Any]]] = {"side": read.side}


_BORNE: Mapping[str, Callable[..., Any]] = {"amount": read.share}


@dataclass(frozen=True)
class InsurancePaid(Event):
    """The insurance fund bears a part of a shortfall."""

    asset: str
    amount: Number
    kind: ClassVar[str] = "insurance_paid"
    reads: ClassVar[Mapping[str, Callable[..., Any]]] = _BORNE


@dataclass(frozen=True)
class Deleveraged(Event):
    """Traders on the other side bear a part, their positions closed at a price worse than the mark."""

    symbol: str
    contracts: Decimal
    price: Number
    asset: str
    amount: Number
    kind: ClassVar[str] = "deleveraged"
    reads: ClassVar[Mapping[str, Callable[..., Any]]] = _BORNE


@dataclass(frozen=True)
class LossSocialised(Event):
    """Every trader bears a part of a shortfall."""

    asset: str
    amount: Number
    kind: ClassVar[str] = "loss_socialised"
    reads: ClassVar[Mapping[str, Callable[..., Any]]] = _BORNE


@dataclass(frozen=True)
class BadDebt(Event):
    """What nobody bore, stated: it lies on ``bad_debt`` already and stays there."""

    asset: str
    amount: Number
    kind: ClassVar[str] = "bad_debt"
    reads: ClassVar[Mapping[str, Callable[..., Any]]] = _BORNE


TRADERS: tuple[type[Event], ...] = (
    Deposit, Withdrawal, Transfer, OrderPlaced, OrderCancelled, Filled, FundingPaid, MarginMoved,
    AutoAddMargin, LeverageChanged, MarginModeChanged, PositionModeChanged, MultiAssetChanged, Marked,
    TiersChanged, Settled, Corrected,
)  # fmt: skip
"""What a log read from outside may say."""

LIQUIDATIONS: tuple[type[Event], ...] = (
    LiquidationStarted, OrdersCancelled, PositionReduced, PositionTakenOver, LiquidationFee, RemainderKept,
    ShortfallTaken, TakeoverClosed, InsurancePaid, Deleveraged, LossSocialised, BadDebt,
)  # fmt: skip
"""What the engine itself says while it liquidates."""

KINDS: Mapping[str, type[Event]] = {one.kind: one for one in (*TRADERS, *LIQUIDATIONS)}
"""Every event by its name in a log."""
