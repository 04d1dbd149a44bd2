"""What the charts of a replay are drawn through: equity of each twin broken at its deaths, and the moves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from ringfence.history.check import instant
from ringfence.report.axes import Axis
from ringfence.report.replayed import Mark, is_measured, liquidations, move_of, shown_books
from ringfence.service.answers import TwinKey
from ringfence.service.answers_replay import ReplayAnswer, ReplayEnding

HOUR = 3_600_000
_STEPS = tuple(HOUR * hours for hours in (1, 2, 3, 4, 6, 8, 12, 24, 48, 96, 168, 336, 720, 2160, 8760))
ROOM = Decimal("0.06")
MOST_COINS = 5
"""Coins whose path is drawn: those that moved most."""

Point = tuple[int, str]
"""UTC milliseconds, and an amount or a share as the answer states it."""


@dataclass(frozen=True, slots=True)
class EquityLine:
    """Equity of one twin the way it went; ``number`` is above 0 for the second of two ways."""

    twin: TwinKey
    number: int
    within: str
    pieces: tuple[tuple[Point, ...], ...]

    @property
    def points(self) -> tuple[Point, ...]:
        """Every point of it."""
        return tuple(point for piece in self.pieces for point in piece)


@dataclass(frozen=True, slots=True)
class CoinLine:
    """One coin's price over its first, as shares; ``short`` is its coin: ``BTC``."""

    symbol: str
    short: str
    points: tuple[Point, ...]


def assets_of(answer: ReplayAnswer) -> list[str]:
    """The assets that anything is held in."""
    named = [point.equity for one in answer.twins for ending in one.endings for point in ending.points]
    return list(dict.fromkeys(asset for amounts in (answer.before, *named) for asset in amounts))


def equity_lines(answer: ReplayAnswer, *, asset: str, twins: Sequence[TwinKey]) -> list[EquityLine]:
    """The equity of the twins in one asset; two lines for one whose end is undetermined."""
    return [
        EquityLine(key, number, ending.within, _pieces(answer, ending, asset))
        for key, book in shown_books(answer, twins)
        for number, ending in enumerate(book.endings)
        if ending.points
    ]


def _pieces(answer: ReplayAnswer, ending: ReplayEnding, asset: str) -> tuple[tuple[Point, ...], ...]:
    """The line, broken where something is liquidated between two points: what is in between is not known."""
    started = (answer.since, answer.before.get(asset, "0"))
    closes = [(one.at + answer.timeframe_ms, one.equity.get(asset, "0")) for one in ending.points]
    dead = [one.at for one in liquidations(ending)]
    pieces: list[list[Point]] = [[started]]
    for point in closes:
        since = pieces[-1][-1][0]
        if any(since <= at < point[0] for at in dead):
            pieces.append([point])
        else:
            pieces[-1].append(point)
    return tuple(tuple(piece) for piece in pieces)


def coin_paths(answer: ReplayAnswer) -> list[CoinLine]:
    """The paths of the coins that moved most, as shares of their first price."""
    moved = sorted(answer.moves, key=lambda symbol: -max(abs(Decimal(one)) for one in answer.moves[symbol]))
    return [
        CoinLine(
            symbol,
            symbol.partition("/")[0],
            tuple((one.at, one.moves[symbol]) for one in answer.path if symbol in one.moves),
        )
        for symbol in moved[:MOST_COINS]
    ]


def death_points(answer: ReplayAnswer, mark: Mark, coins: Sequence[CoinLine]) -> list[tuple[str, Point]]:
    """Where a death lies on the paths of the coins that its ring held: (symbol, point)."""
    held = [symbol for symbol in mark.entry.marks if symbol in mark.entry.ring] or list(mark.entry.marks)
    return [
        (symbol, (mark.at, move_of(mark.entry, symbol, answer)))
        for symbol in held
        if symbol in {one.symbol for one in coins}
    ]


def price_axis(coins: Sequence[CoinLine], *, start: Decimal, end: Decimal) -> Axis:
    """An axis that holds every price over its first, with a little room; ``start`` and ``end`` as drawn."""
    values = [Decimal(value) for coin in coins for _, value in coin.points] or [Decimal(0)]
    low, high = min(values), max(values)
    room = (high - low or Decimal("0.01")) * ROOM
    return Axis(low - room, high + room, start, end)


_EXTREMES = ("start", "an extreme", "the other", "end")
"""What the built-in path passes; for one coin the first is its high, for another its low."""


def path_ticks(answer: ReplayAnswer) -> list[tuple[int, str]]:
    """What stands below a chart: times, or, on the built-in path, which tells none, its four points."""
    if is_measured(answer) and len(answer.path) == len(_EXTREMES):
        return [(one.at, words) for one, words in zip(answer.path, _EXTREMES, strict=True)]
    return time_ticks(answer.since, answer.until)


def time_ticks(since: int, until: int, most: int = 6) -> list[tuple[int, str]]:
    """Round times between two: at most ``most`` of them, each with its label.

    >>> time_ticks(1760097600000, 1760184000000, 5)[:2]
    [(1760097600000, '10-10 12:00'), (1760119200000, '10-10 18:00')]
    """
    span = until - since
    step = next((one for one in _STEPS if span // one < most), -(-span // most) or 1)
    first = -(-since // step) * step
    whole_days = step % (24 * HOUR) == 0
    return [(at, _label(at, whole_days=whole_days)) for at in range(first, until + 1, step)]


def _label(at: int, *, whole_days: bool) -> str:
    written = instant(at)
    return written[:10] if whole_days else written[5:16]
