"""Facts in a line: one calm intent for each action, and what is different about it, by path."""

from __future__ import annotations

import re
from dataclasses import fields, is_dataclass, replace
from decimal import Decimal
from fractions import Fraction
from typing import Any

from ringfence.domain.account import MarginMode, Side
from ringfence.mirror.facts import (
    Chance,
    EpisodeFacts,
    Facts,
    HistoryFacts,
    Hostage,
    Keep,
    Lock,
    MarketFacts,
    Other,
    PlanFacts,
    Sources,
    Standing,
    VenueSays,
)
from ringfence.mirror.model import (
    Action,
    Answer,
    Check,
    Disproof,
    Intent,
    Lane,
    Permission,
    Plan,
    Rung,
    Writing,
    Written,
)

D = Decimal
BTC, ETH = "BTC/USDT:USDT", "ETH/USDT:USDT"
NOW = 1_795_351_080_000
_NUMBER = re.compile(r"-?\d+(\.\d+)?")
_TEXTS = {"code", "words", "clause", "standing", "what", "symbol", "actor", "exit_event", "text"}

CALM = Standing(
    contracts=D(1),
    entry_price=D(57000),
    notional=D(58000),
    mode=MarginMode.ISOLATED,
    leverage=D(5),
    liquidation_price=D(46000),
    liquidatable=True,
    distance=D(12) / D(58),
    at_risk=D(12400),
    margin=D(11400),
    ring_equity=D(12400),
    ring_maintenance=D(290),
    unrealized_pnl=D(1000),
    effective_leverage=D(4),
    account_leverage=D(1),
    account_equity=D(100000),
    free_balance=D(80000),
    loss_at_invalidation=D(500),
    open_losses=D(500),
    stress_loss=D(900),
    joint_stress_loss=D(900),
    net_exposure=D(58000),
)
MARKET = MarketFacts(
    mark=D(58000),
    tick=D("0.1"),
    spread=D(1),
    sigma_hour=D("0.005"),
    sigma_day=D("0.025"),
    atr_hour=D(200),
    move_15m_z=D(0),
    partner=ETH,
    correlation=D("0.9"),
    beta=D(1),
    beta_held=D(1),
    fee_rate=D("0.0005"),
    funding_day=D(1),
    fee_round_trip=D(20),
    horizon_ms=86_400_000,
    symbol=BTC,
)
PAST = HistoryFacts(
    known=True,
    size_ratio=D(1),
    opens_2h=0,
    opens_2h_p90=D(3),
    opens_2h_usual=D(1),
    win_streak=0,
    overrides_24h=0,
    day_pnl=D(0),
    deposits_7d=0,
    deposited_7d=D(0),
    creep_supported=False,
    last_was_loss=False,
)
IDEA = EpisodeFacts(
    opened_ms=NOW - 3_600_000,
    planned_risk=D(500),
    distance_at_entry=D("0.2"),
    margin_start=D(11400),
    invalidation=D(57500),
)
PARAMS: dict[Action, dict[str, Any]] = {
    Action.OPEN: {"contracts": D(1), "leverage": D(5), "margin_mode": MarginMode.ISOLATED},
    Action.INCREASE: {"contracts": D(1)},
    Action.REDUCE: {"contracts": D("0.5"), "reduce_only": True},
    Action.ADD_MARGIN: {"amount": D(100)},
    Action.REMOVE_MARGIN: {"amount": D(100)},
    Action.SWITCH_TO_CROSS: {"to": MarginMode.CROSS},
    Action.SWITCH_TO_ISOLATED: {"to": MarginMode.ISOLATED},
    Action.CHANGE_LEVERAGE: {"leverage": D(4)},
    Action.MOVE_STOP: {"stop_from": D(57500), "stop_to": D(57400)},
    Action.HEDGE: {"contracts": D(1)},
    Action.TRANSFER: {"amount": D(1000), "asset": "USDT"},
}


def intent(action: Action = Action.OPEN, **stated: Any) -> Intent:
    """An intent of one action, on the long of one bitcoin."""
    given = {
        "intent_id": "i1",
        "ts_ms": NOW,
        "actor": "human",
        "account_id": "main",
        "venue": "demo",
        "symbol": BTC,
        "side": Side.LONG,
        **PARAMS[action],
        **stated,
    }
    return Intent(action=action, **given)


