"""What the engine says about the seed books with several positions."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

from ringfence.domain.market import Market
from ringfence.domain.numbers import Number
from ringfence.exact.assess import assess
from ringfence.exact.health import is_liquidated, sums
from ringfence.solve.path import Path
from ringfence.solve.search import liquidation_price
from ringfence.solve.twins import Twin
from tests.seeds.books import (
    Case,
    assessed,
    book_of,
    by_all,
    by_coin,
    hit,
    market_of,
    moved,
    now,
    percent,
    ring_with,
    symbol,
    twins_of,
    with_coin_collateral,
)
from tests.seeds.measure import Figures, alive, loss, measure, seed

ZERO = Fraction(0)


@measure("B23")
def pair_of_legs(case: Case) -> Figures:
    _, market, pair = seed(case)
    figures: dict[str, Number] = {"all_alive": 1}
    for btc, eth in case.given["moves"]:
        after = moved(market, {"BTC": btc, "ETH": eth})
        figures[f"pnl_{btc}_{eth}"] = -loss(pair.cross, market, after)
        figures["all_alive"] = int(figures["all_alive"] and alive(pair.cross, after))
    after = moved(market, {"BTC": 8, "ETH": 10})
    ended = [ring for ring in pair.isolated.book.fences if is_liquidated(ring, after.marks)]
    return {
        **figures,
        "iso_short_rise_pct": percent(by_coin(pair.isolated, market, "ETH")),
        "cross_loss_8_10": -figures["pnl_8_10"],
        "iso_loss_8_10": sum((Fraction(ring.collateral) for ring in ended), ZERO),
    }


@measure("B24")
def usable_profit(case: Case) -> Figures:
    account, market, _pair = seed(case)
    ((btc, eth),) = case.given["moves"]
    after = assessed(account, moved(market, {"BTC": btc, "ETH": eth}))
    pool = after.ring("pool USDT")
    gains = sum((Fraction(one.unrealized_pnl) for one in after.positions if one.unrealized_pnl > 0), ZERO)
    return {
        "equity_upnl_usable": pool.equity,
        "gain": gains,
        "mm": pool.maintenance_margin,
        # A venue that does not count gains takes the same equity without them.
        "equity_upnl_excluded": Fraction(pool.equity) - gains,
        "alive_upnl_usable": int(pool.health > 0),
    }


@measure("B33")
def contained(case: Case) -> Figures:
    _account, market, pair = seed(case)
    fallen = moved(market, {"SOL": -15})
    lost = loss(pair.isolated, market, fallen)
    after = assess(pair.isolated.book, fallen)
    free = after.ring("pool BTC").equity
    btc = pair.isolated.book.fences[0]
    return {
        "free": free,
        "fence_A": pair.isolated.positions[0].margin,
        "equity": free + sums(btc, fallen.marks).equity,
        "loss": lost,
        "loss_frac": lost / Fraction(case.given["wallet"]),
        "drop_A_pct": percent(by_coin(pair.isolated, market, "BTC")),
        "drop_B_pct": percent(by_coin(pair.isolated, market, "SOL")),
        "a_alive": int(not is_liquidated(btc, fallen.marks)),
    }


@measure("B36")
def eventually(case: Case) -> Figures:
    account, market, pair = seed(case)
    pool = ring_with(pair.cross.book, "BTC")
    btc, sol = symbol("BTC", "BTC"), symbol("SOL", "BTC")
    # A mark of exactly zero is no mark, so SOL's end is walked along the line on which it is zero.
    worthless = {btc: Fraction(market.mark(btc)), sol: ZERO}
    path = Path(btc, worthless[btc], Fraction(1, 100), {btc: (ZERO, Fraction(1)), sol: (ZERO, ZERO)})
    then = liquidation_price(pool, path, up=False)
    coin_account, coin_market = with_coin_collateral(case)
    coin = twins_of(coin_account, coin_market)
    tenth = assessed(account, moved(market, {"SOL": -10}))
    figures: dict[str, Number | int | str] = {}
    for fall in (20, 30, 50):
        after = moved(market, {"BTC": -fall, "SOL": -fall})
        figures[f"iso_loss_at_{fall}"] = loss(pair.isolated, market, after)
        figures[f"cross_loss_at_{fall}"] = loss(pair.cross, market, after)
    return {
        **figures,
        "wallet": sums(pool, market.marks).equity,
        "equity_sol_zero": sums(pool, worthless).equity,
        "sol_zero_alive": int(not is_liquidated(pool, worthless)),
        "btc_drop_after_sol_zero_pct": abs(then.move) * 100 if then else "never",
        "joint_drop_pct": percent(by_all(pair.cross, market)),
        "joint_drop_pct_usd": percent(by_all(coin.cross, coin_market)),
        "iso_cap_pct": _cap(pair.isolated, case),
        "cross_cap_pct": _cap(pair.cross, case),
        "equity_sol_minus_10": tenth.ring("pool BTC").equity,
        "mm_sol_minus_10": tenth.ring("pool BTC").maintenance_margin,
        "free_before": now(pair.cross).ring("pool BTC").available_balance,
        "btc_margin_before": pair.cross.positions[0].figures.initial_margin,
        "btc_margin_sol_minus_10": tenth.positions[0].initial_margin,
    }


def _cap(twin: Twin, case: Case) -> Fraction:
    """The most that can be lost, as a percentage of the wallet."""
    return Fraction((twin.most_to_lose or {})["BTC"]) / Fraction(case.given["wallet"]) * 100


@measure("B38")
def three_high(case: Case) -> Figures:
    _, market, pair = seed(case)
    gap = moved(market, {"BTC": -5, "ETH": -5, "SOL": -5})
    two = moved(market, {"BTC": -2, "ETH": -2, "SOL": -2})
    return {
        "iso_drop_pct": percent(by_coin(pair.isolated, market)),
        "iso_lost": loss(pair.isolated, market, two),
        "iso_kept": Fraction(case.given["wallet"]) - loss(pair.isolated, market, two),
        "cross_drop_pct": percent(by_all(pair.cross, market)),
        "iso_loss_gap_5": loss(pair.isolated, market, gap),
        "cross_loss_gap_5": loss(pair.cross, market, gap),
        "effective_leverage": now(pair.cross).total("USDT").effective_leverage,
    }


@measure("B43")
def three_low(case: Case) -> Figures:
    _, market, pair = seed(case)
    tenth = moved(market, {"BTC": -10, "ETH": -10, "SOL": -10})
    return {
        "cross_drop_pct": percent(by_all(pair.cross, market)),
        "iso_drop_pct": percent(by_coin(pair.isolated, market)),
        "iso_lost": loss(pair.isolated, market, tenth),
        "cross_lost": loss(pair.cross, market, moved(market, {"BTC": -34, "ETH": -34, "SOL": -34})),
    }


@measure("B50")
def dragged(case: Case) -> Figures:
    account, market, pair = seed(case)
    answer = by_coin(pair.cross, market, "SOL")
    (first,) = [one for one in pair.cross.contagion if one.symbol.startswith("SOL")]
    gone = Market({**market.marks, symbol("SOL", "USDT"): hit(answer).liquidated})
    alone = twins_of(replace(account, positions=account.positions[:1]), market_of(account))
    return {
        "cross_sol_drop_pct": percent(answer),
        "cross_takes_btc": int(any(name.startswith("BTC/") for name in first.takes)),
        "cross_liquidated": int(is_liquidated(ring_with(book_of(account), "BTC"), gone.marks)),
        "iso_btc_alive": int(not is_liquidated(ring_with(pair.isolated.book, "BTC"), gone.marks)),
        "iso_btc_drop_pct": percent(by_coin(pair.isolated, market, "BTC")),
        "btc_alone_in_cross": percent(by_coin(alone.cross, market, "BTC")),
    }
