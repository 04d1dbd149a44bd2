"""Stored series: whole files or the old ones, pages that survive a crash, damage that is found."""

from __future__ import annotations

import json
from pathlib import Path

import polars as pl
import pytest

from ringfence.errors import BadFile, BadSeries
from ringfence.history.names import MINUTE, SeriesName, parse_name
from ringfence.service.context import Context, local_context
from ringfence.service.data import data_check, data_list
from ringfence.service.data_forms import DataCheckAnswer, DataListAnswer
from ringfence.store.history import (
    About,
    Raw,
    path_of,
    save,
    stored_bars,
    stored_names,
    stored_raw,
)
from ringfence.store.pages import Journal, uncovered

NAME = parse_name("demo_BTCUSDT_mark_1m")
START = 1_760_054_400_000


def rows(first: int, count: int, price: float = 100.5) -> pl.DataFrame:
    ts = [START + n * MINUTE for n in range(first, first + count)]
    return pl.DataFrame({"ts": ts} | dict.fromkeys(("open", "high", "low", "close"), [price] * count))


def put(folder: Path, frame: pl.DataFrame, *, name: SeriesName = NAME, source: str = "mine") -> None:
    save(Raw(name, frame, About("BTC/USDT:USDT", source)), folder)


def test_rows_are_put_beside_those_that_are_there(tmp_path: Path) -> None:
    put(tmp_path, rows(5, 5))
    put(tmp_path, rows(0, 7), source="yours")
    raw = stored_raw(NAME, tmp_path)
    assert raw.frame["ts"].to_list() == [START + n * MINUTE for n in range(10)]
    assert raw.about.source == "mine; yours"
    assert raw.about.symbol == "BTC/USDT:USDT"
    assert raw.about.digest == stored_bars(NAME, tmp_path).digest


def test_only_the_window_is_read(tmp_path: Path) -> None:
    put(tmp_path, rows(0, 10))
    bars = stored_bars(NAME, tmp_path, since=START + 3 * MINUTE, until=START + 5 * MINUTE)
    assert [bar.opens for bar in bars] == [START + 3 * MINUTE, START + 4 * MINUTE]


def test_a_refused_save_leaves_the_file_as_it_was(tmp_path: Path) -> None:
    put(tmp_path, rows(0, 3))
    before = path_of(NAME, tmp_path).read_bytes()
    with pytest.raises(BadSeries, match="2 stored rows say something else"):
        put(tmp_path, rows(1, 4, price=99.5))
    with pytest.raises(BadSeries, match="zero or below"):
        put(tmp_path, rows(3, 4, price=0.0))
    assert path_of(NAME, tmp_path).read_bytes() == before
    assert [path.name for path in (tmp_path / "prices").iterdir()] == [path_of(NAME, tmp_path).name]


def test_a_folder_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "prices").write_text("a file where a folder should be")
    with pytest.raises(BadFile, match="cannot be written"):
        put(tmp_path, rows(0, 3))


def test_whole_pages_survive_a_crash_and_a_torn_one_does_not(tmp_path: Path) -> None:
    journal = Journal(NAME, tmp_path)
    journal.append(rows(0, 3), (START, START + 3 * MINUTE))
    journal.append(rows(3, 3), (START + 3 * MINUTE, START + 6 * MINUTE))
    (path,) = (tmp_path / "prices").glob(".*.pages")
    path.write_text(path.read_text()[:-20])
    # Another process, after the crash.
    stored = Journal(NAME, tmp_path).absorb(About("BTC/USDT:USDT", "demo"))
    assert stored is not None
    assert stored.rows == 3
    assert stored_raw(NAME, tmp_path).about.covered == ((START, START + 3 * MINUTE),)
    assert not path.exists()
    assert Journal(NAME, tmp_path).absorb(About()) is None


def test_pages_may_come_in_any_order(tmp_path: Path) -> None:
    journal = Journal(NAME, tmp_path)
    journal.append(rows(3, 3), (START + 3 * MINUTE, START + 6 * MINUTE))
    journal.append(rows(0, 3), (START, START + 3 * MINUTE))
    journal.absorb(About())
    raw = stored_raw(NAME, tmp_path)
    assert raw.frame["ts"].is_sorted()
    assert uncovered((START, START + 9 * MINUTE), raw.about.covered) == (
        (START + 6 * MINUTE, START + 9 * MINUTE),
    )


def test_numbers_that_were_changed_after_they_were_stored_are_found(tmp_path: Path) -> None:
    context = Context(tmp_path)
    put(context.history, rows(0, 3))
    path = path_of(NAME, context.history)
    said = pl.read_parquet_metadata(path)["ringfence"]
    pl.read_parquet(path).with_columns(low=pl.col("low") - 1).write_parquet(
        path, metadata={"ringfence": said}
    )
    answer = data_check.run(context, {})
    assert isinstance(answer, DataCheckAnswer)
    assert [(one.code, one.wrong) for one in answer.series[0].faults] == [("digest", True)]


@pytest.mark.parametrize(
    "content",
    [b"", b"PAR1", b"PAR1 this is no parquet PAR1", b"ts,open\n1,2\n"],
)
def test_a_damaged_file_is_named_and_hides_no_other(tmp_path: Path, content: bytes) -> None:
    context = Context(tmp_path)
    put(context.history, rows(0, 3))
    bad = path_of(parse_name("demo_ETHUSDT_mark_1m"), context.history)
    bad.write_bytes(content)
    answer = data_list.run(context, {})
    assert isinstance(answer, DataListAnswer)
    assert [one.name for one in answer.series] == [str(NAME)]
    (told,) = answer.damaged
    assert str(bad) in told


@pytest.mark.parametrize(
    "frame",
    [
        pl.DataFrame({"ts": [START]}),
        rows(0, 2).with_columns(pl.col("ts").cast(pl.Datetime("ms"))),
        rows(0, 2).with_columns(pl.col("open").cast(pl.String)),
    ],
)
def test_a_file_of_another_layout_is_refused(tmp_path: Path, frame: pl.DataFrame) -> None:
    path = path_of(NAME, tmp_path)
    path.parent.mkdir(parents=True)
    frame.write_parquet(path)
    with pytest.raises(BadFile, match="no column"):
        stored_bars(NAME, tmp_path)


def test_metadata_that_is_not_ours_is_refused(tmp_path: Path) -> None:
    path = path_of(NAME, tmp_path)
    path.parent.mkdir(parents=True)
    for said in ("no json", json.dumps({"covered": 1}), json.dumps([])):
        rows(0, 2).write_parquet(path, metadata={"ringfence": said})
        with pytest.raises(BadFile):
            stored_raw(NAME, tmp_path)


def test_files_of_other_names_are_not_series(tmp_path: Path) -> None:
    put(tmp_path, rows(0, 3))
    rows(0, 3).write_parquet(tmp_path / "prices" / "notes.parquet")
    assert stored_names(tmp_path) == (NAME,)


def test_the_folder_is_the_users_unless_another_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RINGFENCE_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("RINGFENCE_DATA", raising=False)
    assert local_context().history == tmp_path / "home" / "data"
    monkeypatch.setenv("RINGFENCE_DATA", str(tmp_path / "elsewhere"))
    assert local_context().history == tmp_path / "elsewhere"
