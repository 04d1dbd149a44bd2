"""A wrong rule pack must fail: each planted error is caught by a strict case or by a pack's own examples."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from types import ModuleType

import pytest

from ringfence.exact.leg import Leg
from ringfence.exact.ring import Book, Ring, prepare
from ringfence.testing import examples, figures
from ringfence.testing.conform import run_case
from ringfence.venues import binance_coinm, binance_usdm, demo
from ringfence.venues.rules import Trigger, VenueRules
from tests.conformance.test_cases import STRICT

Change = Callable[[Leg], Leg]
PACKS = (binance_coinm, binance_usdm, demo)


def each_leg(change: Change) -> Callable[[Ring], Ring]:
    return lambda ring: replace(ring, legs=tuple(change(leg) for leg in ring.legs))


def no_deduction(leg: Leg) -> Leg:
    return replace(leg, deductions=tuple(one - one for one in leg.deductions))


def added_deduction(leg: Leg) -> Leg:
    return replace(leg, deductions=tuple(-one for one in leg.deductions))


def maintenance_at_entry(leg: Leg) -> Leg:
    """What the position asks at its entry price, wherever the mark stands."""
    exact = leg.as_fractions() if leg.is_inverse else leg
    nothing = leg.rates[0] - leg.rates[0]
    return replace(
        leg, rates=(nothing,), floors=leg.floors[:1], deductions=(-exact.maintenance(exact.entry_value),)
    )


def tier_at_entry(leg: Leg) -> Leg:
    number = leg.tier_at(leg.entry_value)
    return replace(
        leg, floors=leg.floors[:1], rates=leg.rates[number : number + 1],
        deductions=leg.deductions[number : number + 1],
    )  # fmt: skip


def short_gains_like_long(leg: Leg) -> Leg:
    return replace(leg, sign=1)


def initial_margin_at_twice_the_leverage(leg: Leg) -> Leg:
    return replace(leg, initial_rate=None if leg.initial_rate is None else leg.initial_rate / 2)


def others_need_nothing(ring: Ring) -> Ring:
    """Only the first position of a pool is asked for maintenance."""
    first, rest = ring.legs[:1], ring.legs[1:]
    bare = [replace(no_deduction(leg), rates=tuple(one - one for one in leg.rates)) for leg in rest]
    return replace(ring, legs=(*first, *bare), other_maintenance=Decimal(0))


def trigger_below_zero(ring: Ring) -> Ring:
    return replace(ring, rules=replace(ring.rules, trigger=Trigger.BELOW_ZERO))


MUTANTS: dict[str, Callable[[Ring], Ring]] = {
    "the deduction is dropped": each_leg(no_deduction),
    "the deduction is added": each_leg(added_deduction),
    "maintenance is charged at entry": each_leg(maintenance_at_entry),
    "the tier is looked up at entry": each_leg(tier_at_entry),
    "a short gains when the price rises": each_leg(short_gains_like_long),
    "initial margin is halved": each_leg(initial_margin_at_twice_the_leverage),
    "the other positions need no maintenance": others_need_nothing,
    "exactly 100 % is not liquidated": trigger_below_zero,
}


def caught_by(monkeypatch: pytest.MonkeyPatch, change: Callable[[Ring], Ring]) -> list[str]:
    """The strict cases and examples that fail with a change made to every ring."""

    def mutated(account: object, rules: VenueRules, *, on: str) -> Book:
        book = prepare(account, rules, on=on)  # type: ignore[arg-type]
        return replace(book, rings=tuple(change(ring) for ring in book.rings))

    monkeypatch.setattr(figures, "prepare", mutated)
    monkeypatch.setattr(examples, "prepare", mutated)
    cases = [case.id for case in STRICT if not run_case(case).passed]
    return cases + [problem for pack in PACKS for problem in examples_of(pack)]


def examples_of(pack: ModuleType) -> list[str]:
    return examples.failed_examples(pack.RULES, pack.EXAMPLES)


@pytest.mark.parametrize("name", MUTANTS)
def test_a_planted_error_is_caught(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    assert caught_by(monkeypatch, MUTANTS[name]), f"nothing notices that {name}"


def test_without_an_error_nothing_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    assert caught_by(monkeypatch, lambda ring: ring) == []


@pytest.mark.parametrize("pack", PACKS, ids=lambda pack: pack.RULES.key)
def test_the_examples_of_a_pack_come_out_exactly(pack: ModuleType) -> None:
    rows = examples.read_examples(pack.EXAMPLES)
    assert len(rows) >= 4
    assert {row["liquidated"] for row in rows} == {"yes", "no"}
    assert examples_of(pack) == []


def test_a_wrong_figure_in_a_table_is_named() -> None:
    wrong = demo.EXAMPLES.replace("876.40", "876.41")
    assert examples.failed_examples(demo.RULES, wrong) == [
        "demo example 1: health is 876.4, the table says 876.41"
    ]
