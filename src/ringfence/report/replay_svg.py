"""The replay in the report: equity of the twins under the prices as inline SVG, and in words."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from html import escape

from ringfence.report.axes import Axis
from ringfence.report.format import TWIN_WORDS, percent, whole
from ringfence.report.markup import Markup, bullets, joined, section, tag
from ringfence.report.replay_lines import (
    CoinLine,
    EquityLine,
    Point,
    assets_of,
    coin_paths,
    death_points,
    equity_lines,
    path_ticks,
    price_axis,
)
from ringfence.report.replayed import Mark, coin_lines, death_marks, equity_words, hole_lines, left_rows
from ringfence.report.svg import DASHES, legend, polyline
from ringfence.service.answers import TwinKey
from ringfence.service.answers_replay import ReplayAnswer

WIDTH, HEIGHT = 720, 490
LEFT, RIGHT = 84, 640
PRICES, EQUITY = (78, 212), (256, 444)
"""Top and bottom of the two panels."""
_BESIDE = 24
"""Liquidations of one twin that lie closer than this share a badge."""
_COIN_DASHES = ("", "7 4", "2 3", "7 3 2 3", "12 4")
_APART = 14
"""Least distance of the names at the ends of the price lines."""


def replay_section(answer: ReplayAnswer, twins: Sequence[TwinKey]) -> Markup:
    """The part of the report that tells a replay: what was left, the chart of each asset, and the deaths."""
    named = f"{answer.event}, {answer.title}" if answer.event else answer.title
    heads = ("the book", "what became of it", "first liquidation", "left at the end")
    rows = [
        tag("tr", tag("th", name, attributes={"scope": "row"}), *_cells(heads[1:], cells))
        for name, *cells in left_rows(answer)
    ]
    head = tag("tr", *(tag("th", one, attributes={"scope": "col"}) for one in heads))
    marks = death_marks(answer, twins)
    charts = [Markup(replay_chart(answer, asset=asset, twins=twins)) for asset in assets_of(answer)]
    caption = (
        f"{'; '.join(coin_lines(answer))}. Equity at {len(answer.path) - 1} closes of {answer.bars:,} bars, "
        f"{equity_words(answer.before)} at the start; a line is broken where something is liquidated."
    )
    told = bullets((_told(one) for one in marks), "ol")
    return section(
        f"Through {named}",
        tag("table.stack", tag("thead", head), tag("tbody", *rows)),
        tag("figure", *charts, tag("figcaption", caption)),
        told if marks else tag("p", "Nothing is liquidated on this path."),
        tag("h3", "What is assumed of the path"),
        bullets([*hole_lines(answer), *answer.assumptions]),
    )


def _cells(heads: Sequence[str], cells: Iterable[str]) -> list[Markup]:
    return [
        tag("td", cell or "none", attributes={"data-label": head})
        for head, cell in zip(heads, cells, strict=True)
    ]


def _told(mark: Mark) -> Markup:
    return joined([tag(f"b.{mark.twin}", TWIN_WORDS[mark.twin]), f": {mark.words}"])


def replay_chart(answer: ReplayAnswer, *, asset: str, twins: Sequence[TwinKey]) -> str:
    """Equity of each twin below the prices, with the numbered places where their rings are liquidated.

    Args:
        asset: whose equity is drawn. twins: which, in order of the legend.
    """
    coins, marks = coin_paths(answer), death_marks(answer, twins)
    lines = equity_lines(answer, asset=asset, twins=twins)
    x = Axis(Decimal(answer.since), Decimal(answer.until), Decimal(LEFT), Decimal(RIGHT))
    prices = price_axis(coins, start=Decimal(PRICES[1]), end=Decimal(PRICES[0]))
    amounts = [Decimal(0), *(Decimal(value) for line in lines for _, value in line.points)]
    low, high = min(amounts), max(amounts)
    money = Axis(low, high if high > low else low + 1, Decimal(EQUITY[1]), Decimal(EQUITY[0]))
    parts = [
        _grid(x, answer), _rungs(prices, PRICES, share=True), _rungs(money, EQUITY, share=False),
        _coins(coins, x, prices),
    ]  # fmt: skip
    parts += [_equity(line, x, money) for line in reversed(lines)]
    parts += _deaths(marks, x)
    parts += [
        _cross(mark, point, x, prices) for mark in marks for _, point in death_points(answer, mark, coins)
    ]
    parts += [_title("Prices since the start", 14), _title(f"Equity, {asset}", EQUITY[0] - 10)]
    label = escape(f"Equity in {asset} through {answer.event or answer.title}")
    drawn = "".join([*parts, legend(twins)])
    return f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{label}">{drawn}</svg>'


def _grid(x: Axis, answer: ReplayAnswer) -> str:
    parts = []
    for at, label in path_ticks(answer):
        place = x.at(Decimal(at))
        parts.append(
            f'<path class="grid" d="M{place} {PRICES[0]}V{PRICES[1]}M{place} {EQUITY[0]}V{EQUITY[1]}"/>'
        )
        parts.append(f'<text x="{place}" y="{EQUITY[1] + 18}" text-anchor="middle">{label}</text>')
    return "".join(parts)


def _rungs(y: Axis, panel: tuple[int, int], *, share: bool) -> str:
    """The upright axis of one panel, its ticks and their lines."""
    top, bottom = panel
    parts = []
    for tick in y.ticks(6):
        at = y.at(tick)
        label = percent(str(tick)).replace(".00 %", " %") if share else whole(str(tick))
        parts.append(f'<path class="grid" d="M{LEFT} {at}H{RIGHT}"/>')
        parts.append(f'<text x="{LEFT - 8}" y="{at + 4}" text-anchor="end">{label}</text>')
    return "".join([*parts, f'<path class="axis" d="M{LEFT} {top}V{bottom}H{RIGHT}"/>'])


def _coins(coins: Sequence[CoinLine], x: Axis, y: Axis) -> str:
    """The paths, each with its name at its end; names that would cover each other give way downwards."""
    parts, free = [], Decimal(-1)
    for number, coin in sorted(enumerate(coins), key=lambda one: -Decimal(one[1].points[-1][1])):
        points = _drawn(coin.points, x, y)
        dashes = f' stroke-dasharray="{_COIN_DASHES[number]}"' if _COIN_DASHES[number] else ""
        path = " ".join(f"{a},{b}" for a, b in points)
        parts.append(f'<polyline class="line coin"{dashes} points="{path}"/>')
        free = max(points[-1][1] + 4, free)
        parts.append(f'<text x="{RIGHT + 6}" y="{free}">{escape(coin.short)}</text>')
        free += _APART
    return "".join(parts)


def _drawn(points: Sequence[Point], x: Axis, y: Axis) -> list[tuple[Decimal, Decimal]]:
    return [(x.at(Decimal(at)), y.at(Decimal(value))) for at, value in points]


def _equity(line: EquityLine, x: Axis, y: Axis) -> str:
    """The pieces of one line; a piece of a single point is a dot."""
    parts = []
    for piece in line.pieces:
        points = _drawn(piece, x, y)
        if len(points) == 1:
            (a, b), *_ = points
            parts.append(f'<circle class="dot {line.twin}" cx="{a}" cy="{b}" r="2"/>')
        parts.append(polyline(line.twin, points))
    return "".join(parts)


def _deaths(marks: Sequence[Mark], x: Axis) -> list[str]:
    """Every liquidation through both panels; a badge with their numbers for those beside each other."""
    parts, groups = [], list[list[tuple[int, Mark]]]()
    for number, mark in enumerate(marks, 1):
        at = x.at(Decimal(mark.at))
        dashes = f' stroke-dasharray="{DASHES[mark.twin]}"' if DASHES[mark.twin] else ""
        path = f"M{at} {PRICES[0]}V{EQUITY[1]}"
        parts.append(f'<path class="death {mark.twin}"{dashes} fill="none" d="{path}"/>')
        first = groups[-1][0][1] if groups else None
        if first and first.twin == mark.twin and at - x.at(Decimal(first.at)) < _BESIDE:
            groups[-1].append((number, mark))
        else:
            groups.append([(number, mark)])
    rows = {twin: row for row, twin in enumerate(dict.fromkeys(mark.twin for mark in marks))}
    return parts + [_badge(group, rows[group[0][1].twin], x) for group in groups]


def _badge(group: Sequence[tuple[int, Mark]], row: int, x: Axis) -> str:
    """The numbers of some liquidations in the list below, above the first of their lines."""
    (first, mark), (last, _) = group[0], group[-1]
    words = str(first) if first == last else f"{first}–{last}"
    at, up = x.at(Decimal(mark.at)), PRICES[0] - 10 - 19 * row
    wide = 10 + 8 * len(words)
    box = f'x="{at - wide / Decimal(2)}" y="{up - 9}" width="{wide}" height="18" rx="9"'
    return (
        f'<rect class="badge {mark.twin}" {box}/>'
        f'<text x="{at}" y="{up + 4}" text-anchor="middle">{words}</text>'
    )


def _cross(mark: Mark, point: Point, x: Axis, y: Axis) -> str:
    """A cross on the path of a coin where its ring died."""
    at, value = x.at(Decimal(point[0])), y.at(min(max(Decimal(point[1]), y.low), y.high))
    return f'<path class="line {mark.twin}" d="M{at - 4} {value - 4}l8 8m0 -8l-8 8"/>'


def _title(text: str, y: int) -> str:
    return f'<text class="soft" x="4" y="{y}" text-anchor="start">{escape(text)}</text>'
