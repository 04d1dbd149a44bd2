"""What happened to an account, as a venue reported it or as an import read it: facts of the past.

Unlike the events of `ringfence.engine`, which say what a venue would do next, these are bookings that were
made. Money is signed as booked: a fee that was paid is below zero, funding received above.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import ClassVar

from ringfence.domain.account import MarginMode, Side


@dataclass(frozen=True, slots=True, kw_only=True)
class Happened:
    """Something that was booked.

    Attributes:
        id: stable over repeated imports of the same row. at: UTC ms. raw: the row as the file had it.
    """

    id: str
    at: int
    venue: str
    account_id: str = "main"
    raw: str = ""
    kind: ClassVar[str] = "happened"


@dataclass(frozen=True, slots=True, kw_only=True)
class Traded(Happened):
    """A fill.

    Attributes:
        symbol: ccxt's; the venue's own where ccxt's cannot be told from it.
        side: ``buy`` or ``sell``. contracts: above zero. fee: signed as booked, in ``fee_asset``.
        fee_known: False where the export has none: ``fee`` is then 0 and says nothing.
        contract_size: coins of one linear contract, face value of one inverse; None: the export does not say.
        realized_pnl: gross of fees and funding; None where the venue does not say.
        liquidation: forced by the venue (liquidation, auto-deleveraging). preplaced: filled by a stop or
            target that rested before; None: unknown. closes: reduce-only, or said to close; None: unknown.
    """

    symbol: str
    side: str
    contracts: Decimal
    price: Decimal
    fee: Decimal = Decimal(0)
    fee_asset: str = ""
    realized_pnl: Decimal | None = None
    liquidation: bool = False
    preplaced: bool | None = None
    closes: bool | None = None
    margin_mode: MarginMode | None = None
    leverage: Decimal | None = None
    order_id: str = ""
    plan_id: str | None = None
    fee_known: bool = True
    contract_size: Decimal | None = None
    kind: ClassVar[str] = "traded"


@dataclass(frozen=True, slots=True, kw_only=True)
class FundingBooked(Happened):
    """Funding of one symbol; above zero: received."""

    symbol: str
    asset: str
    amount: Decimal
    kind: ClassVar[str] = "funding_booked"


@dataclass(frozen=True, slots=True, kw_only=True)
class PnlBooked(Happened):
    """Profit booked without its fills, by a daily settlement for one.

    Attributes:
        symbol: empty where a statement names none. net: of fees and funding. liquidation: of a forced close.
    """

    symbol: str
    asset: str
    amount: Decimal
    net: bool
    liquidation: bool = False
    kind: ClassVar[str] = "pnl_booked"


@dataclass(frozen=True, slots=True, kw_only=True)
class ClosedPosition(Happened):
    """A closed position as some venues report it, instead of its fills; ``at``: when it was closed.

    Attributes:
        pnl: in ``asset``. net: of fees; then ``pnl`` is less than the prices alone give.
    """

    symbol: str
    side: Side
    contracts: Decimal
    entry_price: Decimal
    exit_price: Decimal
    pnl: Decimal
    net: bool
    opened_at: int | None = None
    liquidation: bool = False
    asset: str = ""
    contract_size: Decimal | None = None
    kind: ClassVar[str] = "closed_position"


@dataclass(frozen=True, slots=True, kw_only=True)
class MoneyMoved(Happened):
    """Money in (above zero) or out.

    Attributes:
        what: ``deposit``, ``withdrawal``, ``transfer``, ``conversion``, ``fee``, ``insurance``,
            ``adjustment``, ``spot``, ``interest``. symbol: of a fee, the contract, where it is said.
    """

    asset: str
    amount: Decimal
    what: str
    symbol: str = ""
    kind: ClassVar[str] = "money_moved"


@dataclass(frozen=True, slots=True, kw_only=True)
class MarginAdjusted(Happened):
    """Margin moved into (above zero) or out of a fence."""

    symbol: str
    side: Side | None
    asset: str
    amount: Decimal
    kind: ClassVar[str] = "margin_adjusted"


@dataclass(frozen=True, slots=True, kw_only=True)
class ModeSwitched(Happened):
    """Another margin mode for a symbol."""

    symbol: str
    to: MarginMode
    kind: ClassVar[str] = "mode_switched"


@dataclass(frozen=True, slots=True, kw_only=True)
class LeverageSet(Happened):
    """Another leverage setting for a symbol."""

    symbol: str
    leverage: Decimal
    kind: ClassVar[str] = "leverage_set"


@dataclass(frozen=True, slots=True, kw_only=True)
class StopMoved(Happened):
    """A stop (``which``: ``stop``), target or written invalidation placed, moved or taken away (None)."""

    symbol: str
    side: Side | None
    which: str
    price: Decimal | None
    kind: ClassVar[str] = "stop_moved"
