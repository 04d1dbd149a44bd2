"""What every door is asked: one request an operation, and the same words for the terminal."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path
from typing import Any

from tests.support import ROOT

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


def book(path: Path = BOOK) -> dict[str, Any]:
    """An example as the document that operations take."""
    return tomllib.loads(path.read_text("utf-8"), parse_float=str)


def asked(folder: Path) -> dict[str, tuple[dict[str, Any], list[str]]]:
    """For each operation a request, and the command that asks the same.

    Args:
        folder: where a tier file may be written.
    """
    tiers = folder / "tiers.json"
    tiers.write_text(json.dumps(TIERS), "utf-8")
    sol, btc = "SOL/USDT:USDT", "BTC/USDT:USDT"
    at = {btc: "45000", sol: "70"}
    one = {"venue": "demo", "symbol": btc, "on": "2026-11-22"}
    stored = {"venue": "demo", "on": "2026-11-20", "tiers": json.dumps(TIERS), "source": "a file"}
    name, show = str(BOOK), ["demo", btc, "--on", "2026-11-22"]
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
        "explain": (
            {"account": book(), "twin": "isolated", "field": "totals"},
            [name, "totals", "--twin", "isolated"],
        ),
        "tiers-list": ({"venue": "demo", "symbol": btc}, ["demo", btc]),
        "tiers-show": (one, show),
        "tiers-diff": (
            {"venue": "binance_usdm", "symbol": btc, "from_date": "2024-10-24", "to_date": "2026-11-22"},
            ["binance_usdm", btc, "--from", "2024-10-24", "--to", "2026-11-22"],
        ),
        "tiers-import": (stored, [str(tiers), "--venue", "demo", "--on", "2026-11-20", "--source", "a file"]),
        "venues-list": ({}, []),
        "venues-show": ({"venue": "binance_usdm"}, ["binance_usdm"]),
        "venues-check": (
            {"venues": ["demo"], "accounts": 20, "seed": 3},
            ["demo", "--accounts", "20", "--seed", "3"],
        ),
        "init": ({}, []),
    }
