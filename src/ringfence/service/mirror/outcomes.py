"""Operations of the outcome loop: what became of an intent, and the ledger of pauses."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from ringfence.errors import RingfenceError
from ringfence.mirror.canonical import document
from ringfence.mirror.outcome.branches import outcomes
from ringfence.mirror.outcome.horizon import horizons
from ringfence.mirror.outcome.ledger import Entry, Ledger, ledgers
from ringfence.mirror.outcome.ledger import entry as ledger_entry
from ringfence.mirror.outcome.matching import matched
from ringfence.mirror.outcome.model import Choice, Decision, Outcome, Question, Snapshot, Status
from ringfence.mirror.outcome.records import records
from ringfence.mirror.outcome.stored import outcome_of
from ringfence.mirror.outcome.words import card, proposal, told
from ringfence.replay.scene import Scene
from ringfence.service.context import Context
from ringfence.service.mirror import answers_later as out
from ringfence.service.mirror import requests as ask
from ringfence.service.mirror.audits import OPEN_MS, View, view_of
from ringfence.service.mirror.memory import Memory, memory_of
from ringfence.service.mirror.present import text
from ringfence.service.mirror.records import Of, entry, known
from ringfence.service.registry import engine_version
from ringfence.service.requests_replay import ReplayRequest
from ringfence.service.window import window_of

if TYPE_CHECKING:
    from ringfence.store.journal.journal import Journal
    from ringfence.store.journal.values import Stored

MINUTE_MS = 60_000
CHOICES = {
    "proceed": Choice.PROCEED,
    "override": Choice.OVERRIDE,
    "reduce_instead": Choice.REDUCE_INSTEAD,
    "do_nothing": Choice.DO_NOTHING,
    "follow_plan": Choice.DO_NOTHING,
    "": Choice.EXPIRED,
}
THROUGH = ("proceed", "override", "reduce_instead")
SEED = 0
"""Of the ledger's interval: the same ledger for the same journal."""


def mirror_outcome(context: Context, request: ask.OutcomeRequest) -> out.OutcomesAnswer:
    """What became of an intent, beside doing nothing, doing it at once, the plan, and holding less."""
    found, waiting, without = [], 0, []
    with context.journal() as journal:
        memory = memory_of(journal, request.account_id)
        if request.audit_id is not None:
            asked = [known(journal, request.audit_id, "intent", path="audit_id").id]
        else:
            asked = [key for key, one in memory.asked.items() if one.decision or _late(context, one.at)]
        for number, audit_id in enumerate(asked):
            context.progress("outcomes", number, len(asked))
            kept = _kept(journal, audit_id)
            view = view_of(context, journal, audit_id)
            try:
                told_of = kept or _worked_out(context, view)
            except RingfenceError as error:
                without.append(f"{audit_id}: {error}")
                continue
            first = next(one for one in told_of if one.primary)
            if first.status is Status.NOT_YET and request.audit_id is None:
                waiting += 1
                continue
            if not kept and first.status is Status.SETTLED and _decided(context, view):
                journal.append(_record(context, view, told_of))
                kept = told_of
            found.append(_answer(view, told_of, journaled=bool(kept)))
    return out.OutcomesAnswer(outcomes=found, waiting=waiting, without=without)


def _late(context: Context, at_ms: int) -> bool:
    return context.now_ms() - at_ms > OPEN_MS


def _decided(context: Context, view: View) -> bool:
    return bool(view.memory.asked[view.named].decision) or _late(context, view.found.at_ms)


def _kept(journal: Journal, audit_id: str) -> tuple[Outcome, ...]:
    stored = journal.get(f"{audit_id}.outcome")
    return () if stored is None else tuple(outcome_of(one) for one in stored.body["outcomes"])


def _record(context: Context, view: View, found: tuple[Outcome, ...]) -> Any:
    intent = view.case.intent
    body = {
        "outcomes": [document(one) for one in found],
        "choice": _choice(view.memory, view.named).value,
        "paused": view.memory.asked[view.named].paused,
        "rules": list(view.found.verdict.decided_by),
        "at_ms": intent.ts_ms,
    }
    return entry(
        context,
        "outcome",
        body,
        named=f"{view.named}.outcome",
        of=Of(intent.account_id, intent.symbol or "", view.named),
    )


def _choice(memory: Memory, audit_id: str) -> Choice:
    return CHOICES[memory.asked[audit_id].decision]


def _worked_out(context: Context, view: View) -> tuple[Outcome, ...]:
    """The branches of an intent over the stored prices of its time.

    Raises:
        BadFile: no prices of that time are stored. NotSupported: there is no position to lead along them.
    """
    asked = view.memory.asked[view.named]
    plan = None if view.facts.plan is None else view.facts.plan.plan
    case, now = view.case, context.now_ms()
    decision = None
    if asked.decision or _late(context, asked.at):
        decision = Decision(_choice(view.memory, view.named), asked.at, tuple(_acts(view)))
    question = Question(
        snapshot=Snapshot(case.account, case.intent.ts_ms, case.market.marks, _scene(context, view, now)),
        intent=case.intent,
        decision=decision,
        plan=plan,
        keep=None if view.facts.keep is None else view.facts.keep.fraction,
    )
    return outcomes(question, as_of=now, engine_version=engine_version())


def _acts(view: View) -> list[Any]:
    """What the venue reported of this intent, as far as it was imported."""
    found = matched([view.case.intent], view.memory.happened)
    return [act for _, act in found.pairs]


