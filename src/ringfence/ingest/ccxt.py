"""ccxt's unified positions and orders, as an account. Numbers are taken from their text: 0.1 is 0.1."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from ringfence.domain.account import Account
from ringfence.domain.market import Market
from ringfence.domain.numbers import add
from ringfence.errors import BadFile, MissingField, MissingMargin, OutOfRange, RingfenceError, UnknownField
from ringfence.ingest.ccxt_wallet import number, optional, pooled, wallet_of
from ringfence.ingest.fields import check_depth, printable
from ringfence.ingest.schema import account_from
from ringfence.limits import within
from ringfence.venues import registry

VENUES = {"binance": "binance_usdm", "binanceusdm": "binance_usdm"}
"""ccxt's exchange ids and the rule packs they mean."""

MODES = {"cross": "cross", "crossed": "cross", "isolated": "isolated"}

_OURS = (
    "on",
    "wallet",
    "hedged",
    "multi_asset",
    "collateral",
    "instruments",
    "tiers",
    "other_maintenance",
    "betas",
    "rates",
    "leader",
)
_KNOWN = ("venue", "positions", "balance", "orders", "marks", *_OURS)
_NAMES = {
    "entry_price": "entryPrice", "margin_mode": "marginMode", "contract_size": "contractSize",
    "reduce_only": "reduceOnly", "isolated_margin": "collateral",
}  # fmt: skip


def is_ccxt(document: object) -> bool:
    """Whether a JSON document holds ccxt's structures: a bare list, a balance, or positions in its spelling.

    >>> is_ccxt([]), is_ccxt({"balance": {}}), is_ccxt({"positions": [{"entry_price": "1"}]})
    (True, True, False)
    """
    if isinstance(document, list) or (isinstance(document, dict) and "balance" in document):
        return True
    positions = document.get("positions") if isinstance(document, dict) else None
    return isinstance(positions, list) and any(
        isinstance(one, dict) and not {"entryPrice", "marginMode", "contractSize", "info"}.isdisjoint(one)
        for one in positions
    )


def account_from_ccxt(
    document: object, *, venue: str | None = None, on: str | None = None
) -> tuple[Account, Market]:
    """The account and its market from ccxt's structures.

    Args:
        document: ``{"venue", "positions", "balance", "marks", …}``, where every other field is as in an
            account file, or the bare list that ``fetch_positions`` returns.
        venue: rule pack or ccxt exchange id, where the document names none.
    Raises:
        RingfenceError: located, in ccxt's spelling: ``positions[2].entryPrice``.

    >>> row = {"symbol": "BTC/USDT:USDT", "side": "long", "contracts": 0.1, "entryPrice": 60000.0,
    ...        "markPrice": 59000.0, "marginMode": "cross", "unrealizedPnl": -100.0, "leverage": 10}
    >>> balance = {"USDT": {"total": 900.0}}
    >>> account, _ = account_from_ccxt({"positions": [row], "balance": balance}, venue="demo")
    >>> account.wallet
    {'USDT': Decimal('1000.0')}
    """
    ours, numbers = _our_names(document, venue, on)
    return _translated(lambda: account_from(ours), numbers)


def document_from_ccxt(
    document: object, *, venue: str | None = None, on: str | None = None
) -> dict[str, Any]:
    """The same account as the tables of an account file, for whoever asks an operation.

    Raises:
        RingfenceError: as `account_from_ccxt`; what is returned is a sound account.

    >>> document_from_ccxt({"positions": [], "wallet": {"USDT": "5"}}, venue="demo")["wallet"]
    {'USDT': '5'}
    """
    ours, numbers = _our_names(document, venue, on)
    _translated(lambda: account_from(ours), numbers)
    return ours


def _our_names(document: object, venue: str | None, on: str | None) -> tuple[dict[str, Any], list[int]]:
    """The tables of an account file, and the row of the document that each position came from."""
    check_depth(document)
    stated = _document(document)
    rows = [
        (n, one) for n, one in enumerate(_table_list(stated, "positions")) if _is_open(one, f"positions[{n}]")
    ]
    within(len(rows), "positions_per_account", path="positions")
    ours: dict[str, Any] = {key: stated[key] for key in _OURS if stated.get(key) is not None}
    ours["venue"] = _venue(stated.get("venue") or venue)
    if on is not None:
        ours.setdefault("on", on)
    positions = [_position(row, f"positions[{n}]") for n, row in rows]
    ours.update(
        positions=positions,
        orders=[_order(one, f"orders[{n}]") for n, one in enumerate(_table_list(stated, "orders"))],
        marks=_marks(stated, rows),
        instruments=_instruments(stated, rows),
    )
    if "wallet" not in ours:
        ours["wallet"] = wallet_of(stated.get("balance"), rows, positions, venue=ours["venue"])
    ours.setdefault("hedged", any(row.get("hedged") is True for _, row in rows))
    if pooled(stated.get("balance")):
        ours.setdefault("multi_asset", True)
    return ours, [n for n, _ in rows]


def _document(document: object) -> Mapping[str, Any]:
    if isinstance(document, list):
        return {"positions": document}
    if not isinstance(document, Mapping):
        raise BadFile(
            "not ccxt's positions and balance", hint='write {"venue": …, "positions": […], "balance": {…}}'
        )
    for name in document:
        if name not in _KNOWN:
            raise UnknownField(
                "no such field", path=printable(str(name)), hint=f"known here: {', '.join(_KNOWN)}"
            )
    return document


