"""The reasons: which rule applies to which book, whether it holds there, and the book's own number."""

from __future__ import annotations

import re
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from functools import cache

import pytest
from hypothesis import event, given

from ringfence.domain.account import Account, InstrumentTerms, Position
from ringfence.domain.market import Market
from ringfence.domain.numbers import Number
from ringfence.domain.tiers import Tier, TierTable
from ringfence.errors import Bug, RingfenceError
from ringfence.solve.claims import Status, claim, claims
from ringfence.solve.reasons import Reason, headline, reasons
from ringfence.solve.reasons.judge import CHECKS
from ringfence.solve.reasons.words import fixed, money, share
from ringfence.solve.twins import Twins, twins
from ringfence.testing.strategies import World, worlds
from tests.seeds.books import (
    ON,
    RATE,
    account_of,
    cases,
    market_of,
    moved,
    single,
    twins_of,
    with_coin_collateral,
)
from tests.seeds.measure import fenced

IDS = [
    "A01", "A02", "A03", "A15", "A16", "B10", "B11", "B24", "B25", "B35", "B38", "B40", "B41", "B42", "B43",
    "B44", "B50", "B53",
]  # fmt: skip
BOOKS = [case.id for case in cases().values() if "positions" in case.given]


def judge(account: Account, market: Market) -> tuple[Twins, dict[str, Reason]]:
    pair = twins_of(account, market)
    return pair, {one.id: one for one in reasons(pair.as_is.book, market, pair)}


@cache
def of_seed(case_id: str) -> tuple[Twins, dict[str, Reason]]:
    case = cases()[case_id]
    account = account_of(case)
    return judge(account, market_of(account, case.given.get("marks")))


def number(reason: Reason, field: str) -> Number:
    (line,) = [line for line in reason.lines if line.field == f"reasons.{reason.id}.{field}"]
    return line.value


# What each rule comes to for a seed book: applies, holds, and figures by the field of their line.
TABLE: list[tuple[str, str, bool, bool | None, dict[str, str]]] = [
    ("A05", "A03", True, True, {"isolated.most_to_lose.USDT": "1000", "cross.most_to_lose.USDT": "8000"}),
    ("A05", "B40", True, False, {"BTC long.equity": "1000", "BTC long.least": "2290"}),
    ("A05", "B50", False, None, {}),
    ("A05", "A16", False, None, {}),
    ("B40", "B40", True, True, {"BTC long.equity": "200", "BTC long.least": "3086"}),
    ("B23", "B24", True, None, {"ETH alone +10 %": "-3000", "BTC −10 % and ETH +10 %": "-6000"}),
    ("B33", "A02", True, None, {"isolated.most_to_lose.BTC": "0.6"}),
    ("B33", "B11", True, False, {"pool BTC.available": "1.4"}),
    ("B33", "B35", True, False, {"BTC long.initial_margin": "0.5", "SOL long.initial_margin": "0.1"}),
    ("B33", "A01", True, True, {"beyond.BTC": "1.4"}),
    ("A05", "A01", True, True, {"beyond.USDT": "7000"}),
    ("B50", "A01", False, None, {}),
    ("B33", "B43", False, None, {}),
    ("B38", "B38", True, None, {"isolated.most_to_lose.USDT": "6000", "cross.most_to_lose.USDT": "10000"}),
    ("B38", "B44", True, False, {"isolated.USDT": "6000", "cross.USDT": "10000"}),
    ("B38", "B25", True, False, {"pool USDT": "0"}),
    ("B43", "B38", False, None, {}),
    ("B43", "B25", True, True, {"pool USDT": "8500"}),
    ("B42", "B42", True, None, {"setting": "100", "effective_leverage.USDT": "1"}),
    ("B42", "B38", False, None, {}),
    ("B33", "B42", False, None, {"setting": "10", "effective_leverage.BTC": "1.75"}),
    ("B10", "B10", True, False, {"pool USDT": "1000", "pool USDC": "1000"}),
]  # fmt: skip

DISTANCES = [
    ("A05", "A03", "isolated.BTC long", "-1.2303"),
    ("A05", "A03", "cross.BTC long", "-13.3599"),
    ("B33", "A15", "isolated.together", "-9.5477"),
    ("B33", "A15", "cross.together", "-56.9275"),
    ("B38", "B38", "isolated.first", "-1.5075"),
    ("B38", "B38", "cross", "-2.8476"),
    ("B43", "B43", "cross", "-32.9983"),
    ("B50", "B50", "SOL/USDT:USDT", "-19.4975"),
    ("B50", "B50", "isolated.BTC/USDT:USDT long", "-49.7487"),
    ("B50", "B41", "together", "-16.2479"),
]


