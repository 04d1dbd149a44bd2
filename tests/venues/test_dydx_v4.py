"""dYdX v4: whole quantums, two raised roundings, a strict test, the bankruptcy price by share, and mutants.

Source: github dydxprotocol/v4-chain (main, March 2026), x/perpetuals/lib and x/clob/keeper with their tests.
The second implementation is in whole numbers: quote quantums, base quantums of 1e-8, parts per million.
"""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from ringfence.errors import BadTiers
from ringfence.solve.worst import can_be_liquidated
from ringfence.testing.conform import run_case
from ringfence.venues import dydx_v4
from ringfence.venues.rules import Trigger, VenueRules
from ringfence.venues.schedule import Charged, Counted, Schedule
from tests.venues.several import Held, Pool, case, cases_of, one_rate

D, F = Decimal, Fraction
RULES = dydx_v4.RULES
BTC, ETH = "BTC/USDC:USDC", "ETH/USDC:USDC"
PPM, QUOTE, BASE = 10**6, 10**6, 10**8


def ceil_div(number: int, by: int) -> int:
    return -(-number // by)


def quote_of(base_quantums: int, price_millionths: int) -> int:
    """Truncated toward zero, of the absolute size."""
    return abs(base_quantums) * price_millionths // BASE


def margins(quote: int, initial_ppm: int, fraction_ppm: int) -> tuple[int, int]:
    base = ceil_div(quote * initial_ppm, PPM)
    return base, ceil_div(base * fraction_ppm, PPM)


def bankruptcy(quote: int, base_quantums: int, net: Fraction, own: int, total: int) -> int:
    """-dNNV - floor(TNC x |dMMR| / TMMR), the whole position closed."""
    signed = quote if base_quantums > 0 else -quote
    return signed - net * own // total


@st.composite
def books(draw: st.DrawFn) -> list[tuple[str, int, int, int, int]]:
    """(symbol, base quantums, oracle in millionths, initial ppm, fraction ppm), prices off every grid."""
    rows = []
    for symbol in (BTC, ETH):
        size = draw(st.integers(1, 10**9)) * draw(st.sampled_from([-1, 1]))
        initial = draw(st.sampled_from([10_000, 20_000, 50_000, 100_000, 200_000]))
        fraction = draw(st.sampled_from([289_284, 500_000, 600_000, 770_000, PPM]))
        rows.append((symbol, size, draw(st.integers(1, 10**11)), initial, fraction))
    return rows


def pool_of(rows: list[tuple[str, int, int, int, int]], money: int) -> Pool:
    held, tables = [], []
    for symbol, size, price, initial, fraction in rows:
        mark = str(D(price).scaleb(-6))
        held.append(Held(symbol, str(D(size).scaleb(-8)), mark, mark))
        rate = D(initial * fraction).scaleb(-12)
        tables.append(one_rate(symbol, str(rate), str(D(PPM) / D(initial))))
    return Pool(RULES, str(D(money).scaleb(-6)), tuple(held), tuple(tables))


@given(books(), st.integers(-(10**9), 10**13))
def test_margins_and_bankruptcy_prices_are_those_of_the_integers(
    rows: list[tuple[str, int, int, int, int]], money: int
) -> None:
    pool = pool_of(rows, money)
    quotes = [quote_of(size, price) for _, size, price, _, _ in rows]
    both = [margins(q, i, f) for q, (_, _, _, i, f) in zip(quotes, rows, strict=True)]
    exact = [F(abs(size) * price, BASE) for _, size, price, _, _ in rows]
    signs = [1 if size > 0 else -1 for _, size, *_ in rows]
    lost = sum((s * (e - q) for s, e, q in zip(signs, exact, quotes, strict=True)), F(0))
    net = F(money) - lost  # entry is the oracle price, its product not cut
    total = sum(m for _, m in both)
    assume(total > 0)  # dust of less than a quantum asks for nothing
    for one, (initial, own) in zip(pool.assessment.positions, both, strict=True):
        assert one.initial_margin is not None
        assert (F(one.initial_margin) * QUOTE, F(one.maintenance_margin) * QUOTE) == (initial, own)
    assert F(pool.ring.equity) * QUOTE == net
    assert (pool.ring.solvency.name in ("LIQUIDATED", "BANKRUPT")) == (total > net)
    for (symbol, size, *_), quote, (_, own) in zip(rows, quotes, both, strict=True):
        found = pool.shown(symbol)[1]
        signed = bankruptcy(quote, size, net, own, total)
        price = F(signed, QUOTE) / F(size, BASE)
        assert found == (price if price > 0 else None)


@given(st.integers(1, 10**9), st.integers(10**6, 10**11), st.sampled_from([-1, 1]))
def test_one_quantum_below_maintenance_liquidates_and_equality_does_not(
    size: int, price: int, side: int
) -> None:
    quote = quote_of(size, price)
    _, own = margins(quote, 50_000, 600_000)
    cut = F(size * price, BASE) - quote  # what cutting the value takes from a long and leaves a short
    pool = pool_of([(BTC, side * size, price, 50_000, 600_000)], 0)
    at = F(own) + side * cut
    money = D(at.numerator) / D(at.denominator) / QUOTE
    if F(money) * QUOTE != at or not own:
        return
    assert replace(pool, money=str(money)).ring.solvency.name != "LIQUIDATED"
    below = replace(pool, money=str(money - D("0.000001"))).ring.solvency.name
    assert below in ("LIQUIDATED", "BANKRUPT")


def test_a_leverage_set_lower_raises_initial_margin_only() -> None:
    tables = (one_rate(BTC, "0.03", "20"),)
    for leverage, initial in (("50", 500), ("20", 500), ("5", 2000), (None, 500)):
        pool = Pool(RULES, "9999", (Held(BTC, "0.1", "100000", "100000", leverage),), tables)
        (one,) = pool.assessment.positions
        assert (one.initial_margin, one.maintenance_margin) == (initial, 300)


def test_a_covered_long_cannot_be_liquidated_although_its_requirement_is_rounded() -> None:
    table = (one_rate(BTC, "0.1", "5"),)
    for money, wanted in (("50000", False), ("49999", True)):
        pool = Pool(RULES, money, (Held(BTC, "1", "50000", "50000"),), table)
        assert can_be_liquidated(pool.book.rings[0], pool.market) is wanted
        assert (pool.threshold(BTC) is None) is not wanted


def test_a_market_has_one_rate() -> None:
    two = replace(one_rate(BTC, "0.1", "5"), tiers=one_rate(BTC, "0.1").tiers * 2)
    with pytest.raises(BadTiers, match="one rate for a market"):
        _ = Pool(RULES, "1", (Held(BTC, "1", "50000", "50000"),), (two,)).book


def _raised_once(charged: Charged) -> Schedule:
    """A planted error: one rounding, at the product of both fractions."""
    right = dydx_v4.charge(charged)

    def counted(value: Fraction) -> Counted:
        assert right.counted is not None
        whole = right.counted(value)
        once = F(ceil_div(int(whole.value * QUOTE * right.rates[0] * 10**12), 10**12), QUOTE)
        return whole._replace(requirement=once)

    return replace(right, counted=counted)


MUTANTS: dict[str, tuple[VenueRules, str]] = {
    "equality liquidates": (replace(RULES, trigger=Trigger.AT_OR_BELOW_ZERO), "dydx-liquidatable-3"),
    "the exact price": (replace(RULES, shows=lambda solved: solved and dydx_v4.Prices(None, None)),
                        "dydx-bankruptcy-08"),
}  # fmt: skip


@pytest.mark.parametrize("name", MUTANTS)
def test_a_case_rejects_a_planted_error(name: str) -> None:
    wrong, rejecting = MUTANTS[name]
    assert run_case(case("dydx_v4", rejecting)).passed
    assert not run_case(case("dydx_v4", rejecting), rules=wrong).passed


def test_one_rounding_is_not_two() -> None:
    """Somewhere below 60 quantums, 77 % of a raised 33.3333 % is more than 25.6666 % raised once."""
    wrong = replace(RULES, charge=_raised_once)
    seen = set()
    for size in range(1, 60):
        row = [(BTC, size, 10**8, 333_333, 770_000)]
        right, once = pool_of(row, 10**6), replace(pool_of(row, 10**6), rules=wrong)
        own = margins(quote_of(size, 10**8), 333_333, 770_000)[1]
        assert F(right.ring.maintenance_margin) * QUOTE == own
        seen.add(F(once.ring.maintenance_margin) * QUOTE == own)
    assert False in seen


def test_the_bankruptcy_case_does_not_follow_from_equity_alone() -> None:
    """Two positions: the exact price at which equity is gone is another one."""
    found = case("dydx_v4", "dydx-bankruptcy-08")
    alone = replace(RULES, shows=lambda solved: dydx_v4.Prices(solved.liquidation, solved.bankruptcy))
    assert not run_case(found, rules=alone).passed
    assert all(run_case(one).passed for one in cases_of("dydx_v4"))
