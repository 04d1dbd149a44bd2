"""The operations of the mirror itself: audit an intent, write the three lines, decide."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from ringfence.errors import Blocked, IdConflict, NotAllowed, NotYet
from ringfence.mirror.canonical import digest, document
from ringfence.mirror.facts import Facts
from ringfence.mirror.model import Action, Answer, Audit, Intent, Lane, Severity
from ringfence.mirror.permit import Moment, permit_for
from ringfence.mirror.proceed import Refusal, Way, confirmation_words, may_proceed
from ringfence.service.context import Context
from ringfence.service.mirror import answers as out
from ringfence.service.mirror import requests as ask
from ringfence.service.mirror.case import NEWEST, Case, judged, kept_case, stated_case
from ringfence.service.mirror.limits import programs_at_risk, thresholds_of
from ringfence.service.mirror.memory import Memory, alone, memory_of, remember
from ringfence.service.mirror.permits import issued, permit_answer, record
from ringfence.service.mirror.present import audit_answer
from ringfence.service.mirror.records import Of, asked_before, entry, known, must_remember, read_as, receipt
from ringfence.service.mirror.written import LINES, Written, earlier_reasons, read_lines, written_so_far

if TYPE_CHECKING:
    from ringfence.store.journal.journal import Journal
    from ringfence.store.journal.values import Entry, Stored

OPEN_MS = 600_000
"""How long an audit can be decided: after ten minutes its prices are of the past, and it is asked anew."""
PRIVATE = {"why", "id"}


def mirror_audit(context: Context, request: ask.AuditRequest) -> out.AuditAnswer:
    """Hold an intent against the account before it is done: what it changes, what stands against it."""
    named = context.new_id() if request.id is None else request.id
    asked = digest(request.model_dump(mode="json", exclude=PRIVATE))
    texts = {"why": request.why} if request.why else {}
    with context.journal() as journal, alone(journal, request.account_id):
        if asked_before(journal, named, asked, texts) is not None:
            return shown(context, journal, named)
        memory = memory_of(journal, request.account_id)
        case = stated_case(context, request, memory, named=named)
        facts, found = judged(context, case, memory)
        begun = _begun(context, case, facts, found, asked=asked, texts=texts)
        written = journal.append_all(begun, seal=False)
        memory = remember(journal, request.account_id, written)
        return View(context, journal, memory, case, facts, found, written[-1], new=True).answer()


def _begun(
    context: Context, case: Case, facts: Facts, found: Audit, *, asked: str, texts: Mapping[str, str]
) -> list[Entry]:
    """The records of a new audit: the account, the intent, the verdict; all or none."""
    named = case.intent.intent_id
    stated = case.document.model_dump(mode="json", exclude_defaults=True, exclude_none=True)
    kept = {
        "account": stated,
        "target": case.target,
        "spread": case.spread,
        "read_ms": case.read_ms,
        "mark_before_15m": case.mark_before_15m,
        "shadow": case.shadow,
    }
    intent = {**document(case.intent), "trigger_text": ""}
    asks = _record(context, case, "intent", {"intent": intent, "asked": asked}, named=named, texts=texts)
    return [
        _record(context, case, "snapshot", kept, named=f"{named}.account"),
        replace(asks, parent_id=""),
        _record(context, case, "audit", verdict_body(case, facts, found), named=f"{named}.audit"),
    ]


def _record(
    context: Context,
    case: Case,
    kind: str,
    body: Mapping[str, Any],
    *,
    named: str,
    texts: Mapping[str, str] | None = None,
) -> Entry:
    """A record of a case: of its account and symbol, and belonging to its intent."""
    intent = case.intent
    return entry(
        context,
        kind,
        body,
        named=named,
        texts=texts,
        of=Of(intent.account_id, intent.symbol or "", intent.intent_id),
    )


def verdict_body(case: Case, facts: Facts, found: Audit) -> dict[str, Any]:
    """What is journaled of a verdict: all of it, and the facts that later audits look back at."""
    after = facts.after
    return {
        "audit": replace(found, notes=()),
        "facts": {
            "paused": found.verdict.severity is Severity.PAUSE,
            "adverse": facts.adverse,
            "level": facts.invalidation,
            "distance": after.distance,
            "risk": after.loss_at_invalidation,
            "margin": after.margin,
            "at_risk": after.at_risk,
            "rung": None if facts.plan is None else facts.plan.rung,
        },
        "shown": [{"rule": one.rule_id, "measure": one.measure} for one in found.verdict.shown],
        "shadow": case.shadow,
    }


@dataclass(frozen=True)
class View:
    """One audit as it stands: what was judged, and what has come of it."""

    context: Context
    journal: Journal
    memory: Memory
    case: Case
    facts: Facts
    found: Audit
    stored: Stored
    lines: Mapping[str, Answer] | None = None
    gives: bool = True
    """Whether a permit may be given now: a reader only looks."""
    new: bool = False
    """Whether it was made just now: there is no permit of it yet."""

    @property
    def through(self) -> int:
        """The record of the intent: what the journal knew before it is what it is judged by."""
        return self.memory.asked_seq.get(self.named, NEWEST)

    @property
    def named(self) -> str:
        """The id of the audit."""
        return self.case.intent.intent_id

    def answer(self) -> out.AuditAnswer:
        """It as an answer; where nothing stands before the intent, with its permit."""
        decision = self.memory.asked[self.named].decision
        permit = None if self.new else issued(self.context, self.journal, self.named)
        if permit is None and not decision and self.gives and self._goes_through:
            permit = give_permit(self, Way("proceed"))
        return audit_answer(
            self.case, self.facts, self.found, lines=self.lines or {}, state=self._state(decision),
            decision=decision, receipt=receipt(self.stored),
            permit=None if permit is None else permit_answer(self.context, self.journal, permit),
            stake=confirmation_words(self.facts) if self.found.verdict.friction >= 3 else "",
        )  # fmt: skip

    @property
    def _goes_through(self) -> bool:
        """Reducing, and what no rule speaks against: the permit comes with the answer."""
        verdict = self.found.verdict
        return self.case.shadow or verdict.lane is Lane.REDUCE or verdict.severity is Severity.ALLOW

    def _state(self, decision: str) -> str:
        if decision:
            return "decided"
        if self.case.shadow:
            return "shadow"
        late = self.context.now_ms() - self.found.at_ms > OPEN_MS
        return "expired" if late else "open"


def shown(context: Context, journal: Journal, audit_id: str) -> out.AuditAnswer:
    """An audit that was made before, with the lines written since."""
    return view_of(context, journal, audit_id).answer()


def view_of(context: Context, journal: Journal, audit_id: str) -> View:
    """An audit from the journal: judged again from what was journaled, so that it says the same."""
    from ringfence.store.journal.values import Query

    record = known(journal, audit_id, "intent", path="audit_id")
    memory = memory_of(journal, record.account_id)
    why = journal.text(record.ref("why")) or ""
    intent = replace(read_as(Intent, record.body["intent"]), trigger_text=why)
    case = kept_case(context, intent, known(journal, f"{audit_id}.account", "snapshot", path="audit_id").body)
    last = journal.find(Query(kinds=("audit",), parent_id=audit_id, newest_first=True, limit=1))[0]
    facts, found = judged(context, case, memory, through=record.seq)
    view = View(context, journal, memory, case, facts, found, last)
    sent = written_so_far(journal, audit_id)
    return _view_with(view, sent) if sent else view


def mirror_answer(context: Context, request: ask.AnswerRequest) -> out.AuditAnswer:
    """Write the three lines of a pause: what would prove it wrong, where, and a reason to do nothing."""
    named = context.new_id() if request.id is None else request.id
    texts = {name: text for name in LINES if (text := getattr(request, name)) is not None}
    asked = digest(request.model_dump(mode="json", exclude={"id": True, **dict.fromkeys(LINES, True)}))
    with context.journal() as journal, _alone(journal, request.audit_id):
        if asked_before(journal, named, asked, texts) is not None:
            return shown(context, journal, request.audit_id)
        view = view_of(context, journal, request.audit_id)
        _still_open(view)
        _may_answer(view)
        writing = None if request.writing is None else request.writing.model_dump()
        now = Written(texts, writing, frozenset(request.chosen))
        body = {
            "writing": writing, "chosen": sorted(now.chosen), "asked": asked, "audit_id": request.audit_id,
        }  # fmt: skip
        made = _record(context, view.case, "answer", body, named=named, texts=texts)
        after = _view_with(view, [*written_so_far(journal, request.audit_id), now])
        judgement = verdict_body(after.case, after.facts, after.found)
        verdict = _record(context, view.case, "audit", judgement, named=f"{named}.audit")
        written = journal.append_all([made, verdict], seal=False)
        remember(journal, view.case.intent.account_id, written)
        return replace(after, stored=written[-1]).answer()


def _alone(journal: Journal, audit_id: str) -> AbstractContextManager[None]:
    """Nobody else judges or decides about the account of an audit meanwhile."""
    return alone(journal, known(journal, audit_id, "intent", path="audit_id").account_id)


def _view_with(view: View, sent: Sequence[Written]) -> View:
    """The same audit with these lines."""
    reasons = earlier_reasons(view.journal, view.case.intent.account_id, but=view.named)
    base, _ = judged(view.context, view.case, view.memory, through=view.through)
    lines = read_lines(sent, base, earlier=reasons)
    facts, found = judged(view.context, view.case, view.memory, answers=lines, through=view.through)
    return replace(view, facts=facts, found=found, lines=lines)


def _against(view: View, texts: Mapping[str, str]) -> View:
    """The audit as it stood before any line was written, and a reason to go on against it.

    Whoever goes on against it need not fill in the form first.
    """
    base, found = judged(view.context, view.case, view.memory, through=view.through)
    reasons = read_lines([Written(texts)], base, earlier=())
    return replace(view, facts=replace(base, answers=reasons), found=found)


def _still_open(view: View) -> None:
    decision = view.memory.asked[view.named].decision
    if decision:
        raise IdConflict("this audit is decided", path="audit_id", value=view.named, hint="ask anew")
    if view.context.now_ms() - view.found.at_ms > OPEN_MS:
        raise NotYet(
            "this audit is older than ten minutes: its prices are of the past", path="audit_id",
            value=view.named, hint="ask anew",
        )  # fmt: skip


def _may_answer(view: View) -> None:
    """A program answers only within what a person has set beforehand, and then for itself."""
    if view.context.principal.kind == "human":
        return
    most = programs_at_risk(view.memory, view.context.now_ms())
    at_risk = view.facts.after.at_risk
    if most is None or at_risk is None or at_risk > most:
        raise NotAllowed(
            "these lines are a person's to write", path="audit_id", value=view.named,
            hint="ask the person, or have them set: ringfence limit set programs --amount …",
        )  # fmt: skip


def mirror_decide(context: Context, request: ask.DecideRequest) -> out.DecisionAnswer:
    """End an audit: do nothing, reduce instead, follow the plan, go on, or go on against it with a reason."""
    named = f"{request.audit_id}.decision" if request.id is None else request.id
    asked = digest(request.model_dump(mode="json", exclude={"id", "reason"}))
    texts = {"reason": request.reason} if request.reason else {}
    with context.journal() as journal, _alone(journal, request.audit_id):
        before = asked_before(journal, named, asked, texts)
        if before is not None:
            return _decided(context, journal, before)
        more = {"override": request.reason, "confirmation": request.confirmation}
        given = {name: one for name, one in more.items() if one}
        view = view_of(context, journal, request.audit_id)
        if view.lines and request.decision != "override":
            view = _view_with(view, [*written_so_far(journal, request.audit_id), Written(given)])
        elif given:
            view = _against(view, given)
        decision, permitted = _way(view, request)
        body = {
            "decision": decision, "audit_id": request.audit_id, "asked": asked, "words": WORDS[decision],
        }  # fmt: skip
        stored = journal.append(_record(context, view.case, "decision", body, named=named, texts=texts))
        remember(journal, view.case.intent.account_id, [stored])
        if permitted is not None:
            give_permit(permitted[0], permitted[1])
        return _decided(context, journal, stored)


WORDS = {
    "do_nothing": "Nothing is done.",
    "reduce_instead": "The position is reduced instead.",
    "follow_plan": "The plan is followed.",
    "proceed": "It goes on, as it was asked.",
    "override": "It goes on against the audit, with a written reason.",
}


def _way(view: View, request: ask.DecideRequest) -> tuple[str, tuple[View, Way] | None]:
    """What the decision amounts to, and what a permit is given for."""
    if request.decision in ("do_nothing", "follow_plan"):
        if view.memory.asked[view.named].decision:
            _still_open(view)
        return request.decision, None
    _still_open(view)
    if request.decision == "reduce":
        return "reduce_instead", (replace(view, case=_reducing(view)), Way("proceed"))
    limits = thresholds_of(view.memory.before(view.through), view.found.at_ms)
    way = may_proceed(view.found, view.facts, now_ms=view.context.now_ms(), limits=limits)
    if isinstance(way, Refusal):
        raise _refused(way, view)
    if way.decision == "override" and view.context.principal.kind != "human":
        raise _refused(Refusal("needs_human"), view)
    if view.found.verdict.severity is Severity.PAUSE and not view.lines:
        _may_answer(view)
    return way.decision, (view, way)


def _reducing(view: View) -> Case:
    """The case of closing what the equal-safety share does not keep, instead of what was asked."""
    keep, held = view.facts.keep, view.facts.before
    if keep is None or held.side is None:
        raise Blocked("no share of the position is as safe", path="decision", value="reduce")
    part = abs(held.contracts) - keep.contracts
    intent = replace(
        view.case.intent, action=Action.REDUCE, contracts=part, side=held.side, symbol=held.symbol,
        reduce_only=True, price=None, amount=None, to=None, leverage=None, margin=None,
    )  # fmt: skip
    return replace(view.case, intent=intent)


def _refused(way: Refusal, view: View) -> NotYet | Blocked | NotAllowed:
    if way.code == "waiting":
        still = f"; to be written: {', '.join(way.missing)}" if way.missing else ""
        error = NotYet(
            "the pause is not over", path="decision", value="proceed", hint=f"from {way.until_ms} on{still}"
        )
        error.until_ms = way.until_ms
        return error
    if way.code == "unwritten":
        return NotYet(
            f"to be written: {', '.join(way.missing)}", path="decision", value="proceed",
            hint="ringfence mirror answer; or a reason of your own in at least 20 characters",
        )  # fmt: skip
    if way.code == "needs_human":
        return NotAllowed("only a person goes on against an audit", path="decision", value="override")
    rules = ", ".join(view.found.verdict.decided_by)
    words = "data is missing" if way.code == "data_missing" else f"blocked by {rules}"
    return Blocked(words, path="decision", value="proceed", hint="; ".join(way.missing))


def give_permit(view: View, way: Way) -> Stored | None:
    """Sign and journal the permit of an intent that may go on."""
    context, intent = view.context, view.case.intent
    limits = thresholds_of(view.memory.before(view.through), view.found.at_ms)
    moment = Moment(context.now_ms(), view.facts.market.mark, context.new_id())
    made = permit_for(intent, view.found, way, moment=moment, limits=limits)
    if made is None:
        return None
    return record(context, view.journal, made, intent, audit_id=view.named)


def _decided(context: Context, journal: Journal, stored: Stored) -> out.DecisionAnswer:
    audit_id = stored.body["audit_id"]
    permit = issued(context, journal, audit_id)
    return out.DecisionAnswer(
        audit_id=audit_id,
        decision=stored.body["decision"],
        words=stored.body["words"],
        permit=None if permit is None else permit_answer(context, journal, permit),
        receipt=receipt(stored),
    )


def mirror_show(context: Context, request: ask.AuditIdRequest) -> out.AuditAnswer:
    """An audit as it stands: its verdict, the lines written so far, what was decided."""
    must_remember(context, request.audit_id, "intent", path="audit_id")
    with context.journal(write=False) as journal:
        return replace(view_of(context, journal, request.audit_id), gives=False).answer()
