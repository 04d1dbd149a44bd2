"""The two charts of the report as inline SVG: equity along the scrubber, and the frontier.

They are drawn from the same answers, names and dashes as the page's figures; colours come from the style
sheet, so that dark, light and paper need no second drawing. Every twin has its own dash.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal
from html import escape
from itertools import pairwise

from ringfence.report.axes import Axis
from ringfence.report.format import TWIN_WORDS, percent, whole
from ringfence.report.regions import Point, dead_region, drawn
from ringfence.service.answers import Death, FrontierAnswer, FrontierTwin, ScrubAnswer, ScrubTwin, TwinKey

WIDTH, HEIGHT = 720, 380
LEFT, RIGHT, TOP, BOTTOM = 84, 686, 56, 330
MOST_BADGES = 12
"""Deaths that are numbered in the drawing; the list below it has them all."""
DASHES: dict[TwinKey, str] = {"isolated": "", "cross": "9 5", "as_is": "2 4"}

Deaths = Sequence[tuple[int, TwinKey, Death]]


def numbered_deaths(sweep: Sequence[ScrubAnswer], twins: Sequence[TwinKey]) -> Deaths:
    """Every ring that dies on the scrubber's line, numbered from the smallest move."""
    first = sweep[0].twins if sweep else []
    found = [(twin.twin, death) for twin in first if twin.twin in twins for death in twin.deaths]
    found.sort(key=lambda pair: abs(Decimal(pair[1].move)))
    return [(number, twin, death) for number, (twin, death) in enumerate(found, 1)]


def scrub_chart(sweep: Sequence[ScrubAnswer], *, asset: str, twins: Sequence[TwinKey]) -> str:
    """Equity of each twin while the leader moves, with the numbered places where its rings die."""
    sweep = sorted(sweep, key=lambda answer: Decimal(answer.move))
    amounts = [Decimal(one.equity[asset]) for key in twins for _, one in _along(sweep, key, asset)]
    x = _axis(Decimal(sweep[0].move), Decimal(sweep[-1].move), across=True)
    y = _axis(min([Decimal(0), *amounts]), max([*amounts, Decimal(0)]), across=False)
    parts = [_grid(x, y, x_label=percent), _titles(f"{sweep[0].leader} moves by", f"Equity, {asset}")]
    parts += [
        polyline(key, part)
        for key in reversed(twins)
        for part in _pieces(_along(sweep, key, asset), asset, x, y)
    ]
    parts += [_death(number, key, death, x) for number, key, death in numbered_deaths(sweep, twins)]
    return _drawing(f"Equity in {asset} while {sweep[0].leader} moves", [*parts, legend(twins)])


def frontier_chart(answer: FrontierAnswer, *, twins: Sequence[TwinKey]) -> str:
    """Where each twin is liquidated over two prices; what is tinted is lost."""
    window = [Decimal(edge) for edge in answer.window]
    x, y = _axis(window[0], window[1], across=True), _axis(window[2], window[3], across=False)
    today = Decimal(answer.today[0]), Decimal(answer.today[1])
    shown = [twin for key in twins for twin in answer.twins if twin.twin == key]
    parts = [_grid(x, y, x_label=whole), _titles(f"{answer.x} price", f"{answer.y} price")]
    size = f'width="{RIGHT - LEFT}" height="{BOTTOM - TOP}"'
    parts.append(f'<clipPath id="plot"><rect x="{LEFT}" y="{TOP}" {size}/></clipPath>')
    for twin in shown:
        parts += _frontier(twin, answer, (x, y), today)
    at = f"{x.at(today[0])} {y.at(today[1])}"
    parts.append(f'<path class="today" d="M{at}m0 -7l7 7l-7 7l-7 -7z"/>')
    parts.append(f'<text x="{x.at(today[0]) + 11}" y="{y.at(today[1]) - 8}">today</text>')
    return _drawing(f"Liquidation frontier over {answer.x} and {answer.y}", [*parts, legend(twins)])


def _axis(low: Decimal, high: Decimal, *, across: bool) -> Axis:
    high = high if high > low else low + 1
    start, end = (LEFT, RIGHT) if across else (BOTTOM, TOP)
    return Axis(low, high, Decimal(start), Decimal(end))


def _along(sweep: Sequence[ScrubAnswer], key: TwinKey, asset: str) -> list[tuple[Decimal, ScrubTwin]]:
    return [
        (Decimal(answer.move), twin)
        for answer in sweep
        for twin in answer.twins
        if twin.twin == key and twin.feasible and asset in twin.equity
    ]


