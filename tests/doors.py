"""What every door is asked: one request an operation, and the same words for the terminal."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ringfence.history.names import parse_name
from ringfence.ingest.exchange import URL
from ringfence.ingest.fetch_tiers import KEY, SECRET
from ringfence.ingest.series_files import rows_of
from ringfence.store.history import About, Raw, save
from tests.doors_mirror import RESTORED, mirror_asked, store_mirror
from tests.support import ROOT
from tests.venue_answers import SHAPES
from tests.venue_server import Answer, Venue, serving

BOOK = ROOT / "examples" / "contagion.toml"
TIERS = {
    "XYZ/USDT:USDT": [
        {
            "tier": 1, "symbol": "XYZ/USDT:USDT", "currency": "USDT", "minNotional": 0, "maxNotional": 50000,
            "maintenanceMarginRate": 0.004, "maxLeverage": 125, "info": {"cum": "0.0"},
        },
        {
            "tier": 2, "symbol": "XYZ/USDT:USDT", "currency": "USDT", "minNotional": 50000,
            "maxNotional": 600000, "maintenanceMarginRate": 0.005, "maxLeverage": 100,
            "info": {"cum": "50.0"},
        },
    ]
}  # fmt: skip

EXCHANGE: dict[str, Answer] = SHAPES["binance_usdm"].answers()
"""What the exchange of these tests answers, by path; a door asks no other one."""


@pytest.fixture(autouse=True)
def exchange(monkeypatch: pytest.MonkeyPatch) -> Iterator[Venue]:
    """An exchange on this machine in place of every other, and a key for it."""
    monkeypatch.setenv(KEY, "a key")
    monkeypatch.setenv(SECRET, "a secret")
    with serving(Venue(EXCHANGE)) as venue:
        monkeypatch.setenv(URL, venue.url)
        yield venue


MARKS = (
    "1722816000000,58162.41,58300.11234567,57990.30,58040.12345678,0,1722816059999,0,60,0,0,0\n"
    "1722816060000,58040.12345678,58099,57801,57901.00000001,0,1722816119999,0,60,0,0,0\n"
)
"""Two minutes of Binance's marks, as its files have them."""


def store_series(home: Path) -> None:
    """Put a series into a store, as if it had been fetched: an hour of which two minutes were there."""
    name, span = parse_name("binance-usdm_BTCUSDT_mark_1m"), (1_722_816_000_000, 1_722_819_600_000)
    rows = rows_of(MARKS).drop("volume")
    save(Raw(name, rows, About("BTC/USDT:USDT", "a file", (span,))), home / "data")


def prepare(home: Path, name: str) -> None:
    """Put into a store what an operation is asked about."""
    store_series(home)
    if name in mirror_asked(home.parent):
        store_mirror(home, restored=name == RESTORED)


def book(path: Path = BOOK) -> dict[str, Any]:
    """An example as the document that operations take."""
    return tomllib.loads(path.read_text("utf-8"), parse_float=str)


def _data_asked(marks: Path) -> dict[str, tuple[dict[str, Any], list[str]]]:
    """The operations on market history; all that is asked for is there, so that no exchange is."""
    span = {"since": "2024-08-05", "until": "2024-08-05T01:00"}
    series = {"venue": "binance_usdm", "symbol": "BTC/USDT:USDT", "timeframe": "1m", **span}
    return {
        "data-list": ({}, []),
        "data-check": ({"series": "binance-usdm_BTCUSDT_mark_1m"}, ["binance-usdm_BTCUSDT_mark_1m"]),
        "data-import": (
            {"content": MARKS, "file_name": marks.name, "venue": "bybit", "kind": "mark"},
            [str(marks), "--venue", "bybit", "--kind", "mark"],
        ),
        "data-fetch": (series, [part for name, value in series.items() for part in (f"--{name}", value)]),
    }


def asked(folder: Path) -> dict[str, tuple[dict[str, Any], list[str]]]:
    """For each operation a request, and the command that asks the same.

    Args:
        folder: where a tier file may be written.
    """
    marks = folder / "BTCUSDT-1m-2024-08.csv"
    marks.write_text(MARKS, "utf-8")
    sol, btc = "SOL/USDT:USDT", "BTC/USDT:USDT"
    at = {btc: "45000", sol: "70"}
    name = str(BOOK)
    return {
        "compare": ({"account": book(), "at": at}, [name, "--at", f"{btc}=45000", "--at", f"{sol}=70"]),
        "assess": ({"account": book(), "on": "2026-11-22"}, [name, "--on", "2026-11-22"]),
        "solve": (
            {"account": book(), "question": "margin", "symbol": btc, "price": "20000"},
            [name, "--question", "margin", "--symbol", "BTC", "--price", "20000"],
        ),
        "frontier": ({"account": book(), "x": btc}, [name, "--x", btc]),
        "scrub": (
            {"account": book(), "leader": sol, "move": "-0.15", "follow": False},
            [name, "--leader", "SOL", "--move", "-0.15", "--no-follow"],
        ),
        "liquidate": _dry_run(name, at),
        "replay": (
            {"account": book(), "event": "2025-10-10", "points": 4},
            [name, "--event", "2025-10-10", "--points", "4"],
        ),
        "preview": ({"account": book(), "transfer": "-5"}, [name, "--transfer", "-5"]),
        "explain": (
            {"account": book(), "twin": "isolated", "field": "totals"},
            [name, "totals", "--twin", "isolated"],
        ),
        **_tiers_asked(folder),
        "venues-list": ({}, []),
        "venues-show": ({"venue": "binance_usdm"}, ["binance_usdm"]),
        "venues-check": (
            {"venues": ["demo"], "accounts": 20, "seed": 3},
            ["demo", "--accounts", "20", "--seed", "3"],
        ),
        **_data_asked(marks),
        **mirror_asked(folder),
        "init": ({}, []),
    }


def _dry_run(name: str, at: dict[str, str]) -> tuple[dict[str, Any], list[str]]:
    typed = [word for symbol, mark in at.items() for word in ("--at", f"{symbol}={mark}")]
    return {"account": book(), "at": at, "insurance": "50"}, [name, *typed, "--insurance", "50"]


def _tiers_asked(folder: Path) -> dict[str, tuple[dict[str, Any], list[str]]]:
    tiers, btc = folder / "tiers.json", "BTC/USDT:USDT"
    tiers.write_text(json.dumps(TIERS), "utf-8")
    one, show = {"venue": "demo", "symbol": btc, "on": "2026-11-22"}, ["demo", btc, "--on", "2026-11-22"]
    stored = {"venue": "demo", "on": "2026-11-20", "tiers": json.dumps(TIERS), "source": "a file"}
    return {
        "tiers-list": ({"venue": "demo", "symbol": btc}, ["demo", btc]),
        "tiers-show": (one, show),
        "tiers-diff": (
            {"venue": "binance_usdm", "symbol": btc, "from_date": "2024-10-24", "to_date": "2026-11-22"},
            ["binance_usdm", btc, "--from", "2024-10-24", "--to", "2026-11-22"],
        ),
        "tiers-import": (stored, [str(tiers), "--venue", "demo", "--on", "2026-11-20", "--source", "a file"]),
        "tiers-update": (
            {"venue": "binance_usdm", "symbols": [btc], "dry_run": True},
            ["--venue", "binance_usdm", "--symbol", btc, "--dry-run"],
        ),
    }
