"""Law M5, shortfall: what is lost beyond the collateral is borne to the last digit; fences stay apart."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from functools import partial
from random import Random
from typing import Any

import pytest

from ringfence.domain.account import Account, CollateralRate, InstrumentTerms, Order
from ringfence.domain.tiers import Tier, TierTable, joined
from ringfence.engine import takeover, waterfall
from ringfence.engine.events import Corrected
from ringfence.engine.liquidate import Liquidated, RingLiquidated, liquidate
from ringfence.engine.postings import Posting, posted, unbalanced
from ringfence.engine.run import Backing, Counterparty, act
from ringfence.engine.state import State, begin
from ringfence.errors import Bug, RingfenceError
from ringfence.exact.health import is_liquidated, sums
from ringfence.exact.ring import prepare
from ringfence.venues import registry
from ringfence.venues.rules import VenueRules
from ringfence.venues.sequence import Bearer, LiquidationSequence, Remainder

BTC, ETH, COIN = "BTC/USDT:USDT", "ETH/USDT:USDT", "BTC/USD:BTC"
ON = "2026-11-22"
AROUND = {BTC: 60_000, ETH: 3_000, COIN: 60_000}
DEMO = registry.rules("demo")
PLAYED: dict[str, LiquidationSequence] = {
    key: registry.rules(key).liquidation for key in sorted(registry.venue_keys())
}
"""Every venue's sequence, played by the demo venue's margins, so that one book meets them all."""
BEARERS = ((), (Bearer.INSURANCE_FUND,), (Bearer.DELEVERAGED,), (Bearer.INSURANCE_FUND, Bearer.SOCIALISED))
INSIDE = Decimal("1e-18")
"""How far the ledger's own grid may carry a price or a value that has no end."""


def drawn(rng: Random) -> Account:
    """A book of one to three positions, some behind fences, that little may kill."""
    tables = joined(
        [
            (Decimal(0), Decimal(20_000), Decimal("0.005"), Decimal(50)),
            (Decimal(20_000), Decimal(90_000), Decimal("0.01"), Decimal(25)),
            (Decimal(90_000), None, Decimal("0.025"), Decimal(10)),
        ]
    )
    flat = (Tier(Decimal(0), None, Decimal("0.01"), Decimal(0)),)
    tiers = {BTC: TierTable(BTC, tables), ETH: TierTable(ETH, tables), COIN: TierTable(COIN, flat)}
    terms = {
        COIN: InstrumentTerms(contract_size=Decimal(100)),
        BTC: InstrumentTerms(liquidation_fee=Decimal("0.004"), taker_fee=Decimal("0.0005")),
    }
    wallet = {"USDT": Decimal(rng.randint(1, 4_000)) / 7, "BTC": Decimal(rng.randint(1, 300)) / 1_000}
    wallet = {asset: amount.quantize(Decimal("1e-8")) for asset, amount in wallet.items()}
    account = Account(venue="demo", wallet=wallet, tiers=tiers, instruments=terms)
    for symbol in rng.sample((BTC, ETH, COIN), rng.randint(1, 3)):
        price = Decimal(AROUND[symbol]) * rng.randint(90, 110) / 100
        size = {BTC: 3, ETH: 40, COIN: 200}[symbol] * rng.randint(1, 1_000)
        contracts = Decimal(size) / (1 if symbol == COIN else 1_000)
        value = contracts * (100 / price if symbol == COIN else price)
        margin = (value / rng.choice((3, 10, 20, 50))).quantize(Decimal("1e-8"))
        sign = rng.choice((1, -1))
        account = account.open(
            symbol, sign * contracts, entry_price=price, leverage=rng.choice((3, 10, 20)),
            isolated_margin=margin if rng.random() < 0.5 else None,
        )  # fmt: skip
    if rng.random() < 0.3:
        account = replace(account, orders=(Order(ETH, "buy", Decimal(1), Decimal(1_000)),))
    return account


def backed(rng: Random) -> Backing:
    """A fund and counterparties: unknown, none, too few or enough."""
    funds = rng.choice((None, {}, {"USDT": Decimal(50), "BTC": Decimal("0.01")}, {"USDT": Decimal(10**7)}))
    line = tuple(
        Counterparty(
            str(number), Decimal(rng.randint(1, 900)) / 1_000, Decimal(rng.randint(1, 90_000)),
            *(Decimal(rng.randint(1, 90_000)) for _ in range(3)),
        )
        for number in range(3)
    )  # fmt: skip
    many = tuple(replace(one, contracts=one.contracts * 100_000) for one in line)
    people = rng.choice((None, {}, dict.fromkeys(AROUND, line), dict.fromkeys(AROUND, many)))
    lots = rng.choice(({}, {BTC: Decimal("0.001"), ETH: Decimal("0.01"), COIN: Decimal(1)}))
    return Backing(funds, people, lots)


