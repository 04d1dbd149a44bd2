"""Every example reproduces the figures that its header names, within the tolerance of its source."""

from __future__ import annotations

import json
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from ringfence.domain.account import Account, MarginMode
from ringfence.domain.market import Market
from ringfence.domain.numbers import simplest
from ringfence.exact.assess import Assessment, assess
from ringfence.exact.ring import Book, prepare
from ringfence.ingest.files import load
from ringfence.ingest.template import template
from ringfence.ingest.text import read_account
from ringfence.solve.across import carried
from ringfence.solve.liquidation import Liquidations, Reach, liquidations
from ringfence.venues import registry
from tests.support import ROOT

TODAY = "2026-11-22"
EXAMPLES = sorted((ROOT / "examples").glob("*.toml"))
BTC, ETH, SOL = "BTC/USDT:USDT", "ETH/USDT:USDT", "SOL/USDT:USDT"


def book_of(account: Account) -> Book:
    return prepare(account, registry.rules(account.venue, on=account.on), on=TODAY)


def example(name: str) -> tuple[Account, Market, Assessment, Liquidations]:
    account, market = load(ROOT / "examples" / name)
    book = book_of(account)
    return account, market, assess(book, market), liquidations(book, market)


def fenced(account: Account) -> Account:
    """Each cross position behind the fence that it would get at entry: value / leverage."""
    book, positions, wallet = book_of(account), [], dict(account.wallet)
    for position in account.positions:
        (leg,) = (leg for ring in book.rings for leg in ring.legs if leg.position is position)
        margin = simplest(Fraction(leg.entry_value) / Fraction(leg.position.leverage))
        positions.append(replace(position, margin_mode=MarginMode.ISOLATED, isolated_margin=margin))
        wallet[leg.instrument.settle] -= margin
    return replace(account, positions=tuple(positions), wallet=wallet)


def near(value: Any, expected: str, tolerance: str) -> None:
    assert abs(Fraction(value) - Fraction(expected)) <= Fraction(tolerance), (
        f"{float(value)} is not {expected}"
    )


def percent(answer: Any) -> Fraction:
    return Fraction(answer.nearest.move) * 100


