"""A real BitMEX account, captured twice in ten seconds: what the pack computes is what the venue printed.

Not compared, and why: ``breakEvenPrice``, ``rebalancedPnl``, ``prevRealisedPnl``, ``realisedPnl`` and
``currentCost`` tell how the position came about; ``deleveragePercentile`` needs the other accounts;
``homeNotional`` and ``foreignNotional`` are the size again; ``unrealisedPnlPcnt``, ``unrealisedRoePcnt``,
``marginLeverage`` and ``marginUsedPcnt`` are quotients of compared figures (checked at the end);
``posMargin`` repeats ``posMaint``; ``posInit``, ``posComm``, ``posCross`` and ``posLoss`` are zero here:
the venue keeps nothing beside the maintenance.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import replace
from decimal import ROUND_FLOOR, Decimal
from fractions import Fraction
from pathlib import Path

import polars as pl
import pytest

from ringfence.domain.account import Account, InstrumentTerms, Order, Position, Side
from ringfence.domain.market import Market
from ringfence.domain.numbers import rounded
from ringfence.domain.tiers import Tier, TierBasis, TierTable
from ringfence.exact.assess import Assessment, PositionFigures, RingFigures, assess
from ringfence.exact.ring import prepare
from ringfence.solve.liquidation import liquidations
from ringfence.venues.bitmex import NOW
from ringfence.venues.registry import rules
from ringfence.venues.rules import VenueRules

XBTUSD, ON = "BTC/USD:BTC", "2026-05-03"
SATOSHI, CENTS = Decimal("1e-8"), Decimal("0.01")
BITMEX = rules("bitmex", on=ON)
Cells = Mapping[str, str]


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


@pytest.fixture(scope="module")
def printed(data: Path) -> dict[str, str]:
    """The position, as its owner captured it."""
    held = rows(data / "accounts" / "bitmex_position_snapshot_2026-05-03.csv")
    assert [one["symbol"] for one in held if one["isOpen"] == "true"] == ["XBTUSD"]
    return held[0]


@pytest.fixture(scope="module")
def margin(data: Path) -> dict[str, str]:
    """The margin of the bitcoin pool, ten seconds later."""
    pools = rows(data / "accounts" / "bitmex_margin_snapshot_2026-05-03.csv")
    return {one["currency"]: one for one in pools}["XBt"]


@pytest.fixture(scope="module")
def contract(data: Path) -> dict[str, object]:
    """The contract on the same day: its rates, its fee, and the funding that was due next."""
    listed = pl.read_parquet(data / "leverage" / "bitmex_instruments_2026-05-03.parquet")
    return dict(listed.filter(pl.col("symbol") == "XBTUSD").to_dicts()[0])


def orders(printed: Cells) -> tuple[Order, ...]:
    """The resting orders of a side as the venue sums them up: a quantity and a cost in whole satoshi.

    Their prices are not printed. A lot of 100 costs a whole number of satoshi, so that one price, or two
    next to each other, give the sum that is.
    """
    found = []
    for side in ("buy", "sell"):
        quantity = int(printed[f"openOrder{side.title()}Qty"])
        cost = -int(printed[f"openOrder{side.title()}Cost"])
        low, more = divmod(cost, quantity // 100)
        for lots, each in ((quantity // 100 - more, low), (more, low + 1)):
            if lots:
                found.append(Order(XBTUSD, side, Decimal(lots * 100), rounded(Fraction(10**10, each), CENTS)))
    return tuple(found)


def account(printed: Cells, margin: Cells, contract: Mapping[str, object], **changed: str) -> Account:
    """The account, of what the captures say and of nothing else."""

    def rate(name: str) -> Decimal:
        return Decimal(str(contract[name]))

    limit = Decimal(printed["riskLimit"]) * SATOSHI
    rates = [Decimal(printed["maintMarginReq"]), 2 * Decimal(printed["maintMarginReq"])]
    tiers = (
        Tier(Decimal(0), limit, rates[0], Decimal(0), Decimal(printed["leverage"])),
        Tier(limit, None, rates[1], Decimal(0), None),
    )
    terms = InstrumentTerms(
        contract_size=Decimal(1), taker_fee=Decimal(printed["commission"]), tick_size=rate("tickSize"),
        funding_rate=Decimal(changed.get("funding_rate", str(rate("fundingRate")))),
        mark_quantum=Decimal("0.01"),
    )  # fmt: skip
    size = Decimal(printed["currentQty"])
    position = Position(
        XBTUSD, Side.LONG if size > 0 else Side.SHORT, abs(size), leverage=Decimal(printed["leverage"]),
        entry_cost=Decimal(changed.get("cost", printed["posCost"])) * SATOSHI,
    )  # fmt: skip
    return Account(
        venue="bitmex", wallet={"BTC": Decimal(margin["walletBalance"]) * SATOSHI}, positions=(position,),
        orders=orders(printed), tiers={XBTUSD: TierTable(XBTUSD, tiers, TierBasis.SETTLE)},
        instruments={XBTUSD: terms},
    )  # fmt: skip


def assessed(held: Account, mark: Decimal, pack: VenueRules = BITMEX) -> Assessment:
    return assess(prepare(held, pack, on=ON), Market({XBTUSD: mark}))


def later(margin: Cells, printed: Cells) -> Decimal:
    """A mark at which the position is worth what the margin capture says; its own mark is not printed."""
    lots = abs(int(printed["currentQty"])) // 100
    each, rest = divmod(int(margin["grossMarkValue"]), lots)
    assert rest == 0, "a lot is worth a whole number of satoshi"
    return rounded(Fraction(10**10, each), CENTS)


def of_position(one: PositionFigures) -> dict[str, Fraction]:
    """The position's figures under the venue's names."""
    return {
        "markValue": Fraction(one.notional),
        "unrealisedPnl": Fraction(one.unrealized_pnl),
        "posMaint": Fraction(one.maintenance_margin),
        "maintMargin": Fraction(one.requirement),
        "posComm": Fraction(one.closing_fee or 0),
    }


def of_pool(pool: RingFigures, held: PositionFigures) -> dict[str, Fraction]:
    """The pool's figures under the venue's names; its initMargin is that of the orders alone."""
    return {
        "walletBalance": Fraction(pool.wallet_balance),
        "marginBalance": Fraction(pool.equity),
        "unrealisedPnl": Fraction(pool.unrealized_pnl),
        "grossMarkValue": Fraction(pool.notional),
        "initMargin": Fraction(pool.initial_margin or 0) - Fraction(held.initial_margin or 0),
        "maintMargin": Fraction(pool.maintenance_margin),
        "availableMargin": Fraction(pool.available_balance or 0),
        "excessMargin": Fraction(pool.available_balance or 0),
        "withdrawableMargin": Fraction(pool.withdrawable or 0),
    }


def in_satoshi(figures: Mapping[str, Fraction]) -> dict[str, Fraction]:
    return {name: value / Fraction(SATOSHI) for name, value in figures.items()}


def cells(source: Cells, names: Mapping[str, object]) -> dict[str, int]:
    return {name: int(source[name]) for name in names}


def test_the_position_to_the_satoshi(
    printed: dict[str, str], margin: dict[str, str], contract: dict[str, object]
) -> None:
    """The funding rate is the one that the contract's own page showed 15 seconds later: it is not fitted."""
    said = assessed(account(printed, margin, contract), Decimal(printed["markPrice"]))
    (one,) = said.positions
    figures = in_satoshi(of_position(one))
    assert figures == cells(printed, figures)
    assert figures["posMaint"] == 9_802_356, "1,951,105,699 x (0.5 % + 0.0024 %), rounded up"
    assert said.solvency.name == "SOUND"
    assert (one.maintenance_rate, one.tier) == (Decimal(printed["maintMarginReq"]), 1)


