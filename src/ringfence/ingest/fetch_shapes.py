"""How each venue is asked for its leverage tiers, and what ccxt leaves unsaid about the answer.

ccxt's leverage tier has no deduction, does not say what floor and cap are measured in, and does not say
whether maintenance joins at the edges. That is the venue's to know, so it stands here, venue by venue.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from ringfence.domain.instrument import Kind
from ringfence.domain.tiers import TierBasis
from ringfence.errors import NotSupported

NEVER = "9999-12-31"


@dataclass(frozen=True, slots=True)
class Shape:
    """One venue's way of publishing tiers.

    Attributes:
        ccxt: ccxt's id of the exchange. markets: what ccxt calls the markets that are loaded.
        measured: what floors and caps are measured in, by kind; other kinds of contract are left out.
        joins_from: first day on which maintenance joins at the edges; before it the whole position is
            charged at its tier's rate.
        each: the venue answers one symbol at a time. key: it answers to a key only.
        whole_contracts: a tier starts one contract above the end of the one before.
        params: what ccxt needs beside the symbols.
    """

    ccxt: str
    markets: tuple[str, ...]
    measured: Mapping[Kind, TierBasis]
    joins_from: str = ""
    each: bool = False
    key: bool = False
    whole_contracts: bool = False
    params: Mapping[str, Any] = field(default_factory=dict)

    def jumps(self, on: str) -> bool:
        """Whether maintenance jumps at the edges of a table that holds on a date.

        >>> shape_of("gate").jumps("2025-07-28"), shape_of("gate").jumps("2025-07-29")
        (True, False)
        """
        return on < self.joins_from


_QUOTE = {Kind.LINEAR: TierBasis.QUOTE}

SHAPES: Mapping[str, Shape] = MappingProxyType(
    {
        "binance_coinm": Shape(
            "binancecoinm",
            ("inverse",),
            {Kind.INVERSE: TierBasis.SETTLE},
            key=True,
            params={"subType": "inverse"},
        ),
        "binance_usdm": Shape("binanceusdm", ("linear",), _QUOTE, key=True),
        "bitget": Shape("bitget", ("swap",), _QUOTE, joins_from="2025-11-10", each=True),
        "bybit_inverse": Shape(
            "bybit", ("inverse",), {Kind.INVERSE: TierBasis.SETTLE}, params={"subType": "inverse"}
        ),
        "bybit_linear": Shape("bybit", ("linear",), _QUOTE, params={"subType": "linear"}),
        "gate": Shape("gate", ("swap",), _QUOTE, joins_from="2025-07-29", params={"type": "swap"}),
        # That the whole position is charged at its level is how the API reads; Kraken's pages do not say it.
        "kraken_futures": Shape(
            "krakenfutures",
            ("swap",),
            {Kind.LINEAR: TierBasis.QUOTE, Kind.INVERSE: TierBasis.CONTRACTS},
            joins_from=NEVER,
        ),
        "kucoin_futures": Shape("kucoinfutures", ("contract",), _QUOTE, joins_from=NEVER, each=True),
        "okx_inverse": Shape(
            "okx",
            ("swap", "future"),
            {Kind.INVERSE: TierBasis.CONTRACTS},
            joins_from=NEVER,
            each=True,
            whole_contracts=True,
        ),
        "okx_linear": Shape(
            "okx",
            ("swap", "future"),
            {Kind.LINEAR: TierBasis.CONTRACTS},
            joins_from=NEVER,
            each=True,
            whole_contracts=True,
        ),
    }
)
"""The venues whose tiers ccxt reads rightly; MEXC's and Phemex's it does not (4.5.90)."""


def shape_of(venue: str) -> Shape:
    """How a venue is asked.

    Raises:
        NotSupported: its tiers cannot be fetched; they can still be imported.

    >>> shape_of("okx_linear").each
    True
    """
    if venue not in SHAPES:
        raise NotSupported(
            "the tiers of this venue cannot be fetched",
            path="venue",
            value=venue,
            hint=f"ringfence tiers import FILE --venue {venue} --on DATE; fetched are: {', '.join(SHAPES)}",
        )
    return SHAPES[venue]
