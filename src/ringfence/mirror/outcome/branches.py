"""Branches: what an account comes to under each thing that could have been done, from one moment on.

Every branch of an intent starts from the same snapshot and is led along the same path by the same engine,
liquidation, funding and resting orders live. What is done between two bars is done at the last price before
the next one; at the very beginning, at the mark of the snapshot. No branch moves the market.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction

from ringfence.domain.instrument import symbol_parts
from ringfence.domain.numbers import Number, add, exactly, simplest
from ringfence.engine.made import Case
from ringfence.engine.postings import FEES, WORLD
from ringfence.engine.state import begin
from ringfence.errors import RingfenceError
from ringfence.exact.ring import USD
from ringfence.mirror.model import Intent
from ringfence.mirror.outcome.acts import Did, cannot, held_of, intended, kept_share, missing
from ringfence.mirror.outcome.horizon import Path, covered, horizons, path_id, path_of
from ringfence.mirror.outcome.model import (
    Branch,
    Choice,
    Horizon,
    Outcome,
    Question,
    Snapshot,
    Span,
    Status,
)
from ringfence.mirror.outcome.plans import followed
from ringfence.mirror.outcome.reported import timed
from ringfence.replay.course import Timed, led, noticed
from ringfence.replay.lowest import equity_of, lowest_equity
from ringfence.replay.scene import Scene
from ringfence.replay.world import Funded, World


@dataclass(frozen=True)
class Course:
    """How a branch begins: the world after what is done at once, and what is done later."""

    world: World
    timed: tuple[Timed, ...] = ()
    refused: str = ""
    assumed: bool = False
    words: tuple[str, ...] = ()


Begin = Callable[[Question, Scene, World], Course]


@dataclass(frozen=True, slots=True)
class Figures:
    """What one world of a branch came to."""

    end: Number
    pnl: Number
    lowest: Number
    fees: Number
    funding: Number
    moved: Number


def outcomes(question: Question, *, as_of: int, engine_version: str) -> tuple[Outcome, ...]:
    """Every branch of an intent at every horizon, those without figures among them.

    Args:
        as_of: when the question is asked, UTC ms: a horizon that is not over then is not looked into.
        engine_version: of whoever asks, for the record.
    Returns:
        For each horizon ``do_nothing`` and ``do_it_now``; ``actual`` where there is a decision,
        ``follow_plan`` where there is a plan, and ``equal_safety_reduce`` where its share is known.
    """
    found = []
    for horizon in horizons(question.snapshot.at, question.plan):
        path = path_of(question.snapshot, horizon, as_of=as_of)
        for branch in _asked(question):
            blank = _blank(question, branch, horizon, engine_version)
            found.append(_settled(question, blank, path))
    return tuple(found)


def _asked(question: Question) -> Iterator[Branch]:
    if question.decision is not None:
        yield Branch.ACTUAL
    yield Branch.DO_NOTHING
    yield Branch.DO_IT_NOW
    if question.plan is not None:
        yield Branch.FOLLOW_PLAN
    if question.keep is not None:
        yield Branch.EQUAL_SAFETY


def _blank(question: Question, branch: Branch, horizon: Horizon, engine_version: str) -> Outcome:
    """An outcome without figures."""
    return Outcome(
        intent_id=question.intent.intent_id,
        branch=branch,
        horizon=horizon.name,
        horizon_ms=horizon.ends - question.snapshot.at,
        primary=horizon.primary,
        status=Status.NOT_YET,
        asset=counted_in(question.snapshot, question.intent),
        price_path_id="",
        engine_version=engine_version,
    )


def counted_in(snapshot: Snapshot, intent: Intent) -> str:
    """The asset that the outcomes of an intent are counted in: what its contract settles in.

    A multi-asset pool is counted in the currency it is valued in. A transfer that names no symbol: its asset.
    """
    if snapshot.account.multi_asset:
        return USD
    if intent.symbol is None:
        return intent.asset or ""
    return symbol_parts(intent.symbol)["settle"]


def _settled(question: Question, blank: Outcome, path: Path) -> Outcome:
    scene = path.scene
    if scene is None:
        return replace(blank, status=path.status, words=(path.words,))
    blank = replace(blank, price_path_id=path_id(scene))
    try:
        return _led(question, blank, scene)
    except RingfenceError as error:
        return replace(blank, status=Status.NOT_POSSIBLE, words=(str(error),))


@exactly
def _led(question: Question, blank: Outcome, scene: Scene) -> Outcome:
    """One branch along its path."""
    world = _begun(question, scene, blank.branch)
    course = BEGINNINGS[blank.branch](question, scene, world)
    start = noticed(replace(course.world, epochs=((0, course.world.state),)))
    worlds = led(scene, start, course.timed)
    found = [_figures(scene, (world, one), blank.asset) for one in worlds]
    worst = min(found, key=lambda one: one.end)
    deaths = [[one for one in each.deaths if not one.ring.cured] for each in worlds]
    return replace(
        blank,
        status=Status.SETTLED,
        end_equity=worst.end,
        pnl=worst.pnl,
        min_equity=min(one.lowest for one in found),
        liquidated=_same([bool(own) for own in deaths]),
        reduced=any(one.deaths for one in worlds),
        t_liq=min((one.at for own in deaths for one in own), default=None),
        fees=worst.fees,
        funding=worst.funding,
        moved=worst.moved,
        ambiguity=_span([one.end for one in found]),
        pnl_span=_span([one.pnl for one in found]),
        refused=course.refused,
        assumed=course.assumed,
        words=(*course.words, *_assumptions(scene, world)),
    )


def _same(answers: list[bool]) -> bool | None:
    """The answer that every order of prices gives; None where they disagree."""
    return answers[0] if len(set(answers)) == 1 else None


def _span(values: list[Number]) -> Span:
    return Span(best=max(values), worst=min(values))


def _begun(question: Question, scene: Scene, branch: Branch) -> World:
    """The world at the snapshot, its stops resting.

    Raises:
        NotSupported: the path lacks prices of something that is held, or fences stand beside a pool that is
            valued in another currency, so that no sum of both means anything.
    """
    snapshot, account = question.snapshot, question.snapshot.account
    held = {one.symbol for one in account.positions} | {one.symbol for one in account.orders}
    held |= {one.symbol for one in snapshot.stops}
    held |= {one.mark_of for one in account.collateral.values() if one.mark_of and account.multi_asset}
    if question.intent.symbol is not None and branch in (Branch.DO_IT_NOW, Branch.ACTUAL):
        held.add(question.intent.symbol)
    if branch is Branch.ACTUAL and question.decision is not None:
        held |= {symbol for one in question.decision.happened if (symbol := getattr(one, "symbol", None))}
    lacking = covered(scene.tape, held) or sorted(held - set(snapshot.marks))
    if lacking:
        raise cannot(missing(lacking))
    if account.multi_asset and any(one.isolated_margin is not None for one in account.positions):
        raise cannot("a fence beside a multi-asset pool is counted in another currency")
    state = begin(account, scene.rules, marks=snapshot.marks, at=snapshot.at)
    return noticed(World(state, stops=snapshot.stops, moments=()))


def _figures(scene: Scene, pair: tuple[World, World], asset: str) -> Figures:
    start, end = pair
    left = equity_of(scene, end.state, asset, scene.tape.marks(len(scene.tape) - 1, "close"))
    moved = add([_stands(start, WORLD, asset), -_stands(end, WORLD, asset)])
    return Figures(
        end=_tidy(left),
        pnl=_tidy(add([left, -equity_of(scene, start.state, asset), -moved])),
        lowest=_tidy(lowest_equity(scene, end, asset)),
        fees=scene.rules.money.round(_stands(end, FEES, asset)),
        funding=_funding(scene, end, asset),
        moved=_tidy(moved),
    )


def _tidy(value: Number) -> Number:
    return simplest(value) if isinstance(value, Fraction) else value


def _stands(world: World, name: str, asset: str) -> Number:
    return world.state.balances.get((name, asset), Decimal(0))


def _funding(scene: Scene, world: World, asset: str) -> Number:
    """Funding that came in, in one asset; below zero what was paid."""
    case = Case(world.state, scene.rules)
    return add(
        amount
        for entry in world.closed().log
        if isinstance(entry, Funded)
        for symbol, amount in entry.amounts.items()
        if case.instrument(symbol).settle == asset
    )


def _assumptions(scene: Scene, world: World) -> Iterator[str]:
    held = dict.fromkeys(one.symbol for one in world.state.account.positions)
    unfunded = [symbol for symbol in held if symbol not in scene.tape.funding]
    if unfunded:
        yield f"no funding is known here for {', '.join(unfunded)}: none is charged"
    free = [one for one in held if one not in scene.rates or scene.rates[one].taker_fee is None]
    if free:
        yield f"no fee is known for {', '.join(free)}: trades cost none"


def _do_nothing(_question: Question, _scene: Scene, world: World) -> Course:
    return Course(world)


def _do_it_now(question: Question, scene: Scene, world: World) -> Course:
    return _course(intended(scene, world, question.intent, name="do it now"))


def _course(did: Did) -> Course:
    words = (
        ("the venue refuses it, or its rule is not known: these are the figures of what it amounts to",)
        if did.refused
        else ()
    )
    return Course(did.world, refused=did.refused, words=words)


def _actual(question: Question, _scene: Scene, world: World) -> Course:
    """What was decided, with what the venue reported; where it reported nothing, as it was intended."""
    decision = question.decision
    if decision is None:
        raise cannot("nothing was decided yet")
    since = question.snapshot.at
    acts = tuple(act for one in decision.happened if one.at >= since and (act := timed(one)) is not None)
    if acts or decision.choice in (Choice.DO_NOTHING, Choice.EXPIRED):
        return Course(world, acts)
    if decision.choice is Choice.BYPASSED:
        raise cannot("what was done is not known")
    said = "nothing is reported of it: taken as it was meant, at the last price before"
    if decision.choice is Choice.REDUCE_INSTEAD:
        act = Timed(decision.at, lambda scene, world: _equally_safe(question, scene, world).world)
    else:
        act = Timed(
            decision.at, lambda scene, world: intended(scene, world, question.intent, name="decided").world
        )
    return Course(world, (act,), assumed=True, words=(said,))


def _follow_plan(question: Question, scene: Scene, world: World) -> Course:
    if question.plan is None:
        raise cannot("there is no plan")
    world, acts, words = followed(scene, world, question.plan)
    return Course(world, tuple(acts), words=(words,) if words else ())


def _equally_safe(question: Question, scene: Scene, world: World) -> Course:
    """The position cut at once to the share that is as safe without new money."""
    intent, keep = question.intent, question.keep
    if intent.symbol is None or keep is None or not 0 <= keep <= 1:
        raise cannot("there is no share to keep")
    held = held_of(world, intent.symbol, intent.side)
    return _course(kept_share(scene, world, held, keep, name="equal safety"))


BEGINNINGS: Mapping[Branch, Begin] = {
    Branch.ACTUAL: _actual,
    Branch.DO_NOTHING: _do_nothing,
    Branch.DO_IT_NOW: _do_it_now,
    Branch.FOLLOW_PLAN: _follow_plan,
    Branch.EQUAL_SAFETY: _equally_safe,
}