def _scene(context: Context, view: View, now_ms: int) -> Scene:
    """The longest stretch of stored prices that a horizon of this intent asks for."""
    plan = None if view.facts.plan is None else view.facts.plan.plan
    since = view.case.intent.ts_ms // MINUTE_MS * MINUTE_MS
    ends = sorted({min(one.ends, now_ms) for one in horizons(view.case.intent.ts_ms, plan)}, reverse=True)
    trouble: RingfenceError | None = None
    for until in ends:
        if until <= since:
            continue
        try:
            return _scene_of(context, view, since, until)
        except RingfenceError as error:
            trouble = trouble or error
    if trouble is not None:
        raise trouble
    return _scene_of(context, view, since, since + MINUTE_MS)


def _scene_of(context: Context, view: View, since: int, until: int) -> Scene:
    case = view.case
    request = ReplayRequest(
        account=case.document, from_date=_moment(since), to_date=_moment(until), basis="prices"
    )
    window = window_of(context, request, case.account, case.market, case.book.rules)
    return Scene(window.tape, case.book.rules, case.book.on, traded=window.traded, rates=case.market.rates)


def _moment(at_ms: int) -> str:
    return datetime.fromtimestamp(at_ms // 1_000, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _answer(view: View, found: tuple[Outcome, ...], *, journaled: bool) -> out.IntentOutcome:
    return out.IntentOutcome(
        audit_id=view.named,
        what=view.facts.venue.what or view.case.intent.action.value.replace("_", " "),
        decision=view.memory.asked[view.named].decision or "expired",
        at_ms=view.case.intent.ts_ms,
        words=list(card(found, view.case.intent)),
        branches=[_branch(one) for one in found],
        journaled=journaled,
    )


def _branch(one: Outcome) -> out.BranchAnswer:
    return out.BranchAnswer(
        branch=one.branch.value,
        horizon=one.horizon,
        primary=one.primary,
        status=one.status.value,
        asset=one.asset,
        end_equity=text(one.end_equity),
        pnl=text(one.pnl),
        min_equity=text(one.min_equity),
        best=None if one.ambiguity is None else text(one.ambiguity.best),
        worst=None if one.ambiguity is None else text(one.ambiguity.worst),
        liquidated=one.liquidated,
        liquidated_at_ms=one.t_liq,
        fees=text(one.fees),
        funding=text(one.funding),
        refused=one.refused,
        assumed=one.assumed,
        words=list(one.words),
        price_path_id=one.price_path_id,
    )


def mirror_ledger(context: Context, request: ask.LedgerRequest) -> out.LedgerAnswer:
    """What pausing has saved and what it has cost, side by side, and whether that can be told from luck."""
    if not context.remembers:
        return out.LedgerAnswer(account_id=request.account_id, ledgers=[], rules=[], notes=[NOTHING])
    from ringfence.store.journal.values import Query

    with context.journal(write=False) as journal:
        memory = memory_of(journal, request.account_id)
        stored = journal.find(Query(kinds=("outcome",), account_id=request.account_id))
    entries = [_entry(one) for one in stored]
    # What was not let through and was done all the same went past the mirror.
    intents = [one.intent for one in memory.asked.values() if one.decision in THROUGH]
    bypassed = matched(intents, memory.happened) if memory.happened else None
    made = ledgers(
        entries, seed=SEED, bypassed=0 if bypassed is None else len(bypassed.bypassed),
        acts=0 if bypassed is None else len(bypassed.bypassed) + len(bypassed.pairs),
    )  # fmt: skip
    paused = sum(1 for one in memory.asked.values() if one.paused)
    waiting = paused - sum(1 for one in entries if one.paused)
    notes = [] if waiting <= 0 else [f"{waiting} pauses are not worked out yet: ringfence mirror outcome"]
    return out.LedgerAnswer(
        account_id=request.account_id,
        ledgers=[_ledger(one) for one in made],
        rules=[
            out.RuleRecord(
                rule_id=one.rule_id, audits=one.audits, firings=one.firings, overridden=one.overridden,
                proposed=one.proposed, words=proposal(one),
            )
            for one in records(entries, audits=len(memory.asked))
        ],
        notes=notes or ([] if entries else [NOTHING]),
    )  # fmt: skip


NOTHING = "Nothing is worked out yet: an outcome is known once its horizon is over."


def _entry(stored: Stored) -> Entry:
    found = tuple(outcome_of(one) for one in stored.body["outcomes"])
    return ledger_entry(
        found, at=stored.body["at_ms"], choice=Choice(stored.body["choice"]),
        paused=stored.body["paused"], rules=tuple(stored.body["rules"]),
    )  # fmt: skip


def _ledger(one: Ledger) -> out.AccountOfPauses:
    interval = one.interval
    return out.AccountOfPauses(
        asset=one.asset,
        interval=None if interval is None else [text(interval.low) or "", text(interval.high) or ""],
        bypass_rate=text(one.bypass_rate),
        words=list(told(one)),
        **_fields(one),
    )


COUNTS = (
    "pauses", "heeded", "overridden", "decided", "undetermined", "waiting", "without", "saved_count",
    "cost_count", "avoided", "caused", "distinguishable", "bypassed", "acts",
)  # fmt: skip
AMOUNTS = ("saved", "cost", "net", "overrides_net", "median", "largest_saved", "largest_cost")


def _fields(one: Ledger) -> dict[str, Any]:
    counts = {name: getattr(one, name) for name in COUNTS}
    return counts | {name: text(getattr(one, name)) for name in AMOUNTS}
