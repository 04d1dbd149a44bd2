"""Inverse pools, pools of several assets and venues that round: boxed or not, one story, and the true one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal

import pytest

import ringfence as rf
from ringfence.domain.account import Account, CollateralRate, InstrumentTerms, Position
from ringfence.domain.tiers import Tier, TierTable
from ringfence.exact.ring import prepare
from ringfence.history.tape import Tape
from ringfence.replay.boxes import can_be_boxed
from ringfence.solve.arrange import arrangements
from tests.replay.test_walk import BTC, ETH, ON, drawn, worlds

D = Decimal
COIN, DYDX = "BTC/USD:BTC", ("BTC/USDC:USDC", "ETH/USDC:USDC")


def flat(symbol: str, rate: str = "0.005") -> TierTable:
    return TierTable(symbol, (Tier(D(0), None, D(rate), D(0), D(50)),), source="stated")


def inverse(seed: int) -> Account:
    """A short or a long of coin-margined contracts, behind it a seventh of what they are worth."""
    return Account(
        venue="demo", wallet={"BTC": D("0.14")}, tiers={COIN: flat(COIN)},
        instruments={COIN: InstrumentTerms(contract_size=D(100))},
        positions=(Position(COIN, "long" if seed % 2 else "short", "600", entry_price="60000", leverage=10),),
    )  # fmt: skip


def several(seed: int) -> Account:
    """Dollars and bitcoin in one pool, the bitcoin worth its mark less a twentieth."""
    rates = {"USDT": CollateralRate(price=D(1)), "BTC": CollateralRate(mark_of=BTC, haircut=D("0.05"))}
    account = Account(
        venue="demo", wallet={"USDT": D(1_500), "BTC": D("0.05")}, multi_asset=True, collateral=rates
    )
    for symbol, size, entry in ((BTC, "0.4", "60000"), (ETH, "3", "3000")):
        signed = D(size) * (1 if seed % 3 else -1)
        account = account.open(symbol, signed, entry_price=entry, leverage=10)
    return account


def rounding(seed: int) -> Account:
    """A venue that rounds every position's requirement up to its own quantum."""
    first, second = DYDX
    sign = 1 if seed % 2 else -1
    account = Account(
        venue="dydx_v4", wallet={"USDC": D("1911.123457")}, tiers={one: flat(one, "0.03") for one in DYDX},
        instruments=dict.fromkeys(DYDX, InstrumentTerms(value_quantum=D("0.000001"))),
    )  # fmt: skip
    account = account.open(first, sign * D("0.3"), entry_price="60000", leverage=10)
    return account.open(second, -sign * D("1.7"), entry_price="3000", leverage=10)


KINDS: dict[str, tuple[Callable[[int], Account], dict[str, int]]] = {
    "inverse": (inverse, {COIN: 6_000_000}),
    "several assets": (several, {BTC: 6_000_000, ETH: 300_000}),
    "rounding": (rounding, dict(zip(DYDX, (6_000_000, 300_000), strict=True))),
}


def path(kind: str, seed: int) -> Tape:
    """A path that is short where every bar has to be looked at."""
    return drawn(seed, 16 if kind == "rounding" else 50, KINDS[kind][1])


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("seed", range(2))
def test_boxed_and_bar_by_bar_tell_one_story(kind: str, seed: int) -> None:
    account = KINDS[kind][0](seed)
    for one in arrangements(account, rf.rules(account.venue), on=ON):
        if one.feasible:
            fast, slow = (worlds(one.account, path(kind, seed), plain=plain) for plain in (False, True))
            assert [world.digest for world in fast] == [world.digest for world in slow]


@pytest.mark.parametrize("kind", KINDS)
def test_some_die_some_live_and_which_are_boxed(kind: str) -> None:
    ends = [worlds(KINDS[kind][0](seed), path(kind, seed), plain=False) for seed in range(6)]
    died = [any(world.deaths for world in one) for one in ends]
    assert any(died)
    assert not all(died)
    account = KINDS[kind][0](0)
    rings = prepare(account, rf.rules(account.venue), on=ON).rings
    assert [can_be_boxed(ring) for ring in rings if ring.legs] == [kind == "inverse"]


def dead(account: Account, marks: dict[str, Decimal]) -> bool:
    words = {one.solvency for one in rf.assess(account, marks=marks).rings}
    return bool(words & {rf.Solvency.LIQUIDATED, rf.Solvency.BANKRUPT})


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("seed", range(3))
def test_the_first_to_die_was_alive_at_every_price_before(kind: str, seed: int) -> None:
    """Without funding the account stands still, so that plain assessments are a referee of their own."""
    account, tape = KINDS[kind][0](seed), replace(path(kind, seed), funding={})
    found = worlds(account, tape, plain=False)
    first = min((one.deaths[0].bar for one in found if one.deaths), default=len(tape))
    for bar in range(first):
        assert not any(dead(account, tape.marks(bar, name)) for name in ("open", "high", "low", "close"))
    for one in found:
        if one.deaths and one.deaths[0].bar == first:
            marks = {**tape.marks(first, "open"), **one.deaths[0].marks}
            assert dead(account, marks)
            assert one.deaths[0].ring.equity <= one.deaths[0].ring.requirement
