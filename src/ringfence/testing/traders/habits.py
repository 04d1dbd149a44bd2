"""What a made-up trader does, as numbers; and what was put into the life that came of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ringfence.domain.account import MarginMode
from ringfence.mirror.detectors.past import Past

Pair = tuple[float, float]


@dataclass(frozen=True)
class Habits:
    """How a trader trades. As it stands: somebody disciplined, with a stop that is left where it is.

    Attributes:
        trades: most positions a day. mode, leverage: of every position. share: notional over the money there
            is; spread: deviation of its logarithm.
        soon: chance of the next position within 15 minutes, after a loss and after a win. gap: hours until it
            otherwise; gap_lost: the same after a loss, None: as ever.
        hazards: chance to close in an hour, in gain and in loss. barriers: gain and loss at which it closes
            instead, as shares of the entry. minutes: closes after so many five-minute slots instead.
        preplaced: what the venue says about barriers and stops that fill; None: nothing.
        stop: distance of the stop from the entry; None: none. widen: chance that the stop of a position that
            loses is moved away. trail: chance in an hour in gain that it is moved nearer.
        rescue: chance that an endangered position is rescued. top_up: chance in an hour in gain of margin
            moved in all the same. deposit: chance in a losing hour of money from outside.
        target: distance of a resting target from the entry, cut now and then in gain; None: none.
        adds: chance in an hour of an addition, while losing and while not. pyramid: adds only at every one
            per cent of gain and leaves when half of the best gain is gone.
        flip: chance that a position is flipped into cross; against: share of the flips made while losing;
            wander: chance in an isolated hour of a flip whatever the price does. reopened: by closing and
            opening again.
        chase: how much larger after every loss in a row. creep: rise of the log size with every position.
        ladder: three additions planned beforehand, one exit. allowed: a plan written beforehand allows one
            top-up, and there is no other rescue. hedge: a second coin the other way round.
        aim: the size is what keeps an hour's move of the money at this share; None: ``share`` holds.
        regret: mean outcome of overriding a pause, in its standard deviation.
    """

    trades: int = 5
    mode: MarginMode = MarginMode.ISOLATED
    leverage: int = 50
    share: float = 0.5
    spread: float = 0.3
    soon: Pair = (0.2, 0.2)
    gap: Pair = (0.35, 1.6)
    gap_lost: Pair | None = None
    hazards: Pair = (0.2, 0.2)
    barriers: Pair | None = None
    minutes: tuple[int, int] | None = None
    preplaced: bool | None = True
    stop: float | None = 0.012
    widen: float = 0.02
    trail: float = 0.05
    rescue: float = 0.02
    top_up: float = 0.0
    deposit: float = 0.0
    target: float | None = None
    adds: Pair = (0.0, 0.0)
    pyramid: bool = False
    flip: float = 0.0
    against: float = 0.5
    wander: float = 0.0
    reopened: bool = False
    chase: float = 1.0
    creep: float = 0.0
    ladder: bool = False
    allowed: bool = False
    hedge: bool = False
    aim: float | None = None
    regret: float = 0.0


@dataclass(frozen=True)
class Life:
    """A life that was traded.

    Attributes:
        past: what the detectors get. events: by detector, ids of what was put in by construction.
        positions: how many were opened. refused: never anything; the engine took every wish.
    """

    past: Past
    events: Mapping[str, frozenset[str]]
    positions: int
