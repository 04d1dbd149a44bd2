"""What contracts are worth and earn in the settlement asset, for the kinds whose terms are known."""

from __future__ import annotations

from decimal import Decimal

from ringfence.domain.account import Side
from ringfence.domain.instrument import Instrument, Kind, symbol_parts
from ringfence.errors import RingfenceError
from ringfence.mirror.detectors.past import Past
from ringfence.mirror.happened import Traded

FINE = Decimal("0.00000001")
"""The grid of marks where no rules name one; nothing is put on it."""


def instrument_of(past: Past, fill: Traded) -> Instrument | None:
    """The contract of a fill, its size as the fill counts; None where nobody states the size.

    A fill's own size comes first: an export may count coins where the venue counts contracts.
    """
    rules = past.rules.get(fill.venue)
    try:
        if fill.contract_size is not None:
            return Instrument.of(fill.symbol, contract_size=fill.contract_size, mark_quantum=FINE)
        return None if rules is None else rules.instrument(fill.symbol, past.terms.get(fill.symbol))
    except RingfenceError:
        return None


def settle_of(symbol: str) -> str:
    """The settlement asset, read from the symbol; empty where the symbol is only the venue's own."""
    try:
        return symbol_parts(symbol)["settle"]
    except RingfenceError:
        return ""


def value(instrument: Instrument, contracts: Decimal, price: Decimal) -> Decimal:
    """Notional in the settlement asset."""
    size = contracts * instrument.contract_size
    return size / price if instrument.kind is Kind.INVERSE else size * price


def profit(
    instrument: Instrument, side: Side, contracts: Decimal, prices: tuple[Decimal, Decimal]
) -> Decimal:
    """What contracts earn between two prices, entry first."""
    entry, price = (value(instrument, contracts, one) for one in prices)
    gained = entry - price if instrument.kind is Kind.INVERSE else price - entry
    return gained * side.sign


def average(instrument: Instrument, held: tuple[Decimal, Decimal], more: tuple[Decimal, Decimal]) -> Decimal:
    """Average entry of two lots of (contracts, price): by size, or harmonic where the contract is inverse."""
    (q0, p0), (q1, p1) = held, more
    if not q0:
        return p1
    if instrument.kind is Kind.INVERSE:
        return (q0 + q1) * p0 * p1 / (q0 * p1 + q1 * p0)
    return (q0 * p0 + q1 * p1) / (q0 + q1)
