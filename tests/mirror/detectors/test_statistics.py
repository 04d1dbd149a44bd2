"""The statistics against figures worked out elsewhere, and against slow twins."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise, permutations
from math import erfc, sqrt

import numpy as np
import pytest

from ringfence.mirror.detectors.d09 import Shares
from ringfence.mirror.detectors.statistics import (
    Draw,
    binomial_tail,
    bootstrap,
    by_day,
    discoveries,
    normal_tail,
    permuted,
    spearman,
    tossed,
    trend,
    wilson,
)


@pytest.mark.parametrize(
    ("k", "n", "low", "high"),
    [(3, 8, 0.137, 0.694), (3, 20, 0.052, 0.360), (0, 10, 0.0, 0.278), (10, 10, 0.722, 1.0)],
)
def test_wilson(k: int, n: int, low: float, high: float) -> None:
    assert [round(x, 3) for x in wilson(k, n)] == [low, high]


@pytest.mark.parametrize(("k", "n", "p"), [(5, 5, 0.0185), (3, 3, 0.0911), (0, 7, 1.0)])
def test_binomial_tail(k: int, n: int, p: float) -> None:
    assert round(binomial_tail(k, n, Fraction(45, 100)), 4) == p


def test_the_binomial_tail_falls_with_every_success() -> None:
    tails = [binomial_tail(k, 40, Fraction(1, 3)) for k in range(41)]
    assert all(a > b for a, b in pairwise(tails))


def test_odean_vector() -> None:
    one = Shares(30, 70, 12, 88)
    assert (one.pgr, one.plr, round(one.effect, 12)) == (0.30, 0.12, 0.18)
    assert round(one.standard_error, 6) == 0.056178
    assert round(one.z, 3) == 3.204


@pytest.mark.parametrize("z", [-3.0, -0.5, 0.0, 0.1, 1.0, 1.96, 2.5758, 4.0, 6.5])
def test_the_normal_tail_is_the_error_functions(z: float) -> None:
    assert normal_tail(z) == pytest.approx(erfc(z / sqrt(2)) / 2, rel=1e-12)


def test_false_discoveries_step_up() -> None:
    # The second p is above its own bound of 0.05 but stands below the third's, which passes at 0.075.
    assert discoveries([0.001, 0.055, 0.07, 0.9]) == (True, True, True, False)
    assert discoveries([0.2, 0.3]) == (False, False)
    assert discoveries([]) == ()


def test_the_trend_is_the_median_of_all_slopes() -> None:
    values = [5, 1, 9, 7, 12, 3, 20, 18, 22, 17]
    slopes = sorted((b - a) / (j - i) for i, a in enumerate(values) for j, b in enumerate(values) if j > i)
    middle = len(slopes) // 2
    one = trend(values)
    assert one.slope == slopes[middle]
    assert one.interval[0] < one.slope < one.interval[1]
    signs = sum((b > a) - (b < a) for i, a in enumerate(values) for b in values[i + 1 :])
    assert one.tau == signs / len(slopes)


def test_kendalls_chance_against_every_order() -> None:
    """The normal approximation with its continuity correction stays near the exact share of orders."""
    base = [1, 2, 4, 3, 5, 6]
    score = sum((b > a) - (b < a) for i, a in enumerate(base) for b in base[i + 1 :])
    scores = [
        sum((b > a) - (b < a) for i, a in enumerate(order) for b in order[i + 1 :])
        for order in permutations(base)
    ]
    exact = sum(one >= score for one in scores) / len(scores)
    assert trend(base).p == pytest.approx(exact, abs=0.01)


def test_a_level_series_has_no_trend() -> None:
    assert trend([7] * 40).p == 1.0
    assert trend([7] * 40).interval == (0.0, 0.0)


def test_spearman() -> None:
    assert spearman([1, 2, 3, 4], [10, 20, 30, 40]) == 1.0
    assert spearman([1, 2, 3, 4], [4, 3, 2, 1]) == -1.0
    assert spearman([1, 1, 1], [1, 2, 3]) is None


def _mean(sums: object) -> object:
    return sums[..., 0] / sums[..., 1]  # type: ignore[index]


def test_fewer_than_eight_days_infer_nothing() -> None:
    rows = [(day, (day, 1)) for day in range(7)]
    assert bootstrap(by_day(rows), _mean, draw=Draw(1, 1)) is None
    assert bootstrap(by_day([*rows, (7, (7, 1))]), _mean, draw=Draw(1, 1)) is not None


def test_days_are_drawn_whole() -> None:
    """Ten rows of one day weigh as one day: the interval does not narrow by repeating them."""
    rows = [(day, (day % 3, 1)) for day in range(20)]
    once = bootstrap(by_day(rows), _mean, draw=Draw(1, 1))
    tenfold = bootstrap(by_day(rows * 10), _mean, draw=Draw(1, 1))
    assert once is not None
    assert tenfold is not None
    assert once.interval == tenfold.interval


def test_the_bootstrap_covers_a_mean() -> None:
    """Close to nineteen of twenty intervals hold the truth; forty days of ten rows."""
    held = 0
    rng = np.random.Generator(np.random.Philox(key=7))
    for number in range(200):
        values = rng.integers(0, 1000, size=(40, 10))
        rows = [(day, (int(value), 1)) for day in range(40) for value in values[day]]
        one = bootstrap(by_day(rows), _mean, draw=Draw(number, 3), draws=500)
        assert one is not None
        held += one.interval[0] <= 499.5 <= one.interval[1]
    assert 0.90 <= held / 200 <= 0.985


def test_the_same_seed_draws_the_same_words() -> None:
    """Raw words of Philox, pinned: another library or machine must give these."""
    assert Draw(20261122, 2).words(3).tolist() == PINNED
    assert Draw(20261122, 3).words(3).tolist() != PINNED


def test_the_same_seed_gives_the_same_bytes() -> None:
    """Pinned to the last digit: a machine that rounds or orders otherwise fails here."""
    words = [int(word) for word in Draw(1, 1).words(400)]
    rows = [(k // 8, (word % 1000, 1 + word % 3)) for k, word in enumerate(words)]
    one = bootstrap(by_day(rows), _mean, draw=Draw(2, 5))
    assert one is not None
    days, flags = [day for day, _ in rows], [word % 2 == 0 for word in words]
    sizes = np.asarray([size for _, (size, _) in rows])
    p = permuted(days, flags, lambda f: (f * sizes).sum(axis=-1), draw=Draw(2, 6))
    slope = trend([size for _, (size, _) in rows])
    assert [one.estimate, *one.interval, one.p, p, slope.slope, slope.tau, slope.p] == BYTES


def test_shuffling_stays_within_the_day() -> None:
    """All losses on days of many opens: nothing to shuffle, so nothing is surprising."""
    days = [0] * 10 + [1] * 10
    flags = [True] * 10 + [False] * 10
    hits = np.asarray([1] * 10 + [0] * 10)
    assert permuted(days, flags, lambda f: (f * hits).sum(axis=-1), draw=Draw(1, 1)) == 1.0


def test_shuffling_finds_what_is_there() -> None:
    days = [day for day in range(10) for _ in range(4)]
    flags = [True, False] * 20
    hits = np.asarray([1, 0] * 20)
    assert permuted(days, flags, lambda f: (f * hits).sum(axis=-1), draw=Draw(1, 1)) == 1 / 2001


BYTES = [
    239.56352201257863,
    219.64169787765294,
    260.49282920469363,
    0.0004997501249375312,
    0.4852573713143428,
    -0.13694553163731246,
    -0.035939849624060154,
    0.8583938085949334,
]
PINNED = [6589595613960991995, 4396917508085879681, 9669331188645667826]


@pytest.mark.parametrize(
    ("sums", "low", "high"),
    # All twelve on one side: two ways of 4,096; one against eleven: 2 x 13 ways.
    [([5] * 12, 0.0004, 0.0025), ([5] * 11 + [-5], 0.003, 0.011), ([5, -5] * 6, 1.0, 1.0)],
)
def test_tossed_signs_are_two_sided_and_exact(sums: list[int], low: float, high: float) -> None:
    here = np.array(sums)
    assert low <= tossed(here, draw=Draw(3, 10)) <= high
    assert tossed(-here, draw=Draw(3, 10)) == tossed(here, draw=Draw(3, 10))
