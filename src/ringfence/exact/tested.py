"""Resting orders in the liquidation test, at the venues whose test counts them."""

from __future__ import annotations

from fractions import Fraction

from ringfence.domain.account import Account, InstrumentTerms, MarginMode, Side
from ringfence.domain.instrument import Kind
from ringfence.errors import NoTier
from ringfence.exact.leg import Leg
from ringfence.venues.pool import OrderTest, Resting, RestingOrder
from ringfence.venues.rules import VenueRules

NOTHING = OrderTest(Fraction(0), Fraction(0))


def tested_orders(
    account: Account, rules: VenueRules, asset: str, legs: tuple[Leg, ...], *, on: str
) -> tuple[Fraction, Fraction]:
    """What the orders of one pool add to its test: (requirement, set aside of the equity), its asset.

    The orders are valued at their own prices and the positions beside them at entry, so that the two do
    not move with the marks.
    """
    each = [
        _test(account, rules, symbol, legs, on)
        for symbol in dict.fromkeys(order.symbol for order in account.orders)
        if rules.instrument(symbol, account.instruments.get(symbol)).settle == asset
    ]
    return (
        sum((one.requirement for one in each), Fraction(0)),
        sum((one.set_aside for one in each), Fraction(0)),
    )


def _test(account: Account, rules: VenueRules, symbol: str, legs: tuple[Leg, ...], on: str) -> OrderTest:
    terms = account.instruments.get(symbol)
    instrument = rules.instrument(symbol, terms)
    own = [leg for leg in legs if leg.symbol == symbol and leg.position.margin_mode is MarginMode.CROSS]
    orders = [one for one in account.orders if one.symbol == symbol]
    valued = []
    for order in orders:
        size = Fraction(order.contracts) * Fraction(instrument.contract_size)
        price = Fraction(order.price)
        valued.append(RestingOrder(order, size / price if instrument.kind is Kind.INVERSE else size * price))
    settings = [*(leg.position.leverage for leg in own), *(one.leverage for one in orders)]
    leverage = next((one for one in settings if one is not None), None)
    try:
        table = rules.as_charged(account.tiers.get(symbol) or rules.tier_table(symbol, on=on))
    except NoTier:
        table = None
    resting = Resting(
        instrument, terms or InstrumentTerms(), tuple(one for one in valued if not one.order.reduce_only),
        _cost(own, Side.LONG), _cost(own, Side.SHORT), None,
        None if leverage is None else 1 / Fraction(leverage), Fraction(0), account.hedged, table,
        *(_contracts(own, side) for side in (Side.LONG, Side.SHORT)),
    )  # fmt: skip
    return NOTHING if rules.order_test is None else rules.order_test(resting)


def _contracts(legs: list[Leg], side: Side) -> Fraction:
    held = [Fraction(leg.position.contracts) for leg in legs if leg.position.side is side]
    return sum(held, Fraction(0))


def _cost(legs: list[Leg], side: Side) -> Fraction:
    return sum((Fraction(leg.entry_value) for leg in legs if leg.position.side is side), Fraction(0))
