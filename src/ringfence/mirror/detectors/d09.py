"""D9, disposition: winners are closed sooner than losers, beyond what fixed exits explain.

The share of gains realised less the share of losses realised, DE = PGR - PLR [1], is positive for a
mechanical take-profit at 1 and stop at 2, with nobody deciding anything. It cannot be helped by simulating
barriers with the same exit levels: for a price without drift the time spent in gain is E[(exit level above
zero)²] and in loss E[(level below zero)²], by Itô's formula, so every way of exiting at those levels has the
same PGR and PLR, and nothing could ever differ from such a null. What a barrier cannot do is close anywhere
but at a new extreme of the path since the entry: it would have closed before. So opportunities at which a
barrier could act, hours and closes at a new extreme, are matched by leaving them out on both sides. On the
rest a barrier of any level realises nothing, and closing at random realises gains and losses alike: DE is 0.

[1] Odean 1998, J. Finance 53, for the shares; closes that were placed beforehand, and liquidations, are no
decisions and are counted apart.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from math import sqrt
from typing import Any

from ringfence.mirror.detectors.case import Bar, Case, counted, day, held_at
from ringfence.mirror.detectors.past import Detected, Did, Ended, Episode, Label, Step
from ringfence.mirror.detectors.statistics import Draw, bootstrap, by_day
from ringfence.mirror.detectors.tape import ATR_HOURS, HOUR

MIN_OPPORTUNITIES = 50
MIN_REALISED = 15
SLACK = 10
"""A new extreme is one within a tenth of what an hour moves: fills slip."""
REGIME = 720 * HOUR
"""Thirty days: whether the mark is above or below where it was then."""
CHOSEN = (Ended.BY_CHOICE, Ended.UNKNOWN)


@dataclass(frozen=True, slots=True)
class Chance:
    """One opportunity to realise. ``gain``: the position was ahead. ``free``: no barrier could have acted."""

    at: int
    id: str
    gain: bool
    realised: bool
    free: bool
    rising: bool | None = None


@dataclass(frozen=True, slots=True)
class Shares:
    """Realised and paper gains and losses, and what they come to.

    >>> odean = Shares(30, 70, 12, 88)
    >>> odean.pgr, odean.plr, round(odean.standard_error, 6), round(odean.z, 3)
    (0.3, 0.12, 0.056178, 3.204)
    """

    rg: int
    pg: int
    rl: int
    pl: int

    @property
    def pgr(self) -> float:
        """Share of gains realised."""
        return self.rg / (self.rg + self.pg) if self.rg + self.pg else 0.0

    @property
    def plr(self) -> float:
        """Share of losses realised."""
        return self.rl / (self.rl + self.pl) if self.rl + self.pl else 0.0

    @property
    def effect(self) -> float:
        """DE."""
        return self.pgr - self.plr

    @property
    def standard_error(self) -> float:
        """Of DE, were all opportunities independent."""
        gains, losses = max(self.rg + self.pg, 1), max(self.rl + self.pl, 1)
        return sqrt(self.pgr * (1 - self.pgr) / gains + self.plr * (1 - self.plr) / losses)

    @property
    def z(self) -> float:
        """DE over its standard error."""
        return self.effect / self.standard_error if self.standard_error else 0.0


def shares(chances: Iterable[Chance]) -> Shares:
    """Opportunities added up."""
    cells = [0, 0, 0, 0]
    for one in chances:
        cells[_cell(one)] += 1
    return Shares(*cells)


def _cell(one: Chance) -> int:
    return (0 if one.gain else 2) + (0 if one.realised else 1)


class _Path:
    """The mark since the entry last changed: whether a price is a new extreme of it."""

    def __init__(self, case: Case, one: Episode) -> None:
        self._tape, self._sign = case.tape(one.symbol), one.side.sign
        self._entry: Decimal | None = None
        self._best = self._worst = Decimal(0)

    def free(self, entry: Decimal, price: Decimal, at: int) -> bool | None:
        """Whether no barrier could act here; the price joins the path. None: an hour's move is unknown."""
        if entry != self._entry:
            self._entry, self._best, self._worst = entry, Decimal(0), Decimal(0)
        level = (price - entry) * self._sign
        moved = self._tape.moved(at, ATR_HOURS)
        best, worst = self._best, self._worst
        self._best, self._worst = max(best, level), min(worst, level)
        if moved is None:
            return None
        slack = moved / (SLACK * ATR_HOURS)
        return level < best - slack if level > 0 else level > worst + slack


