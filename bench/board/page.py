"""docs/accuracy.md, from the board alone."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from decimal import Decimal

from bench.board.tally import SMALLEST, Tally, digits, misses, percent, tally
from bench.board.values import OURS, PEERS, PROGRAMS, RESULTS, WORDS, Board, Figure
from bench.harness import ROOT
from ringfence.venues import registry

PAGE = ROOT / "docs" / "accuracy.md"
LIQUIDATION = "liquidation_price"
BANKRUPTCY = "bankruptcy_price"
PRICES = (LIQUIDATION, BANKRUPTCY)
WORST = 10
SHOWN = 6
"""As many venues or figures are named in one cell; more are counted."""
HEAD = """\
# The accuracy board

<!-- Written by bench/board (make scoreboard asks all four programs, make docs asks ringfence anew) from
docs/accuracy.json; a test compares this page and ringfence's part of it with the code. -->

What do ringfence, freqtrade, ccxt and jesse say about figures that a venue has published or returned itself?
The reference is always the venue's own number: an example in its documents, or what the exchange answered
for a real account. A program is never compared with another program.

{counts}

- *Expressed*: the program has a function of its own that takes the case and answers; the rest is under
  [what each cannot express](#what-each-cannot-express). A program that says nothing is not wrong.
- *Within tolerance*: as close as the venue's own rounding allows; the tolerance is part of the case. Binary
  floats are forgiven 0.0000000001 % of a figure.
- *Error*: of the figures expressed, as a share of the venue's figure; the median, and the worst with its
  size in the figure's own unit. The venue's figures are rounded, so a right answer has a small error too.
- *Another answer*: a price where the venue says that no price liquidates the position, or the reverse; it has
  no size. Saying so where the venue does is within tolerance.
- *Mode*: margin mode of the position; figures of a whole account are those of its cross pool.

Every single answer is in [accuracy.json]({results}).
"""
ASKED = """\
## How each was asked

Nothing is retyped: each release runs in an environment of its own and its own functions are called
(`bench/board/workers/`). Each is given what its function takes, in the most favourable reading of the case:
the same tiers as ringfence (the case's, else those of the venue's dated table), with floors converted to
quote currency where the venue counts contracts; the wallet; the other cross positions with their marks; the
margin inside an isolated position.

- **freqtrade** {freqtrade}: `get_liquidation_price` of the venue's class, as in a dry run, with its safety
  buffer (5 % of the distance by default) set to 0; `LocalTrade.calc_profit` without fees;
  `get_maintenance_ratio_and_amt`. In live trading it shows the venue's own price instead. Where a case
  states no leverage it gets its default, 1. Its formula for Bybit says itself that it ignores added margin.
- **ccxt** {ccxt}: the position parsers on a raw answer of the venue that lacks the figure in question. A
  figure that a parser merely passes on is the venue's, not ccxt's. On Binance the price comes from
  `parse_account_position`; the usual positions call passes on the venue's price.
- **jesse** {jesse}: `Position` on a `FuturesExchange`, as in a backtest. It knows an isolated margin only
  through the leverage, so for prices the leverage given is entry value over margin.
- **ringfence**: `ringfence.testing.conform.run_case`, the same that `ringfence venues check` runs.

The three ran on Python {python}. `make scoreboard` makes the environments and asks again;
`make scoreboard CASES=FILE` asks about other cases.
"""


def page(board: Board) -> str:
    """The whole page."""
    figures = board.figures
    groups: list[tuple[str, Callable[[Figure], bool]]] = [
        ("Liquidation prices", lambda one: one.name == LIQUIDATION),
        ("Bankruptcy prices", lambda one: one.name == BANKRUPTCY),
        ("Margins, profits, values and other figures", lambda one: one.name not in PRICES),
    ]
    parts = [HEAD.format(counts=_counts(board), results=RESULTS.name), "\n".join(_summary(board))]
    for title, belongs in groups:
        parts.append("\n".join(_venues(title, [one for one in figures if belongs(one)])))
    parts.append("\n".join(_ours(figures)))
    parts += ["\n".join(_off(program, figures)) for program in PEERS]
    parts.append("\n".join(_silent(figures)))
    versions = {program: board.versions[program] for program in PEERS}
    python = ", ".join(sorted({board.versions[f"{program} on Python"] for program in PEERS}))
    parts.append(ASKED.format(**versions, python=python))
    return "\n".join(part.rstrip("\n") + "\n" for part in parts)


def _counts(board: Board) -> str:
    venues = len({one.venue for one in board.figures})
    newest = f" The newest rules among them are of {board.newest}." if board.newest else ""
    plural = "s" if venues != 1 else ""
    return (
        f"{len(board.cases)} strict cases (published by the venue or captured from it, nothing fitted) of "
        f"{venues} venue{plural} hold {len(board.figures)} figures; {board.repeated} more repeat "
        f"one of them and are left out.{newest}"
    )


def _summary(board: Board) -> Iterator[str]:
    prices = [one for one in board.figures if one.name == LIQUIDATION]
    yield from _head(
        "program", "release", "figures expressed :", "within tolerance :", "liquidation prices expressed :",
        "within tolerance :", "median error :", "worst error :",
    )  # fmt: skip
    for program in PROGRAMS:
        every, price = tally(board.figures, program), tally(prices, program)
        yield _row(
            program, board.versions.get(program, "this tree"), _of(every.expressed, every.asked),
            every.within, _of(price.expressed, price.asked), price.within, percent(price.median),
            _worst(price),
        )  # fmt: skip


def _venues(title: str, figures: Sequence[Figure]) -> Iterator[str]:
    """One table: every venue and mode, one line a program; those that express nothing share a line."""
    yield f"## {title}"
    yield ""
    yield from _head(
        "venue, mode", "program", "expressed :", "within tolerance :", "median error :", "worst error :",
        "in its unit :", "the worst is",
    )  # fmt: skip
    for venue, mode in sorted({(one.venue, one.mode) for one in figures}):
        group = [one for one in figures if (one.venue, one.mode) == (venue, mode)]
        tallies = [tally(group, program) for program in PROGRAMS]
        first = f"**{titled(venue)}**, {mode}"
        for one in tallies:
            if one.expressed:
                yield _line(first, one)
                first = ""
        silent = [one.program for one in tallies if not one.expressed]
        if silent:
            yield _row(first, ", ".join(silent), _of(0, len(group)), "", "", "", "", "")


def _line(first: str, one: Tally) -> str:
    worst = one.worst
    error = worst.relative(one.program) if worst else None
    off = worst.off(one.program) if worst and error and error >= SMALLEST else None
    where = f"`{worst.case}`{'' if worst.name in PRICES else f' {words(worst.name)}'}" if worst else ""
    return _row(
        first, one.program, _of(one.expressed, one.asked), one.within, percent(one.median), _worst(one),
        "" if off is None else digits(off), where,
    )  # fmt: skip


def _ours(figures: Sequence[Figure]) -> Iterator[str]:
    """Every figure that ringfence misses or does not model."""
    wrong = misses(figures, OURS)
    silent: dict[tuple[str, str, str], list[str]] = {}
    for one in figures:
        if not one.said[OURS].expressed:
            silent.setdefault((one.case, one.place, one.said[OURS].reason), []).append(words(one.name))
    yield "## Where ringfence is off or says nothing"
    yield ""
    if not wrong and not silent:
        yield "Nowhere: every figure is expressed and within its tolerance."
        return
    yield from _head("case", "of", "figure", "ringfence")
    for one in wrong:
        told = f"says {one.said[OURS].value}, the venue {one.expected}: {_error(one, OURS)}"
        yield _row(f"`{one.case}`", one.place, words(one.name), told)
    for (case, place, reason), names in silent.items():
        yield _row(f"`{case}`", place, ", ".join(names), f"says nothing: {reason}")


def _error(one: Figure, program: str) -> str:
    error = one.relative(program)
    return f"off by {percent(error)}" if error is not None else "another answer"


def _off(program: str, figures: Sequence[Figure]) -> Iterator[str]:
    wrong = misses(figures, program)
    shown = wrong[:WORST]
    yield f"## Where {program} is off"
    yield ""
    if not wrong:
        yield "Nowhere: what it expresses is within tolerance."
        return
    more = f"; the {WORST} worst" if len(wrong) > WORST else ""
    yield f"{len(wrong)} figures outside the tolerance{more}:"
    yield ""
    yield from _head("case", "of", "figure", "venue says :", f"{program} says :", "error :")
    for one in shown:
        said = one.said[program].value
        yield _row(
            f"`{one.case}`", one.place, words(one.name), one.expected, shortened(said), _error(one, program)
        )


def _silent(figures: Sequence[Figure]) -> Iterator[str]:
    """Why the peers say nothing, by reason; ringfence's silences are listed one by one above."""
    yield "## What each cannot express"
    yield ""
    yield from _head("program", "figures :", "why", "where")
    for program in PEERS:
        silent = [one for one in figures if not one.said[program].expressed]
        reasons: dict[str, list[Figure]] = {}
        for one in silent:
            reasons.setdefault(one.said[program].reason, []).append(one)
        for reason, found in sorted(reasons.items(), key=lambda pair: (-len(pair[1]), pair[0])):
            yield _row(program, len(found), reason, _where(found))


def _where(found: Iterable[Figure]) -> str:
    """Which figures of which venues."""
    found = list(found)
    venues = sorted({titled(one.venue) for one in found})
    names = sorted({words(one.name) for one in found})
    return f"{_some(venues, 'venues')}: {_some(names, 'kinds of figures')}"


def _some(items: Sequence[str], what: str) -> str:
    return ", ".join(items) if len(items) <= SHOWN else f"{len(items)} {what}"


def _head(*cells: str) -> Iterator[str]:
    """The head of a table; a cell that ends in a colon is set to the right."""
    yield _row(*(cell.removesuffix(" :") for cell in cells))
    yield "|" + "|".join("--:" if cell.endswith(" :") else "---" for cell in cells) + "|"


def _row(*cells: object) -> str:
    return "| " + " | ".join(str(cell).replace("|", "/").replace("\n", " ") for cell in cells) + " |"


def _of(some: int, every: int) -> str:
    return f"{some} of {every}"


def _worst(one: Tally) -> str:
    """The worst error; a word instead of a number, or the reverse, has no size and is named."""
    words_too = f"{len(one.wrong_words)} × another answer" if one.wrong_words else ""
    error = percent(one.worst.relative(one.program)) if one.worst else "0" if one.median is not None else ""
    return ", ".join(part for part in (error, words_too) if part)


def shortened(value: str) -> str:
    """A float as people write it: ten digits that count."""
    return value if value in WORDS else format(Decimal(f"{Decimal(value):.10g}").normalize(), "f")


def titled(venue: str) -> str:
    """The venue's name, where its rule pack is installed; else its key."""
    return registry.rules(venue).title if venue in registry.venue_keys() else venue


def words(name: str) -> str:
    return name.replace("_", " ").replace("pnl", "PnL")
