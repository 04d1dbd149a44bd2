"""Case: one intent with the account it is held against, and everything that is known beside it."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from ringfence.domain.account import Account, MarginMode, Side
from ringfence.domain.market import Market
from ringfence.errors import MissingField, OutOfRange, UnknownSymbol
from ringfence.exact.ring import Book, prepare
from ringfence.ingest.schema import AccountInput
from ringfence.mirror.audit import audit
from ringfence.mirror.detectors.episodes import cut
from ringfence.mirror.detectors.past import Past as Bookings
from ringfence.mirror.facts import Facts, Sources
from ringfence.mirror.measured.gather import Knowledge, Quote, gather
from ringfence.mirror.measured.past import Trades
from ringfence.mirror.measured.remembered import Asked, Remembered
from ringfence.mirror.model import Action, Answer, Audit, Intent
from ringfence.mirror.permit import as_one
from ringfence.mirror.thresholds import Thresholds
from ringfence.service.context import Context
from ringfence.service.mirror.limits import own_of, thresholds_of
from ringfence.service.mirror.memory import Memory, is_traded
from ringfence.service.mirror.pasts import past_for
from ringfence.service.mirror.requests import AuditRequest
from ringfence.service.opened import opened
from ringfence.service.registry import engine_version
from ringfence.service.requests import BookRequest

if TYPE_CHECKING:
    from ringfence.mirror.measured.market import Past

REMEMBERED_MS = 90 * 86_400_000
"""So long back earlier intents are looked at."""


@dataclass(frozen=True)
class Case:
    """What is judged: the intent, the account at that moment, and what was stated beside it.

    Attributes:
        document: the account as it is journaled. read_ms: when account and marks were read; None: not said.
    """

    intent: Intent
    document: AccountInput
    account: Account
    market: Market
    book: Book
    target: Decimal | None
    spread: Decimal | None
    read_ms: int | None
    mark_before_15m: Decimal | None = None
    shadow: bool = False

    @property
    def symbols(self) -> tuple[str, ...]:
        """Every symbol that the judgement may look at."""
        held = [one.symbol for one in self.account.positions]
        return tuple(dict.fromkeys([*held, *([self.intent.symbol] if self.intent.symbol else [])]))


def stated_case(context: Context, request: AuditRequest, memory: Memory, *, named: str) -> Case:
    """The case that a request states.

    Raises:
        MissingField: no account is stated, and none was journaled under this name.
    """
    document, read_ms = request.account, request.as_of_ms
    if document is None:
        if memory.snapshot is None:
            raise MissingField(
                "no account is stated, and none is journaled under this name", path="account",
                hint="state it once: the next audit can leave it out",
            )  # fmt: skip
        document = AccountInput.model_validate(memory.snapshot.body["account"])
        read_ms = read_ms or memory.snapshot.body["read_ms"]
    elif read_ms is None and context.principal.kind == "human":
        read_ms = context.now_ms()  # a person states the account as it is now
    book = BookRequest(account=document, venue=request.venue, on=request.on)
    account, market, rules, on = opened(context, book)
    fixed = document.model_copy(update={"venue": account.venue, "on": on})
    return Case(
        intent=_intent(context, request, account, named=named),
        document=fixed,
        account=account,
        market=market,
        book=prepare(account, rules, on=on),
        target=request.target,
        spread=request.spread,
        read_ms=read_ms,
        mark_before_15m=request.mark_before_15m,
        shadow=request.shadow,
    )


def kept_case(context: Context, intent: Intent, kept: Mapping[str, Any]) -> Case:
    """The case as it was journaled: the same account, the same marks, the same moment."""
    document = AccountInput.model_validate(kept["account"])
    account, market, rules, on = opened(context, BookRequest(account=document))
    return Case(
        intent=intent,
        document=document,
        account=account,
        market=market,
        book=prepare(account, rules, on=on),
        target=None if kept["target"] is None else Decimal(kept["target"]),
        spread=None if kept["spread"] is None else Decimal(kept["spread"]),
        read_ms=kept["read_ms"],
        mark_before_15m=None if kept["mark_before_15m"] is None else Decimal(kept["mark_before_15m"]),
        shadow=kept["shadow"],
    )


def _intent(context: Context, request: AuditRequest, account: Account, *, named: str) -> Intent:
    action = Action(request.action)
    _check_amounts(request, action)
    symbol = request.symbol or _only_symbol(account, action)
    return Intent(
        intent_id=named,
        ts_ms=context.now_ms(),
        actor=context.principal.actor,
        account_id=request.account_id,
        venue=account.venue,
        action=action,
        symbol=symbol,
        side=_side(request, account, symbol, action),
        contracts=request.contracts,
        price=request.price,
        leverage=request.leverage,
        margin_mode=None if request.margin_mode is None else MarginMode(request.margin_mode),
        margin=request.margin,
        amount=request.amount,
        asset=request.asset or _only_asset(account, action),
        to=_mode(action),
        which=request.which,
        stop_from=request.stop_from,
        stop_to=request.stop_to,
        reduce_only=request.reduce_only,
        scheduled=request.scheduled,
        trigger_text=request.why,
        plan_id=request.plan_id,
        surface=context.principal.door,
    )


def _check_amounts(request: AuditRequest, action: Action) -> None:
    """The action says which way; an amount says how much. Only a transfer goes either way."""
    for name in ("contracts", "price", "leverage", "margin", "amount"):
        value = getattr(request, name)
        signed = name == "amount" and action is Action.TRANSFER
        if value is not None and (value == 0 or (value < 0 and not signed)):
            hint = "the action says which way" if value < 0 else ""
            raise OutOfRange("not above zero", path=name, value=value, hint=hint)


def _mode(action: Action) -> MarginMode | None:
    return {Action.SWITCH_TO_CROSS: MarginMode.CROSS, Action.SWITCH_TO_ISOLATED: MarginMode.ISOLATED}.get(
        action
    )


def _only_symbol(account: Account, action: Action) -> str | None:
    """The symbol that is meant where none is named: the only one that is open."""
    if action is Action.TRANSFER:
        return None
    held = list(dict.fromkeys(one.symbol for one in account.positions))
    if len(held) == 1 and action is not Action.OPEN:
        return held[0]
    hint = f"one of {', '.join(held)}" if held and action is not Action.OPEN else 'as in "BTC/USDT:USDT"'
    raise MissingField("which symbol", path="symbol", hint=hint)


def _only_asset(account: Account, action: Action) -> str | None:
    if action is not Action.TRANSFER:
        return None
    if len(account.wallet) == 1:
        return next(iter(account.wallet))
    raise MissingField(
        "which asset", path="asset", hint=f"one of {', '.join(account.wallet) or 'your assets'}"
    )


def _side(request: AuditRequest, account: Account, symbol: str | None, action: Action) -> Side | None:
    """The side that is stated, else that of the open position; a new one has to state it."""
    if request.side is not None:
        return Side(request.side)
    if action in (Action.TRANSFER, Action.HEDGE):
        return None
    held = {one.side for one in account.positions if one.symbol == symbol}
    if len(held) == 1:
        return held.pop()
    if action is Action.OPEN:
        raise MissingField("long or short", path="side", hint='side = "long"')
    if held:
        raise MissingField("which of the two legs", path="side", hint='side = "long" or "short"')
    if action in (Action.SWITCH_TO_CROSS, Action.SWITCH_TO_ISOLATED, Action.CHANGE_LEVERAGE):
        return None
    raise UnknownSymbol("no position in this symbol", path="symbol", value=symbol)


NEWEST = 2**62
"""After every record: what is asked now knows everything."""


def judged(
    context: Context,
    case: Case,
    memory: Memory,
    *,
    answers: Mapping[str, Answer] | None = None,
    through: int = NEWEST,
) -> tuple[Facts, Audit]:
    """The facts of a case at its moment, and what the rules say of them.

    Args:
        through: only what the journal knew before this record, so that an audit says the same again.
    """
    at_ms, memory = case.intent.ts_ms, memory.before(through)
    limits = thresholds_of(memory, at_ms)
    known = knowledge(context, case, memory, answers=answers, through=through)
    whole = as_one(case.intent, _permitted(memory, limits, at_ms, through), limits)
    facts = gather(whole, case.book, case.market, known)
    facts = replace(facts, intent=case.intent)
    return facts, audit(facts, limits=limits, since_ms=at_ms)


def _permitted(memory: Memory, limits: Thresholds, now_ms: int, through: int) -> list[Intent]:
    """Intents whose permit still holds and that were not filled: the account does not show them yet."""
    return [
        one.intent
        for key, one in _asked(memory, through)
        if one.done and memory.filled.get(key, NEWEST) >= through and 0 <= now_ms - one.at <= limits.permit_ms
    ]


def _asked(memory: Memory, through: int) -> Iterator[tuple[str, Asked]]:
    """Intents that were journaled by then, as they stood then."""
    for key, one in list(memory.asked.items()):
        if memory.asked_seq[key] >= through:
            continue
        later = memory.decided_seq.get(key, 0) >= through
        yield key, replace(one, decision="", decided_ms=None) if later else one


def knowledge(
    context: Context,
    case: Case,
    memory: Memory,
    *,
    answers: Mapping[str, Answer] | None = None,
    through: int = NEWEST,
) -> Knowledge:
    """Everything beside the book: history, what was imported, what the journal remembers."""
    at_ms = case.intent.ts_ms
    pasts: dict[str, Past] = {}
    for symbol in case.symbols:
        found = past_for(context, case.account.venue, symbol, until_ms=at_ms)
        if found is not None:
            pasts[symbol] = found
    age = None if case.read_ms is None else max(at_ms - case.read_ms, 0)
    about = case.intent.symbol
    return Knowledge(
        now_ms=at_ms,
        pasts=pasts,
        quotes={about: Quote(case.spread, case.mark_before_15m)} if about else {},
        trades=trades_of(memory, case, through=through),
        remembered=_remembered(memory, case, through),
        answers=answers,
        sources=Sources(mark_age_ms=age, snapshot_age_ms=age, engine=engine_version()),
        target=case.target,
    )


def _remembered(memory: Memory, case: Case, through: int) -> Remembered:
    at_ms = case.intent.ts_ms
    since = at_ms - REMEMBERED_MS
    earlier = [
        one
        for key, one in _asked(memory, through)
        if key != case.intent.intent_id and since <= one.intent.ts_ms
    ]
    shown, measures = _shown(memory, case, through)
    creep = [one for one in memory.creep if one[0] < through]
    return Remembered(
        plans=tuple(one for one in memory.plans if one.created_ms <= at_ms),
        asked=tuple(earlier),
        own=own_of(memory, at_ms, flat=not case.account.positions),
        shown=shown,
        measures=measures,
        creep_supported=creep[-1][1] if creep else None,
        creep=creep[-1][2] if creep else None,
    )


def _shown(memory: Memory, case: Case, through: int) -> tuple[dict[str, int], dict[str, Any]]:
    """When each rule was last shown about this symbol, and what it measured then."""
    shown: dict[str, int] = {}
    measures: dict[str, Any] = {}
    for key, earlier in _asked(memory, through):
        if key == case.intent.intent_id or earlier.intent.symbol != case.intent.symbol:
            continue
        for rule, at, measure in memory.shown.get(key, ()):
            if shown.get(rule, 0) <= at <= case.intent.ts_ms:
                shown[rule] = at
                measures |= {} if measure is None else {rule: measure}
    return shown, measures


def trades_of(memory: Memory, case: Case, *, through: int = NEWEST) -> Trades | None:
    """What was imported by then, cut into episodes; None: nothing was."""
    count = bisect_left(memory.booked_seq, through)
    if not count:
        return None
    kept = memory.kept.get("trades")
    key = (count, len(memory.plans))
    if kept is None or kept[0] != key:
        past = Bookings(
            happened=tuple(one for one in memory.happened[:count] if is_traded(one)),
            plans=tuple(memory.plans),
            rules={case.book.rules.key: case.book.rules},
            terms=case.account.instruments,
        )
        found = cut(past)
        kept = key, Trades(past.happened, found.episodes, found.realised)
        memory.kept["trades"] = kept
    trades: Trades = kept[1]
    return trades
