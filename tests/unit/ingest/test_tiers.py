"""Tier files in the shapes of ccxt, freqtrade and a compact list: checked, all or nothing."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from ringfence.errors import RingfenceError
from ringfence.ingest.tiers import Declared, TierImport, differences, read_tiers
from ringfence.limits import LIMITS
from ringfence.venues import registry

BTC = "BTC/USDT:USDT"
STEPS = [
    (0.0, 50000.0, 125.0, 0.004, "0.0"),
    (50000.0, 250000.0, 100.0, 0.005, "50.0"),
    (250000.0, 1e6, 50.0, 0.01, "1300.0"),
]


def freqtrade(symbol: str = BTC, *, cum: bool = True) -> list[dict[str, Any]]:
    """One symbol's tiers as freqtrade's file and ccxt's fetch_leverage_tiers have them."""
    return [
        {
            "tier": float(number + 1), "symbol": symbol, "currency": "USDT", "minNotional": floor,
            "maxNotional": cap, "maintenanceMarginRate": rate, "maxLeverage": most,
            "info": {"bracket": str(number + 1), "cum": deduction} if cum else {},
        }
        for number, (floor, cap, most, rate, deduction) in enumerate(STEPS)
    ]  # fmt: skip


COMPACT = [{"symbol": BTC, "tiers": [[f, c, most, rate, float(cum)] for f, c, most, rate, cum in STEPS]}]


def read(document: object, **named: Any) -> TierImport:
    named = {"venue": "binance_usdm", "on": "2024-05-01", "source": "generated"} | named
    return read_tiers(json.dumps(document), **named)


def refused(document: object, **named: Any) -> RingfenceError:
    with pytest.raises(RingfenceError) as caught:
        read(document, **named)
    return caught.value


@pytest.mark.parametrize(
    "document",
    [{BTC: freqtrade()}, {BTC: freqtrade(cum=False)}, [freqtrade()], freqtrade(), COMPACT],
    ids=["freqtrade", "ccxt without deductions", "list of lists", "flat list", "compact"],
)
def test_every_shape_gives_the_same_table(document: object) -> None:
    found = read(document)
    (table,) = found.tables
    assert [tier.deduction for tier in table.tiers] == [0, 50, 1300]
    assert [tier.rate for tier in table.tiers] == [Decimal("0.004"), Decimal("0.005"), Decimal("0.01")]
    assert table.tiers[2].cap == 1_000_000
    assert (table.valid_from, table.source) == ("2024-05-01", "generated")
    assert table.digest == read({BTC: freqtrade()}).tables[0].digest
    assert (found.added, found.tier_count) == ((BTC,), 3)


def test_what_is_known_is_compared() -> None:
    known = {BTC: read({BTC: freqtrade()}).tables}
    assert read({BTC: freqtrade()}, known=known).same == (BTC,)
    assert read({BTC: freqtrade()}, known=known, on="2024-04-30").added == (BTC,)
    rows = freqtrade()
    rows[2]["maintenanceMarginRate"], rows[2]["info"]["cum"] = 0.02, "3800"
    (line,) = read({BTC: rows}, known=known).changed[BTC]
    was, now = "250000 to 1000000: 0.01 less 1300 50x", "250000 to 1000000: 0.02 less 3800 50x"
    assert line == f"tier 3: {was} -> {now}"
    short = read({BTC: freqtrade()[:2]}).tables[0]
    assert differences(known[BTC][0], short)[0].endswith("-> none")


def changed(number: int, name: str, value: object) -> dict[str, Any]:
    rows = freqtrade()
    row = rows[number]["info"] if name == "cum" else rows[number]
    row[name] = value
    return {"ETH/USDT:USDT": freqtrade("ETH/USDT:USDT"), BTC: rows}


