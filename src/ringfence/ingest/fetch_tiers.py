"""Leverage tiers from an exchange: all of what was asked for, or an error and nothing.

Venues list far more than they answer for, cut answers short, and ccxt reads what it gets without a word.
So the answer is held against the list of contracts before it is handed on as a tier document, which
`ringfence.ingest.tiers` then checks table by table like any other file.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from itertools import pairwise
from typing import Any

from ringfence.domain.instrument import kind_of, symbol_parts
from ringfence.domain.numbers import EXACT, plain
from ringfence.errors import BadAnswer, MissingField, UnknownSymbol, UnsafeKey
from ringfence.ingest.ccxt_wallet import optional
from ringfence.ingest.exchange import asked, exchange
from ringfence.ingest.fetch_shapes import Shape, shape_of
from ringfence.ingest.tiers import deduction_of
from ringfence.limits import within

KEY, SECRET = "RINGFENCE_API_KEY", "RINGFENCE_API_SECRET"
"""Environment variables: a read-only key, for the venues that tell their tiers to customers alone."""

READ_ONLY = ("enableReading", "enableFixReadOnly")
"""What a key of Binance's may be allowed to do; anything else moves money."""

NAMES = ("symbol", "contract", "instFamily", "uly")
"""Where a venue names the contract inside a tier, or the family that shares it."""

Rows = list[dict[str, Any]]
Sleep = Callable[[float], None]


@dataclass(frozen=True, slots=True)
class Fetched:
    """What an exchange said.

    Attributes:
        document: symbols, each with its tiers as ccxt's, numbers as text, for `read_tiers`.
        source: the exchange and its call, in words. withdrawn: contracts that it answered for and no
            longer trades.
    """

    document: Mapping[str, Rows]
    source: str
    withdrawn: tuple[str, ...]


def fetch_tiers(
    venue: str, symbols: Sequence[str] | None = None, *, url: str | None = None, sleep: Sleep = time.sleep
) -> Fetched:
    """The leverage tiers of a venue's contracts as they are now.

    Args:
        symbols: ccxt's; None: every contract of the venue's kinds that trades.
        url: scheme and host to ask instead of the exchange's own; None: ``RINGFENCE_EXCHANGE_URL``.
        sleep: waits between attempts, seconds.
    Raises:
        ExchangeFailed: no answer, a refusal, or (BadAnswer) one that is not whole; (RateLimited) patience
            did not help. UnknownSymbol: the venue does not trade it. MissingField: the key is not set.
            UnsafeKey: it may do more than read. NotSupported: this venue cannot be asked.
    """
    shape = shape_of(venue)
    client = _client(shape, url)
    if shape.key:
        _check_key(client, sleep)
    asked(client.load_markets, what=f"the contracts of {venue}", sleep=sleep)
    wanted = _wanted(client, shape, symbols)
    within(len(wanted), "symbols_per_import", path="symbols")
    answer = _answer(client, shape, venue, wanted, whole=symbols is None, sleep=sleep)
    _check_whole(wanted, answer, venue)
    document = {symbol: _rows(answer[symbol], symbol, client, shape) for symbol in wanted}
    extra = tuple(sorted(set(answer) - set(wanted))) if symbols is None else ()
    call = "fetchMarketLeverageTiers" if shape.each else "fetchLeverageTiers"
    return Fetched(document, f"{client.name}, {call} through ccxt", extra)


def _client(shape: Shape, url: str | None) -> Any:
    client = exchange(shape.ccxt, url=url)
    known = client.options.get("fetchMarkets")
    client.options["fetchMarkets"] = {
        **(known if isinstance(known, Mapping) else {}),
        "types": list(shape.markets),
    }
    client.enableLastJsonResponse = True
    # Tiers need no currencies, and with a key ccxt would ask for the account's.
    client.has["fetchCurrencies"] = False
    if shape.key:
        client.apiKey, client.secret = _secret(KEY, shape), _secret(SECRET, shape)
    return client


def _secret(name: str, shape: Shape) -> str:
    found = os.environ.get(name, "")
    if not found:
        raise MissingField(
            f"{shape.ccxt} tells its tiers to customers alone",
            path=name,
            hint=f"set {KEY} and {SECRET} to a read-only key, or import a file: ringfence tiers import",
        )
    return found


def _check_key(client: Any, sleep: Sleep) -> None:
    """Refuse a key that can trade or move money before it is used for anything else."""
    told = asked(client.sapiGetAccountApiRestrictions, what="what the key is allowed to do", sleep=sleep)
    if not isinstance(told, Mapping) or told.get("enableReading") is not True:
        raise BadAnswer("the exchange does not say that the key may read", path=KEY, hint="check the key")
    allowed = [
        name
        for name, on in told.items()
        if name.startswith(("enable", "permits")) and on is not False and name not in READ_ONLY
    ]
    if allowed:
        raise UnsafeKey(
            f"the key may do more than read: {', '.join(sorted(allowed))}",
            path=KEY,
            hint="make a key that may only read, and use that one",
        )


