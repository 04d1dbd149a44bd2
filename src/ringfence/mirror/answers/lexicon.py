"""What a disproof may speak of, apart from any language: observables, comparators, units, candle lengths.

An observable is a name, or a name and what it is of: ``close``, ``close:eth``, ``event:cpi``.
"""

from __future__ import annotations

from dataclasses import dataclass

PRICES = ("price", "mark", "last", "index", "close", "high", "low")
"""Observables that are a price of the instrument."""

BELOW, ABOVE = ("below", "at_or_below"), ("above", "at_or_above")
NEVER = ("not_above", "not_below")
"""Passed at no moment until the date: ``not_above`` speaks against a long, ``not_below`` against a short."""
NUMERIC = (*BELOW, *ABOVE, *NEVER)
YES_NO = ("happens", "does_not_happen")

SECOND_MS, MINUTE_MS, HOUR_MS, DAY_MS, WEEK_MS = 1_000, 60_000, 3_600_000, 86_400_000, 604_800_000

TIMEFRAMES = {
    "1m": MINUTE_MS,
    "3m": 3 * MINUTE_MS,
    "5m": 5 * MINUTE_MS,
    "15m": 15 * MINUTE_MS,
    "30m": 30 * MINUTE_MS,
    "1h": HOUR_MS,
    "2h": 2 * HOUR_MS,
    "4h": 4 * HOUR_MS,
    "6h": 6 * HOUR_MS,
    "8h": 8 * HOUR_MS,
    "12h": 12 * HOUR_MS,
    "1d": DAY_MS,
    "3d": 3 * DAY_MS,
    "1w": WEEK_MS,
}

MONDAY_MS = 4 * DAY_MS
"""1970-01-05, a Monday: weekly candles are counted from it."""


@dataclass(frozen=True, slots=True)
class Measure:
    """What may be said of one observable.

    Attributes:
        units: of its threshold, the one of a bare number first; empty first: a bare number is not clear.
        relative: units that count from where it stands now (``falls 5%``), not from zero.
    """

    units: tuple[str, ...]
    relative: frozenset[str] = frozenset()


_PRICE = Measure(("price", "fraction", "bps", "atr"), frozenset({"fraction", "bps", "atr"}))

MEASURES = {
    **dict.fromkeys(PRICES, _PRICE),
    "funding": Measure(("", "fraction", "bps")),
    "open_interest": Measure(("amount", "fraction"), frozenset({"fraction"})),
    "volume": Measure(("amount", "fraction", "times"), frozenset({"fraction"})),
    "spread": Measure(("price", "fraction", "bps")),
    "basis": Measure(("price", "fraction", "bps")),
    "dominance": Measure(("", "fraction")),
    "event": Measure(("amount", "fraction", "bps", "event")),
}

COINS = {
    "btc": ("btc", "xbt", "bitcoin"),
    "eth": ("eth", "ether", "ethereum"),
    "sol": ("sol", "solana"),
    "xrp": ("xrp", "ripple"),
    "bnb": ("bnb",),
    "doge": ("doge", "dogecoin"),
    "ada": ("ada", "cardano"),
    "ltc": ("ltc", "litecoin"),
    "avax": ("avax", "avalanche"),
    "trx": ("trx", "tron"),
    "bch": ("bch",),
    "ton": ("toncoin",),
    "hype": ("hype",),
    "link": ("chainlink",),
    "dot": ("polkadot",),
    "usdt": ("usdt", "tether"),
    "usdc": ("usdc",),
}
"""Coins beside the instrument's own. Tickers that are everyday words (link, near, dot) are left out."""


def base(observable: str) -> str:
    """The observable without what it is of.

    >>> base("close:eth")
    'close'
    """
    return observable.partition(":")[0]


def is_price(observable: str) -> bool:
    """Whether it is a price of the position's own instrument, so that it can stand beside the level.

    >>> is_price("close"), is_price("close:eth"), is_price("funding")
    (True, False, False)
    """
    return observable in PRICES


def against(comparator: str) -> int:
    """Which side it speaks against when it comes true: 1 a long, -1 a short, 0 neither.

    >>> against("below"), against("not_above"), against("above"), against("happens")
    (1, 1, -1, 0)
    """
    if comparator in (*BELOW, "not_above"):
        return 1
    return -1 if comparator in (*ABOVE, "not_below") else 0


def down(comparator: str) -> bool:
    """Whether its threshold, counted from now, lies below."""
    return comparator in (*BELOW, "not_below")
