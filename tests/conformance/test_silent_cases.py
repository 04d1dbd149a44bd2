"""Cases that say little, or write it oddly: what is said about them is right, and the rest is not said."""

from __future__ import annotations

from typing import Any

import pytest

from ringfence.testing.cases import Case, table_of_rows
from ringfence.testing.conform import CaseReport, Verdict, run_case


def asked(
    venue: str, position: dict[str, Any], expected: dict[str, str], *, mark: str, **more: Any
) -> CaseReport:
    """One position of a case, and figures expected of it; ``account`` and ``on`` go beside it."""
    symbol, side = position["symbol"], position["side"]
    account = {"wallet": {}, **more.get("account", {}), "positions": [{"tiers": [], **position}]}
    document = {
        "id": "made", "venue": venue, "on": more.get("on"), "strength": "official", "account": account,
        "marks": {symbol: mark}, "expected": {
            "positions": [{"symbol": symbol, "side": side, **expected}], "account": more.get("figures", {}),
        },
    }  # fmt: skip
    return run_case(Case("made", venue, "official", document))


def verdicts(report: CaseReport) -> dict[str, Verdict]:
    return {one.name: one.verdict for one in report.fields}


BYBIT = {
    "symbol": "BTC/USDT:USDT", "kind": "linear", "side": "long", "contracts": "1", "entry_price": "60000",
    "margin_mode": "isolated", "tiers": [["0", None, "0.005", "0", "100"]], "taker_fee": "0.00055",
}  # fmt: skip


def test_a_figure_that_depends_on_an_unknown_fence_is_not_said() -> None:
    """Without margin and leverage the closing fee inside maintenance is unknown; the value is not."""
    expected = {"maintenance_margin": "333", "notional": "60000"}
    said = verdicts(asked("bybit_linear", BYBIT, expected, mark="60000"))
    assert said == {"maintenance_margin": Verdict.NOT_MODELLED, "notional": Verdict.AGREES}


def test_maintenance_without_a_fence_is_said_where_it_does_not_depend_on_one() -> None:
    said = asked("binance_usdm", BYBIT, {"maintenance_margin": "300"}, mark="60000")
    assert verdicts(said) == {"maintenance_margin": Verdict.AGREES}


@pytest.mark.parametrize("expected", ["1e-60", "1e400", "much"])
def test_an_expectation_that_cannot_be_read_is_reported_and_ends_nothing(expected: str) -> None:
    said = asked("binance_usdm", BYBIT, {"notional": expected, "maintenance_margin": "300"}, mark="60000")
    assert verdicts(said) == {"notional": Verdict.NOT_MODELLED, "maintenance_margin": Verdict.AGREES}


def test_a_pool_that_no_price_of_a_coin_can_save_has_no_price_in_it() -> None:
    """Hyperliquid answers null where the formula gives no positive price."""
    position = {
        "symbol": "BTC/USDC:USDC", "kind": "linear", "side": "short", "contracts": "1",
        "entry_price": "60000", "margin_mode": "cross", "tiers": [["0", None, "0.0125", "0", "40"]],
    }  # fmt: skip
    said = asked(
        "hyperliquid", position, {"liquidation_price": "none"}, mark="60000",
        account={"wallet": {"USDC": "-70000"}}, figures={"is_liquidatable": "true"},
    )  # fmt: skip
    assert set(verdicts(said).values()) == {Verdict.AGREES}
    assert any("liquidated at every mark" in note for note in said.notes)


@pytest.mark.parametrize(("margin", "dead"), [("6000", "false"), ("1200", "true")])
def test_an_account_of_fences_alone_can_be_asked_whether_it_is_liquidated(margin: str, dead: str) -> None:
    position = {**BYBIT, "isolated_margin": margin}
    said = asked("binance_usdm", position, {}, mark="59000", figures={"is_liquidatable": dead})
    assert verdicts(said) == {"is_liquidatable": Verdict.AGREES}


def test_tiers_of_size_with_unknown_deductions_deduct_nothing() -> None:
    rows = [["0", "500000", "0.01", None, "50"], ["500000", None, "0.02", None, "25"]]
    for basis, inverse in (("contracts", False), ("contracts", True), ("quote", True), ("base", False)):
        table = table_of_rows("X/USD:X", rows, basis=basis, inverse=inverse)
        assert [tier.deduction for tier in table.tiers] == [0, 0], basis
    assert table_of_rows("X/USD:X", rows, basis="base", inverse=True).tiers[1].deduction == 5000