@pytest.mark.parametrize(("case_id", "rule", "applies", "holds", "figures"), TABLE)
def test_a_rule_on_a_seed_book(
    case_id: str, rule: str, applies: bool, holds: bool | None, figures: dict[str, str]
) -> None:
    reason = of_seed(case_id)[1][rule]
    assert (reason.applies, reason.holds) == (applies, holds)
    assert {field: number(reason, field) for field in figures} == {f: Decimal(v) for f, v in figures.items()}


@pytest.mark.parametrize(("case_id", "rule", "field", "printed"), DISTANCES)
def test_a_distance_on_a_seed_book(case_id: str, rule: str, field: str, printed: str) -> None:
    found = Fraction(number(of_seed(case_id)[1][rule], field))
    assert abs(found - Fraction(printed)) <= Fraction(1, 20_000)


@pytest.mark.parametrize("case_id", BOOKS)
def test_a_reason_is_whole_and_informs_only(case_id: str) -> None:
    pair, found = of_seed(case_id)
    assert len(found) == len(CHECKS)
    for reason in found.values():
        known = claim(reason.id)
        assert (reason.statement, reason.status) == (known.says, known.status)
        assert all(claim(other).status is reason.status for other in reason.also)
        assert not reason.applies or reason.lines, f"{reason.id} applies without a number"
        assert reason.finding.endswith(".")
        assert len({line.field for line in reason.lines}) == len(reason.lines)
        assert all(line.how and line.label for line in reason.lines)
    for text in (headline(pair, tuple(found.values())), *(reason.finding for reason in found.values())):
        assert not re.search(
            r"\b(should|must|better|best|recommend\w*|avoid|you|buy|sell|safe)\b", text, re.I
        ), text


def test_reasons_that_apply_come_first() -> None:
    order = [reason.applies for reason in of_seed("A05")[1].values()]
    assert order == sorted(order, reverse=True)


def test_a_statement_that_is_no_claim_is_a_bug() -> None:
    with pytest.raises(Bug, match="one of the 72"):
        claim("C01")
    assert {one.status for one in claims()} == set(Status)


# The verdict


def said(account: Account, market: Market | None = None) -> str:
    market = market or market_of(account)
    pair, found = judge(account, market)
    return headline(pair, tuple(found.values()))


def test_the_verdict_of_the_two_bitcoin_account() -> None:
    pair, found = of_seed("B33")
    assert headline(pair, tuple(found.values())) == (
        "Neither mode is ahead by every measure: isolated can lose 0.6 BTC at most against 2 BTC in cross, "
        "and cross puts the first liquidation when everything moves together further away (at −9.55 % "
        "isolated and at −56.93 % in cross); in cross BTC alone can close positions that did not move."
    )


def test_the_verdict_where_both_modes_are_the_same() -> None:
    account = single("500", 5_000, 10)
    assert said(account) == (
        "Both modes come to the same: 500 USDT can be lost, the first liquidation by its coin is at −9.55 %."
    )


def test_the_verdict_without_a_position() -> None:
    assert said(Account(venue="demo", wallet={"USDT": Decimal(5)})) == (
        "The book holds no position: nothing can be liquidated."
    )


def test_the_verdict_on_a_dead_book() -> None:
    account = single("500", 5_000, 10)
    text = said(account, moved(market_of(account), {"BTC": "-9.6"}))
    assert (
        text
        == "As it stands pool USDT is liquidated at these marks (equity 20 USDT, maintenance 22.60 USDT)."
    )


def test_the_verdict_where_the_wallet_cannot_pay_for_the_fences() -> None:
    account = replace(single("900", 10_000, 10), wallet={"USDT": Decimal(900)})
    pair, found = judge(account, market_of(account))
    text = headline(pair, tuple(found.values()))
    assert text.startswith(
        "Only cross can hold this book, because the wallet cannot pay for the fences: 100 USDT"
    )
    for rule in ("A03", "A02", "A15", "B40", "B44"):
        assert not found[rule].applies
        assert "cannot pay for the fences" in found[rule].finding
    assert found["B25"].applies, "what is about cross alone still stands"


