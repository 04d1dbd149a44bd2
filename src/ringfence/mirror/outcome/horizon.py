"""Horizons: how far outcomes look, fixed before any price is known, and whether the path covers them."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass, replace

from ringfence.history.tape import Tape
from ringfence.mirror.model import Plan
from ringfence.mirror.outcome.model import Horizon, Snapshot, Status
from ringfence.replay.course import bars_between
from ringfence.replay.scene import Scene

HOUR = 3_600_000
SECONDARY = (("1h", HOUR), ("7d", 168 * HOUR))
DAY = ("24h", 24 * HOUR)


def horizons(at: int, plan: Plan | None = None) -> tuple[Horizon, ...]:
    """The horizons of an intent: its plan's time stop, else 24 hours; an hour and seven days beside it.

    Nothing else goes in: whoever looks later cannot choose the one that suits.

    >>> [(one.name, one.ends, one.primary) for one in horizons(0)]
    [('24h', 86400000, True), ('1h', 3600000, False), ('7d', 604800000, False)]
    """
    stop = None if plan is None else plan.time_stop_ms
    first = Horizon("plan", stop, primary=True) if stop is not None and stop > at else None
    name, length = DAY
    primary = first or Horizon(name, at + length, primary=True)
    return (primary, *(Horizon(name, at + length) for name, length in SECONDARY))


@dataclass(frozen=True)
class Path:
    """The part of a scene that a horizon looks at; None: the status says why there is none."""

    status: Status
    scene: Scene | None = None
    words: str = ""


def path_of(snapshot: Snapshot, horizon: Horizon, *, as_of: int) -> Path:
    """The bars from an intent to a horizon, none missing; whole bars only.

    The first is the first that opens at the intent or later. Nothing is made up for a missing one.

    Args:
        as_of: when the question is asked, UTC ms.
    """
    if as_of < horizon.ends:
        return Path(Status.NOT_YET, words="the horizon is not over yet")
    tape = snapshot.scene.tape
    start = bisect_left(tape.ts, snapshot.at)
    if start == len(tape) or tape.ts[start] - snapshot.at >= tape.step:
        return Path(Status.INCOMPLETE, words="no bar opens at the intent")
    count = (horizon.ends - tape.ts[start]) // tape.step
    if count < 1:
        return Path(Status.INCOMPLETE, words="the bars are longer than the horizon")
    until = start + count
    if until > len(tape) or tape.ts[until - 1] != tape.ts[start] + (count - 1) * tape.step:
        have = bisect_left(tape.ts, horizon.ends) - start
        return Path(Status.INCOMPLETE, words=f"{count - min(have, count)} of {count} bars are missing")
    return Path(Status.SETTLED, _cut(snapshot.scene, start, until))


def _cut(scene: Scene, start: int, until: int) -> Scene:
    """A scene of its own for some bars: nothing that was worked out over others goes with it."""
    traded = None if scene.traded is None else bars_between(scene.traded, start, until)
    return replace(
        scene, tape=bars_between(scene.tape, start, until), traded=traded, sampled=(), paid={}, flows={}
    )


def path_id(scene: Scene) -> str:
    """Digest of every price and payment on a path, traded prices among them."""
    return scene.tape.digest if scene.traded is None else f"{scene.tape.digest}+{scene.traded.digest}"


def covered(tape: Tape, symbols: set[str]) -> list[str]:
    """The symbols that a tape has no prices of."""
    return sorted(symbols - set(tape.symbols))
