"""Postings: money that moves between named accounts, in every asset summing to exactly zero."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import TypeAlias

from ringfence.domain.account import Position
from ringfence.domain.numbers import Number, add, simplest
from ringfence.errors import invariant

WALLET = "wallet"
COUNTERPARTY = "counterparty"
FEES = "fees"
FUNDING = "funding"
INSURANCE = "insurance"
DELEVERAGING = "deleveraging"
SOCIALISED = "socialised"
BAD_DEBT = "bad_debt"
WORLD = "world"
DUST = "dust"

Balances: TypeAlias = Mapping[tuple[str, str], Number]
"""What stands on every account, by its name and the asset."""


@dataclass(frozen=True, slots=True)
class Posting:
    """An amount that comes to a named account, or leaves it where it is below zero.

    >>> Posting("fees", "USDT", Fraction(1, 4)).amount
    Fraction(1, 4)
    """

    account: str
    asset: str
    amount: Number


def fence_name(position: Position) -> str:
    """The account of an isolated position's margin.

    >>> from ringfence.domain.account import Position
    >>> fence_name(Position("BTC/USDT:USDT", "long", "1", entry_price="60000"))
    'fence:BTC/USDT:USDT long'
    """
    return f"fence:{position.symbol} {position.side.value}"


def moved(asset: str, amount: Number, *, source: str, to: str) -> tuple[Posting, ...]:
    """An amount from one account to another; nothing where there is nothing to move.

    >>> [one.amount for one in moved("USDT", 5, source="wallet", to="world")]
    [-5, 5]
    """
    if amount == 0:
        return ()
    return Posting(source, asset, -amount), Posting(to, asset, amount)


def unbalanced(amounts: Iterable[tuple[str, Number]]) -> dict[str, Number]:
    """The assets whose amounts do not sum to zero, and by how much; empty for a sound ledger.

    >>> unbalanced([("USDT", 5), ("USDT", -4)])
    {'USDT': Decimal('1')}
    """
    sums: dict[str, list[Number]] = {}
    for asset, amount in amounts:
        sums.setdefault(asset, []).append(amount)
    return {asset: total for asset, own in sums.items() if (total := add(own)) != 0}


def posted(balances: Balances, postings: Iterable[Posting]) -> Balances:
    """The balances after postings; an account that comes to zero is not kept.

    Raises:
        Bug: the postings do not sum to zero.
    """
    listed = tuple(postings)
    wrong = unbalanced((one.asset, one.amount) for one in listed)
    invariant(not wrong, f"postings sum to zero ({wrong})")
    after = dict(balances)
    for one in listed:
        key = (one.account, one.asset)
        total = add([after.get(key, 0), one.amount])
        if total == 0:
            after.pop(key, None)
        else:
            after[key] = simplest(total) if isinstance(total, Fraction) else total
    return after
