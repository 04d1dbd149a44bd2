"""Liquidation prices of a five-position cross book: one coin, everything together, and the whole book.

Aim: one cross solve under a millisecond. Every answer is a bracket of two adjacent quanta of the mark, each
confirmed by the exact engine; that certification is inside the time. Beside it: a plain bisection with the
same exact engine, to the same quantum, on one side only and without proof that nothing lies nearer.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal, localcontext

from bench.harness import ON, five_positions, seconds, show
from ringfence.domain.numbers import EXACT
from ringfence.exact.health import is_liquidated
from ringfence.exact.ring import prepare
from ringfence.solve.liquidation import leading_symbol, liquidations, move_alone, move_together
from ringfence.venues import registry

AIM = 1e-3
SYMBOL = "BTC/USDT:USDT"


def main() -> None:
    account, market = five_positions()
    rules = registry.rules("binance_usdm")
    book = prepare(account, rules, on=ON)
    (pool,) = book.rings
    leader = leading_symbol(book, market)
    assert leader is not None

    def bisection() -> Decimal:
        with localcontext(EXACT):
            alive, dead = market.mark(SYMBOL), Decimal(1)
            while alive - dead > rules.mark_quantum:
                steps = int((alive + dead) / (2 * rules.mark_quantum))
                middle = steps * rules.mark_quantum
                if is_liquidated(pool, {**market.marks, SYMBOL: middle}):
                    dead = middle
                else:
                    alive = middle
            return dead

    found = move_alone(book, market, pool, SYMBOL)
    assert found.below is not None
    assert bisection() == found.below.liquidated, "the referee and the solver disagree"
    measured: dict[str, Callable[[], object]] = {
        "one coin alone": lambda: move_alone(book, market, pool, SYMBOL),
        "everything together": lambda: move_together(book, market, pool, leader),
        "the whole book": lambda: liquidations(book, market),
        "bisection, one side": bisection,
    }
    took = {name: seconds(work) for name, work in measured.items()}
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
    head = ["what", "ms each", "a second", "time / one coin", "of the aim"]
    show("Liquidation prices of five positions in cross, exact and certified", head, rows)


if __name__ == "__main__":
    main()