def test_the_pool_ten_seconds_later_to_the_satoshi(
    printed: dict[str, str], margin: dict[str, str], contract: dict[str, object]
) -> None:
    """Wallet, equity, orders' margin, maintenance, and what may be used and withdrawn."""
    said = assessed(account(printed, margin, contract), later(margin, printed))
    (pool,), (one,) = said.rings, said.positions
    figures = in_satoshi(of_pool(pool, one))
    assert figures == cells(margin, figures)
    share = Fraction(pool.initial_margin or 0) - Fraction(one.initial_margin or 0)
    share += Fraction(pool.maintenance_margin)
    assert rounded(share / Fraction(pool.equity), Decimal("0.0001")) == Decimal(margin["marginUsedPcnt"])
    leverage = Fraction(pool.notional) / Fraction(pool.equity)
    assert rounded(leverage, Decimal("0.0001")) == Decimal(margin["marginLeverage"])


def test_the_other_currencies_are_wallets_and_nothing_else(data: Path) -> None:
    for one in rows(data / "accounts" / "bitmex_margin_snapshot_2026-05-03.csv"):
        if one["currency"] == "XBt":
            continue
        places = 6
        held = Account(venue="bitmex", wallet={"USDT": Decimal(one["walletBalance"]).scaleb(-places)})
        (pool,) = assess(prepare(held, BITMEX, on=ON), Market()).rings
        for name, value in (
            ("marginBalance", pool.equity), ("availableMargin", pool.available_balance),
            ("withdrawableMargin", pool.withdrawable), ("maintMargin", pool.maintenance_margin),
        ):  # fmt: skip
            assert Decimal(one[name]).scaleb(-places) == value, (one["currency"], name)


