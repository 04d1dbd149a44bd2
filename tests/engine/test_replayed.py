"""A log replayed gives the same bytes: in another process, time zone, locale and hash seed; at any cut."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import fields, replace
from itertools import product

import pytest

import ringfence as rf
from ringfence.engine import State, apply_all, begin, state_digest
from ringfence.engine import events as ev
from ringfence.engine.canon import canonical
from ringfence.exact.assess import assess
from ringfence.exact.ring import prepare
from tests.engine.draws import DEMO, opened, run, start
from tests.engine.laws import ON, figures
from tests.support import ROOT

SEEDS = (1, 2, 4)
PROGRAM = """
from ringfence.engine import state_digest
from tests.engine.draws import run
for seed in (1, 2, 4):
    for _, _, done in run(seed, 150, hedged=seed % 2 == 1):
        last = done.state
    print(state_digest(last), last.seen.head)
"""


def told(seed: int, count: int = 150) -> str:
    *_, (_, _, done) = run(seed, count, hedged=seed % 2 == 1)
    return f"{state_digest(done.state)} {done.state.seen.head}"


@pytest.mark.parametrize(("hash_seed", "zone"), list(product(("0", "1", "4242"), ("UTC", "Pacific/Chatham"))))
def test_another_process_tells_the_same_story(hash_seed: str, zone: str) -> None:
    there = {
        **os.environ,
        "PYTHONHASHSEED": hash_seed,
        "TZ": zone,
        "LC_ALL": "C" if zone == "UTC" else "C.UTF-8",
    }
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM], cwd=ROOT, env=there, capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines() == [told(seed) for seed in SEEDS]


@pytest.mark.parametrize("seed", SEEDS)
def test_a_log_cut_anywhere_and_taken_up_again_ends_the_same(seed: int) -> None:
    log = [event for _, event, _ in run(seed, 150)]
    account = opened(start(wallet=_wallet(seed)))
    whole = apply_all(account, log, DEMO)[-1].state
    for cut in range(0, len(log), 10):
        middle = apply_all(account, log[:cut], DEMO)[-1].state if cut else account
        assert state_digest(apply_all(middle, log[cut:], DEMO)[-1].state) == state_digest(whole)


def _wallet(seed: int) -> str:
    first = next(iter(run(seed, 1)))[0]
    return str(first.account.wallet["USDT"])


def rebuilt(account: rf.Account) -> rf.Account:
    """The account made from nothing: every value written out and read again."""
    positions = tuple(
        rf.Position(**{f.name: _text(getattr(one, f.name)) for f in fields(one)}) for one in account.positions
    )
    orders = tuple(
        rf.Order(**{f.name: _text(getattr(one, f.name)) for f in fields(one)}) for one in account.orders
    )
    wallet = {asset: rf.money(str(amount)) for asset, amount in account.wallet.items()}
    return replace(account, wallet=wallet, positions=positions, orders=orders)


def _text(value: object) -> object:
    return str(value) if isinstance(value, rf.money("1").__class__) else value


@pytest.mark.parametrize("seed", range(4))
def test_an_account_after_any_prefix_is_the_account_rebuilt_from_nothing(seed: int) -> None:
    for _, _, done in run(seed, 120, hedged=seed % 2 == 1):
        state = done.state
        anew = assess(prepare(rebuilt(state.account), DEMO, on=ON), state.market)
        assert figures(state).rings == anew.rings
        assert figures(state).positions == anew.positions
        assert state.account.orders == tuple(state.orders.values())


def test_refusals_are_part_of_the_story() -> None:
    """Two logs that differ in one refused event end in the same account and in another digest."""
    state = opened(start())
    refused = apply_all(state, [ev.Withdrawal("w", 0, "USDT", rf.money("999999"))], DEMO)[-1].state
    assert refused.account == state.account
    assert state_digest(refused) != state_digest(state)


def test_other_spellings_of_a_number_are_the_same_account() -> None:
    def spelt(text: str) -> State:
        return begin(rf.Account(venue="demo", wallet={"USDT": rf.money(text)}), DEMO)

    assert len({state_digest(spelt(text)) for text in ("10", "10.0", "1e1", "+10.000")}) == 1
    assert state_digest(spelt("10")) != state_digest(spelt("10.01"))


def test_canonical_texts() -> None:
    assert (
        canonical({"b": rf.Side.LONG, "a": (rf.money("1.50"), None, True, 7)})
        == '{"a":[1.5,null,true,7],"b":"long"}'
    )
