"""A past made ready for the detectors: episodes, marks, equity, and what counts as a loss."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from itertools import accumulate
from math import inf

from ringfence.mirror.detectors.episodes import Cut, cut
from ringfence.mirror.detectors.ledger import Ledger
from ringfence.mirror.detectors.past import Episode, Held, Past
from ringfence.mirror.detectors.tape import DAY, EMPTY, WEEK, Tape, tapes
from ringfence.mirror.detectors.worth import profit


@dataclass(frozen=True, slots=True)
class Bar:
    """One hour of an open position: the mark at its end, what was held, whether it was losing for real.

    ``ahead``: the sign of its profit at the mark: 1, 0 or -1.
    """

    at: int
    price: Decimal
    held: Held
    ahead: int
    adverse: bool | None


@dataclass(frozen=True)
class Case:
    """Everything the detectors share; what is costly is worked out once, when it is first asked for."""

    past: Past
    _bars: dict[int, tuple[Bar, ...]] = field(default_factory=dict)

    @cached_property
    def cut(self) -> Cut:
        """The episodes and what their fills earned."""
        return cut(self.past)

    @cached_property
    def tapes(self) -> Mapping[str, Tape]:
        """Marks by symbol."""
        return tapes(self.past.marks)

    @cached_property
    def ledger(self) -> Ledger:
        """The wallet at any moment."""
        return Ledger(self.past, self.cut.realised)

    @cached_property
    def episodes(self) -> tuple[Episode, ...]:
        """The complete ones, in the order of their opening."""
        return tuple(one for one in self.cut.episodes if one.complete)

    @cached_property
    def incomplete(self) -> dict[str, int]:
        """How many episodes are left out, by the first reason."""
        return counted(one.missing[0] for one in self.cut.episodes if not one.complete)

    @cached_property
    def closed(self) -> tuple[Episode, ...]:
        """Complete and closed with a known result, in the order of their closing."""
        done = [one for one in self.episodes if one.closed is not None and result(one) is not None]
        return tuple(sorted(done, key=lambda one: (one.closed or 0, one.number)))

    @cached_property
    def usual_loss(self) -> Mapping[str, Decimal]:
        """By settlement asset, the median realised loss: R where no risk was ever planned."""
        losses: dict[str, list[Decimal]] = {}
        for one in self.closed:
            got = result(one)
            if got is not None and got < 0:
                losses.setdefault(one.asset, []).append(-got)
        return {asset: sorted(rows)[(len(rows) - 1) // 2] for asset, rows in losses.items()}

    def tape(self, symbol: str) -> Tape:
        """The marks of a symbol; empty where there are none."""
        return self.tapes.get(symbol, EMPTY)

    def in_r(self, one: Episode) -> Decimal | None:
        """The result in units of the risk that was planned, else of the median loss."""
        got, risk = result(one), one.planned_risk or self.usual_loss.get(one.asset)
        return None if got is None or not risk else got / risk

    def lost(self, one: Episode) -> bool:
        """Whether it lost at least half of its R."""
        got = self.in_r(one)
        return got is not None and got <= Decimal("-0.5")

    def won(self, one: Episode) -> bool:
        """Whether it gained anything."""
        got = result(one)
        return got is not None and got > 0

    def bars(self, one: Episode) -> tuple[Bar, ...]:
        """The hours between its first fill and its last."""
        if one.number not in self._bars:
            self._bars[one.number] = tuple(self._hours(one))
        return self._bars[one.number]

    def _hours(self, one: Episode) -> Iterable[Bar]:
        tape, number = self.tape(one.symbol), 0
        end = one.closed if one.closed is not None else (tape.times[-1] + 1 if tape.times else one.opened)
        for at, price in tape.between(one.opened, end) if one.steps else ():
            while number + 1 < len(one.steps) and one.steps[number + 1].at <= at:
                number += 1
            held = one.steps[number].after
            gained = (price - held.entry) * one.side.sign
            ahead = (gained > 0) - (gained < 0)
            yield Bar(at, price, held, ahead, tape.adverse(one.side, held.entry, price, at))

    def beside(self, one: Episode, at: int) -> list[Episode]:
        """Other episodes of the account and asset that are open just before ``at``, incomplete too."""
        rows, latest = self._opened.get((one.account_id, one.asset), ([], []))
        found, index = [], bisect_left(rows, at, key=lambda other: other.opened) - 1
        while index >= 0 and latest[index] >= at:
            other = rows[index]
            if other.number != one.number and _closed(other) >= at:
                found.append(other)
            index -= 1
        return found[::-1]

    @cached_property
    def _opened(self) -> dict[tuple[str, str], tuple[list[Episode], list[float]]]:
        """By account and asset, episodes by their opening, and the latest close of all up to each."""
        by: dict[tuple[str, str], list[Episode]] = {}
        for one in self.cut.episodes:
            by.setdefault((one.account_id, one.asset), []).append(one)
        return {key: (rows, list(accumulate(map(_closed, rows), max))) for key, rows in by.items()}

    def equity(self, one: Episode) -> Decimal | None:
        """Equity of the account just before an episode was opened, in its asset; None: not known."""
        at = one.opened
        wallet = self.ledger.wallet(one.account_id, one.asset, at - 1)
        if wallet is None:
            return None
        for other in self.beside(one, at):
            price, instrument = self.tape(other.symbol).price(at), other.instrument
            held = held_at(other, at - 1)
            if not other.complete or price is None or instrument is None or held is None:
                return None
            if held.contracts:
                wallet += profit(instrument, other.side, held.contracts, (held.entry, price))
        return wallet if wallet > 0 else None

    def hour_at_risk(self, one: Episode) -> Decimal | None:
        """What a usual hour of the week before gains or loses on the position as it was opened."""
        moved = self.tape(one.symbol).moved(one.opened, WEEK)
        if not moved or one.entry_value is None or not one.steps:
            return None
        return one.entry_value * moved / (WEEK * one.steps[0].after.entry)


def result(one: Episode) -> Decimal | None:
    """What an episode realised: after fees and funding where those are known, else before."""
    return one.gross if one.net is None else one.net


def held_at(one: Episode, at: int) -> Held | None:
    """What an episode held right after everything at ``at``; None: it was not open yet."""
    held = None
    for step in one.steps:
        if step.at > at:
            break
        held = step.after
    return held


def _closed(one: Episode) -> float:
    """When it was closed; later than anything where it is open."""
    return inf if one.closed is None else one.closed


def day(at: int) -> int:
    """The UTC day."""
    return at // DAY


def counted(reasons: Iterable[str]) -> dict[str, int]:
    """How often each reason stands there, sorted."""
    rows = sorted(reasons)
    return {reason: rows.count(reason) for reason in dict.fromkeys(rows)}
