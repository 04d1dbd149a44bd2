"""500 real fills and 218 funding payments of Hyperliquid, through the engine.

The fills name the position before each of them, so sizes are checked with the venue's own. Money is
checked as the venue keeps it, in raw USD: what the engine's wallet holds less what its positions cost
moves by exactly what each fill paid. The profit that each fill prints is another matter, see below.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator, Mapping, Sequence
from decimal import Context, Decimal
from fractions import Fraction
from functools import cache
from itertools import groupby
from pathlib import Path
from typing import Any

import pytest

from ringfence.domain.account import Account, Position, Side
from ringfence.domain.numbers import exactly, rounded
from ringfence.domain.tiers import Tier, TierTable
from ringfence.engine import Applied, State, apply, begin, unbalanced
from ringfence.engine import events as ev
from ringfence.venues.registry import rules

HYPERLIQUID = rules("hyperliquid", on="2023-05-05")
ZERO, MICRO = Decimal(0), Decimal("0.000001")
FUNDED = 1_683_244_800_000
Fill = Mapping[str, Any]


@cache
def read(path: Path) -> tuple[dict[str, Any], ...]:
    with gzip.open(path, "rt", encoding="utf-8") as stream:
        return tuple(json.load(stream))


def symbol(coin: str) -> str:
    return f"{coin}/USDC:USDC"


def step(fill: Fill) -> Decimal:
    """What a fill adds to the position, signed."""
    return Decimal(fill["sz"]) * (1 if fill["side"] == "B" else -1)


def with_itself(group: Sequence[Fill]) -> list[Fill]:
    """The fills that the account made with itself: both sides, one size, price, time and position before."""

    def what(fill: Fill) -> tuple[str, ...]:
        return fill["sz"], fill["px"], fill["startPosition"]

    found: list[Fill] = []
    sells = [one for one in group if one["side"] == "A"]
    for buy in (one for one in group if one["side"] == "B"):
        other = next((one for one in sells if what(one) == what(buy)), None)
        if other is not None:
            sells.remove(other)
            found += [buy, other]
    return found


def chained(group: list[Fill], start: Decimal | None) -> list[Fill] | None:
    """Fills of one moment in the order in which each starts where the one before it ends."""
    if not group:
        return []
    for number, fill in enumerate(group):
        if start is None or Decimal(fill["startPosition"]) == start:
            rest = group[:number] + group[number + 1 :]
            after = chained(rest, Decimal(fill["startPosition"]) + step(fill))
            if after is not None:
                return [fill, *after]
    return None


def ordered(data: Path) -> tuple[dict[str, list[Fill]], int, list[Fill]]:
    """The fills of each coin in order, how many were with itself, and where the chain starts anew.

    The file is newest first, and fills of one moment come in no order: the position before each gives it.
    """
    fills: list[Fill] = list(reversed(read(data / "trade_exports" / "hyperliquid_api_userFills.json.gz")))
    done: dict[str, list[Fill]] = {}
    own, anew = 0, []
    for (coin, _), group in groupby(sorted(fills, key=lambda f: (f["coin"], f["time"])), _when):
        listed = list(group)
        both = with_itself(listed)
        own += len(both)
        left = [one for one in listed if not any(one is other for other in both)]
        before = done.setdefault(coin, [])
        end = Decimal(before[-1]["startPosition"]) + step(before[-1]) if before else None
        run = chained(left, end)
        if run is None:
            run = chained(left, None)
            assert run is not None, (coin, left)
            anew.append(run[0])
        before += run
    return done, own, anew


def _when(fill: Fill) -> tuple[str, int]:
    return fill["coin"], fill["time"]


def start(fill: Fill) -> State:
    """An account that holds what the first fill found; its entry price is not in the file."""
    size = Decimal(fill["startPosition"])
    name = symbol(fill["coin"])
    rate = (Tier(ZERO, None, Decimal("0.01"), ZERO, Decimal(50)),)
    positions: tuple[Position, ...] = ()
    if size:
        side = Side.LONG if size > 0 else Side.SHORT
        price = Decimal(fill["px"])
        positions = (Position(name, side, abs(size), entry_price=price, leverage=Decimal(20)),)
    account = Account(
        venue="hyperliquid", wallet={"USDC": Decimal(1_000_000)}, positions=positions,
        tiers={name: TierTable(name, rate)},
    )  # fmt: skip
    return begin(account, HYPERLIQUID, marks={name: Decimal(fill["px"])})


def event_of(fill: Fill, number: int) -> ev.Filled:
    return ev.Filled(
        f"{fill['coin']}-{number}", fill["time"], symbol(fill["coin"]),
        "buy" if fill["side"] == "B" else "sell", Decimal(fill["sz"]), Decimal(fill["px"]),
        Decimal(fill["fee"]) / (Decimal(fill["px"]) * Decimal(fill["sz"])), leverage=Decimal(20),
    )  # fmt: skip


@exactly
def signed(state: State) -> Decimal:
    return sum((one.side.sign * one.contracts for one in state.account.positions), ZERO)


@exactly
def raw_usd(state: State) -> Decimal:
    """Wallet less what the positions cost: what the venue keeps of an account."""
    paid = ZERO
    for one in state.account.positions:
        cost = one.contracts * (one.entry_price or ZERO) if one.entry_cost is None else one.entry_cost
        paid += one.side.sign * cost
    return state.account.wallet["USDC"] - paid


def through(fills: Sequence[Fill]) -> Iterator[tuple[Fill, State, Applied]]:
    """Each fill with the state before it and what came of it; a broken chain starts a new account."""
    state = start(fills[0])
    for number, fill in enumerate(fills):
        if signed(state) != Decimal(fill["startPosition"]):
            state = start(fill)
        done = apply(state, event_of(fill, number), HYPERLIQUID)
        assert done.accepted, (fill, done.outcome)
        yield fill, state, done
        state = done.state


def realised(done: Applied) -> Decimal:
    """What a fill left in the wallet: there are no fees in this file."""
    return sum((Decimal(one.amount) for one in done.postings if one.account == "wallet"), ZERO)


def test_the_chain_of_positions_holds_but_for_one_gap(data: Path) -> None:
    coins, own, anew = ordered(data)
    assert sum(len(fills) for fills in coins.values()) + own == 500
    assert own == 166, "a third of the fills is the account trading with itself; its position stays"
    assert [(one["coin"], one["time"]) for one in anew] == [("SUI", 1_683_245_556_146)]
    assert len(coins) == 15


def test_sizes_and_money_follow_every_fill(data: Path) -> None:
    coins, _, _ = ordered(data)
    count = 0
    for fills in coins.values():
        for fill, before, done in through(fills):
            count += 1
            assert signed(before) == Decimal(fill["startPosition"])
            assert signed(done.state) == Decimal(fill["startPosition"]) + step(fill)
            paid = -step(fill) * Decimal(fill["px"])
            dust = sum((Decimal(one.amount) for one in done.postings if one.account == "dust"), ZERO)
            assert raw_usd(done.state) - raw_usd(before) == paid - dust
            assert abs(dust) <= MICRO / 2
            assert not unbalanced((one.asset, one.amount) for one in done.postings)
    assert count == 334


def off_chain(fills: Sequence[Fill]) -> list[int]:
    """The fills that the venue says found another position than the engine holds."""
    found, state = [], start(fills[0])
    for number, fill in enumerate(fills):
        if signed(state) != Decimal(fill["startPosition"]):
            found.append(number)
        state = apply(state, event_of(fill, number), HYPERLIQUID).state
    return found


def test_a_planted_error_in_one_size_is_seen_from_the_next_fill_on(data: Path) -> None:
    """A ten-thousandth of an ETH too much."""
    fills = ordered(data)[0]["ETH"]
    assert off_chain(fills) == []
    more = {**fills[3], "sz": str(Decimal(fills[3]["sz"]) + Decimal("0.0001"))}
    assert off_chain([*fills[:3], more, *fills[4:]]) == list(range(4, len(fills)))


def implied(fill: Fill) -> Fraction:
    """The entry price behind a printed profit."""
    sign = 1 if fill["side"] == "A" else -1
    return Fraction(fill["px"]) - sign * Fraction(fill["closedPnl"]) / Fraction(fill["sz"])


def test_the_profit_that_was_printed_is_not_on_an_average_entry(data: Path) -> None:
    """Where it does not reconcile, and why: in May 2023 the printed entry moved when a position shrank.

    Eleven fills close one ETH short, and none adds to it, so its average entry cannot move. The printed
    profits imply that it rose from 1,874.05 to 1,883.94: each time by the fill's share of the old size and
    the fill together, as if it had been added. By the average that the first fill shows, the engine's
    profit is 34.92 USDC lower over these fills, and raw USD, which the venue liquidates by, is the same.
    """
    coins, _, _ = ordered(data)
    fills = coins["ETH"]
    assert {fill["dir"] for fill in fills} == {"Close Short"}
    entries = [implied(fill) for fill in fills]
    assert (entries[0], entries[-1]) == (Fraction("1874.05"), Fraction("1883.94"))
    for fill, entry, follows in zip(fills, entries, entries[1:], strict=False):
        size, part = abs(Fraction(fill["startPosition"])), Fraction(fill["sz"])
        moved = (size * entry + part * Fraction(fill["px"])) / (size + part)
        assert abs(moved - follows) <= Fraction(3, 100), fill
    printed = sum((Fraction(fill["closedPnl"]) for fill in fills), Fraction(0))
    true = sum(((entries[0] - Fraction(fill["px"])) * Fraction(fill["sz"]) for fill in fills), Fraction(0))
    assert rounded(printed - true, Decimal("0.01")) == Decimal("34.92")


@pytest.fixture(scope="module")
def payments(data: Path) -> tuple[dict[str, Any], ...]:
    return read(data / "trade_exports" / "hyperliquid_api_userFunding.json.gz")


def price_of(delta: Mapping[str, Any]) -> Fraction:
    """The price behind a payment: -usdc / (samples x size x rate)."""
    samples = Fraction(delta["nSamples"])
    return -Fraction(delta["usdc"]) / (Fraction(delta["szi"]) * Fraction(delta["fundingRate"]) * samples)


def test_every_payment_has_the_sign_that_the_engine_gives_it(payments: tuple[dict[str, Any], ...]) -> None:
    """A long pays a positive rate. Three samples are summed up in a payment of 2023, the last has one."""
    for one in payments:
        assert price_of(one["delta"]) > 0, one
    assert sum((Decimal(one["delta"]["usdc"]) for one in payments), ZERO) == Decimal("695.136103")
    assert {one["delta"]["nSamples"] for one in payments if one["time"] != FUNDED} == {3}


def test_the_payments_of_midnight_are_booked_to_the_micro_dollar(
    payments: tuple[dict[str, Any], ...], data: Path
) -> None:
    """The price of each is within 1 % of what the account itself traded at a quarter of an hour later,
    and at a price of six digits the engine books what the venue paid, but for the digits that are cut."""
    coins, _, _ = ordered(data)
    booked = 0
    for one in (one for one in payments if one["time"] == FUNDED):
        delta, name = one["delta"], symbol(one["delta"]["coin"])
        price = price_of(delta)
        near = Fraction(coins[delta["coin"]][0]["px"])
        assert abs(price / near - 1) < Fraction(1, 100), delta
        state = start({"coin": delta["coin"], "startPosition": delta["szi"], "px": delta_price(price)})
        event = ev.FundingPaid("f", FUNDED, name, Decimal(delta["fundingRate"]), Decimal(delta_price(price)))
        done = apply(state, event, HYPERLIQUID)
        assert done.accepted
        off = realised(done) - Decimal(delta["usdc"])
        assert abs(off) <= 2 * MICRO + abs(Decimal(delta["usdc"])) / 10**5, (delta, off)
        booked += 1
    assert booked == 15


def delta_price(price: Fraction) -> str:
    """A price at six digits, as the venue's prices are."""
    digits = Context(prec=6)
    return format(digits.divide(Decimal(price.numerator), Decimal(price.denominator)), "f")


