"""Assessments of a five-position cross book per second, one core, without derivation.

Aim: more than 10 000 a second. Beside it: the same with the account cut into rings each time, with the
derivation of every number, and the bare sums that answer only "alive or liquidated".
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import localcontext

from bench.harness import ON, five_positions, seconds, show
from ringfence.domain.numbers import EXACT
from ringfence.exact.assess import assess
from ringfence.exact.explain import explain
from ringfence.exact.health import is_liquidated
from ringfence.exact.ring import prepare
from ringfence.venues import registry

AIM = 10_000


def main() -> None:
    account, market = five_positions()
    rules = registry.rules("binance_usdm")
    book = prepare(account, rules, on=ON)
    (pool,) = book.rings

    def sums_alone() -> bool:
        with localcontext(EXACT):
            return is_liquidated(pool, market.marks)

    measured: dict[str, Callable[[], object]] = {
        "assess": lambda: assess(book, market),
        "prepare + assess": lambda: assess(prepare(account, rules, on=ON), market),
        "assess + explain": lambda: explain(assess(book, market)),
        "alive or liquidated": sums_alone,
    }
    took = {name: seconds(work) for name, work in measured.items()}
    rows = [
        [
            name,
            f"{1 / one:,.0f}",
            f"{one * 1e6:,.1f}",
            f"{took['assess'] / one:.2f}",
            f"{1 / one / AIM:.1f} x",
        ]
        for name, one in took.items()
    ]
    show(
        "Five positions in cross, exact",
        ["what", "a second", "µs each", "speed / assess", "of the aim"],
        rows,
    )


if __name__ == "__main__":
    main()
