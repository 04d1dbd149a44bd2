"""Tier files of inverse contracts: measured as the venue's rules say, or refused."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path

import pytest

from ringfence.domain.account import Account, InstrumentTerms
from ringfence.domain.market import Market
from ringfence.domain.tiers import TierBasis
from ringfence.errors import BadTiers
from ringfence.exact.assess import assess
from ringfence.exact.ring import prepare
from ringfence.ingest.tiers import Declared, read_tiers
from ringfence.service.context import Context
from ringfence.service.operations import operation_named

BTC = "BTC/USD:BTC"
# The upper tier, 5 % less 1.81 from 50 coins, stands on Binance's page; the lower one is made up to join it.
FILE = [
    {
        "symbol": BTC, "minNotional": "0", "maxNotional": "50", "maintenanceMarginRate": "0.0138",
        "info": {"cum": "0"},
    },
    {
        "symbol": BTC, "minNotional": "50", "maxNotional": None, "maintenanceMarginRate": "0.05",
        "info": {"cum": "1.81"},
    },
]  # fmt: skip


def read(venue: str, declared: Declared | None = None) -> TierBasis:
    (table,) = read_tiers(
        json.dumps(FILE), venue=venue, on="2026-11-20", source="made up", declared=declared
    ).tables
    return table.basis


def test_coinm_tiers_are_measured_in_coin() -> None:
    assert read("binance_coinm") is TierBasis.SETTLE


def test_what_is_declared_comes_before_the_venue() -> None:
    assert read("binance_coinm", Declared(basis="base")) is TierBasis.BASE


@pytest.mark.parametrize("venue", ["binance_usdm", "demo"])
def test_a_venue_that_does_not_say_leaves_it_open(venue: str) -> None:
    with pytest.raises(BadTiers, match="not known"):
        read(venue)


def test_a_linear_contract_is_none_of_coinm() -> None:
    rows = [{"symbol": "BTC/USDT:USDT", "minNotional": "0", "maintenanceMarginRate": "0.01"}]
    with pytest.raises(BadTiers, match="not known"):
        read_tiers(json.dumps(rows), venue="binance_coinm", on="2026-11-20", source="made up")


def test_imported_coinm_tiers_carry_a_book(tmp_path: Path) -> None:
    context = Context(tmp_path, today=lambda: "2026-11-22")
    stored = {"venue": "binance_coinm", "on": "2026-11-20", "tiers": FILE, "source": "made up"}
    operation_named("tiers-import").run(context, stored)
    rules = context.rules("binance_coinm", on="2026-11-22")
    terms = {BTC: InstrumentTerms(contract_size=Decimal(100))}
    account = Account(venue="binance_coinm", wallet={"BTC": Decimal(20)}, instruments=terms)
    account = account.open(BTC, "+30000", entry_price="50000")
    figures = assess(prepare(account, rules, on="2026-11-22"), Market({BTC: "50000"}))
    (one,) = figures.positions
    assert (one.tier, one.maintenance_margin) == (2, Decimal("1.19"))
