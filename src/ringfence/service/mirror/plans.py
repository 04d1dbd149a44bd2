"""Operations on plans: written while flat, never changed, superseded by new versions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ringfence.domain.account import MarginMode, Side
from ringfence.errors import OutOfRange, UnknownRecord
from ringfence.exact.assess import assess
from ringfence.exact.ring import prepare
from ringfence.mirror.answers import AnswerContext, read_disproof, read_do_nothing, read_level
from ringfence.mirror.canonical import digest
from ringfence.mirror.measured.planned import MIN_AGE_MS
from ringfence.mirror.model import Answer, Permission, Plan, Rung, Written
from ringfence.service.context import Context
from ringfence.service.mirror import answers_kept as out
from ringfence.service.mirror import requests_plan as ask
from ringfence.service.mirror.pasts import past_for
from ringfence.service.mirror.present import line_read
from ringfence.service.mirror.records import Of, asked_before, entry, read_as, receipt
from ringfence.service.opened import opened
from ringfence.service.requests import BookRequest

if TYPE_CHECKING:
    from ringfence.store.journal.journal import Journal
    from ringfence.store.journal.values import Stored

PRIVATE = ("disproof", "thesis", "do_nothing_reason")
"""Sentences of a plan that can be erased; the figures of it stay."""


def plan_new(context: Context, request: ask.PlanNewRequest) -> out.PlanAnswer:
    """Write a plan down, or a new version of one. Only one that was written while flat justifies a rescue."""
    named = context.new_id() if request.id is None else request.id
    asked = digest(request.model_dump(mode="json", exclude={"id": True, "plan": set(PRIVATE)}))
    texts = {name: getattr(request.plan, name) for name in PRIVATE}
    with context.journal() as journal:
        before = asked_before(journal, named, asked, texts)
        if before is not None:
            newest = _versions(journal, before.id)[-1].seq == before.seq
            plan = _plan(before, journal)
            lines = _judged(context, request, at_ms=plan.created_ms)
            return _answer(before, plan, lines, newest=newest)
        old = None if request.supersedes is None else plan_record(journal, request.supersedes)
        now = context.now_ms()
        lines = _judged(context, request, at_ms=now)
        for line in lines:
            _refuse_unread(line)
        former = None if old is None else read_plan(journal, old)
        plan = _made(context, request, lines, old=former, named=named, at_ms=now)
        body = {"plan": _without_texts(plan), "asked": asked}
        stored = journal.append(
            entry(
                context,
                "plan",
                body,
                named=named,
                texts=texts,
                of=Of(request.account_id, plan.symbol, request.supersedes or ""),
            )
        )
    return _answer(stored, plan, lines, newest=True)


def _judged(context: Context, request: ask.PlanNewRequest, *, at_ms: int) -> list[Answer]:
    """The three lines of a plan, by the checks that an audit makes."""
    plan = request.plan
    _, market, rules, _ = opened(context, _book(request))
    past = past_for(context, rules.key, plan.symbol, until_ms=context.now_ms())
    sigma = None
    if past is not None:
        from ringfence.mirror.measured.market import deviation

        sigma = deviation(past, 1)
    given = AnswerContext(
        side=Side(plan.side),
        mark=market.mark(plan.symbol),
        now_ms=at_ms,
        symbol_names=names_of(plan.symbol),
        sigma_hour=sigma,
        invalidation=plan.invalidation_price,
        thesis=plan.thesis,
        disproof=plan.disproof,
    )
    return [
        read_disproof(plan.disproof, context=given, source="plan"),
        read_level(str(plan.invalidation_price), context=given, source="plan"),
        read_do_nothing(plan.do_nothing_reason, context=given, source="plan"),
    ]


def _refuse_unread(line: Answer) -> None:
    """A plan whose lines say nothing is no plan."""
    failed = [one for one in line.checks if not one.passed]
    if failed:
        paths = {"invalidation": "invalidation_price", "do_nothing": "do_nothing_reason"}
        raise OutOfRange(
            failed[0].words, path=f"plan.{paths.get(line.name, line.name)}", value=line.text,
            hint="; ".join(one.words for one in failed[1:]),
        )  # fmt: skip


def _book(request: ask.PlanNewRequest) -> BookRequest:
    return BookRequest(account=request.account, on=request.on)


def _made(
    context: Context,
    request: ask.PlanNewRequest,
    lines: list[Answer],
    *,
    old: Plan | None,
    named: str,
    at_ms: int,
) -> Plan:
    stated, disproof = request.plan, lines[0].disproof
    if disproof is None:
        raise OutOfRange("the sentence could not be read", path="plan.disproof", value=stated.disproof)
    if old is not None and (old.symbol, old.side.value) != (stated.symbol, stated.side):
        raise OutOfRange("a new version keeps the symbol and the side", path="supersedes", value=old.plan_id)
    zone = stated.entry_zone
    return Plan(
        plan_id=named if old is None else old.plan_id,
        version=1 if old is None else old.version + 1,
        created_ms=at_ms,
        account_id=request.account_id,
        symbol=stated.symbol,
        side=Side(stated.side),
        disproof=disproof,
        invalidation_price=stated.invalidation_price,
        do_nothing_reason=stated.do_nothing_reason,
        written=_state(context, request),
        supersedes=request.supersedes,
        thesis=stated.thesis,
        trigger=stated.trigger,
        time_stop_ms=stated.time_stop_ms,
        entry_zone=None if zone is None else (min(zone), max(zone)),
        target_prices=tuple(stated.target_prices),
        contracts_max=stated.contracts_max,
        notional_max=stated.notional_max,
        leverage_max=stated.leverage_max,
        modes_allowed=frozenset(MarginMode(one) for one in stated.modes_allowed),
        mode_switch=_permission(stated.mode_switch),
        ladder=tuple(Rung(one.price, one.contracts) for one in stated.ladder),
        top_up=_permission(stated.top_up),
        hedge=_permission(stated.hedge),
        deposit=_permission(stated.deposit),
        risk_max=stated.risk_max,
        risk_fraction_max=stated.risk_fraction_max,
        locked=stated.locked,
    )


def _permission(stated: ask.PermissionInput | None) -> Permission:
    return Permission() if stated is None else Permission(**stated.model_dump())


def _state(context: Context, request: ask.PlanNewRequest) -> Written:
    """Whether the account was flat in the symbol, and else whether the position lost."""
    account, market, rules, on = opened(context, _book(request))
    held = [
        one.unrealized_pnl
        for one in assess(prepare(account, rules, on=on), market).positions
        if one.position.symbol == request.plan.symbol
    ]
    return Written(flat=not held, adverse=any(pnl < 0 for pnl in held))


def _without_texts(plan: Plan) -> dict[str, Any]:
    """The plan as it is journaled: its sentences lie apart, where they can be erased."""
    from ringfence.mirror.canonical import document

    kept: dict[str, Any] = document(plan)
    kept["disproof"]["raw_text"] = kept["thesis"] = kept["do_nothing_reason"] = ""
    return kept


def _plan(stored: Stored, journal: Journal) -> Plan:
    kept = {**stored.body["plan"]}
    texts = {name: journal.text(stored.ref(name)) or "" for name in PRIVATE}
    kept["disproof"] = {**kept["disproof"], "raw_text": texts["disproof"]}
    return read_as(Plan, {**kept, **{name: texts[name] for name in PRIVATE[1:]}})


def read_plan(journal: Journal, stored: Stored) -> Plan:
    """A plan from its record; a sentence that was erased is empty."""
    return _plan(stored, journal)


def plan_records(journal: Journal, *, account_id: str, symbol: str | None = None) -> list[Stored]:
    """Every version of every plan of an account, oldest first."""
    from ringfence.store.journal.values import Query

    return journal.find(Query(kinds=("plan",), account_id=account_id, symbol=symbol))


def plan_record(journal: Journal, plan_id: str) -> Stored:
    """The newest version of a plan.

    Raises:
        UnknownRecord: there is no plan of this id.
    """
    found = _versions(journal, plan_id)
    if not found:
        raise UnknownRecord("no plan of this id", path="plan_id", value=plan_id, hint="ringfence plan list")
    return found[-1]


def _versions(journal: Journal, plan_id: str) -> list[Stored]:
    from ringfence.store.journal.values import Query

    every = journal.find(Query(kinds=("plan",)))
    root = next((one.body["plan"]["plan_id"] for one in every if one.id == plan_id), plan_id)
    return [one for one in every if one.body["plan"]["plan_id"] == root]


def plan_show(context: Context, request: ask.PlanShowRequest) -> out.PlansAnswer:
    """One plan with all its versions, the newest first."""
    with context.journal(write=False) as journal:
        plan_record(journal, request.plan_id)
        found = _versions(journal, request.plan_id)
        return _several(journal, found)


def plan_list(context: Context, request: ask.PlanListRequest) -> out.PlansAnswer:
    """The plans of an account, newest first, the versions that were superseded among them."""
    if not context.remembers:
        return out.PlansAnswer(plans=[])
    with context.journal(write=False) as journal:
        return _several(journal, plan_records(journal, account_id=request.account_id, symbol=request.symbol))


def _several(journal: Journal, found: list[Stored]) -> out.PlansAnswer:
    newest = {one.body["plan"]["plan_id"]: one.seq for one in found}
    return out.PlansAnswer(
        plans=[
            _answer(one, _plan(one, journal), [], newest=newest[one.body["plan"]["plan_id"]] == one.seq)
            for one in reversed(found)
        ]
    )


def _answer(stored: Stored, plan: Plan, lines: list[Answer], *, newest: bool) -> out.PlanAnswer:
    from ringfence.mirror.canonical import document

    return out.PlanAnswer(
        plan_id=plan.plan_id,
        version=plan.version,
        created_ms=plan.created_ms,
        supersedes=plan.supersedes,
        plan=document(plan),
        prewritten_from_ms=plan.created_ms + MIN_AGE_MS if plan.written.flat else None,
        edited_underwater=plan.edited_underwater,
        newest=newest,
        lines=[line_read(one) for one in lines],
        receipt=receipt(stored),
    )


def names_of(symbol: str) -> tuple[str, ...]:
    """What a sentence may call an instrument.

    >>> names_of("BTC/USDT:USDT")
    ('BTC', 'bitcoin', 'BTC/USDT:USDT', 'BTCUSDT')
    """
    coin = symbol.split("/")[0]
    spoken = {"BTC": "bitcoin", "ETH": "ether", "SOL": "solana", "DOGE": "dogecoin"}.get(coin)
    quote = symbol.split("/")[1].split(":")[0] if "/" in symbol else ""
    names = [coin, *([spoken] if spoken else []), symbol, f"{coin}{quote}"]
    return tuple(dict.fromkeys(names))
