"""Stored tier tables: whole files, checked on the way back, nothing overwritten in silence."""

from __future__ import annotations

import json
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from ringfence.domain.tiers import Tier, TierBasis, TierTable
from ringfence.errors import RingfenceError
from ringfence.store.home import home, write_whole
from ringfence.store.tiers import FILE_BYTES, save_tiers, stored, with_stored
from ringfence.venues import registry
from ringfence.venues.rules import tiers

TABLES = tiers(
    "X/USDT:USDT 5000 1% 50x\nX/USDT:USDT rest 2.5% 20x\nY/USDT:USDT rest 1%", valid_from="", source="s"
)
X, Y = (dated[0] for dated in TABLES.values())
DAY = "2026-11-22"


def refused(action: object, *args: object, **named: object) -> RingfenceError:
    with pytest.raises(RingfenceError) as caught:
        action(*args, **named)  # type: ignore[operator]
    return caught.value


@pytest.fixture(autouse=True)
def _own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RINGFENCE_HOME", str(tmp_path / "home"))


def test_the_home_is_the_one_named_or_the_systems(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert home() == tmp_path / "home"
    monkeypatch.delenv("RINGFENCE_HOME")
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    assert "ringfence" in str(home())


def test_what_was_saved_comes_back_the_same() -> None:
    saved = save_tiers([X, Y], venue="demo", on=DAY)
    assert (saved.added, saved.unchanged, saved.replaced) == ((X.symbol, Y.symbol), (), ())
    assert saved.path == home() / "tiers" / f"demo_{DAY}.json"
    found = stored("demo")
    assert found == {t.symbol: (replace(t, valid_from=DAY),) for t in (X, Y)}
    assert stored("binance_usdm") == {}


def test_the_file_has_the_format_of_the_tables_that_ship() -> None:
    document = json.loads(save_tiers([X], venue="demo", on=DAY).path.read_text("utf-8"))
    assert (document["venue"], document["valid_from"]) == ("demo", DAY)
    assert document["columns"] == ["floor", "cap", "maintenance_rate", "max_leverage"]
    rows = [["0", "5000", "0.01", "50"], ["5000", None, "0.025", "20"]]
    assert document["symbols"][X.symbol] == {"digest": X.digest, "source": "s", "tiers": rows}


def test_jumps_and_bases_survive() -> None:
    odd = replace(
        X,
        tiers=(X.tiers[0], replace(X.tiers[1], deduction=Decimal("1E+1"))),
        jumps=True,
        basis=TierBasis.CONTRACTS,
        source="the handbook",
    )
    save_tiers([odd], venue="demo", on=DAY)
    assert stored("demo")[X.symbol] == (replace(odd, valid_from=DAY),)


def test_the_same_again_changes_nothing_not_even_the_file() -> None:
    path = save_tiers([X], venue="demo", on=DAY).path
    before = path.stat().st_mtime_ns, path.read_bytes()
    again = save_tiers([X], venue="demo", on=DAY)
    assert (again.added, again.unchanged) == ((), (X.symbol,))
    assert (path.stat().st_mtime_ns, path.read_bytes()) == before


def test_another_symbol_joins_the_date() -> None:
    save_tiers([X], venue="demo", on=DAY)
    assert save_tiers([Y], venue="demo", on=DAY).added == (Y.symbol,)
    assert set(stored("demo")) == {X.symbol, Y.symbol}


def test_a_different_table_for_the_same_day_is_refused_unless_it_replaces() -> None:
    path = save_tiers([X], venue="demo", on=DAY).path
    other = replace(X, tiers=Y.tiers)
    error = refused(save_tiers, [other, Y], venue="demo", on=DAY)
    assert (error.code, error.path) == ("bad-tiers", str(path))
    assert set(stored("demo")) == {X.symbol}
    assert stored("demo")[X.symbol][0].tiers == X.tiers
    assert save_tiers([other], venue="demo", on=DAY, overwrite=True).replaced == (X.symbol,)
    assert stored("demo")[X.symbol][0].tiers == Y.tiers


def test_dates_are_kept_side_by_side_oldest_first() -> None:
    save_tiers([X], venue="demo", on="2026-11-22")
    save_tiers([replace(X, tiers=Y.tiers)], venue="demo", on="2026-11-02")
    assert [table.valid_from for table in stored("demo")[X.symbol]] == ["2026-11-02", "2026-11-22"]


def test_an_unsound_table_is_not_stored() -> None:
    bad = TierTable("X/USDT:USDT", (Tier(Decimal(5), None, Decimal("0.01"), Decimal(0)),))
    assert refused(save_tiers, [X, bad], venue="demo", on=DAY).code == "bad-tiers"
    assert stored("demo") == {}


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ('"0.01"', '"0.02"', "bad-tiers"),  # a number was changed by hand: the digest tells
        ('"0.01"', '"ten"', "bad-number"),
        ('"0.01"', "0.01", "inexact-number"),
        ('"0.01"', "null", "bad-tiers"),
        ('"symbols"', '"simbols"', "bad-file"),
        ("{", "", "bad-file"),
        ('"tiers": [', '"tiers": 3, "x": [', "bad-file"),
    ],
)
def test_a_damaged_file_is_named(old: str, new: str, code: str) -> None:
    path = save_tiers([X], venue="demo", on=DAY).path
    path.write_text(path.read_text("utf-8").replace(old, new, 1), encoding="utf-8")
    error = refused(stored, "demo")
    assert error.code == code
    assert error.path.startswith(str(path))


