"""The cross pools of an account, from ccxt's balance.

ccxt has the exchange's own answer under ``info``. Where Binance's cross wallet stands there it is taken;
ccxt's unified balance is another quantity: on Binance its ``total`` is the margin balance, that is the
wallet with isolated margins and with the unrealised PnL of every position, and the ``collateral`` of an
isolated position is its isolated wallet with unrealised PnL (ccxt 4.5.90, binance.py,
parse_balance_custom and parse_account_position).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from ringfence.domain.instrument import symbol_parts
from ringfence.domain.numbers import add, money
from ringfence.errors import BadFile, MissingField, NotSupported
from ringfence.ingest.fields import printable

TOTAL_IS_MARGIN_BALANCE = ("binance_usdm", "demo")
"""Venues whose ccxt ``total`` is known to be the wallet with unrealised PnL."""


def number(value: object, path: str) -> Decimal:
    """A number as ccxt writes it; its floats are the shortest text of what the exchange sent.

    >>> number(0.1, "positions[0].contracts")
    Decimal('0.1')
    """
    return money(repr(value) if isinstance(value, float) else value, path=path)


def optional(row: Mapping[str, Any], name: str, path: str) -> Decimal | None:
    """One field of a row, absent when ccxt leaves it empty.

    >>> optional({"entryPrice": None}, "entryPrice", "positions[0]") is None
    True
    """
    value = row.get(name)
    return None if value is None or value == "" else number(value, f"{path}.{name}")


def wallet_of(
    balance: object,
    rows: list[tuple[int, Mapping[str, Any]]],
    positions: list[dict[str, Any]],
    *,
    venue: object,
) -> dict[str, Decimal]:
    """The balance of each cross pool by asset, without isolated margins and unrealised PnL.

    Args:
        rows: ccxt's positions with their numbers in the document; positions: the same, read.
    Raises:
        MissingField: a position whose unrealised PnL is needed does not say it.
        NotSupported: what this exchange's ``total`` counts is not known.

    >>> wallet_of({"USDT": {"total": "900"}}, [], [], venue="demo")
    {'USDT': Decimal('900')}
    """
    if balance is None:
        return {}
    if not isinstance(balance, Mapping):
        raise BadFile("not an object", path="balance", hint="as ccxt's fetch_balance returns it")
    own = _binance_wallet(balance.get("info"))
    wallet = _from_totals(balance, rows, positions, venue) if own is None else own
    return {
        asset: amount for asset, amount in wallet.items() if amount != 0 or _is_settled_in(asset, positions)
    }


def _from_totals(
    balance: Mapping[str, Any],
    rows: list[tuple[int, Mapping[str, Any]]],
    positions: list[dict[str, Any]],
    venue: object,
) -> dict[str, Decimal]:
    if venue not in TOTAL_IS_MARGIN_BALANCE:
        raise NotSupported(
            "what this exchange counts in ccxt's total is not known",
            path="balance",
            value=venue,
            hint='give the cross pool itself, "wallet": {"USDT": "10000"}',
        )
    wallet = {}
    for asset, entry in balance.items():
        total = _total(entry, f"balance.{printable(asset)}")
        if total is not None:
            wallet[asset] = add([total, *(-held for held in _held(asset, rows, positions))])
    return wallet


def _total(entry: object, path: str) -> Decimal | None:
    """Under an asset ccxt writes free, used and total; next to the assets it writes the same by asset."""
    if (
        path == "balance.info"
        or not isinstance(entry, Mapping)
        or "total" not in entry
        or isinstance(entry["total"], Mapping)
    ):
        return None
    return optional(entry, "total", path)


def _held(
    asset: str, rows: list[tuple[int, Mapping[str, Any]]], positions: list[dict[str, Any]]
) -> Iterable[Decimal]:
    """What ccxt's total counts that is not the pool's: fences, and the unrealised PnL of every position."""
    for (place, row), position in zip(rows, positions, strict=True):
        if _settle(position, place) != asset:
            continue
        profit = optional(row, "unrealizedPnl", f"positions[{place}]")
        if profit is None:
            raise MissingField(
                "the pool is ccxt's total less unrealised PnL, which this position does not say",
                path=f"positions[{place}].unrealizedPnl",
                hint="give it, or give balance.info as the exchange sent it",
            )
        yield profit
        if "isolated_margin" in position:
            yield position["isolated_margin"]


def _settle(position: Mapping[str, Any], number: int) -> str:
    return symbol_parts(position.get("symbol", ""), path=f"positions[{number}].symbol")["settle"]


def _is_settled_in(asset: str, positions: list[dict[str, Any]]) -> bool:
    return any(_settle(one, number) == asset for number, one in enumerate(positions))


def _binance_wallet(info: object) -> dict[str, Decimal] | None:
    """Binance's own cross balances: its account lists assets, its balance is such a list."""
    assets = info.get("assets") if isinstance(info, Mapping) else info
    if isinstance(assets, list) and assets and all(_has_pool(one) for one in assets):
        # An asset that was never updated has no valid figures (ccxt skips it too).
        return {
            str(one.get("asset")): number(
                one["crossWalletBalance"], f"balance.info.assets[{n}].crossWalletBalance"
            )
            for n, one in enumerate(assets)
            if one.get("updateTime") not in (0, "0")
        }
    if (
        isinstance(info, Mapping)
        and not _is_pooled(info)
        and info.get("totalCrossWalletBalance") not in (None, "")
    ):
        # Without the list of assets, Binance's total counts USDT alone (single-asset mode).
        return {"USDT": number(info["totalCrossWalletBalance"], "balance.info.totalCrossWalletBalance")}
    return None


def _has_pool(entry: object) -> bool:
    return isinstance(entry, Mapping) and entry.get("crossWalletBalance") not in (None, "")


def pooled(balance: object) -> bool:
    """Whether Binance's own account says that its assets are one pool.

    >>> pooled({"info": {"multiAssetsMargin": True}})
    True
    """
    info = balance.get("info") if isinstance(balance, Mapping) else None
    return isinstance(info, Mapping) and _is_pooled(info)


def _is_pooled(info: Mapping[str, Any]) -> bool:
    return info.get("multiAssetsMargin") is True