def closes(one: Episode) -> Iterator[tuple[Step, bool]]:
    """Steps that realise something, and whether somebody decided it."""
    for step in one.of(Did.PARTIAL, Did.CLOSE):
        last = step is one.steps[-1] or step.did is Did.CLOSE
        chosen = not step.forced and step.preplaced is not True
        yield step, one.ended in CHOSEN if last else chosen


def by_bars(case: Case, one: Episode) -> Iterator[Chance]:
    """Every hour of an episode as a paper gain or loss, and every chosen close as a realised one."""
    path = _Path(case, one)
    marks: list[tuple[int, int, Bar | Step, bool]] = [(bar.at, 1, bar, False) for bar in case.bars(one)]
    marks += [(step.at, 0, step, chosen) for step, chosen in closes(one)]
    for at, _, mark, chosen in sorted(marks, key=lambda row: row[:2]):
        closing = isinstance(mark, Step)
        held = mark.before if isinstance(mark, Step) else mark.held
        if mark.price is None or mark.price == held.entry or (closing and not chosen):
            continue
        free = path.free(held.entry, mark.price, at)
        gain = (mark.price > held.entry) == (one.side.sign > 0)
        if free is not None:
            name = mark.id if isinstance(mark, Step) else ""
            yield Chance(at, name, gain, closing, free, _rising(case, one, at))


def by_events(case: Case, bars: dict[int, list[Chance]]) -> Iterator[Chance]:
    """At every chosen close: it as realised, everything else that is open as paper gains and losses."""
    for one in case.episodes:
        for chance in bars.get(one.number, ()):
            if not chance.realised:
                continue
            others = [other for other in case.beside(one, chance.at) if other.complete]
            if others:
                yield chance
                yield from (p for o in others if (p := _paper(case, bars, o, chance)) is not None)


def _paper(case: Case, bars: dict[int, list[Chance]], other: Episode, chance: Chance) -> Chance | None:
    """Another position at the moment of a close; free where its own last hour was, and the close is."""
    held, price = held_at(other, chance.at), case.tape(other.symbol).price(chance.at)
    if held is None or not held.contracts or price is None or price == held.entry:
        return None
    hours = [bar for bar in bars.get(other.number, ()) if bar.at <= chance.at and not bar.realised]
    free = chance.free and bool(hours) and hours[-1].free
    gain = (price > held.entry) == (other.side.sign > 0)
    return Chance(chance.at, "", gain, realised=False, free=free, rising=chance.rising)


def _rising(case: Case, one: Episode, at: int) -> bool | None:
    """Whether the mark is above where it was thirty days ago; None: not known."""
    tape = case.tape(one.symbol)
    now, then = tape.price(at), tape.price(at - REGIME)
    return None if now is None or then is None else now > then


