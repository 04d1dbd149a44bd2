"""A closing fee set aside at entry: the taker fee on the value at which the margin would be used up.

Shared by venues that put this reserve into initial and maintenance margin alike. Everything is written for
one turn of a contract, ``turn``: +1 where a rising value is a gain (a linear long, an inverse short), -1
where it is a loss. Profit is then ``turn x (value - entry value)`` for linear and inverse contracts.
"""

from __future__ import annotations

from fractions import Fraction

from ringfence.domain.numbers import Number
from ringfence.errors import MissingLeverage, MissingRate
from ringfence.venues.pool import Resting
from ringfence.venues.schedule import Charged, Linear, Schedule, fixed_requirement
from ringfence.venues.shown import Prices, Solved, exact_prices, toward_entry

ZERO = Fraction(0)


def turn(charged: Charged) -> int:
    """+1 where a rising value is a gain, -1 where it is a loss."""
    return -charged.sign if charged.is_inverse else charged.sign


def reserve_at_entry(charged: Charged, fee: Fraction) -> Fraction:
    """The reserve in the venue's own figures: fee x entry value x (1 - turn / leverage).

    Raises:
        MissingLeverage: nobody gave it, and a fee is charged.
    """
    if fee == 0:
        return ZERO
    return fee * charged.entry_value * (1 - turn(charged) / charged.need_leverage())


def used_up(charged: Charged, fee: Fraction) -> Fraction:
    """The value at which the margin inside the fence, less the fee on that very value, is used up.

    ``margin - fee x value + turn x (value - entry value) = 0``; zero where no value uses it up.
    """
    side, inside = turn(charged), charged.margin or ZERO
    return max(ZERO, (charged.entry_value - side * inside) / (1 - side * fee))


def charged_at_mark(charged: Charged) -> Schedule:
    """Maintenance on the value at the mark; the reserve stays at entry.

    In cross the reserve is that of the setting. Behind a fence the test takes the fee on the value at
    which the margin really inside is used up, which margin added by hand moves; the figures shown do not
    follow it.

    Raises:
        MissingRate: the account's taker fee. MissingLeverage: a cross position without its setting.
    """
    fee, rate = charged.need("taker_fee"), charged.initial_rate
    known = None if rate is None and fee != 0 else reserve_at_entry(charged, fee)
    if charged.isolated:
        tested = fee * used_up(charged, fee)
    else:
        tested = reserve_at_entry(charged, fee) if known is None else known
    moved = known is not None and known != tested
    return Schedule(
        charged.rates,
        tuple(one - tested for one in charged.deductions),
        shown_rates=charged.rates if moved else None,
        shown_deductions=tuple(one - (known or 0) for one in charged.deductions) if moved else None,
        initial=_initial(charged, known, on_value=not charged.isolated),
        closing_fee=None if known is None else Linear(fixed=known),
        fence=_fence(charged, known),
        how="value x tier rate - deduction + closing fee set aside",
    )


def charged_at_entry(charged: Charged) -> Schedule:
    """Maintenance and reserve on the entry value: the requirement stands still while the price moves.

    Raises:
        MissingRate: the account's taker fee. MissingLeverage: nobody gave the setting.
    """
    fee = charged.need("taker_fee")
    known = reserve_at_entry(charged, fee)
    tier, amount = maintenance_at_entry(charged)
    return fixed_requirement(
        amount + known, tier=tier, initial=_initial(charged, known, on_value=False),
        closing_fee=Linear(fixed=known), fence=_fence(charged, known),
        how="value at entry x tier rate - deduction + closing fee set aside",
    )  # fmt: skip


def charged_at_entry_fee_at_mark(charged: Charged) -> Schedule:
    """Maintenance on the entry value, the closing fee on the value at the mark: a pool of one coin.

    Raises:
        MissingRate: the account's taker fee.
    """
    fee, rate = charged.need("taker_fee"), charged.initial_rate
    known = None if rate is None and fee != 0 else reserve_at_entry(charged, fee)
    tier, amount = maintenance_at_entry(charged)
    return fixed_requirement(
        amount, tier=tier, on_value=fee, shown=None if known is None else (0, amount + known),
        initial=_initial(charged, known, on_value=False),
        closing_fee=Linear(fee) if known is None else Linear(fixed=known), fence=_fence(charged, known),
        how="value at entry x tier rate - deduction + closing fee at the mark",
    )  # fmt: skip


