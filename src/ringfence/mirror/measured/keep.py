"""The equal-safety alternative: how much of the position can stay, with no new money, for the same safety."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

from ringfence.domain.account import Side
from ringfence.domain.market import Market
from ringfence.domain.numbers import Number, exactly, simplest
from ringfence.mirror.facts import Keep, Standing
from ringfence.mirror.measured.sums import product
from ringfence.solve.liquidation import quantum_of
from ringfence.solve.sizing import size_for
from ringfence.solve.twins import PositionTwin, Twin


@exactly
def keep_of(
    twin: Twin, market: Market, one: PositionTwin, after: Standing, *, fee_rate: Decimal | None,
    lot: Decimal | None = None,
) -> Keep | None:  # fmt: skip
    """The largest share of a position that is liquidated no nearer than after the intent, without its money.

    The rest is closed at the mark; its loss is borne by what stands behind the position, its fee is stated
    beside. Solved exactly per tier, and confirmed by solving the smaller book anew. None: the intent does
    not push liquidation away, or no size does the same.

    Args:
        twin, one: before the intent. lot: grid of the size; None: 0.00000001 contracts.
    """
    wanted = _wanted(twin, one, after)
    if wanted is None:
        return None
    found = size_for(twin.book, market, one.position, wanted, lot=lot)
    if not found.found or found.value is None or found.exact is None:
        return None
    contracts = one.position.contracts
    if Fraction(found.exact) >= Fraction(contracts):
        return None
    closes = contracts - found.value
    hit = found.certificate
    return Keep(
        fraction=found.figures["keep_fraction"],
        contracts=found.value,
        liquidation_price=simplest(wanted) if hit is None else simplest(hit.threshold),
        exact=Fraction(found.value) == Fraction(found.exact),
        closes=closes,
        fee=_fee(twin, market, one, Fraction(closes), fee_rate),
    )


def _wanted(twin: Twin, one: PositionTwin, after: Standing) -> Fraction | None:
    """The price that liquidates after the intent; for a long that nothing liquidates, the lowest mark."""
    if after.contracts == 0:
        return None
    if after.threshold is not None:
        return Fraction(after.threshold)
    if after.liquidatable is False and one.position.side is Side.LONG:
        return Fraction(quantum_of(twin.book, one.position.symbol))
    return None


def _fee(
    twin: Twin, market: Market, one: PositionTwin, closes: Fraction, rate: Decimal | None
) -> Number | None:
    share = closes / Fraction(one.position.contracts)
    leg = twin.book.leg_of(one.position)[1].as_fractions()
    return product(leg.value(Fraction(market.mark(leg.symbol))), share, rate)
