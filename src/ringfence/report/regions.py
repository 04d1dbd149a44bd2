"""Shapes of the frontier for drawing: curves with enough points, and the side of a line where a ring is dead.

Only where a line is drawn is decided here; every vertex is the exact engine's.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from itertools import pairwise

from ringfence.service.answers import FrontierLine

Point = tuple[Decimal, Decimal]
STEPS = 12
"""Points drawn between two vertices of a line that is straight in 1/price."""


def drawn(line: FrontierLine, *, x: str, y: str) -> list[Point]:
    """The points to draw a frontier line through, with more of them where it is curved.

    Args:
        x, y: the symbols of the axes; a coin-margined one (``BTC/USD:BTC``) is straight in 1/price.

    >>> line = FrontierLine(ring="pool USDT", curved=False, vertices=[("1", "4"), ("2", "0")])
    >>> [(str(a), str(b)) for a, b in drawn(line, x="BTC/USDT:USDT", y="ETH/USDT:USDT")]
    [('1', '4'), ('2', '0')]
    """
    vertices = [(Decimal(a), Decimal(b)) for a, b in line.vertices]
    if not line.curved or any(a <= 0 or b <= 0 for a, b in vertices):
        return vertices
    points = vertices[:1]
    for start, end in pairwise(vertices):
        for step in range(1, STEPS + 1):
            share = Decimal(step) / STEPS
            points.append((_between(start[0], end[0], share, x), _between(start[1], end[1], share, y)))
    return points


def _between(start: Decimal, end: Decimal, share: Decimal, symbol: str) -> Decimal:
    base, _, settle = symbol.partition("/")[0], *symbol.partition(":")[1:]
    if settle.partition("-")[0] == base:
        return 1 / (1 / start + (1 / end - 1 / start) * share)
    return start + (end - start) * share


def dead_region(line: Sequence[Point], window: Sequence[Decimal], today: Point) -> list[Point]:
    """The part of the window across a line from today's living point; empty when the line has no sides.

    >>> window = [Decimal(n) for n in (0, 10, 0, 10)]
    >>> line = [(Decimal(4), Decimal(0)), (Decimal(4), Decimal(10))]
    >>> region = dead_region(line, window, (Decimal(6), Decimal(5)))
    >>> sorted({str(x) for x, _ in region})
    ['0', '4']
    """
    left, right, bottom, top = window
    if len(line) < 2:
        return []
    if line[0] == line[-1]:
        return [] if inside(today, line) else list(line)
    if not (_along(line[0], window) is not None and _along(line[-1], window) is not None):
        return []
    corners = [(left, bottom), (right, bottom), (right, top), (left, top)]
    one = [*line, *_walk(line[-1], line[0], corners, window)]
    two = [*line, *reversed(_walk(line[0], line[-1], corners, window))]
    return two if inside(today, one) else one


def _along(point: Point, window: Sequence[Decimal]) -> Decimal | None:
    """How far along the window's edge a point lies, counter-clockwise from bottom left; None when inside."""
    left, right, bottom, top = window
    wide, high = right - left, top - bottom
    x, y = point
    if y == bottom:
        return x - left
    if x == right:
        return wide + y - bottom
    if y == top:
        return wide + high + right - x
    if x == left:
        return wide + high + wide + top - y
    return None


def _walk(start: Point, end: Point, corners: Sequence[Point], window: Sequence[Decimal]) -> list[Point]:
    """The window's corners that are passed going counter-clockwise from one point of its edge to another."""
    left, right, bottom, top = window
    around = 2 * (right - left + top - bottom)
    begin, finish = _along(start, window), _along(end, window)
    if begin is None or finish is None:
        return []
    ahead = [(((_along(corner, window) or Decimal(0)) - begin) % around, corner) for corner in corners]
    ahead = [(far + around if far < 0 else far, corner) for far, corner in ahead]
    reach = (finish - begin) % around
    reach = reach + around if reach < 0 else reach
    return [corner for far, corner in sorted(ahead) if 0 < far < reach]


def inside(point: Point, polygon: Sequence[Point]) -> bool:
    """Whether a point lies in a polygon (even-odd rule; on the edge either may be said).

    >>> square = [(Decimal(x), Decimal(y)) for x, y in ((0, 0), (2, 0), (2, 2), (0, 2))]
    >>> inside((Decimal(1), Decimal(1)), square), inside((Decimal(3), Decimal(1)), square)
    (True, False)
    """
    x, y = point
    odd = False
    for (ax, ay), (bx, by) in zip(polygon, [*polygon[1:], polygon[0]], strict=True):
        if (ay > y) != (by > y) and x < (bx - ax) * (y - ay) / (by - ay) + ax:
            odd = not odd
    return odd
