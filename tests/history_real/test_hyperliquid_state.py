"""A real Hyperliquid account of March 2023, twelve cross positions: every figure that the venue printed.

Not compared, and why: ``maxTradeSzs`` is checked from the free margin only (the venue cuts to lots);
``entryPx`` is an input.

The venue cuts each position's margin to six decimals, and adds those up; the pack rounds nothing. So what
may leave differs by less than a millionth of a dollar a position, and that much is all that is allowed.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from decimal import ROUND_DOWN, Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from ringfence.domain.account import Account, Position, Side
from ringfence.domain.market import Market
from ringfence.domain.numbers import exactly, rounded
from ringfence.domain.tiers import Tier, TierTable
from ringfence.exact.assess import Assessment, assess
from ringfence.exact.ring import prepare
from ringfence.solve.liquidation import liquidations
from ringfence.venues.registry import rules

ON, MICRO = "2023-03-27", Decimal("0.000001")
HYPERLIQUID = rules("hyperliquid", on=ON)
HALF_OF_50X = Decimal("0.01")


@pytest.fixture(scope="module")
def state(data: Path) -> dict[str, Any]:
    path = data / "accounts" / "hyperliquid_clearinghouseState_2023-03-27.json"
    return dict(json.loads(path.read_text("utf-8")))


def symbol(coin: str) -> str:
    return f"{coin}/USDC:USDC"


def held(state: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [one["position"] for one in state["assetPositions"]]


@exactly
def mark(one: Mapping[str, Any]) -> Decimal:
    """The mark is not printed; value over size is, and has a handful of digits."""
    found = Fraction(one["positionValue"]) / abs(Fraction(one["szi"]))
    price = rounded(found, MICRO)
    assert price == found, "value / size is a price"
    return price


@exactly
def account(state: Mapping[str, Any]) -> Account:
    """Raw USD is the wallet less what the positions cost: the same account, told the other way."""
    positions = tuple(
        Position(
            symbol(one["coin"]), Side.LONG if Decimal(one["szi"]) > 0 else Side.SHORT,
            abs(Decimal(one["szi"])), entry_price=Decimal(one["entryPx"]),
            leverage=Decimal(one["leverage"]["value"]),
        )
        for one in held(state)
    )  # fmt: skip
    cost = sum((Decimal(one["szi"]) * Decimal(one["entryPx"]) for one in held(state)), Decimal(0))
    wallet = Decimal(state["crossMarginSummary"]["totalRawUsd"]) + cost
    rate = (Tier(Decimal(0), None, HALF_OF_50X, Decimal(0), Decimal(50)),)
    return Account(
        venue="hyperliquid", wallet={"USDC": wallet}, positions=positions,
        tiers={one.symbol: TierTable(one.symbol, rate) for one in positions},
    )  # fmt: skip


def market(state: Mapping[str, Any]) -> Market:
    return Market({symbol(one["coin"]): mark(one) for one in held(state)})


def said(state: Mapping[str, Any], of: Account | None = None) -> Assessment:
    return assess(prepare(of or account(state), HYPERLIQUID, on=ON), market(state))


def printed(value: Any) -> Decimal:
    """As the venue prints it: six decimals."""
    return rounded(value, MICRO)


@exactly
def cut(value: Any) -> Decimal:
    """A position's margin: what is beyond six decimals is cut off."""
    return rounded(value, MICRO, ROUND_DOWN)


@exactly
def margins_cut(of: Assessment) -> Decimal:
    """The initial margin of the account as the venue adds it up."""
    return sum((cut(one.initial_margin) for one in of.positions), Decimal(0))


def test_the_account_to_the_sixth_decimal(state: dict[str, Any]) -> None:
    (pool,) = said(state).rings
    for summary in (state["crossMarginSummary"], state["marginSummary"]):
        assert pool.equity == Decimal(summary["accountValue"])
        assert pool.notional == Decimal(summary["totalNtlPos"])
        assert margins_cut(said(state)) == Decimal(summary["totalMarginUsed"])
    used = margins_cut(said(state))
    assert Decimal(state["withdrawable"]) == pool.equity - used, "no floor of a tenth in 2023"
    assert pool.withdrawable == pool.available_balance
    off = Fraction(state["withdrawable"]) - Fraction(pool.withdrawable or 0)
    assert off == Fraction(pool.initial_margin or 0) - Fraction(used)
    assert 0 <= off < 12 * Fraction(MICRO)


def test_every_position_to_the_sixth_decimal(state: dict[str, Any]) -> None:
    for one, figures in zip(held(state), said(state).positions, strict=True):
        assert figures.position.symbol == symbol(one["coin"])
        assert figures.notional == Decimal(one["positionValue"])
        assert cut(figures.initial_margin) == Decimal(one["marginUsed"])


