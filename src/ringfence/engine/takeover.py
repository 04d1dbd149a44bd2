"""Take-over: the prices at which a ring has nothing left, and the venue in the trader's place."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import ROUND_FLOOR, Decimal
from fractions import Fraction
from functools import partial

from ringfence.domain.account import MarginMode, Side
from ringfence.domain.derivation import Line
from ringfence.domain.numbers import Number, plain, rounded, simplest
from ringfence.engine.closing import charged
from ringfence.engine.events import PositionTakenOver, RemainderKept, ShortfallTaken, TakeoverClosed
from ringfence.engine.filled import cost, worth
from ringfence.engine.made import Case
from ringfence.engine.run import ZERO, Run, Tested, act, idle, in_order
from ringfence.exact.explain import show, signed
from ringfence.exact.leg import Leg
from ringfence.venues.sequence import Remainder, Step


@dataclass(frozen=True, slots=True)
class Price:
    """What a position goes over at, and how that follows. ``left``: the equity that goes with it."""

    leg: Leg
    price: Number
    left: Fraction
    line: Line


def price_without(run: Run, leg: Leg, left: Fraction) -> Price:
    """The price at which a position is worth so much less that nothing of ``left`` remains.

    A long gains by its value and a short loses by it; the value moves by what is left, and the price is
    that value over the size (the size over it for inverse contracts).
    """
    mark = run.state.marks[leg.symbol]
    value, size = Fraction(leg.as_fractions().value(Fraction(mark))), Fraction(leg.size)
    turn = -leg.sign if leg.is_inverse else leg.sign
    wanted = value - turn * left
    how = f"value {show(value)} at the mark {signed(-turn * left)}"
    if wanted <= 0:
        price: Number = mark
        how += " is no price: it goes over at the mark"
        left = Fraction(0)
    else:
        price = simplest(size / wanted if leg.is_inverse else wanted / size)
        over = f"{show(size)} over it" if leg.is_inverse else f"over {show(size)}"
        how += f", {over}: equity is zero there"
    quote = leg.instrument.quote
    line = Line(f"bankruptcy.{leg.name}", f"bankruptcy price {leg.name}", price, quote, how, run.source)
    return Price(leg, price, left, line)


def take_over(run: Run, step: Step) -> Run:
    """What is left of a ring goes over to the venue."""
    now = run.tested
    if now is None:
        return run
    need = Fraction(now.added.maintenance)
    if step.below_usage is not None and now.added.equity >= step.below_usage * need:
        return idle(run, "equity is not that low yet")
    keeps = run.rules.liquidation.remainder is Remainder.TRADER and now.added.equity >= 0
    if keeps:
        return _at_the_mark(run, step)
    return _valued_pool(run, now) if now.ring.holdings else _at_bankruptcy(run, now)


def _at_the_mark(run: Run, step: Step) -> Run:
    """Positions go over at the mark, the venue takes its charge, and the trader keeps what is left."""
    while (now := run.tested) is not None and now.added.equity >= 0:
        leg = in_order(now, run.rules.liquidation.order)[0][0]
        mark = run.state.marks[leg.symbol]
        contracts = leg.position.contracts
        make = partial(
            PositionTakenOver, symbol=leg.symbol, side=leg.position.side, contracts=contracts, price=mark
        )
        words = f"{plain(contracts)} {leg.name} goes over to the venue at the mark {plain(mark)}"
        run = charged(act(run, make, words), leg, contracts, mark)
        if step.one_by_one and run.alive:
            break
    return run


def _at_bankruptcy(run: Run, now: Tested) -> Run:
    """Every position at the price where the ring is worth nothing; the venue closes it at the mark."""
    gone = []
    legs = [leg for leg, _ in in_order(now, run.rules.liquidation.order)]
    for number, leg in enumerate(legs):
        left = _left(run, leg, legs[number:])
        priced = price_without(run, leg, left)
        gone.append((priced, leg.position.contracts))
        run = _handed(run, priced, leg.position.contracts)
    run = _emptied(run, now)
    for priced, contracts in gone:
        run = _closed(run, priced, contracts)
    return run


def _left(run: Run, leg: Leg, rest: list[Leg]) -> Fraction:
    """The equity that goes with a position: by its share of the requirement; the last takes the rest."""
    now = run.tested
    if now is None:  # pragma: no cover - the leg stands in it
        return Fraction(0)
    equity, profit = Fraction(now.added.equity), _profit(run, leg)
    if now.ring.mode is MarginMode.ISOLATED:
        # What lies below the venue's grid is no part of a price; it follows the fence as its remainder.
        margin = leg.position.isolated_margin or ZERO
        return profit + Fraction(rounded(margin, run.rules.money.quantum, ROUND_FLOOR))
    if len(rest) == 1:
        return profit + Fraction(run.state.account.wallet.get(now.ring.asset, ZERO))
    needs = {one.name: abs(Fraction(part.maintenance)) for one, part in now.legs}
    total = sum((needs[one.name] for one in rest), Fraction(0))
    share = equity * needs[leg.name] / total if total else equity / len(rest)
    return _booked(run, profit, share)


def _booked(run: Run, profit: Fraction, left: Fraction) -> Fraction:
    """``left``, moved by less than a quantum so that what the trader realises lies on the venue's grid."""
    return profit - Fraction(run.rules.money.round(profit - left))


