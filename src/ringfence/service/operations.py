"""The operations: everything ringfence answers, for every door."""

from __future__ import annotations

from dataclasses import replace

from ringfence.domain.derivation import Derivation
from ringfence.domain.market import Market
from ringfence.domain.numbers import plain
from ringfence.errors import NotSupported
from ringfence.exact.assess import assess as assess_book
from ringfence.exact.explain import explain as explain_assessment
from ringfence.exact.ring import prepare
from ringfence.ingest.template import TEMPLATE
from ringfence.service import answers as out
from ringfence.service import answers_venues as venues_out
from ringfence.service import requests as ask
from ringfence.service.across import across, venues_of
from ringfence.service.answers_across import ComparedAnswer
from ringfence.service.check import venues_check
from ringfence.service.context import Context
from ringfence.service.data import data_check, data_fetch, data_import, data_list
from ringfence.service.liquidate import liquidate
from ringfence.service.mirror import MIRROR
from ringfence.service.opened import opened
from ringfence.service.present import Presenter, conditions, work
from ringfence.service.preview import preview
from ringfence.service.registry import Operation, operation
from ringfence.service.replay import replay
from ringfence.service.tables import tiers_import, tiers_list, tiers_show, venues_list, venues_show
from ringfence.service.tiers_diff import tiers_diff
from ringfence.service.tiers_update import tiers_update
from ringfence.service.wanted import wanted_answer
from ringfence.solve.arrange import Arrangement, arrangements
from ringfence.solve.explain import explain_liquidations, explain_twin
from ringfence.solve.frontier import frontier as frontier_of
from ringfence.solve.liquidation import leading_symbol, liquidations
from ringfence.solve.reasons import headline, reasons
from ringfence.solve.shock import deaths, outcomes, passed, shocked
from ringfence.solve.twins import Twin, Twins, twins


@operation("assess", request=ask.AssessRequest, answer=out.AssessAnswer)
def assess(context: Context, request: ask.AssessRequest) -> out.AssessAnswer:
    """Equity, margins and health of an account, with the workings of every number."""
    account, market, rules, on = opened(context, request)
    assessment = assess_book(prepare(account, rules, on=on), market)
    return Presenter(rules).assessment(assessment, explain_assessment(assessment))


@operation("compare", request=ask.CompareRequest, answer=ComparedAnswer)
def compare(context: Context, request: ask.CompareRequest) -> ComparedAnswer:
    """One account as it is, all isolated and all cross: what dies where, what can be lost, and why."""
    keys = venues_of(request.venue)
    alone = request if len(keys) < 2 else request.model_copy(update={"venue": None})
    account, market, rules, on = opened(context, alone)
    both = twins(account, market, rules, on=on)
    show = Presenter(rules)
    after = None if request.at is None else replace(market, marks={**market.marks, **request.at})
    judged = reasons(both.as_is.book, market, both)
    return ComparedAnswer(
        across=across(context, account, market, keys, home=rules, on=on) if len(keys) > 1 else [],
        rules=show.rules(on, of=account),
        headline=headline(both, judged),
        mixed=both.mixed,
        leader=leading_symbol(both.as_is.book, market),
        betas={symbol: plain(beta) for symbol, beta in market.betas.items()},
        marks={symbol: plain(mark) for symbol, mark in market.marks.items()},
        at=None if after is None else {symbol: plain(mark) for symbol, mark in after.marks.items()},
        twins=[
            show.twin(twin, outcomes(twin.book, market, after) if after and twin.feasible else None)
            for twin in both.all
        ],
        conditions=conditions(
            both.as_is.book,
            [ring for twin in both.all if twin.feasible for ring in twin.book.rings],
            fed=show.fed(both.as_is.book, both.as_is.assessment),
        ),
        reasons=[show.reason(reason) for reason in judged],
    )


@operation("solve", request=ask.SolveRequest, answer=out.SolveAnswer)
def solve(context: Context, request: ask.SolveRequest) -> out.SolveAnswer:
    """Liquidation prices of positions and account, by one coin alone and by everything together."""
    account, market, rules, on = opened(context, request)
    book = prepare(account, rules, on=on)
    found, show = liquidations(book, market), Presenter(rules)
    return out.SolveAnswer(
        rules=show.rules(on, of=account),
        leader=found.leader,
        betas={symbol: plain(beta) for symbol, beta in market.betas.items()},
        positions=[
            out.PositionPrices(
                symbol=one.position.symbol,
                side=one.position.side.value,
                ring=one.alone.ring,
                alone=show.line(one.alone, whole=False, symbol=one.position.symbol),
                together=show.line(one.together, whole=True, symbol=one.position.symbol),
                shown=show.shown(one.shown),
            )
            for one in found.positions
        ],
        rings=[show.line(ring, whole=True) for ring in found.rings],
        wanted=None if request.question is None else wanted_answer(book, market, request),
        notes=show.fed(book, assess_book(book, market)),
        derivation=work(explain_liquidations(book, market, found)),
    )


@operation("frontier", request=ask.FrontierRequest, answer=out.FrontierAnswer)
def frontier(context: Context, request: ask.FrontierRequest) -> out.FrontierAnswer:
    """Where the account is liquidated over two prices at once: exact lines for each twin."""
    account, market, rules, on = opened(context, request)
    both = twins(account, market, rules, on=on)
    x, y = _axes(both.as_is, request)
    return out.FrontierAnswer(
        rules=Presenter(rules).rules(on, of=account),
        x=x,
        y=y,
        today=(plain(market.mark(x)), plain(market.mark(y))),
        window=("0", plain(2 * market.mark(x)), "0", plain(2 * market.mark(y))),
        twins=[_frontier_twin(twin, market, x, y) for twin in both.all],
    )