def test_profit_and_what_it_is_of_the_margin(state: dict[str, Any]) -> None:
    """Profit against the entry price that is printed, and as a share of the margin used."""
    for one, figures in zip(held(state), said(state).positions, strict=True):
        assert printed(figures.unrealized_pnl) == Decimal(one["unrealizedPnl"]), one["coin"]
        share = Fraction(figures.unrealized_pnl) / Fraction(cut(figures.initial_margin))
        assert abs(share - Fraction(one["returnOnEquity"])) <= Fraction(1, 10**8), one["coin"]


def test_liquidation_prices_and_where_there_is_none(state: dict[str, Any]) -> None:
    book = prepare(account(state), HYPERLIQUID, on=ON)
    answers = liquidations(book, market(state))
    positions = said(state).positions
    over = sum(Fraction(one.maintenance_margin) - Fraction(cut(one.maintenance_margin)) for one in positions)
    finite = 0
    for one in held(state):
        shown = answers.of(symbol(one["coin"])).shown
        assert shown is not None
        if one["liquidationPx"] is None:
            assert shown.liquidation is None or shown.liquidation <= 0, one["coin"]
            continue
        finite += 1
        assert shown.liquidation is not None
        with_cut = Fraction(shown.liquidation) - over / Fraction(one["szi"])
        assert abs(with_cut - Fraction(one["liquidationPx"])) <= Fraction(1, 10**8), one["coin"]
    assert finite == 5
    assert over < len(positions) * Fraction(MICRO)


def test_the_largest_order_is_the_free_margin_at_the_leverage(state: dict[str, Any]) -> None:
    """``maxTradeSzs``: free margin x leverage / price; against a position its margin twice too, to 1 %."""
    (pool,) = said(state).rings
    for one, figures in zip(held(state), said(state).positions, strict=True):
        most = Fraction(pool.available_balance or 0) * one["leverage"]["value"] / Fraction(mark(one))
        same, other = most, most + 2 * Fraction(figures.notional) / Fraction(mark(one))
        sizes = sorted((same, other))
        found = sorted(Fraction(size) for size in one["maxTradeSzs"])
        assert all(abs(a - b) / b < Fraction(1, 100) for a, b in zip(sizes, found, strict=True)), one["coin"]


@pytest.mark.parametrize("cents", ["0.000001", "-0.000001"])
def test_a_millionth_of_a_dollar_more_or_less_is_seen(cents: str, state: dict[str, Any]) -> None:
    """A planted error in the wallet moves the account value and what may leave it."""
    true = account(state)
    wrong = replace(true, wallet={"USDC": true.wallet["USDC"] + Decimal(cents)})
    (pool,) = said(state, wrong).rings
    assert pool.equity != Decimal(state["marginSummary"]["accountValue"])
    assert pool.equity - margins_cut(said(state, wrong)) != Decimal(state["withdrawable"])


def test_another_rate_does_not_give_the_prices(state: dict[str, Any]) -> None:
    """A planted error: maintenance of 1.01 % in place of 1 %."""
    rate = (Tier(Decimal(0), None, Decimal("0.0101"), Decimal(0), Decimal(50)),)
    true = account(state)
    wrong = replace(true, tiers={name: TierTable(name, rate) for name in true.tiers})
    answers = liquidations(prepare(wrong, HYPERLIQUID, on=ON), market(state))
    for one in held(state):
        shown = answers.of(symbol(one["coin"])).shown
        if one["liquidationPx"] is not None:
            assert shown is not None
            assert shown.liquidation is not None
            off = (Fraction(shown.liquidation) - Fraction(one["liquidationPx"])) * Fraction(one["szi"])
            assert abs(off) > Fraction(3, 10), "0.01 % of 3,434.82 USDC"


def test_value_and_profit_of_a_portfolio_differ_by_what_came_and_went(data: Path) -> None:
    """Account value and profit over time of one account; where they part, money came or left.

    The file does not say which transfers: in the last day none, in the last week one, in the month three,
    of 14.5, 14.7 and 16.0 million.
    """
    path = data / "accounts" / "hyperliquid_portfolio_2025-08-21.json"
    flows: dict[str, list[Decimal]] = {}
    for name, told in json.loads(path.read_text("utf-8")):
        values, profits = told["accountValueHistory"], told["pnlHistory"]
        assert [at for at, _ in values] == [at for at, _ in profits]
        steps = [
            Decimal(b) - Decimal(a) - (Decimal(d) - Decimal(c))
            for (_, a), (_, b), (_, c), (_, d) in zip(values, values[1:], profits, profits[1:], strict=False)
        ]
        flows[name] = [step for step in steps if abs(step) > MICRO]
    assert flows["day"] == flows["perpDay"] == []
    assert [rounded(one, MICRO) for one in flows["week"]] == [Decimal("16039453.310000")]
    assert [rounded(one, MICRO) for one in flows["month"]] == [
        Decimal("14489608.860000"), Decimal("14734524.420000"), Decimal("16039453.310000"),
    ]  # fmt: skip
    assert (len(flows["allTime"]), len(flows["perpAllTime"])) == (58, 31)
