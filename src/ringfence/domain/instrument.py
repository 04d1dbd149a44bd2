"""Instruments: what one contract is worth, read from ccxt's unified symbol."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from ringfence.errors import MissingField, UnknownSymbol

_SYMBOL = re.compile(
    # A base coin may be named in any script: Binance lists 币安人生/USDT:USDT.
    r"(?P<base>[\w$.-]{1,40})/(?P<quote>[A-Z0-9]{1,20}):(?P<settle>[A-Z0-9]{1,20})(?:-(?P<expiry>[0-9]{6}))?"
)


class Kind(StrEnum):
    """How a contract pays.

    LINEAR pays size x price in the quote currency; INVERSE is a face value in quote currency that pays
    coin; QUANTO pays size x price in a third asset at a fixed rate.

    >>> Kind("quanto").value
    'quanto'
    """

    LINEAR = "linear"
    INVERSE = "inverse"
    QUANTO = "quanto"


@dataclass(frozen=True, slots=True)
class Instrument:
    """One contract.

    Attributes:
        symbol: ccxt's, ``BTC/USDT:USDT``, ``BTC/USD:BTC``, ``BTC/USDT:USDT-261225``.
        contract_size: linear: base coin per contract; inverse: face value in quote currency;
            quanto: settlement asset per contract and unit of price.
        mark_quantum: the grid of the venue's mark price.

    >>> Instrument.of("BTC/USDT:USDT", contract_size=Decimal(1), mark_quantum=Decimal("0.01")).settle
    'USDT'
    """

    symbol: str
    kind: Kind
    base: str
    quote: str
    settle: str
    contract_size: Decimal
    mark_quantum: Decimal

    @staticmethod
    def of(
        symbol: str, *, contract_size: Decimal | None, mark_quantum: Decimal, kind: Kind | None = None
    ) -> Instrument:
        """Read an instrument from its symbol; ``kind`` overrules what the symbol suggests.

        Raises:
            UnknownSymbol: not ccxt's form. MissingField: no contract size is known.
        """
        parts = symbol_parts(symbol)
        if contract_size is None:
            raise MissingField(
                "the venue gives no contract size for this kind of contract",
                path=f"instruments.{symbol}.contract_size",
                hint='write contract_size = "100", as the venue states it',
            )
        known = kind or kind_of(parts["base"], parts["quote"], parts["settle"])
        return Instrument(
            symbol, known, parts["base"], parts["quote"], parts["settle"], contract_size, mark_quantum
        )


def is_contract(symbol: str) -> bool:
    """Whether a text is a contract symbol as ccxt writes it.

    >>> is_contract("BTC/USD:BTC"), is_contract("LTCM20")
    (True, False)
    """
    return _SYMBOL.fullmatch(symbol) is not None


def symbol_parts(symbol: str, *, path: str = "symbol") -> dict[str, str]:
    """Base, quote and settle of a ccxt contract symbol.

    >>> symbol_parts("BTC/USD:BTC")["settle"]
    'BTC'
    """
    match = _SYMBOL.fullmatch(str(symbol))
    if match is None:
        raise UnknownSymbol(
            "not a contract symbol", path=path, value=symbol, hint='write it as ccxt does, "BTC/USDT:USDT"'
        )
    return match.groupdict()


def kind_of(base: str, quote: str, settle: str) -> Kind:
    """What the settlement asset says about a contract: its quote, its base, or a third one.

    >>> str(kind_of("ETH", "USD", "BTC"))
    'quanto'
    """
    if settle == quote:
        return Kind.LINEAR
    return Kind.INVERSE if settle == base else Kind.QUANTO