def test_deposits_and_transfers_are_accepted_in_their_order(data: Path) -> None:
    """Two deposits, two transfers to the spot side; a spot transfer never touches this wallet.

    The file prints no balance to compare with. One amount carries a double's digits (…4500000002): it is
    taken on the venue's grid.
    """
    path = data / "trade_exports" / "hyperliquid_api_userNonFundingLedgerUpdates.json"
    state = begin(Account(venue="hyperliquid"), HYPERLIQUID)
    balances, left_out = [], []
    for one in json.loads(path.read_text("utf-8")):
        delta = one["delta"]
        amount = rounded(Decimal(delta.get("usdc", "0")), MICRO)
        if delta["type"] == "deposit":
            event: ev.Event = ev.Deposit(one["hash"], one["time"], "USDC", amount)
        elif delta["type"] == "accountClassTransfer":
            event = ev.Transfer(one["hash"], one["time"], "USDC", amount if delta["toPerp"] else -amount)
        else:
            left_out.append(delta["type"])
            continue
        done = apply(state, event, HYPERLIQUID)
        assert done.accepted, done.outcome
        state = done.state
        balances.append(state.account.wallet["USDC"])
    assert left_out == ["spotTransfer"]
    assert balances == [
        Decimal("2703997.45"), Decimal("2703985.45"), Decimal("19880.44"), Decimal("1119875.42"),
    ]  # fmt: skip
