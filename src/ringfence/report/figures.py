"""Figures as Plotly specifications: pure functions from answers to dictionaries.

Amounts go in as the decimal strings of the answers; an axis of type ``linear`` reads them as they are.
Colour is never the only sign: each twin has its own dash and its name in the legend.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from ringfence.report.regions import dead_region, drawn
from ringfence.service.answers import Death, FrontierAnswer, FrontierTwin, ScrubAnswer, ScrubTwin, TwinKey

Figure = dict[str, Any]

TWIN_NAMES: Mapping[TwinKey, str] = {"isolated": "Isolated", "cross": "Cross", "as_is": "As it is"}
TWIN_DASHES: Mapping[TwinKey, str] = {"isolated": "solid", "cross": "dash", "as_is": "dot"}
TWIN_COLOURS: Mapping[bool, Mapping[TwinKey, str]] = {
    False: {"isolated": "#1d5fd1", "cross": "#b4480f", "as_is": "#6b3fa0"},
    True: {"isolated": "#7db2ff", "cross": "#ffab70", "as_is": "#c9a6ff"},
}
MARGIN = {"l": 72, "r": 28, "t": 36, "b": 44}
"""Space around the plotting area in pixels; the page lines its slider up with it."""

_TICKS = {
    "-0.6": "−60 %",
    "-0.4": "−40 %",
    "-0.2": "−20 %",
    "0": "today",
    "0.2": "+20 %",
    "0.4": "+40 %",
    "0.6": "+60 %",
}
INK: Mapping[bool, tuple[str, str, str]] = {
    False: ("#1c2430", "#d5dae2", "#6b7482"),
    True: ("#e6eaf0", "#333c49", "#98a2b1"),
}
"""Ink, grid and soft lines, by whether the page is dark."""


def scrub_figure(
    sweep: Sequence[ScrubAnswer], *, asset: str, twins: Sequence[TwinKey], dark: bool = False
) -> Figure:
    """Total equity of each twin along the scrubber's line, with the places where its rings die.

    Args:
        sweep: the same question at rising moves; deaths are read from the first.
        asset: whose equity is drawn. twins: which twins, in order of the legend.
    Returns:
        A Plotly figure as a dictionary; x is the leader's move as a share, y is equity in ``asset``.
    """
    data, shapes = [], []
    for twin in twins:
        points = [
            (answer.move, found.equity[asset]) for answer in sweep for found in _twin(answer, twin, asset)
        ]
        if not points:
            continue
        data.append(twin_line(twin, [x for x, _ in points], [y for _, y in points], dark=dark))
        shapes += [
            _death_line(death, twin, dark=dark)
            for one in _twin(sweep[0], twin, asset)
            for death in one.deaths
        ]
    layout = panel_layout(f"{sweep[0].leader} moves by", f"Equity, {asset}", dark=dark)
    layout["xaxis"] |= {
        "range": [sweep[0].move, sweep[-1].move],
        "tickvals": list(_TICKS),
        "ticktext": list(_TICKS.values()),
        "hoverformat": "+.2%",
        "ticklabeloverflow": "allow",
    }
    layout["yaxis"] |= {"rangemode": "tozero"}
    return figure_of(data, layout | {"shapes": shapes, "hovermode": "x unified"})


def _twin(answer: ScrubAnswer, key: TwinKey, asset: str) -> list[ScrubTwin]:
    return [twin for twin in answer.twins if twin.twin == key and twin.feasible and asset in twin.equity]


def twin_line(twin: TwinKey, x: Sequence[str | int], y: Sequence[str | None], *, dark: bool) -> Figure:
    """A line in the colour and the dashes of its twin."""
    return {
        "type": "scatter",
        "mode": "lines",
        "name": TWIN_NAMES[twin],
        "x": list(x),
        "y": list(y),
        "line": {"color": TWIN_COLOURS[dark][twin], "dash": TWIN_DASHES[twin], "width": 2.25},
        "hovertemplate": "%{y:,~f}",
    }


def _death_line(death: Death, twin: TwinKey, *, dark: bool) -> Figure:
    return {
        "type": "line",
        "x0": death.move,
        "x1": death.move,
        "yref": "paper",
        "y0": 0,
        "y1": 1,
        "line": {"color": TWIN_COLOURS[dark][twin], "dash": TWIN_DASHES[twin], "width": 1},
        "opacity": 0.55,
    }


def frontier_figure(answer: FrontierAnswer, *, twins: Sequence[TwinKey], dark: bool = False) -> Figure:
    """The safe region of each twin over two prices, with today's point.

    What is tinted is liquidated; where the regions of two twins overlap, both are. Between two vertices a
    line is straight, or, for coin-margined contracts, straight in 1/price.
    """
    data: list[Figure] = []
    for twin in (twin for key in twins for twin in answer.twins if twin.twin == key):
        data += _frontier_lines(answer, twin, dark=dark)
    ink = INK[dark][0]
    data.append(
        {
            "type": "scatter",
            "mode": "markers+text",
            "name": "Today",
            "x": [answer.today[0]],
            "y": [answer.today[1]],
            "text": ["today"],
            "textposition": "top right",
            "textfont": {"color": ink},
            "marker": {"size": 11, "symbol": "diamond", "color": ink},
            "showlegend": False,
            "hovertemplate": "today: %{x:,~f}, %{y:,~f}<extra></extra>",
        }
    )
    layout = panel_layout(f"{answer.x} price", f"{answer.y} price", dark=dark)
    layout["xaxis"] |= {"range": [answer.window[0], answer.window[1]], "nticks": 5}
    layout["yaxis"] |= {"range": [answer.window[2], answer.window[3]]}
    return figure_of(data, layout | {"hovermode": "closest"})


def _frontier_lines(answer: FrontierAnswer, twin: FrontierTwin, *, dark: bool) -> list[Figure]:
    """The lines of one twin, named once in the legend, each with the tint of its dead side."""
    found = []
    window = tuple(Decimal(edge) for edge in answer.window)
    today = Decimal(answer.today[0]), Decimal(answer.today[1])
    for number, line in enumerate(line for line in twin.lines if line.vertices):
        points = drawn(line, x=answer.x, y=answer.y)
        figure = twin_line(twin.twin, [str(x) for x, _ in points], [str(y) for _, y in points], dark=dark)
        hover = f"{plain_text(line.ring)}<br>%{{x:,~f}}, %{{y:,~f}}<extra>{TWIN_NAMES[twin.twin]}</extra>"
        figure |= {"legendgroup": twin.twin, "showlegend": number == 0, "hovertemplate": hover}
        region = dead_region(points, window, today) if twin.alive else []
        if region:
            found.append(_tint(twin.twin, region, dark=dark))
        found.append(figure)
    return found


def _tint(twin: TwinKey, region: Sequence[tuple[Decimal, Decimal]], *, dark: bool) -> Figure:
    colour = TWIN_COLOURS[dark][twin]
    red, green, blue = (int(colour[at : at + 2], 16) for at in (1, 3, 5))
    return {
        "type": "scatter",
        "mode": "none",
        "x": [str(x) for x, _ in region],
        "y": [str(y) for _, y in region],
        "fill": "toself",
        "fillcolor": f"rgba({red},{green},{blue},0.13)",
        "legendgroup": twin,
        "showlegend": False,
        "hoverinfo": "skip",
    }


def plain_text(text: str) -> str:
    """Text that Plotly, which reads a little HTML, shows as it is."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def panel_layout(x: str, y: str, *, dark: bool) -> Figure:
    """A layout of one panel, with what its axes show."""
    ink, grid, soft = INK[dark]
    axis = {
        "type": "linear", "gridcolor": grid, "linecolor": soft, "zerolinecolor": soft,
        "tickfont": {"color": ink}, "automargin": False, "fixedrange": True, "nticks": 9, "tickangle": 0,
        "exponentformat": "none", "tickformat": ",~f",
    }  # fmt: skip
    return {
        "xaxis": axis | {"title": {"text": plain_text(x), "font": {"color": ink}, "standoff": 8}},
        "yaxis": dict(axis),
        "annotations": [above(plain_text(y), ink)],
        "margin": dict(MARGIN),
        "font": {"family": "system-ui, sans-serif", "size": 13, "color": ink},
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "legend": {"orientation": "h", "x": 1, "xanchor": "right", "y": 1, "yanchor": "bottom"},
        "hoverlabel": {"bgcolor": "#222a35" if dark else "#ffffff", "font": {"color": ink}},
        "template": "none",
        "dragmode": False,
    }


def above(text: str, ink: str) -> Figure:
    """What the upright axis shows, written above it, where long numbers leave it room."""
    return {
        "text": text, "showarrow": False, "font": {"color": ink}, "xref": "paper", "yref": "paper",
        "x": 0, "xanchor": "left", "xshift": -MARGIN["l"], "y": 1, "yanchor": "bottom", "yshift": 4,
    }  # fmt: skip


def figure_of(data: list[Figure], layout: Figure) -> Figure:
    """A whole figure, without Plotly's own buttons."""
    return {"data": data, "layout": layout, "config": {"displayModeBar": False, "responsive": True}}