def _pieces(along: Sequence[tuple[Decimal, ScrubTwin]], asset: str, x: Axis, y: Axis) -> list[list[Point]]:
    """The line of one twin, broken where a ring dies between two samples: nothing in between is known."""
    points = [(x.at(move), y.at(Decimal(twin.equity[asset]))) for move, twin in along]
    pieces: list[list[Point]] = [points[:1]] if points else []
    for number, ((_, before), (_, after)) in enumerate(pairwise(along), 1):
        if _dead(before) == _dead(after):
            pieces[-1].append(points[number])
        else:
            pieces.append([points[number]])
    return pieces


def _dead(twin: ScrubTwin) -> frozenset[str]:
    return frozenset(ring.ring for ring in twin.rings if ring.liquidated)


def polyline(key: TwinKey, points: Sequence[Point]) -> str:
    """A line of a twin, in its dashes; nothing for less than two points."""
    if len(points) < 2:
        return ""
    dashes = f' stroke-dasharray="{DASHES[key]}"' if DASHES[key] else ""
    return f'<polyline class="line {key}"{dashes} points="{_path(points)}"/>'


def _path(points: Iterable[Point]) -> str:
    return " ".join(f"{a},{b}" for a, b in points)


def _death(number: int, key: TwinKey, death: Death, x: Axis) -> str:
    move = Decimal(death.move)
    if not x.low <= move <= x.high:
        return ""
    at, up = x.at(move), TOP - 10 - 19 * ((number - 1) % 2)
    dashes = f' stroke-dasharray="{DASHES[key]}"' if DASHES[key] else ""
    line = f'<path class="death {key}"{dashes} fill="none" d="M{at} {up}V{BOTTOM}"/>'
    if number > MOST_BADGES:
        return line
    return (
        f"{line}"
        f'<circle class="badge {key}" cx="{at}" cy="{up}" r="9"/>'
        f'<text x="{at}" y="{up + 4}" text-anchor="middle">{number}</text>'
    )


def _frontier(twin: FrontierTwin, answer: FrontierAnswer, axes: tuple[Axis, Axis], today: Point) -> list[str]:
    x, y = axes
    parts = []
    window = [Decimal(edge) for edge in answer.window]
    for line in twin.lines:
        points = drawn(line, x=answer.x, y=answer.y)
        region = dead_region(points, window, today) if twin.alive else []
        if region:
            shape = _path((x.at(a), y.at(b)) for a, b in region)
            parts.append(f'<polygon class="tint {twin.twin}" clip-path="url(#plot)" points="{shape}"/>')
        parts.append(polyline(twin.twin, [(x.at(a), y.at(b)) for a, b in points]))
    return parts


def _grid(x: Axis, y: Axis, *, x_label: Callable[[str], str]) -> str:
    parts = []
    for tick in x.ticks():
        at = x.at(tick)
        parts.append(f'<path class="grid" d="M{at} {TOP}V{BOTTOM}"/>')
        parts.append(
            f'<text x="{at}" y="{BOTTOM + 18}" text-anchor="middle">{_short(x_label(str(tick)))}</text>'
        )
    for tick in y.ticks():
        at = y.at(tick)
        parts.append(f'<path class="grid" d="M{LEFT} {at}H{RIGHT}"/>')
        parts.append(f'<text x="{LEFT - 8}" y="{at + 4}" text-anchor="end">{whole(str(tick))}</text>')
    return "".join([*parts, f'<path class="axis" d="M{LEFT} {TOP}V{BOTTOM}H{RIGHT}"/>'])


def _short(label: str) -> str:
    return label.replace(".00 %", " %")


def _titles(across: str, up: str) -> str:
    middle = (LEFT + RIGHT) // 2
    return (
        f'<text class="soft" x="{middle}" y="{HEIGHT - 10}" text-anchor="middle">{escape(across)}</text>'
        f'<text class="soft" x="{LEFT}" y="14" text-anchor="start">{escape(up)}</text>'
    )


def legend(twins: Sequence[TwinKey]) -> str:
    """A sample of each twin's line beside its name, at the top right."""
    parts, at = [], RIGHT - 128 * len(twins)
    for key in twins:
        parts.append(polyline(key, [(Decimal(at), Decimal(10)), (Decimal(at + 30), Decimal(10))]))
        parts.append(f'<text x="{at + 38}" y="14">{TWIN_WORDS[key]}</text>')
        at += 128
    return "".join(parts)


def _drawing(title: str, parts: Iterable[str]) -> str:
    label = escape(title)
    return f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{label}">{"".join(parts)}</svg>'