def test_neither_a_liquidation_nor_a_bankruptcy_price(
    printed: dict[str, str], margin: dict[str, str], contract: dict[str, object]
) -> None:
    """1,000,000 is what the venue prints where a price does not exist: a short of 19.5 BTC on 30 BTC."""
    assert (printed["liquidationPrice"], printed["bankruptPrice"]) == ("1000000", "1000000")
    book = prepare(account(printed, margin, contract), BITMEX, on=ON)
    answer = liquidations(book, Market({XBTUSD: Decimal(printed["markPrice"])})).of(XBTUSD)
    assert answer.shown == (None, None)
    assert (answer.alone.below, answer.alone.above) == (None, None)


def test_the_average_price_follows_from_the_cost(
    printed: dict[str, str], margin: dict[str, str], contract: dict[str, object]
) -> None:
    """Cost a contract at two decimals of a satoshi, a short's rounded to nearest: no other capture has one.

    The other way round does not do: size over the average price is 1,460 satoshi more than the cost.
    """
    size, cost = abs(int(printed["currentQty"])), int(printed["posCost"])
    (ring,) = prepare(account(printed, margin, contract), BITMEX, on=ON).rings
    schedule = ring.legs[0].schedule
    assert schedule is not None
    assert schedule.entry_price == Decimal(printed["avgEntryPrice"])
    down = rounded(Fraction(cost, size), CENTS, ROUND_FLOOR)
    assert rounded(10**8 / Fraction(down), Decimal("0.0001")) != Decimal(printed["avgEntryPrice"])
    assert 1_460 < Fraction(size * 10**8) / Fraction(printed["avgEntryPrice"]) - cost < 1_461


@pytest.mark.parametrize(
    ("changed", "name"),
    [
        ({"funding_rate": "-0.000025"}, "posMaint"),
        ({"funding_rate": "0.000024"}, "posMaint"),
        ({"cost": "1951105700"}, "unrealisedPnl"),
    ],
)
def test_another_input_does_not_give_the_capture(
    changed: dict[str, str], name: str, printed: dict[str, str], margin: dict[str, str],
    contract: dict[str, object],
) -> None:  # fmt: skip
    """A planted error: one satoshi of cost, a millionth of the rate, its sign."""
    held = account(printed, margin, contract, **changed)
    (one,) = assessed(held, Decimal(printed["markPrice"])).positions
    assert in_satoshi(of_position(one))[name] != int(printed[name])


def test_a_wallet_that_is_one_satoshi_off_is_seen_everywhere(
    printed: dict[str, str], margin: dict[str, str], contract: dict[str, object]
) -> None:
    held = account(printed, margin, contract)
    held = replace(held, wallet={"BTC": held.wallet["BTC"] + SATOSHI})
    said = assessed(held, later(margin, printed))
    figures = in_satoshi(of_pool(said.rings[0], said.positions[0]))
    wrong = {name for name, value in figures.items() if value != int(margin[name])}
    assert wrong == {
        "walletBalance", "marginBalance", "availableMargin", "excessMargin", "withdrawableMargin"
    }  # fmt: skip


def test_by_the_rule_of_2020_the_account_would_have_less(
    printed: dict[str, str], margin: dict[str, str], contract: dict[str, object]
) -> None:
    """That rule kept initial margin and commission: a tenth of a bitcoin that the venue lets be used."""
    held, mark = account(printed, margin, contract), later(margin, printed)
    old, new = (assessed(held, mark, pack).rings[0] for pack in (NOW, BITMEX))
    assert Fraction(new.available_balance or 0) - Fraction(old.available_balance or 0) > Fraction(1, 10)
    assert old.maintenance_margin > new.maintenance_margin