def test_a_multi_asset_pool_has_no_isolated_twin() -> None:
    account, market = with_coin_collateral(cases()["B36"])
    pair, found = judge(account, market)
    assert "a multi-asset pool has no isolated margin" in headline(pair, tuple(found.values()))
    assert abs(Fraction(number(found["B41"], "together")) + Fraction("36.1605")) < Fraction(1, 20_000)
    # The fall takes the coin collateral with it: 2 BTC lose 6,000, the positions 10,500.
    assert number(found["B25"], "pool USD") == 103_500


# Other kinds of book


def test_a_fence_can_be_moved_into_the_pool() -> None:
    account = fenced(single("10000", 60_000, 20), "3000")
    _, found = judge(account, market_of(account))
    assert not found["B40"].applies
    assert found["A16"].applies
    assert number(found["A16"], "as_is.USDT") == 3_000
    assert number(found["A16"], "cross.USDT") == 10_000


def test_an_isolated_position_of_unknown_leverage_is_judged_all_the_same() -> None:
    account = fenced(single("10000", 60_000, 20), "3000")
    bare = replace(account, positions=(replace(account.positions[0], leverage=None),))
    _, found = judge(bare, market_of(bare))
    assert not found["B42"].applies
    assert found["A03"].applies


def test_a_pool_in_which_a_neighbour_brings_liquidation_nearer() -> None:
    case = cases()["B50"]
    account = account_of(case)
    market = moved(market_of(account), {"SOL": "-19"})
    held = account.positions
    isolated = twins_of(account, market).isolated.account
    assert isolated.positions[1].isolated_margin == 5_000
    _, found = judge(replace(account, positions=held), market)
    # SOL down 19 % is past its own fence, and BTC needs to move less in the pool than behind its fence.
    assert found["A03"].holds is False
    assert found["B41"].holds is True
    assert "BTC long is liquidated sooner in cross" in found["B41"].finding


def test_an_inverse_contract_is_judged_in_coin() -> None:
    name = "BTC/USD:BTC"
    held = Position(name, "long", "50000", entry_price="50000", leverage="5")  # type: ignore[arg-type]
    account = Account(
        venue="demo", wallet={"BTC": Decimal(1)}, positions=(held,),
        instruments={name: InstrumentTerms(contract_size=Decimal(1))},
        tiers={name: TierTable(name, (Tier(Decimal(0), None, RATE, Decimal(0)),), source="made up")},
    )  # fmt: skip
    _, found = judge(account, Market({name: Decimal(50_000)}))
    assert number(found["A02"], "isolated.most_to_lose.BTC") == Decimal("0.2")
    # Worth 1 BTC at 50,000, 1/0.95 at 5 % below: the loss in coin is 1/0.95 - 1.
    assert number(found["B44"], "cross.BTC") == Fraction(1, 19)
    assert found["B53"].applies


def test_a_gap_is_taken_in_the_direction_that_hurts() -> None:
    account = single("10000", 60_000, 20, side="short")
    _, found = judge(account, market_of(account))
    assert "+5 %" in found["B44"].finding
    assert number(found["B44"], "cross.USDT") == 3_000


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (money(Decimal("0.004"), "USDT"), "0.004 USDT"),
        (money(Decimal("1173.8"), "USDT"), "1,173.80 USDT"),
        (money(Decimal("-0.5"), "BTC"), "−0.5 BTC"),
        (money(Decimal("0.00000004"), "BTC"), "0.00000004 BTC"),
        (share(Fraction(1, 3)), "+33.33 %"),
        (fixed(Decimal(0), 2), "0"),
    ],
)
def test_a_number_in_a_sentence_is_never_shortened_to_nothing(text: str, shown: str) -> None:
    assert text == shown


@given(worlds())
def test_any_book_gets_its_reasons(world: World) -> None:
    try:
        pair = twins(world.account, world.market, world.rules, on=ON)
    except RingfenceError as error:  # a leverage nobody gave, a question no closed form answers
        event(error.code)
        return
    found = reasons(pair.as_is.book, world.market, pair)
    assert sorted(one.id for one in found) == IDS
    assert re.fullmatch(r"[A-Z][^\n]*\.", headline(pair, found))
    by_id = {one.id: one for one in found}
    for one in found:
        assert re.fullmatch(r"[A-Z][^\n]*\.", one.finding), one.finding
        assert all(isinstance(line.value, Decimal | Fraction) for line in one.lines)
    event(f"A03 {by_id['A03'].applies} {by_id['A03'].holds}")
    if len(world.account.positions) == 1 and by_id["A03"].applies:
        assert by_id["A03"].holds, "a single position is never liquidated earlier in cross"
    if by_id["A02"].applies:
        for line in by_id["A02"].lines:
            assert line.value >= 0
