"""The replay as a Plotly figure: equity of the twins under the prices, deaths marked."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from ringfence.report.figures import (
    INK,
    TWIN_COLOURS,
    TWIN_DASHES,
    Figure,
    above,
    figure_of,
    panel_layout,
    plain_text,
    twin_line,
)
from ringfence.report.format import percent
from ringfence.report.replay_lines import (
    CoinLine,
    EquityLine,
    Point,
    coin_paths,
    death_points,
    equity_lines,
    path_ticks,
    price_axis,
)
from ringfence.report.replayed import Mark, death_marks, is_measured
from ringfence.service.answers import TwinKey
from ringfence.service.answers_replay import ReplayAnswer

_EQUITY, _PRICES = (0, 0.56), (0.66, 1)
_COIN_DASHES = ("solid", "dash", "dot", "dashdot", "longdash")
_SPARSE = 12
"""Up to this many points each is drawn as one."""
_NOW = "%Y-%m-%d %H:%M"


def replay_figure(
    answer: ReplayAnswer, *, asset: str, twins: Sequence[TwinKey], dark: bool = False
) -> Figure:
    """Equity of each twin along a replay, below the prices that it went through, with every liquidation.

    Args:
        asset: whose equity is drawn. twins: which twins, in order of the legend.
    Returns:
        A Plotly figure as a dictionary; x is time, prices are shares of the first open, equity in ``asset``.
        A line is broken where something is liquidated between two of its points.
    """
    coins = coin_paths(answer)
    marks = death_marks(answer, twins)
    data = [_price(coin, number, dark=dark) for number, coin in enumerate(coins)]
    data += [_equity(line, dark=dark) for line in equity_lines(answer, asset=asset, twins=twins)]
    data += [_deaths(answer, key, own, coins, dark=dark) for key in twins if (own := _of(marks, key))]
    ink, _, soft = INK[dark]
    layout = panel_layout("", f"Equity, {asset}", dark=dark)
    layout["xaxis"] |= {
        "type": "date", "range": [answer.since, answer.until], "hoverformat": _NOW, "nticks": 5,
        "tickformat": "%H:%M\n%Y-%m-%d", "anchor": "y", "title": {"text": ""},
    }  # fmt: skip
    measured = is_measured(answer)
    if measured:  # no hour between its points is known
        ticks = path_ticks(answer)
        layout["xaxis"] |= {"tickvals": [at for at, _ in ticks], "ticktext": [words for _, words in ticks]}
    layout["yaxis2"] = layout["yaxis"] | _price_axis(coins) | {"zerolinecolor": soft}
    layout["yaxis"] |= {"domain": list(_EQUITY), "rangemode": "tozero", "nticks": 6}
    layout["annotations"] = [
        above("Prices since the start", ink),
        above(plain_text(f"Equity, {asset}"), ink) | {"y": _EQUITY[1]},
    ]
    layout["margin"] = layout["margin"] | {"r": 58, "b": 84}
    layout["legend"] |= {"x": 0, "xanchor": "left", "y": -0.13, "yanchor": "top"}
    layout["hovermode"] = "closest" if measured else "x"
    return figure_of(data, layout | {"shapes": [_line(one, dark=dark) for one in marks]})


def _price_axis(coins: Sequence[CoinLine]) -> Figure:
    """The axis of the prices, its ticks written here: a browser would call no move minus nothing."""
    axis = price_axis(coins, start=Decimal(0), end=Decimal(1))
    ticks = axis.ticks(5)
    return {
        "domain": list(_PRICES),
        "range": [str(axis.low), str(axis.high)],
        "tickvals": [str(tick) for tick in ticks],
        "ticktext": [percent(str(tick)).replace(".00 %", " %") for tick in ticks],
    }


def _of(marks: Sequence[Mark], key: TwinKey) -> list[Mark]:
    return [one for one in marks if one.twin == key]


def _xy(points: Sequence[Point]) -> tuple[list[int], list[str]]:
    return [at for at, _ in points], [value for _, value in points]


def _price(coin: CoinLine, number: int, *, dark: bool) -> Figure:
    """One coin's path, named at its end."""
    x, y = _xy(coin.points)
    return {
        "type": "scatter",
        "mode": "lines+text",
        "name": plain_text(coin.symbol),
        "x": x,
        "y": y,
        "yaxis": "y2",
        "text": [""] * (len(x) - 1) + [f" {plain_text(coin.short)}"],
        "textposition": "middle right",
        "textfont": {"color": INK[dark][0]},
        "cliponaxis": False,
        "line": {"color": INK[dark][2], "dash": _COIN_DASHES[number], "width": 1.75},
        "showlegend": False,
        "hovertemplate": "%{y:+.2%}",
    }


def _equity(line: EquityLine, *, dark: bool) -> Figure:
    """One twin's equity; the pieces between its deaths are one line with gaps."""
    x: list[str | int] = []
    y: list[str | None] = []
    sizes: list[int] = []
    few = len(line.points) <= _SPARSE
    for piece in line.pieces:
        if x:
            x, y, sizes = [*x, piece[0][0]], [*y, None], [*sizes, 0]
        x += [at for at, _ in piece]
        y += [value for _, value in piece]
        sizes += [5 if few or len(piece) == 1 else 0] * len(piece)
    figure = twin_line(line.twin, x, y, dark=dark)
    name = figure["name"] + (f", {line.within}" if line.within else "")
    return figure | {
        "mode": "lines+markers",
        "marker": {"size": sizes, "color": TWIN_COLOURS[dark][line.twin], "line": {"width": 0}},
        "connectgaps": False,
        "legendgroup": line.twin,
        "showlegend": line.number == 0,
        "opacity": 1 if line.number == 0 else 0.6,
        "hovertemplate": f"%{{y:,~f}}<extra>{plain_text(name)}</extra>",
    }


def _line(mark: Mark, *, dark: bool) -> Figure:
    """A death, through both panels."""
    return {
        "type": "line", "x0": mark.at, "x1": mark.at, "yref": "paper", "y0": 0, "y1": 1,
        "line": {"color": TWIN_COLOURS[dark][mark.twin], "dash": TWIN_DASHES[mark.twin], "width": 1},
        "opacity": 0.55,
    }  # fmt: skip


def _deaths(
    answer: ReplayAnswer, key: TwinKey, marks: Sequence[Mark], coins: Sequence[CoinLine], *, dark: bool
) -> Figure:
    """Crosses on the paths of the coins whose ring died."""
    found = [(mark, point) for mark in marks for _, point in death_points(answer, mark, coins)]
    return {
        "type": "scatter",
        "mode": "markers",
        "yaxis": "y2",
        "x": [point[0] for _, point in found],
        "y": [point[1] for _, point in found],
        "marker": {
            "symbol": "x", "size": 9, "color": TWIN_COLOURS[dark][key],
            "line": {"width": 1, "color": INK[not dark][0]},
        },
        "showlegend": False,
        "text": [plain_text(mark.entry.ring) for mark, _ in found],
        "hovertemplate": "%{text}: %{y:+.2%}<extra></extra>",
    }  # fmt: skip