@pytest.mark.parametrize("content", [b"", b"\xff", b"[" * 100_000, b"[]", b"3"])
def test_a_file_that_is_no_table_is_named(content: bytes) -> None:
    path = save_tiers([X], venue="demo", on=DAY).path
    path.write_bytes(content)
    assert (refused(stored, "demo").code, refused(stored, "demo").path) == ("bad-file", str(path))


@pytest.mark.parametrize("name", ["../demo", "a/b", "", ".hidden", "a\0b", "x" * 100])
def test_a_name_leads_to_no_other_folder(name: str) -> None:
    assert refused(save_tiers, [X], venue=name, on=DAY).code == "bad-file"
    assert refused(save_tiers, [X], venue="demo", on=name).code == "bad-file"


def test_a_write_that_fails_leaves_the_old_file_and_no_rest(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.json"
    write_whole(path, "old")

    def fails(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", fails)
    error = refused(write_whole, path, "new")
    assert (error.code, error.path) == ("bad-file", str(path))
    assert "No space left" in str(error)
    monkeypatch.undo()
    assert [one.name for one in tmp_path.iterdir() if one.is_file()] == ["a.json"]
    assert path.read_text("utf-8") == "old"


def test_a_home_that_is_no_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    monkeypatch.setenv("RINGFENCE_HOME", str(tmp_path / "file"))
    assert refused(save_tiers, [X], venue="demo", on=DAY).code == "bad-file"
    assert stored("demo") == {}


def test_rules_find_stored_tables_and_prefer_them_on_the_same_day() -> None:
    rules = registry.rules("demo")
    shipped = rules.tables["BTC/USDT:USDT"][0]
    mine = replace(shipped, tiers=Y.tiers, source="mine")
    save_tiers([X], venue="demo", on=DAY)
    save_tiers([mine], venue="demo", on=shipped.valid_from)
    known = with_stored(rules, stored("demo"))
    assert known.tier_table(X.symbol, on=DAY).digest == X.digest
    assert known.tier_table("BTC/USDT:USDT", on=DAY).source == "mine"
    assert known.tier_table("ETH/USDT:USDT", on=DAY) == rules.tables["ETH/USDT:USDT"][0]
    assert refused(known.tier_table, X.symbol, on="2026-11-21").code == "no-tier"


def test_a_file_beyond_any_table_is_not_read() -> None:
    path = save_tiers([X], venue="demo", on=DAY).path
    with path.open("wb") as stream:
        stream.truncate(FILE_BYTES + 1)
    error = refused(stored, "demo")
    assert (error.code, error.path) == ("limit-exceeded", str(path))
