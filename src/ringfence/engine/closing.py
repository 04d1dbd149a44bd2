"""Closing in the market: what the venue sells at the mark, what that costs, and how much of it suffices."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from decimal import ROUND_CEILING, ROUND_DOWN, Decimal
from fractions import Fraction
from functools import partial

from ringfence.domain.account import Account, InstrumentTerms, MarginMode, Position
from ringfence.domain.derivation import Line
from ringfence.domain.numbers import Number, plain, rounded
from ringfence.engine.events import LiquidationFee, PositionReduced
from ringfence.engine.filled import worth
from ringfence.engine.made import Case
from ringfence.engine.postings import WALLET, Posting
from ringfence.engine.run import (
    ZERO,
    Run,
    Tested,
    act,
    assessed,
    in_order,
    noticed,
    ring_at,
    smallest,
    without,
)
from ringfence.exact.explain import show
from ringfence.exact.health import Part
from ringfence.exact.leg import Leg
from ringfence.venues.sequence import Charge, Remainder, Step


def in_market(run: Run, leg: Leg, contracts: Decimal) -> Run:
    """A part of a position closed at the mark, and the charge for it."""
    mark = run.state.marks[leg.symbol]
    if contracts < leg.position.contracts and leg.symbol not in run.backing.lots:
        run = noticed(run, f"the lot of {leg.symbol} is not given: parts are cut to the 8th decimal")
    make = partial(
        PositionReduced, symbol=leg.symbol, side=leg.position.side, contracts=contracts, price=mark
    )
    words = (
        f"{plain(contracts)} of {plain(leg.position.contracts)} {leg.name} closed at the mark {plain(mark)}"
    )
    return charged(act(run, make, words), leg, contracts, mark)


def rate_of(run: Run, leg: Leg) -> tuple[Fraction, str, str]:
    """The rate of a liquidation's charge, its arithmetic, and what must be said about it."""
    fee, symbol = run.rules.liquidation.fee, leg.symbol
    terms = run.state.account.instruments.get(symbol) or InstrumentTerms()
    if fee.charge is Charge.NONE:
        return Fraction(0), "", ""
    if fee.charge is Charge.NOT_KNOWN:
        return Fraction(0), "", f"{run.rules.title} takes a charge that is not public: it is left out"
    if fee.charge is Charge.MAINTENANCE_AND_TAKER:
        penalty, taker = leg.table.tiers[_tier(run, leg) - 1].rate, terms.taker_fee
        told = "" if taker is not None else f"the taker fee of {symbol} is not stated: it is left out"
        both = Fraction(penalty) + Fraction(taker or 0)
        return both, f"(tier rate {show(penalty)} + taker fee {show(taker or ZERO)})", told
    rate = terms.liquidation_fee if terms.liquidation_fee is not None else fee.rate_of(leg.instrument.base)
    if rate is None:
        where = f'under [instruments."{symbol}"] write liquidation_fee = "…"'
        return Fraction(0), "", f"the liquidation fee of {symbol} is not known and left out: {where}"
    most = f"at most {show(100 * rate)} % is taken; the most is charged here" if fee.highest else ""
    return Fraction(rate), f"liquidation fee {show(rate)}", most


def charged(run: Run, leg: Leg, contracts: Decimal, price: Number) -> Run:
    """The charge for a close that was just made; never more than the ring still has."""
    rate, how, told = rate_of(run, leg)
    run = noticed(run, told) if told else run
    if rate == 0:
        return run
    case = Case(run.state, run.rules)
    value = worth(case, leg.symbol, contracts, price)
    asked = run.rules.money.round(Fraction(value) * rate)
    ring, most = _purse(run, leg)
    most = rounded(most, run.rules.money.quantum, ROUND_DOWN) if most > 0 else ZERO
    amount = min(asked, most)
    asset = leg.instrument.settle
    full = f"value {show(value)} x {how}"
    full += "" if amount == asked else f" = {show(asked)}, of which {show(most)} is left"
    line = Line(f"fee.{leg.name}", f"liquidation fee {leg.name}", amount, asset, full, run.source)
    make = partial(LiquidationFee, asset=asset, amount=amount, ring=ring)
    return act(run, make, f"{show(amount)} {asset} to the insurance fund", lines=(line,))


def _purse(run: Run, leg: Leg) -> tuple[str, Number]:
    """The ring that pays a charge, and the most that it can: of a fence that is gone, what it gave back."""
    now, asset = run.tested, leg.instrument.settle
    if leg.position.margin_mode is MarginMode.CROSS:
        wallet = run.state.account.wallet.get(asset, ZERO)
        if now is None:
            return run.ring, wallet
        return run.ring, min(now.added.equity, wallet) if now.ring.holdings else now.added.equity
    if now is None:
        last: tuple[Posting, ...] = run.taken[-1].postings
        back = sum((one.amount for one in last if one.account == WALLET and one.asset == asset), ZERO)
        return f"pool {asset}", back
    return run.ring, min(now.added.equity, now.legs[0][0].position.isolated_margin or ZERO)


def tried(run: Run, leg: Leg, contracts: Decimal) -> Account:
    """The account after a close at the mark and its charge, tried out and not made."""
    mark, side = run.state.marks[leg.symbol], leg.position.side
    make = partial(PositionReduced, symbol=leg.symbol, side=side, contracts=contracts, price=mark)
    account = without(run, make)
    rate, _, _ = rate_of(run, leg)
    if rate == 0:
        return account
    value = worth(Case(run.state, run.rules), leg.symbol, contracts, mark)
    fee = run.rules.money.round(Fraction(value) * rate)
    return _less(account, leg.position, leg.instrument.settle, fee)


