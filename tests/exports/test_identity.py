"""The same file twice, a file that overlaps, and rows that are equal and both real."""

from __future__ import annotations

import gzip
import json
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringfence.ingest.exports import read_export
from tests.exports.files import BY_FORMAT, FILES, HYPERLIQUID_FILLS, HYPERLIQUID_TRADES, File, table

HEAD = "Date(UTC),Symbol,Side,Price,Quantity,Amount,Fee,Fee Coin,Realized Profit,Quote Asset"


def ids(data: bytes, **said: str) -> set[str]:
    return {one.id for one in read_export(data, **said).happened}  # type: ignore[arg-type]  # texts are texts


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.format)
def test_the_same_file_twice_gives_the_same_ids_and_another_account_others(
    file: File, tmp_path: Path
) -> None:
    once = ids(file.data, **file.said)
    packed = tmp_path / "history.csv.gz"
    packed.write_bytes(gzip.compress(file.data))
    again = read_export(packed, **file.said)
    assert {one.id for one in again.happened} == once
    assert not once & ids(file.data, account_id="second", **file.said)
    assert all(one.account_id == "main" for one in again.happened)


def fills(second: list[int]) -> bytes:
    rows = [f"2026-03-02 09:00:{one:02d},BTCUSDT,BUY,60000,0.25,15000,7.5,USDT,0,USDT" for one in second]
    return table(HEAD, *rows).encode()


@given(st.lists(st.integers(0, 5), min_size=1, max_size=12), st.data())
def test_files_that_overlap_add_up_to_the_whole(seconds: list[int], data: st.DataObject) -> None:
    """Cut between two times, as exports are; rows of one time that are equal stay as many as they were."""
    seconds = sorted(seconds)
    whole = ids(fills(seconds))
    assert len(whole) == len(seconds), "equal rows of one file are all real"
    low, high = sorted((data.draw(st.integers(0, 6)), data.draw(st.integers(0, 6))))
    early = [one for one in seconds if one < high]
    late = [one for one in seconds if one >= low]
    united = set().union(*(ids(fills(part)) for part in (early, late) if part))
    assert united == whole


@given(st.permutations(range(4)))
def test_the_order_of_rows_and_of_columns_does_not_matter(order: list[int]) -> None:
    rows = [f"2026-03-02 09:00:0{one},BTCUSDT,BUY,60000,0.25,15000,7.5,USDT,0,USDT" for one in (1, 1, 2, 3)]
    mixed = table(HEAD, *(rows[one] for one in order))
    turned = "\n".join(",".join(reversed(line.split(","))) for line in mixed.splitlines())
    assert ids(mixed.encode()) == ids(table(HEAD, *rows).encode()) == ids(turned.encode())


def test_more_zeros_another_order_of_dates_and_another_zone_are_the_same_row() -> None:
    written = ids(HYPERLIQUID_TRADES.encode(), tz="UTC")
    for old, new in (("03/02", "2/3"), ("14/02", "2/14"), ("0.5,1500", "0.50,1500.0")):
        HYPERLIQUID_TRADES.index(old)
        changed = HYPERLIQUID_TRADES.replace(old, new)
        if "/" in old:
            changed = HYPERLIQUID_TRADES.replace("03/02", "2/3").replace("14/02", "2/14")
        assert ids(changed.encode(), tz="UTC") == written
    hour_later = HYPERLIQUID_TRADES.replace(" 12:", " 13:").replace(" 11:", " 12:").replace(" 10:", " 11:")
    assert ids(hour_later.encode(), tz="+01:00") == written


def test_fills_of_one_moment_come_in_the_order_of_their_positions() -> None:
    rows = json.loads(HYPERLIQUID_FILLS)
    for order in ((0, 1, 2), (0, 2, 1), (2, 1, 0), (1, 2, 0)):
        read = read_export(json.dumps([rows[one] for one in order]).encode())
        assert [one.order_id for one in read.happened] == ["1", "2", "3"]  # type: ignore[attr-defined]
        assert read.reconciled[0].holds


def test_a_row_that_says_two_things_gives_two_ids() -> None:
    read = read_export(BY_FORMAT["bitmex_wallet"].data)
    counted = Counter(one.id.partition(".")[0] for one in read.happened)
    assert sorted(counted.values()) == [1, 1, 1, 1, 2]
