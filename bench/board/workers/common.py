"""What every worker shares: questions in as JSON, answers out as JSON. It runs in the peers' environments.

A worker may import the program it asks and the standard library, and nothing of ours.
"""

from __future__ import annotations

import json
import math
import platform
import sys
from collections.abc import Callable, Iterator
from importlib.metadata import version
from typing import Any

Book = dict[str, Any]
Row = dict[str, Any]
Ask = Callable[[Book, Row, str], "float | str"]
ACCOUNT = "account"
NO_SUCH = "it computes no such figure"


class CannotExpress(Exception):
    """The program has no function for the question, or none that takes the case."""


def serve(program: str, ask: Ask, *, account: str) -> None:
    """Answer every question of every book on standard input.

    Args:
        ask: one figure of one position: a number, or a word such as ``none``.
        account: why figures of the whole account are not asked.
    """
    out, sys.stdout = sys.stdout, sys.stderr  # what the program itself prints is no answer
    books = json.load(sys.stdin)
    answers = {book["id"]: list(_answers(book, ask, account)) for book in books}
    versions = {program: version(program), f"{program} on Python": platform.python_version()}
    print(json.dumps({"versions": versions, "answers": answers}), file=out)


def _answers(book: Book, ask: Ask, account: str) -> Iterator[dict[str, str]]:
    for place, name in book["questions"]:
        try:
            row = position(book, place, account)
            yield {"value": text(ask(book, row, name))}
        except CannotExpress as reason:
            yield {"reason": str(reason)}
        except Exception as error:  # noqa: BLE001  # whatever the program raises is its answer
            yield {"reason": f"{type(error).__name__}: {' '.join(str(error).split())}"}


def text(value: float | str) -> str:
    if isinstance(value, str):
        return value
    if not math.isfinite(value):
        raise CannotExpress("its answer is not a number")
    return repr(float(value))


def position(book: Book, place: str, account: str) -> Row:
    if place == ACCOUNT:
        raise CannotExpress(account)
    for row in book["account"]["positions"]:
        if place == f"{row['symbol']} {row['side']}":
            return row  # type: ignore[no-any-return]
    raise CannotExpress("no such position")


def linear(row: Row) -> None:
    if row["kind"] != "linear":
        raise CannotExpress(f"{row['kind']} contracts: its arithmetic is for linear ones")


def base(row: Row) -> float:
    """Size in units of the base."""
    return float(row["contracts"]) * float(row.get("contract_size") or 1)


def entry(row: Row) -> float:
    if row.get("entry_price") is None:
        raise CannotExpress("the case states no entry price")
    return float(row["entry_price"])


def mark(book: Book, row: Row) -> float:
    """The mark; a case leaves it out where nothing depends on it."""
    return float(book["marks"].get(row["symbol"]) or entry(row))


def value_at(row: Row, price: float) -> float:
    """Unsigned value in settlement currency."""
    return base(row) / price if row["kind"] == "inverse" else base(row) * price


def sign(row: Row) -> int:
    return -1 if row["side"] == "short" else 1


def profit(book: Book, row: Row) -> float:
    moved = value_at(row, mark(book, row)) - value_at(row, entry(row))
    return sign(row) * (-moved if row["kind"] == "inverse" else moved)


def fence(row: Row) -> float:
    """Collateral of an isolated position: as stated, else its value at entry over the leverage."""
    if row.get("isolated_margin") is not None:
        return float(row["isolated_margin"])
    return value_at(row, entry(row)) / leverage(row)


def leverage(row: Row) -> float:
    if row.get("leverage") is None:
        raise CannotExpress("the case states no leverage")
    return float(row["leverage"])


def settle(row: Row) -> str:
    return str(row["symbol"].partition(":")[2].partition("-")[0])


def pool(book: Book, row: Row) -> float:
    """The cross wallet in the position's settlement currency, where that is the whole pool."""
    account = book["account"]
    if account["multi_asset"]:
        raise CannotExpress("a pool of several assets: it takes one balance")
    if account["other_maintenance"]:
        raise CannotExpress("the maintenance of positions that the case does not list: it takes none")
    return float(account["wallet"].get(settle(row)) or 0)


def quote_tiers(row: Row) -> list[dict[str, float | None]]:
    """The tiers with floors and caps in quote currency; other bases are converted at the entry price."""
    if not row["tiers"]:
        raise CannotExpress("neither the case nor a dated table states the tiers")
    factor = {"contracts": float(row.get("contract_size") or 1), "base": 1.0}.get(row["tier_basis"])
    unit = 1.0 if factor is None else factor * (1.0 if row["kind"] == "inverse" else entry(row))
    return [
        {
            "floor": float(low) * unit, "cap": None if high is None else float(high) * unit,
            "rate": float(rate), "deduction": float(amount),
            "max_leverage": None if highest is None else float(highest),
        }
        for low, high, rate, amount, highest in row["tiers"]
    ]  # fmt: skip


def rate_at(row: Row, value: float) -> float:
    """Maintenance rate of the tier that a value in quote currency lies in."""
    found = [tier["rate"] for tier in quote_tiers(row) if value >= (tier["floor"] or 0)]
    return float(found[-1] or 0)