def _less(account: Account, position: Position, asset: str, fee: Decimal) -> Account:
    fenced = [one for one in account.positions if one.key == position.key and one.isolated_margin is not None]
    if not fenced:
        return replace(account, wallet={**account.wallet, asset: account.wallet.get(asset, ZERO) - fee})
    margin = fenced[0].isolated_margin or ZERO
    paid = replace(fenced[0], isolated_margin=max(margin - fee, min(margin, ZERO)))
    return replace(
        account, positions=tuple(paid if one.key == paid.key else one for one in account.positions)
    )


def suffices(run: Run, step: Step, account: Account) -> bool:
    """Whether a ring then stands as well as the step wants it to."""
    now = ring_at(account, run.state.marks, run)
    if now is None:
        return True
    equity, need = Fraction(now.added.equity), Fraction(now.added.maintenance)
    if now.dead:
        return False
    if step.usage is not None and need > step.usage * equity:
        return False
    if step.buffer:
        need += step.buffer * sum((abs(Fraction(part.value)) for part in now.added.parts), Fraction(0))
        return equity >= need
    return not step.initial or equity >= _initial(run, now, need)


def _initial(run: Run, now: Tested, otherwise: Fraction) -> Fraction:
    """The initial margin of a ring; the requirement where no leverage is known."""
    figures = assessed(run, now).ring(run.ring)
    return otherwise if figures.initial_margin is None else Fraction(figures.initial_margin)


def reduce(run: Run, step: Step) -> Run:
    """Positions closed in part, one after the other, just as far as the step wants."""
    while not run.alive:
        now = run.tested
        if now is None:
            return run
        legs = [one for one in in_order(now, run.rules.liquidation.order) if _large(step, one)]
        if not legs:
            return run
        leg = legs[0][0]
        found = smallest(run, leg, _curing(run, step, leg))
        whole = found is None or found == leg.position.contracts
        if whole and len(now.legs) == 1 and run.rules.liquidation.remainder is not Remainder.TRADER:
            return run  # nothing would be left: that is a take-over
        run = in_market(run, leg, leg.position.contracts if found is None else found)
    return run


def _large(step: Step, one: tuple[Leg, Part]) -> bool:
    return step.above is None or bool(one[1].value > step.above)


def _curing(run: Run, step: Step, leg: Leg) -> Callable[[Decimal], bool]:
    return lambda contracts: suffices(run, step, tried(run, leg, contracts))


def reduce_evenly(run: Run, step: Step) -> Run:
    """Every position cut by the same share: the smallest multiple of a step that suffices."""
    now, share = run.tested, step.share or Fraction(1)
    if now is None:
        return run
    parts, count = 1 / share, 1
    while count < parts and not suffices(run, step, _evenly(run, now, count * share)):
        count += 1
    for leg, _ in now.legs:
        run = in_market(run, leg, _part(run, leg, min(count * share, Fraction(1))))
    return run


def _evenly(run: Run, now: Tested, share: Fraction) -> Account:
    state = run.state
    for leg, _ in now.legs:
        trial = replace(run, state=replace(state, account=run.state.account))
        run = replace(trial, state=replace(trial.state, account=tried(trial, leg, _part(run, leg, share))))
    return run.state.account


def _part(run: Run, leg: Leg, share: Fraction) -> Decimal:
    """A share of a position, rounded up to whole lots."""
    exact = Fraction(leg.position.contracts) * share
    return min(rounded(exact, run.lot(leg.symbol), ROUND_CEILING), leg.position.contracts)


def sell_share(run: Run, step: Step) -> Run:
    """A share of every large position closed in the market."""
    now = run.tested
    for one in () if now is None else now.legs:
        if _large(step, one):
            run = in_market(run, one[0], _part(run, one[0], step.share or Fraction(1)))
    return run


def close_all(run: Run, _step: Step) -> Run:
    """Every position closed in the market, in the venue's order; what is left is the trader's."""
    while (now := run.tested) is not None:
        leg = in_order(now, run.rules.liquidation.order)[0][0]
        run = in_market(run, leg, leg.position.contracts)
    return run


def step_down(run: Run, step: Step, cut: Callable[[Run, Leg, Decimal], Run]) -> Run:
    """Positions above the lowest tier cut until they fall into a lower one, tested after each."""
    rounds = 0
    while not run.alive and (step.rounds is None or rounds < step.rounds):
        now = run.tested
        if now is None:
            return run
        high = [
            one
            for one in in_order(now, run.rules.liquidation.order)
            if _tier(run, one[0]) >= step.from_tier and _large(step, one)
        ]
        if not high:
            return run
        leg = high[0][0]
        target = max(_tier(run, leg) - step.tiers, 1)
        found = smallest(run, leg, _falling(run, leg, target))
        if found is None or found == leg.position.contracts:
            return run
        run = cut(run, leg, found)
        rounds += 1
    return run


def _tier(run: Run, leg: Leg) -> int:
    """The tier of a position, the first is 1."""
    value = leg.as_fractions().value(Fraction(run.state.marks[leg.symbol]))
    return leg.table_tier(leg.tier_at(value)) + 1


def _falling(run: Run, leg: Leg, target: int) -> Callable[[Decimal], bool]:
    def holds(contracts: Decimal) -> bool:
        mark = run.state.marks[leg.symbol]
        make = partial(
            PositionReduced, symbol=leg.symbol, side=leg.position.side, contracts=contracts, price=mark
        )
        now = ring_at(without(run, make), run.state.marks, run)
        kept = [one for one, _ in now.legs if one.position.key == leg.position.key] if now else []
        return not kept or _tier(run, kept[0]) <= target

    return holds
