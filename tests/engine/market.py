"""A small market: accounts that trade with each other, so that every long has its short."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction
from random import Random

from ringfence.domain.account import MarginMode
from ringfence.domain.numbers import exactly
from ringfence.engine import State, apply
from ringfence.engine import events as ev
from tests.engine.draws import AROUND, BTC, DEMO, ETH, SIZES, opened, start

ZERO = Decimal(0)


def market(seed: int, count: int, *, traders: int = 3) -> Iterator[list[State]]:
    """The states of every trader after each trade or funding."""
    rng = Random(seed)
    states = [opened(start(coin=False, wallet="50000")) for _ in range(traders)]
    for number in range(count):
        symbol, name = rng.choice((BTC, ETH)), f"{seed}-{number}"
        price = Decimal(AROUND[symbol]) * rng.randint(900, 1_100) / 1_000
        if rng.random() < 0.3:
            funding = ev.FundingPaid(name, number, symbol, Decimal(rng.randint(-90, 90)).scaleb(-7), price)
            states = [apply(state, funding, DEMO).state for state in states]
        else:
            buyer, seller = rng.sample(range(traders), 2)
            size = Decimal(rng.choice(SIZES[symbol]))
            _trade(states, (buyer, seller), (name, number, symbol), size, price)
        yield states


def _trade(
    states: list[State], who: tuple[int, int], what: tuple[str, int, str], size: Decimal, price: Decimal
) -> None:
    """A trade happens on both sides or not at all."""
    done = []
    for trader, side in zip(who, ("buy", "sell"), strict=True):
        fresh = all(one.symbol != what[2] for one in states[trader].account.positions)
        fill = ev.Filled(
            f"{what[0]}-{side}", what[1], what[2], side, size, price, Decimal("0.0002"),
            margin_mode=MarginMode.CROSS if fresh else None, leverage=Decimal(10) if fresh else None,
        )  # fmt: skip
        done.append(apply(states[trader], fill, DEMO))
    if all(one.accepted for one in done):
        for trader, one in zip(who, done, strict=True):
            states[trader] = one.state


@exactly
def open_interest(states: list[State]) -> None:
    """M3: longs equal shorts, profit over all sides is zero at any common mark, and so is funding."""
    for symbol in (BTC, ETH):
        sizes = [
            one.side.sign * one.contracts
            for s in states
            for one in s.account.positions
            if one.symbol == symbol
        ]
        assert sum(sizes, ZERO) == 0
    profit = Fraction(0)
    for state in states:
        for one in state.account.positions:
            paid = one.entry_cost or one.contracts * (one.entry_price or ZERO)
            profit += one.side.sign * Fraction(one.contracts * AROUND[one.symbol] - paid)
        profit -= Fraction(state.balances.get(("counterparty", "USDT"), ZERO))
    assert profit == 0
    assert sum((s.balances.get(("funding", "USDT"), ZERO) for s in states), ZERO) == 0
