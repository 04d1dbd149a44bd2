"""Crashes by name: when they were, and where the measured moves of each stand for a reader without data."""

from __future__ import annotations

import json
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from importlib.resources import files

from ringfence.errors import OutOfRange

HOUR = 3_600_000


@dataclass(frozen=True, slots=True)
class Crash:
    """A window of market history. ``since``, ``until``: UTC, as `ringfence replay` reads times."""

    name: str
    title: str
    since: str
    until: str


CRASHES: tuple[Crash, ...] = (
    Crash("2020-03-12", "Black Thursday", "2020-03-12T00:00", "2020-03-14T00:00"),
    Crash("2021-05-19", "the fall of May 2021", "2021-05-19T00:00", "2021-05-20T00:00"),
    Crash("2021-12-04", "the flash crash of December 2021", "2021-12-03T12:00", "2021-12-05T00:00"),
    Crash("2022-05-LUNA", "LUNA and UST", "2022-05-05T00:00", "2022-05-13T00:00"),
    Crash("2022-11-FTX", "the end of FTX", "2022-11-06T00:00", "2022-11-11T00:00"),
    Crash("2024-08-05", "the unwinding of the yen carry trade", "2024-08-04T00:00", "2024-08-06T00:00"),
    Crash("2025-04-07", "tariffs", "2025-04-06T00:00", "2025-04-08T00:00"),
    Crash("2025-05-LAYER", "the collapse of LAYER", "2025-05-05T00:00", "2025-05-07T00:00"),
    Crash("2025-10-10", "the largest liquidation day", "2025-10-10T12:00", "2025-10-11T12:00"),
    Crash("2026-02-05", "the slide of February 2026", "2026-02-05T00:00", "2026-02-07T00:00"),
)


def crash_named(name: str) -> Crash:
    """A crash by its name.

    Raises:
        OutOfRange: there is none of this name.

    >>> crash_named("2025-10-10").title
    'the largest liquidation day'
    """
    for one in CRASHES:
        if one.name == name:
            return one
    names = ", ".join(one.name for one in CRASHES)
    raise OutOfRange("no crash of this name", path="event", value=name, hint=f"one of {names}")


@dataclass(frozen=True, slots=True)
class Move:
    """One coin in one crash, by its mark price.

    Attributes:
        high, low, close: over the first open of the window, as a share of it: 0.84 is a fall of 16 %.
        hours_to_low: from the first open to the lowest bar. hours: the whole window.
        high_first: whether the highest bar came before the lowest. series: what it was measured on.
    """

    coin: str
    high: Decimal
    low: Decimal
    close: Decimal
    hours_to_low: int
    hours: int
    high_first: bool
    series: str


@cache
def measured() -> dict[str, tuple[Move, ...]]:
    """The built-in table: moves by crash. It holds ratios, no prices.

    >>> [move.coin for move in measured()["2020-03-12"]][:2]
    ['ADA', 'BTC']
    """
    text = files("ringfence.replay").joinpath("moves.json").read_text("utf-8")
    return {
        name: tuple(
            Move(
                row["coin"], Decimal(row["high"]), Decimal(row["low"]), Decimal(row["close"]),
                row["hours_to_low"], row["hours"], row["high_first"], row["series"],
            )
            for row in rows
        )
        for name, rows in json.loads(text)["moves"].items()
    }  # fmt: skip
