"""Settings: margin mode, leverage, position and asset mode, margin by hand, tiers and marks."""

from __future__ import annotations

from dataclasses import replace

from ringfence.domain.account import MarginMode
from ringfence.engine.events import (
    AutoAddMargin,
    LeverageChanged,
    MarginModeChanged,
    MarginMoved,
    Marked,
    MultiAssetChanged,
    PositionModeChanged,
    TiersChanged,
)
from ringfence.engine.judged import Asked, judged, moving_margin
from ringfence.engine.made import Case, Made, between
from ringfence.engine.state import Refused, Setting
from ringfence.errors import OutOfRange
from ringfence.solve.change.asked import change_of, touched
from ringfence.solve.change.moved import After, move_margin, set_leverage, switched, with_positions
from ringfence.solve.change.ruling import Situation, accepted_rule
from ringfence.solve.change.wanted import (
    MoveMargin,
    SetLeverage,
    SetMultiAsset,
    SetPositionMode,
    SwitchMode,
    Wanted,
    one_target,
)
from ringfence.venues.modes import Change, Effect, ModeRule
from ringfence.venues.rules import Fence


def marked(case: Case, event: Marked) -> Made:
    """New marks; nothing is posted, for a profit that is not realised is nobody's loss yet."""
    return Made(case.account, marks={**case.state.marks, **event.marks})


def retiered(case: Case, event: TiersChanged) -> Made:
    """The venue's tiers of one symbol from now on."""
    table = event.table
    return Made(replace(case.account, tiers={**case.account.tiers, table.symbol: table}))


def moved_margin(case: Case, event: MarginMoved) -> Made | Refused:
    """Margin into a fence, or out of it."""
    wanted = MoveMargin(event.symbol, event.amount, event.side)
    refused = moving_margin(case, wanted)
    return refused or _made(case, move_margin(case.book, wanted))


def auto_added(case: Case, event: AutoAddMargin) -> Made | Refused:
    """Whether a fence is fed from the wallet."""
    position = one_target(case.account, event.symbol, event.side)
    if position.margin_mode is MarginMode.CROSS:
        return Refused("not-isolated", "a cross position has no fence to be fed")
    if event.on and not case.rules.auto_top_up:
        return Refused("not-offered", f"{case.rules.title} is not known to feed a fence from the wallet")
    changed = replace(position, auto_add_margin=event.on)
    return Made(with_positions(case.account, {position.key: changed}))


def releveraged(case: Case, event: LeverageChanged) -> Made | Refused:
    """Another leverage; kept as a setting where nothing is open in the symbol."""
    had = case.state.settings.get(event.symbol, Setting())
    settings = {**case.state.settings, event.symbol: replace(had, leverage=event.leverage)}
    if not _held(case, event.symbol):
        return Made(case.account, settings=settings)
    wanted = SetLeverage(event.symbol, event.leverage)
    change, rule = _rule(case, wanted)
    effect = (rule.effect if rule else None) or Effect.NOTHING_ELSE
    after = set_leverage(case.book, wanted, touched(case.account, wanted), effect)
    refused = judged(Asked(case, change, event.symbol, after.account))
    return refused or replace(_made(case, after), settings=settings)


def remoded(case: Case, event: MarginModeChanged) -> Made | Refused:
    """Another margin mode; kept as a setting where nothing is open in the symbol."""
    if event.to is MarginMode.ISOLATED and case.rules.fence is Fence.NONE:
        return Refused("no-isolated-margin", case.rules.fence.value, str(case.rules.clauses["fence"]))
    had = case.state.settings.get(event.symbol, Setting())
    settings = {**case.state.settings, event.symbol: replace(had, margin_mode=event.to)}
    if not _held(case, event.symbol):
        return Made(case.account, settings=settings)
    wanted = SwitchMode(event.symbol, event.to, event.side)
    change, rule = _rule(case, wanted)
    whole = rule is not None and rule.whole_account
    positions = case.account.positions if whole else touched(case.account, wanted)
    after = switched(case.book, wanted, positions)
    refused = judged(Asked(case, change, event.symbol, after.account))
    return refused or replace(_made(case, after), settings=settings)


def position_mode(case: Case, event: PositionModeChanged) -> Made | Refused:
    """Hedge mode, or one-way mode."""
    change, _ = _rule(case, SetPositionMode(event.hedged))
    sides = [one.symbol for one in case.account.positions]
    if not event.hedged and len(set(sides)) < len(sides):
        # Whatever the rule says, two sides of one symbol have no place in one-way mode.
        return Refused("two-sided", "both sides of a symbol are open")
    account = replace(case.account, hedged=event.hedged)
    return judged(Asked(case, change, None, account)) or Made(account)


def asset_mode(case: Case, event: MultiAssetChanged) -> Made | Refused:
    """One pool valued in one currency, or a pool an asset."""
    if event.on and not case.rules.multi_asset:
        return Refused("not-offered", f"{case.rules.title} has no multi-asset mode")
    change, _ = _rule(case, SetMultiAsset(event.on))
    account = replace(case.account, multi_asset=event.on)
    return judged(Asked(case, change, None, account)) or Made(account)


def _held(case: Case, symbol: str) -> bool:
    return any(one.symbol == symbol for one in case.account.positions)


def _rule(case: Case, wanted: Wanted) -> tuple[Change, ModeRule | None]:
    """The change as the venue names it, and what it does to an account if the venue accepts."""
    change = change_of(case.account, wanted)
    if change is None:  # pragma: no cover - only trades and transfers need no rule
        raise OutOfRange("not a change of settings", path="event")
    symbol = wanted.symbol if isinstance(wanted, SwitchMode | SetLeverage) else None
    situation = Situation(case.account, symbol, touched(case.account, wanted))
    return change, accepted_rule(case.rules, change, situation)


def _made(case: Case, after: After) -> Made:
    postings = between(case, case.account, after.account)
    return Made(after.account, postings, after.words, money_moved=True)
