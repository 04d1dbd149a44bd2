"""Which tier tables differ between two dates: new, changed, as they were, and what is refused."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from ringfence.domain.tiers import TierBasis, TierTable, joined
from ringfence.errors import NoRules, NoTier, OutOfRange, RingfenceError, UnknownVenue
from ringfence.service.answers import TiersDiffAnswer
from ringfence.service.context import Context
from ringfence.service.operations import operation_named
from ringfence.store.tiers import save_tiers

XYZ, BTC = "XYZ/USDT:USDT", "BTC/USDT:USDT"


@pytest.fixture
def context(tmp_path: Path) -> Context:
    return Context(tmp_path, today=lambda: "2026-11-22")


def store(context: Context, on: str, *rates: str) -> None:
    """A table of 1,000 a tier at these rates."""
    tiers = [
        {
            "symbol": XYZ, "minNotional": 1_000 * n, "maintenanceMarginRate": rate,
            "maxNotional": 1_000 * (n + 1),
        }
        for n, rate in enumerate(rates)
    ]  # fmt: skip
    request = {"venue": "binance_usdm", "on": on, "tiers": tiers, "source": f"file of {on}"}
    operation_named("tiers-import").run(context, request)


def diff(context: Context, first: str, last: str | None = None, **named: Any) -> TiersDiffAnswer:
    request = {"venue": "binance_usdm", "from_date": first, "to_date": last} | named
    answer = operation_named("tiers-diff").run(context, request)
    assert isinstance(answer, TiersDiffAnswer)
    return answer


def test_the_shipped_tables_of_two_dates() -> None:
    answer = diff(Context(Path("/nowhere"), today=lambda: "2026-11-22"), "2024-10-24")
    assert answer.to_date == "2026-11-22"
    assert {one.symbol: (one.status, len(one.tiers)) for one in answer.changed} == {
        BTC: ("changed", 12),
        "DOGE/USDT:USDT": ("new", 10),
        "ETH/USDT:USDT": ("changed", 12),
        "NEAR/USDT:USDT": ("changed", 9),
    }
    assert "ENA/USDT:USDT" in answer.unchanged
    first = answer.changed[0].tiers[0]
    assert first.before is not None
    assert first.after is not None
    assert (first.before.cap, first.after.cap) == ("50000", "300000")
    assert (first.before.max_leverage, first.after.max_leverage) == ("125", "150")


def test_only_the_tiers_that_differ_are_listed(context: Context) -> None:
    store(context, "2026-01-01", "0.01", "0.02", "0.03")
    store(context, "2026-02-01", "0.01", "0.025", "0.03")
    (one,) = diff(context, "2026-01-01", "2026-02-01", symbol=XYZ).changed
    # The third tier keeps its rate, and its deduction follows the second.
    assert [change.number for change in one.tiers] == [2, 3]
    assert [change.after.deduction for change in one.tiers if change.after] == ["15", "25"]
    assert one.before is not None
    assert (one.before.valid_from, one.after.valid_from) == ("2026-01-01", "2026-02-01")
    assert (one.before.source, one.after.source) == ("file of 2026-01-01", "file of 2026-02-01")


@pytest.mark.parametrize(
    ("old", "new", "gone", "added"),
    [(("0.01", "0.02"), ("0.01",), [2], []), (("0.01",), ("0.01", "0.02"), [], [2])],
    ids=["a tier less", "a tier more"],
)
def test_a_tier_that_goes_or_comes(
    context: Context, old: tuple[str, ...], new: tuple[str, ...], gone: list[int], added: list[int]
) -> None:
    store(context, "2026-01-01", *old)
    store(context, "2026-02-01", *new)
    (one,) = diff(context, "2026-01-01", symbol=XYZ).changed
    assert [change.number for change in one.tiers if change.after is None] == gone
    assert [change.number for change in one.tiers if change.before is None] == added


def test_the_table_in_force_counts_not_the_one_of_the_day(context: Context) -> None:
    store(context, "2026-01-10", "0.01")
    store(context, "2026-02-10", "0.02")
    expected = {
        ("2026-01-10", "2026-02-09"): "unchanged",
        ("2026-01-15", "2026-02-10"): "changed",
        ("2026-02-10", "2026-03-01"): "unchanged",
        ("2026-01-09", "2026-01-10"): "new",
        ("2026-02-10", "2026-02-10"): "unchanged",
    }
    for (first, last), status in expected.items():
        answer = diff(context, first, last, symbol=XYZ)
        found = [one.status for one in answer.changed] + ["unchanged" for _ in answer.unchanged]
        assert found == [status], (first, last)


def test_the_same_numbers_under_a_later_date_are_no_difference(context: Context) -> None:
    store(context, "2026-01-01", "0.01", "0.02")
    store(context, "2026-02-01", "0.01", "0.02")
    assert diff(context, "2026-01-01", "2026-02-01", symbol=XYZ).unchanged == [XYZ]


def test_another_measure_is_a_difference_though_the_numbers_are_the_same(context: Context) -> None:
    tiers = joined([(Decimal(0), Decimal(1_000), Decimal("0.01"), None)])
    for on, basis in (("2026-01-01", TierBasis.BASE), ("2026-02-01", TierBasis.SETTLE)):
        table = TierTable("BTC/USD:BTC", tiers, basis, source="made up")
        save_tiers([table], venue="binance_coinm", on=on, folder=context.folder)
    (one,) = diff(context, "2026-01-01", venue="binance_coinm").changed
    assert one.before is not None
    assert (one.before.basis, one.after.basis, one.tiers) == ("base", "settle", [])


@pytest.mark.parametrize(
    ("named", "error", "path"),
    [
        ({"first": "2026-11-01", "last": "2026-10-01"}, OutOfRange, "from_date"),
        ({"first": "2026-11-23"}, OutOfRange, "from_date"),
        ({"first": "soon"}, OutOfRange, "from_date"),
        ({"first": "2026-11-01", "last": "2026-11-31"}, OutOfRange, "to_date"),
        ({"first": "2026-11-01", "symbol": XYZ}, NoTier, f"tiers.{XYZ}"),
        ({"first": "2026-11-01", "venue": "nowhere"}, UnknownVenue, "venue"),
        ({"first": "2019-01-01", "last": "2019-02-01"}, NoRules, "on"),
    ],
)
def test_what_is_refused(
    context: Context, named: dict[str, str], error: type[RingfenceError], path: str
) -> None:
    with pytest.raises(error) as caught:
        diff(context, **named)
    assert caught.value.path == path
