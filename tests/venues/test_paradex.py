"""Paradex: the page's worked account, open sizes, the fee in maintenance, isolated withdrawn, and mutants.

Source: Paradex docs, risk system (August 2026): cross margin requirement, liquidations, margin terms.
"""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

from hypothesis import assume, given
from hypothesis import strategies as st

from ringfence.domain.account import InstrumentTerms, Order
from ringfence.testing.conform import run_case
from ringfence.venues import paradex, registry
from ringfence.venues.rules import Confidence, Fence
from tests.venues.several import Held, Pool, case, one_rate

D, F = Decimal, Fraction
BEFORE, RULES = paradex.RULES
BTC, ETH = "BTC/USD:USDC", "ETH/USD:USDC"


def alice(fee: str | None = None) -> Pool:
    """1,000 USDC, long 0.1 BTC from 60,000 at 54,800, short 1 ETH from 3,000 at 3,400; 1 % each."""
    terms = InstrumentTerms(taker_fee=None if fee is None else D(fee))
    return Pool(
        RULES, "1000", (Held(BTC, "0.1", "60000", "54800"), Held(ETH, "-1", "3000", "3400")),
        (one_rate(BTC, "0.01", "50"), one_rate(ETH, "0.01", "50")), terms={BTC: terms, ETH: terms},
    )  # fmt: skip


def test_the_worked_account_of_the_liquidation_page() -> None:
    found = alice().assessment
    assert [one.maintenance_margin for one in found.positions] == [D("54.8"), D(34)]
    assert [one.unrealized_pnl for one in found.positions] == [-520, -400]
    (pool,) = found.rings
    assert (pool.equity, pool.maintenance_margin, pool.solvency.name) == (80, D("88.8"), "LIQUIDATED")


def test_the_taker_fee_stands_in_maintenance_and_moves_the_price() -> None:
    free, dear = alice(), alice("0.0003")
    assert F(dear.ring.maintenance_margin) - F(free.ring.maintenance_margin) == F("0.0003") * (5480 + 3400)
    rich = [replace(one, money="1500") for one in (free, dear)]
    near, far = (one.threshold(BTC) for one in reversed(rich))
    assert near is not None
    assert far is not None
    assert near > far
    others = (F("0.01") + F("0.0003")) * 3400
    raw = 1500 - 400 - F("0.1") * 60000 - others
    assert near == -raw / (F("0.1") * (1 - F("0.01") - F("0.0003")))


@given(st.integers(-9, 9), st.integers(0, 9), st.integers(0, 9), st.sampled_from([None, 50, 10]))
def test_net_imr_is_the_larger_open_size_at_the_mark(
    held: int, buys: int, sells: int, leverage: int | None
) -> None:
    assume(held or buys or sells)
    mark = 90_000
    orders = tuple(
        Order(BTC, side, D(size), D(70_000), leverage=None if leverage is None else D(leverage))
        for side, size in (("buy", buys), ("sell", sells)) if size
    )  # fmt: skip
    setting = None if leverage is None else str(leverage)
    positions = (Held(BTC, str(held), "90000", str(mark), setting),) if held else ()
    pool = Pool(RULES, "9999999", positions, (one_rate(BTC, "0.01", "50"),), orders)
    wanted = max(0, buys + held, sells - held) * mark / F(leverage or 50)
    if held:
        assert pool.ring.initial_margin == wanted
        assert pool.ring.maintenance_margin == abs(held) * 900, "orders do not count in maintenance"


def test_the_case_rejects_the_limit_price_and_a_gross_sum() -> None:
    found = case("paradex", "paradex-net-imr")
    assert run_case(found).passed
    assert not run_case(found, rules=replace(RULES, charge=None)).passed


def test_isolated_margin_ends_on_the_day_of_the_release_note() -> None:
    assert registry.rules("paradex", on="2025-11-26").fence is Fence.ENTRY_NOTIONAL_OVER_LEVERAGE
    assert registry.rules("paradex", on="2025-11-27").fence is Fence.NONE
    assert BEFORE.clauses["fence"].confidence is Confidence.UNCONFIRMED
    assert "taken as zero" in RULES.clauses["closing_fee"].assumption


def test_profit_that_is_not_realised_does_not_leave() -> None:
    tables = (one_rate(BTC, "0.01", "50"),)
    pool = Pool(RULES, "1000", (Held(BTC, "0.1", "50000", "70000"),), tables)
    assert (pool.ring.available_balance, pool.ring.withdrawable) == (3000 - 140, 1000)
