"""The statistics of the detectors: same seed, same bytes on every machine.

Floats are only added, subtracted, multiplied, divided, compared and put under a square root, which IEEE 754
rounds the same everywhere. Sums over events are integers (`units`), since the order in which a library adds
floats is its own affair. Logarithms and the normal tail are decimals of a fixed width. Random numbers are the
raw words of Philox, which no release of numpy may change.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Context, Decimal, localcontext
from fractions import Fraction
from math import comb, sqrt
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Ints = NDArray[np.int64]
    Floats = NDArray[np.float64]

DRAWS = 2_000
CLUSTERS = 8
"""Days below which nothing is inferred."""
FALSE_DISCOVERY = 0.10
Z95 = 1.959963984540054
UNIT = 1_000_000_000
_DECIMAL = Context(prec=50)
_LOG = Context(prec=24)
_PI = Decimal("3.14159265358979323846264338327950288419716939937510582")
_CHUNK = 4_000_000
"""Numbers held at once while permuting."""


def wilson(k: int, n: int, *, z: float = Z95) -> tuple[float, float]:
    """Wilson's 95 % interval of a share.

    Source: Wilson 1927, J. Am. Stat. Assoc. 22.

    >>> low, high = wilson(3, 8)
    >>> round(low, 3), round(high, 3)
    (0.137, 0.694)
    """
    p, zz = k / n, z * z
    middle = p + zz / (2 * n)
    half = z * sqrt(p * (1 - p) / n + zz / (4 * n * n))
    return max((middle - half) / (1 + zz / n), 0.0), min((middle + half) / (1 + zz / n), 1.0)


def binomial_tail(k: int, n: int, share: Fraction) -> float:
    """The chance of ``k`` or more of ``n`` at a share, exact before the last rounding.

    >>> round(binomial_tail(5, 5, Fraction(45, 100)), 4)
    0.0185
    """
    a, b = share.numerator, share.denominator
    hits = sum(comb(n, i) * a**i * (b - a) ** (n - i) for i in range(k, n + 1))
    return float(Fraction(hits, b**n))


def discoveries(chances: Sequence[float], *, rate: float = FALSE_DISCOVERY) -> tuple[bool, ...]:
    """Which of several findings stand when a share ``rate`` of false ones is allowed.

    Source: Benjamini and Hochberg 1995, J. R. Stat. Soc. B 57.

    >>> discoveries([0.01, 0.04, 0.2])
    (True, True, False)
    """
    ranked = sorted(chances)
    passing = [p for rank, p in enumerate(ranked, 1) if p <= rate * rank / len(ranked)]
    return tuple(bool(passing) and p <= passing[-1] for p in chances)


def units(value: Decimal) -> int:
    """A ratio or a logarithm in whole billionths."""
    return int((value * UNIT).to_integral_value())


def log_units(value: Decimal) -> int:
    """The natural logarithm in whole billionths, from 24 correctly rounded digits.

    >>> log_units(Decimal(2))
    693147181
    """
    return units(_LOG.ln(value))


def normal_tail(z: float) -> float:
    """The chance that a standard normal exceeds ``z``; 0 beyond eight.

    >>> round(normal_tail(Z95), 6)
    0.025
    """
    if abs(z) > 8:
        return 0.0 if z > 0 else 1.0
    with localcontext(_DECIMAL):
        x = Decimal(z) / Decimal(2).sqrt()
        total = term = x
        for n in range(1, 400):
            term = -term * x * x / n
            total += term / (2 * n + 1)
            if abs(term) < Decimal("1e-40"):
                break
        return float((1 - 2 / _PI.sqrt() * total) / 2)


@dataclass(frozen=True)
class Draw:
    """A source of random words: seed and stream; the same pair gives the same words.

    >>> Draw(seed=7, stream=1).words(2).tolist() == Draw(seed=7, stream=1).words(2).tolist()
    True
    """

    seed: int
    stream: int

    def words(self, count: int) -> Any:
        """``count`` unsigned 64-bit words."""
        return self.source().random_raw(count)

    def source(self) -> np.random.Philox:
        """The words from the first one on, to be drawn in pieces."""
        import numpy as np

        return np.random.Philox(key=np.array([self.seed % 2**64, self.stream], dtype=np.uint64))


@dataclass(frozen=True)
class Resampled:
    """A statistic over resampled days. ``interval``: 95 % by percentiles; ``p``: share not above the null."""

    estimate: float
    interval: tuple[float, float]
    p: float
    clusters: int


def by_day(rows: Sequence[tuple[int, Sequence[int]]]) -> Ints:
    """Integer columns summed by cluster, clusters in rising order."""
    import numpy as np

    days = sorted({day for day, _ in rows})
    place = {day: index for index, day in enumerate(days)}
    width = len(rows[0][1]) if rows else 0
    sums = np.zeros((len(days), width), dtype=np.int64)
    for day, columns in rows:
        sums[place[day]] += np.asarray(columns, dtype=np.int64)
    return sums


def bootstrap(
    sums: Ints, statistic: Callable[[Any], Any], *, draw: Draw, null: float = 0.0, draws: int = DRAWS
) -> Resampled | None:
    """A cluster bootstrap: days drawn with replacement, the statistic taken of their summed columns.

    Args:
        sums: a row a day. statistic: of an array whose last axis is the columns; NaN where it is undefined.
    Returns:
        None with fewer than eight days, or where more than one draw in twenty is undefined.
    """
    import numpy as np

    days = len(sums)
    if days < CLUSTERS:
        return None
    words = draw.words(draws * days).reshape(draws, days)
    picks = (words % np.uint64(days)).astype(np.int64)
    places = (picks + np.arange(draws, dtype=np.int64)[:, None] * days).ravel()
    weights = np.bincount(places, minlength=draws * days).astype(np.int64).reshape(draws, days)
    with np.errstate(divide="ignore", invalid="ignore"):
        drawn = statistic(weights @ sums)
        estimate = float(statistic(sums.sum(axis=0)[None, :])[0])
    drawn = np.sort(drawn[np.isfinite(drawn)])
    if len(drawn) < 0.95 * draws or not np.isfinite(estimate):
        return None
    low, high = drawn[(25 * len(drawn)) // 1000], drawn[(975 * len(drawn)) // 1000 - 1]
    p = (1 + int((drawn <= null).sum())) / (1 + len(drawn))
    return Resampled(estimate, (float(low), float(high)), p, days)


def permuted(
    days: Sequence[int], flags: Sequence[bool], statistic: Callable[[Any], Any], *, draw: Draw
) -> float:
    """How often shuffling the flags within their days gives a statistic at least as large.

    Args:
        statistic: of an int64 array of flags, draws by events; ``days`` must not fall.
    """
    import numpy as np

    n = len(days)
    here = np.asarray(flags, dtype=np.int64)
    seen = statistic(here[None, :])[0]
    numbers = {day: index for index, day in enumerate(dict.fromkeys(days))}
    base = np.asarray([numbers[day] for day in days], dtype=np.int64) << np.int64(40)
    source, reached = draw.source(), 0
    step = max(1, _CHUNK // max(n, 1))
    for first in range(0, DRAWS, step):
        rows = min(step, DRAWS - first)
        words = source.random_raw(rows * n).reshape(rows, n)
        keys = base + (words >> np.uint64(24)).astype(np.int64)
        order = np.argsort(keys, axis=1, kind="stable")
        reached += int((statistic(here[order]) >= seen).sum())
    return (1 + reached) / (1 + DRAWS)


def tossed(sums: Ints, *, draw: Draw) -> float:
    """How often tossing the sign of each cluster's sum gives a total at least as far from zero.

    Exact where every cluster's sum is as likely above zero as below it by the same amount.

    >>> import numpy as np
    >>> tossed(np.array([5, -5, 5, -5]), draw=Draw(1, 10))
    1.0
    """
    import numpy as np

    words = draw.words(DRAWS * len(sums)).reshape(DRAWS, len(sums))
    signs = 1 - 2 * (words >> np.uint64(63)).astype(np.int64)
    reached = int((np.abs((signs * sums).sum(axis=1)) >= abs(int(sums.sum()))).sum())
    return (1 + reached) / (1 + DRAWS)


def ranks(values: Sequence[int]) -> list[int]:
    """Twice the average ranks, so that ties stay whole.

    >>> ranks([10, 30, 10])
    [3, 6, 3]
    """
    order = sorted(range(len(values)), key=lambda i: values[i])
    out = [0] * len(values)
    at = 0
    while at < len(order):
        end = at
        while end + 1 < len(order) and values[order[end + 1]] == values[order[at]]:
            end += 1
        for index in order[at : end + 1]:
            out[index] = at + end + 2
        at = end + 1
    return out


def spearman(xs: Sequence[int], ys: Sequence[int]) -> float | None:
    """Spearman's rank correlation; None where one side does not vary.

    >>> spearman([1, 2, 3], [10, 20, 15])
    0.5
    """
    rx, ry, n = ranks(xs), ranks(ys), len(xs)
    sx, sy = sum(rx), sum(ry)
    xx = n * sum(x * x for x in rx) - sx * sx
    yy = n * sum(y * y for y in ry) - sy * sy
    if not xx or not yy:
        return None
    return (n * sum(x * y for x, y in zip(rx, ry, strict=True)) - sx * sy) / sqrt(xx * yy)


@dataclass(frozen=True)
class Trend:
    """Theil and Sen's slope with Sen's interval, Kendall's tau and its one-sided chance; units per place."""

    slope: float
    interval: tuple[float, float]
    tau: float
    p: float


