"""Stops, targets and written invalidations: where they stand, and which way they were moved."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from ringfence.domain.account import Side
from ringfence.mirror.detectors.building import Building
from ringfence.mirror.detectors.past import Did, Step
from ringfence.mirror.happened import Happened, StopMoved

AT_ONCE = 60_000
"""A stop placed this soon after the open stood at the open; cancelled and placed this soon is one move."""
KINDS = {"stop": Did.STOP, "target": Did.TARGET, "invalidation": Did.INVALIDATION}
Place = tuple[str, str, Side, str]


class Levels:
    """The levels in force, by account, symbol, side and kind, each with the moment it was placed."""

    def __init__(self) -> None:
        self._at: dict[Place, tuple[Decimal | None, int]] = {}

    def move(self, event: StopMoved, side: Side) -> Decimal | None:
        """Take over the new level; the old one."""
        place = event.account_id, event.symbol, side, event.which
        old, _ = self._at.get(place, (None, event.at))
        self._at[place] = event.price, event.at
        return old

    def standing(self, one: Building, which: str = "stop") -> Decimal | None:
        """The level that stands for a leg, whenever it was placed."""
        return self._at.get((one.account_id, one.symbol, one.side, which), (None, 0))[0]

    def drop(self, account: str, symbol: str, side: Side) -> None:
        """A closed leg has no levels left."""
        for which in KINDS:
            self._at.pop((account, symbol, side, which), None)

    @staticmethod
    def step(
        event: StopMoved, one: Building, old: Decimal | None, seen: tuple[Decimal | None, bool | None]
    ) -> Step:
        """The move as a step of an episode, and whether it gives the idea more room or its profit less."""
        price, adverse = seen
        did, sign, new = KINDS.get(event.which, Did.STOP), one.side.sign, event.price
        away = old is not None and (new is None or (new - old) * sign < 0)
        widened = did is not Did.TARGET and away and adverse is True
        ahead = price is not None and (price - one.held.entry) * sign > 0
        nearer = old is not None and new is not None and (new - old) * sign < 0
        cut = did is Did.TARGET and nearer and ahead
        return Step(
            did, event.id, event.at, price, one.held, one.held, adverse,
            old=old, new=new, widened=widened, cut=cut,
        )  # fmt: skip


def moved_at_once(events: Sequence[Happened]) -> list[Happened]:
    """The same events, where taking a level away and placing it anew within a minute is one move."""
    kept: list[Happened] = []
    taken: dict[tuple[str, str, Side | None, str], int] = {}
    for event in events:
        if isinstance(event, StopMoved):
            place = event.account_id, event.symbol, event.side, event.which
            gone = taken.pop(place, None)
            if gone is not None and event.price is not None and event.at - kept[gone].at <= AT_ONCE:
                kept[gone] = replace(event, at=kept[gone].at, id=kept[gone].id)
                continue
            if event.price is None:
                taken[place] = len(kept)
        kept.append(event)
    return kept
