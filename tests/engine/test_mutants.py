"""Every law has a mutant: an engine that is wrong in one place, which the law must catch."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from importlib import import_module
from typing import Any

import pytest

from ringfence.engine import Accepted, Applied, filled, funding, made, postings, trades, wallet
from ringfence.engine import events as ev
from ringfence.engine.made import Case, Made
from ringfence.engine.postings import Posting
from ringfence.errors import Bug
from tests.engine.laws import SHARED
from tests.engine.test_law_conservation import follow
from tests.engine.test_law_rings import (
    everybody_trades,
    more_collateral,
    two_rings,
    whatever_happens_in_a_ring,
)

applying = import_module("ringfence.engine.apply")
QUANTUM = Decimal("0.00000001")
CAUGHT = (AssertionError, Bug)
Patch = pytest.MonkeyPatch


def test_the_laws_hold_where_nothing_is_mutated() -> None:
    follow(3, 120)
    whatever_happens_in_a_ring(3, 120)
    two_rings(3, 120)
    more_collateral(3, 60)
    everybody_trades(3, 60)


def without(account: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """A function that returns postings, without those to one account."""

    def wrap(function: Callable[..., Any]) -> Callable[..., Any]:
        def inner(*args: Any, **kwargs: Any) -> Any:
            kept = [one for one in function(*args, **kwargs) if one.account != account]
            return kept if function.__name__ == "_carried" else tuple(kept)

        return inner

    return wrap


def test_a_fee_charged_to_nobody(monkeypatch: Patch) -> None:
    monkeypatch.setattr(trades, "settled_fee", without("fees")(filled.settled_fee))
    with pytest.raises(CAUGHT):
        follow(3, 120)


def test_a_fee_charged_to_nobody_where_the_ledger_does_not_look(monkeypatch: Patch) -> None:
    monkeypatch.setattr(trades, "settled_fee", without("fees")(filled.settled_fee))
    monkeypatch.setattr(postings, "invariant", lambda holds, promise: None)
    with pytest.raises(AssertionError):
        follow(3, 120)


def test_a_wallet_that_is_not_what_the_ledger_says(monkeypatch: Patch) -> None:
    true = applying.paid_out
    monkeypatch.setattr(
        applying,
        "paid_out",
        lambda account, moved: true(account, tuple(p for p in moved if p.account != "wallet")),
    )
    with pytest.raises(AssertionError):
        follow(3, 120)


def test_a_funding_payment_with_one_side(monkeypatch: Patch) -> None:
    monkeypatch.setattr(funding, "_carried", lambda *_: [])
    with pytest.raises(CAUGHT):
        follow(3, 120)


def test_a_cost_that_is_lost_when_a_position_grows(monkeypatch: Patch) -> None:
    true = filled._merged

    def cut(case: Case, held: Any, part: Any) -> Any:
        merged = true(case, held, part)
        if merged.entry_cost is None:
            return merged
        return replace(merged, entry_cost=merged.entry_cost - Decimal("1e-20"))

    monkeypatch.setattr(filled, "_merged", cut)
    with pytest.raises(AssertionError):
        [follow(seed, 300) for seed in range(4)]


def test_dust_that_is_swept_to_the_counterparty(monkeypatch: Patch) -> None:
    def swept(asset: str, *, exact: Decimal, booked: Decimal, source: str) -> tuple[Posting, ...]:
        return tuple(one for one in (Posting(source, asset, -booked),) if one.amount and exact is not None)

    monkeypatch.setattr(filled, "rounding", swept)
    with pytest.raises(AssertionError):
        [follow(seed, 300) for seed in range(4)]


def test_rounding_by_more_than_half_a_quantum(monkeypatch: Patch) -> None:
    true = made.rounding
    monkeypatch.setattr(
        filled, "rounding",
        lambda asset, **how: true(asset, **{**how, "exact": how["exact"] + QUANTUM * 2}),
    )  # fmt: skip
    with pytest.raises(AssertionError):
        follow(3, 200)


def test_a_fence_that_leaks_one_quantum(monkeypatch: Patch) -> None:
    true = funding._carried

    def leaks(*args: Any) -> list[Posting]:
        own = true(*args)
        if not own or not own[0].account.startswith("fence:"):
            return own
        first = own[0]
        return [
            replace(first, amount=first.amount + QUANTUM),
            Posting("wallet", first.asset, -QUANTUM),
            *own[1:],
        ]

    monkeypatch.setattr(funding, "_carried", leaks)
    with pytest.raises(AssertionError, match="the wallet paid"):
        whatever_happens_in_a_ring(3, 120)


def test_a_loss_beyond_the_fence_that_the_wallet_pays(monkeypatch: Patch) -> None:
    true = filled._from_fence

    def paid(*args: Any) -> list[Posting]:
        return [replace(one, account="wallet") if one.account == "bad_debt" else one for one in true(*args)]

    monkeypatch.setattr(filled, "_from_fence", paid)
    with pytest.raises(AssertionError, match="the wallet paid"):
        whatever_happens_in_a_ring(3, 400)


def test_a_fill_that_counts_more_on_one_side(monkeypatch: Patch) -> None:
    true = filled.new_part

    def more(symbol: str, side: Any, wanted: Any, *rest: Any) -> Any:
        size = wanted[0] * 2 if side.value == "short" else wanted[0]
        return true(symbol, side, (size, wanted[1]), *rest)

    monkeypatch.setattr(trades, "new_part", more)
    with pytest.raises(AssertionError):
        everybody_trades(3, 60)


def test_fences_that_are_fed_from_one_wallet_do_not_commute() -> None:
    with pytest.raises(AssertionError):
        two_rings(3, 400, SHARED, wallet="800")


def test_an_id_that_stands_for_any_content(monkeypatch: Patch) -> None:
    monkeypatch.setattr(applying, "event_digest", lambda event: "sha256:any")
    with pytest.raises(AssertionError):
        follow(3, 20)


def _happened(state: Any, event: Any) -> Applied:
    return Applied(replace(state, at=event.at), Accepted())


def test_an_event_that_happens_twice(monkeypatch: Patch) -> None:
    monkeypatch.setattr(applying, "_again", lambda state, event, **_: _happened(state, event))
    with pytest.raises(AssertionError):
        follow(3, 20)


def test_a_deposit_that_takes_money(monkeypatch: Patch) -> None:
    true = wallet.deposited

    def takes(case: Case, event: Any) -> Any:
        done = true(case, event)
        assert isinstance(done, Made)
        return replace(done, postings=tuple(replace(one, amount=-one.amount) for one in done.postings))

    monkeypatch.setattr(applying, "HANDLERS", {**applying.HANDLERS, ev.Deposit: takes})
    with pytest.raises(AssertionError):
        more_collateral(3, 60)
