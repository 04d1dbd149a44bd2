"""What the engine says about each seed book: one function a case, its figures by name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from functools import cache

from ringfence.domain.account import Account, InstrumentTerms, MarginMode, Position, Side
from ringfence.domain.market import Market
from ringfence.domain.numbers import Number, rounded
from ringfence.domain.tiers import Tier, TierTable
from ringfence.exact.assess import Solvency, assess
from ringfence.exact.health import is_liquidated
from ringfence.solve.odds import barrier_odds, bet_on, break_even, expected_value
from ringfence.solve.shock import outcomes
from ringfence.solve.sizing import size_for
from ringfence.solve.twins import Twin, Twins
from tests.seeds.books import (
    ENTRIES,
    RATE,
    Case,
    account_of,
    assessed,
    book_of,
    by_coin,
    cases,
    hit,
    market_of,
    moved,
    now,
    percent,
    single,
    twins_of,
)

Figures = Mapping[str, Number | int | str]
"""Figures by name: exact numbers, 1 and 0 for yes and no, or a state in words."""

MEASURES: dict[str, Callable[[Case], Figures]] = {}


def measure(case_id: str) -> Callable[[Callable[[Case], Figures]], Callable[[Case], Figures]]:
    """Name the case that a function measures."""

    def register(function: Callable[[Case], Figures]) -> Callable[[Case], Figures]:
        MEASURES[case_id] = function
        return function

    return register


@cache
def measured(case_id: str) -> Figures:
    """Every figure of one case, computed now."""
    return MEASURES[case_id](cases()[case_id])


def loss(twin: Twin, before: Market, after: Market) -> Fraction:
    """What a jump costs a twin, a gain being negative, over all its rings."""
    return sum((Fraction(one.loss) for one in outcomes(twin.book, before, after)), Fraction(0))


def alive(twin: Twin, market: Market) -> int:
    """1 when no ring is liquidated."""
    return int(assess(twin.book, market).solvency in (Solvency.SOUND, Solvency.NO_NEW_RISK))


def seed(case: Case) -> tuple[Account, Market, Twins]:
    """Account, market and twins of a case at its marks."""
    account = account_of(case)
    market = market_of(account, case.given.get("marks"))
    return account, market, twins_of(account, market)


@measure("B02")
def capped(case: Case) -> Figures:
    figures: dict[str, Number | str] = {}
    for leverage in case.given["leverages"]:
        account = single(case.given["wallet"], Decimal(case.given["margin"]) * leverage, leverage)
        market = market_of(account)
        pair = twins_of(account, market)
        figures[f"iso_drop_pct_{leverage}"] = percent(by_coin(pair.isolated, market))
        figures[f"cross_drop_pct_{leverage}"] = percent(by_coin(pair.cross, market))
        figures["iso_loss"] = pair.isolated.positions[0].at_risk
        figures["cross_loss"] = pair.cross.positions[0].at_risk
    return figures


@measure("B03")
def one_tenth(case: Case) -> Figures:
    _account, market, pair = seed(case)
    fence = pair.isolated.positions[0]
    value = fence.figures.notional
    return {
        "initial_margin": fence.figures.initial_margin,
        "iso_drop_pct": percent(by_coin(pair.isolated, market, "ETH")),
        "iso_loss": fence.at_risk,
        "iso_loss_with_entry_fee": fence.at_risk + value * Decimal(case.given["fee"]),
        "wallet_left": now(pair.isolated).ring("pool BTC").equity,
        "cross_drop_pct_wallet_1": percent(by_coin(pair.cross, market, "ETH")),
        "cross_effective_leverage": now(pair.cross).total("BTC").effective_leverage,
    }


@measure("B10")
def two_pools(case: Case) -> Figures:
    account, market, pair = seed(case)
    fallen = assessed(account, moved(market, {"BTC": -30}))
    return {
        "pools": len(pair.cross.book.pools),
        "usdt_liquidated": int(fallen.ring("pool USDT").solvency in (Solvency.LIQUIDATED, Solvency.BANKRUPT)),
        "usdc_equity": fallen.ring("pool USDC").equity,
    }


def inverse_profit() -> Number:
    """Profit in coin of an inverse contract worth 1 BTC when its price is ten times the entry."""
    face = Position("BTC/USD:BTC", "long", "50000", entry_price="50000", leverage="100")  # type: ignore[arg-type]
    table = TierTable(face.symbol, (Tier(Decimal(0), None, RATE, Decimal(0)),), source="seed convention")
    account = Account(
        venue="demo",
        wallet={"BTC": Decimal(1)},
        positions=(face,),
        tiers={face.symbol: table},
        instruments={face.symbol: InstrumentTerms(contract_size=Decimal(1))},
    )
    return assessed(account, Market({face.symbol: Decimal(500_000)})).positions[0].unrealized_pnl


@measure("B17")
def hundredfold(case: Case) -> Figures:
    account, market, pair = seed(case)
    (held,) = account.positions
    margin = pair.isolated.positions[0].margin
    tenfold = assessed(account, moved(market, {"SOL": 900})).positions[0].unrealized_pnl
    fee = pair.isolated.positions[0].figures.notional * Decimal(case.given["fee"])
    return {
        "notional": pair.isolated.positions[0].figures.notional,
        "profit_price_x10": tenfold,
        "roe_price_x10_pct": Fraction(tenfold) / Fraction(margin) * 100,
        "profit_plus_10pct": assessed(account, moved(market, {"SOL": 10})).positions[0].unrealized_pnl,
        "unlevered_profit_x10": assessed(
            replace(account, positions=(replace(held, contracts=margin, leverage=Decimal(1)),)),
            moved(market, {"SOL": 900}),
        )
        .positions[0]
        .unrealized_pnl,
        "inverse_profit_x10": inverse_profit(),
        "trigger_pct": percent(by_coin(pair.isolated, market, "SOL")),
        "margin": margin,
        "entry_fee": fee,
        "entry_fee_of_margin_pct": Fraction(fee) / Fraction(margin) * 100,
        "im_isolated": pair.isolated.positions[0].figures.initial_margin,
        "im_cross": pair.cross.positions[0].figures.initial_margin,
        "im_at_10x": assessed(replace(account, positions=(replace(held, leverage=Decimal(10)),)), market)
        .positions[0]
        .initial_margin,
    }


def fenced(account: Account, margin: str | int | Decimal) -> Account:
    """The one position of an account moved behind a fence of ``margin``, taken from the wallet."""
    (held,) = account.positions
    ((asset, money),) = account.wallet.items()
    held = replace(held, margin_mode=MarginMode.ISOLATED, isolated_margin=Decimal(margin))
    return replace(account, wallet={asset: money - Decimal(margin)}, positions=(held,))


def threshold(account: Account, market: Market) -> Fraction:
    """The price at which the one position of an account is liquidated, its coin moving alone."""
    return hit(by_coin(twins_of(account, market).as_is, market)).threshold


@measure("B25")
def five_percent(case: Case) -> Figures:
    figures: dict[str, Number | int] = {}
    for leverage in case.given["leverages"]:
        account = single(case.given["wallet"], Decimal(case.given["wallet"]) * leverage, leverage)
        market = market_of(account)
        after = assessed(account, moved(market, {"BTC": -5})).ring("pool USDT")
        figures[f"alive_{leverage}"] = int(after.solvency in (Solvency.SOUND, Solvency.NO_NEW_RISK))
        left = Fraction(after.equity) / Fraction(case.given["wallet"]) * 100
        figures[f"equity_left_pct_{leverage}"] = left
        figures[f"equity_lost_pct_{leverage}"] = 100 - left
    account = single("1000", 1000, 1)
    market = market_of(account)
    most = size_for(book_of(account), market, account.positions[0], Decimal("47500")).value
    value = Fraction(most or 0) * Fraction(ENTRIES["BTC"])
    return {**figures, "l_eff_max": value / 1000}


@measure("B31")
def added(case: Case) -> Figures:
    account, market, pair = seed(case)
    fence = pair.isolated.positions[0].margin
    more = fenced(account, fence + Decimal(case.given["add"]))
    return {
        "add": Decimal(case.given["add"]),
        "q": more.positions[0].contracts,
        "iso_liq_before": threshold(fenced(account, fence), market),
        "iso_liq": threshold(more, market),
    }


@measure("B40")
def switched(case: Case) -> Figures:
    account, market, pair = seed(case)
    fence = now(pair.isolated).rings[-1]
    figures = pair.isolated.positions[0].figures
    entry = market_of(account)
    return {
        "margin": fence.wallet_balance,
        "lacking": -fence.health,
        "equity": fence.equity,
        "mm": fence.maintenance_margin,
        "instant": int(is_liquidated(pair.isolated.book.fences[0], market.marks)),
        "min_margin": fence.maintenance_margin - figures.unrealized_pnl,
        "instant_from": threshold(fenced(account, fence.wallet_balance), entry),
    }


@measure("B42")
def label(case: Case) -> Figures:
    _account, market, pair = seed(case)
    return {
        "effective_leverage": now(pair.cross).total("USDT").effective_leverage,
        "cross_alive_at_minus_99_pct": alive(pair.cross, moved(market, {"BTC": -99})),
        "iso_drop_pct": percent(by_coin(pair.isolated, market)),
    }


@measure("B51")
def whole_wallet(case: Case) -> Figures:
    account, market, _pair = seed(case)
    return {
        "iso_liq": threshold(fenced(account, case.given["wallet"]), market),
        "cross_liq": threshold(account, market),
    }


@measure("I02")
def doubled(case: Case) -> Figures:
    account, market, pair = seed(case)
    (held,) = account.positions
    size = held.contracts * 2
    average = ((held.entry_price or 0) + market.mark(held.symbol)) / 2
    after = twins_of(
        replace(account, positions=(replace(held, contracts=size, entry_price=average),)), market
    )
    return {
        "avg": average,
        "cross_liq": hit(by_coin(after.cross, market)).threshold,
        "d_before_pct": percent(by_coin(pair.cross, market)),
        "d_after_pct": percent(by_coin(after.cross, market)),
        "leff_before": now(pair.cross).total("USDT").effective_leverage,
        "leff_after": now(after.cross).total("USDT").effective_leverage,
    }


@measure("LADDER")
def ladder(case: Case) -> Figures:
    figures: dict[str, Number | int | str] = {}
    for leverage in case.given["leverages"]:
        for side in Side:
            account = single(case.given["wallet"], 100 * leverage, leverage, side=side.value)
            market = market_of(account)
            figures[f"{side.value}_{leverage}"] = percent(by_coin(twins_of(account, market).isolated, market))
    account = single(case.given["wallet"], 20_000, 200)
    at_entry = now(twins_of(account, market_of(account)).isolated).solvency
    return {**figures, "at_200_open_liquidated": int(at_entry is Solvency.LIQUIDATED)}


@measure("A05")
def rescue(case: Case) -> Figures:
    account, market, pair = seed(case)
    target = Decimal(case.given["target"])
    bets = [
        bet_on(twin.book, market, twin.account.positions[0], target) for twin in (pair.isolated, pair.cross)
    ]
    fence, pool = pair.isolated.positions[0], pair.cross.positions[0]
    cross_liq, iso_liq = bets[1].liquidation.threshold, bets[0].liquidation.threshold
    wanted = rounded(cross_liq, Decimal("1e-12"))
    entry = Fraction(account.positions[0].entry_price or 0)
    size = size_for(pair.isolated.book, market, pair.isolated.account.positions[0], wanted)
    return {
        "iso_liq": iso_liq,
        "iso_alive": bets[0].liquidation.alive,
        "iso_liquidated": bets[0].liquidation.liquidated,
        "iso_liq_with_spare": threshold(_with_spare(pair.isolated.account, "1000000"), market),
        "cross_liq": cross_liq,
        "d_iso": percent(fence.liquidation.alone),
        "d_cross": percent(pool.liquidation.alone),
        "d_entry": percent(by_coin(pair.isolated, market_of(account))),
        "loss_iso": entry - iso_liq,
        "loss_cross": entry - cross_liq,
        "fence": fence.margin,
        "wallet": pool.margin,
        "free": now(pair.isolated).ring("pool USDT").equity,
        "pledged_ratio": Fraction(pool.margin) / Fraction(fence.margin),
        "car_iso": fence.at_risk,
        "car_cross": pool.at_risk,
        "car_ratio": Fraction(pool.at_risk) / Fraction(fence.at_risk),
        "p_liq_iso": bets[0].odds.liquidation_first,
        "p_liq_cross": bets[1].odds.liquidation_first,
        "ev_iso": bets[0].expected,
        "ev_cross": bets[1].expected,
        "ev_iso_forfeit": bets[0].expected_forfeited,
        "ev_cross_forfeit": bets[1].expected_forfeited,
        "keep_fraction": size.figures["keep_fraction"],
        **_mirrored(account, market),
        **_paused(pair, market),
    }


def _with_spare(account: Account, spare: str) -> Account:
    return replace(account, wallet={"USDT": Decimal(spare)})


def _mirrored(account: Account, market: Market) -> Figures:
    """The same book short."""
    short = twins_of(replace(account, positions=(replace(account.positions[0], side=Side.SHORT),)), market)
    return {
        "short_iso_liq": hit(by_coin(short.isolated, market)).threshold,
        "short_cross_liq": hit(by_coin(short.cross, market)).threshold,
    }


def _paused(pair: Twins, market: Market) -> Figures:
    """What staying isolated costs and saves against switching to cross, along two short paths of marks."""

    def after(twin: Twin, *path: int) -> Fraction:
        ((name, _),) = market.marks.items()
        account = Fraction(sum(ring.equity for ring in twin.rings))
        for price in path:
            there = Market({name: Decimal(price)})
            if not alive(twin, there):
                return account - loss(twin, market, there)
        return account - loss(twin, market, there)

    return {
        "pause_cost": after(pair.cross, 57_000, 60_500) - after(pair.isolated, 57_000, 60_500),
        "pause_saved": after(pair.isolated, 49_000) - after(pair.cross, 49_000),
    }


@measure("B19")
def ten_to_one(case: Case) -> Figures:
    _account, market, pair = seed(case)
    book, held = pair.isolated.book, pair.isolated.account.positions[0]
    mark = market.mark(held.symbol)
    near, far = (bet_on(book, market, held, mark * factor) for factor in (Decimal("1.1"), Decimal(10)))
    stake = Fraction(pair.isolated.positions[0].margin)
    broke = by_coin(pair.isolated, market, "SOL").nearest_bankruptcy
    at_zero = barrier_odds(price=mark, liquidation=broke, target=mark * Decimal("1.1"))
    fee = case.fee
    # Fees at both ends, on the value at entry and at the price it is closed at.
    win = near.gain - fee * (1 + Fraction(11, 10))
    lose = stake + fee * 1
    return {
        "p_up10_first": near.odds.target_first,
        "ev_over_stake": near.expected_forfeited / stake,
        "ev_at_bankruptcy": expected_value(at_zero, gain=near.gain, loss=stake),
        "breakeven_p_fees": break_even(gain=win, loss=lose),
        "p_x10_first": far.odds.target_first,
        "x10_one_in": 1 / far.odds.target_first,
    }
