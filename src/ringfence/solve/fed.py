"""Fences that are fed from the wallet: what can follow into them counts as what can be lost."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from ringfence.domain.account import MarginMode
from ringfence.domain.market import Market
from ringfence.domain.numbers import Number, add, exactly
from ringfence.exact.assess import Assessment
from ringfence.exact.ring import Book, Ring
from ringfence.solve.worst import most_to_lose

ZERO = Decimal(0)


def is_fed(ring: Ring) -> bool:
    """Whether the venue moves money from the pool into this fence before it liquidates."""
    return ring.mode is MarginMode.ISOLATED and ring.legs[0].position.auto_add_margin


def fed_fences(book: Book) -> tuple[Ring, ...]:
    """The fences with automatic top-up."""
    return tuple(ring for ring in book.fences if is_fed(ring))


def can_follow(assessment: Assessment, asset: str) -> Number:
    """What the pool of an asset has available for its fed fences; all of its equity where that is unknown.

    >>> import ringfence as rf
    >>> from ringfence.exact.assess import assess
    >>> from ringfence.exact.ring import prepare
    >>> from ringfence.venues.registry import rules
    >>> book = prepare(rf.Account(venue="demo", wallet={"USDT": "70"}), rules("demo"), on="2026-11-22")
    >>> can_follow(assess(book, Market()), "USDT")
    Decimal('70')
    """
    for ring in assessment.rings:
        if ring.mode is MarginMode.CROSS and ring.asset == asset:
            return max(ring.equity if ring.available_balance is None else ring.available_balance, ZERO)
    return ZERO


@exactly
def most_by_ring(book: Book, market: Market, assessment: Assessment) -> dict[str, Number]:
    """The most that each ring can lose by itself, its own top-ups included."""
    return {
        ring.name: add([most_to_lose(ring, market), can_follow(assessment, ring.asset)])
        if is_fed(ring)
        else most_to_lose(ring, market)
        for ring in book.rings
    }


@exactly
def most_by_asset(book: Book, market: Market, assessment: Assessment) -> dict[str, Number]:
    """The most that the account can lose, by asset; what can follow into a fence counts once.

    A pool never loses more than its equity, by its own positions and by feeding fences together.
    """
    fed = {ring.asset for ring in fed_fences(book)}
    found: dict[str, list[Number]] = {}
    for ring in book.rings:
        own = most_to_lose(ring, market)
        if ring.mode is MarginMode.CROSS and ring.asset in fed:
            equity = max(assessment.ring(ring.name).equity, ZERO)
            own = min(equity, add([own, can_follow(assessment, ring.asset)]))
        found.setdefault(ring.asset, []).append(own)
    return {asset: add(amounts) for asset, amounts in found.items()}


def fed_words(book: Book, assessment: Assessment | None, amounts: Mapping[str, str]) -> list[str]:
    """What a reader is told about every fence that is fed; empty where none is.

    Args:
        amounts: by asset, what can follow, as it is printed.
    """
    if assessment is None:
        return []
    return [
        f"Automatic top-up is on for {ring.legs[0].name}: up to {amounts[ring.asset]} {ring.asset} of the "
        "pool can follow into its fence, and is counted as what can be lost. Its liquidation price is the "
        "one before any top-up; each top-up moves it away."
        for ring in fed_fences(book)
    ]
