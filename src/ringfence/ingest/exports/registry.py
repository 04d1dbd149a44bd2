"""Every format that is read, and which of them a set of columns is. File names decide nothing."""

from __future__ import annotations

from itertools import chain

from ringfence.errors import BadFile, MissingField, OutOfRange
from ringfence.ingest.exports import (
    binance_money,
    binance_trades,
    bitmex_orders,
    bitmex_wallet,
    bybit_changes,
    bybit_closed,
    ccxt_lists,
    deribit_log,
    hyperliquid_api,
    hyperliquid_web,
    kraken_log,
    mexc_orders,
    okx_bills,
    orders_of_others,
)
from ringfence.ingest.exports.model import Format
from ringfence.ingest.fields import printable

FORMATS: tuple[Format, ...] = tuple(
    chain.from_iterable(
        module.FORMATS
        for module in (
            binance_trades, binance_money, bybit_closed, bybit_changes, bitmex_wallet, bitmex_orders,
            hyperliquid_web, hyperliquid_api, kraken_log, deribit_log, okx_bills, mexc_orders,
            orders_of_others, ccxt_lists,
        )
    )
)  # fmt: skip
"""By venue, ccxt's lists last."""

BY_KEY = {form.key: form for form in FORMATS}


def renamed(columns: frozenset[str], form: Format) -> frozenset[str]:
    """Columns under the names that a format has for them now.

    >>> sorted(renamed(frozenset({"total", "fee"}), BY_KEY["binance_futures_trades"]))
    ['amount', 'fee']
    """
    return frozenset(form.renamed.get(name, name) for name in columns)


def matches(columns: frozenset[str], *, json: bool = False) -> tuple[Format, ...]:
    """The formats that a set of columns may be; of two, the one that needs more of them.

    >>> [form.key for form in matches(frozenset("time coin sz side payment rate".split()))]
    ['hyperliquid_web_funding']
    """
    fits = [form for form in FORMATS if form.json == json and form.needs <= renamed(columns, form)]
    return tuple(one for one in fits if not any(one.needs < other.needs for other in fits))


def detected(columns: frozenset[str], *, key: str | None, json: bool, venue: str | None) -> Format:
    """The one format of a set of columns.

    Args:
        key: the format that it is said to be. venue: of which exchange it is said to be.
    Raises:
        BadFile: none, or one whose signs cannot be told. MissingField: the named one lacks columns.
        OutOfRange: no such format.
    """
    if key is not None:
        return _named(columns, key)
    fits = matches(columns, json=json)
    if len(fits) > 1 and venue is not None:
        fits = tuple(form for form in fits if venue in (form.venue, *form.others))
    if len(fits) == 1:
        return fits[0]
    if fits:
        names = ", ".join(form.key for form in fits)
        raise BadFile("the header fits several formats", value=names, hint="say it: --format KEY")
    if columns >= bybit_changes.PARTS:
        raise BadFile(
            "the signs of fee and funding cannot be told from this header",
            path="header",
            hint="export it with every column: Action, or Fee Rate, Trade ID and Order ID",
        )
    raise BadFile("not an export that is known", path="header", hint=_closest(columns, json=json))


def _named(columns: frozenset[str], key: str) -> Format:
    if key not in BY_KEY:
        raise OutOfRange(
            "no such format", path="format", value=printable(key), hint=f"one of {', '.join(BY_KEY)}"
        )
    form = BY_KEY[key]
    lacks = sorted(form.needs - renamed(columns, form))
    if lacks:
        raise MissingField(
            f"not {form.title}: columns are missing", path="header", hint=f"missing: {', '.join(lacks)}"
        )
    return form


def _closest(columns: frozenset[str], *, json: bool) -> str:
    """Which format is nearest, and what it lacks."""
    known = [form for form in FORMATS if form.json == json]
    best = max(known, key=lambda form: len(form.needs & renamed(columns, form)) / len(form.needs))
    lacks = sorted(best.needs - renamed(columns, best))
    if 2 * len(lacks) > len(best.needs):
        return "the file as the venue gave it, in English; see ringfence's manual for what is read"
    return f"closest is {best.title}, which also has {', '.join(lacks)}"
