"""MEXC: the published short form over drawn positions, what the fee does, and orders in the account's test.

Source: MEXC help 360044646391 (trigger), its blog on liquidation (formula), a position of 2021-01-07.
"""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringfence.domain.account import Account, InstrumentTerms, Order, Position, Side
from ringfence.domain.market import Market
from ringfence.errors import MissingLeverage, MissingRate
from ringfence.exact.assess import Solvency, assess
from ringfence.exact.ring import prepare
from ringfence.venues import mexc
from ringfence.venues.schedule import ClosingFee
from tests.venues.single import ON, Single, ending, table_of

D, F = Decimal, Fraction
RULES = mexc.RULES
LINEAR, INVERSE = "BTC/USDT:USDT", "BTC/USD:BTC"


@st.composite
def fenced(draw: st.DrawFn) -> Single:
    symbol = draw(st.sampled_from([LINEAR, INVERSE]))
    entry, contracts = D(draw(st.integers(10, 60_000))), D(draw(st.integers(1, 10**5)))
    worth = F(contracts) / F(entry) if symbol == INVERSE else F(contracts) * F(entry)
    fee = draw(st.sampled_from(["0", "0.0002", "0.0006"]))
    return Single(
        RULES, symbol, draw(st.sampled_from(["long", "short"])), contracts, entry,
        ending(worth * F(draw(st.integers(2, 150)), 100)), leverage="10",
        table=table_of(symbol, [("0", None, "0.005")]),
        terms=InstrumentTerms(contract_size=D(1), taker_fee=D(fee)),
    )  # fmt: skip


@given(fenced())
def test_the_price_is_the_published_short_form(one: Single) -> None:
    """Long (maintenance - margin + value) / size, the fee inside margin and requirement alike."""
    turn = (1 if one.side == "long" else -1) * (-1 if one.symbol == INVERSE else 1)
    cost = F(one.contracts) / F(one.entry) if one.symbol == INVERSE else F(one.contracts) * F(one.entry)
    fee = F(one.terms.taker_fee or 0)
    left = cost - turn * (F(one.money) - cost * fee - cost * F("0.005"))
    size = F(one.contracts)
    wanted = None if left <= 0 else size / left if one.symbol == INVERSE else left / size
    if not one.dead(one.entry):
        assert one.threshold(one.entry) == wanted


def test_the_fee_cancels_out_of_a_price_at_entry_and_not_of_another() -> None:
    """Margin as the venue holds it, 1 / 25 and the fee: the blog's price, whatever the fee."""
    found = []
    for fee in ("0", "0.0006"):
        terms = InstrumentTerms(contract_size=D(1), taker_fee=D(fee))
        held = D(10_000) * (D("0.04") + D(fee))
        one = Single(RULES, LINEAR, "long", D(1), D(10_000), held,
                     table=table_of(LINEAR, [("0", None, "0.005")]), terms=terms)  # fmt: skip
        found += [one.threshold("10000"), replace(one, money=D(400)).threshold("10000")]
    assert found == [9_650, 9_650, 9_650, 9_656]


def test_the_fee_is_asked_for() -> None:
    one = Single(RULES, LINEAR, "long", D(1), D(10_000), D(400),
                 table=table_of(LINEAR, [("0", None, "0.005")]),
                 terms=InstrumentTerms(contract_size=D(1)))  # fmt: skip
    with pytest.raises(MissingRate, match="taker fee"):
        one.at("10000")


def account(wallet: str, *, leverage: str | None = "10") -> Account:
    """10,000 long in cross at 0.5 %, and an order for 1,000 at 10x: 100 and its fee of 0.6."""
    lev = None if leverage is None else D(leverage)
    return Account(
        venue="mexc", wallet={"USDT": D(wallet)},
        positions=(Position(LINEAR, Side.LONG, D(1), entry_price=D(10_000), leverage=lev),),
        orders=(Order(LINEAR, "buy", D("0.1"), D(10_000)), Order(LINEAR, "sell", D(1), D(11_000), True)),
        instruments={LINEAR: InstrumentTerms(contract_size=D(1), taker_fee=D("0.0006"))},
        tiers={LINEAR: table_of(LINEAR, [("0", None, "0.005")])},
    )  # fmt: skip


@pytest.mark.parametrize(("wallet", "dead"), [("156.6", True), ("156.61", False)])
def test_order_margin_is_no_equity_in_cross(wallet: str, dead: bool) -> None:
    """50 of maintenance, 6 of fee and 100.6 of the order that can open."""
    (pool,) = assess(prepare(account(wallet), RULES, on=ON), Market({LINEAR: D(10_000)})).rings
    assert (pool.solvency is Solvency.LIQUIDATED) is dead
    assert pool.maintenance_margin == 50
    assert pool.maintenance_usage == F(56) / (F(wallet) - F("100.6"))


def test_orders_without_a_leverage_are_named() -> None:
    with pytest.raises(MissingLeverage, match="orders hold margin"):
        prepare(account("200", leverage=None), RULES, on=ON)


def test_without_the_fee_in_the_test_the_price_is_another() -> None:
    terms = InstrumentTerms(contract_size=D("0.01"), taker_fee=D("0.0006"))
    one = Single(RULES, "ETH/USDT:USDT", "long", D(1), D("1217.3"), D("0.1290338"), leverage="100",
                 table=table_of("ETH/USDT:USDT", [("0", None, "0.005")]), terms=terms)  # fmt: skip
    bare = replace(RULES, charge=None, closing_fee=ClosingFee.NONE)
    assert one.threshold("1217.3") == F("1211.2135")
    assert one.under(bare).threshold("1217.3") == F("1210.48312")
