"""Windows: the path that a replay takes, from stored series, or from the built-in moves of a crash."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction

from ringfence.domain.account import Account
from ringfence.domain.instrument import symbol_parts
from ringfence.domain.market import Market
from ringfence.errors import BadFile, MissingField, NotSupported, OutOfRange
from ringfence.history.names import SeriesKind, SeriesName, file_symbol
from ringfence.history.series import Bars, Funding
from ringfence.history.tape import Tape, followed, paired, rescaled, tape_of, tape_of_marks
from ringfence.replay.crashes import HOUR, Crash, Move, crash_named, measured
from ringfence.service.context import Context
from ringfence.service.data import moment
from ringfence.service.requests_replay import ReplayRequest
from ringfence.store.history import stored_bars, stored_funding, stored_names
from ringfence.venues.rules import VenueRules

ELSEWHERE = "binance-usdm"
"""Whose series stand in where the account's own venue has none; the answer says so."""


@dataclass(frozen=True)
class Window:
    """A path, where it comes from, and what is assumed of it."""

    tape: Tape
    title: str
    sources: Mapping[str, str]
    assumptions: tuple[str, ...] = ()
    traded: Tape | None = None


@dataclass(frozen=True)
class _Wanted:
    """What is asked for: a span, and the symbols of the book with their marks and grids."""

    request: ReplayRequest
    crash: Crash | None
    span: tuple[int, int]
    marks: Mapping[str, Decimal]
    betas: Mapping[str, Decimal]
    quanta: Mapping[str, Decimal]
    venue: str

    @property
    def symbols(self) -> tuple[str, ...]:
        return tuple(self.marks)


def window_of(
    context: Context, request: ReplayRequest, account: Account, market: Market, rules: VenueRules
) -> Window:
    """The path of a request.

    Raises:
        MissingField: neither an event nor a span. BadFile: no series of the span. NotSupported: no position.
    """
    wanted = _wanted(request, account, market, rules)
    if not wanted.symbols:
        raise NotSupported(
            "an account without positions has nothing to lose on a path", path="account.positions"
        )
    found = {} if request.builtin else _chosen(context, wanted)
    if found:
        return _stored(context, wanted, found)
    if wanted.crash is None:
        raise BadFile(
            f"no {request.prices} prices of this book's coins in that time", path="from_date",
            hint="ringfence data list shows what is stored; --event has a built-in table",
        )  # fmt: skip
    return _builtin(wanted, wanted.crash)


def _wanted(request: ReplayRequest, account: Account, market: Market, rules: VenueRules) -> _Wanted:
    crash = None if request.event is None else crash_named(request.event)
    since = request.from_date or (None if crash is None else crash.since)
    until = request.to_date or (None if crash is None else crash.until)
    if since is None or until is None:
        raise MissingField("say which time", path="event", hint="--event 2025-10-10, or --from and --to")
    span = moment(since, path="from_date"), moment(until, path="to_date")
    if span[0] >= span[1]:
        raise OutOfRange("a window ends after it begins", path="to_date", value=until)
    held = [one.symbol for one in account.positions]
    held += [one.symbol for one in account.orders]
    held += [rate.mark_of for rate in account.collateral.values() if rate.mark_of]
    symbols = sorted(dict.fromkeys(held))
    quanta = {s: rules.instrument(s, account.instruments.get(s)).mark_quantum for s in symbols}
    marks = {symbol: market.mark(symbol) for symbol in symbols}
    betas = {symbol: market.betas[symbol] for symbol in symbols if symbol in market.betas}
    return _Wanted(request, crash, span, marks, betas, quanta, account.venue.replace("_", "-"))


def _chosen(context: Context, wanted: _Wanted) -> dict[str, SeriesName]:
    """The series of each symbol: of the account's venue or of another, the finest timeframe all have."""
    kind = SeriesKind(wanted.request.prices)
    names = [one for one in stored_names(context.history) if one.kind is kind]
    own = {symbol: _of_symbol(symbol, names, wanted.venue) for symbol in wanted.symbols}
    own = {symbol: found for symbol, found in own.items() if found}
    steps = sorted({name.step for found in own.values() for name in found})
    if wanted.request.timeframe is not None:
        stated = SeriesName("", "", kind, wanted.request.timeframe).step
        steps = [step for step in steps if step == stated]
    best: dict[str, SeriesName] = {}
    for step in steps:
        here: dict[str, SeriesName] = {}
        for symbol, found in own.items():
            for name in found:
                if name.step == step and symbol not in here and _covers(context, name, wanted.span):
                    here[symbol] = name
        if len(here) > len(best):
            best = here
    return best


def _of_symbol(symbol: str, names: list[SeriesName], venue: str) -> list[SeriesName]:
    """Series of a contract, those of the account's own venue first."""
    parts = symbol_parts(symbol)
    own = [one for one in names if one.venue == venue and one.symbol == file_symbol(symbol)]
    other = f"{parts['base']}USDT"
    return own or [one for one in names if one.venue == ELSEWHERE and one.symbol == other]


def _covers(context: Context, name: SeriesName, span: tuple[int, int]) -> bool:
    """Whether a series has the first and the last bar of a span."""
    bars = stored_bars(name, context.history, since=span[0], until=span[1])
    ts = bars.frame["ts"]
    return len(bars) > 0 and ts[0] < span[0] + name.step and ts[-1] + name.step >= span[1]