def _table_list(stated: Mapping[str, Any], name: str) -> Sequence[Mapping[str, Any]]:
    rows = stated.get(name) or []
    if not isinstance(rows, list) or not all(isinstance(one, Mapping) for one in rows):
        raise BadFile("not a list of objects", path=name, hint=f"as ccxt's fetch_{name} returns it")
    return rows


def _is_open(row: Mapping[str, Any], path: str) -> bool:
    """Exchanges list a row of size zero for a symbol that was once traded."""
    return optional(row, "contracts", path) != 0


def _venue(name: object) -> str:
    if name is None:
        raise MissingField("the exchange is not named", path="venue", hint='write "venue": "binance_usdm"')
    if not isinstance(name, str):
        raise OutOfRange("not a text", path="venue", value=repr(name), hint='write "venue": "binance_usdm"')
    key = VENUES.get(name, name)
    registry.pack(key)
    return key


def _position(row: Mapping[str, Any], path: str) -> dict[str, Any]:
    mode = _mode(row, path)
    position = {
        "symbol": row.get("symbol"),
        "side": row.get("side"),
        "contracts": optional(row, "contracts", path),
        "entry_price": _finest(row, "entryPrice", path),
        "leverage": optional(row, "leverage", path) or None,
        "margin_mode": mode,
        "isolated_margin": _isolated_margin(row, path) if mode == "isolated" else None,
    }
    return {name: value for name, value in position.items() if value is not None}


def _finest(row: Mapping[str, Any], name: str, path: str) -> Decimal | None:
    """The exchange's own text of a number where ccxt's is the same to a float's 15 to 17 digits."""
    said = optional(row, name, path)
    info = row.get("info")
    own = info.get(name) if isinstance(info, Mapping) else None
    if said is None or not isinstance(own, str):
        return said
    exact = number(own, f"{path}.info.{name}")
    return exact if float(exact) == float(said) else said


def _mode(row: Mapping[str, Any], path: str) -> str:
    said = row.get("marginMode")
    if said is None and isinstance(row.get("info"), Mapping):
        said = row["info"].get("marginType")
    if said is None:
        raise MissingField(
            "isolated or cross is not said", path=f"{path}.marginMode", hint='write "marginMode": "cross"'
        )
    mode = MODES.get(str(said).lower())
    if mode is None:
        raise OutOfRange(
            "not a margin mode", path=f"{path}.marginMode", value=said, hint='write "isolated" or "cross"'
        )
    return mode


def _isolated_margin(row: Mapping[str, Any], path: str) -> Decimal:
    """What is inside the fence without unrealised PnL: the exchange's own figure before ccxt's."""
    info = row.get("info")
    if isinstance(info, Mapping) and info.get("isolatedWallet") not in (None, ""):
        return number(info["isolatedWallet"], f"{path}.info.isolatedWallet")
    collateral, profit = optional(row, "collateral", path), optional(row, "unrealizedPnl", path)
    if collateral is None or profit is None:
        raise MissingMargin(
            "an isolated position needs the margin inside its fence",
            path=f"{path}.{'collateral' if collateral is None else 'unrealizedPnl'}",
            hint="ccxt's collateral less its unrealizedPnl is taken; give both, or info.isolatedWallet",
        )
    return add([collateral, -profit])  # type: ignore[no-any-return]


def _order(row: Mapping[str, Any], path: str) -> dict[str, Any]:
    left = "remaining" if row.get("remaining") is not None else "amount"
    order = {
        "symbol": row.get("symbol"),
        "side": row.get("side"),
        "contracts": optional(row, left, path),
        "price": optional(row, "price", path),
        "reduce_only": row.get("reduceOnly"),
    }
    return {name: value for name, value in order.items() if value is not None}


def _marks(stated: Mapping[str, Any], rows: Iterable[tuple[int, Mapping[str, Any]]]) -> dict[str, Any]:
    """Marks from the positions; those the document gives itself come before them."""
    marks = {
        str(row.get("symbol")): price
        for n, row in rows
        if (price := _finest(row, "markPrice", f"positions[{n}]")) is not None
    }
    given = stated.get("marks") or {}
    if not isinstance(given, Mapping):
        raise BadFile("not an object", path="marks", hint='write {"BTC/USDT:USDT": "58000"}')
    return marks | {symbol: number(price, f"marks.{printable(symbol)}") for symbol, price in given.items()}


def _instruments(stated: Mapping[str, Any], rows: Iterable[tuple[int, Mapping[str, Any]]]) -> dict[str, Any]:
    sizes = {
        str(row.get("symbol")): {"contract_size": size}
        for n, row in rows
        if (size := optional(row, "contractSize", f"positions[{n}]")) is not None
    }
    given = stated.get("instruments") or {}
    if not isinstance(given, Mapping):
        raise BadFile(
            "not an object", path="instruments", hint='write {"BTC/USDT:USDT": {"contract_size": "1"}}'
        )
    return sizes | dict(given)


def _translated(build: Callable[[], tuple[Account, Market]], numbers: list[int]) -> tuple[Account, Market]:
    """Run with our names; an error speaks ccxt's, with the row number of the document."""
    try:
        return build()
    except RingfenceError as error:
        error.path = re.sub(r"^positions\[(\d+)\]", lambda m: f"positions[{numbers[int(m[1])]}]", error.path)
        head, dot, last = error.path.rpartition(".")
        if head.startswith(("positions[", "orders[")):
            error.path = f"{head}{dot}{_NAMES.get(last, last)}"
        raise