BAD = [
    (changed(1, "minNotional", 60000.0), "bad-tiers", f"{BTC}[1].floor"),
    (changed(0, "minNotional", 1.0), "bad-tiers", f"{BTC}[0].floor"),
    (changed(2, "maintenanceMarginRate", 0.005), "bad-tiers", f"{BTC}[2].rate"),
    (changed(0, "maintenanceMarginRate", 0.4), "bad-tiers", f"{BTC}[1].rate"),
    (changed(0, "maintenanceMarginRate", 1.4), "bad-tiers", f"{BTC}[0].rate"),
    (changed(2, "maxLeverage", 200), "bad-tiers", f"{BTC}[2].max_leverage"),
    (changed(2, "cum", "1299"), "bad-tiers", f"{BTC}[2].deduction"),
    (changed(2, "cum", None), "bad-tiers", f"{BTC}[2]"),
    (changed(0, "maxNotional", None), "bad-tiers", f"{BTC}[0].cap"),
    (changed(2, "maxNotional", 1), "bad-tiers", f"{BTC}[2].cap"),
    (changed(1, "maintenanceMarginRate", "٤"), "bad-number", f"{BTC}[1].maintenanceMarginRate"),
    (changed(1, "maintenanceMarginRate", None), "missing-field", f"{BTC}[1].maintenanceMarginRate"),
    (changed(1, "minNotional", None), "missing-field", f"{BTC}[1].minNotional"),
    ({BTC: []}, "bad-tiers", BTC),
    ({BTC: [1]}, "bad-file", BTC),
    ({"BTCUSDT": freqtrade()}, "unknown-symbol", "BTCUSDT"),
    ({"BTC/USD:BTC": freqtrade()}, "bad-tiers", "BTC/USD:BTC"),
    ([{"tiers": []}], "missing-field", "[0].symbol"),
    (COMPACT * 2, "bad-tiers", "[1].symbol"),
    ([{"symbol": BTC, "tiers": [[0, 1]]}], "bad-file", "[0].tiers"),
    ([[{"minNotional": 0}]], "missing-field", "[0][0].symbol"),
    ([1], "bad-file", ""),
    ({}, "bad-file", ""),
    ([], "bad-file", ""),
    ("text", "bad-file", ""),
]


@pytest.mark.parametrize(
    ("document", "code", "path"), BAD, ids=[f"{row[1]} {n}" for n, row in enumerate(BAD)]
)
def test_one_bad_tier_refuses_the_whole_file(document: object, code: str, path: str) -> None:
    error = refused(document)
    assert (error.code, error.path) == (code, path)


def test_a_jump_is_taken_when_it_is_declared() -> None:
    document = changed(2, "cum", "1299")
    table = read(document, declared=Declared(jumps=True)).tables[1]
    assert (table.jumps, table.tiers[2].deduction) == (True, 1299)


def test_what_an_inverse_table_is_measured_in_must_be_said() -> None:
    document = {"BTC/USD:BTC": freqtrade("BTC/USD:BTC")}
    assert read(document, declared=Declared(basis="settle")).tables[0].basis.value == "settle"
    assert refused(document, declared=Declared(basis="pounds")).code == "bad-tiers"


def test_venue_and_date_are_checked() -> None:
    assert refused({BTC: freqtrade()}, venue="mtgox").code == "unknown-venue"
    assert refused({BTC: freqtrade()}, on="today").path == "on"


def test_limits() -> None:
    """LIMITS.symbols_per_import and LIMITS.tiers_per_table, at and above."""
    most = {f"C{n}/USDT:USDT": freqtrade()[:1] for n in range(LIMITS.symbols_per_import)}
    assert len(read(most).tables) == LIMITS.symbols_per_import
    assert refused(most | {BTC: freqtrade()}).code == "limit-exceeded"
    assert refused({BTC: freqtrade() * (LIMITS.tiers_per_table // 3 + 1)}).code == "limit-exceeded"


@pytest.mark.parametrize(
    ("name", "on"),
    [("binance", "2026-05-07"), ("binance_2024-10-24", "2024-10-24"), ("binance_2023-08", "2023-08-01")],
)
def test_the_real_tables_load_whole(name: str, on: str, shared: Path) -> None:
    path = shared / "data" / "leverage_tiers" / f"{name}.json"
    known = registry.rules("binance_usdm").tables
    found = read_tiers(path.read_bytes(), venue="binance_usdm", on=on, source=name, known=known)
    assert len(found.tables) > 200
    assert all(len(table.tiers) > 1 for table in found.tables)
    if name == "binance_2024-10-24":
        assert set(found.same) == {s for s, t in known.items() if t[0].valid_from == "2024-10-24"}
        assert found.changed == {}
