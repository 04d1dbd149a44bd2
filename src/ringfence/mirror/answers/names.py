"""Names of coins in a text: the position's own, under any of its names, and others."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from ringfence.mirror.answers.language import any_of
from ringfence.mirror.answers.lexicon import COINS
from ringfence.mirror.answers.text import blank, normal

_KEYS = {word: key for key, words in COINS.items() for word in words}
_QUOTES = "usdt?|usdc|usd|perp|eur"


@dataclass(frozen=True, slots=True)
class Coin:
    """A coin that is named. ``name``: empty for the position's own."""

    name: str
    start: int
    end: int
    text: str


def own_names(symbol_names: tuple[str, ...]) -> tuple[str, ...]:
    """Everything the position's coin may be called: the names given, the base of a pair, and its other names.

    >>> own_names(("BTC/USDT:USDT",))
    ('btc', 'btc/usdt:usdt', 'xbt', 'bitcoin')
    """
    given = [name for name in (normal(each) for each in symbol_names) if name]
    bases = [re.split(r"[/:-]", name)[0] for name in given]
    known = [word for words in COINS.values() if set(words) & set(bases) for word in words]
    return tuple(dict.fromkeys(name for name in (*bases, *given, *known) if name))


@lru_cache(maxsize=256)
def _shapes(symbol_names: tuple[str, ...]) -> tuple[tuple[str, ...], re.Pattern[str], re.Pattern[str]]:
    """The own names, the pattern of a pair of two coins, and the one of a single coin or its contract."""
    own = own_names(symbol_names)
    every = any_of(re.escape(word) for word in dict.fromkeys((*own, *_KEYS)))
    crossed = rf"(?<![\w.,/])(?P<base>{every})/(?P<quote>{every})(?!\w)(?!:)"
    contract = rf"(?:[/-]?(?:{_QUOTES})(?::\w+)?(?:-\w+)?)?(?:'s)?"
    single = rf"(?<![\w.,/-])(?P<base>{every}){contract}(?!\w)(?!\.d\b)"
    return own, re.compile(crossed), re.compile(single)


def blank_coins(text: str, symbol_names: tuple[str, ...]) -> tuple[str, list[Coin]]:
    """Normalised text with the coins' names turned into spaces, and the coins.

    >>> blank_coins("eth below 5", ("BTC",))[1]
    [Coin(name='eth', start=0, end=3, text='eth')]
    """
    own, crossed, single = _shapes(symbol_names)
    dollars = COINS["usdt"] + COINS["usdc"]
    coins = [
        Coin(match[0], match.start(), match.end(), match[0])
        for match in crossed.finditer(text)
        if match["quote"] not in dollars and match[0] not in own
    ]
    rest = blank(text, [(coin.start, coin.end) for coin in coins])
    for match in single.finditer(rest):
        name = "" if match["base"] in own else _KEYS[match["base"]]
        coins.append(Coin(name, match.start(), match.end(), match[0]))
    return blank(rest, [(coin.start, coin.end) for coin in coins]), sorted(coins, key=lambda coin: coin.start)
