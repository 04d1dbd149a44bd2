"""What must not change a verdict on a whole life: the unit of money, names, weeks, the sign of every move."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from ringfence.mirror.detectors.past import Label, Past
from ringfence.mirror.detectors.scan import scan
from ringfence.mirror.happened import Traded
from tests.mirror.detectors.histories import BTC, ETH, flat_tiers
from tests.mirror.detectors.test_metamorphic import (
    later,
    mirrored,
    renamed,
    times_money,
    times_prices,
    without_effects,
)
from tests.mirror.traders.lives import SEED, found, life

LIVES = [
    ("disciplined", 40), ("rescuer, strong", 40), ("flipper who reopens, strong", 40),
    ("goalpost mover, strong", 40), ("martingale 2, strong", 60),
]  # fmt: skip


@pytest.mark.parametrize(("name", "positions"), LIVES)
@pytest.mark.parametrize(
    "change",
    [
        lambda past: times_money(past, 7),
        lambda past: times_prices(past, 3),
        renamed,
        lambda past: later(past, 7),
    ],
    ids=["money x 7", "prices x 3", "renamed", "a week later"],
)
def test_the_same_is_found(name: str, positions: int, change: Callable[[Past], Past]) -> None:
    before = tuple(found(name, positions).values())
    after = scan(change(without_stated(life(name, positions).past)), seed=SEED)
    assert without_effects(after)[:9] == without_effects(before)[:9]


def without_stated(past: Past) -> Past:
    """Without the venue's own profit figures, which a change of money would have to change too."""
    quiet = (replace(one, realized_pnl=None) if isinstance(one, Traded) else one for one in past.happened)
    return replace(past, happened=tuple(quiet))


@pytest.mark.parametrize(("name", "positions"), LIVES)
def test_long_and_short_mirror(name: str, positions: int) -> None:
    """Up to maintenance, a share of the price, which no mirror keeps."""
    past = without_stated(life(name, positions).past)
    if any(isinstance(one, Traded) and one.liquidation for one in past.happened):
        past = replace(past, happened=tuple(x for x in past.happened if not of_liquidated(past, x)))
    there, back = scan(past, seed=SEED), scan(mirrored(past), seed=SEED)
    for one, other in zip(there, back, strict=True):
        if one.id == "D1":
            assert other.evidence == one.evidence
            continue
        assert other.label is one.label
        if one.id != "D7":
            assert other.counts == one.counts


def of_liquidated(past: Past, event: object) -> bool:
    """Whether a booking belongs to a position that the venue closed."""
    opened = None
    for one in past.happened:
        if isinstance(one, Traded):
            if opened is None:
                opened = one.at
            if one.closes:
                inside = opened <= event.at <= one.at  # type: ignore[attr-defined]
                if one.liquidation and inside:
                    return True
                opened = None
    return False


@pytest.mark.parametrize("name", ["disciplined", "disciplined in cross", "scalper"])
def test_exits_placed_beforehand_add_no_flag(name: str) -> None:
    """A second coin traded by targets and stops only, beside a control."""
    quiet, machine = life(name, 100).past, life("target 1, stop 2", 40).past
    other = tuple(
        replace(one, id=f"m-{one.id}", symbol=ETH, preplaced=True if one.closes else None)
        for one in machine.happened
        if isinstance(one, Traded)
    )
    both = replace(
        quiet, happened=quiet.happened + other, marks={BTC: quiet.marks[BTC], ETH: machine.marks[BTC]},
        tiers=flat_tiers(BTC, ETH),
    )  # fmt: skip
    before = {one.id for one in found(name, 100).values() if one.label is Label.SUPPORTED}
    assert {one.id for one in scan(both, seed=SEED) if one.label is Label.SUPPORTED} <= before
