"""Six years of a real BitMEX wallet: every batch adds up, and the engine ends where the venue does."""

from __future__ import annotations

import csv
from collections import Counter
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from ringfence.engine import apply
from tests.history_real.wallet_rows import (
    BITMEX,
    HISTORY,
    SAMPLE,
    UNITS,
    Row,
    event_of,
    held,
    read_rows,
    reconciled,
    walked,
)


@pytest.fixture(scope="module")
def rows(data: Path) -> tuple[Row, ...]:
    return read_rows(data / HISTORY)


@pytest.fixture(scope="module")
def wallet(data: Path) -> dict[str, dict[str, str]]:
    with (data / "accounts" / "bitmex_wallet_snapshot_2026-05-03.csv").open(encoding="utf-8") as stream:
        return {row["currency"]: row for row in csv.DictReader(stream)}


def test_every_batch_is_the_balance_before_and_the_sum_of_its_amounts(rows: tuple[Row, ...]) -> None:
    found = reconciled(rows)
    assert [one.breaks for one in found.values()] == [(), (), ()]
    assert {currency: (one.rows, one.batches) for currency, one in found.items()} == {
        "XBt": (16_805, 11_986), "USDt": (196, 192), "BMEx": (174, 174),
    }  # fmt: skip
    (odd,) = found["XBt"].odd
    assert (odd.time, odd.balance) == ("2024-11-03T16:06:41.943", 1_359_782_184), (
        "27,488 satoshi of the row that follows it, at the same time, are in its balance already"
    )
    assert not found["USDt"].odd + found["BMEx"].odd
    left = [(row.kind, row.status) for row in rows if not row.done]
    assert left == [("Withdrawal", "Canceled"), ("UnrealisedPNL", "Pending")], "and nothing else is left out"


def test_the_engine_holds_what_the_venue_prints_after_every_batch(rows: tuple[Row, ...]) -> None:
    balances = dict.fromkeys(UNITS, 0)
    for batch, state in walked(rows):
        currency = batch[0].currency
        balances[currency] += sum(row.amount for row in batch)
        assert held(state, currency) == balances[currency]
        assert balances[currency] in {row.balance for row in batch}
        asset = UNITS[currency][0]
        assert state.balances.get(("wallet", asset), 0) == state.account.wallet[asset]
    assert {currency: held(state, currency) for currency in UNITS} == {
        currency: one.final for currency, one in reconciled(rows).items()
    }
    for name, asset in state.balances:
        assert state.balances[("world", asset)] == -state.account.wallet[asset], name
    assert len(state.seen) == sum(row.done for row in rows)


def test_it_ends_at_the_wallet_and_the_margin_snapshot(
    rows: tuple[Row, ...], wallet: dict[str, dict[str, str]], data: Path
) -> None:
    final = {currency: one.final for currency, one in reconciled(rows).items()}
    assert final == {currency: int(wallet[currency]["amount"]) for currency in UNITS}
    assert {row["amount"] for currency, row in wallet.items() if currency not in UNITS} == {"0"}
    with (data / "accounts" / "bitmex_margin_snapshot_2026-05-03.csv").open(encoding="utf-8") as stream:
        margins = {row["currency"]: int(row["walletBalance"]) for row in csv.DictReader(stream)}
    assert final == margins


@pytest.mark.parametrize("currency", UNITS)
def test_what_came_and_went_adds_up_to_the_snapshot(
    currency: str, rows: tuple[Row, ...], wallet: dict[str, dict[str, str]]
) -> None:
    def total(kind: str, sign: int) -> int:
        own = [row.amount * sign for row in rows if row.done and (row.kind, row.currency) == (kind, currency)]
        return sum(amount for amount in own if amount > 0)

    printed = {name: int(cell) for name, cell in wallet[currency].items() if cell.isdigit()}
    assert total("Deposit", 1) == printed["deposited"]
    assert total("Withdrawal", -1) == printed["withdrawn"]
    assert (total("Transfer", 1), total("Transfer", -1)) == (printed["transferIn"], printed["transferOut"])


def test_funding_is_booked_as_a_fee_of_the_other_sign(rows: tuple[Row, ...]) -> None:
    paid = [row for row in rows if row.kind == "Funding"]
    assert len(paid) == 1_825
    assert all(row.fee == -row.amount for row in paid)
    assert {row.time[11:13] for row in paid} == {"04", "12", "20"}


def test_the_sample_is_a_part_of_the_whole(rows: tuple[Row, ...], data: Path) -> None:
    sample = read_rows(data / SAMPLE)
    assert len(sample) == 21
    assert not Counter(sample) - Counter(rows)


@pytest.mark.parametrize("currency", UNITS)
@pytest.mark.parametrize("place", [0.0, 0.5, 1.0])
@pytest.mark.parametrize("unit", [1, -1])
def test_one_unit_more_or_less_is_found(
    currency: str, place: float, unit: int, rows: tuple[Row, ...]
) -> None:
    """A planted error: one amount is off by one satoshi, and the batch it is in is named."""
    own = [number for number, row in enumerate(rows) if row.currency == currency and row.done]
    number = own[int(place * (len(own) - 1))]
    wrong = [*rows[:number], replace(rows[number], amount=rows[number].amount + unit), *rows[number + 1 :]]
    breaks = [one for sums in reconciled(wrong).values() for one in sums.breaks]
    assert [(one.currency, one.time) for one in breaks] == [(currency, rows[number].time)]
    assert breaks[0].expected - unit in breaks[0].printed


def test_a_row_that_is_lost_is_found_and_the_engine_ends_off_by_it(rows: tuple[Row, ...]) -> None:
    lost = next(row for row in rows if row.kind == "Funding")
    short = [row for row in rows if row is not lost]
    assert [one.time for one in reconciled(short)["XBt"].breaks]
    *_, (_, state) = walked(short)
    assert held(state, "XBt") == reconciled(rows)["XBt"].final - lost.amount


def test_the_same_row_twice_changes_nothing_and_another_amount_under_its_id_is_refused(
    rows: tuple[Row, ...],
) -> None:
    first = rows[:40]
    *_, (_, state) = walked(first)
    again = apply(state, event_of(first[7]), BITMEX)
    assert again.accepted
    assert (again.postings, again.state) == ((), state)
    changed = apply(state, replace(event_of(first[7]), amount=first[7].money + Decimal("1e-8")), BITMEX)  # type: ignore[call-arg]
    assert not changed.accepted
    assert changed.state is state
