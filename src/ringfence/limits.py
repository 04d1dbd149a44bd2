"""Every limit, named. Crossing one raises `LimitExceeded` and says which."""

from __future__ import annotations

from dataclasses import dataclass

from ringfence.errors import LimitExceeded


@dataclass(frozen=True, slots=True)
class Limits:
    """The limits of one ringfence process; `LIMITS` holds the ones in force.

    >>> LIMITS.positions_per_account
    512
    """

    digits_per_number: int = 60
    """Significant digits of one number as written."""
    exponent: int = 40
    """Largest power of ten, either way, that a number may reach."""
    positions_per_account: int = 512
    orders_per_account: int = 1_000
    assets_per_wallet: int = 64
    tiers_per_table: int = 256
    symbols_per_import: int = 5_000
    input_bytes: int = 4_000_000
    """Size of one account or tier file, or of one HTTP body."""
    history_bytes: int = 200_000_000
    """Size of one file of bars or funding, unpacked."""
    events_per_log: int = 100_000
    """Events of one log that is read."""
    frontier_cells: int = 20_000
    """Pairs of tiers that a frontier over two prices may cross."""
    venues_per_comparison: int = 32
    cases_per_check: int = 10_000
    accounts_per_check: int = 10_000
    """Accounts drawn to hold one rule set against the laws."""
    solver_nodes: int = 5_000
    """Intervals examined where a root has no closed form."""


LIMITS = Limits()


def within(count: int, limit: str, *, path: str) -> None:
    """Raise `LimitExceeded` when ``count`` is above the named limit.

    >>> within(512, "positions_per_account", path="positions")
    """
    most = getattr(LIMITS, limit)
    if count > most:
        raise LimitExceeded(
            f"at most {most:,} allowed ({limit})", path=path, value=f"{count:,}", hint="split the input"
        )