def plan(**stated: Any) -> Plan:
    """A plan for the long, written while flat."""
    given: dict[str, Any] = {
        "plan_id": "P1",
        "version": 1,
        "created_ms": NOW - 86_400_000,
        "account_id": "main",
        "symbol": BTC,
        "side": Side.LONG,
        "disproof": Disproof("close", "below", D(57500), "price", NOW + 86_400_000),
        "invalidation_price": D(57500),
        "do_nothing_reason": "funding is high and no level is near",
        "written": Written(flat=True, adverse=False),
    }
    return Plan(**{**given, **stated})


def planned(*, prewritten: bool = True, of: dict[str, Any] | None = None, **stated: Any) -> PlanFacts:
    """A plan that matches; ``of``: fields of the plan itself."""
    return PlanFacts(plan(**(of or {})), prewritten, **stated)


def answer(name: str, text: str = "as it should be", *fails: str, **stated: Any) -> Answer:
    """An answer that fails the named checks."""
    checks = tuple(Check(code, passed=False, words=f"{code} fails") for code in fails)
    return Answer(name, text, checks=checks, **stated)


def answers(**changed: Answer | None) -> dict[str, Answer]:
    """Three good lines, but for what is changed; None: that one is missing."""
    seen = Writing(active_ms=20_000, keystrokes=60, pasted_chars=0, focus_lost_ms=0, price_peeked=False)
    good = {
        "disproof": answer("disproof", "4h close below 57500 by Friday", writing=seen),
        "invalidation": answer("invalidation", "57500", level=D(57500)),
        "do_nothing": answer("do_nothing", "funding is high and no level is near"),
        **changed,
    }
    return {name: one for name, one in good.items() if one is not None}


def calm(action: Action = Action.OPEN, lane: Lane = Lane.INCREASE) -> Facts:
    """Nothing wrong with it, and everything known."""
    before = Standing(liquidatable=False, account_equity=D(100000)) if action is Action.OPEN else CALM
    return Facts(
        intent=intent(action),
        lane=lane,
        now_ms=NOW,
        sources=Sources(1000, 1000, "demo", "1", "demo"),
        venue=VenueSays("accepted"),
        before=before,
        after=CALM,
        market=MARKET,
        side=Side.LONG,
        adverse=False,
        danger=False,
        rescue=False,
        flat=action is Action.OPEN,
        orders_open=0,
        invalidation=D(57500),
        chance=Chance(D("0.1"), D("0.1"), 2000, "history", "24 h"),
        chance_horizon=Chance(D("0.01"), D("0.01"), 2000, "history", "24 h"),
        hostages=(),
        auto_add_margin=D(0),
        stop_loss_before=D(500),
        stop_loss_after=D(600),
        hedge_cost=D(87),
        close_cost=D(29),
        margin_released=D(0),
        danger_anywhere=False,
        pool_used=True,
        episode=IDEA,
        history=PAST,
        borrowed=False,
        plan=planned(),
        asset="USDT",
    )


def value_of(name: str, value: Any) -> Any:
    """A number written as text becomes a decimal, unless the field is a text."""
    if isinstance(value, str) and name not in _TEXTS and _NUMBER.fullmatch(value):
        return D(value)
    return value


def changed(start: Any, changes: dict[str, Any]) -> Any:
    """A copy of a value with other leaves, by path: ``{"after.margin": "5"}``."""
    for path, value in changes.items():
        head, _, rest = path.partition(".")
        inner = changed(getattr(start, head), {rest: value}) if rest else value_of(head, value)
        start = replace(start, **{head: inner})
    return start


def facts(action: Action = Action.OPEN, lane: Lane = Lane.INCREASE, /, **changes: Any) -> Facts:
    """Calm facts but for the changes; ``after__margin`` stands for ``after.margin``."""
    made: Facts = changed(
        calm(action, lane), {path.replace("__", "."): each for path, each in changes.items()}
    )
    return made


ISO_PRICE, CROSS_PRICE = Fraction(57_000) / Fraction("0.995"), Fraction(50_000) / Fraction("0.995")