@pytest.mark.parametrize("row", [["0", None, "1.5", "0", "10"], ["0", None, "0.01", "0", "0"]])
def test_rates_and_leverages_that_cannot_be_are_refused(row: list[str | None]) -> None:
    said = asked("dydx_v4", {**BYBIT, "symbol": "BTC/USDC:USDC", "margin_mode": "cross", "tiers": [row]},
                 {"notional": "60000"}, mark="60000")  # fmt: skip
    assert verdicts(said) == {"notional": Verdict.NOT_MODELLED}
    assert said.fields[0].reason.startswith("tiers.BTC/USDC:USDC")


OKX = {
    "symbol": "ETH/USDT:USDT", "kind": "linear", "side": "long", "contract_size": "0.1",
    "entry_price": "3000", "margin_mode": "cross", "leverage": "10", "tier_basis": "contracts",
    "taker_fee": "0.0005",
}  # fmt: skip


@pytest.mark.parametrize(
    ("contracts", "maintenance"), [("3000", "3600"), ("3001", "4501.5"), ("6001", "18003")]
)
@pytest.mark.parametrize("begin", [0, 1], ids=["tiers touch", "tiers begin one contract later"])
def test_a_size_of_exactly_a_cap_stays_in_its_tier(contracts: str, maintenance: str, begin: int) -> None:
    """OKX, 2021-06-11: up to 3,000 contracts 0.4 %, up to 6,000 0.5 %, then 1 %; the page starts at 3,001."""
    tiers = [
        ["0", "3000", "0.004", None, "125"],
        [str(3000 + begin), "6000", "0.005", None, "100"],
        [str(6000 + begin), None, "0.01", None, "66.66"],
    ]
    position = {**OKX, "contracts": contracts, "tiers": tiers}
    said = asked("okx_linear", position, {"maintenance_margin": maintenance}, mark="3000")
    assert verdicts(said) == {"maintenance_margin": Verdict.AGREES}


@pytest.mark.parametrize(("entry", "deduction"), [("2000000", "0"), ("2000001", "1200")])
def test_the_upper_bound_of_a_bybit_tier_is_inclusive(entry: str, deduction: str) -> None:
    tiers = [["0", "2000000", "0.005", "0", "100"], ["2000000", None, "0.0056", "1200", "90"]]
    position = {**BYBIT, "entry_price": entry, "tiers": tiers, "leverage": "10"}
    said = asked("bybit_linear", position, {"deduction": deduction}, mark=entry)
    assert verdicts(said) == {"deduction": Verdict.AGREES}
    said = asked("binance_usdm", position, {"deduction": "1200"}, mark=entry)
    assert verdicts(said) == {"deduction": Verdict.AGREES}


@pytest.mark.parametrize("venue", ["mexc", "kucoin_futures"])
@pytest.mark.parametrize(("contracts", "maintenance"), [("4", "800"), ("4.001", "1000.25")])
def test_a_value_of_exactly_a_risk_limit_is_charged_at_its_level(
    venue: str, contracts: str, maintenance: str
) -> None:
    tiers = [["0", "200000", "0.004", "0", "125"], ["200000", None, "0.005", "0", "100"]]
    position = {**BYBIT, "contracts": contracts, "entry_price": "50000", "tiers": tiers, "contract_size": "1"}
    said = asked(venue, {**position, "taker_fee": None}, {"maintenance_margin": maintenance}, mark="50000")
    assert verdicts(said) == {"maintenance_margin": Verdict.AGREES}


@pytest.mark.parametrize(("name", "value"), [("taker_fee", "1"), ("taker_fee", "-1"), ("funding_rate", "5")])
def test_a_rate_of_the_whole_value_is_a_unit_gone_wrong(name: str, value: str) -> None:
    said = asked("bybit_linear", {**BYBIT, name: value}, {"notional": "60000"}, mark="60000")
    assert verdicts(said) == {"notional": Verdict.NOT_MODELLED}
    assert said.fields[0].reason.startswith(f"{name}: a rate is a fraction of the value")
