"""Numbers as text: separators, sensible digits, real minus signs. Nothing is computed, only shortened.

Answers carry every amount as an exact decimal string; what is shortened here stands in full in the
workings and in the JSON. A number is never shortened to zero, nor a share to 100 %, unless it is that.
"""

from __future__ import annotations

from decimal import ROUND_HALF_EVEN, Context, Decimal
from typing import Final

MINUS: Final = "\N{MINUS SIGN}"
NO_BREAK: Final = "\N{NO-BREAK SPACE}"
_WIDE: Final = Context(prec=200, rounding=ROUND_HALF_EVEN)

REACH_WORDS: Final = {
    "not_by_this_coin_alone": "not liquidatable by this coin alone",
    "not_by_this_move": "not liquidatable by this move",
    "already": "already liquidated at this mark",
    "no_position": "nothing to liquidate",
}
"""What stands where a price would, by `LineAnswer.reach`: a state has words, never a zero or a dash."""

SOLVENCY_WORDS: Final = {
    "sound": "sound",
    "no_new_risk": "no new risk",
    "liquidated": "liquidated",
    "bankrupt": "bankrupt",
}

STATUS_WORDS: Final = {
    "right": "right",
    "conditional": "right on a condition",
    "wrong": "wrong",
    "contested": "contested",
    "unverifiable": "cannot be verified",
}

TWIN_WORDS: Final = {"as_is": "AS IT IS", "isolated": "ISOLATED", "cross": "CROSS"}


def fixed(text: str, places: int) -> str:
    """A decimal at a number of places, thousands separated, with a real minus.

    >>> fixed("-1234567.885", 2)
    '−1,234,567.88'
    """
    shown = _round(Decimal(text), places)
    body = format(shown.copy_abs(), f",.{max(places, 0)}f")
    return f"{MINUS}{body}" if shown < 0 else body


def whole(text: str) -> str:
    """Every digit as given, thousands separated, without trailing zeros.

    >>> whole("10000.5000"), whole("-0.10")
    ('10,000.5', '−0.1')
    """
    places = -int(_WIDE.normalize(Decimal(text)).as_tuple().exponent)
    return fixed(text, max(places, 0))


def price(text: str) -> str:
    """A price with about seven digits, two decimals at least.

    >>> price("57286.43216080"), price("1.2"), price("0.00001234567")
    ('57,286.43', '1.20', '0.00001234567')
    """
    return _digits(text, digits=7, least=2, most=16)


def amount(text: str, asset: str = "", *, named: bool = True) -> str:
    """Money: cents for dollars, six digits for coins, never shortened to nothing.

    >>> amount("2713.5678", "USDT"), amount("-0.1005", "BTC"), amount("0.00042", "USDT")
    ('2,713.57 USDT', '−0.1005 BTC', '0.00042 USDT')
    """
    dollars = "USD" in asset or asset in ("DAI", "EUR", "GBP")
    shown = _digits(text, digits=2 if dollars else 6, least=2, most=8 if not dollars else 16)
    return f"{shown} {asset}" if asset and named else shown


def percent(share: str, *, signed: bool = True) -> str:
    """A share as a percentage; a change shows its sign.

    >>> percent("-0.0123037"), percent("0.05"), percent("0.23", signed=False), percent("-0.99999")
    ('−1.23 %', '+5.00 %', '23.00 %', '−99.999 %')
    """
    value = _WIDE.multiply(Decimal(share), Decimal(100))
    places = 2
    while places < 16 and _misleads(value, places):
        places += 1
    shown = fixed(format(value, "f"), places)
    return f"+{shown} %" if signed and value > 0 else f"{shown} %"


def times(ratio: str) -> str:
    """A leverage.

    >>> times("7.25"), times("20")
    ('7.25×', '20×')
    """
    return f"{whole(_shorten(ratio))}×"


def quantity(value: str, unit: str) -> str:
    """A value of the workings, shortened as its unit asks.

    >>> quantity("-9.547738693467", "%"), quantity("1.75", "x"), quantity("57286.4321608", "USDT")
    ('−9.55 %', '1.75×', '57,286.43 USDT')
    """
    if unit == "x":
        return times(value)
    shown = fixed(value, 2) if unit == "%" else price(value)
    return f"{shown} {unit}".strip()


def ascii_minus(text: str) -> str:
    """The same text for a console that knows no typography.

    >>> ascii_minus("−1.23 %, 7.25×")
    '-1.23 %, 7.25x'
    """
    return text.replace(MINUS, "-").replace("×", "x").replace(NO_BREAK, " ")


def _misleads(value: Decimal, places: int) -> bool:
    """Whether rounding turns something into nothing, or nearly all into all."""
    shown = _round(value, places)
    return shown != value and shown.copy_abs() in (0, 100)


def _digits(text: str, *, digits: int, least: int, most: int) -> str:
    """As many places as ``digits`` significant digits take; trailing zeros are cut down to ``least``."""
    value = Decimal(text)
    places = min(max(digits - 1 - value.adjusted(), least), most) if value else least
    while places < 40 and value and not _round(value, places):
        places += 1
    shown = fixed(text, places)
    head, _, tail = shown.partition(".")
    return f"{head}.{tail.rstrip('0').ljust(least, '0')}"


def _shorten(text: str) -> str:
    """Two decimals, or two digits of what is smaller."""
    value = Decimal(text)
    places = max(2, 1 - value.adjusted()) if value else 2
    return format(_round(value, places), "f")


def _round(value: Decimal, places: int) -> Decimal:
    shown = value.quantize(Decimal(1).scaleb(-places), context=_WIDE)
    return shown if shown else Decimal(0)