def detect(case: Case, draw: Draw) -> Detected:
    """DE where no barrier could act, in the form that fits the account: by hour, or by close of several."""
    bars = {one.number: list(by_bars(case, one)) for one in case.episodes if one.steps}
    hourly = [chance for rows in bars.values() for chance in rows]
    events = list(by_events(case, bars))
    several = 2 * sum(c.realised for c in events) > sum(c.realised for c in hourly)
    chances = events if several else hourly
    free = [chance for chance in chances if chance.free]
    here, plain = shares(free), shares(chances)
    sides = min(here.rg, here.rl)
    drawn = None
    if len(free) >= MIN_OPPORTUNITIES and sides >= MIN_REALISED:
        drawn = bootstrap(by_day([(day(c.at), _row(c)) for c in free]), _effect, draw=draw)
    realised = sorted((c.at, c.id) for c in chances if c.realised)
    apart = counted(one.ended.value for one in case.closed if one.ended not in CHOSEN)
    return Detected(
        id="D9", name="disposition", label=Label.FACTS,
        counts={
            "gains realised": plain.rg, "gains held": plain.pg, "losses realised": plain.rl,
            "losses held": plain.pl, "gains realised away from extremes": here.rg,
            "losses realised away from extremes": here.rl, "opportunities away from extremes": len(free),
            **{f"closes {why}, counted apart": count for why, count in apart.items()},
        },
        evidence=tuple(name for _, name in realised), n=sides, min_n=MIN_REALISED,
        measure=f"share of gains realised less share of losses realised, by {'close' if several else 'hour'}",
        words=f"{_of(plain.rg, plain.pg)} chances in gain and {_of(plain.rl, plain.pl)} in loss: you close.",
        effect=drawn.estimate if drawn else None, interval=drawn.interval if drawn else None,
        p=drawn.p if drawn else None,
        null="0: closing at random wherever no target or stop of any level could have closed",
        not_evaluated=case.incomplete, extra=_extra(case, chances, plain, here),
        claims=drawn is not None and drawn.interval[0] > 0,
    )  # fmt: skip


def _of(realised: int, held: int) -> str:
    return f"{realised} of {realised + held}"


def _row(one: Chance) -> tuple[int, ...]:
    return tuple(int(_cell(one) == cell) for cell in range(4))


def _effect(sums: Any) -> Any:
    rg, pg, rl, pl = (sums[..., column] for column in range(4))
    return rg / (rg + pg) - rl / (rl + pl)


def _extra(case: Case, chances: list[Chance], plain: Shares, here: Shares) -> dict[str, float]:
    """The plain figures, those of barriers at the same levels, with liquidations, and by regime."""
    out = {
        "PGR": plain.pgr, "PLR": plain.plr, "DE": plain.effect, "standard error": plain.standard_error,
        "PGR away from extremes": here.pgr, "PLR away from extremes": here.plr,
    }  # fmt: skip
    forced = sum(1 for one in case.closed if one.ended is Ended.FORCED)
    with_forced = Shares(plain.rg, plain.pg, plain.rl + forced, plain.pl)
    out["DE with liquidations"] = with_forced.effect
    for name, rising in (("rising", True), ("falling", False)):
        some = [chance for chance in chances if chance.rising is rising]
        if some:
            out[f"DE in {name} markets"] = shares(some).effect
    matched = barriers(case)
    return out if matched is None else out | {"PGR of barriers": matched[0], "PLR of barriers": matched[1]}


def barriers(case: Case) -> tuple[float, float] | None:
    """PGR and PLR that closing at the same levels gives without any decision, from Itô's formula.

    An hour's variance times the share of closes in gain, over their mean square level; the same for losses.
    """
    done = [one for one in case.closed if one.steps and one.steps[-1].price is not None]
    levels = [_level(one) for one in done]
    moves = [_squares(case, one) for one in done]
    hours, squares = sum(count for count, _ in moves), sum(total for _, total in moves)
    gains, losses = [x for x in levels if x > 0], [x for x in levels if x < 0]
    if not gains or not losses or not hours:
        return None
    variance = float(squares / hours)
    up, down = (float(sum((x * x for x in side), Fraction(0))) for side in (gains, losses))
    return variance * len(gains) / up, variance * len(losses) / down


def _level(one: Episode) -> Fraction:
    last = one.steps[-1]
    entry = Fraction(last.before.entry)
    price = Fraction(last.price) if last.price is not None else entry
    return round((price - entry) / entry * one.side.sign, 12)


def _squares(case: Case, one: Episode) -> tuple[int, Fraction]:
    """Hours of an episode and the sum of their squared returns."""
    prices = [bar.price for bar in case.bars(one)]
    moves = [round(Fraction(b) / Fraction(a) - 1, 12) for a, b in pairwise(prices)]
    return len(moves), sum((move * move for move in moves), Fraction(0))
