"""Seven years of hourly bars, and five of one-minute bars, of a five-position book; beside it bar by bar.

The plain way looks at every bar through the event engine; it is measured on the first bars of the same path,
and its log there must be the boxed walk's log to the last posting. A second book with a tenth of the wallet
dies on those bars, so that liquidations are compared too; how many, on every path, is printed.
"""

from __future__ import annotations

import random
import time
from dataclasses import replace
from decimal import Decimal

import ringfence as rf
from bench.harness import seconds, show
from ringfence.domain.account import Account
from ringfence.engine import begin
from ringfence.history.names import HOUR, MINUTE
from ringfence.history.tape import Due, Quotes, Tape, tape_of_rows
from ringfence.replay.scene import Scene
from ringfence.replay.walk import walked
from ringfence.replay.world import World
from ringfence.solve.arrange import arrangements

HOURLY, MINUTELY, PLAIN = 58_000, 2_600_000, 3_000
BTC = "BTC/USDT:USDT"
STARTS = {BTC: 6_000_000, "ETH/USDT:USDT": 300_000, "SOL/USDT:USDT": 15_000, "XRP/USDT:USDT": 25_000,
          "ADA/USDT:USDT": 40_000}  # fmt: skip
ON = "2026-11-22"
TIGHT = (6_000, 20)
"""Wallet and leverage of a book that does not live long."""


def path(bars: int, *, step: int, per_mille: int) -> Tape:
    """A driftless walk of five coins, with funding every eight hours."""
    dice = random.Random(7)
    columns: list[list[Quotes]] = []
    for start in STARTS.values():
        rows, price = [], start * 10_000
        for _ in range(bars):
            swing = dice.randint(-per_mille, per_mille)
            close = max(price + (start * 10_000 - price) // 3_000 + price * swing // 100_000, 10_000)
            rows.append(
                (price, max(price, close) + price // 2_000, min(price, close) - price // 2_000, close)
            )
            price = close
        columns.append(rows)
    ts = [1_577_836_800_000 + step * number for number in range(bars)]
    tape = tape_of_rows(tuple(STARTS), ts, columns, [6] * len(STARTS), step=step)
    each = 8 * HOUR // step
    opens = [tape.frame[f"open{n}"].gather_every(each).to_list() for n in range(len(STARTS))]
    dues = {
        symbol: tuple(
            Due(bar * each, ts[bar * each], Decimal(dice.randint(-100, 300)).scaleb(-6), tape.price(n, price))
            for bar, price in enumerate(opens[n])
        )
        for n, symbol in enumerate(STARTS)
    }
    return replace(tape, funding=dues)


def book(wallet: int = 60_000, leverage: int = 3) -> Account:
    """Five positions, long and short, at twice the wallet in all; with less in it they die on the way."""
    table = rf.rules("demo").tier_table(BTC, on=ON)
    tiers = {symbol: replace(table, symbol=symbol) for symbol in STARTS}
    account = Account(venue="demo", wallet={"USDT": Decimal(wallet)}, tiers=tiers)
    for symbol, start, sign in zip(STARTS, STARTS.values(), (1, -1, 1, 1, -1), strict=True):
        size = (Decimal(20_000) * 100 / start).quantize(Decimal("0.001")) * sign
        account = account.open(symbol, size, entry_price=Decimal(start) / 100, leverage=leverage)
    return account


def twins(tape: Tape, account: Account, *, plain: bool = False) -> list[World]:
    """Every end of all three twins; those that there is no wallet for are left out."""
    rules = rf.rules("demo")
    scene = Scene(tape, rules, ON)
    found: list[World] = []
    for one in arrangements(account, rules, on=ON):
        if one.feasible:
            found += walked(scene, World(begin(one.account, rules, at=tape.ts[0])), bar_by_bar=plain)
    return found


def digests(worlds: list[World]) -> list[str]:
    """What tells two walks apart: the whole log of each end, and what is left."""
    return [world.digest for world in worlds]


def died(worlds: list[World]) -> int:
    """The liquidations of every end together."""
    return sum(len(world.deaths) for world in worlds)


def first(tape: Tape, bars: int) -> Tape:
    """The beginning of a path."""
    funding = {symbol: tuple(due for due in dues if due.bar < bars) for symbol, dues in tape.funding.items()}
    return Tape(tape.symbols, tape.frame.head(bars), tape.places, tape.step, funding)


def main() -> None:
    account, tight, rows = book(), book(*TIGHT), []
    for name, bars, step, swing in (("hourly", HOURLY, HOUR, 700), ("one-minute", MINUTELY, MINUTE, 90)):
        tape = path(bars, step=step, per_mille=swing)
        fast = seconds(
            lambda tape=tape: twins(replace(tape, kept={}), account),
            runs=3,
            least=0.1,
            clock=time.process_time,
        )
        ends = [twins(replace(tape, kept={}), one) for one in (account, tight)]
        begun, slow, same = first(tape, PLAIN), 0.0, 0
        for one in (account, tight):
            started = time.process_time()
            plain = twins(begun, one, plain=True)
            slow = slow or time.process_time() - started
            assert digests(twins(begun, one)) == digests(plain), "one log, whichever way"
            same += died(plain)
        assert same, "some die on the bars that are compared"
        counts = " and ".join(f"{died(one):,}" for one in ends)
        rows.append(
            [f"{bars:,} {name} bars", f"{fast:.2f}", f"{slow * bars / PLAIN:,.0f}", counts, f"{same:,}"]
        )
        del tape
    head = [
        "five positions, three twins", "boxes, processor s", f"bar by bar, s ({PLAIN:,} measured)",
        "liquidations, this book and the tight one", f"of those compared, first {PLAIN:,} bars",
    ]  # fmt: skip
    show("A book through its path", head, rows)


if __name__ == "__main__":
    main()