def _wanted(client: Any, shape: Shape, symbols: Sequence[str] | None) -> list[str]:
    """The contracts to answer for; what was named must be traded."""
    traded = [name for name, market in client.markets.items() if _is_traded(market, shape)]
    if symbols is None:
        if not traded:
            raise BadAnswer("the exchange lists no contract of these kinds", hint="ask again later")
        return sorted(traded)
    for place, symbol in enumerate(symbols):
        if symbol not in traded:
            known = client.markets.get(symbol)
            said = "the venue no longer trades this contract" if known else "the venue has no such contract"
            raise UnknownSymbol(said, path=f"symbols[{place}]", value=symbol, hint="ringfence tiers list")
    return list(dict.fromkeys(symbols))


def _is_traded(market: Mapping[str, Any], shape: Shape) -> bool:
    if market.get("contract") is not True or market.get("option") is True or market.get("active") is False:
        return False
    kind = kind_of(str(market.get("base")), str(market.get("quote")), str(market.get("settle")))
    return kind in shape.measured


def _answer(
    client: Any, shape: Shape, venue: str, wanted: Sequence[str], *, whole: bool, sleep: Sleep
) -> Mapping[str, Any]:
    if shape.each or (not whole and client.has.get("fetchMarketLeverageTiers") is True):
        return {
            symbol: asked(
                partial(client.fetch_market_leverage_tiers, symbol),
                what=f"the tiers of {symbol} from {venue}",
                sleep=sleep,
            )
            for symbol in wanted
        }
    # Every contract, even where few are wanted: with symbols some of ccxt's readers look at the first alone.
    call = partial(client.fetch_leverage_tiers, None, dict(shape.params))
    answer = asked(call, what=f"the tiers of {venue}", sleep=sleep)
    if not isinstance(answer, Mapping) or _goes_on(client.last_json_response):
        raise BadAnswer(f"the tiers of {venue}: the answer stops before its end", hint="ask again later")
    return answer


def _goes_on(last: object) -> bool:
    """Whether the last page names another one: ccxt stops after a number of pages without a word."""
    result = last.get("result") if isinstance(last, Mapping) else None
    return isinstance(result, Mapping) and bool(result.get("nextPageCursor"))


def _check_whole(wanted: Iterable[str], answer: Mapping[str, Any], venue: str) -> None:
    absent = [symbol for symbol in wanted if not answer.get(symbol)]
    if absent:
        raise BadAnswer(
            f"{venue} lists {len(absent):,} contracts and gave no tiers for them",
            path=absent[0],
            hint="ask again later, or name the symbols you need with --symbol",
        )


def _rows(tiers: Any, symbol: str, client: Any, shape: Shape) -> Rows:
    """One contract's tiers, as a document has them."""
    if not isinstance(tiers, list) or not all(isinstance(tier, Mapping) for tier in tiers):
        raise BadAnswer("not a list of tiers", path=symbol, hint="ask again later")
    names = _names_of(client.markets[symbol])
    rows: Rows = []
    for place, tier in enumerate(tiers):
        path = f"{symbol}[{place}]"
        _check_asset(tier, symbol, names, path)
        row = {
            name: _text(optional(tier, name, path))
            for name in ("minNotional", "maxNotional", "maintenanceMarginRate", "maxLeverage")
        }
        _check_leverage(row, path)
        rows.append(row | {"cum": _text(deduction_of(path, tier))})
    return _met(rows) if shape.whole_contracts else rows


def _names_of(market: Mapping[str, Any]) -> set[str]:
    info = market.get("info")
    family = [info.get(name) for name in ("instFamily", "uly")] if isinstance(info, Mapping) else []
    return {str(name) for name in (market.get("id"), *family) if name}


def _check_asset(tier: Mapping[str, Any], symbol: str, names: set[str], path: str) -> None:
    """The tier is of this contract: ccxt puts the name that was asked for on whatever came back."""
    info = tier.get("info")
    said = [info.get(name) for name in NAMES] if isinstance(info, Mapping) else []
    for other in (name for name in said if name and str(name) not in names):
        raise BadAnswer("these are the tiers of another contract", path=path, value=other, hint="ask again")
    if tier.get("symbol") not in (None, symbol):
        raise BadAnswer("these are the tiers of another contract", path=path, value=tier.get("symbol"))
    symbol_parts(symbol, path=path)


def _check_leverage(row: Mapping[str, Any], path: str) -> None:
    """A rate that liquidates at the highest leverage on opening is a percentage taken for a share."""
    rate, most = row["maintenanceMarginRate"], row["maxLeverage"]
    if rate is not None and most is not None and EXACT.multiply(Decimal(rate), Decimal(most)) >= 1:
        raise BadAnswer(
            f"at {most}x a position would be liquidated as it is opened",
            path=f"{path}.maintenanceMarginRate",
            value=rate,
            hint="the exchange may have changed its units: import the tiers from a file you trust",
        )


def _met(rows: Rows) -> Rows:
    """Tiers of whole contracts: 3,000 is the last size of one and 3,001 the first of the next."""
    for row, after in pairwise(rows):
        cap, floor = row["maxNotional"], after["minNotional"]
        if cap is not None and floor is not None and 0 < EXACT.subtract(Decimal(floor), Decimal(cap)) <= 1:
            row["maxNotional"] = floor
    return rows


def _text(value: Decimal | None) -> str | None:
    return None if value is None else plain(value)
