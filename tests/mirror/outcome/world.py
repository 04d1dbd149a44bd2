"""The reference rescue: 1 BTC long at 60,000 with 3,000 in its fence, 7,000 beside it, the mark at 58,000."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

from ringfence.domain.account import Account, MarginMode, Side
from ringfence.domain.market import Rates
from ringfence.domain.tiers import Tier, TierTable
from ringfence.history.tape import Due, Tape, tape_of_marks
from ringfence.mirror.model import Action, Disproof, Intent, Plan, Written
from ringfence.mirror.outcome.branches import outcomes
from ringfence.mirror.outcome.model import Branch, Decision, Outcome, Question, Snapshot
from ringfence.replay.scene import Scene, Stop
from ringfence.venues.registry import rules

BTC, ETH = "BTC/USDT:USDT", "ETH/USDT:USDT"
ON = "2026-11-22"
MINUTE, HOUR, DAY = 60_000, 3_600_000, 86_400_000
LATE = 10**13
UP, DOWN = ("58000", "57000", "60500"), ("58000", "49000")


def flat(symbol: str) -> TierTable:
    return TierTable(symbol, (Tier(Decimal(0), None, Decimal("0.005"), Decimal(0)),), source="0.5 % flat")


def rescue(venue: str = "demo") -> Account:
    account = Account(venue=venue, wallet={"USDT": Decimal(7_000)}, tiers={BTC: flat(BTC), ETH: flat(ETH)})
    return account.open(BTC, "1", entry_price="60000", leverage=20, isolated_margin="3000")


def tape(path: Sequence[object] = UP, *, step: int | None = None, **others: Sequence[object]) -> Tape:
    """Straight ways between marks; by default they fill a day."""
    marks: dict[str, Sequence[object]] = {BTC: path}
    marks |= {f"{coin}/USDT:USDT": own for coin, own in others.items()}
    return tape_of_marks(marks, step=step or DAY // (len(path) - 1))


def funded(path: Tape, *rates: tuple[int, str]) -> Tape:
    """The tape with funding of BTC: the bar it falls into, and the rate."""
    dues = tuple(Due(bar, path.ts[bar], Decimal(rate), path.marks(bar, "open")[BTC]) for bar, rate in rates)
    return replace(path, funding={BTC: dues}, kept={})


def snapshot(
    path: Tape | None = None, *, account: Account | None = None, fee: str = "0", stops: tuple[Stop, ...] = ()
) -> Snapshot:
    own, held = path or tape(), account or rescue()
    rates: Mapping[str, Rates] = {one: Rates(taker_fee=Decimal(fee)) for one in own.symbols}
    scene = Scene(own, rules(held.venue), ON, rates=rates)
    return Snapshot(held, own.ts[0], own.marks(0, "open"), scene, stops)


def intent(action: Action = Action.SWITCH_TO_CROSS, **more: Any) -> Intent:
    given: dict[str, Any] = {"symbol": BTC, **more}
    return Intent("I1", 0, "human", "main", "demo", action, **given)


CROSS = intent(to=MarginMode.CROSS)


def plan(**more: Any) -> Plan:
    given: dict[str, Any] = {"invalidation_price": Decimal(57_500), **more}
    disproof = Disproof("price", "below", Decimal(57_500), "price", None)
    return Plan(
        "P1", 1, 0, "main", BTC, Side.LONG, disproof, do_nothing_reason="risk is spent",
        written=Written(flat=True, adverse=False), **given,
    )  # fmt: skip


def asked(
    moment: Snapshot,
    wanted: Intent = CROSS,
    *,
    as_of: int = LATE,
    decision: Decision | None = None,
    **more: Any,
) -> dict[tuple[str, str], Outcome]:
    """Every outcome by its branch and horizon."""
    found = outcomes(Question(moment, wanted, decision, **more), as_of=as_of, engine_version="test")
    return {(one.branch.value, one.horizon): one for one in found}


def day(moment: Snapshot, branch: Branch, wanted: Intent = CROSS, **more: Any) -> Outcome:
    """A branch after 24 hours, with figures."""
    one = asked(moment, wanted, **more)[branch.value, "24h"]
    assert one.settled, one.words
    return one