def moved(rng: Random) -> dict[str, Decimal]:
    """Marks after a move that is small, large, or far through every bankruptcy price."""
    width = rng.choice((3, 12, 40))
    return {s: Decimal(p) * (100 + rng.randint(-width, width)) / 100 for s, p in AROUND.items()}


def rules_for(rng: Random) -> VenueRules:
    """The demo venue with another venue's sequence, or with other bearers."""
    played = PLAYED[rng.choice(list(PLAYED))]
    if rng.random() < 0.3:
        played = replace(played, bearers=rng.choice(BEARERS))
    return replace(DEMO, liquidation=played)


Case = tuple[State, VenueRules, Liquidated]


def case(seed: int) -> Case:
    rng = Random(seed)
    rules, account = rules_for(rng), drawn(rng)
    state = begin(account, rules, marks=moved(rng))
    return state, rules, liquidate(state, rules, backing=backed(rng), on=ON)


def on(state: State, name: str, asset: str) -> Decimal:
    """What stands on a named account."""
    return Decimal(state.balances.get((name, asset), 0))


def broken(found: Case) -> list[str]:
    """The laws that one liquidation breaks, worked out from the ledger and the marks alone."""
    state, rules, done = found
    words = []
    if unbalanced((asset, amount) for (_, asset), amount in done.state.balances.items()):
        words.append("conservation")
    gaps: dict[str, Fraction] = {}
    for ring in prepare(state.account, rules, on=ON).rings:
        marks = {symbol: state.marks[symbol] for symbol in ring.symbols}
        equity = Fraction(sums(ring, marks).equity)
        if ring.legs and equity < 0 and is_liquidated(ring, marks):
            gaps[ring.asset] = gaps.get(ring.asset, Fraction(0)) - equity
    for asset in ("USDT", "BTC"):
        losses = [loss for ring in done.rings for loss in ring.losses if loss.asset == asset]
        beyond = sum((Fraction(one.beyond) for one in losses), Fraction(0))
        parts = [
            sum((Fraction(getattr(one, name)) for one in losses), Fraction(0))
            for name in ("insurance", "deleveraged", "socialised", "bad_debt")
        ]
        if sum(parts) != beyond or min(parts) < 0:
            words.append("shortfall: borne is not what was lost")
        # What rounding the trader's losses to the venue's grid left lies on dust, and is part of the sum.
        short = [ring for ring in done.rings if ring.equity < 0 and ring.asset == asset]
        dust = sum((Fraction(one.amount) for one in _dust(short)), Fraction(0))
        if abs(dust) > Fraction(rules.money.quantum) / 2 * sum(len(ring.taken) for ring in short):
            words.append(f"dust: {dust}")
        if abs(beyond - gaps.get(asset, Fraction(0)) - dust) > INSIDE:
            words.append(f"shortfall: {beyond} lost, {gaps.get(asset, 0)} beyond the collateral")
        if -on(done.state, "bad_debt", asset) != parts[3]:
            words.append("shortfall: bad debt is not on the ledger")
    words += _apart(found)
    for (_, asset), amount in done.state.balances.items():
        if asset not in ("USDT", "BTC") or not isinstance(amount, Decimal):
            words.append("an amount off the ledger's grid")
    return words


def _dust(rings: list[RingLiquidated]) -> list[Posting]:
    steps = [step for ring in rings for step in ring.taken]
    return [one for step in steps for one in step.postings if one.account == "dust"]


def _apart(found: Case) -> list[str]:
    """Isolation: who is not liquidated holds what it held, and a dead fence costs nothing beside it."""
    state, rules, done = found
    dead = {ring.ring for ring in done.rings}
    words = []
    after = {one.key: one for one in done.state.account.positions}
    for one in state.account.positions:
        fenced = one.isolated_margin is not None
        if fenced and f"fence {one.symbol} {one.side.value}" not in dead and after[one.key] != one:
            words.append("isolation: another fence changed")
    for asset, amount in state.account.wallet.items():
        if f"pool {asset}" in dead:
            continue
        now = done.state.account.wallet[asset]
        keeps = rules.liquidation.remainder is Remainder.TRADER
        if now < amount or (now != amount and not keeps and not _market(rules)):
            words.append(f"isolation: the wallet went from {amount} to {now}")
    return words


