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
    rows_per_export: int = 200_000
    """Rows of one venue's export, or of one list of fills, that is read."""
    cells_per_row: int = 256
    """Cells of one row of an export, or leaves of one object of a list."""
    events_per_log: int = 100_000
    """Events of one log that is read."""
    frontier_cells: int = 20_000
    """Pairs of tiers that a frontier over two prices may cross."""
    venues_per_comparison: int = 32
    cases_per_check: int = 10_000
    accounts_per_check: int = 10_000
    """Accounts drawn to hold one rule set against the laws."""
    answer_characters: int = 1_000
    """Of one written answer: a sentence is asked for."""
    answer_horizon_days: int = 366
    """Furthest date of a sentence that would prove an idea wrong."""
    solver_nodes: int = 5_000
    """Intervals examined where a root has no closed form."""
    journal_record_bytes: int = 1_000_000
    """Size of one record of the journal as it is stored."""
    journal_text_chars: int = 20_000
    """Characters of one private sentence kept beside a record."""
    journal_entries_per_batch: int = 100_000
    """Records that are written together or not at all."""
    tokens_per_store: int = 256
    days_per_token: int = 366
    """Longest time for which a token is made."""
    logins_kept: int = 256
    """Browsers that are logged in to one server at once; the oldest is logged out."""
    requests_per_minute: int = 600
    """Questions that one token may ask over HTTP in a minute."""
    guesses_per_minute: int = 600
    """Wrong tokens from one address in a minute: a million of them take more than a day."""
    repeats_kept: int = 256
    """Answers that are kept for a repeated ``Idempotency-Key``."""
    tool_calls_per_minute: int = 120
    """Tools that one agent may call in a minute."""
    same_calls_per_minute: int = 6
    """Times that one agent may call a tool with the same arguments in a minute."""


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
