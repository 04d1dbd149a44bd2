"""Price paths, a price every five minutes: random walks of several kinds, and stretches of real markets."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING

from ringfence.mirror.detectors.past import Hourly
from ringfence.testing.traders.chance import Chance, normals

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Ticks = NDArray[np.int64]

SLOT = 300_000
"""Five minutes, in ms."""
AN_HOUR = 12
A_DAY = 288
START = 1_704_067_200_000
"""Monday, 1 January 2024, 00:00 UTC."""
TICK = Decimal("0.01")
HOURLY = 0.007
"""What an hour moves, as a standard deviation: 3.4 % a day."""
FLOOR = 1_000


class Market(StrEnum):
    """How prices move."""

    WALK = "random walk"
    REGIMES = "calm and wild spells"
    JUMPS = "jumps"
    REAL = "real prices"


@dataclass(frozen=True)
class Path:
    """Prices in ticks of 0.01, one a slot from `START` on."""

    ticks: Ticks

    def __len__(self) -> int:
        return len(self.ticks)

    def price(self, slot: int) -> Decimal:
        """The price in a slot."""
        return int(self.ticks[slot]) * TICK

    def marks(self, until: int | None = None) -> Hourly:
        """What the detectors see: the price at every whole hour, up to a slot."""
        here = self.ticks[:until:AN_HOUR].tolist()
        times = range(START, START + len(here) * AN_HOUR * SLOT, AN_HOUR * SLOT)
        return Hourly(tuple(times), tuple(one * TICK for one in here))

    def moved(self, hour: int, hours: int) -> int:
        """Sum of the absolute hourly moves before an hour, in ticks."""
        here = self.ticks[(hour - hours) * AN_HOUR : hour * AN_HOUR + 1 : AN_HOUR]
        return int(abs(here[1:] - here[:-1]).sum())


def made(market: Market, seed: int, slots: int, *, start: int = 60_000) -> Path:
    """A path of one kind; ``start``: the first price, whole units.

    >>> made(Market.JUMPS, 1, 300).price(0)
    Decimal('60000.00')
    """
    import numpy as np

    moves = MOVES[market](seed, slots)
    prices = start * 100 * np.cumprod(np.concatenate(([1.0], 1.0 + moves[: slots - 1])))
    return Path(np.maximum(np.rint(prices).astype(np.int64), FLOOR))


def _walk(seed: int, slots: int) -> Floats:
    return HOURLY * SLOT_SHARE * normals(seed, 101, slots)


SLOT_SHARE = 0.2886751345948129
"""One over the square root of twelve: what a slot moves, in what an hour moves."""


def _regimes(seed: int, slots: int) -> Floats:
    """Spells of about a day and a half, half as wild or twice, each with a drift of its own."""
    import numpy as np

    chance, moves, at = Chance(seed, 102), normals(seed, 103, slots), 0
    scale, drift = np.empty(slots), np.empty(slots)
    while at < slots:
        spell = AN_HOUR * (6 + chance.below(60))
        scale[at : at + spell] = chance.pick((0.5, 1.0, 1.8))
        drift[at : at + spell] = chance.pick((-1.0, 0.0, 1.0)) * 0.0006 / AN_HOUR
        at += spell
    return HOURLY * SLOT_SHARE * scale * moves + drift


def _jumps(seed: int, slots: int) -> Floats:
    """A calmer walk with a jump a day."""
    chance = Chance(seed, 104)
    moves = 0.8 * _walk(seed, slots)
    for _ in range(slots // A_DAY):
        moves[chance.below(slots)] += 0.015 * chance.normal()
    return moves


MOVES = {Market.WALK: _walk, Market.REGIMES: _regimes, Market.JUMPS: _jumps}


def cut_from(closes: Ticks, seed: int, slots: int) -> Path:
    """A stretch of a real market, from a place that the seed picks; run through again where it is short."""
    import numpy as np

    if len(closes) < slots:
        forth_and_back = np.concatenate((closes, closes[::-1]))
        closes = np.resize(forth_and_back, slots + 1)
    first = Chance(seed, 105).below(len(closes) - slots + 1)
    return Path(np.maximum(closes[first : first + slots], FLOOR))


def beside(path: Path, seed: int) -> Path:
    """A coin that mostly moves along with another, at a twentieth of its price."""
    import numpy as np

    returns = path.ticks[1:] / path.ticks[:-1] - 1
    own = HOURLY * 0.5 * SLOT_SHARE * normals(seed, 106, len(returns))
    prices = 300_000 * np.cumprod(np.concatenate(([1.0], 1.0 + 0.9 * returns + own)))
    return Path(np.maximum(np.rint(prices).astype(np.int64), FLOOR))


Real = Mapping[str, "Ticks"]
"""Real closes by name, five minutes apart, in ticks of 0.01."""
