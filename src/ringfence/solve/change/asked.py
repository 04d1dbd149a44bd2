"""Which of a venue's rules a change is about, the positions it touches, and its name."""

from __future__ import annotations

from decimal import Decimal

from ringfence.domain.account import Account, MarginMode, Position
from ringfence.domain.numbers import plain
from ringfence.errors import MissingLeverage, OutOfRange
from ringfence.solve.change.traded import opposite
from ringfence.solve.change.wanted import (
    MoveMargin,
    SetLeverage,
    SetMultiAsset,
    SetPositionMode,
    SwitchMode,
    Trade,
    Wanted,
    names,
    one_target,
    targets,
)
from ringfence.venues.modes import Change


def change_of(account: Account, wanted: Wanted) -> Change | None:
    """The change as a venue's rules name it; None for what needs none: reducing, and transfers.

    Raises:
        OutOfRange: it is like that already. MissingLeverage: whether it rises cannot be told.
    """
    if isinstance(wanted, SwitchMode):
        return Change.TO_CROSS if wanted.to is MarginMode.CROSS else Change.TO_ISOLATED
    if isinstance(wanted, SetLeverage):
        return _raised_or_lowered(touched(account, wanted), wanted.leverage)
    if isinstance(wanted, MoveMargin):
        return Change.ADD_MARGIN if wanted.amount > 0 else Change.REMOVE_MARGIN
    if isinstance(wanted, SetPositionMode):
        if wanted.hedged is account.hedged:
            raise OutOfRange("that is the position mode already", path="position_mode")
        return Change.POSITION_MODE
    if isinstance(wanted, SetMultiAsset):
        if wanted.on is account.multi_asset:
            raise OutOfRange("that is the asset mode already", path="multi_asset")
        return Change.MULTI_ASSET_ON if wanted.on else Change.MULTI_ASSET_OFF
    return Change.OPEN if isinstance(wanted, Trade) and _adds(account, wanted) else None


def touched(account: Account, wanted: Wanted) -> tuple[Position, ...]:
    """The open positions that a change is about.

    Raises:
        UnknownSymbol: there is none, and the change needs one. MissingField: which of two.
    """
    if isinstance(wanted, SwitchMode | SetLeverage):
        return targets(account, wanted.symbol, wanted.side)
    if isinstance(wanted, MoveMargin):
        return (one_target(account, wanted.symbol, wanted.side),)
    if isinstance(wanted, Trade):
        return tuple(one for one in account.positions if one.symbol == wanted.symbol)
    return account.positions if isinstance(wanted, SetPositionMode | SetMultiAsset) else ()


def symbol_of(wanted: Wanted) -> str | None:
    """The symbol that a change is about; None: the whole account."""
    return wanted.symbol if isinstance(wanted, SwitchMode | SetLeverage | MoveMargin | Trade) else None


def named(wanted: Wanted, positions: tuple[Position, ...]) -> str:
    """The change as a heading."""
    whose = " and ".join(names(positions))
    if isinstance(wanted, SwitchMode):
        return f"switch {whose} to {wanted.to.value} margin"
    if isinstance(wanted, SetLeverage):
        return f"set the leverage of {whose} to {plain(wanted.leverage)}x"
    if isinstance(wanted, MoveMargin):
        way, to = ("add", "to") if wanted.amount > 0 else ("take", "out of")
        return f"{way} {plain(abs(wanted.amount))} {to} the fence of {whose}"
    if isinstance(wanted, Trade):
        price = "at the mark" if wanted.price is None else f"at {plain(wanted.price)}"
        verb = "close" if wanted.reduces else "buy" if wanted.contracts > 0 else "sell"
        return f"{verb} {plain(abs(wanted.contracts))} {wanted.symbol} {price}"
    if isinstance(wanted, SetPositionMode):
        return f"change to {'hedge' if wanted.hedged else 'one-way'} mode"
    if isinstance(wanted, SetMultiAsset):
        return f"turn multi-asset mode {'on' if wanted.on else 'off'}"
    return f"{'deposit' if wanted.amount > 0 else 'withdraw'} {plain(abs(wanted.amount))} {wanted.asset}"


def _raised_or_lowered(positions: tuple[Position, ...], leverage: Decimal) -> Change:
    known = [one.leverage for one in positions if one.leverage is not None]
    if len(known) < len(positions):
        raise MissingLeverage(
            "whether the leverage rises or falls depends on the one it has", path="account.positions",
            hint='write leverage = "10" on the position',
        )  # fmt: skip
    if all(one == leverage for one in known):
        raise OutOfRange("that is its leverage already", path="leverage", value=plain(leverage))
    return Change.RAISE_LEVERAGE if leverage > max(known) else Change.LOWER_LEVERAGE


def _adds(account: Account, wanted: Trade) -> bool:
    """Whether a trade opens, increases or turns round; closing a part does not."""
    held = opposite(account, wanted)
    return not wanted.reduces and (held is None or abs(wanted.contracts) > held.contracts)
