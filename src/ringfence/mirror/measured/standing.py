"""Where a position and its ring stand at one moment, read off the engine's own account of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from typing import Any

from ringfence.domain.account import MarginMode, Position
from ringfence.domain.market import Market
from ringfence.domain.numbers import Number, exactly, simplest
from ringfence.exact.assess import RingFigures
from ringfence.exact.leg import Leg
from ringfence.mirror.facts import Other, Standing
from ringfence.mirror.measured.loss import (
    Terms,
    joint_stress_loss,
    losing_side,
    loss_at,
    net_exposure,
    open_losses,
    stress_loss,
)
from ringfence.mirror.measured.subject import Subject
from ringfence.solve.liquidation import Answer, Reach
from ringfence.solve.twins import PositionTwin, Twin

ZERO = Decimal(0)


def held_in(twin: Twin, subject: Subject | None) -> PositionTwin | None:
    """The subject's position in a twin; where one-way, the one that the trade turned it into."""
    if subject is None:
        return None
    same = [one for one in twin.positions if one.position.symbol == subject.symbol]
    exact = [one for one in same if one.position.side is subject.side]
    found = exact or ([] if twin.account.hedged else same)
    return found[0] if found else None


def home_of(one: PositionTwin | None, other: PositionTwin | None) -> str | None:
    """The pool that a position leaves or enters, for the moment at which it is not open."""
    known = one or other
    return known.figures.ring if known is not None and known.shared else None


@exactly
def standing(twin: Twin, market: Market, subject: Subject | None, terms: Terms, *, home: str | None,
             asset: str) -> Standing:  # fmt: skip
    """The subject, its ring and its account at one moment.

    Args:
        home: the ring it would stand in, where it is not open; None: a fence of its own, or none.
        asset: of the account's figures.
    """
    one = held_in(twin, subject)
    ring_name = one.figures.ring if one is not None else home
    ring = next((r for r in twin.rings if r.name == ring_name), None)
    account = _account(twin, market, terms, asset)
    others = tuple(_other(two, ring_name, terms) for two in twin.positions if two is not one)
    symbol, side = ("", None) if subject is None else (subject.symbol, subject.side)
    stood = replace(Standing(symbol=symbol, side=side, others=others), **account, **_ring(twin, ring))
    if one is None:
        return stood
    level = terms.levels.get((one.position.symbol, one.position.side))
    loss = None if level is None else loss_at(twin, market, one, level, terms)
    return replace(stood, **_position(twin, one), **_reach(one), loss_at_invalidation=loss)


@exactly
def position_standing(twin: Twin, one: PositionTwin) -> Standing:
    """A position and its ring alone, without the account's figures and the loss at a level."""
    ring = next((r for r in twin.rings if r.name == one.figures.ring), None)
    stood = Standing(symbol=one.position.symbol, side=one.position.side)
    return replace(stood, **_ring(twin, ring), **_position(twin, one), **_reach(one))


def _account(twin: Twin, market: Market, terms: Terms, asset: str) -> Mapping[str, Any]:
    """The figures of everything in one asset."""
    assessment = twin.assessment
    totals = [] if assessment is None else [one for one in assessment.totals if one.asset == asset]
    pools = [one for one in twin.rings if one.mode is MarginMode.CROSS and one.asset == asset]
    return {
        "account_equity": totals[0].total_equity if totals else None,
        "account_notional": totals[0].notional if totals else None,
        "account_leverage": totals[0].effective_leverage if totals else None,
        "free_balance": pools[0].available_balance if pools else None,
        "open_losses": open_losses(twin, market, terms, asset),
        "stress_loss": stress_loss(twin, market, terms, asset),
        "joint_stress_loss": joint_stress_loss(twin, market, terms, asset),
        "net_exposure": net_exposure(twin, asset),
    }


def _ring(twin: Twin, ring: RingFigures | None) -> Mapping[str, Any]:
    """The figures of a ring; of none, nothing can be consumed."""
    if ring is None:
        return {"at_risk": ZERO}
    inside = [one.at_risk for one in twin.positions if one.figures.ring == ring.name]
    used = Fraction(ring.notional) / Fraction(ring.equity) if ring.equity > 0 else None
    return {
        "at_risk": inside[0] if inside else ZERO,
        "ring_equity": ring.equity,
        "ring_maintenance": ring.requirement,
        "effective_leverage": None if used is None else simplest(used),
    }


def _position(twin: Twin, one: PositionTwin) -> Mapping[str, Any]:
    position = one.position
    return {
        "side": position.side,
        "contracts": position.contracts * position.side.sign,
        "entry_price": entry_price(position, twin.book.leg_of(position)[1]),
        "notional": one.figures.notional,
        "mode": position.margin_mode,
        "leverage": position.leverage,
        "margin": position.isolated_margin,
        "unrealized_pnl": one.figures.unrealized_pnl,
    }


def entry_price(position: Position, leg: Leg) -> Number:
    """The average entry; worked out of the cost where the account states that instead."""
    if position.entry_price is not None:
        return position.entry_price
    size, cost = Fraction(leg.size), Fraction(leg.entry_value)
    return simplest(size / cost if leg.is_inverse else cost / size)


def _reach(one: PositionTwin) -> Mapping[str, Any]:
    """The liquidation price on the losing side, and how far it is."""
    answer, side = one.liquidation.alone, one.position.side
    if answer.reach is Reach.ALREADY:
        return {"liquidatable": True, "liquidation_price": one.figures.mark_price, "distance": ZERO}
    hit = losing_side(answer, side)
    far = answer.above if hit is answer.below else answer.below
    beyond = {"other_side_price": None if far is None else far.liquidated}
    if hit is None:
        return {"liquidatable": False, **beyond}
    return {
        "liquidatable": True,
        "liquidation_price": hit.liquidated,
        "threshold": simplest(hit.threshold),
        "distance": simplest(-hit.move * side.sign),
        **beyond,
    }


def distance_of(answer: Answer, one: PositionTwin) -> Number | None:
    """How far a position is from its liquidation on its losing side; zero when already there."""
    if answer.reach is Reach.ALREADY:
        return ZERO
    hit = losing_side(answer, one.position.side)
    return None if hit is None else simplest(abs(hit.move))


def _other(one: PositionTwin, ring: str | None, terms: Terms) -> Other:
    position = one.position
    key = position.symbol, position.side
    return Other(
        position.symbol, position.side, one.figures.ring == ring, position.margin_mode, one.figures.notional,
        distance_of(one.liquidation.alone, one), None if terms.planned is None else key in terms.planned,
    )  # fmt: skip
