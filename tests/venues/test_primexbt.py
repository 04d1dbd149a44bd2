"""PrimeXBT: margin accounts end when equity meets the margin in use; Crypto Futures are not public.

Source: PrimeXBT help, margin requirements (1 BTC at 7 264 at 100x: 72.64 USD) and liquidation.
"""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringfence.domain.account import Account, Position, Side
from ringfence.domain.market import Market
from ringfence.errors import MissingLeverage, NotDocumented
from ringfence.exact.assess import Solvency, assess
from ringfence.exact.ring import prepare
from ringfence.solve.arrange import arrangements
from ringfence.testing.cases import load_cases
from ringfence.testing.conform import Verdict, run_case
from ringfence.testing.examples import failed_examples
from ringfence.venues import primexbt
from ringfence.venues.rules import Trigger
from ringfence.venues.schedule import Charged, Schedule, fixed_requirement
from tests.support import ROOT
from tests.venues.single import ON, Single, ending

D, F = Decimal, Fraction
RULES = primexbt.RULES
BTC, ETH = "BTC/USD:USD", "ETH/USD:USD"
(CASE,) = load_cases((ROOT / "tests/conformance/cases/primexbt.jsonl").read_text("utf-8").splitlines())


@given(
    st.sampled_from(["long", "short"]), st.integers(1, 10**4), st.integers(10, 10**5),
    st.sampled_from(["1", "2", "5", "10", "50", "100", "1000"]), st.integers(1, 200),
)  # fmt: skip
def test_liquidation_is_where_equity_meets_the_margin_in_use(
    side: str, size: int, entry: int, leverage: str, share: int
) -> None:
    cost, s = F(size * entry), 1 if side == "long" else -1
    money = ending(cost * F(share, 100))
    one = Single(RULES, BTC, side, D(size), D(entry), money, isolated=False, leverage=leverage)
    price = entry - s * (F(money) - cost / F(leverage)) / size
    if not one.dead(D(entry)):
        assert one.threshold(D(entry)) == (price if price > 0 else None)


def test_two_positions_share_one_pool_and_end_together() -> None:
    """800 of equity on 600 in use: 200 are left to lose."""
    held = (
        Position(BTC, Side.LONG, D(1), entry_price=D(5000), leverage=D(10)),
        Position(ETH, Side.SHORT, D(5), entry_price=D(200), leverage=D(10)),
    )
    account = Account(venue="primexbt", wallet={"USD": D(800)}, positions=held)
    book = prepare(account, RULES, on=ON)
    pool = assess(book, Market({BTC: D(4900), ETH: D(190)})).ring("pool USD")
    assert (pool.equity, pool.initial_margin, pool.available_balance) == (750, 600, 150)
    ends = assess(book, Market({BTC: D(4800), ETH: D(200)})).ring("pool USD")
    assert (ends.health, ends.solvency) == (0, Solvency.LIQUIDATED)


def test_crypto_futures_say_what_is_missing() -> None:
    with pytest.raises(NotDocumented, match="maintenance margin, tiers and liquidation formula"):
        _ = Single(RULES, "BTC/USDT:USDT", "long", D(1), D(5000), D(800), False, "10").book
    with pytest.raises(NotDocumented, match="Crypto Futures"):
        _ = Single(RULES, BTC, "long", D(1), D(5000), D(800), leverage="10").book
    with pytest.raises(MissingLeverage):
        _ = Single(RULES, BTC, "long", D(1), D(5000), D(800), isolated=False).book


def test_a_margin_account_has_no_isolated_twin() -> None:
    account = Single(RULES, BTC, "long", D(1), D(5000), D(800), False, "10").account
    _, isolated, cross = arrangements(account, RULES, on=ON)
    assert not isolated.feasible
    assert "no isolated margin" in isolated.reason
    assert cross.feasible


def at_twice_the_leverage(charged: Charged) -> Schedule:
    return fixed_requirement(charged.entry_value / charged.need_leverage() / 2)


def test_wrong_rules_are_rejected_by_the_page() -> None:
    assert failed_examples(RULES, primexbt.EXAMPLES) == []
    assert failed_examples(replace(RULES, charge=at_twice_the_leverage), primexbt.EXAMPLES)
    assert failed_examples(replace(RULES, trigger=Trigger.BELOW_ZERO), primexbt.EXAMPLES)
    assert run_case(CASE).passed
    half = replace(RULES, charge=lambda charged: replace(primexbt.used_margin(charged), initial=None))
    assert run_case(CASE, rules=half).of(Verdict.NOT_MODELLED)
