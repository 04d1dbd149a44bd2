"""What the mirror itself remembers, as plain values: intents and how they ended, plans, own limits."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from decimal import Decimal

from ringfence.domain.account import Side
from ringfence.domain.numbers import Number
from ringfence.mirror.facts import Own
from ringfence.mirror.model import Intent, Plan

DONE = frozenset({"proceed", "override"})
"""Decisions after which the intent was carried out as it was asked."""
NOTHING = "do_nothing"
OVERRIDE = "override"
_INCIDENTAL = frozenset({"intent_id", "ts_ms", "trigger_text", "surface", "plan_id", "actor"})
"""What differs between two askings of the same thing."""


@dataclass(frozen=True, slots=True)
class Asked:
    """An earlier intent and how it ended.

    Attributes:
        decision: ``proceed``, ``reduce_instead``, ``do_nothing``, ``override``, ``expired`` or ``bypassed``;
            empty: not decided yet. decided_ms: when. paused: its verdict asked for a pause.
        adverse: the position was adverse when it was asked. level: the invalidation accepted with it.
        distance, risk, margin, at_risk: of the facts after it: `d_liq`, loss at the invalidation, margin in
            the fence, money that can be consumed.
        rung: the planned rung it filled.
    """

    intent: Intent
    decision: str = ""
    decided_ms: int | None = None
    paused: bool = False
    adverse: bool | None = None
    level: Decimal | None = None
    distance: Number | None = None
    risk: Number | None = None
    margin: Number | None = None
    at_risk: Number | None = None
    rung: int | None = None

    @property
    def done(self) -> bool:
        """Whether it was carried out as it was asked."""
        return self.decision in DONE

    @property
    def at(self) -> int:
        """When it was decided, else when it was asked."""
        return self.intent.ts_ms if self.decided_ms is None else self.decided_ms


@dataclass(frozen=True)
class Remembered:
    """Everything of the journal that facts are made of; of one account, in any order.

    Attributes:
        plans: every version of every plan. asked: earlier intents, not the one that is judged now.
        own: limits and locks in force. shown, measures: of the rules in this episode.
        creep_supported, creep: the label of the detector of rising leverage, and its slope per ten trades.
    """

    plans: tuple[Plan, ...] = ()
    asked: tuple[Asked, ...] = ()
    own: Own = field(default_factory=Own)
    shown: Mapping[str, int] = field(default_factory=dict)
    measures: Mapping[str, Number] = field(default_factory=dict)
    creep_supported: bool | None = None
    creep: Number | None = None


def same_intent(one: Intent, other: Intent) -> bool:
    """Whether two intents ask for the same, whoever asked and when.

    >>> from ringfence.mirror.model import Action
    >>> first = Intent("i1", 0, "human", "main", "demo", Action.OPEN, symbol="BTC/USDT:USDT")
    >>> second = Intent("i2", 9, "human", "main", "demo", Action.OPEN, symbol="BTC/USDT:USDT")
    >>> same_intent(first, second)
    True
    """
    names = [one.name for one in fields(Intent) if one.name not in _INCIDENTAL]
    return all(getattr(one, name) == getattr(other, name) for name in names)


def about(asked: Iterable[Asked], symbol: str, side: Side | None, *, since: int | None) -> list[Asked]:
    """What was carried out in one position from a moment on, earliest first; None: nothing is known to be.

    Of a hedge the side is the leg's; it belongs to the position it stands against.
    """
    if since is None:
        return []
    found = [
        one
        for one in asked
        if one.done
        and one.intent.symbol == symbol
        and one.at >= since
        and (side is None or one.intent.side in (None, side))
    ]
    return sorted(found, key=lambda one: (one.at, one.intent.intent_id))


def levels_of(asked: Iterable[Asked]) -> dict[tuple[str, Side], tuple[int, Decimal]]:
    """The last invalidation accepted for every position that was asked about: when, and the level."""
    found: dict[tuple[str, Side], tuple[int, Decimal]] = {}
    for one in sorted(asked, key=lambda one: (one.at, one.intent.intent_id)):
        symbol, side = one.intent.symbol, one.intent.side
        if one.done and one.level is not None and symbol is not None and side is not None:
            found[symbol, side] = (one.at, one.level)
    return found