def _stored(context: Context, wanted: _Wanted, found: Mapping[str, SeriesName]) -> Window:
    since, until = wanted.span
    bars: dict[str, Bars] = {}
    funding: dict[str, Funding] = {}
    paying = {
        (one.venue, one.symbol): one
        for one in stored_names(context.history)
        if one.kind is SeriesKind.FUNDING
    }
    for symbol, name in found.items():
        bars[symbol] = stored_bars(name, context.history, since=since, until=until)
        paid = paying.get((name.venue, name.symbol))
        if paid is not None:
            rows = stored_funding(paid, context.history, since=since, until=until)
            funding |= {symbol: rows} if len(rows) else {}
    sources = {symbol: str(name) for symbol, name in found.items()}
    beside = _beside(context, wanted, found) if wanted.request.traded else {}
    last = {s: stored_bars(name, context.history, since=since, until=until) for s, name in beside.items()}
    traded: Tape | None = None
    if last:
        tape, traded = paired(bars, last, funding)
        sources |= {symbol: f"{sources[symbol]}, orders by {name}" for symbol, name in beside.items()}
    else:
        tape = tape_of(bars, funding)
    moves = wanted.request.basis == "moves"
    if moves:
        tape, traded = _from_own_marks(wanted, tape, traded)
    said = ["The moves of that time start at the account's own marks."] if moves else []
    said += _unknown(wanted, [symbol for symbol in found if symbol not in beside])
    if wanted.request.prices == "last":
        said.append("Liquidated by the traded price, as no venue does: to show what the mark spares.")
    others = {name.venue for name in found.values()} - {wanted.venue}
    if others:
        said.append(f"Prices are those of {', '.join(sorted(others))}, not of the account's venue.")
    title = wanted.crash.title if wanted.crash else "a window of history"
    return _with_rest(wanted, Window(tape, title, sources, tuple(said), traded))


def _beside(context: Context, wanted: _Wanted, found: Mapping[str, SeriesName]) -> dict[str, SeriesName]:
    """The traded prices that are stored beside marks: same venue, symbol and timeframe, the whole span."""
    if wanted.request.prices == "last":
        return {}  # what moves the account is the traded price already
    lasts = [one for one in stored_names(context.history) if one.kind is SeriesKind.LAST]
    beside = {}
    for symbol, mark in found.items():
        for one in lasts:
            same = (one.venue, one.symbol, one.timeframe) == (mark.venue, mark.symbol, mark.timeframe)
            if same and _covers(context, one, wanted.span):
                beside[symbol] = one
    return beside


def _from_own_marks(wanted: _Wanted, tape: Tape, traded: Tape | None) -> tuple[Tape, Tape | None]:
    """Both tapes from the account's own marks on; what is traded keeps its distance from the mark."""
    own = {symbol: wanted.marks[symbol] for symbol in tape.symbols}
    moved = rescaled(tape, own, wanted.quanta)
    if traded is None:
        return moved, None
    marks, lasts = tape.marks(0, "open"), traded.marks(0, "open")
    starts = {s: Fraction(own[s]) / Fraction(marks[s]) * Fraction(last) for s, last in lasts.items()}
    return moved, rescaled(traded, starts, wanted.quanta)


def _unknown(wanted: _Wanted, symbols: list[str]) -> list[str]:
    """What is said of coins whose traded prices are asked for and not stored."""
    if not symbols or not wanted.request.traded or wanted.request.prices == "last":
        return []
    return [f"No traded prices of that time are stored for {', '.join(symbols)}: orders fill by the mark."]


def _builtin(wanted: _Wanted, crash: Crash) -> Window:
    """A crash as a path of measured moves: first open, the extremes in their order, last close."""
    rows = {f"{move.coin}": move for move in measured()[crash.name]}
    own = {s: rows[c] for s in wanted.symbols if (c := symbol_parts(s)["base"]) in rows}
    if not own:
        raise BadFile(
            f"neither series nor measured moves of this book's coins in {crash.name}", path="event",
            hint=f"measured: {', '.join(rows)}",
        )  # fmt: skip
    hours = max(move.hours for move in own.values())
    prices = {symbol: _points(wanted.marks[symbol], move) for symbol, move in own.items()}
    tape = tape_of_marks(prices, step=hours * HOUR // 3, start=wanted.span[0])
    said = (
        (
            "Measured moves of the mark, from the first open over the extremes to the last close in straight "
            "lines: what came between is not in the built-in table, and no funding."
        ),
        "The moves start at the account's own marks.",
        *_unknown(wanted, list(own)),
    )
    sources = {symbol: f"built-in, measured on {move.series}" for symbol, move in own.items()}
    return _with_rest(wanted, Window(tape, crash.title, sources, said))


def _points(start: Decimal, move: Move) -> list[Decimal]:
    ways = (move.high, move.low) if move.high_first else (move.low, move.high)
    return [start, *(start * way for way in (*ways, move.close))]


def _with_rest(wanted: _Wanted, window: Window) -> Window:
    """The coins without prices: by their stated beta after the leading coin, or where they stand."""
    rest = [symbol for symbol in wanted.symbols if symbol not in window.tape.symbols]
    if not rest:
        return window
    tape = window.tape
    leader = next((s for s in tape.symbols if s.startswith("BTC/")), tape.symbols[0])
    starts = {s: (wanted.marks[s], wanted.betas.get(s, Decimal(0)), wanted.quanta[s]) for s in rest}
    follow = [symbol for symbol in rest if starts[symbol][1]]
    stay = [symbol for symbol in rest if not starts[symbol][1]]
    sources = {**window.sources}
    said = list(window.assumptions)
    if follow:
        told = ", ".join(f"{symbol} ({starts[symbol][1]})" for symbol in follow)
        said.append(f"No prices are known for {told}: by the stated beta they follow {leader}.")
    if stay:
        said.append(f"No prices and no beta are known for {', '.join(stay)}: left where they are.")
    sources |= dict.fromkeys(follow, f"follows {leader}") | dict.fromkeys(stay, "left where it is")
    return replace(window, tape=followed(tape, leader, starts), sources=sources, assumptions=tuple(said))
