"""The waterfall: who bears a loss beyond the collateral, and whose position is closed against it first."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import ROUND_CEILING, Decimal
from fractions import Fraction
from functools import partial

from ringfence.domain.account import Side
from ringfence.domain.derivation import Line
from ringfence.domain.numbers import Number, add, plain, rounded
from ringfence.engine.events import BadDebt, Deleveraged, InsurancePaid, LossSocialised, TakeoverClosed
from ringfence.engine.made import on_ledger
from ringfence.engine.run import ZERO, Counterparty, Run, act, lying, noticed
from ringfence.errors import MissingField, invariant
from ringfence.exact.explain import show
from ringfence.venues.sequence import Bearer, Ranking


@dataclass(frozen=True, slots=True)
class Loss:
    """What one liquidation cost others, in one asset: ``beyond`` is the sum of the four after it.

    >>> Loss("USDT", 5, 3, 2, 0, 0).beyond
    5
    """

    asset: str
    beyond: Number
    insurance: Number = ZERO
    deleveraged: Number = ZERO
    socialised: Number = ZERO
    bad_debt: Number = ZERO


def borne(run: Run, *, seized: Mapping[str, Number] | None = None) -> tuple[Run, tuple[Loss, ...]]:
    """Everything on ``bad_debt`` passed down the venue's line, asset by asset.

    Args:
        seized: what the fund took from the same pool in other assets, as an amount of each asset owed.
    """
    losses = []
    run = replace(run, what="the loss beyond the collateral is borne")
    for asset, amount in sorted(lying(run).items()):
        loss = Loss(asset, amount)
        run, loss = _from_seized(run, loss, (seized or {}).get(asset, ZERO))
        for bearer in run.rules.liquidation.bearers:
            run, loss = _BEARERS[bearer](run, loss)
        run, loss = _recorded(run, loss)
        parts = add([loss.insurance, loss.deleveraged, loss.socialised, loss.bad_debt])
        invariant(parts == loss.beyond, f"the loss beyond the collateral is borne exactly ({loss})")
        losses.append(loss)
    return run, tuple(losses)


def _rest(loss: Loss) -> Number:
    return add([loss.beyond, -loss.insurance, -loss.deleveraged, -loss.socialised])


def _line(run: Run, loss: Loss, name: str, amount: Number) -> tuple[Line, ...]:
    how = f"of {show(loss.beyond)} beyond the collateral, {show(_rest(loss))} was open"
    return (Line(f"waterfall.{loss.asset}.{name}", name, amount, loss.asset, how, _source(run)),)


def _source(run: Run) -> str:
    return str(run.rules.clauses["shortfall"])


def _from_seized(run: Run, loss: Loss, seized: Number) -> tuple[Run, Loss]:
    """The other assets of a pool pay for what it owes, before anybody else does."""
    amount = min(_rest(loss), seized)
    if amount <= 0:
        return run, loss
    make = partial(InsurancePaid, asset=loss.asset, amount=amount)
    words = f"{show(amount)} {loss.asset} out of the other assets of the pool, which the fund took"
    run = act(run, make, words, lines=_line(run, loss, "exchanged collateral", amount))
    return run, replace(loss, insurance=add([loss.insurance, amount]))


def _insurance(run: Run, loss: Loss) -> tuple[Run, Loss]:
    """The fund, as far as it goes."""
    rest, funds = _rest(loss), run.backing.insurance
    if rest == 0:
        return run, loss
    if funds is None:
        run = noticed(run, "what the insurance fund holds is not given: it is taken to be enough")
    amount = rest if funds is None else min(rest, funds.get(loss.asset, ZERO))
    if amount <= 0:
        return run, loss
    make = partial(InsurancePaid, asset=loss.asset, amount=amount)
    words = f"the insurance fund pays {show(amount)} {loss.asset}"
    run = act(run, make, words, lines=_line(run, loss, "insurance fund", amount))
    return run, replace(loss, insurance=add([loss.insurance, amount]))


def _deleveraged(run: Run, loss: Loss) -> tuple[Run, Loss]:
    """Traders on the other side, closed at the price of the take-over, in the venue's order."""
    rest = Fraction(_rest(loss))
    closed = [one for one in _taken_over(run) if one.asset == loss.asset and one.amount < 0]
    whole = -sum((Fraction(one.amount) for one in closed), Fraction(0))
    if rest <= 0 or whole <= 0:
        return run, loss
    share = min(rest / whole, Fraction(1))
    for one in closed:
        run, loss = _line_up(run, loss, one, share)
    return run, loss


def _taken_over(run: Run) -> list[TakeoverClosed]:
    return [one.event for one in run.taken if isinstance(one.event, TakeoverClosed)]


