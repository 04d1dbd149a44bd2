"""Markets: the mark price of every symbol that matters, and how coins move together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from ringfence.domain.instrument import symbol_parts
from ringfence.domain.numbers import money, positive
from ringfence.errors import MissingMark


@dataclass(frozen=True, slots=True)
class Rates:
    """What holding and closing one contract costs, and how far its coin moves in a day.

    Attributes:
        taker_fee: share of the value, ``Decimal("0.0005")`` is 0.05 %.
        funding_rate: of the next funding, positive: longs pay. funding_hours: hours between two fundings.
        daily_range: usual high to low of a day, as a share of the price.

    >>> Rates(daily_range="0.03").daily_range
    Decimal('0.03')
    """

    taker_fee: Decimal | None = None
    funding_rate: Decimal | None = None
    funding_hours: Decimal = Decimal(8)
    daily_range: Decimal | None = None

    def __post_init__(self) -> None:
        put = object.__setattr__
        if self.taker_fee is not None:
            put(self, "taker_fee", money(self.taker_fee, path="taker_fee"))
        if self.funding_rate is not None:
            put(self, "funding_rate", money(self.funding_rate, path="funding_rate"))
        if self.daily_range is not None:
            put(self, "daily_range", positive(self.daily_range, path="daily_range"))
        put(self, "funding_hours", positive(self.funding_hours, path="funding_hours"))


@dataclass(frozen=True)
class Market:
    """Mark prices, in quote currency, and betas.

    Attributes:
        marks: mark price by symbol.
        betas: by symbol, the move of a coin for a move of 1 of the leading coin; absent: 1.
        leader: symbol that leads when everything moves together; None: BTC where there is one,
            else the largest position.
        rates: by symbol, fees, funding and daily range where they are known; they change no margin.

    >>> Market({"BTC/USDT:USDT": "58000"}).mark("BTC/USDT:USDT")
    Decimal('58000')
    """

    marks: Mapping[str, Decimal] = field(default_factory=dict)
    betas: Mapping[str, Decimal] = field(default_factory=dict)
    leader: str | None = None
    rates: Mapping[str, Rates] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for symbol in (*self.marks, *self.betas):
            symbol_parts(symbol, path="marks")
        object.__setattr__(self, "marks", {s: positive(v, path=f"marks.{s}") for s, v in self.marks.items()})
        object.__setattr__(self, "betas", {s: money(v, path=f"betas.{s}") for s, v in self.betas.items()})

    def mark(self, symbol: str) -> Decimal:
        """The mark price of one symbol.

        Raises:
            MissingMark: nobody gave it; nothing is assumed.

        >>> Market().mark("BTC/USDT:USDT")
        Traceback (most recent call last):
        ringfence.errors.MissingMark: marks.BTC/USDT:USDT: no mark price; write it under [marks], ...
        """
        try:
            return self.marks[symbol]
        except KeyError:
            raise MissingMark(
                "no mark price", path=f"marks.{symbol}", hint=f'write it under [marks], "{symbol}" = "58000"'
            ) from None

    def beta(self, symbol: str) -> Decimal:
        """The beta of one symbol; 1 where none is given.

        >>> Market().beta("SOL/USDT:USDT")
        Decimal('1')
        """
        return self.betas.get(symbol, Decimal(1))
