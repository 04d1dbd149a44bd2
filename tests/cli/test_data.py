"""Market history on the terminal: statuses, files, what a person reads, and what Ctrl-C leaves behind."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from ringfence.cli import data as shown
from ringfence.ingest import exchange as asking
from ringfence.service.context import local_context
from ringfence.store.history import stored_bars
from tests.cli.conftest import Run
from tests.doors import MARKS, store_series
from tests.history_answers import START, History, bars
from tests.unit.ingest.test_bars import name_of, served

FETCH = (
    "data", "fetch", "--venue", "okx_linear", "--symbol", "BTC/USDT:USDT", "--timeframe", "1h",
    "--since", "2025-10-10",
)  # fmt: skip


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asking, "PAUSES", (0.0,))


def spoilt(folder: Path) -> str:
    path = folder / "BTCUSDT-1m-2024-08.csv"
    path.write_text(MARKS.replace("57801,", "58200,"), "utf-8")
    return str(path)


def test_a_check_that_finds_something_wrong_has_status_1(run: Run, tmp_path: Path) -> None:
    said = run("data", "check", spoilt(tmp_path))
    assert said.status == 1
    assert "0 of 1 series is sound" in said.out
    assert "low-above: 2024-08-05 00:01" in said.out
    as_json = run("data", "check", spoilt(tmp_path), "--json")
    assert as_json.status == 1
    assert json.loads(as_json.out)["series"][0]["name"] == "BTCUSDT-1m-2024-08.csv"


def test_an_import_of_something_wrong_says_where(run: Run, tmp_path: Path) -> None:
    said = run("data", "import", spoilt(tmp_path), "--venue", "bybit", "--kind", "mark")
    assert said.status == 2
    assert "bad-series" in said.err
    assert "2024-08-05 00:01" in said.err


def test_a_file_in_another_shape_names_the_file(run: Run, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("what,is,this\n", "utf-8")
    said = run("data", "import", str(tmp_path / "a.csv"), "--venue", "bybit", "--kind", "mark")
    assert (said.status, said.out) == (2, "")
    assert "neither a header that is known" in said.err
    assert run("data", "check", str(tmp_path / "none.csv")).status == 2


def test_everything_stored_is_checked_and_listed(run: Run, tmp_path: Path) -> None:
    assert "0 series in" in run("data", "list").out
    store_series(tmp_path / "home")
    assert run("data", "check").status == 0
    listed = run("data", "list").out
    assert "BTCUSDT_mark_1m" in listed
    assert "2024-08-05" in listed
    unknown = run("data", "check", "binance-usdm_ETHUSDT_mark_1m")
    assert unknown.status == 2
    assert "no such series" in unknown.err


def test_a_fetch_prints_no_bar_into_a_pipe(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    with served(History("okx_linear", bars(150)), monkeypatch):
        said = run(*FETCH, "--until", "2025-10-14")
    assert (said.status, said.err) == (0, "")
    assert "96 rows added, 96 in all" in said.out
    assert "\x1b" not in said.out


def test_a_fetch_shows_how_far_it_is_on_a_terminal(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[tuple[str, int, int]] = []

    class Watched(shown.Progress):
        def update(self, task_id: Any, **told: Any) -> None:
            seen.append((told["description"], told["completed"], told["total"]))
            super().update(task_id, **told)

    monkeypatch.setattr(shown, "Progress", Watched)
    with served(History("okx_linear", bars(300)), monkeypatch):
        monkeypatch.setattr("sys.stderr.isatty", lambda: True, raising=False)
        assert run(*FETCH, "--until", "2025-10-20").status == 0
    hours = [done // 3_600_000 for _, done, _ in seen]
    assert hours == [100, 200, 240]
    assert {total // 3_600_000 for _, _, total in seen} == {240}


def test_stopped_from_the_keyboard_it_keeps_the_whole_pages(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    history = History("okx_linear", bars(300))
    with served(history, monkeypatch) as venue:
        from ringfence.ingest import bars as module

        ask = module._answer

        def stopping(*given: Any) -> Any:
            if sum("candles" in one.path for one in venue.asked) == 2:
                raise KeyboardInterrupt
            return ask(*given)

        monkeypatch.setattr(module, "_answer", stopping)
        assert run(*FETCH, "--until", "2025-10-20").status == 130
        kept = stored_bars(name_of("okx_linear"), local_context().history)
        assert (len(kept), kept.bar(0).opens) == (200, START)
        monkeypatch.setattr(module, "_answer", ask)
        said = run(*FETCH, "--until", "2025-10-20", "--json")
        assert json.loads(said.out)["added"] == 40


def test_a_venue_that_cannot_be_asked_is_named(run: Run) -> None:
    said = run("data", "fetch", "--venue", "nowhere", "--symbol", "BTC/USDT:USDT", "--since", "2025-10-10",
               "--timeframe", "1h")  # fmt: skip
    assert said.status == 2
    assert "--venue" in said.err
