"""Seeded chance for made-up lives: the same seed gives the same numbers on every machine."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Context, Decimal
from typing import TYPE_CHECKING, TypeVar

from ringfence.mirror.detectors.statistics import Draw

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

T = TypeVar("T")
_AT_ONCE = 512
_NARROW = Context(prec=17)


class Chance:
    """Numbers drawn one after another; its state is how many were drawn.

    >>> one, two = Chance(7, 1), Chance(7, 1)
    >>> one.unit() == two.unit(), 0 <= one.unit() < 1
    (True, True)
    """

    def __init__(self, seed: int, stream: int = 0) -> None:
        self._source = Draw(seed, stream).source()
        self._left: list[int] = []

    def _word(self) -> int:
        if not self._left:
            self._left = self._source.random_raw(_AT_ONCE).tolist()
        return int(self._left.pop())

    def unit(self) -> float:
        """From 0 up to, not including, 1."""
        return (self._word() >> 11) * 2.0**-53

    def below(self, n: int) -> int:
        """A whole number from 0 to ``n - 1``."""
        return self._word() % n

    def pick(self, some: Sequence[T]) -> T:
        """One of several."""
        return some[self.below(len(some))]

    def within(self, low: float, high: float) -> float:
        """Anything between two numbers."""
        return low + (high - low) * self.unit()

    def normal(self) -> float:
        """Nearly standard normal: twelve units added up, which needs no logarithm."""
        return sum(self.unit() for _ in range(12)) - 6.0


def normals(seed: int, stream: int, count: int) -> Floats:
    """Many nearly normal numbers at once: twelve 16-bit pieces of three words each."""
    import numpy as np

    words = Draw(seed, stream).words(3 * count).reshape(count, 3)
    total = np.zeros(count, dtype=np.int64)
    for shift in (0, 16, 32, 48):
        total += ((words >> np.uint64(shift)) & np.uint64(0xFFFF)).astype(np.int64).sum(axis=1)
    return (total - 6 * 65_535) / 65_536.0


def exp(x: float) -> float:
    """E to the x from a correctly rounded decimal: a float's own differs between machines.

    >>> exp(0.0)
    1.0
    """
    return float(_NARROW.exp(Decimal(x)))


def log_mean(ratios: Sequence[float]) -> float:
    """The geometric mean.

    >>> round(log_mean([1.0, 4.0]), 9)
    2.0
    """
    logs = [_NARROW.ln(Decimal(one)) for one in ratios]
    return float(_NARROW.exp(sum(logs, Decimal(0)) / len(logs)))
