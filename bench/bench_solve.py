"""Liquidation prices of a five-position cross book: one coin, everything together, and the whole book.

Aim: one cross solve under a millisecond. Every answer is a bracket of two adjacent quanta of the mark, each
confirmed by the exact engine; that certification is inside the time. Beside it: the same search from tier
edge to tier edge, which the answer must equal, and a plain bisection with the same exact engine, to the
same quantum, on one side only and without proof that nothing lies nearer.

Two books: one that a rise kills within two tiers of the mark, and one, long and short, that a fall kills
soon and a rise far away, beyond most of the tier edges. Times are of the processor: nothing here waits.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal

from bench.harness import FIVE, ON, five_positions, seconds, show
from ringfence.domain.account import Account
from ringfence.domain.market import Market
from ringfence.domain.numbers import exactly
from ringfence.exact.health import is_liquidated
from ringfence.exact.ring import Book, Ring, prepare
from ringfence.solve.liquidation import leading_symbol, liquidations, move_alone, move_together, quantum_of
from ringfence.solve.path import course, together
from ringfence.solve.search import LiquidationPrice, first_bankrupt, first_liquidated
from ringfence.venues import registry

AIM = 1e-3
SYMBOL = "BTC/USDT:USDT"
MIXED = {
    "BTC/USDT:USDT": "+5",
    "ETH/USDT:USDT": "-40",
    "DOGE/USDT:USDT": "+100000",
    "NEAR/USDT:USDT": "-5000",
    "WLD/USDT:USDT": "-30000",
}
"""Sizes of the second book, at the entry and mark prices of the first."""


def mixed() -> tuple[Account, Market]:
    """Long 303,000 in two coins, short 218,000 in three."""
    account = Account(venue="binance_usdm", wallet={"USDT": Decimal(60_000)})
    for symbol, size in MIXED.items():
        account = account.open(symbol, size, entry_price=FIVE[symbol][1], leverage=10)
    return account, Market({symbol: Decimal(FIVE[symbol][2]) for symbol in MIXED})


@exactly
def walked(book: Book, market: Market, ring: Ring, leader: str) -> list[LiquidationPrice | None]:
    """The search of `move_together` with every tier edge visited, both questions and both sides."""
    on = replace(course(ring, together(ring, market, leader, quantum_of(book, leader))), curve=None)
    first_bankrupt(on, up=False), first_bankrupt(on, up=True)
    return [first_liquidated(on, up=False), first_liquidated(on, up=True)]


@exactly
def bisection(book: Book, market: Market, pool: Ring) -> Decimal:
    """The first liquidated price of one coin below its mark, by halving."""
    quantum = quantum_of(book, SYMBOL)
    alive, dead = market.mark(SYMBOL), Decimal(1)
    while alive - dead > quantum:
        middle = int((alive + dead) / (2 * quantum)) * quantum
        if is_liquidated(pool, {**market.marks, SYMBOL: middle}):
            dead = middle
        else:
            alive = middle
    return dead


def measure(title: str, account: Account, market: Market) -> None:
    book = prepare(account, registry.rules("binance_usdm"), on=ON)
    (pool,) = book.rings
    leader = leading_symbol(book, market)
    assert leader is not None
    one, all_of_it = move_alone(book, market, pool, SYMBOL), move_together(book, market, pool, leader)
    assert one.below is not None
    assert bisection(book, market, pool) == one.below.liquidated, "the referee and the solver disagree"
    assert walked(book, market, pool, leader) == [all_of_it.below, all_of_it.above], "the walk disagrees"
    measured: dict[str, Callable[[], object]] = {
        "one coin alone": lambda: move_alone(book, market, pool, SYMBOL),
        "everything together": lambda: move_together(book, market, pool, leader),
        "the same, walking the tier edges": lambda: walked(book, market, pool, leader),
        "the whole book": lambda: liquidations(book, market),
        "bisection, one side": lambda: bisection(book, market, pool),
    }
    took = {name: seconds(work, clock=time.process_time) for name, work in measured.items()}
    rows = [
        [
            name,
            f"{one * 1e3:.3f}",
            f"{1 / one:,.0f}",
            f"{one / took['one coin alone']:.2f}",
            f"{AIM / one:.1f} x",
        ]
        for name, one in took.items()
    ]
    show(title, ["what", "ms each", "a second", "time / one coin", "of the aim"], rows)


def main() -> None:
    measure("Liquidation prices of five positions in cross, exact and certified", *five_positions())
    measure("The same of a mixed book that a rise kills far away", *mixed())


if __name__ == "__main__":
    main()
