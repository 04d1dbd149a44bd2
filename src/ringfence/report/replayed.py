"""A replay in words: the card of a crash, what was left of each twin, and who died when."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from ringfence.history.check import instant
from ringfence.report.format import TWIN_WORDS, amount, percent
from ringfence.service.answers import TwinKey
from ringfence.service.answers_replay import ReplayAnswer, ReplayBook, ReplayEnding, ReplayEntry

VERDICT_WORDS: Mapping[str, str] = {
    "alive": "alive",
    "reduced": "closed in part",
    "liquidated": "LIQUIDATED",
    "undetermined": "UNDETERMINED",
    "not_possible": "not possible",
}
NOTHING = "nothing is liquidated"
_SHARE = Decimal("0.000001")
_BUILT_IN, _FOLLOWS, _STILL = "built-in", "follows ", "left where it is"


@dataclass(frozen=True, slots=True)
class Outcome:
    """One twin on a card.

    Attributes:
        died: which ring died when, a line for each way that the bars may have gone. left: equity at the end.
    """

    key: str
    title: str
    verdict: str
    words: str
    died: tuple[str, ...]
    left: str


@dataclass(frozen=True, slots=True)
class Card:
    """A crash as one card. ``coins``: which were replayed by what, a line for each kind of source."""

    event: str
    title: str
    span: str
    outcomes: tuple[Outcome, ...]
    coins: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Mark:
    """A liquidation for drawing: whose, when within its bar, and the words of the log.

    ``at``: UTC milliseconds, taken as the middle of the bar where the path does not tell better.
    """

    twin: TwinKey
    at: int
    entry: ReplayEntry
    words: str


def card_of(answer: ReplayAnswer, twins: Sequence[TwinKey]) -> Card:
    """The card of a replay.

    Args:
        twins: which, in their order: ``isolated``, ``cross``, ``as_is``.
    """
    return Card(
        answer.event or answer.title,
        answer.title if answer.event else "",
        f"{instant(answer.since)} to {instant(answer.until)}",
        tuple(outcome_of(one, answer) for _, one in shown_books(answer, twins)),
        coin_lines(answer),
    )


def shown_books(answer: ReplayAnswer, twins: Sequence[TwinKey]) -> list[tuple[TwinKey, ReplayBook]]:
    """The twins that are asked for, in that order, by their names."""
    return [(key, one) for key in twins for one in answer.twins if one.name == key]


def outcome_of(book: ReplayBook, answer: ReplayAnswer) -> Outcome:
    """What became of one twin, or of another choice."""
    return Outcome(
        book.name,
        TWIN_WORDS.get(book.name, book.name),
        book.verdict,
        VERDICT_WORDS[book.verdict],
        _died(book, answer),
        left_words(book),
    )


def left_words(book: ReplayBook) -> str:
    """What was left at the end; both amounts where the order inside a bar decides; else why it is nothing."""
    return " or ".join(dict.fromkeys(equity_words(ending.left) for ending in book.endings)) or book.reason


def equity_words(amounts: Mapping[str, str]) -> str:
    """Equity in every asset.

    >>> equity_words({"USDT": "10", "BTC": "0.5"}), equity_words({})
    ('10.00 USDT, 0.50 BTC', 'nothing')
    """
    return ", ".join(amount(value, asset) for asset, value in amounts.items()) or "nothing"


def is_measured(answer: ReplayAnswer) -> bool:
    """Whether the path is the built-in one: its prices are measured, the hours between them are not known."""
    return any(source.startswith(_BUILT_IN) for source in answer.sources.values())


def when_words(entry: ReplayEntry, answer: ReplayAnswer) -> str:
    """When something happened; on the built-in path, which tells no time, how far its coins had moved."""
    if not is_measured(answer) or not answer.path:
        return instant(entry.at)
    first = answer.path[0].marks
    own = [symbol for symbol in entry.marks if symbol in entry.ring and symbol in first]
    shares = {one: move_of(entry, one, answer) for one in own or entry.marks if one in first}
    moves = [f"{symbol.partition('/')[0]} at {percent(share)}" for symbol, share in shares.items()]
    return f"with {', '.join(moves)}" if moves else "at the start"


def move_of(entry: ReplayEntry, symbol: str, answer: ReplayAnswer) -> str:
    """How far a coin had moved from its first price, as a share."""
    share = Decimal(entry.marks[symbol]) / Decimal(answer.path[0].marks[symbol]) - 1
    return format(share.quantize(_SHARE), "f")


def _died(book: ReplayBook, answer: ReplayAnswer) -> tuple[str, ...]:
    told = {_deaths(ending, answer): within_words(ending) for ending in book.endings}
    if len(told) < 2:
        return tuple(words for words in told if words != NOTHING)
    return tuple(f"{within}: {words}" for words, within in told.items())


def within_words(ending: ReplayEnding) -> str:
    """In which order of prices inside bars it went like this; empty where it makes no difference."""
    return f"if prices went {ending.within}" if ending.within else ""


def _deaths(ending: ReplayEnding, answer: ReplayAnswer) -> str:
    rings: dict[str, list[ReplayEntry]] = {}
    for one in liquidations(ending):
        rings.setdefault(one.ring, []).append(one)
    return "; ".join(_death(ring, entries, answer) for ring, entries in rings.items()) or NOTHING


def _death(ring: str, entries: Sequence[ReplayEntry], answer: ReplayAnswer) -> str:
    """What the venue did to one ring, in a line: liquidated when, closed in part how often and since when."""
    parts = [one for one in entries if not one.closed]
    closed = [f"liquidated {when_words(one, answer)}" for one in entries if one.closed]
    if parts:
        often = f"{len(parts)} times, first" if len(parts) > 1 else ""
        closed.append(" ".join(("closed in part", often, when_words(parts[0], answer))).replace("  ", " "))
    return f"{ring} {', '.join(closed)}"


def liquidations(ending: ReplayEnding) -> list[ReplayEntry]:
    """The log without fills and funding."""
    return [one for one in ending.log if one.kind == "liquidation"]


def coin_lines(answer: ReplayAnswer) -> tuple[str, ...]:
    """Which coins had data, which a built-in move, which followed another by a beta, which stood still."""
    kinds: dict[str, list[str]] = {}
    for symbol, source in answer.sources.items():
        fall = f"{symbol} {percent(answer.moves[symbol][1])}" if symbol in answer.moves else symbol
        if source.startswith(_BUILT_IN):
            kinds.setdefault("Lowest, by the built-in measured moves", []).append(fall)
        elif source.startswith(_FOLLOWS):
            kinds.setdefault(f"Lowest, by its beta: {source}", []).append(fall)
        elif source == _STILL:
            kinds.setdefault("No prices and no beta, left where it is", []).append(symbol)
        else:
            kinds.setdefault("Lowest, by installed prices", []).append(fall)
    return tuple(f"{kind}: {', '.join(coins)}" for kind, coins in kinds.items())


def hole_lines(answer: ReplayAnswer) -> list[str]:
    """The first of the bars that are missing, by series."""
    return [
        f"{one.symbol}: {one.missing:,} bars are missing from {instant(one.since)} on" for one in answer.holes
    ]


def left_rows(answer: ReplayAnswer) -> list[tuple[str, str, str, str]]:
    """Every twin, every other choice, and closing at the start: name, verdict, first liquidation, left."""
    rows = [
        (
            TWIN_WORDS.get(one.name, one.name),
            VERDICT_WORDS[one.verdict],
            _first(one, answer),
            left_words(one),
        )
        for one in (*answer.twins, *answer.choices)
    ]
    return [*rows, ("close at the start", "closed", "", equity_words(answer.close_now))]


def _first(book: ReplayBook, answer: ReplayAnswer) -> str:
    firsts = [entries[0] for ending in book.endings if (entries := liquidations(ending))]
    return "" if not firsts else when_words(min(firsts, key=lambda one: one.at), answer)


def death_marks(answer: ReplayAnswer, twins: Sequence[TwinKey]) -> list[Mark]:
    """Every liquidation of the twins, each once: twin by twin, in order of time."""
    found: dict[tuple[str, int, str], Mark] = {}
    for key, book in shown_books(answer, twins):
        for ending in book.endings:
            for entry in liquidations(ending):
                within = f", {within_words(ending)}" if _decides(book, entry) else ""
                where = "on the way" if is_measured(answer) else entry.where
                words = f"{when_words(entry, answer)} ({where}{within}): {entry.words}"
                found.setdefault(
                    (key, entry.at, entry.words), Mark(key, _moment(entry, answer), entry, words)
                )
    return sorted(found.values(), key=lambda one: (twins.index(one.twin), one.at))


def _decides(book: ReplayBook, entry: ReplayEntry) -> bool:
    """Whether an entry stands in one of two endings only."""
    same = [
        ending
        for ending in book.endings
        if any((one.at, one.words) == (entry.at, entry.words) for one in ending.log)
    ]
    return len(same) < len(book.endings)


def _moment(entry: ReplayEntry, answer: ReplayAnswer) -> int:
    """When within its bar: where the way between its ends passes the mark, else the middle."""
    marks = {one.at: one.marks for one in answer.path}
    start, end = marks.get(entry.at, {}), marks.get(entry.at + answer.timeframe_ms, {})
    for symbol, mark in entry.marks.items():
        if symbol in start and symbol in end and start[symbol] != end[symbol]:
            before, after = Decimal(start[symbol]), Decimal(end[symbol])
            share = (Decimal(mark) - before) / (after - before)
            if 0 <= share <= 1:
                return entry.at + int(share * answer.timeframe_ms)
    return entry.at + answer.timeframe_ms // 2
