"""The laws of the conformance kit: every pack keeps them, and each rejects a planted violation."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal

import pytest

from ringfence.domain.tiers import Tier, TierTable
from ringfence.exact.leg import Leg
from ringfence.exact.ring import Book, Ring
from ringfence.solve.liquidation import Answer
from ringfence.testing import draws, laws
from ringfence.testing.conform import Verdict
from ringfence.testing.draws import Draws, sample
from ringfence.testing.laws import LawReport, check_laws
from ringfence.venues import registry
from ringfence.venues.rules import Clause, Confidence, Source, Trigger, VenueRules

DEMO = registry.rules("demo")
ACCOUNTS = 10_000 if os.environ.get("RINGFENCE_PROFILE") == "release" else 500
D = Decimal


def by_name(reports: tuple[LawReport, ...]) -> dict[str, LawReport]:
    return {one.name: one for one in reports}


@pytest.mark.parametrize("key", registry.venue_keys())
def test_every_installed_pack_keeps_every_law(key: str) -> None:
    for rules in registry.pack(key):
        reports = check_laws(rules, accounts=ACCOUNTS)
        assert [one for one in reports if one.verdict is Verdict.DIFFERS] == []
        looked = {one.name: one.checked for one in reports}
        assert looked["health_falls"] > ACCOUNTS // 2
        # A requirement that follows the margin moves when health is taken out, so that few stand there.
        least = ACCOUNTS // 10 if rules.is_plain else 1
        assert looked["trigger_decides_at_zero"] >= least, "a tenth stands exactly on the threshold"


def test_the_same_seed_draws_the_same_accounts_and_another_does_not() -> None:
    first, again = sample(DEMO, seed=3, number=7), sample(DEMO, seed=3, number=7)
    assert first == again
    assert first != sample(DEMO, seed=4, number=7)
    assert [Draws("a").below(10**9), Draws("b").below(10**9)] == [534_617_041, 212_417_312]


def test_accounts_stand_on_tier_floors_in_both_modes_and_on_both_sides() -> None:
    drawn = [sample(DEMO, seed=0, number=number) for number in range(200)]
    assert {str(one.position.side.value) for one in drawn} == {"long", "short"}
    assert {one.position.margin_mode.value for one in drawn} == {"isolated", "cross"}
    assert {symbol for one in drawn for symbol in one.account.tiers} >= {"BTC/USDT:USDT", "BTC/USD:BTC"}
    on_floor = 0
    for one in drawn:
        (leg,) = one.book.ring_of(one.position).legs
        on_floor += leg.tier_size(leg.entry_value) in leg.floors[1:]
    assert on_floor >= 15


def tier(floor: str, cap: str | None, rate: str, deduction: str = "0", leverage: str | None = None) -> Tier:
    most = None if leverage is None else D(leverage)
    return Tier(D(floor), None if cap is None else D(cap), D(rate), D(deduction), most)


@pytest.mark.parametrize(
    ("law", "tiers"),
    [
        ("tiers_start_at_zero", [tier("1", None, "0.01")]),
        ("tiers_rise", [tier("0", "100", "0.02"), tier("100", None, "0.01", "-1")]),
        ("tiers_rise", [tier("0", "100", "0.01", "0", "10"), tier("100", None, "0.02", "1", "20")]),
        ("tiers_join", [tier("0", "90", "0.01"), tier("100", None, "0.02", "1")]),
        ("tiers_join", [tier("0", "100", "0.01"), tier("100", None, "0.02", "1.5")]),
        ("deductions_follow", [tier("0", "100", "0.01"), tier("100", None, "0.02", "1.5")]),
        ("deductions_follow", [tier("0", "100", "0.01", "1"), tier("100", None, "0.02", "2")]),
    ],
)
def test_a_planted_table_is_rejected(law: str, tiers: list[Tier]) -> None:
    table = TierTable("X/USDT:USDT", tuple(tiers))
    assert not all(holds for holds, _ in getattr(laws, law)(table))


def test_a_declared_jump_is_no_violation() -> None:
    table = TierTable("X/USDT:USDT", (tier("0", "100", "0.01"), tier("100", None, "0.02")), jumps=True)
    for law in laws.TABLE_LAWS.values():
        assert all(holds for holds, _ in law(table))
    assert not all(holds for holds, _ in laws.tiers_join(replace(table, jumps=False)))


@pytest.mark.parametrize(
    "clause",
    [
        Clause(Source("", "2026-11-20"), "section 1"),
        Clause(Source("Handbook", "2026-11-20"), " "),
        Clause(Source("Handbook", "lately"), "section 1"),
        Clause(Source("Handbook", "2026-11-20"), "section 1", Confidence.UNCONFIRMED),
    ],
)
def test_a_choice_without_a_proper_citation_is_rejected(clause: Clause) -> None:
    rules = replace(DEMO, clauses={**DEMO.clauses, "trigger": clause})
    assert by_name(check_laws(rules, accounts=1))["cited"].failures == 1


def cheaper_shorts(ring: Ring) -> Ring:
    halved = [leg if leg.sign > 0 else _at_half_rates(leg) for leg in ring.legs]
    return replace(ring, legs=tuple(halved))


def _at_half_rates(leg: Leg) -> Leg:
    return replace(leg, rates=tuple(rate / 2 for rate in leg.rates))


def every_side_long(ring: Ring) -> Ring:
    return replace(ring, legs=tuple(replace(leg, sign=1) for leg in ring.legs))


def other_trigger(ring: Ring) -> Ring:
    return replace(ring, rules=replace(ring.rules, trigger=Trigger.BELOW_ZERO))


def a_fee_for_nothing(ring: Ring) -> Ring:
    return replace(ring, other_maintenance=D(5))


@pytest.mark.parametrize(
    ("plant", "caught"),
    [
        (cheaper_shorts, "long_and_short_mirror"),
        (every_side_long, "health_falls"),
        (other_trigger, "trigger_decides_at_zero"),
        (a_fee_for_nothing, "flat_account_is_sound"),
    ],
)
def test_a_planted_error_of_the_engine_is_caught(
    plant: Callable[[Ring], Ring], caught: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert by_name(check_laws(DEMO, accounts=60))[caught].verdict is Verdict.AGREES
    prepare = laws.prepare

    def planted(account: object, rules: VenueRules, *, on: str) -> Book:
        book = prepare(account, rules, on=on)  # type: ignore[arg-type]
        return replace(book, rings=tuple(plant(ring) for ring in book.rings))

    monkeypatch.setattr(laws, "prepare", planted)
    monkeypatch.setattr(draws, "prepare", planted)
    report = by_name(check_laws(DEMO, accounts=60))[caught]
    assert report.verdict is Verdict.DIFFERS
    assert 1 <= len(report.problems) <= laws.SHOWN
    assert report.problems[0] == report.reason


def test_a_liquidation_price_that_is_off_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    found = laws.move_alone

    def off_by_one_quantum(*given: object) -> Answer:
        answer = found(*given)  # type: ignore[arg-type]
        below = answer.below
        if below is None:
            return answer
        return replace(answer, below=replace(below, alive=below.liquidated, liquidated=below.alive))

    monkeypatch.setattr(laws, "move_alone", off_by_one_quantum)
    assert by_name(check_laws(DEMO, accounts=30))["price_proves_itself"].verdict is Verdict.DIFFERS


def test_a_law_that_could_look_at_nothing_says_so() -> None:
    bare = by_name(check_laws(replace(DEMO, tables={}), accounts=5))
    assert bare["tiers_rise"].verdict is Verdict.NOT_MODELLED
    assert "no table" in bare["tiers_rise"].reason
    assert bare["health_falls"].verdict is Verdict.AGREES
