"""Numbers inside a sentence: shortened for a reader; the exact ones stand in the reason's lines."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from fractions import Fraction

from ringfence.domain.numbers import Number, plain, rounded
from ringfence.solve.liquidation import Answer, Reach

MINUS = "\N{MINUS SIGN}"


def fixed(value: Number, places: int) -> str:
    """A number at so many places, thousands apart; more places where it would be shown as zero.

    >>> fixed(Fraction(-70000, 3), 2), fixed(Decimal("0.0004"), 2), fixed(Decimal(500), 2)
    ('−23,333.33', '0.0004', '500')
    """
    shown = rounded(value, Decimal(1).scaleb(-places))
    while value != 0 and shown == 0 and places < 20:
        places += 1
        shown = rounded(value, Decimal(1).scaleb(-places))
    whole, _, rest = plain(abs(shown)).partition(".")
    text = f"{int(whole):,}{f'.{rest}' if rest else ''}"
    return f"{MINUS}{text}" if shown < 0 else text


def money(value: Number, asset: str) -> str:
    """An amount: whole dollars or cents, six places of a coin.

    >>> money(Decimal("1173.8"), "USDT"), money(Decimal(7000), "USDT"), money(Decimal("0.1005"), "BTC")
    ('1,173.80 USDT', '7,000 USDT', '0.1005 BTC')
    """
    if "USD" not in asset:
        return f"{fixed(value, 6)} {asset}"
    text = fixed(value, 2)
    return f"{text}0 {asset}" if text[-2:-1] == "." else f"{text} {asset}"


def share(value: Number) -> str:
    """A move, with its sign, in percent.

    >>> share(Fraction(-1, 8)), share(Decimal("0.05"))
    ('−12.5 %', '+5 %')
    """
    return f"{'+' if value > 0 else ''}{fixed(Fraction(value) * 100, 2)} %"


def times(value: Number) -> str:
    """A leverage.

    >>> times(Fraction(7, 2))
    '3.5×'
    """
    return f"{fixed(value, 2)}×"


def distance(answer: Answer) -> str:
    """How far the mark is from liquidation, or in words that it cannot be or has been."""
    if answer.nearest is not None:
        return f"at {share(answer.nearest.move)}"
    return {Reach.ALREADY: "at once", Reach.NO_POSITION: "never"}.get(answer.reach, "at no price")


def listed(parts: Iterable[str]) -> str:
    """``a``, ``a and b``, ``a, b and c``.

    >>> listed(["a", "b", "c"])
    'a, b and c'
    """
    *most, last = parts
    return f"{', '.join(most)} and {last}" if most else last


def sums(amounts: Iterable[tuple[str, Number]]) -> str:
    """Amounts by asset: ``5 USDT and 0.1 BTC``.

    >>> sums([("USDT", Decimal(5))])
    '5 USDT'
    """
    return listed(money(value, asset) for asset, value in amounts)


def coin(symbol: str) -> str:
    """The base of a symbol.

    >>> coin("BTC/USDT:USDT")
    'BTC'
    """
    return symbol.split("/")[0]
