"""Statements of the seeds with time in them: books walked to their end, in both modes."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal

import pytest

from ringfence.domain.account import Account
from ringfence.domain.tiers import Tier, TierTable
from ringfence.engine import apply, begin
from ringfence.engine.events import Filled, MarginMoved
from ringfence.exact.health import is_liquidated, sums
from ringfence.exact.ring import prepare
from ringfence.history.tape import tape_of_marks
from ringfence.ingest.schema import AccountInput, account_from
from ringfence.replay.replay import Played, replay
from ringfence.replay.scene import Scene
from ringfence.venues.registry import rules
from tests.support import ROOT

BTC, ETH, SOL = "BTC/USDT:USDT", "ETH/USDT:USDT", "SOL/USDT:USDT"
ON = "2026-11-22"


def flat(symbol: str) -> TierTable:
    return TierTable(symbol, (Tier(Decimal(0), None, Decimal("0.005"), Decimal(0)),), source="seeds: 0.5 %")


def book(wallet: str, *positions: tuple[str, str, str, int | None]) -> Account:
    """Symbol, signed size, entry and leverage of each position, all in the pool."""
    tiers = {symbol: flat(symbol) for symbol, *_ in positions}
    account = Account(venue="demo", wallet={"USDT": Decimal(wallet)}, tiers=tiers)
    for symbol, size, entry, leverage in positions:
        account = account.open(symbol, size, entry_price=entry, leverage=leverage)
    return account


def led(account: Account, marks: Mapping[str, Sequence[object]]) -> dict[str, Played]:
    """The twins, where everything is led along single marks."""
    done = replay(Scene(tape_of_marks(marks, step=3_600_000), rules("demo"), ON), account)
    return {one.name: one for one in done.twins}


def left(played: Played, asset: str = "USDT") -> Decimal:
    (ending,) = played.endings
    return Decimal(ending.left[asset])


def died(played: Played) -> list[str]:
    (ending,) = played.endings
    return [one.ring.ring for one in ending.world.deaths]


def two_btc() -> tuple[Account, dict[str, Decimal]]:
    stated = tomllib.loads((ROOT / "examples" / "two-btc.toml").read_text("utf-8"), parse_float=str)
    account, market = account_from(AccountInput.model_validate(stated))
    return account, dict(market.marks)


def fallen(marks: Mapping[str, Decimal], share: str) -> dict[str, list[object]]:
    return {symbol: [mark, mark * (1 - Decimal(share))] for symbol, mark in marks.items()}


@pytest.mark.parametrize(("share", "loses"), [("0.2", "0.7"), ("0.3", "1.05"), ("0.5", "1.75")])
def test_b36_two_btc_fall_together_and_isolated_stops_at_its_fences(share: str, loses: str) -> None:
    account, marks = two_btc()
    twins = led(account, fallen(marks, share))
    assert left(twins["cross"], "BTC") == 2 - Decimal(loses)
    assert left(twins["isolated"], "BTC") == Decimal("1.4")
    assert sorted(died(twins["isolated"])) == sorted(f"fence {symbol} long" for symbol in marks)


def test_b36_the_pool_of_two_btc_ends_at_its_joint_threshold() -> None:
    account, marks = two_btc()
    alive, dead = (led(account, fallen(marks, share))["cross"] for share in ("0.56927", "0.56928"))
    assert alive.verdict == "alive"
    assert dead.verdict == "liquidated"
    assert left(dead, "BTC") == 0


def test_b33_the_small_position_dies_alone_and_the_rest_stands() -> None:
    account, marks = two_btc()
    small = next(symbol for symbol in marks if not symbol.startswith("BTC"))
    path: dict[str, list[object]] = {symbol: [mark, mark] for symbol, mark in marks.items()}
    path[small] = [marks[small], marks[small] * Decimal("0.9")]
    isolated = led(account, path)["isolated"]
    assert died(isolated) == [f"fence {small} long"]
    assert left(isolated, "BTC") == Decimal("1.9")


PAIR = (BTC, "0.5", "60000", 10), (ETH, "-10", "3000", 10)


@pytest.mark.parametrize(
    ("btc", "eth", "gains"), [("8", "10", -600), ("0", "10", -3000), ("-10", "10", -6000), ("10", "5", 1500)]
)
def test_b23_the_pair_loses_where_the_short_outperforms(btc: str, eth: str, gains: int) -> None:
    up = {BTC: 60_000 * (1 + Decimal(btc) / 100), ETH: 3_000 * (1 + Decimal(eth) / 100)}
    cross = led(book("10000", *PAIR), {BTC: [60_000, up[BTC]], ETH: [3_000, up[ETH]]})["cross"]
    assert cross.verdict == "alive"
    assert left(cross) == 10_000 + gains


def test_b24_isolated_loses_the_short_leg_and_the_pool_keeps_it_alive() -> None:
    twins = led(book("10000", *PAIR), {BTC: [60_000, 64_800], ETH: [3_000, 3_300]})
    assert died(twins["isolated"]) == [f"fence {ETH} short"]
    assert left(twins["isolated"]) == 10_000 - 3_000 + 2_400
    assert left(twins["cross"]) == 9_400


def test_b50_the_pool_closes_the_coin_that_did_not_move() -> None:
    account = book("10000", (BTC, "0.2", "50000", 2), (SOL, "500", "100", 10))
    before = {BTC: [50_000, 50_000], SOL: [100, "80.51"]}
    after = {BTC: [50_000, 50_000], SOL: [100, "80.50"]}
    assert led(account, before)["cross"].verdict == "alive"
    dead = led(account, after)
    assert dead["cross"].verdict == "liquidated"
    assert left(dead["cross"]) == 0
    assert died(dead["isolated"]) == [f"fence {SOL} long"]
    assert left(dead["isolated"]) == 5_000


def test_b40_a_switch_to_isolated_is_liquidated_at_once_up_to_an_exact_bound() -> None:
    def health(margin: str, mark: str) -> tuple[Decimal, bool]:
        account = Account(venue="demo", wallet={"USDT": Decimal(7_000)}, tiers={BTC: flat(BTC)})
        fenced = account.open(BTC, "1", entry_price="60000", leverage=20, isolated_margin=margin)
        (ring,) = prepare(fenced, rules("demo"), on=ON).fences
        marks = {BTC: Decimal(mark)}
        return Decimal(sums(ring, marks).health), is_liquidated(ring, marks)

    assert health("3000", "57200") == (Decimal(200 - 286), True)
    assert health("3086", "57200") == (Decimal(0), True)
    assert health("3086.01", "57200")[1] is False
    assert [health("3000", mark)[1] for mark in ("57286.43", "57286.44")] == [True, False]


def test_the_cut_by_events_moves_no_money_in_or_out() -> None:
    account = book("10000", (BTC, "1", "60000", 20))
    account = replace(
        account, positions=(replace(account.positions[0], margin_mode="isolated", isolated_margin="3000"),)
    )
    state = begin(account, rules("demo"), marks={BTC: Decimal(58_000)})
    cut = apply(state, Filled("cut", 0, BTC, "sell", "0.875", "58000", reduce_only=True), rules("demo"))
    back = apply(cut.state, MarginMoved("back", 0, BTC, None, "875"), rules("demo"))
    (fence,) = back.state.account.positions
    assert (fence.isolated_margin, back.state.account.wallet["USDT"]) == (1_250, 10_000)