def prices(found: Liquidations, symbol: str) -> Fraction:
    nearest = found.of(symbol).alone.nearest
    assert nearest is not None
    return Fraction(nearest.threshold)


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.name)
def test_an_example_says_what_it_is_and_loads(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert text.startswith("# ")
    assert "# Source: " in text
    assert "# What it reproduces" in text
    account, market = load(path)
    assert assess(book_of(account), market).positions
    assert f"[{path.name}]({path.name})" in (ROOT / "examples" / "README.md").read_text(encoding="utf-8")


def test_there_are_real_books_among_the_examples() -> None:
    assert len([path for path in EXAMPLES if path.name.startswith("binance-")]) >= 3


def test_one_long_under_two_of_the_six_venues() -> None:
    account, market, *_, found = example("six-venues.toml")
    assert prices(found, BTC) == (Fraction(30_000) - 10_000) / (Fraction("0.5") * (1 - Fraction("0.004")))
    there = carried(account, market, registry.rules("binance_usdm"), registry.rules("hyperliquid"))
    moved = liquidations(book_of(there.account), there.market)
    wanted = (Fraction(30_000) - 10_000) / (Fraction("0.5") * (1 - Fraction("0.0125")))
    assert prices(moved, "BTC/USDC:USDC") == wanted


def test_two_btc_isolated() -> None:
    account, market, *_ = example("two-btc.toml")
    twin = fenced(account)
    assert [position.isolated_margin for position in twin.positions] == [Decimal("0.5"), Decimal("0.1")]
    assert twin.wallet == {"BTC": Decimal("1.4")}
    found = liquidations(book_of(twin), market)
    near(percent(found.of("BTC/USD:BTC").alone), "-19.597990", "0.0001")
    near(percent(found.of("SOL/USD:BTC").alone), "-9.547739", "0.0001")


def test_two_btc_cross() -> None:
    account, market, _, found = example("two-btc.toml")
    assert found.of("SOL/USD:BTC").alone.reach is Reach.NOT_BY_THIS_COIN_ALONE
    near(percent(found.of("BTC/USD:BTC").together), "-56.927495", "0.0001")
    assert market.mark("SOL/USD:BTC") == 100
    lowest = Market({"BTC/USD:BTC": "50000", "SOL/USD:BTC": "0.000001"})
    near(assess(book_of(account), lowest).ring("pool BTC").equity, "1.0", "0.00001")


def test_two_btc_with_collateral_that_falls_too() -> None:
    *_, found = example("two-btc-usd.toml")
    near(percent(found.of(BTC).together), "-36.160511", "0.0001")


def test_rescue_isolated_and_cross() -> None:
    account, market, figures, found = example("rescue.toml")
    near(prices(found, BTC), "57286.4322", "0.0001")
    near(percent(found.of(BTC).alone), "-1.2303", "0.0001")
    assert figures.positions[0].isolated_equity == 1000
    (long,) = account.positions
    pooled = replace(
        account,
        positions=(replace(long, margin_mode=MarginMode.CROSS, isolated_margin=None),),
        wallet={"USDT": Decimal(10_000)},
    )
    found = liquidations(book_of(pooled), market)
    near(prices(found, BTC), "50251.2563", "0.0001")
    near(percent(found.of(BTC).alone), "-13.3599", "0.0001")
    assert assess(book_of(pooled), market).ring("pool USDT").equity == 8000


@pytest.mark.parametrize(
    ("btc", "eth", "profit"), [(8, 10, -600), (0, 10, -3000), (-10, 10, -6000), (10, 5, 1500)]
)
def test_the_hedge_pair_at_four_moves(btc: int, eth: int, profit: int) -> None:
    account, market, *_ = example("hedge-pair.toml")
    moved = Market({BTC: market.mark(BTC) * (100 + btc) / 100, ETH: market.mark(ETH) * (100 + eth) / 100})
    pool = assess(book_of(account), moved).ring("pool USDT")
    assert pool.unrealized_pnl == profit
    assert pool.health > 0


def test_the_hedge_pair_isolated_loses_its_short() -> None:
    account, market, *_ = example("hedge-pair.toml")
    near(percent(liquidations(book_of(fenced(account)), market).of(ETH).alone), "9.4527", "0.0001")


def test_three_at_50x() -> None:
    account, market, _, found = example("three-50x.toml")
    near(percent(found.of(BTC).together), "-2.847571", "0.0001")
    twin = fenced(account)
    assert twin.wallet == {"USDT": Decimal(4000)}
    for one in liquidations(book_of(twin), market).positions:
        near(percent(one.alone), "-1.507538", "0.0001")


def test_contagion() -> None:
    account, market, _, found = example("contagion.toml")
    near(percent(found.of(SOL).alone), "-19.497487", "0.0001")
    twin = liquidations(book_of(fenced(account)), market)
    near(percent(twin.of(BTC).alone), "-49.748744", "0.0001")


def test_binance_faq_cross() -> None:
    *_, figures, found = example("binance-faq-cross.toml")
    near(prices(found, BTC), "26316.89", "0.005")
    near(prices(found, ETH), "1153.26", "0.005")
    btc, eth = figures.positions
    near(btc.unrealized_pnl, "-56354.57", "0.005")
    near(eth.unrealized_pnl, "-448192.89", "0.005")
    near(btc.maintenance_margin, "71200.81144", "0.00001")
    near(eth.maintenance_margin, "356512.508", "0.001")


def test_binance_coinm_by_the_formula_of_its_page() -> None:
    account, _, figures, found = example("binance-coinm-faq.toml")
    cum, top = Decimal("0.56") + 50 * (Decimal("0.05") - Decimal("0.025")), 30_000 * 100 * Fraction("1.05")
    assert account.tiers["BTC/USD:BTC"].tiers[0].deduction == cum
    assert figures.positions[0].maintenance_margin == 60 * Decimal("0.05") - cum == Decimal("1.19")
    assert prices(found, "BTC/USD:BTC") == top / Fraction(20 + cum + 60)
    twin = fenced(account)
    assert (twin.positions[0].isolated_margin, twin.wallet) == (12, {"BTC": 8})
    isolated = liquidations(book_of(twin), Market({"BTC/USD:BTC": "50000"}))
    assert prices(isolated, "BTC/USD:BTC") == top / Fraction(12 + cum + 60)
    near(prices(found, "BTC/USD:BTC"), "38503.85", "0.005")
    near(prices(isolated, "BTC/USD:BTC"), "42677.14", "0.005")


@pytest.mark.parametrize(
    ("name", "symbol", "price", "profit", "equity", "tier", "cut"),
    [
        ("ena-2024", "ENA/USDT:USDT", "0.24836096", "-3237.53856678", "8725.45720255", 2, "0.00065457"),
        ("sand-2024", "SAND/USDT:USDT", "0.16367522", "-1751.69471664", "9139.76796231", 2, "0.00088176"),
        ("btc-2021", BTC, "21841.24993976", "-0.04577", "21.77841506", 1, "1e-8"),
    ],
)
def test_captured_positions(
    name: str, symbol: str, price: str, profit: str, equity: str, tier: int, cut: str
) -> None:
    *_, figures, found = example(f"binance-{name}.toml")
    (one,) = figures.positions
    near(prices(found, symbol), price, "1.1e-8")
    near(one.unrealized_pnl, profit, cut)
    near(one.isolated_equity, equity, cut)
    assert one.tier == tier


def test_captured_value_of_2021() -> None:
    *_, figures, _ = example("binance-btc-2021.toml")
    assert figures.positions[0].notional == Decimal("43.5323")


def test_captured_orders() -> None:
    *_, figures, _ = example("binance-open-orders-2024.toml")
    near(figures.positions[0].initial_margin, "19.27690321", "1.1e-8")
    near(figures.positions[0].maintenance_margin, "1.54215225", "1.1e-8")
    near(figures.ring("pool USDT").initial_margin, "35.71690321", "1.1e-8")


REBUILT = {
    "binance-faq-cross.toml": "bn-um-faq-btc-cross",
    "binance-ena-2024.toml": "bn-um-real-ena-2024",
    "binance-sand-2024.toml": "bn-um-real-sand-2024",
    "binance-btc-2021.toml": "bn-um-real-btc-2021",
    "binance-open-orders-2024.toml": "bn-um-open-orders-2024",
}


@pytest.mark.parametrize(("name", "case"), REBUILT.items())
def test_real_books_are_their_cases(name: str, case: str, shared: Path) -> None:
    lines = (shared / "cases" / "cases.jsonl").read_text(encoding="utf-8").splitlines()
    (known,) = (one for one in map(json.loads, lines) if one["id"] == case)
    account, market = load(ROOT / "examples" / name)
    stated = known["account"]["positions"]
    assert [p.symbol for p in account.positions] == [p["symbol"] for p in stated]
    for mine, theirs in zip(account.positions, stated, strict=True):
        for field in ("contracts", "entry_price", "isolated_margin"):
            assert getattr(mine, field) == (None if theirs[field] is None else Decimal(theirs[field]))
        table = account.tiers.get(mine.symbol) or book_of(account).rules.tier_table(mine.symbol, on=TODAY)
        assert account.on == known["on"]
        assert table.tiers[0].rate == Decimal(theirs["tiers"][0][2])
    assert {s: str(v) for s, v in market.marks.items()} == known["marks"]


def test_the_template_loads_and_can_be_fenced() -> None:
    account, market = read_account(template())
    found = liquidations(book_of(account), market)
    assert {one.alone.reach for one in found.positions} == {Reach.AT_A_PRICE}
    assert assess(book_of(account), market).solvency.name == "SOUND"


def test_every_line_that_the_template_offers_is_taken() -> None:
    """Uncomment each optional block by itself: the file must still load."""
    text = template()
    *_, offered = text.partition("# Optional: ")
    blocks = [[line for line in block.splitlines()[1:] if line] for block in offered.split("# Optional: ")]
    assert len(blocks) == 4
    for block in blocks:
        lines = [line.removeprefix("# ") for line in block]
        first = [line for line in lines if line.startswith("leader")]
        rest = [line for line in lines if not line.startswith("leader")]
        account, market = read_account("\n".join([*first, text, *rest]))
        assert account.orders or market.betas or market.rates or account.tiers
    for line in ("on = ", "hedged = "):
        assert read_account(text.replace(f"# {line}", line))[0].positions
