"""Laws of money: its unit is arbitrary, its arithmetic exact, long and short mirror each other."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from ringfence.domain.account import Account, CollateralRate, HaircutSlice
from ringfence.domain.market import Market
from ringfence.domain.tiers import TierTable
from ringfence.exact.assess import assess
from ringfence.exact.health import sums
from ringfence.solve.liquidation import Answer, liquidations, move_alone
from ringfence.testing.strategies import World, tier_tables, worlds
from ringfence.venues import registry

SCALES = st.sampled_from([Decimal(text) for text in ("0.001", "0.5", "3", "1000")])


def _scaled_table(table: TierTable, by: Decimal) -> TierTable:
    tiers = tuple(
        replace(t, floor=t.floor * by, cap=None if t.cap is None else t.cap * by, deduction=t.deduction * by)
        for t in table.tiers
    )
    return replace(table, tiers=tiers)


def _scaled_money(world: World, by: Decimal, *, prices: bool) -> World:
    """Every amount of money times ``by``: the sizes grow, or (another unit of money) the prices."""
    account = world.account
    held = tuple(
        replace(
            p,
            contracts=p.contracts if prices else p.contracts * by,
            entry_price=p.entry_price * by if prices and p.entry_price else p.entry_price,
            isolated_margin=None if p.isolated_margin is None else p.isolated_margin * by,
        )
        for p in account.positions
    )
    terms = {
        symbol: replace(
            one, mark_quantum=(one.mark_quantum or Decimal(1)) * by if prices else one.mark_quantum
        )
        for symbol, one in account.instruments.items()
    }
    scaled = world.with_account(
        positions=held, instruments=terms,
        wallet={asset: amount * by for asset, amount in account.wallet.items()},
        tiers={symbol: _scaled_table(table, by) for symbol, table in account.tiers.items()},
        collateral={asset: _scaled_slices(rate, by) for asset, rate in account.collateral.items()},
    )  # fmt: skip
    marks = {symbol: mark * by if prices else mark for symbol, mark in world.market.marks.items()}
    return replace(scaled, market=replace(world.market, marks=marks))


def _scaled_slices(rate: CollateralRate, by: Decimal) -> CollateralRate:
    """Slices of an amount grow with the amount."""
    slices = [
        HaircutSlice(one.floor * by, None if one.cap is None else one.cap * by, one.haircut)
        for one in rate.haircut_tiers
    ]
    return replace(rate, haircut_tiers=tuple(slices))


def _thresholds(answer: Answer, by: Decimal) -> list[Fraction | None]:
    hits = [None if hit is None else hit.threshold for hit in (answer.below, answer.above)]
    prices = [*hits, answer.bankruptcy_below, answer.bankruptcy_above]
    return [None if price is None else price * Fraction(by) for price in prices]


@given(worlds("mixed", jumping=False), SCALES)
def test_another_unit_of_money_scales_every_figure_and_every_price(world: World, by: Decimal) -> None:
    other = _scaled_money(world, by, prices=True)
    for one, two in zip(
        assess(world.book, world.market).rings, assess(other.book, other.market).rings, strict=True
    ):
        assert [Fraction(v) * Fraction(by) for v in (one.equity, one.maintenance_margin, one.health)] == [
            Fraction(v) for v in (two.equity, two.maintenance_margin, two.health)
        ]
        assert one.maintenance_usage == two.maintenance_usage
    before, after = liquidations(world.book, world.market), liquidations(other.book, other.market)
    for was, now in zip(before.positions, after.positions, strict=True):
        assert _thresholds(was.alone, by) == _thresholds(now.alone, Decimal(1))
        assert _thresholds(was.together, by) == _thresholds(now.together, Decimal(1))


@given(worlds(), SCALES)
def test_more_of_everything_moves_no_price(world: World, by: Decimal) -> None:
    other = _scaled_money(world, by, prices=False)
    before, after = liquidations(world.book, world.market), liquidations(other.book, other.market)
    for was, now in zip(before.positions, after.positions, strict=True):
        assert _thresholds(was.alone, Decimal(1)) == _thresholds(now.alone, Decimal(1))


@given(worlds())
def test_decimals_and_fractions_say_the_same(world: World) -> None:
    for ring in world.book.rings:
        marks = {symbol: world.market.mark(symbol) for symbol in ring.symbols}
        quick, referee = sums(ring, marks), sums(ring.fractional, {s: Fraction(m) for s, m in marks.items()})
        assert Fraction(quick.equity) == referee.equity
        assert Fraction(quick.maintenance) == referee.maintenance
        assert Fraction(quick.unrealized_pnl) == referee.unrealized_pnl


def _turned(world: World) -> World:
    held = tuple(
        replace(p, side="short" if p.side.value == "long" else "long")  # type: ignore[arg-type]
        for p in world.account.positions
    )
    return world.with_account(positions=held)


@given(worlds("linear"))
def test_long_and_short_mirror(world: World) -> None:
    """At every mark what one side gains the other loses, and both need the same maintenance."""
    turned = _turned(world)
    for one, two in zip(
        assess(world.book, world.market).rings, assess(turned.book, world.market).rings, strict=True
    ):
        assert one.unrealized_pnl == -two.unrealized_pnl
        assert one.maintenance_margin == two.maintenance_margin
        assert one.equity + two.equity == 2 * one.wallet_balance


@given(worlds("linear"))
def test_bankruptcy_prices_mirror_around_the_entry(world: World) -> None:
    """A lone long and its short are bankrupt equally far below and above their entry."""
    alone = world.with_account(positions=world.account.positions[:1])
    position, turned = alone.account.positions[0], _turned(alone)
    found = []
    for one in (alone, turned):
        answer = move_alone(one.book, one.market, one.book.pools[0], position.symbol)
        found.append(answer.bankruptcy_below or answer.bankruptcy_above)
    if None not in found:
        assert sum(price for price in found if price is not None) == 2 * Fraction(position.entry_price or 0)


@given(tier_tables("BTC/USDT:USDT", jumping=False))
def test_maintenance_is_continuous_where_tiers_join(table: TierTable) -> None:
    for before, after in zip(table.tiers, table.tiers[1:], strict=False):
        floor = after.floor
        assert before.cap == floor
        assert floor * before.rate - before.deduction == floor * after.rate - after.deduction


def test_an_account_without_anything_is_sound() -> None:
    world = World(Account(venue="demo"), Market(), registry.rules("demo"))
    assert assess(world.book, world.market).rings == ()
