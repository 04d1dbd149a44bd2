"""Dated fee schedules that ship with ringfence: what a venue takes of the value traded or liquidated."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from ringfence.domain.numbers import money, plain
from ringfence.errors import BadRules
from ringfence.venues.tables import documents

EVERY = "*"
"""Stands for every symbol that has no fees of its own."""

RATES = ("taker", "maker", "liquidation")


@dataclass(frozen=True, slots=True)
class Fees:
    """What one symbol costs; None where the source does not say it.

    Attributes:
        taker, maker: shares of the value traded by a regular account, 0.0005 is 0.05 %; below zero: a rebate.
        liquidation: share of the liquidated value.

    >>> Fees(taker=Decimal("0.0005")).maker is None
    True
    """

    taker: Decimal | None = None
    maker: Decimal | None = None
    liquidation: Decimal | None = None


@dataclass(frozen=True, slots=True)
class FeeSchedule:
    """The fees of one venue from one date on, with the place they come from.

    >>> schedule = FeeSchedule("demo", "2026-11-22", "mine", {EVERY: Fees(taker=Decimal("0.0005"))})
    >>> schedule.of("BTC/USDT:USDT").taker
    Decimal('0.0005')
    """

    venue: str
    valid_from: str
    source: str
    fees: Mapping[str, Fees]

    def of(self, symbol: str) -> Fees:
        """The fees of a symbol, each from its own entry, else from the one for every symbol.

        >>> both = {EVERY: Fees(taker=Decimal("0.1")), "X/Y:Y": Fees(maker=Decimal(0))}
        >>> FeeSchedule("demo", "2026-11-22", "mine", both).of("X/Y:Y")
        Fees(taker=Decimal('0.1'), maker=Decimal('0'), liquidation=None)
        """
        own, every = self.fees.get(symbol, Fees()), self.fees.get(EVERY, Fees())
        rates = {name: (getattr(own, name), getattr(every, name)) for name in RATES}
        return Fees(**{name: rest if first is None else first for name, (first, rest) in rates.items()})

    @property
    def digest(self) -> str:
        """Hash of the numbers alone, symbol by symbol."""
        rows = "\n".join(
            ",".join([symbol, *("" if (v := getattr(one, name)) is None else plain(v) for name in RATES)])
            for symbol, one in sorted(self.fees.items())
        )
        return "sha256:" + hashlib.sha256(rows.encode()).hexdigest()


def shipped_fees(venue: str) -> tuple[FeeSchedule, ...]:
    """Every shipped fee schedule of a venue, oldest first; empty where none is known with its date.

    Raises:
        BadRules: a schedule is not the one its digest was made of, or holds a rate that is no share.
    Source: each schedule's own.

    >>> [schedule.valid_from for schedule in shipped_fees("deribit")]
    ['2022-01-11']
    >>> shipped_fees("demo")
    ()
    """
    return tuple(_schedule(document) for document in documents(venue, folder="fee_schedules"))


def fees_on(venue: str, on: str) -> FeeSchedule | None:
    """The newest schedule of a venue that held on a date; None where none did.

    >>> fees_on("deribit", "2021-12-31") is None
    True
    """
    return max(
        (s for s in shipped_fees(venue) if s.valid_from <= on), key=lambda s: s.valid_from, default=None
    )


def _schedule(document: Mapping[str, Any]) -> FeeSchedule:
    fees = {symbol: _fees(entry, symbol) for symbol, entry in document["fees"].items()}
    schedule = FeeSchedule(document["venue"], document["valid_from"], document["source"], fees)
    if schedule.digest != document["digest"]:
        raise BadRules(
            f"{schedule.venue}: the fees are not those their digest was made of", path=schedule.valid_from
        )
    return schedule


def _fees(entry: Mapping[str, str], symbol: str) -> Fees:
    rates = {name: money(entry[name], path=f"fees.{symbol}.{name}") for name in RATES if name in entry}
    for name, rate in rates.items():
        if not -1 < rate < 1 or (name == "liquidation" and rate < 0):
            raise BadRules("a fee is a share of the value", path=f"fees.{symbol}.{name}", value=rate)
    return Fees(**rates)