def maintenance_at_entry(charged: Charged) -> tuple[int, Fraction]:
    """The tier of the entry value, and the maintenance on it without a fee, settlement asset."""
    tier = charged.tier_of(charged.entry_value)
    return tier, charged.entry_value * charged.rates[tier] - charged.deductions[tier]


def _initial(charged: Charged, reserve: Fraction | None, *, on_value: bool) -> Linear | None:
    rate = charged.initial_rate
    if rate is None or reserve is None:
        return None
    return Linear(on_value=rate, fixed=reserve) if on_value else Linear(on_entry=rate, fixed=reserve)


def _fence(charged: Charged, reserve: Fraction | None) -> Fraction | None:
    rate = charged.initial_rate
    return None if rate is None or reserve is None else charged.entry_value * rate + reserve


def printed(solved: Solved, used: Fraction | None) -> Prices:
    """Both prices on the tick toward the entry where a tick is known, the bankruptcy price at a value.

    Args:
        used: the value at which nothing is left, settlement asset; zero or below: no price gets there.
    """
    charged = solved.charged
    broke = None if used is None or used <= 0 else price_at(charged, used)
    tick = charged.optional("tick_size")
    if tick is None:
        return Prices(solved.liquidation, broke)
    return Prices(toward_entry(solved.liquidation, charged, tick), toward_entry(broke, charged, tick))


def at_mark_prices(solved: Solved) -> Prices:
    """Behind a fence: bankruptcy where the margin less the fee on the value there is used up."""
    charged = solved.charged
    if not charged.isolated:
        return exact_prices(solved)
    return printed(solved, used_up(charged, charged.need("taker_fee")))


def at_entry_prices(solved: Solved) -> Prices:
    """Behind a fence: bankruptcy where the margin less the reserve at entry is used up."""
    charged = solved.charged
    if not charged.isolated:
        return exact_prices(solved)
    net = (charged.margin or ZERO) - reserve_at_entry(charged, charged.need("taker_fee"))
    return printed(solved, charged.entry_value - turn(charged) * net)


def price_at(charged: Charged, value: Fraction) -> Fraction:
    """The price at which the position is worth a value above zero."""
    return charged.size / value if charged.is_inverse else value / charged.size


def order_cost(resting: Resting) -> Number:
    """What resting orders hold: initial margin, the fee for opening, the fee for closing at bankruptcy.

    Hedged: every opening order. One-way: the side that costs more, less what only closes a position.

    Raises:
        MissingRate, MissingLeverage: the cost depends on a figure nobody gave.
    """
    fee, rate = _fee(resting), resting.initial_rate
    symbol = resting.instrument.symbol
    if not resting.orders:
        return ZERO
    if rate is None:
        raise MissingLeverage(
            f"orders on {symbol} hold margin at a leverage that nobody gave",
            path=f"orders.{symbol}.leverage", hint='write leverage = "10" on the order or on the position',
        )  # fmt: skip
    upward = -1 if resting.instrument.kind.value == "inverse" else 1
    buying, selling = (rate + fee + fee * (1 - side * rate) for side in (upward, -upward))
    if resting.hedged:
        return resting.buys * buying + resting.sells * selling
    opening = max(ZERO, resting.buys - resting.short_value), max(ZERO, resting.sells - resting.long_value)
    return max(opening[0] * buying, opening[1] * selling)


def _fee(resting: Resting) -> Fraction:
    if resting.terms.taker_fee is None:
        symbol = resting.instrument.symbol
        raise MissingRate(
            "the account's taker fee counts in what an order holds",
            path=f"instruments.{symbol}.taker_fee", hint=f'under [instruments."{symbol}"] write taker_fee',
        )  # fmt: skip
    return Fraction(resting.terms.taker_fee)
