"""Who trades in the laboratory: controls, whom no detector may accuse, and traders with a habit put in.

How strong a habit is called *moderate* and *strong* was written down before anything was measured. It
follows the figures for which the sample sizes were worked out: 0.45 against 0.20 for revenge, half as much
again and twice as much for the size after a loss, and hazards 2 and 4 times as high for disposition. The
weak kinds (a quarter more after a loss, a hazard half as high again) are there to be shown; no goal is set.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from ringfence.domain.account import MarginMode
from ringfence.testing.traders.habits import Habits

CROSS = MarginMode.CROSS


@dataclass(frozen=True)
class Kind:
    """A kind of trader.

    Attributes:
        true: detectors that are right to say something. also: those that the habit brings about by itself,
            which are counted neither for nor against. strength: ``moderate``, ``strong``, ``weak`` or empty.
    """

    name: str
    habits: Habits
    true: frozenset[str] = field(default_factory=frozenset)
    also: frozenset[str] = field(default_factory=frozenset)
    strength: str = ""

    @property
    def control(self) -> bool:
        """Nothing was put in."""
        return not self.true


QUIET = Habits(wander=0.03, top_up=0.02, deposit=0.01)
POOL = Habits(mode=CROSS, leverage=5, stop=None)
LADDER = replace(POOL, ladder=True, share=0.3, preplaced=None)
MACHINE = Habits(leverage=10, stop=None, preplaced=None)
RESCUER = Habits(leverage=20, stop=None, hazards=(0.06, 0.06), trades=3)

CONTROLS = (
    Kind("disciplined", QUIET),
    Kind("disciplined in cross", replace(POOL, adds=(0.1, 0.1))),
    Kind("target 1, stop 1", replace(MACHINE, barriers=(0.01, 0.01))),
    Kind("target 1, stop 2", replace(MACHINE, barriers=(0.01, 0.02))),
    Kind("target 2, stop 1", replace(MACHINE, barriers=(0.02, 0.01))),
    Kind("target 1, stop 3", replace(MACHINE, barriers=(0.01, 0.03))),
    Kind("volatility targeter", replace(POOL, aim=0.004, spread=0.1)),
    Kind("grid with a declared ladder", replace(LADDER, barriers=(0.01, 0.025))),
    Kind("pairs hedger", replace(POOL, hedge=True, trades=4)),
    Kind("scalper", replace(POOL, minutes=(1, 6), soon=(0.9, 0.9), trades=14)),
    Kind("tops up as planned", replace(RESCUER, rescue=0.8, allowed=True)),
    Kind("trend pyramider", replace(POOL, pyramid=True, stop=0.01, trades=4, preplaced=None)),
)


def _kind(name: str, habits: Habits, true: str, *, strength: str, also: str = "") -> Kind:
    marks = frozenset(true.split()), frozenset(also.split())
    return Kind(f"{name}, {strength}" if strength else name, habits, *marks, strength)


AVERAGER = replace(POOL, deposit=0.02)
HELD = replace(POOL, trades=3)
RESTLESS = replace(POOL, minutes=(4, 8), soon=(0.0, 0.0), gap=(0.5, 4.0), trades=9)
FLIPPER = Habits(leverage=10, stop=None, flip=0.35)

POSITIVES = (
    _kind("rescuer", replace(RESCUER, rescue=0.35), "D1", strength="moderate"),
    _kind("rescuer", replace(RESCUER, rescue=0.7), "D1", strength="strong"),
    _kind("revenge", replace(QUIET, soon=(0.45, 0.2)), "D2", also="D6", strength="moderate"),
    _kind("revenge", replace(QUIET, soon=(0.75, 0.2)), "D2", also="D6", strength="strong"),
    _kind("martingale 1.25", replace(POOL, chase=1.25), "D3", strength="weak"),
    _kind("martingale 1.5", replace(POOL, chase=1.5), "D3", strength="moderate"),
    _kind("martingale 2", replace(POOL, chase=2.0, share=0.3), "D3", strength="strong"),
    _kind("goalpost mover", Habits(widen=0.25, target=0.03), "D4", strength="moderate"),
    _kind("goalpost mover", Habits(widen=0.5, target=0.03), "D4", strength="strong"),
    _kind("cross averager", replace(AVERAGER, adds=(0.24, 0.08)), "D5", also="D1", strength="moderate"),
    _kind("cross averager", replace(AVERAGER, adds=(0.3, 0.02)), "D5", also="D1", strength="strong"),
    _kind("overtrader", replace(RESTLESS, gap_lost=(0.3, 1.6)), "D6", strength="moderate"),
    _kind("overtrader", replace(RESTLESS, gap_lost=(0.3, 0.6)), "D6", strength="strong"),
    _kind("creeper", replace(POOL, creep=0.004, share=0.3), "D7", strength="moderate"),
    _kind("creeper", replace(POOL, creep=0.008, share=0.08), "D7", strength="strong"),
    _kind("flipper", replace(FLIPPER, against=0.75), "D8", also="D1", strength="moderate"),
    _kind("flipper", replace(FLIPPER, against=0.95), "D8", also="D1", strength="strong"),
    _kind(
        "flipper who reopens", replace(FLIPPER, against=0.75, reopened=True), "D8", also="D1 D2",
        strength="moderate",
    ),
    _kind(
        "flipper who reopens", replace(FLIPPER, against=0.95, reopened=True), "D8", also="D1 D2",
        strength="strong",
    ),
    _kind("disposition 1.5", replace(HELD, hazards=(0.15, 0.1)), "D9", strength="weak"),
    _kind("disposition 2", replace(HELD, hazards=(0.2, 0.1)), "D9", strength="moderate"),
    _kind("disposition 4", replace(HELD, hazards=(0.4, 0.1)), "D9", strength="strong"),
    _kind("overrider", replace(QUIET, regret=-0.7), "D10", strength="moderate"),
    _kind("overrider", replace(QUIET, regret=-1.2), "D10", strength="strong"),
    _kind(
        "revenge, martingale and disposition",
        replace(HELD, hazards=(0.4, 0.1), soon=(0.75, 0.2), chase=2.0, share=0.2, trades=5),
        "D2 D3 D9", also="D6", strength="",
    ),
    _kind(
        "rescuer and goalpost mover", replace(RESCUER, rescue=0.7, stop=0.03, widen=0.5), "D1 D4",
        strength="",
    ),
)  # fmt: skip

ROSTER = (*CONTROLS, *POSITIVES)
