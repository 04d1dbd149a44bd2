"""Cases that leave out a rate or a setting: what does not depend on it can be said all the same."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from ringfence.domain.account import InstrumentTerms
from ringfence.errors import MissingLeverage, MissingRate
from ringfence.testing.cases import Situation

STANDING_IN = {
    "taker_fee": ("0", "0.01"), "liquidation_fee": ("0", "0.01"), "funding_rate": ("0", "0.01"),
    "leverage": ("2", "5"),
}  # fmt: skip
"""Two values of each, far apart: a figure that is the same under both does not depend on it."""


def either_way(
    situation: Situation, error: MissingRate | MissingLeverage
) -> tuple[Situation, Situation, str] | None:
    """The case under two values of what it leaves out, and the name of that; None where nothing stands in.

    >>> from ringfence.domain.account import Account
    >>> from ringfence.domain.market import Market
    >>> situation = Situation(Account(venue="demo"), Market())
    >>> low, high, name = either_way(situation, MissingRate("", path="instruments.X/Y:Y.taker_fee"))
    >>> name, high.account.instruments["X/Y:Y"].taker_fee
    ('taker_fee', Decimal('0.01'))
    """
    place, _, name = error.path.rpartition(".")
    kind, _, symbol = place.partition(".")
    if name not in STANDING_IN or kind not in ("instruments", "positions"):
        return None
    low, high = (_with(situation, kind, symbol, name, Decimal(text)) for text in STANDING_IN[name])
    return low, high, name


def other_fences(situation: Situation) -> Situation:
    """The case with another amount in every fence that it leaves open."""
    positions = tuple(
        replace(one, isolated_margin=Decimal(1)) if one.key in situation.unfenced else one
        for one in situation.account.positions
    )
    return replace(situation, account=replace(situation.account, positions=positions))


def _with(situation: Situation, kind: str, symbol: str, name: str, value: Decimal) -> Situation:
    account = situation.account
    if kind == "instruments":
        terms = replace(account.instruments.get(symbol, InstrumentTerms()), **{name: value})  # type: ignore[arg-type]
        account = replace(account, instruments={**account.instruments, symbol: terms})
        return replace(situation, account=account)
    positions = tuple(
        replace(one, leverage=value) if one.symbol == symbol and one.leverage is None else one
        for one in account.positions
    )
    return replace(situation, account=replace(account, positions=positions))
