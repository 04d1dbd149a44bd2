"""D7, leverage creep: position by position, more leverage and more at risk, because more was asked for.

Leverage also rises by itself: equity falls under the same size, or a coin becomes dearer under the same
number of contracts. So five series must rise together: leverage at the open, risk over equity, the risk, the
notional and the contracts. Risk over equity is what is reported. Who aims at a constant risk, a constant
notional, a constant number of contracts or a constant leverage holds one of them level.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise

from ringfence.mirror.detectors.case import Case, day, held_at
from ringfence.mirror.detectors.d03 import risks
from ringfence.mirror.detectors.past import Detected, Episode, Label
from ringfence.mirror.detectors.statistics import CLUSTERS, UNIT, Draw, Trend, log_units, trend
from ringfence.mirror.detectors.worth import value

MIN_TRADES = 30
MOST = 2_000
"""The newest positions that a trend is taken over: the pairs grow with the square."""
SERIES = ("risk over equity", "leverage", "risk", "notional", "contracts")


@dataclass(frozen=True, slots=True)
class Opened:
    """One position as it was opened, in the order of `SERIES`."""

    episode: Episode
    sizes: tuple[Decimal, ...]


def opened(case: Case) -> tuple[list[Opened], str]:
    """Every position whose equity and risk are known; contracts in the first size of their symbol."""
    risk, measure = risks(case)
    first: dict[str, Decimal] = {}
    out = []
    for one in case.episodes:
        equity = case.equity(one)
        lever = None if equity is None else leverage(case, one, equity)
        if equity is None or lever is None or one.number not in risk or one.entry_value is None:
            continue
        contracts = one.steps[0].after.contracts
        unit = first.setdefault(one.symbol, contracts)
        at_risk = risk[one.number]
        out.append(Opened(one, (at_risk / equity, lever, at_risk, one.entry_value, contracts / unit)))
    return out[-MOST:], measure


def leverage(case: Case, one: Episode, equity: Decimal) -> Decimal | None:
    """Notional of everything in the account over its equity, right after an episode was opened."""
    if one.entry_value is None:
        return None
    total = one.entry_value
    for other in case.beside(one, one.opened):
        held, price = held_at(other, one.opened), case.tape(other.symbol).price(one.opened)
        instrument = other.instrument
        if held is None or price is None or instrument is None:
            return None
        total += value(instrument, held.contracts, price)
    return total / equity


def detect(case: Case, draw: Draw) -> Detected:  # noqa: ARG001  (Sen's interval needs no draws)
    """The slope of the log of risk over equity; a claim only where all five series rise."""
    rows, measure = opened(case)
    days = len({day(row.episode.opened) for row in rows})
    trends: tuple[Trend, ...] = ()
    if len(rows) >= MIN_TRADES and days >= CLUSTERS:
        trends = tuple(trend([log_units(row.sizes[k]) for row in rows]) for k in range(len(SERIES)))
    risen = sum(1 for a, b in pairwise(rows) if b.sizes[0] > a.sizes[0])
    unknown = len(case.episodes) - len(rows)
    extra = {f"slope of {name}": _ten(one.slope) for name, one in zip(SERIES, trends, strict=False)}
    extra |= {f"tau of {name}": one.tau for name, one in zip(SERIES, trends, strict=False)}
    return Detected(
        id="D7", name="leverage creep", label=Label.FACTS,
        counts={"positions": len(rows), "riskier than the one before": risen, "days": days},
        evidence=tuple(row.episode.steps[0].id for row in rows),
        n=len(rows), min_n=MIN_TRADES, measure=f"slope per ten positions of the log of {measure} over equity",
        words=f"{risen} of {max(len(rows) - 1, 0)} positions you open carry more risk than the one before.",
        effect=_ten(trends[0].slope) if trends else None,
        interval=(_ten(trends[0].interval[0]), _ten(trends[0].interval[1])) if trends else None,
        p=max(one.p for one in trends) if trends else None,
        null=f"no trend in one of: {', '.join(SERIES)}",
        not_evaluated=case.incomplete | ({"equity or risk is not known": unknown} if unknown else {}),
        extra=extra, claims=bool(trends) and all(one.interval[0] > 0 for one in trends),
    )  # fmt: skip


def _ten(slope: float) -> float:
    """Per ten positions, as a natural logarithm."""
    return 10 * slope / UNIT
