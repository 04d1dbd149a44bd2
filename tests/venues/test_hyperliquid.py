"""Hyperliquid: raw USD, marginal tiers, the price of March 2023, the 10 % floor, and mutants.

Source: Hyperliquid docs (margining, margin tiers, liquidations) and captured clearinghouse states. The
second implementation keeps books as the venue does: raw USD, and marginal rates added up slice by slice.
"""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from ringfence.testing.conform import run_case
from ringfence.venues import hyperliquid, registry
from ringfence.venues.rules import Confidence, VenueRules
from ringfence.venues.shown import exact_prices
from tests.venues.several import Held, Pool, case, cases_of, one_rate
from tests.venues.single import Single

D, F = Decimal, Fraction
IN_2023, FROM_2024, NOW = hyperliquid.RULES
BTC, ETH = "BTC/USDC:USDC", "ETH/USDC:USDC"
TIERS = {BTC: ((0, 40), (150_000_000, 20)), ETH: ((0, 25), (100_000_000, 15))}
"""(lower bound, highest leverage), the mainnet table of the docs."""


def maintenance(symbol: str, notional: Fraction) -> Fraction:
    """Half of 1 / highest leverage on each slice of the notional."""
    bounds = [*(F(low) for low, _ in TIERS[symbol]), None]
    total = F(0)
    for number, (low, leverage) in enumerate(TIERS[symbol]):
        cap = bounds[number + 1]
        slice_ = max(F(0), (notional if cap is None else min(notional, cap)) - low)
        total += slice_ / (2 * leverage)
    return total


def health(pool: Pool, marks: dict[str, Fraction]) -> Fraction:
    """Raw USD and the signed values, less maintenance."""
    raw = F(pool.money) - sum((F(one.size) * F(one.entry) for one in pool.held), F(0))
    equity = raw + sum((F(one.size) * marks[one.symbol] for one in pool.held), F(0))
    return equity - sum(
        (maintenance(one.symbol, abs(F(one.size)) * marks[one.symbol]) for one in pool.held), F(0)
    )


def marks_of(pool: Pool) -> dict[str, Fraction]:
    return {one.symbol: F(one.mark) for one in pool.held}


def halved(pool: Pool, symbol: str) -> Fraction | None:
    """Where health is zero as one coin moves against its position, to 1e-9 of the price."""
    (held,) = (one for one in pool.held if one.symbol == symbol)
    marks, alive = marks_of(pool), F(held.mark)
    up = D(held.size) < 0
    dead = F(0) if not up else alive * 2**60
    if health(pool, marks | {symbol: dead}) >= 0:
        return None
    for _ in range(140):
        middle = (alive + dead) / 2
        if health(pool, marks | {symbol: middle}) >= 0:
            alive = middle
        else:
            dead = middle
    return alive


@st.composite
def pools(draw: st.DrawFn) -> Pool:
    """BTC up to 400 million and ETH up to 250 million, either side: both tiers of both."""
    held = []
    for symbol, price in ((BTC, 80_000), (ETH, 3_000)):
        mark = price * draw(st.integers(50, 150)) // 100
        size = D(draw(st.integers(1, 80_000 if symbol == ETH else 4_000)) * draw(st.sampled_from([-1, 1])))
        held.append(Held(symbol, str(size), str(price), str(mark), "5"))
    return Pool(NOW, str(draw(st.integers(10**5, 10**8))), tuple(held))


@given(pools())
def test_requirement_and_price_are_those_of_the_slices(pool: Pool) -> None:
    left = health(pool, marks_of(pool))
    assert abs(F(pool.ring.health) - left) < F(1, 10**15), "the table writes 1/30 with 31 digits"
    assert (pool.ring.solvency.name in ("LIQUIDATED", "BANKRUPT")) == (left < 0)
    assume(left > 0)
    for one in pool.held:
        found, wanted = pool.prices(one.symbol).alone, halved(pool, one.symbol)
        against = found.above if D(one.size) < 0 else found.below
        assert (against is None) == (wanted is None)
        if against is not None and wanted is not None:
            assert abs(against.threshold - wanted) <= wanted / 10**9


