"""Which moves a chart of the scrubber is sampled at: an even grid, and both sides of every death."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from ringfence.domain.numbers import plain
from ringfence.service.answers import Death

STEP, REACH, NEAR = Decimal("0.04"), 15, Decimal("0.0005")
MOST_DEATHS = 24
"""Deaths drawn to the point, the nearest ones: each costs two questions."""


def sweep_moves(deaths: Iterable[Death]) -> list[str]:
    """Moves from -60 % to +60 %, and a hair before and behind each place where a ring dies.

    Between two of them equity has no jump, so a line drawn through the samples shows every jump where it is.

    >>> sweep_moves([])[0], sweep_moves([])[-1], len(sweep_moves([]))
    ('-0.6', '0.6', 31)
    >>> death = Death(ring="pool USDT", leader="BTC/USDT:USDT", price="85", move="-0.15")
    >>> [move for move in sweep_moves([death]) if move.startswith("-0.1")]
    ['-0.16', '-0.1505', '-0.1495', '-0.12']
    """
    grid = {STEP * number for number in range(-REACH, REACH + 1)}
    places = sorted({Decimal(death.move) for death in deaths}, key=abs)[:MOST_DEATHS]
    near = {place + side for place in places if abs(place) < STEP * REACH for side in (-NEAR, NEAR)}
    return [plain(move) for move in sorted(grid | near)]