def _axes(twin: Twin, request: ask.FrontierRequest) -> tuple[str, str]:
    assessment = twin.assessment
    sizes = {one.position.symbol: one.notional for one in assessment.positions} if assessment else {}
    largest = sorted(sizes, key=lambda symbol: -sizes[symbol])
    chosen = [symbol for symbol in (request.x, request.y) if symbol is not None]
    axes = [*chosen, *(symbol for symbol in largest if symbol not in chosen)][:2]
    if request.x is None and request.y is not None:
        axes.reverse()
    if len(axes) < 2:
        raise NotSupported(
            "a frontier needs two symbols",
            path="x",
            hint="add a position in a second symbol, or ask: ringfence solve",
        )
    for symbol in axes:
        if symbol not in sizes:
            raise NotSupported(
                "no position in this symbol", path="x", value=symbol, hint=f"choose of {', '.join(sizes)}"
            )
    return axes[0], axes[1]


def _frontier_twin(twin: Twin, market: Market, x: str, y: str) -> out.FrontierTwin:
    if not twin.feasible:
        return out.FrontierTwin(
            twin=twin.name.value, feasible=False, reason=twin.reason, alive=False, lines=[]
        )
    found = [
        frontier_of(twin.book, market, ring, x, y) for ring in twin.book.rings if {x, y} & set(ring.symbols)
    ]
    lines = [
        out.FrontierLine(ring=one.ring, curved=one.curved, vertices=[(plain(a), plain(b)) for a, b in line])
        for one in found
        for line in one.polylines
    ]
    alive = all(one.alive_at_today for one in found)
    return out.FrontierTwin(twin=twin.name.value, feasible=True, reason="", alive=alive, lines=lines)


@operation("scrub", request=ask.ScrubRequest, answer=out.ScrubAnswer)
def scrub(context: Context, request: ask.ScrubRequest) -> out.ScrubAnswer:
    """Both twins re-marked after one coin moved, the others following their betas or staying put."""
    account, market, rules, on = opened(context, request)
    arranged = arrangements(account, rules, on=on)
    own, show = arranged[0].book, Presenter(rules)
    leader = request.leader or leading_symbol(own, market)
    if leader is None:
        raise NotSupported("an account without positions has nothing to move", path="account.positions")
    after = shocked(own, market, leader=leader, move=request.move, follow=request.follow)
    return out.ScrubAnswer(
        rules=show.rules(on, of=account),
        leader=leader,
        move=plain(request.move),
        follow=request.follow,
        marks={symbol: plain(mark) for symbol, mark in after.marks.items()},
        twins=[_scrub_twin(one, market, after, request, leader=leader, show=show) for one in arranged],
    )


def _scrub_twin(
    arranged: Arrangement,
    before: Market,
    after: Market,
    request: ask.ScrubRequest,
    *,
    leader: str,
    show: Presenter,
) -> out.ScrubTwin:
    if not arranged.feasible:
        return out.ScrubTwin(
            twin=arranged.name.value, feasible=False, positions=[], rings=[], loss={}, equity={}, deaths=[]
        )
    book = arranged.book
    died = deaths(book, before, leader, follow=request.follow) if request.deaths else ()
    fallen = passed(book, before, leader=leader, move=request.move, follow=request.follow)
    return show.scrubbed(
        arranged.name,
        assess_book(book, after),
        outcomes(book, before, after, died=fallen),
        [
            out.Death(ring=ring, leader=leader, price=plain(hit.liquidated), move=plain(hit.move))
            for ring, hit in died
        ],
    )


@operation("explain", request=ask.ExplainRequest, answer=out.ExplainAnswer)
def explain(context: Context, request: ask.ExplainRequest) -> out.ExplainAnswer:
    """Why a number is what it is: the arithmetic, the tier used, and the venue's clause."""
    account, market, rules, on = opened(context, request)
    twin = _named(twins(account, market, rules, on=on), request.twin)
    lines = explain_twin(twin, market)
    if request.field:
        lines = Derivation(lines.of(request.field))
    return out.ExplainAnswer(
        rules=Presenter(rules).rules(on, of=account),
        twin=request.twin,
        field=request.field,
        lines=work(lines),
    )


def _named(both: Twins, name: out.TwinKey) -> Twin:
    twin: Twin = getattr(both, name)
    if not twin.feasible:
        raise NotSupported(twin.reason, path="twin", value=name)
    return twin


@operation("init", request=ask.InitRequest, answer=venues_out.InitAnswer)
def init(_context: Context, _request: ask.InitRequest) -> venues_out.InitAnswer:
    """A commented account file to start from."""
    return venues_out.InitAnswer(text=TEMPLATE)


OPERATIONS: tuple[Operation, ...] = (
    compare,
    assess,
    solve,
    frontier,
    scrub,
    explain,
    preview,
    liquidate,
    replay,
    tiers_list,
    tiers_show,
    tiers_diff,
    tiers_import,
    tiers_update,
    venues_list,
    venues_show,
    venues_check,
    data_list,
    data_check,
    data_import,
    data_fetch,
    *MIRROR,
    init,
)
"""Every operation, in the order the manual lists them."""


def operation_named(name: str) -> Operation:
    """One operation by its name.

    Raises:
        NotSupported: there is none of this name.

    >>> operation_named("compare").scope
    'read'
    """
    for one in OPERATIONS:
        if one.name == name:
            return one
    raise NotSupported("no such operation", path="operation", value=name)