def rescue() -> Facts:
    """RESCUE-1: long 1 at 60,000, fence 3,000, wallet 10,000, mark 58,000, target 62,000."""
    before = Standing(
        contracts=D(1),
        entry_price=D(60000),
        notional=D(58000),
        mode=MarginMode.ISOLATED,
        leverage=D(20),
        liquidation_price=ISO_PRICE,
        liquidatable=True,
        distance=(58_000 - ISO_PRICE) / 58_000,
        at_risk=D(1000),
        margin=D(3000),
        ring_equity=D(1000),
        ring_maintenance=D(290),
        unrealized_pnl=D(-2000),
        effective_leverage=D(58),
        account_leverage=D("7.25"),
        account_equity=D(8000),
        free_balance=D(7000),
        loss_at_invalidation=None,
        open_losses=D(0),
        stress_loss=D(0),
        net_exposure=D(58000),
    )
    after = replace(
        before,
        mode=MarginMode.CROSS,
        liquidation_price=CROSS_PRICE,
        distance=(58_000 - CROSS_PRICE) / 58_000,
        at_risk=D(8000),
        margin=None,
        ring_equity=D(8000),
        effective_leverage=D("7.25"),
    )
    odds = [(58_000 - low) / (62_000 - low) for low in (ISO_PRICE, CROSS_PRICE)]
    return changed(
        facts(Action.SWITCH_TO_CROSS),
        {
            "before": before,
            "after": after,
            "adverse": True,
            "rescue": True,
            "plan": None,
            "invalidation": None,
            "episode.invalidation": None,
            "chance_horizon": None,
            "chance": Chance(1 - odds[0], 1 - odds[1], None, "driftless", "target 62000"),
            "keep": Keep(D("0.125"), D("0.125"), CROSS_PRICE),
            "hostages": (Hostage("balance", D(7000), "USDT"),),
        },
    )


MONEY = {
    "notional",
    "at_risk",
    "margin",
    "ring_equity",
    "ring_maintenance",
    "unrealized_pnl",
    "account_equity",
    "free_balance",
    "loss_at_invalidation",
    "open_losses",
    "stress_loss",
    "joint_stress_loss",
    "account_notional",
    "net_exposure",
    "contracts",
    "amount",
    "least_margin",
    "funding_day",
    "fee_round_trip",
    "fee",
    "planned_risk",
    "margin_start",
    "topped_up",
    "deposits",
    "last_loss",
    "day_pnl",
    "deposited_7d",
    "daily_loss_limit",
    "deposit_budget",
    "auto_add_margin",
    "stop_loss_before",
    "stop_loss_after",
    "hedge_cost",
    "close_cost",
    "margin_released",
    "risk_max",
    "total_max",
    "at_risk_max",
    "contracts_max",
    "notional_max",
    "same_direction_10m",
    "closes",
}
"""Fields that grow when the same account is held in larger units."""


PRICES = {
    "entry_price",
    "liquidation_price",
    "mark",
    "tick",
    "spread",
    "atr_hour",
    "invalidation",
    "invalidation_price",
    "target_prices",
    "entry_zone",
    "price",
    "stop_from",
    "stop_to",
    "stop_first",
    "level",
}
"""Fields that grow when the coin is counted in larger units."""


def scaled(value: Any, factor: Decimal, names: set[str]) -> Any:
    """The same facts with the named fields multiplied, all others as they are."""
    if isinstance(value, tuple):
        return tuple(scaled(one, factor, names) for one in value)
    if isinstance(value, dict):
        return {name: scaled(one, factor, names) for name, one in value.items()}
    if not is_dataclass(value) or isinstance(value, type):
        return value
    new = {one.name: getattr(value, one.name) for one in fields(value)}
    return replace(value, **{name: _grown(name, one, factor, names) for name, one in new.items()})


def _grown(name: str, value: Any, factor: Decimal, names: set[str]) -> Any:
    if name not in names or value is None or is_dataclass(value):
        return scaled(value, factor, names)
    return tuple(one * factor for one in value) if isinstance(value, tuple) else value * factor


__all__ = [
    "BTC",
    "CALM",
    "ETH",
    "MARKET",
    "MONEY",
    "NOW",
    "PAST",
    "PRICES",
    "Action",
    "Chance",
    "D",
    "Keep",
    "Lane",
    "Lock",
    "MarginMode",
    "Other",
    "Permission",
    "Rung",
    "Side",
    "VenueSays",
    "Writing",
    "answer",
    "answers",
    "calm",
    "changed",
    "facts",
    "intent",
    "plan",
    "planned",
    "rescue",
    "scaled",
]