def _line_up(run: Run, loss: Loss, event: TakeoverClosed, share: Fraction) -> tuple[Run, Loss]:
    """The counterparties of one position, from the top of the ranking, until its share is borne."""
    wanted = -Fraction(event.amount) * share
    contracts = rounded(Fraction(event.contracts) * share, run.lot(event.symbol), ROUND_CEILING)
    contracts = min(contracts, event.contracts)
    each, price = wanted / Fraction(contracts), _price_of(run, event)
    for one in _queue(run, event, contracts):
        part = min(one.contracts, contracts)
        exact = wanted if part == contracts else min(each * Fraction(part), wanted)
        amount = min(on_ledger(exact), _rest(loss))
        if part <= 0 or amount <= 0:
            break
        make = partial(
            Deleveraged, symbol=event.symbol, contracts=part, price=price, asset=loss.asset, amount=amount
        )
        words = (
            f"{one.name}: {plain(part)} {event.symbol} closed at {show(price)}, not at {show(event.price)}"
        )
        run = act(run, make, words, lines=_line(run, loss, "deleveraging", amount))
        loss = replace(loss, deleveraged=add([loss.deleveraged, amount]))
        wanted, contracts = wanted - Fraction(amount), contracts - part
    return run, loss


def _price_of(run: Run, event: TakeoverClosed) -> Number:
    """The price at which the position went over."""
    for one in run.taken:
        gone = one.event
        same = (getattr(gone, "symbol", None), getattr(gone, "side", None)) == (event.symbol, event.side)
        if gone is not None and gone.kind == "position_taken_over" and same:
            price: Number = getattr(gone, "price", event.price)
    return price


def _queue(run: Run, event: TakeoverClosed, contracts: Decimal) -> Sequence[Counterparty]:
    """Those in line, the first first; where nobody knows them, one who is large enough."""
    known = run.backing.counterparties
    if known is None:
        return (Counterparty("the other side", contracts, Decimal(1)),)
    side = Side.SHORT if event.side is Side.LONG else Side.LONG
    return ranked(
        known.get(event.symbol, ()), run.rules.liquidation.ranking, side=side, mark=Fraction(event.price)
    )


def ranked(
    listed: Sequence[Counterparty], ranking: Ranking, *, side: Side, mark: Fraction
) -> tuple[Counterparty, ...]:
    """Counterparties in the order that a venue deleverages them; equals stay as they are listed.

    Args:
        side: of their positions. mark: the price at which their profit is worked out (linear contracts).
    Raises:
        MissingField: the venue's formula needs a figure that nobody gave, and no score is given either.

    >>> line = [Counterparty(n, Decimal(1), Decimal(1), score=Decimal(s)) for n, s in (("a", 3), ("b", 6))]
    >>> [one.name for one in ranked(line, Ranking.PROFIT_TIMES_LEVERAGE, side=Side.LONG, mark=Fraction(2))]
    ['b', 'a']
    """
    if ranking in (Ranking.NOT_RANKED, Ranking.NONE):
        return tuple(listed)
    scored = [(-_score(one, ranking, side, mark), number) for number, one in enumerate(listed)]
    return tuple(listed[number] for _, number in sorted(scored))


def _score(one: Counterparty, ranking: Ranking, side: Side, mark: Fraction) -> Fraction:
    if one.score is not None:
        return Fraction(one.score)
    entry, size = Fraction(one.entry_price), Fraction(one.contracts)
    if ranking is Ranking.BEST_ENTRY:
        return -side.sign * entry
    profit = side.sign * (mark - entry)
    if ranking is Ranking.PROFIT_TIMES_MARGIN_RATIO:
        gained = max(profit * size, Fraction(0)) / max(_need(one, "wallet"), Fraction(1))
        return gained * _need(one, "maintenance") / _need(one, "equity")
    leverage = mark * size / _need(one, "equity")
    if ranking is Ranking.MARK_OVER_ENTRY_TIMES_LEVERAGE:
        return mark / entry * leverage
    share = profit / entry
    return share * leverage if share > 0 else share / leverage


def _need(one: Counterparty, name: str) -> Fraction:
    value = getattr(one, name)
    if value is None or (name == "equity" and value <= 0):
        raise MissingField(
            f"the venue ranks by {name}", path=f"counterparties.{one.name}.{name}",
            hint=f"give its {name}, above zero, or the score that the venue shows",
        )  # fmt: skip
    return Fraction(value)


def _socialised(run: Run, loss: Loss) -> tuple[Run, Loss]:
    """Every trader, for all that is left."""
    amount = _rest(loss)
    if amount <= 0:
        return run, loss
    make = partial(LossSocialised, asset=loss.asset, amount=amount)
    words = f"all traders bear {show(amount)} {loss.asset}"
    run = act(run, make, words, lines=_line(run, loss, "socialised loss", amount))
    return run, replace(loss, socialised=amount)


def _recorded(run: Run, loss: Loss) -> tuple[Run, Loss]:
    """What nobody bore."""
    amount = _rest(loss)
    if amount == 0:
        return run, loss
    make = partial(BadDebt, asset=loss.asset, amount=amount)
    run = act(run, make, "nobody bears the rest", lines=_line(run, loss, "bad debt", amount))
    return run, replace(loss, bad_debt=amount)


_BEARERS: Mapping[Bearer, Callable[[Run, Loss], tuple[Run, Loss]]] = {
    Bearer.INSURANCE_FUND: _insurance,
    Bearer.DELEVERAGED: _deleveraged,
    Bearer.SOCIALISED: _socialised,
}
