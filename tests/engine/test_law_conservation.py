"""40 000 drawn events: conservation, dust, idempotency, and a naive book of the same trades."""

from __future__ import annotations

import pytest

from ringfence.engine import events as ev
from ringfence.engine.apply import HANDLERS
from tests.engine.draws import COARSE, DEMO, run
from tests.engine.laws import Dust, Traded, conservation, idempotency

SEEDS, EVENTS = 100, 400


def follow(seed: int, count: int) -> set[tuple[str, bool]]:
    """One run under the laws of conservation, dust, idempotency and the naive book."""
    traded, dust, met = Traded(), Dust(), set()
    rules = COARSE if seed % 3 == 0 else DEMO
    for number, (before, event, done) in enumerate(run(seed, count, hedged=seed % 2 == 1, rules=rules)):
        conservation(done, rules)
        dust.holds(done, rules)
        if done.accepted:
            traded.follow(before, event)
            traded.agrees(done.state)
        if number % 4 == 0:
            idempotency(event, done, rules)
        met.add((event.kind, done.accepted))
    return met


@pytest.mark.parametrize("part", range(10))
def test_nothing_is_lost_over_forty_thousand_events(part: int) -> None:
    met = {one for seed in range(part, SEEDS, 10) for one in follow(seed, EVENTS)}
    kinds = {kind for kind, _ in met}
    assert kinds >= {"filled", "funding_paid", "margin_moved", "withdrawal", "settled", "tiers_changed"}
    assert {("filled", False), ("withdrawal", False), ("margin_mode_changed", True)} <= met


def test_every_event_has_somebody_who_handles_it() -> None:
    assert set(HANDLERS) == {*ev.TRADERS, *ev.LIQUIDATIONS} == set(ev.KINDS.values())
