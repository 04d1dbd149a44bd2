"""D10, override habit: how often a pause is overridden, and what that did to the money."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from typing import Any

from ringfence.mirror.detectors.case import Case, day
from ringfence.mirror.detectors.past import Decided, Detected, Label
from ringfence.mirror.detectors.statistics import Draw, bootstrap, by_day, tossed, wilson

MIN_OVERRIDES = 10


def detect(case: Case, draw: Draw) -> Detected:
    """The mean of what overriding brought against doing nothing; it can have cost or gained."""
    decided = [one for one in case.past.decided if one.choice != "bypassed"]
    over = sorted((one for one in decided if one.choice == "override"), key=lambda one: one.at)
    known = [one for one in over if one.delta is not None]
    net = sum((one.delta for one in known if one.delta is not None), Decimal(0))
    drawn = p = None
    if len(known) >= MIN_OVERRIDES:
        drawn = bootstrap(by_day(_rows(known)), _mean, draw=draw)
        if drawn is not None:
            # A bootstrap of a dozen days is too sure of itself; signs tossed by day are exact where 0 holds.
            p = max(min(1.0, 2 * min(drawn.p, 1 - drawn.p)), tossed(by_day(_rows(known))[:, 0], draw=draw))
    gained = sum((d for one in known if (d := one.delta) is not None and d > 0), Decimal(0))
    rate = wilson(len(over), len(decided)) if decided else None
    word = "gained" if net > 0 else "cost"
    return Detected(
        id="D10", name="override habit", label=Label.FACTS,
        counts={"pauses": len(decided), "overridden": len(over), "with a known outcome": len(known)}
        | {f"chose {name}": count for name, count in sorted(Counter(d.choice for d in decided).items())},
        evidence=tuple(one.audit_id for one in over), n=len(known), min_n=MIN_OVERRIDES,
        measure="mean outcome against doing nothing, in the mean absolute outcome",
        words=f"{len(over)} of {len(decided)} pauses: you override. {len(known)} of them {word} {abs(net)}.",
        effect=drawn.estimate if drawn else None, interval=drawn.interval if drawn else None, p=p,
        null="0, two-sided: signs tossed by day", money={"net": net, "gained": gained, "cost": gained - net},
        not_evaluated={"the outcome is not known": len(over) - len(known)} if len(over) > len(known) else {},
        extra={"rate of overriding, low": rate[0], "rate of overriding, high": rate[1]} if rate else {},
        claims=drawn is not None and not drawn.interval[0] <= 0 <= drawn.interval[1],
    )  # fmt: skip


def _rows(known: list[Decided]) -> list[tuple[int, tuple[int, int]]]:
    """By day: the outcomes over their mean size, in billionths, and their number."""
    sizes = sum((abs(d.delta) for d in known if d.delta is not None), Decimal(0)) / len(known)
    scale = sizes or Decimal(1)
    return [
        (day(d.at), (int((d.delta / scale * 10**9).to_integral_value()), 1))
        for d in known
        if d.delta is not None
    ]


def _mean(sums: Any) -> Any:
    return sums[..., 0] / sums[..., 1] / 1e9