def _profit(run: Run, leg: Leg) -> Fraction:
    """Unrealised PnL of a position as the ledger will book it."""
    turn = -leg.sign if leg.is_inverse else leg.sign
    paid = cost(Case(run.state, run.rules), leg.position)
    value = leg.as_fractions().value(Fraction(run.state.marks[leg.symbol]))
    return turn * (Fraction(value) - Fraction(paid))


def _handed(run: Run, priced: Price, contracts: Decimal) -> Run:
    leg = priced.leg
    make = partial(
        PositionTakenOver, symbol=leg.symbol, side=leg.position.side, contracts=contracts,
        price=priced.price, remainder="insurance",
    )  # fmt: skip
    words = f"{plain(contracts)} {leg.name} goes over to the venue at {show(priced.price)}"
    return act(run, make, words, lines=(priced.line,))


def _closed(run: Run, priced: Price, contracts: Decimal) -> Run:
    """The venue out of what it took over, at the mark."""
    leg, case, asset = priced.leg, Case(run.state, run.rules), priced.leg.instrument.settle
    mark = run.state.marks[leg.symbol]
    turn = -leg.sign if leg.is_inverse else leg.sign
    at_mark, at_price = (worth(case, leg.symbol, contracts, price) for price in (mark, priced.price))
    gain = turn * (at_mark - at_price)
    make = partial(
        TakeoverClosed, symbol=leg.symbol, side=Side(leg.position.side), contracts=contracts, price=mark,
        asset=asset, amount=gain,
    )  # fmt: skip
    how = f"{show(turn * at_mark)} {signed(-turn * at_price)}"
    line = Line(f"takeover.{leg.name}", f"the venue closes {leg.name}", gain, asset, how, run.source)
    who = "to the insurance fund" if gain >= 0 else "beyond the collateral"
    return act(run, make, f"closed at the mark {plain(mark)}: {show(abs(gain))} {asset} {who}", lines=(line,))


def cut_at_bankruptcy(run: Run, leg: Leg, contracts: Decimal) -> Run:
    """A part of a position at the price where nothing is left of the equity that stands behind it."""
    now = run.tested
    if now is None:  # pragma: no cover - the leg stands in it
        return run
    needs = {one.name: abs(Fraction(part.maintenance)) for one, part in now.legs}
    total = sum(needs.values(), Fraction(0))
    own = Fraction(now.added.equity) * (needs[leg.name] / total if total else 1)
    part = Fraction(contracts) / Fraction(leg.position.contracts)
    own = _booked(run, _profit(run, leg) * part, own * part) / part
    priced = price_without(run, leg, own)
    return _closed(_handed(run, priced, contracts), priced, contracts)


def _emptied(run: Run, now: Tested) -> Run:
    """A pool whose positions are gone has nothing: what rounding left is kept or taken."""
    if now.ring.mode is MarginMode.ISOLATED:
        return run
    for asset, amount in _rests(run, now):
        if amount > 0:
            run = act(
                run, partial(RemainderKept, asset=asset, amount=amount, ring=run.ring),
                f"{show(amount)} {asset} left in the pool goes to the insurance fund",
            )  # fmt: skip
        else:
            run = act(
                run, partial(ShortfallTaken, asset=asset, amount=-amount),
                f"the wallet is {show(-amount)} {asset} below zero and is set back to zero",
            )  # fmt: skip
    return run


def _rests(run: Run, now: Tested) -> Iterator[tuple[str, Decimal]]:
    assets = [one.asset for one in now.ring.holdings] or [now.ring.asset]
    for asset in assets:
        amount = run.state.account.wallet.get(asset, ZERO)
        if amount != 0:
            yield asset, amount


def _valued_pool(run: Run, now: Tested) -> Run:
    """A pool of several assets: positions at the mark, then every asset goes to the venue."""
    for leg, _ in in_order(now, run.rules.liquidation.order):
        mark, contracts = run.state.marks[leg.symbol], leg.position.contracts
        make = partial(
            PositionTakenOver, symbol=leg.symbol, side=leg.position.side, contracts=contracts, price=mark
        )
        words = f"{plain(contracts)} {leg.name} goes over to the venue at the mark {plain(mark)}"
        run = act(run, make, words)
    return _emptied(run, now)
