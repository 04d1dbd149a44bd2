"""The operation ``replay``: a book through a crash or any window of history, as each of its twins."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from fractions import Fraction

from ringfence.domain.account import Account
from ringfence.domain.numbers import Number, add, exactly, plain
from ringfence.errors import OutOfRange, UnknownSymbol
from ringfence.exact.explain import show
from ringfence.history.tape import Tape
from ringfence.replay.replay import Ending, Played, Standing
from ringfence.replay.replay import replay as led
from ringfence.replay.scene import Scene, Stop
from ringfence.replay.world import Entry, Fill, Funded, Liquidation
from ringfence.service import answers_replay as out
from ringfence.service.context import Context
from ringfence.service.opened import opened
from ringfence.service.present import Presenter, work
from ringfence.service.registry import operation
from ringfence.service.requests_replay import ReplayRequest
from ringfence.service.window import window_of

HOLES_SHOWN = 5
ALWAYS = (
    (
        "Inside a bar every coin goes to its high first, or every coin to its low first, in straight lines; "
        "both orders are walked, and a book for which they disagree keeps to either one from there on."
    ),
    "A position that the venue closes in part is tested again at quarters of the way to the next price.",
    "Losses beyond the collateral are borne by an insurance fund that is large enough.",
)


@operation("replay", request=ReplayRequest, answer=out.ReplayAnswer)
def replay(context: Context, request: ReplayRequest) -> out.ReplayAnswer:
    """A book through a crash or any stretch of history: what died when, and what was left, in each twin."""
    account, market, rules, on = opened(context, request)
    if not 0 <= request.keep <= 1:
        raise OutOfRange("a share between 0 and 1", path="keep", value=request.keep)
    window = window_of(context, request, account, market, rules)
    tape = window.tape
    last = len(tape) - 1
    count = min(request.points, len(tape))
    sampled = tuple(dict.fromkeys(last * number // max(count - 1, 1) for number in range(count)))
    scene = Scene(
        tape, rules, on, traded=window.traded, rates=market.rates, sampled=sampled,
    )  # fmt: skip
    done = led(
        scene,
        account,
        stops=tuple(_stops(account, request)),
        keep=(request.keep,),
        told=lambda bar, total: context.progress("replaying", bar, total),
    )
    return out.ReplayAnswer(
        rules=Presenter(rules).rules(on),
        event=request.event or "",
        title=window.title,
        since=tape.ts[0],
        until=tape.ts[-1] + tape.step,
        bars=len(tape),
        timeframe_ms=tape.step,
        sources=dict(window.sources),
        holes=[
            out.ReplayHole(
                symbol=one.symbol, since=one.hole.first, until=one.hole.until, missing=one.hole.missing
            )
            for one in tape.holes[:HOLES_SHOWN]
        ],
        missing=sum(one.hole.missing for one in tape.holes),
        assumptions=[*window.assumptions, *_assumed(scene, account, request)],
        moves=_moves(tape),
        path=_path(scene),
        before=_money(done.before),
        close_now=_money(done.close_now),
        twins=[_book(one) for one in done.twins if request.twin in (None, one.name)],
        choices=[_book(one) for one in done.choices],
    )


def _stops(account: Account, request: ReplayRequest) -> Iterable[Stop]:
    by_mark = request.stop_by == "mark"
    for symbol, price in (request.stop or {}).items():
        found = [one for one in account.positions if one.symbol == symbol]
        if not found:
            raise UnknownSymbol("no position in this symbol to close", path="stop", value=symbol)
        for one in found:
            yield Stop(symbol, "sell" if one.side.sign > 0 else "buy", one.contracts, price, by_mark)


def _assumed(scene: Scene, account: Account, request: ReplayRequest) -> list[str]:
    """What every replay takes for granted."""
    found = [*ALWAYS]
    if scene.traded is not None:
        found.append("Orders fill by the traded price, which goes through its bar in the order of the mark.")
    elif (account.orders or request.stop) and request.prices == "mark":
        found.append("Orders fill by the mark: traded takes the traded price, where it is stored.")
    held = [one.symbol for one in account.positions]
    unfunded = [symbol for symbol in dict.fromkeys(held) if symbol not in scene.tape.funding]
    if unfunded:
        found.append(f"No funding is known here for {', '.join(unfunded)}: none is charged.")
    elif held:
        found.append("Funding is paid when its bar opens, at the price it opens at.")
    if any(scene.fee_rate(symbol) == 0 for symbol in held):
        found.append("Closing at the start, or by a stop, costs no fee where the account states none.")
    return found


def _moves(tape: Tape) -> dict[str, tuple[str, str, str]]:
    found = {}
    for number, symbol in enumerate(tape.symbols):
        first = tape.quotes(0)[number][0]
        ends = (
            tape.frame[f"high{number}"].max(),
            tape.frame[f"low{number}"].min(),
            tape.quotes(len(tape) - 1)[number][3],
        )
        high, low, close = (plain(Fraction(int(str(one)), first) - 1, 6) for one in ends)
        found[symbol] = (high, low, close)
    return found


def _path(scene: Scene) -> list[out.ReplayMarks]:
    """The first open, then the close of every sampled bar."""
    tape = scene.tape
    opens = tape.marks(0, "open")
    moments = [(tape.ts[0], opens)]
    moments += [(tape.ts[bar] + tape.step, tape.marks(bar, "close")) for bar in scene.sampled]
    return [
        out.ReplayMarks(
            at=at,
            marks={symbol: plain(mark) for symbol, mark in marks.items()},
            moves={s: plain(Fraction(mark) / Fraction(opens[s]) - 1, 6) for s, mark in marks.items()},
        )
        for at, marks in moments
    ]


def _money(amounts: Mapping[str, Number]) -> dict[str, str]:
    return {asset: plain(amount) for asset, amount in amounts.items()}


def _book(one: Played) -> out.ReplayBook:
    firsts = [ending.first.at for ending in one.endings if ending.first is not None]
    return out.ReplayBook.model_validate(
        {
            "name": one.name,
            "verdict": one.verdict,
            "reason": one.reason,
            "first_liquidation": min(firsts, default=None),
            "endings": [_ending(ending) for ending in one.endings],
        }
    )


def _ending(one: Ending) -> out.ReplayEnding:
    return out.ReplayEnding(
        within="" if one.within is None else one.within.value,
        left=_money(one.left),
        log=[_entry(entry) for entry in one.world.log],
        points=[_point(standing) for standing in one.standings],
        digest=one.world.digest,
    )


@exactly
def _point(one: Standing) -> out.ReplayPoint:
    health = {
        asset: add([amount, -one.maintenance.get(asset, Decimal(0))]) for asset, amount in one.equity.items()
    }
    return out.ReplayPoint(
        at=one.at, equity=_money(one.equity), maintenance=_money(one.maintenance), health=_money(health)
    )


def _entry(one: Entry) -> out.ReplayEntry:
    if isinstance(one, Liquidation):
        return _liquidation(one)
    if isinstance(one, Fill):
        what = f"{one.side} {plain(one.contracts)} {one.symbol} at {show(one.price)}"
        words = f"{what}: {'; '.join(one.words)}" if one.accepted else f"{what} did not fill: {one.words[0]}"
        return out.ReplayEntry(
            kind="fill", at=one.at, where=one.where, ring="", closed=False, words=words,
            marks={one.symbol: plain(one.price)}, steps=[],
        )  # fmt: skip
    return _funded(one)


def _funded(one: Funded) -> out.ReplayEntry:
    parts = [f"{symbol} {plain(amount)}" for symbol, amount in one.amounts.items()]
    times = "1 payment" if one.payments == 1 else f"{one.payments} payments"
    return out.ReplayEntry(
        kind="funding", at=one.first, where="", ring="", closed=False,
        words=f"{times} of funding: {', '.join(parts)}", marks={}, steps=[],
    )  # fmt: skip


def _liquidation(one: Liquidation) -> out.ReplayEntry:
    ring = one.ring
    how = "closed in part" if ring.cured else "liquidated"
    figures = f"equity {show(ring.equity)}, requirement {show(ring.requirement)}"
    steps = [
        out.ReplayStep(
            what=step.what,
            event="" if step.event is None else step.event.kind,
            words=list(step.words),
            workings=work(step.derivation),
        )
        for step in ring.taken
    ]
    return out.ReplayEntry(
        kind="liquidation",
        at=one.at,
        where=one.where,
        ring=ring.ring,
        closed=not ring.cured,
        words=f"{ring.ring} {how}: {figures} {ring.asset}",
        marks={symbol: plain(mark) for symbol, mark in one.marks.items()},
        steps=steps,
    )
