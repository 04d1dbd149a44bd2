"""How the fields of events are read: numbers exactly, words from their lists, each error with its field."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from fractions import Fraction
from functools import partial
from typing import Any

from ringfence.domain.account import MarginMode, Side, choice
from ringfence.domain.instrument import symbol_parts
from ringfence.domain.numbers import Number, money, not_negative, positive
from ringfence.domain.tiers import check_tiers
from ringfence.errors import BadNumber, MissingField, OutOfRange


def nonzero(value: object, *, path: str) -> Decimal:
    """An amount that goes one way or the other."""
    number = money(value, path=path)
    if number == 0:
        raise OutOfRange("must not be zero", path=path, value=number)
    return number


def amount(value: object, *, path: str) -> Number:
    """Any amount; a fraction where it has no finite decimal form."""
    return value if isinstance(value, Fraction) else money(value, path=path)


def price(value: object, *, path: str) -> Number:
    """A price above zero; a fraction where it has no finite decimal form, as a bankruptcy price may."""
    if isinstance(value, Fraction):
        if value <= 0:
            raise OutOfRange("must be above zero", path=path, value=value)
        return value
    return positive(value, path=path)


def share(value: object, *, path: str) -> Number:
    """An amount that somebody bears: zero or more, a fraction where the loss was one."""
    if isinstance(value, Fraction):
        if value < 0:
            raise OutOfRange("must not be negative", path=path, value=value)
        return value
    return not_negative(value, path=path)


def text(value: object, *, path: str) -> str:
    """A text that is not empty."""
    if not isinstance(value, str) or not value:
        raise MissingField("a text is needed here", path=path, value=value)
    return value


def flag(value: object, *, path: str) -> bool:
    """True or false, and nothing that only looks like it."""
    if not isinstance(value, bool):
        raise OutOfRange("neither true nor false", path=path, value=value)
    return value


def symbol(value: str, *, path: str) -> str:
    """A contract symbol as ccxt writes it."""
    symbol_parts(value, path=path)
    return value


def symbols(value: Iterable[str], *, path: str) -> tuple[str, ...]:
    """Contract symbols."""
    return tuple(symbol(one, path=path) for one in value)


def marks(value: Mapping[str, object], *, path: str) -> Mapping[str, Decimal]:
    """Mark prices by symbol, in the order of their symbols."""
    return {
        symbol(key, path=f"{path}.{key}"): positive(mark, path=f"{path}.{key}")
        for key, mark in sorted(value.items())
    }


def _one_of(value: object, *, path: str, words: tuple[str, ...]) -> object:
    if value not in words:
        listed = " or ".join(f'"{word}"' for word in words)
        raise OutOfRange("not one of the choices", path=path, value=value, hint=f"write {listed}")
    return value


direction = partial(_one_of, words=("buy", "sell"))
keeper = partial(_one_of, words=("wallet", "insurance"))
payee = partial(_one_of, words=("fees", "insurance"))
side = partial(choice, Side)
mode = partial(choice, MarginMode)

FIELDS: Mapping[str, Callable[..., Any]] = {
    "symbol": symbol,
    "asset": text,
    "order_id": text,
    "reason": text,
    "ring": text,
    "equity": amount,
    "requirement": amount,
    "contracts": positive,
    "price": price,
    "leverage": positive,
    "mark": positive,
    "rate": money,
    "fee_rate": money,
    "reduce_only": flag,
    "hedged": flag,
    "on": flag,
    "keeps_reduce_only": flag,
    "margin_mode": mode,
    "marks": marks,
    "table": check_tiers,
}
"""How a field of that name is read, in every event that does not say otherwise."""


def check_id(value: object) -> None:
    """An id is a text."""
    if not isinstance(value, str) or not value:
        raise MissingField("an event needs an id", path="id", hint="any text that no other event has")


def check_at(value: object) -> None:
    """A time is whole milliseconds."""
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise BadNumber("whole milliseconds since 1970, UTC", path="at", value=value)
