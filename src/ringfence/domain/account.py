"""Accounts: a wallet, positions that share it or stand behind their own fence, and resting orders."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from enum import StrEnum
from typing import Any, NamedTuple

from ringfence.domain.instrument import Kind, symbol_parts
from ringfence.domain.numbers import money, not_negative, positive
from ringfence.domain.tiers import TierTable
from ringfence.errors import (
    BadNumber,
    DuplicatePosition,
    MissingField,
    MissingMargin,
    OutOfRange,
    RingfenceError,
    UnknownField,
)
from ringfence.limits import within


class MarginMode(StrEnum):
    """``isolated``: the position may consume its fence only. ``cross``: it draws on the pool.

    >>> MarginMode("cross").value
    'cross'
    """

    ISOLATED = "isolated"
    CROSS = "cross"


class Side(StrEnum):
    """``long`` gains when the price rises, ``short`` when it falls.

    >>> Side("short").sign
    -1
    """

    LONG = "long"
    SHORT = "short"

    @property
    def sign(self) -> int:
        """+1 for long, -1 for short."""
        return 1 if self is Side.LONG else -1


def choice(kind: type[Any], value: object, *, path: str) -> Any:
    """A member of an enum by its value, or a located error that lists the members.

    >>> choice(Side, "long", path="side")
    <Side.LONG: 'long'>
    """
    try:
        return kind(value)
    except ValueError:
        names = ", ".join(f'"{member.value}"' for member in kind)
        raise OutOfRange(
            "not one of the choices", path=path, value=value, hint=f"write one of {names}"
        ) from None


@dataclass(frozen=True, slots=True)
class Position:
    """One open position.

    Attributes:
        contracts: size, above zero; ``side`` carries the sign.
        entry_price: average entry, quote currency; or
        entry_cost: the exact cost in settlement asset, where the venue states it instead.
        leverage: the setting chosen at the venue, not the exposure; None when unknown.
        isolated_margin: collateral inside the fence without unrealised PnL, settlement asset; a closing fee
            that the venue sets aside there is inside. Below zero where funding has taken more than was
            there, and a profit keeps the position alive; whoever states an account states no such margin.
        closing_fee: that fee, where the venue states the amount; None: worked out by its rule.
        auto_add_margin: the venue feeds the fence from the wallet before it liquidates, so that the fence
            does not bound the loss.

    >>> Position("BTC/USDT:USDT", "long", "0.5", entry_price="60000").contracts
    Decimal('0.5')
    """

    symbol: str
    side: Side
    contracts: Decimal
    entry_price: Decimal | None = None
    entry_cost: Decimal | None = None
    margin_mode: MarginMode = MarginMode.CROSS
    leverage: Decimal | None = None
    isolated_margin: Decimal | None = None
    closing_fee: Decimal | None = None
    auto_add_margin: bool = False

    def __post_init__(self) -> None:
        symbol_parts(self.symbol)
        put = object.__setattr__
        if self.closing_fee is not None:
            put(self, "closing_fee", not_negative(self.closing_fee, path="closing_fee"))
        put(self, "side", choice(Side, self.side, path="side"))
        put(self, "margin_mode", choice(MarginMode, self.margin_mode, path="margin_mode"))
        put(self, "contracts", positive(self.contracts, path="contracts"))
        for name in ("entry_price", "entry_cost", "leverage"):
            value = getattr(self, name)
            put(self, name, None if value is None else positive(value, path=name))
        if self.entry_price is None and self.entry_cost is None:
            raise MissingField(
                "a position needs its entry price", path="entry_price", hint='write entry_price = "60000"'
            )
        if self.leverage is not None and self.leverage < 1:
            raise OutOfRange("leverage starts at 1", path="leverage", value=self.leverage)
        self._check_margin()

    def _check_margin(self) -> None:
        if self.margin_mode is MarginMode.CROSS:
            if self.isolated_margin is not None:
                raise UnknownField(
                    "a cross position has no margin of its own",
                    path="isolated_margin",
                    value=self.isolated_margin,
                    hint='write margin_mode = "isolated", or leave it out',
                )
            if self.auto_add_margin:
                raise UnknownField(
                    "a cross position has no fence to be fed",
                    path="auto_add_margin",
                    value="true",
                    hint="leave it out: the pool stands behind the position anyway",
                )
            return
        if self.isolated_margin is None:
            raise MissingMargin(
                "an isolated position needs the margin inside its fence",
                path="isolated_margin",
                hint='write isolated_margin = "1000", without unrealised PnL; at entry: notional / leverage',
            )
        object.__setattr__(self, "isolated_margin", money(self.isolated_margin, path="isolated_margin"))

    @property
    def key(self) -> tuple[str, str]:
        """Symbol and side: what tells two positions of an account apart."""
        return self.symbol, self.side.value


@dataclass(frozen=True, slots=True)
class Order:
    """One resting limit order; ``side`` is ``buy`` or ``sell``.

    >>> Order("BTC/USDT:USDT", "buy", "0.1", "50000").price
    Decimal('50000')
    """

    symbol: str
    side: str
    contracts: Decimal
    price: Decimal
    reduce_only: bool = False
    leverage: Decimal | None = None

    def __post_init__(self) -> None:
        symbol_parts(self.symbol)
        if self.side not in ("buy", "sell"):
            raise OutOfRange(
                "not a side of an order", path="side", value=self.side, hint='write "buy" or "sell"'
            )
        object.__setattr__(self, "contracts", positive(self.contracts, path="contracts"))
        object.__setattr__(self, "price", positive(self.price, path="price"))
        if self.leverage is not None:
            object.__setattr__(self, "leverage", positive(self.leverage, path="leverage"))


class HaircutSlice(NamedTuple):
    """From ``floor`` to ``cap`` of the amount (None: no end), the share ``haircut`` does not count."""

    floor: Decimal
    cap: Decimal | None
    haircut: Decimal


@dataclass(frozen=True, slots=True)
class CollateralRate:
    """How one wallet asset counts where one pool is valued in one currency.

    Attributes:
        price: value of one unit; or
        mark_of: the symbol whose mark price is the price, so that the collateral moves with it.
        haircut: share taken away from what is owned. markup: share added to what is owed or required.
        haircut_tiers: in place of ``haircut``, slices of the amount owned as ``(floor, cap, haircut)``; what
            lies beyond the last cap counts for nothing.

    >>> CollateralRate(price="60000", haircut="0.05").haircut
    Decimal('0.05')
    >>> CollateralRate(price="1", haircut_tiers=[("0", "10", "0"), ("10", None, "0.1")]).haircut_tiers[1]
    HaircutSlice(floor=Decimal('10'), cap=None, haircut=Decimal('0.1'))
    """

    price: Decimal | None = None
    mark_of: str | None = None
    haircut: Decimal = Decimal(0)
    markup: Decimal = Decimal(0)
    haircut_tiers: tuple[HaircutSlice, ...] = ()

    def __post_init__(self) -> None:
        if (self.price is None) == (self.mark_of is None):
            raise MissingField("give either price or mark_of", path="price", hint='write price = "1"')
        if self.price is not None:
            object.__setattr__(self, "price", positive(self.price, path="price"))
        object.__setattr__(self, "haircut", not_negative(self.haircut, path="haircut"))
        object.__setattr__(self, "markup", not_negative(self.markup, path="markup"))
        if self.haircut > 1:
            raise OutOfRange("a haircut is a share between 0 and 1", path="haircut", value=self.haircut)
        if self.haircut_tiers:
            if self.haircut != 0:
                raise OutOfRange("give either haircut or haircut_tiers", path="haircut", value=self.haircut)
            within(len(self.haircut_tiers), "tiers_per_table", path="haircut_tiers")
            object.__setattr__(self, "haircut_tiers", haircut_slices(self.haircut_tiers))


def haircut_slices(rows: Iterable[Sequence[Any]]) -> tuple[HaircutSlice, ...]:
    """Slices from rows of floor, cap (None: no end) and haircut.

    Raises:
        OutOfRange: they do not meet, the first is not from zero, or a haircut falls.

    >>> haircut_slices([("0", "20", "0.02")])
    (HaircutSlice(floor=Decimal('0'), cap=Decimal('20'), haircut=Decimal('0.02')),)
    """
    slices: list[HaircutSlice] = []
    for number, row in enumerate(rows):
        path = f"haircut_tiers[{number}]"
        if len(row) != 3 or row[0] is None or row[2] is None:
            raise MissingField("a slice is floor, cap, haircut", path=path, hint='write ["0", "20", "0.02"]')
        cap = None if row[1] is None else positive(row[1], path=path)
        one = HaircutSlice(not_negative(row[0], path=path), cap, not_negative(row[2], path=path))
        end = slices[-1].cap if slices else Decimal(0)
        if one.floor != end:
            hint = "the slice before it has no end" if end is None else f"start at {end}"
            raise OutOfRange("slices must meet, the first from zero", path=path, value=one.floor, hint=hint)
        if cap is not None and cap <= one.floor:
            raise OutOfRange("a slice ends above its floor", path=path, value=cap)
        if one.haircut > 1:
            raise OutOfRange("a haircut is a share between 0 and 1", path=path, value=one.haircut)
        if slices and one.haircut < slices[-1].haircut:
            raise OutOfRange("a larger amount never counts for more", path=path, value=one.haircut)
        slices.append(one)
    return tuple(slices)


@dataclass(frozen=True, slots=True)
class InstrumentTerms:
    """What an account states about a contract where the venue's defaults do not hold.

    Attributes:
        taker_fee: the account's own, a share of the value; some venues count it in the liquidation test.
        liquidation_fee: the venue's charge on liquidated value, where its test counts it.
        funding_rate: of the next funding, positive: longs pay; where the venue holds it in the requirement.
        tick_size: grid of order prices. value_quantum: grid of amounts in settlement currency.
        size_factor: coefficient of a rate that grows with the size, as the venue publishes it.

    >>> InstrumentTerms(kind="quanto", contract_size="0.0001").contract_size
    Decimal('0.0001')
    """

    kind: Kind | None = None
    contract_size: Decimal | None = None
    mark_quantum: Decimal | None = None
    taker_fee: Decimal | None = None
    liquidation_fee: Decimal | None = None
    funding_rate: Decimal | None = None
    tick_size: Decimal | None = None
    value_quantum: Decimal | None = None
    size_factor: Decimal | None = None

    def __post_init__(self) -> None:
        if self.kind is not None:
            object.__setattr__(self, "kind", choice(Kind, self.kind, path="kind"))
        for name, check in _TERMS.items():
            value = getattr(self, name)
            object.__setattr__(self, name, None if value is None else check(value, path=name))


def _share(value: object, *, path: str) -> Decimal:
    """A rate on the value of a position, of either sign; all of it or more is a unit gone wrong."""
    number = money(value, path=path)
    if abs(number) >= 1:
        raise OutOfRange(
            "a rate is a fraction of the value, below 1", path=path, value=number,
            hint='write 0.05 % as "0.0005"',
        )  # fmt: skip
    return number


_TERMS: Mapping[str, Callable[..., Decimal]] = {
    "contract_size": positive,
    "mark_quantum": positive,
    "taker_fee": _share,  # a rebate is a fee below zero
    "liquidation_fee": not_negative,
    "funding_rate": _share,
    "tick_size": positive,
    "value_quantum": positive,
    "size_factor": not_negative,
}


@dataclass(frozen=True)
class Account:
    """One account at one venue.

    Attributes:
        venue: key of a rule pack, ``binance_usdm``.
        wallet: balance of each cross pool by asset, isolated margins excluded, without unrealised PnL.
        hedged: long and short of one symbol side by side; else one-way.
        multi_asset: one pool valued in one currency through ``collateral``; else one pool per asset.
        instruments, tiers: what the account states itself; it comes before the venue's tables.
        other_maintenance: maintenance of cross positions that are not listed, by asset.
        on: date of the rules, ``2026-11-22``; None: the newest.

    >>> book = Account(venue="demo", wallet={"USDT": "10000"})
    >>> book = book.open("BTC/USDT:USDT", "+0.5", entry_price="60000", leverage=10)
    >>> book.positions[0].side
    <Side.LONG: 'long'>
    """

    venue: str
    wallet: Mapping[str, Decimal] = field(default_factory=dict)
    positions: tuple[Position, ...] = ()
    orders: tuple[Order, ...] = ()
    hedged: bool = False
    multi_asset: bool = False
    collateral: Mapping[str, CollateralRate] = field(default_factory=dict)
    instruments: Mapping[str, InstrumentTerms] = field(default_factory=dict)
    tiers: Mapping[str, TierTable] = field(default_factory=dict)
    other_maintenance: Mapping[str, Decimal] = field(default_factory=dict)
    on: str | None = None

    def __post_init__(self) -> None:
        within(len(self.wallet), "assets_per_wallet", path="wallet")
        within(len(self.positions), "positions_per_account", path="positions")
        within(len(self.orders), "orders_per_account", path="orders")
        put = object.__setattr__
        put(
            self,
            "wallet",
            {asset: money(value, path=f"wallet.{asset}") for asset, value in self.wallet.items()},
        )
        put(
            self,
            "other_maintenance",
            {
                asset: not_negative(value, path=f"other_maintenance.{asset}")
                for asset, value in self.other_maintenance.items()
            },
        )
        put(self, "positions", tuple(self.positions))
        put(self, "orders", tuple(self.orders))
        self._check_keys()

    def _check_keys(self) -> None:
        seen: dict[object, int] = {}
        for number, position in enumerate(self.positions):
            key = position.key if self.hedged else position.symbol
            if key in seen:
                raise DuplicatePosition(
                    f"the same position as positions[{seen[key]}]",
                    path=f"positions[{number}]",
                    value=f"{position.symbol} {position.side.value}",
                    hint="merge the two" if self.hedged else "merge the two, or write hedged = true",
                )
            seen[key] = number

    def open(
        self,
        symbol: str,
        size: str | int | Decimal,
        *,
        entry_price: str | int | Decimal,
        leverage: str | int | Decimal | None = None,
        isolated_margin: str | int | Decimal | None = None,
    ) -> Account:
        """A new account with one more position; a negative size is a short.

        Args:
            size: signed contracts, ``"+0.5"`` or ``"-2"``.
            isolated_margin: makes the position isolated, with this much inside its fence.
        Raises:
            RingfenceError: as `Position`; its path says which argument.

        >>> Account(venue="demo").open("BTC/USDT:USDT", "-2", entry_price=60000).positions[0].side.value
        'short'
        """
        amount = money(size, path="size")
        if amount == 0:
            raise BadNumber("a position has a size", path="size", value=amount, hint='write "+0.5" or "-2"')
        mode = MarginMode.CROSS if isolated_margin is None else MarginMode.ISOLATED
        position = Position(
            symbol,
            Side.LONG if amount > 0 else Side.SHORT,
            amount.copy_abs(),
            entry_price=money(entry_price, path="entry_price"),
            margin_mode=mode,
            leverage=None if leverage is None else money(leverage, path="leverage"),
            isolated_margin=(
                None if isolated_margin is None else not_negative(isolated_margin, path="isolated_margin")
            ),
        )
        return replace(self, positions=(*self.positions, position))


def located(error: RingfenceError, path: str) -> RingfenceError:
    """``error`` with its path put under ``path``.

    >>> located(BadNumber("no", path="price"), "orders[0]").path
    'orders[0].price'
    """
    return error.under(path)
