"""Generated books for Hypothesis: small grids and round numbers, so that thresholds and tier floors are hit.

Needs `hypothesis`, which ringfence itself does not install; nothing but tests imports this module.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cached_property
from typing import Any

from hypothesis import strategies as st

from ringfence.domain.account import (
    Account,
    CollateralRate,
    HaircutSlice,
    InstrumentTerms,
    MarginMode,
    Position,
)
from ringfence.domain.instrument import Kind
from ringfence.domain.market import Market
from ringfence.domain.tiers import TierBasis, TierTable, joined
from ringfence.exact.health import sums
from ringfence.exact.ring import Book, prepare
from ringfence.venues import registry
from ringfence.venues.rules import Trigger, VenueRules

ON = "2026-11-22"
LINEAR = ("BTC/USDT:USDT", "ETH/USDT:USDT", "SOL/USDT:USDT")
COIN = ("BTC/USD:BTC", "BTC/USD:BTC-261225", "ETH/USD:BTC")
DOLLARS = ("BTC/USDT:USDT", "ETH/USDT:USDT", "SOL/USDC:USDC")
SHAPES = ("linear", "hedged", "mixed", "coin", "multi_asset")
CUTS = (Decimal("0.01"), Decimal("0.05"), Decimal("0.2"))
BETAS = tuple(Decimal(beta) for beta in ("-1", "-0.5", "0", "0.5", "1", "1.5", "2"))


@dataclass(frozen=True)
class World:
    """One generated account with its market and rules; ``book`` is prepared once."""

    account: Account
    market: Market
    rules: VenueRules

    @cached_property
    def book(self) -> Book:
        """The account, ready for arithmetic."""
        return prepare(self.account, self.rules, on=ON)

    def with_account(self, **changes: Any) -> World:
        """The same world with another account."""
        return replace(self, account=replace(self.account, **changes))


def wholes(low: int, high: int, *, places: int = 0) -> st.SearchStrategy[Decimal]:
    """Decimals from ``low`` to ``high`` in steps of one unit of their last place."""
    scale = 10**places
    return st.integers(low * scale, high * scale).map(lambda n: Decimal(n).scaleb(-places))


@st.composite
def tier_tables(draw: st.DrawFn, symbol: str, *, scale: int = 1_000, jumping: bool = True) -> TierTable:
    """One to four tiers with rising rates, joined; or, now and then, a table that jumps and says so.

    A table that jumps has no deductions, and may be measured in contracts or coins instead of value.
    """
    count = draw(st.integers(1, 4))
    floors = sorted(draw(st.sets(st.integers(1, 16), min_size=count - 1, max_size=count - 1)))
    rates = sorted(draw(st.sets(st.integers(1, 40), min_size=count, max_size=count)))
    edges = [Decimal(0), *(Decimal(floor * scale) / 4 for floor in floors), None]
    rows = [
        (edges[n] or Decimal(0), edges[n + 1], Decimal(rate).scaleb(-2), None) for n, rate in enumerate(rates)
    ]
    tiers = joined(rows)
    jumps = jumping and draw(st.sampled_from((False, False, False, True)))
    basis = TierBasis.SETTLE
    if jumps:
        basis = draw(st.sampled_from(TierBasis))
        tiers = tuple(replace(tier, deduction=Decimal(0)) for tier in tiers)
    return TierTable(symbol, tiers, basis, "2026-01-01", "generated", jumps)


@st.composite
def positions(
    draw: st.DrawFn, symbol: str, side: str | None = None, *, fenced: bool | None = False
) -> Position:
    """One position; ``fenced`` None lets the margin mode be drawn too."""
    isolated = draw(st.booleans()) if fenced is None else fenced
    return Position(
        symbol,
        side or draw(st.sampled_from(("long", "short"))),  # type: ignore[arg-type]
        draw(wholes(1, 40)),
        entry_price=draw(wholes(60, 140)),
        margin_mode=MarginMode.ISOLATED if isolated else MarginMode.CROSS,
        leverage=draw(st.sampled_from((Decimal(1), Decimal(3), Decimal(10), Decimal(20)))),
        isolated_margin=draw(wholes(0, 2_000, places=1)) if isolated else None,
    )


def _opposite(long: Position, short: Position) -> Position:
    """A short of about the size of the long, so that their slopes nearly cancel and tiers decide."""
    return replace(short, contracts=max(Decimal(1), long.contracts + short.contracts % 11 - 5))


def _terms(symbol: str) -> InstrumentTerms:
    one = Decimal(1)
    if symbol.startswith("ETH/USD:"):
        return InstrumentTerms(Kind.QUANTO, Decimal("0.01"), one)
    size = Decimal(100) if symbol.endswith("BTC") or ":BTC-" in symbol else one
    return InstrumentTerms(None, size, one)


@st.composite
def worlds(draw: st.DrawFn, shape: str | None = None, *, jumping: bool = True, strict: bool = True) -> World:
    """A whole account of one of `SHAPES` with its market, alive or not.

    Args:
        jumping: whether tables may jump. strict: whether the trigger may be *below* zero only.
    """
    shape = shape or draw(st.sampled_from(SHAPES))
    names = {"coin": COIN, "multi_asset": DOLLARS}.get(shape, LINEAR)
    chosen = draw(st.lists(st.sampled_from(names), min_size=1, max_size=3, unique=True))
    fenced = None if shape == "mixed" else False
    held = [
        draw(positions(symbol, "long" if shape == "hedged" else None, fenced=fenced)) for symbol in chosen
    ]
    if shape == "hedged":
        held += [_opposite(position, draw(positions(position.symbol, "short"))) for position in held]
    scale = 20 if shape == "coin" else 1_000
    account = Account(
        venue="demo", positions=tuple(held), hedged=shape == "hedged", multi_asset=shape == "multi_asset",
        wallet=draw(_wallets(shape)), collateral=draw(_rates()) if shape == "multi_asset" else {},
        instruments={symbol: _terms(symbol) for symbol in names},
        tiers={symbol: draw(tier_tables(symbol, scale=scale, jumping=jumping)) for symbol in chosen},
    )  # fmt: skip
    rules = registry.rules("demo")
    if strict and draw(st.integers(0, 3)) == 0:
        rules = replace(rules, trigger=Trigger.BELOW_ZERO)
    return World(account, draw(markets(names)), rules)


def _wallets(shape: str) -> st.SearchStrategy[dict[str, Decimal]]:
    if shape == "coin":
        return st.fixed_dictionaries({"BTC": wholes(0, 300, places=2)})
    if shape == "multi_asset":
        amounts = wholes(-400, 6_000, places=1)
        return st.fixed_dictionaries({"USDT": amounts, "USDC": amounts, "BTC": wholes(-3, 20, places=1)})
    return st.fixed_dictionaries({"USDT": wholes(0, 9_000, places=1)})


@st.composite
def _rates(draw: st.DrawFn) -> dict[str, CollateralRate]:
    cuts = st.sampled_from((Decimal(0), *CUTS))
    moving = draw(st.booleans())
    bitcoin = {"mark_of": "BTC/USDT:USDT"} if moving else {"price": draw(wholes(40, 160))}
    return {
        "USDT": CollateralRate(price=Decimal(1), **draw(_haircuts((1_000, 3_000))), markup=draw(cuts)),
        "USDC": CollateralRate(price=Decimal("0.99"), haircut=draw(cuts), markup=draw(cuts)),
        "BTC": CollateralRate(**bitcoin, **draw(_haircuts((2, 5))), markup=draw(cuts)),
    }


@st.composite
def _haircuts(draw: st.DrawFn, edges: tuple[int, int]) -> dict[str, Any]:
    """One haircut, or slices of the amount, the last of which may end."""
    cuts = sorted(draw(st.lists(st.sampled_from((Decimal(0), *CUTS)), min_size=3, max_size=3)))
    if draw(st.booleans()):
        return {"haircut": cuts[0]}
    first, second = map(Decimal, edges)
    last = draw(st.sampled_from((None, second * 2)))
    rows = ((Decimal(0), first, cuts[0]), (first, second, cuts[1]), (second, last, cuts[2]))
    return {"haircut_tiers": tuple(HaircutSlice(*row) for row in rows)}


@st.composite
def markets(draw: st.DrawFn, names: tuple[str, ...]) -> Market:
    """A mark for every name, and betas: negative, zero and above one among them."""
    marks = {symbol: draw(wholes(60, 140)) for symbol in names}
    betas = {symbol: draw(st.sampled_from(BETAS)) for symbol in names}
    leader = draw(st.sampled_from([symbol for symbol in names if betas[symbol] != 0] or [names[0]]))
    if betas[leader] == 0:
        betas[leader] = Decimal(1)
    return Market(marks, betas, leader)


def on_the_threshold(world: World, asset: str, marks: Mapping[str, Decimal] | None = None) -> World:
    """The same world with the wallet that makes the pool's health exactly zero at these marks.

    Single-asset pools of linear contracts only: elsewhere the amount may have no finite decimal.
    """
    market = world.market if marks is None else replace(world.market, marks={**world.market.marks, **marks})
    pool = next(ring for ring in world.book.pools if ring.asset == asset)
    health = sums(pool, {symbol: market.mark(symbol) for symbol in pool.symbols}).health
    wallet = {**world.account.wallet, asset: world.account.wallet.get(asset, Decimal(0)) - health}
    return world.with_account(wallet=wallet)