def _market(rules: VenueRules) -> bool:
    """Whether a part of a sequence leaves the trader what the market gives."""
    return any(step.action.name in ("CLOSE_IN_MARKET", "REDUCE") for step in rules.liquidation.steps)


@pytest.mark.parametrize("batch", range(10))
def test_what_is_lost_beyond_the_collateral_is_borne_exactly(batch: int) -> None:
    rings = beyond = cured = 0
    for seed in range(batch * 1_000, batch * 1_000 + 1_000):
        found = case(seed)
        wrong = broken(found)
        assert not wrong, f"seed {seed}: {wrong}"
        rings += len(found[2].rings)
        cured += sum(one.cured for one in found[2].rings)
        beyond += sum(bool(one.losses) for one in found[2].rings)
    assert rings > 400
    assert cured > 10
    assert beyond > 100


def test_what_happened_is_a_log_that_says_it_again() -> None:
    """The postings of the steps, added to the ledger before them, are the ledger after them."""
    for seed in range(150):
        state, _, done = case(seed)
        moved_by = tuple(one for step in done.steps for one in step.postings)
        assert posted(state.balances, moved_by) == done.state.balances
        assert all(not unbalanced((one.asset, one.amount) for one in step.postings) for step in done.steps)


def test_a_second_look_finds_nothing_to_do() -> None:
    for seed in range(150):
        _, rules, done = case(seed)
        again = liquidate(done.state, rules, on=ON)
        for ring in again.rings:
            assert ring.ring not in {one.ring for one in done.rings}, seed


def _forgets_a_quantum(monkeypatch: pytest.MonkeyPatch) -> None:
    real = takeover.worth

    def more_at_the_mark(found: Any, symbol: str, contracts: Decimal, price: Any) -> Decimal:
        extra = Decimal("1e-8") if price == found.state.marks[symbol] else Decimal(0)
        return real(found, symbol, contracts, price) + extra

    monkeypatch.setattr(takeover, "worth", more_at_the_mark)


def _fund_pays_double(monkeypatch: pytest.MonkeyPatch) -> None:
    real = waterfall._insurance

    def twice(run: Any, loss: Any) -> Any:
        run, after = real(run, loss)
        return run, replace(after, insurance=after.insurance * 2)

    monkeypatch.setitem(waterfall._BEARERS, Bearer.INSURANCE_FUND, twice)  # type: ignore[arg-type]


def _nobody_records(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(waterfall, "_recorded", lambda run, loss: (run, loss))


def _the_wallet_helps(monkeypatch: pytest.MonkeyPatch) -> None:
    real = takeover._handed

    def helped(run: Any, priced: Any, contracts: Decimal) -> Any:
        asset = priced.leg.instrument.settle
        make = partial(Corrected, asset=asset, amount=Decimal("-1e-8"), reason="a leak")
        return act(real(run, priced, contracts), make)

    monkeypatch.setattr(takeover, "_handed", helped)


@pytest.mark.parametrize(
    "mutant", [_forgets_a_quantum, _fund_pays_double, _nobody_records, _the_wallet_helps]
)
def test_the_law_catches(
    mutant: Callable[[pytest.MonkeyPatch], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    mutant(monkeypatch)
    for seed in range(300):
        try:
            if broken(case(seed)):
                return
        except (Bug, RingfenceError):
            return
    pytest.fail("the mutant went unseen")


def test_a_pool_of_several_assets_pays_with_the_others_first() -> None:
    collateral = {"USDT": CollateralRate(price="1"), "BTC": CollateralRate(mark_of=BTC, haircut="0.05")}
    account = Account(
        venue="demo", wallet={"USDT": "100", "BTC": "0.1"}, multi_asset=True, collateral=collateral
    ).open(BTC, "+1", entry_price="60000", leverage=10)
    state = begin(account, DEMO, marks={BTC: Decimal(50_000)})
    (ring,) = liquidate(state, DEMO, backing=Backing(insurance={}, counterparties={})).rings
    # 10,000 lost: 100 of the wallet, 5,000 for the coin at the mark, and the rest beyond the collateral.
    (loss,) = ring.losses
    assert (loss.beyond, loss.insurance, loss.bad_debt) == (Decimal(9_900), Decimal(5_000), Decimal(4_900))
    assert ring.to_fund == {"BTC": Decimal("0.1")}


def test_every_step_of_a_sequence_is_met() -> None:
    met = {step.what for seed in range(600) for step in case(seed)[2].steps}
    asked = {step.words for one in PLAYED.values() for step in one.steps if step.action.name != "FEED_FENCE"}
    assert asked - met == set()
