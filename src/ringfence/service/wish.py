"""The change that a preview is asked about, out of the fields of its request."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from decimal import Decimal

from ringfence.domain.account import Account, MarginMode, Side
from ringfence.domain.numbers import money, positive
from ringfence.errors import BadNumber, MissingField, OutOfRange, UnknownField
from ringfence.service.requests_preview import CHANGES, PreviewRequest
from ringfence.solve.change.wanted import (
    MoveMargin,
    SetLeverage,
    SetMultiAsset,
    SetPositionMode,
    SwitchMode,
    Trade,
    Transfer,
    Wanted,
    one_target,
)

_TRADE = re.compile(r"\s*(?P<size>[^@\s]+)\s*(?:@\s*(?P<price>[^@\s]+)\s*)?", re.ASCII)
OPENING = ("margin_mode", "margin")
"""Fields that say something about a position that is opened, and about nothing else."""


def wanted_of(account: Account, request: PreviewRequest) -> Wanted:
    """The one change of a request.

    Raises:
        MissingField: none is given, or it says not enough. UnknownField: two are given.
        BadNumber, OutOfRange: a size or an amount cannot be meant.

    >>> book = {"venue": "demo"}
    >>> wanted_of(Account(venue="demo"), PreviewRequest(account=book, transfer="5", asset="USDT")).amount
    Decimal('5')
    """
    name = _named(request)
    return _READ[name](account, request)


def _named(request: PreviewRequest) -> str:
    given = [name for name in CHANGES if getattr(request, name) is not None]
    if "open" in given and "leverage" in given:
        given.remove("leverage")
    if not given:
        raise MissingField(
            "no change to preview",
            path="to",
            hint='say one: to = "isolated" or "cross", leverage, add_margin, remove_margin, open, close, '
            "transfer, position_mode or multi_asset",
        )
    if len(given) > 1:
        raise UnknownField(
            f"one change at a time: {' and '.join(given)} are two", path=given[1],
            value=getattr(request, given[1]), hint=f"leave out {given[0]} or {given[1]}",
        )  # fmt: skip
    if given[0] != "open":
        for name in OPENING:
            if getattr(request, name) is not None:
                raise UnknownField(
                    "only a position that is opened has it to be given", path=name,
                    value=getattr(request, name), hint=f"leave {name} out",
                )  # fmt: skip
    return given[0]


def _symbol(account: Account, request: PreviewRequest) -> str:
    """The symbol asked for, or the only one that the book has a position in."""
    if request.symbol is not None:
        return request.symbol
    held = list(dict.fromkeys(one.symbol for one in account.positions))
    if len(held) != 1:
        raise MissingField(
            "which position?", path="symbol",
            hint=f"one of {', '.join(held)}" if held else 'write symbol = "BTC/USDT:USDT"',
        )  # fmt: skip
    return held[0]


def _side(request: PreviewRequest) -> Side | None:
    return None if request.side is None else Side(request.side)


def _switch(account: Account, request: PreviewRequest) -> Wanted:
    return SwitchMode(_symbol(account, request), MarginMode(request.to or ""), _side(request))


def _leverage(account: Account, request: PreviewRequest) -> Wanted:
    leverage = positive(request.leverage, path="leverage")
    if leverage < 1:
        raise OutOfRange("leverage starts at 1", path="leverage", value=leverage)
    return SetLeverage(_symbol(account, request), leverage, _side(request))


def _add(account: Account, request: PreviewRequest) -> Wanted:
    amount = positive(request.add_margin, path="add_margin")
    return MoveMargin(_symbol(account, request), amount, _side(request))


def _remove(account: Account, request: PreviewRequest) -> Wanted:
    amount = positive(request.remove_margin, path="remove_margin")
    return MoveMargin(_symbol(account, request), -amount, _side(request))


def _open(account: Account, request: PreviewRequest) -> Wanted:
    hint = 'write "+0.1" or "-2@61000"'
    size, price = _size_and_price(request.open or "", path="open", hint=hint)
    contracts = _number(size, path="open", hint=hint)
    if contracts == 0:
        raise BadNumber("a trade has a size", path="open", value=size, hint=hint)
    if request.side is not None and (request.side == "long") is not (contracts > 0):
        raise OutOfRange("the sign says the other side", path="side", value=request.side, hint="leave it out")
    mode = None if request.margin_mode is None else MarginMode(request.margin_mode)
    return Trade(
        _symbol(account, request), contracts, price,
        None if request.leverage is None else positive(request.leverage, path="leverage"), mode,
        None if request.margin is None else positive(request.margin, path="margin"),
    )  # fmt: skip


def _close(account: Account, request: PreviewRequest) -> Wanted:
    hint = 'write "50%", "0.3", "all" or "50%@59000"'
    size, price = _size_and_price(request.close or "", path="close", hint=hint)
    position = one_target(account, _symbol(account, request), _side(request))
    contracts = position.contracts
    if size.endswith("%"):
        share = _number(size.removesuffix("%"), path="close", hint=hint)
        if not 0 < share <= 100:
            raise OutOfRange("not a share of what is open", path="close", value=size, hint=hint)
        contracts = contracts * share.scaleb(-2)
    elif size != "all":
        contracts = positive(_number(size, path="close", hint=hint), path="close")
    return Trade(position.symbol, -position.side.sign * contracts, price, reduces=True)


def _size_and_price(text: str, *, path: str, hint: str) -> tuple[str, Decimal | None]:
    found = _TRADE.fullmatch(text)
    if found is None:
        raise BadNumber("not a size, or a size and a price", path=path, value=repr(text), hint=hint)
    price = found["price"]
    known = None if price is None else positive(_number(price, path=path, hint=hint), path=path)
    return found["size"], known


def _number(text: str, *, path: str, hint: str) -> Decimal:
    """A number, or an error that says how this field is written."""
    try:
        return money(text, path=path)
    except BadNumber as error:
        raise BadNumber(error.message, path=path, value=repr(text), hint=hint) from None


def _transfer(account: Account, request: PreviewRequest) -> Wanted:
    amount, assets = money(request.transfer, path="transfer"), list(account.wallet)
    if amount == 0:
        raise OutOfRange("nothing is transferred", path="transfer", value=amount)
    if request.asset is None and len(assets) != 1:
        raise MissingField(
            "of which asset?", path="asset",
            hint=f"one of {', '.join(assets)}" if assets else 'write asset = "USDT"',
        )  # fmt: skip
    return Transfer(request.asset or assets[0], amount)


_READ: Mapping[str, Callable[[Account, PreviewRequest], Wanted]] = {
    "to": _switch,
    "leverage": _leverage,
    "add_margin": _add,
    "remove_margin": _remove,
    "open": _open,
    "close": _close,
    "transfer": _transfer,
    "position_mode": lambda _, request: SetPositionMode(request.position_mode == "hedge"),
    "multi_asset": lambda _, request: SetMultiAsset(request.multi_asset == "on"),
}