@given(pools())
def test_what_may_leave_keeps_a_tenth_and_the_initial_margin(pool: Pool) -> None:
    marks = marks_of(pool)
    values = {one.symbol: abs(F(one.size)) * marks[one.symbol] for one in pool.held}
    raw = F(pool.money) - sum((F(one.size) * F(one.entry) for one in pool.held), F(0))
    equity = raw + sum((F(one.size) * marks[one.symbol] for one in pool.held), F(0))
    initial, notional = sum(values.values()) / 5, sum(values.values())
    assert pool.ring.withdrawable == max(0, equity - max(initial, notional / 10))
    assert pool.ring.available_balance == max(0, equity - initial)
    levered = replace(pool, held=tuple(replace(one, leverage="20") for one in pool.held))
    assert levered.ring.withdrawable == max(0, equity - notional / 10)
    old = replace(levered, rules=IN_2023)
    assert old.ring.withdrawable == max(0, equity - notional / 20)


@given(st.integers(1, 10**6), st.sampled_from(["long", "short"]), st.integers(2, 400))
def test_behind_a_fence_only_raw_usd_counts(contracts: int, side: str, share: int) -> None:
    """P = -raw / (q - l |q|): the same raw USD at another entry price is the same position."""
    size, s = D(contracts) / 100, 1 if side == "long" else -1
    raw = F(size) * 3000 * share / 1000 - s * F(size) * 3000
    price = -raw / (s * F(size) - F(size) / 50)
    for entry in (D(3000), D(2000)):
        margin = raw + s * F(size) * F(entry)
        if margin < 0:
            continue
        one = Single(NOW, ETH, side, size, entry, D(margin.numerator) / D(margin.denominator), leverage="3")
        small = replace(one, table=one_rate(ETH, "0.02"))
        mark = D(3000) if share > 20 else D(3000) * (D("1.9") if side == "long" else D("0.1"))
        found = small.threshold(mark)
        assert found == (price if price > 0 else None)


def test_the_price_of_march_2023_held_maintenance_still() -> None:
    old = [one for one in cases_of("hyperliquid") if one.id.startswith("hl-2023-A-liqpx")]
    modern = replace(IN_2023, shows=exact_prices)
    priced = [one for one in old if one.document["expected"]["positions"][0]["liquidation_price"] != "none"]
    assert priced
    assert all(run_case(one).passed for one in old)
    assert not any(run_case(one, rules=modern).passed for one in priced), "the factor 1/(1 - l s) came later"


def one_size_fits_all(rules: VenueRules) -> VenueRules:
    """A planted error: half the rate."""
    return replace(rules, shows=lambda solved: exact_prices(solved)._replace(liquidation=solved.bankruptcy))


@pytest.mark.parametrize("name", ["hl-2026-B-liqpx-HYPE", "hl-2024-G-ETH", "hl-2026-B-iso-MET"])
def test_a_case_rejects_a_wrong_price(name: str) -> None:
    found = case("hyperliquid", name)
    assert run_case(found, rules=FROM_2024).passed
    assert not run_case(found, rules=one_size_fits_all(FROM_2024)).passed


def test_the_tier_is_the_one_at_the_liquidation_price() -> None:
    pool = Pool(NOW, "14000000", (Held(BTC, "1600", "100000", "100000"),))
    assert pool.threshold(BTC) == F(146_000_000 * 80, 79 * 1600), "147.8 million, below the bound of 150"
    assert pool.assessment.positions[0].tier == 2, "160 million at the mark"


def test_each_date_has_its_rules() -> None:
    assert registry.rules("hyperliquid", on="2023-03-27") == IN_2023
    assert registry.rules("hyperliquid", on="2026-01-14") == FROM_2024
    assert registry.rules("hyperliquid", on="2026-09-25") == NOW
    assert FROM_2024.clauses["liquidation_price"].confidence is Confidence.CAPTURED
    assert "free spot USDC" in NOW.clauses["liquidation_price"].assumption


def test_free_spot_usdc_in_the_wallet_gives_the_printed_price() -> None:
    """What the source infers: 8,346.9139 USDC beyond the perp account value."""
    held = (Held(BTC, "4.5", "83926", "83926", "10"),)
    found = Pool(NOW, "46599.6139", held).threshold(BTC)
    assert found is not None
    assert abs(found - F("74501.802790436")) < F("0.0001")
