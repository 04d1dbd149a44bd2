"""Books, intents and pasts that the tests of the facts share."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from itertools import count

from ringfence.domain.account import Account, MarginMode, Position, Side
from ringfence.domain.market import Market, Rates
from ringfence.domain.tiers import Tier, TierTable
from ringfence.exact.ring import Book, prepare
from ringfence.mirror.facts import Facts
from ringfence.mirror.measured.gather import Knowledge, gather
from ringfence.mirror.measured.market import HOUR_MS, Past
from ringfence.mirror.model import Action, Disproof, Intent, Permission, Plan, Rung, Written
from ringfence.venues.registry import rules

BTC, ETH = "BTC/USDT:USDT", "ETH/USDT:USDT"
NOW = 1_793_000_000_000
"""2026-10-26, an arbitrary moment."""
_numbers = count(1)


def flat_tiers(*symbols: str) -> dict[str, TierTable]:
    """The seeds' convention: 0.5 % of the value at the mark, whatever the size."""
    tier = (Tier(Decimal(0), None, Decimal("0.005"), Decimal(0)),)
    return {name: TierTable(name, tier, source="seed convention") for name in symbols}


def account(wallet: object = "7000", **more: object) -> Account:
    """A demo account without tiers."""
    return Account(venue="demo", wallet={"USDT": Decimal(str(wallet))}, tiers=flat_tiers(BTC, ETH), **more)  # type: ignore[arg-type]


def held(
    symbol: str = BTC, side: str = "long", contracts: object = 1, entry: object = 60_000, *,
    margin: object | None = None, leverage: object = 20,
) -> Position:  # fmt: skip
    """One position: isolated with a margin, else cross."""
    mode = MarginMode.CROSS if margin is None else MarginMode.ISOLATED
    fence = None if margin is None else Decimal(str(margin))
    return Position(
        symbol, Side(side), Decimal(str(contracts)), entry_price=Decimal(str(entry)), margin_mode=mode,
        leverage=Decimal(str(leverage)), isolated_margin=fence,
    )  # fmt: skip


def book_of(*positions: Position, wallet: object = "7000", **more: object) -> Book:
    """A prepared book."""
    stated = replace(account(wallet, **more), positions=positions)
    return prepare(stated, rules("demo"), on="2026-11-22")


def market(btc: object = 58_000, *, eth: object = 2_500, fee: str | None = "0", **rates: object) -> Market:
    """Marks, and a taker fee for both symbols."""
    rate = Rates(taker_fee=None if fee is None else Decimal(fee), **rates)  # type: ignore[arg-type]
    marks = {BTC: Decimal(str(btc)), ETH: Decimal(str(eth))}
    return Market(marks, rates={BTC: rate, ETH: rate})


def intent(action: Action, **more: object) -> Intent:
    """An intent about bitcoin, of a person, now."""
    stated = {"symbol": BTC, **more}
    numbers = {"contracts", "amount", "price", "leverage", "margin", "stop_from", "stop_to"}
    read = {
        name: Decimal(str(value)) if name in numbers and value is not None else value
        for name, value in stated.items()
    }
    return Intent(f"i{next(_numbers)}", NOW, "human", "main", "demo", action, **read)  # type: ignore[arg-type]


def rescue_1(margin: object = 3_000, wallet: object = 7_000, side: str = "long") -> Book:
    """RESCUE-1: 1 BTC at 60,000 behind 3,000 of 10,000."""
    return book_of(held(margin=margin, side=side), wallet=wallet)


def facts_of(action: Action, book: Book | None = None, at: Market | None = None,
             known: Knowledge | None = None, **more: object) -> Facts:  # fmt: skip
    """The facts of an intent in a book; RESCUE-1 where none is given."""
    return gather(intent(action, **more), book or rescue_1(), at or market(), known or Knowledge(now_ms=NOW))


def plan(**more: object) -> Plan:
    """A plan for the long of RESCUE-1, written while flat, a day ago."""
    stated: dict[str, object] = {
        "plan_id": "p1", "version": 1, "created_ms": NOW - 86_400_000, "account_id": "main", "symbol": BTC,
        "side": Side.LONG, "disproof": Disproof("price", "below", Decimal(57_000), "price", None),
        "invalidation_price": Decimal(57_000), "do_nothing_reason": "funding is high",
        "written": Written(flat=True, adverse=False),
    }  # fmt: skip
    return Plan(**{**stated, **more})  # type: ignore[arg-type]


def rung(price: object, contracts: object) -> Rung:
    """One planned addition."""
    return Rung(Decimal(str(price)), Decimal(str(contracts)))


def permitted(**more: object) -> Permission:
    """A permission within bounds."""
    return Permission(
        allowed=True,
        **{
            name: value if name == "count_max" else Decimal(str(value))
            for name, value in more.items()  # type: ignore[arg-type]
        },
    )


def past(hours: int = 24 * 120, *, seed: int = 7, symbol: str = BTC, start: int = 60_000_00,
         until: int = NOW, step: int = 60) -> Past:  # fmt: skip
    """A random walk of hourly bars that ends now, in cents; the same for the same seed."""
    import numpy as np

    draw, price, rows = random.Random(seed), start, []
    for _ in range(hours):
        opens, close = price, max(1_000, price + draw.randint(-step, step) * price // 10_000)
        high = max(opens, close) + draw.randint(0, step) * price // 20_000
        low = min(opens, close) - draw.randint(0, step) * price // 20_000
        rows.append((opens, high, low, close))
        price = close
    first = until // HOUR_MS * HOUR_MS - hours * HOUR_MS
    opens_at = np.arange(hours, dtype=np.int64) * HOUR_MS + first
    return Past(symbol, opens_at, np.array(rows, dtype=np.int64), 2, f"walk {seed} {hours} {step}")


def cut_out(one: Past, missing: Mapping[int, int]) -> Past:
    """A past without the hours from each key on, as many as its value."""
    import numpy as np

    keep = np.ones(len(one.opens), dtype=bool)
    for first, many in missing.items():
        keep[first : first + many] = False
    return replace(one, opens=one.opens[keep], rows=one.rows[keep], digest=f"{one.digest} cut", kept={})


def close_to(value: object, expected: str, places: str = "0.0001") -> bool:
    """Whether an exact value is printed as ``expected``."""
    return abs(Fraction(value) - Fraction(expected)) <= Fraction(places)  # type: ignore[arg-type]
