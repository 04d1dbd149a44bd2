"""Shipped tables: every file is sound, dated and sourced, its digests hold; what a file says beside rows."""

from __future__ import annotations

import json
from collections.abc import Iterator
from decimal import Decimal
from importlib.resources import files
from typing import Any

import pytest

from ringfence.domain.tiers import TierBasis, TierTable, check_tiers
from ringfence.errors import BadRules, BadTiers, OutOfRange
from ringfence.venues.tables import _tiers, shipped, tables_in
from ringfence.venues.tables.fees import EVERY, Fees, FeeSchedule, _schedule, fees_on, shipped_fees
from ringfence.venues.tables.haircuts import HaircutTable, Slice, _table, haircuts_on, shipped_haircuts

PLACE = files("ringfence.venues.tables")
FOLDERS = ("", "fee_schedules", "haircut_tables")


def documents(folder: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    for entry in (PLACE.joinpath(folder) if folder else PLACE).iterdir():
        if entry.name.endswith(".json"):
            yield entry.name, json.loads(entry.read_text(encoding="utf-8"))


TIER_FILES = dict(documents())


@pytest.mark.parametrize("folder", FOLDERS)
def test_a_file_is_named_after_what_it_says(folder: str) -> None:
    found = list(documents(folder))
    assert found
    for name, document in found:
        assert name == f"{document['venue']}_{document['valid_from']}.json"
        assert len(document["source"]) > 20


@pytest.mark.parametrize("name", sorted(TIER_FILES))
def test_every_shipped_table_is_sound(name: str) -> None:
    for table in tables_in(TIER_FILES[name]):
        assert check_tiers(table) is table
        assert table.source == TIER_FILES[name]["source"]
        # At the highest leverage a tier allows, a position can stand.
        assert all(t.max_leverage is None or t.rate * t.max_leverage < 1 for t in table.tiers)


def test_one_venues_key_may_begin_anothers() -> None:
    assert shipped("bybit") == {}
    assert shipped("okx") == {}
    assert set(shipped("bybit_linear")) == {
        "ADA/USDT:USDT", "BTC/USDC:USDC", "BTC/USDT:USDT", "RVN/USDT:USDT",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("venue", "symbol", "number", "floor", "rate", "deduction", "leverage"),
    [
        # Bybit's snapshot: the deductions it states.
        ("bybit_linear", "BTC/USDT:USDT", 2, "2600000", "0.0063", "3020", "80"),
        ("bybit_linear", "BTC/USDT:USDT", 34, None, "0.6", "226382000", "1"),
        ("bybit_linear", "ADA/USDT:USDT", 29, None, "0.6", "15809000", "1"),
        # The announcement's rule: 12,000 contracts and 0.5 % more a tier.
        ("okx_linear", "ETH/USDT:USDT", 2, "6001", "0.01", "0", "66.66"),
        ("okx_linear", "ETH/USDT:USDT", 3, "12001", "0.015", "0", "50"),
        ("okx_linear", "ETH/USDT:USDT", 4, "24001", "0.02", "0", "40"),
        ("okx_linear", "ADA/USDT:USDT", 3, "6001", "0.015", "0", "33.33"),
        ("okx_linear", "0G/USDT:USDT", 1, "20001", "0.03", "0", "15"),
        ("gate", "BTC/USDT:USDT", 3, "2000000", "0.007", "5250", "75"),
        ("hyperliquid", "BTC/USDC:USDC", 1, "150000000", "0.025", "1875000", "20"),
        ("kraken_futures", "BTC/USD:BTC", 7, "50000000", "0.2", "0", "2.5"),
        ("kucoin_futures", "BTC/USDT:USDT", 11, "40000000", "0.5", "0", "1"),
    ],
)
def test_printed_tiers(
    venue: str, symbol: str, number: int, floor: str | None, rate: str, deduction: str, leverage: str
) -> None:
    tier = shipped(venue)[symbol][-1].tiers[number]
    assert floor is None or tier.floor == Decimal(floor)
    said = (tier.rate, tier.deduction, tier.max_leverage)
    assert said == (Decimal(rate), Decimal(deduction), Decimal(leverage))


def test_a_gate_position_over_two_tiers() -> None:
    """1.2M USDT: 6,000 as a whole before, 4,900 tier by tier since 2025-07-29, as the announcement has it."""
    (table,) = shipped("gate")["BTC/USDT:USDT"]
    tier = table.tiers[table.number_at(Decimal(1_200_000))]
    assert 1_200_000 * tier.rate - tier.deduction == 4_900


@pytest.mark.parametrize(
    ("value", "rate"),
    [  # BitMEX's page of 2020: base 200, 100 a step; an edge belongs to the step below it.
        ("199", "0.004"), ("200", "0.004"), ("200.00000001", "0.008"), ("299", "0.008"), ("300", "0.008"),
        ("399", "0.012"), ("499", "0.016"),
    ],
)  # fmt: skip
def test_bitmex_steps(value: str, rate: str) -> None:
    table = shipped("bitmex")["BTC/USD:BTC"][0]
    assert (table.valid_from, table.basis, table.jumps) == ("2020-01-01", TierBasis.SETTLE, True)
    assert table.tiers[table.number_at(Decimal(value))].rate == Decimal(rate)


def test_a_table_by_rule_ends_where_the_whole_value_is_asked() -> None:
    for dated in shipped("bitmex").values():
        last = dated[-1].tiers[-1]
        assert last.max_leverage is not None
        assert 1 <= last.max_leverage < Decimal("1.12")


def entry(**said: Any) -> dict[str, Any]:
    rows = [["0", "10", "0.01", None], ["10", "20", "0.02", None]]
    return {"valid_from": "2026-11-22", "source": "a page", "symbols": {"X/Y:Y": {"tiers": rows} | said}}


def digest_of(document: dict[str, Any]) -> TierTable:
    """The one table of a document, once its own digest is written into it."""
    said = document["symbols"]["X/Y:Y"]
    told = {"basis": "quote", "jumps": False} | document | said
    tiers = _tiers(said, "X/Y:Y", jumps=told["jumps"])
    said["digest"] = TierTable("X/Y:Y", tiers, TierBasis(told["basis"])).digest
    (table,) = tables_in(document)
    return table


@pytest.mark.parametrize("basis", list(TierBasis))
def test_every_basis(basis: TierBasis) -> None:
    assert digest_of(entry(basis=basis.value)).basis is basis
    assert digest_of(entry() | {"basis": basis.value}).basis is basis


def test_joining_jumping_and_stated_deductions() -> None:
    def deductions(**said: Any) -> list[Decimal]:
        return [tier.deduction for tier in digest_of(entry(**said)).tiers]

    assert deductions() == [0, Decimal("0.1")]
    assert deductions(jumps=True) == [0, 0]
    assert deductions(jumps=True, deductions=["0", "0.05"]) == [0, Decimal("0.05")]


def test_an_entry_comes_before_its_file() -> None:
    table = digest_of(entry(basis="base", source="its own") | {"basis": "settle", "jumps": True})
    assert (table.basis, table.jumps, table.source) == (TierBasis.BASE, True, "its own")


def test_a_number_that_was_touched() -> None:
    document = entry()
    digest_of(document)
    document["symbols"]["X/Y:Y"]["tiers"][1][2] = "0.021"
    with pytest.raises(BadTiers, match="X/Y:Y: the table is not the one"):
        list(tables_in(document))


def test_fees() -> None:
    (deribit,) = shipped_fees("deribit")
    assert deribit.of("BTC/USD:BTC") == Fees(liquidation=Decimal("0.0075"))
    assert deribit.of("SOL/USDC:USDC") == Fees()
    assert fees_on("deribit", "2022-01-10") is None
    (bitmex,) = shipped_fees("bitmex")
    assert bitmex.of("BTC/USD:BTC") == Fees(taker=Decimal("0.0005"), maker=Decimal("0.0005"))
    assert sum((one.maker or 0) < 0 for one in bitmex.fees.values()) == 5


@pytest.mark.parametrize("name", [name for name, _ in documents("fee_schedules")])
def test_fees_that_were_touched(name: str) -> None:
    document = dict(documents("fee_schedules"))[name]
    assert _schedule(document).digest == document["digest"]
    first = next(iter(document["fees"].values()))
    for rate, said in (("0.9", "not those"), ("1", "a share"), ("-2", "a share")):
        first[next(iter(first))] = rate
        with pytest.raises(BadRules, match=said):
            _schedule(document)


def test_a_liquidation_fee_is_no_rebate() -> None:
    document = {"venue": "v", "valid_from": "2026-11-22", "source": "s", "digest": ""}
    with pytest.raises(BadRules, match="a share"):
        _schedule(document | {"fees": {EVERY: {"liquidation": "-0.1"}}})
    assert FeeSchedule("v", "2026-11-22", "s", {}).of("X/Y:Y") == Fees()


@pytest.mark.parametrize(
    ("venue", "asset", "amount", "counted"),
    [
        # OKX's worked examples: 100 BTC at 60,000 count as 5,785,500; 11M USDT as 10,825,000.
        ("okx_linear", "BTC", "100", "96.425"),
        ("okx_linear", "USDT", "11000000", "10825000"),
        ("okx_linear", "USDT", "0", "0"),
        ("bybit_linear", "BTC", "10", "9.8"),
        ("bybit_linear", "BTC", "15", "14.55"),
        ("bybit_linear", "BTC", "50", "44.8"),
        ("bybit_linear", "BTC", "80", "44.8"),
    ],
)
def test_what_counts(venue: str, asset: str, amount: str, counted: str) -> None:
    assert haircuts_on(venue, "2026-11-22")[asset].counted(Decimal(amount)) == Decimal(counted)


def test_a_haircut_is_for_what_is_owned() -> None:
    table = HaircutTable("X", (Slice(Decimal(0), None, Decimal("0.5")),))
    with pytest.raises(OutOfRange):
        table.counted(Decimal(-1))


@pytest.mark.parametrize(
    "slices",
    [
        [["1", None, "0.1"]],
        [["0", "5", "0.1"], ["6", None, "0.2"]],
        [["0", None, "0.1"], ["5", None, "0.2"]],
        [["0", "0", "0.1"]],
        [["0", None, "1.1"]],
        [["0", None, "-0.1"]],
        [["0", None, None]],
    ],
)
def test_bad_slices(slices: list[list[str | None]]) -> None:
    document = {"valid_from": "2026-11-22", "source": "s"}
    with pytest.raises(BadRules):
        _table(document, {"asset": "X", "slices": slices, "digest": ""}, "here")


def test_haircuts_that_were_touched() -> None:
    for _, document in documents("haircut_tables"):
        for one in document["haircuts"]:
            _table(document, one, "here")
            one["slices"][0][2] = "0.5"
            with pytest.raises(BadRules, match="not those"):
                _table(document, one, "here")
    assert len(shipped_haircuts("okx_linear")) == 2


def test_a_table_for_one_settlement_asset_comes_first(monkeypatch: pytest.MonkeyPatch) -> None:
    rate = (Slice(Decimal(0), None, Decimal("0.1")),)
    held = (
        HaircutTable("ETH", rate, settles="BTC", valid_from="2026-01-01"),
        HaircutTable("ETH", rate, settles="USDT", valid_from="2026-01-01"),
        HaircutTable("ETH", rate, valid_from="2026-02-01"),
    )
    monkeypatch.setattr("ringfence.venues.tables.haircuts.shipped_haircuts", lambda _: held)
    assert haircuts_on("v", "2026-11-22", settles="BTC") == {"ETH": held[0]}
    assert haircuts_on("v", "2026-11-22") == {"ETH": held[2]}
    assert haircuts_on("v", "2026-01-31") == {}