def trend(values: Sequence[int]) -> Trend:
    """Whether a series rises.

    Source: Sen 1968, J. Am. Stat. Assoc. 63, for slope and interval; Kendall 1955 for the variance with ties.

    >>> trend([1, 2, 3, 4, 5]).slope
    1.0
    """
    import numpy as np

    here = np.asarray(values, dtype=np.int64)
    n = len(here)
    first, second = np.triu_indices(n, k=1)
    rises = here[second] - here[first]
    score = int(np.sign(rises).sum())
    slopes = np.sort(rises / (second - first))
    counts = np.unique(here, return_counts=True)[1].tolist()
    ties = sum(t * (t - 1) * (2 * t + 5) for t in counts)
    spread = sqrt((n * (n - 1) * (2 * n + 5) - ties) / 18)
    pairs = len(slopes)
    out = Z95 * spread
    low = max(int((pairs - out) // 2), 0)
    high = min(int(-(-(pairs + out) // 2)), pairs - 1)
    middle = float((slopes[(pairs - 1) // 2] + slopes[pairs // 2]) / 2)
    step = 0 if score == 0 else (score - 1 if score > 0 else score + 1)
    p = normal_tail(step / spread) if spread else 1.0
    return Trend(middle, (float(slopes[low]), float(slopes[high])), score / pairs, p)
