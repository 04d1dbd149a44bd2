"""Which acts at a venue have an intent."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from ringfence.domain.account import MarginMode, Side
from ringfence.mirror.happened import (
    FundingBooked,
    Happened,
    LeverageSet,
    MarginAdjusted,
    ModeSwitched,
    MoneyMoved,
    StopMoved,
    Traded,
)
from ringfence.mirror.model import Action, Intent
from ringfence.mirror.outcome import matching
from ringfence.mirror.outcome.matching import matched
from tests.mirror.outcome.world import BTC, ETH, HOUR, MINUTE, intent

A, S, D = Action, Side, Decimal
NAMES: dict[str, Any] = {"venue": "demo"}


def fill(side: str = "buy", contracts: str = "1", at: int = MINUTE, **more: Any) -> Traded:
    given = {"symbol": BTC, "price": D(58_000), **more}
    return Traded(id=f"f{at} {contracts}", at=at, side=side, contracts=D(contracts), **NAMES, **given)


LONG = intent(A.OPEN, side=S.LONG, contracts=D(1))
SHORT = intent(A.HEDGE, side=S.SHORT, contracts=D(1))
CUT = intent(A.REDUCE, side=S.LONG, contracts=D(1))
TO_CROSS = intent(A.SWITCH_TO_CROSS, to=MarginMode.CROSS)
ALONE = replace(intent(A.TRANSFER, asset="USDT", amount=D(5)), symbol=None)


def one(kind: type[Happened], **more: Any) -> Happened:
    return kind(id="a", at=MINUTE, **NAMES, **more)


STOP: dict[str, Any] = {"symbol": BTC, "side": None, "which": "stop"}
FITS: list[tuple[Intent, Happened, bool]] = [
    (LONG, fill(), True),
    (LONG, fill("sell"), False),
    (LONG, fill(contracts="1.1"), False),
    (LONG, fill(symbol=ETH), False),
    (LONG, fill(account_id="other"), False),
    (LONG, replace(fill(), venue="bybit_linear"), False),
    (LONG, fill(at=10 * MINUTE), True),
    (LONG, fill(at=10 * MINUTE + 1), False),
    (LONG, fill(at=-1), False),
    (replace(LONG, price=D(58_000)), fill(at=24 * HOUR), True),
    (replace(LONG, price=D(57_999)), fill(at=HOUR), False),
    (replace(LONG, contracts=None), fill(contracts="9"), True),
    (SHORT, fill("sell"), True),
    (replace(SHORT, price=D(58_001)), fill("sell", at=HOUR), False),
    (CUT, fill("sell"), True),
    (CUT, fill("buy"), False),
    (replace(CUT, side=None), fill("buy"), True),
    (TO_CROSS, one(ModeSwitched, symbol=BTC, to=MarginMode.CROSS), True),
    (TO_CROSS, one(ModeSwitched, symbol=BTC, to=MarginMode.ISOLATED), False),
    (TO_CROSS, one(ModeSwitched, symbol=ETH, to=MarginMode.CROSS), False),
    (TO_CROSS, fill("sell", closes=True), True),
    (TO_CROSS, fill(margin_mode=MarginMode.CROSS), True),
    (TO_CROSS, fill(margin_mode=MarginMode.ISOLATED), False),
    (intent(A.ADD_MARGIN), one(MarginAdjusted, symbol=BTC, side=None, asset="USDT", amount=D(5)), True),
    (intent(A.ADD_MARGIN), one(MarginAdjusted, symbol=BTC, side=None, asset="USDT", amount=D(-5)), False),
    (intent(A.REMOVE_MARGIN), one(MarginAdjusted, symbol=BTC, side=None, asset="USDT", amount=D(-5)), True),
    (intent(A.CHANGE_LEVERAGE, leverage=D(5)), one(LeverageSet, symbol=BTC, leverage=D(5)), True),
    (intent(A.CHANGE_LEVERAGE, leverage=D(5)), one(LeverageSet, symbol=BTC, leverage=D(6)), False),
    (ALONE, one(MoneyMoved, asset="USDT", amount=D(7), what="deposit"), True),
    (ALONE, one(MoneyMoved, asset="BTC", amount=D(7), what="deposit"), False),
    (ALONE, one(MoneyMoved, asset="USDT", amount=D(-7), what="withdrawal"), False),
    (intent(A.MOVE_STOP, stop_to=D(5)), one(StopMoved, **STOP, price=D(5)), True),
    (intent(A.MOVE_STOP), one(StopMoved, **STOP, price=None), True),
    (intent(A.MOVE_STOP), one(StopMoved, **STOP, price=D(5)), False),
]  # fmt: skip


@pytest.mark.parametrize(("wanted", "act", "fits"), FITS)
def test_an_act_has_the_intent_that_it_carries_out(wanted: Intent, act: Happened, *, fits: bool) -> None:
    found = matched([wanted], [act])
    assert found.pairs == (((wanted, act),) if fits else ())
    assert found.bypassed == (() if fits else (act,))


NOBODYS = [
    fill(liquidation=True),
    fill(preplaced=True),
    one(FundingBooked, symbol=BTC, asset="USDT", amount=D(1)),
    one(MoneyMoved, asset="USDT", amount=D(1), what="interest"),
]


@pytest.mark.parametrize("act", NOBODYS)
def test_what_nobody_decided_is_no_bypass(act: Happened) -> None:
    assert matched([LONG], [act]) == ((), ())


def test_fills_use_an_intent_up_to_its_size() -> None:
    fills = [fill(contracts=part, at=n * MINUTE) for n, part in enumerate(("0.6", "0.4", "0.1"), 1)]
    found = matched([LONG], reversed(fills))
    assert [act for _, act in found.pairs] == fills[:2]
    assert found.bypassed == (fills[2],)


def test_the_latest_intent_comes_first_and_settings_are_used_once() -> None:
    later = replace(LONG, intent_id="I2", ts_ms=30_000)
    assert [own.intent_id for own, _ in matched([LONG, later], [fill()]).pairs] == ["I2"]
    switch = one(ModeSwitched, symbol=BTC, to=MarginMode.CROSS)
    again = replace(switch, id="b", at=2 * MINUTE)
    assert matched([TO_CROSS], [again, switch]).bypassed == (again,)


def law_nothing_is_lost() -> None:
    acts = [act for _, act, _ in FITS] + NOBODYS
    acts = [replace(act, id=f"{number}") for number, act in enumerate(acts)]
    found = matched([replace(own, intent_id=f"{n}") for n, (own, _, _) in enumerate(FITS)], acts)
    told = [act.id for _, act in found.pairs] + [act.id for act in found.bypassed]
    assert sorted(told) == sorted(act.id for act in acts[: len(FITS)])


def test_every_act_is_told_once() -> None:
    law_nothing_is_lost()


def test_matching_that_drops_what_it_cannot_place_is_rejected(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(matching, "_is_act", lambda act: isinstance(act, Traded))
    with pytest.raises(AssertionError):
        law_nothing_is_lost()
