"""The seed books that time passes over: one function a case, led along its path."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from ringfence.domain.account import Account
from ringfence.domain.numbers import Number, add
from ringfence.domain.tiers import Tier, TierTable
from ringfence.engine import apply, begin
from ringfence.engine.events import Filled, MarginMoved
from ringfence.exact.health import sums
from ringfence.exact.ring import prepare
from ringfence.history.tape import tape_of_marks
from ringfence.replay.replay import Ending, Played, replay
from ringfence.replay.scene import Scene, Stop
from ringfence.replay.walk import walked
from ringfence.replay.world import World
from ringfence.venues.registry import rules
from tests.seeds.books import ON, RATE, Case
from tests.seeds.measure import Figures, measure

BTC = "BTC/USDT:USDT"
FLAT = TierTable(BTC, (Tier(Decimal(0), None, RATE, Decimal(0)),), source="seeds: 0.5 % flat")


def rescue(contracts: str = "1") -> Account:
    """The long of RESCUE-1, or a part of it: 10,000 in all, 3,000 of them behind its fence."""
    account = Account(venue="demo", wallet={"USDT": Decimal(7_000)}, tiers={BTC: FLAT})
    return account.open(BTC, contracts, entry_price="60000", leverage=20, isolated_margin="3000")


def along(account: Account, marks: Sequence[int], *, stop: int | None = None) -> dict[str, Played]:
    """Every twin of a book along single marks."""
    tape = tape_of_marks({BTC: [str(mark) for mark in marks]}, step=3_600_000)
    held = account.positions[0].contracts
    stops = () if stop is None else (Stop(BTC, "sell", held, Decimal(stop)),)
    done = replay(Scene(tape, rules("demo"), ON), account, stops=stops)
    return {one.name: one for one in done.twins}


def only(played: Played) -> Ending:
    """The one ending of a book for which the order inside a bar makes no difference."""
    (ending,) = played.endings
    return ending


def left(played: Played) -> Number:
    """What was left in the end."""
    return only(played).left["USDT"]


def equal_safety(marks: Sequence[int]) -> Number:
    """What is left where an eighth is kept and all of the fence's equity stays behind it.

    That part dies where the whole would after the rescue: 1,000 / (58,000 - 0.995 x 50,251.2563) = 0.125.
    """
    tape = tape_of_marks({BTC: [str(mark) for mark in marks]}, step=3_600_000)
    scene = Scene(tape, rules("demo"), ON)
    state = begin(rescue(), scene.rules, marks=tape.marks(0, "open"))
    sold = apply(state, Filled("cut", 0, BTC, "sell", "0.875", marks[0], reduce_only=True), scene.rules)
    freed = sold.state.account.wallet["USDT"] - 7_000
    kept = apply(sold.state, MarginMoved("back", 0, BTC, None, freed), scene.rules)
    assert sold.accepted
    assert kept.accepted
    (fence,) = kept.state.account.positions
    assert fence.isolated_margin == 1_250
    (world,) = walked(scene, World(kept.state))
    book = prepare(world.state.account, scene.rules, on=ON)
    return add(sums(ring, tape.marks(len(tape) - 1, "close")).equity for ring in book.rings)


def figures(marks: Sequence[int]) -> Figures:
    """Do nothing, cross, a stop, and the cut."""
    nothing = along(rescue(), marks)
    return {
        "do_nothing": left(nothing["as_is"]),
        "cross": left(nothing["cross"]),
        "stop_57500": left(along(rescue(), marks, stop=57_500)["as_is"]),
        "equal_safety": equal_safety(marks),
    }


@measure("REPLAY_UP")
def up(_case: Case) -> Figures:
    return figures([58_000, 57_000, 60_500])


@measure("REPLAY_DOWN")
def down(_case: Case) -> Figures:
    return figures([58_000, 49_000])
