"""D6, overtrading after a loss: more opens in the two hours after it than the hour of the week explains."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter
from typing import Any

from ringfence.mirror.detectors.after import days_of
from ringfence.mirror.detectors.case import Case
from ringfence.mirror.detectors.past import Detected, Episode, Label
from ringfence.mirror.detectors.statistics import UNIT, Draw, bootstrap, by_day, permuted
from ringfence.mirror.detectors.tape import HOUR

WINDOW = 2 * HOUR
WEEK = 168
MIN_LOSSES = 25


def detect(case: Case, draw: Draw) -> Detected:
    """Opens after losses over what their hours of the week usually see, over the same after wins; null 1.

    Wins are the comparison because closing and opening come together whenever somebody is at the screen:
    held against the hour of the week alone, every active trader would seem to trade after losses.
    """
    closes = [one for one in case.closed if case.lost(one) or case.won(one)]
    lost = [case.lost(one) for one in closes]
    opens = _Opens(case)
    seen = [opens.after(one) for one in closes]
    usual = [opens.usual(one) for one in closes]
    days, losses = days_of(closes), sum(lost)
    drawn = p = None
    if losses >= MIN_LOSSES and losses < len(lost):
        rows = [
            (when, (loss * len(o), loss * e, (not loss) * len(o), (not loss) * e))
            for when, loss, o, e in zip(days, lost, seen, usual, strict=True)
        ]
        drawn = bootstrap(by_day(rows), _ratio, draw=draw, null=1.0)
        if drawn is not None:
            p = permuted(days, lost, _rate([len(o) for o in seen], usual), draw=draw)
    following = [one for rows, loss in zip(seen, lost, strict=True) if loss for one in rows]
    wins = len(lost) - losses
    after_loss = sum(len(o) for o, loss in zip(seen, lost, strict=True) if loss)
    after_win = sum(map(len, seen)) - after_loss
    expected = sum(e for e, loss in zip(usual, lost, strict=True) if loss)
    return Detected(
        id="D6", name="overtrading after a loss", label=Label.FACTS,
        counts={
            "opens in two hours after a loss": after_loss, "losses": losses,
            "opens in two hours after a win": after_win, "wins": wins,
        },
        evidence=tuple(dict.fromkeys(one.steps[0].id for one in following if one.steps)),
        n=losses, min_n=MIN_LOSSES, measure="rate of opens after losses over the rate after wins",
        words=f"{after_loss} opens in two hours after {losses} losses, {after_win} after {wins} wins.",
        effect=drawn.estimate if drawn else None, interval=drawn.interval if drawn else None, p=p,
        null="a ratio of 1: losses and wins shuffled within their days", not_evaluated=case.incomplete,
        extra={"opens over the usual for the hour": after_loss * UNIT / expected} if expected else {},
        claims=drawn is not None and drawn.interval[0] > 1,
    )  # fmt: skip


class _Opens:
    """Every open by account, and how many an hour of the week usually sees."""

    def __init__(self, case: Case) -> None:
        self._by: dict[str, list[Episode]] = {}
        for one in case.episodes:
            self._by.setdefault(one.account_id, []).append(one)
        self._times = {account: [one.opened for one in rows] for account, rows in self._by.items()}
        self._hours = {a: Counter(at // HOUR % WEEK for at in times) for a, times in self._times.items()}
        self._span = {a: (times[0] // HOUR, times[-1] // HOUR) for a, times in self._times.items()}

    def after(self, close: Episode) -> list[Episode]:
        """Episodes opened within the window from a close on."""
        times, at = self._times[close.account_id], close.closed or 0
        first, last = bisect_left(times, at), bisect_right(times, at + WINDOW)
        return [one for one in self._by[close.account_id][first:last] if one.number != close.number]

    def usual(self, close: Episode) -> int:
        """Opens that the hours of the window usually see, in billionths."""
        account, at = close.account_id, close.closed or 0
        first, last = self._span[account]
        counts, total = self._hours[account], 0
        for hour in range(at // HOUR, (at + WINDOW) // HOUR + 1):
            part = min(at + WINDOW, (hour + 1) * HOUR) - max(at, hour * HOUR)
            weeks = (last - first) // WEEK + 1
            total += counts[hour % WEEK] * part * UNIT // (weeks * HOUR)
        return total


def _ratio(sums: Any) -> Any:
    """Half an open and the matching exposure more on each side, so that a quiet side stays finite."""
    return ((sums[..., 0] + 0.5) / sums[..., 1]) / ((sums[..., 2] + 0.5) / sums[..., 3])


def _rate(opens: list[int], usual: list[int]) -> Any:
    """Opens over the usual number, after the closes that are flagged as losses."""
    import numpy as np

    o, e = np.asarray(opens, dtype=np.int64), np.asarray(usual, dtype=np.int64)
    return lambda flags: (flags * o).sum(axis=-1) / np.maximum((flags * e).sum(axis=-1), 1)
