"""The operation ``liquidate``: the venue's sequence at given marks, run dry."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

from ringfence.domain.account import Account
from ringfence.domain.numbers import Number, add, plain
from ringfence.engine.liquidate import RingLiquidated
from ringfence.engine.liquidate import liquidate as liquidated
from ringfence.engine.run import Backing, Counterparty, Taken
from ringfence.engine.state import begin
from ringfence.ingest.schema import AccountInput, OrderInput, PositionInput
from ringfence.service.answers_liquidate import (
    LiquidateAnswer,
    LiquidationStep,
    LossAnswer,
    PostingAnswer,
    RingLiquidation,
)
from ringfence.service.context import Context
from ringfence.service.opened import opened
from ringfence.service.present import Presenter, work
from ringfence.service.registry import operation
from ringfence.service.requests_liquidate import CounterpartyInput, LiquidateRequest
from ringfence.venues.rules import VenueRules


@operation("liquidate", request=LiquidateRequest, answer=LiquidateAnswer)
def liquidate(context: Context, request: LiquidateRequest) -> LiquidateAnswer:
    """What the venue does at these marks, step by step: why a ring dies, and who bears what is left."""
    account, market, rules, on = opened(context, request)
    marks = {**market.marks, **(request.at or {})}
    backing = backing_of(request, account, rules)
    done = liquidated(begin(account, rules, marks=marks), rules, backing=backing, on=on)
    clause = rules.clauses.get("liquidation")
    return LiquidateAnswer(
        rules=Presenter(rules).rules(on),
        headline=headline(done.rings),
        marks={symbol: plain(mark) for symbol, mark in marks.items()},
        sequence=_sequence(rules),
        source="" if clause is None else str(clause),
        rings=[_ring(one) for one in done.rings],
        account=document(request.account, done.state.account),
    )


def backing_of(request: LiquidateRequest, account: Account, rules: VenueRules) -> Backing:
    """What stands behind the venue, as the request states it."""
    people: dict[str, list[Counterparty]] = {}
    for one in request.counterparties or []:
        people.setdefault(one.symbol, []).append(_counterparty(one))
    settled = [
        rules.instrument(one.symbol, account.instruments.get(one.symbol)).settle for one in account.positions
    ]
    fund = None if request.insurance is None else dict.fromkeys(settled, request.insurance)
    known = None if request.counterparties is None else {key: tuple(own) for key, own in people.items()}
    return Backing(fund, known, request.lots or {})


def _counterparty(one: CounterpartyInput) -> Counterparty:
    return Counterparty(**{each.name: getattr(one, each.name) for each in fields(Counterparty)})


def _sequence(rules: VenueRules) -> list[str]:
    told = rules.liquidation.assumption
    return [*(step.words for step in rules.liquidation.steps), *([f"assumed: {told}"] if told else [])]


def headline(rings: tuple[RingLiquidated, ...]) -> str:
    """What happens, in a sentence for each ring."""
    if not rings:
        return "Nothing is liquidated at these marks."
    return " ".join(_said(one) for one in rings)


def _said(one: RingLiquidated) -> str:
    if one.cured:
        return f"{one.ring} is cut back until it stands again."
    debts = [f"{plain(loss.beyond)} {loss.asset}" for loss in one.losses]
    more = f", and {' and '.join(debts)} beyond its collateral" if debts else ""
    return f"{one.ring} is liquidated: nothing of it stays open{more}."


def _ring(one: RingLiquidated) -> RingLiquidation:
    return RingLiquidation(
        ring=one.ring,
        asset=one.asset,
        equity=plain(one.equity),
        requirement=plain(one.requirement),
        cured=one.cured,
        steps=[_step(taken) for taken in one.taken],
        losses=[
            LossAnswer(asset=loss.asset, **{name: plain(getattr(loss, name)) for name in _BORNE})
            for loss in one.losses
        ],
        to_fund={asset: plain(amount) for asset, amount in one.to_fund.items()},
        notices=list(one.notices),
    )


_BORNE = ("beyond", "insurance", "deleveraged", "socialised", "bad_debt")


def _step(one: Taken) -> LiquidationStep:
    health: Number | None = None
    if one.equity is not None and one.requirement is not None:
        health = add([one.equity, -one.requirement])
    return LiquidationStep(
        what=one.what,
        event="" if one.event is None else one.event.kind,
        words=list(one.words),
        equity=None if one.equity is None else plain(one.equity),
        requirement=None if one.requirement is None else plain(one.requirement),
        health=None if health is None else plain(health),
        passed=one.passed,
        postings=[
            PostingAnswer(account=each.account, asset=each.asset, amount=plain(each.amount, 20))
            for each in one.postings
        ],
        derivation=work(one.derivation),
    )


def document(stated: AccountInput, account: Account) -> dict[str, Any]:
    """The account afterwards as an account file would state it."""
    changed = stated.model_copy(
        update={
            "wallet": dict(account.wallet),
            "positions": [PositionInput(**_fields(one, PositionInput)) for one in account.positions],
            "orders": [OrderInput(**_fields(one, OrderInput)) for one in account.orders],
        }
    )
    return dict(changed.model_dump(mode="json", exclude_defaults=True, exclude_none=True))


def _fields(value: Any, of: type[PositionInput] | type[OrderInput]) -> dict[str, Any]:
    return {name: getattr(value, name) for name in of.model_fields}
