"""Operations on own limits and locks: tighter at once, looser a day later; and rules turned off."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from ringfence.errors import MissingField, NotSupported, OutOfRange
from ringfence.mirror.canonical import digest
from ringfence.mirror.facts import Lock, Own
from ringfence.mirror.locks import HOUR_MS, Change, LockRefusal, change_lock, in_force
from ringfence.mirror.rules import RULES
from ringfence.mirror.thresholds import Thresholds, thresholds
from ringfence.service.context import Context
from ringfence.service.mirror import answers_kept as out
from ringfence.service.mirror import requests_plan as ask
from ringfence.service.mirror.memory import Memory, memory_of
from ringfence.service.mirror.records import Of, asked_before, entry, receipt
from ringfence.service.opened import opened
from ringfence.service.requests import BookRequest

if TYPE_CHECKING:
    from ringfence.store.journal.values import Stored

REFUSED = {
    "not_flat": "loosening waits until nothing is open",
    "cannot_be_shortened": "a lock of time cannot be shortened",
    "too_long": "a lock lasts seven days at most",
    "in_the_past": "a lock ends later than now",
}
WORDS = {
    "trading": "no new risk",
    "daily_loss": "most to lose in a day",
    "deposits": "most to send in seven days",
    "programs": "most that a program's own answers may put at risk",
}


def limit_set(context: Context, request: ask.LimitSetRequest) -> out.LimitsAnswer:
    """Set an own limit or lock. Tighter holds at once; looser holds after 24 hours, asked for while flat."""
    named = context.new_id() if request.id is None else request.id
    asked = digest(request.model_dump(mode="json", exclude={"id"}))
    with context.journal() as journal:
        stored: Stored | None = asked_before(journal, named, asked, {})
        memory, now = memory_of(journal, request.account_id), context.now_ms()
        if stored is None:
            flat = _flat(context, request)
            wanted = _wanted(request, now)
            made = change_lock(
                _standing(memory, request.what, now, flat=flat is True), wanted, now_ms=now,
                flat=flat is True, limits=thresholds(),
            )  # fmt: skip
            if isinstance(made, LockRefusal):
                raise _refusal(made, request)
            body = {
                "what": request.what, "change": made, "locked": request.locked, "asked": asked,
            }  # fmt: skip
            stored = journal.append(entry(context, "lock", body, named=named, of=Of(request.account_id)))
            memory = memory_of(journal, request.account_id)
        return out.LimitsAnswer(limits=_listed(memory, now), receipt=receipt(stored))


def limit_list(context: Context, request: ask.LimitListRequest) -> out.LimitsAnswer:
    """The own limits and locks that hold, and those that are to come."""
    if not context.remembers:
        return out.LimitsAnswer(limits=[], receipt=None)
    with context.journal(write=False) as journal:
        memory = memory_of(journal, request.account_id)
    return out.LimitsAnswer(limits=_listed(memory, context.now_ms()), receipt=None)


def rule_set(context: Context, request: ask.RuleSetRequest) -> out.RulesAnswer:
    """Turn one rule on at once, or off after 24 hours; those that keep the invariants stay on."""
    rule = RULES.get(request.rule_id)
    if rule is None:
        raise OutOfRange("no such rule", path="rule_id", value=request.rule_id, hint="ringfence rule list")
    if rule.fixed and not request.on:
        raise NotSupported("this rule holds always", path="rule_id", value=rule.id)
    named = context.new_id() if request.id is None else request.id
    asked = digest(request.model_dump(mode="json", exclude={"id"}))
    with context.journal() as journal:
        if asked_before(journal, named, asked, {}) is None:
            now = context.now_ms()
            holds = now if request.on else now + thresholds().loosen_ms
            body = {"rule": rule.id, "on": request.on, "holds_from_ms": holds, "asked": asked}
            journal.append(entry(context, "setting", body, named=named, of=Of(request.account_id)))
        return _rules(memory_of(journal, request.account_id), context.now_ms())


def rule_list(context: Context, request: ask.RuleListRequest) -> out.RulesAnswer:
    """Every rule: what it reads, when it speaks, whether it is on."""
    if not context.remembers:
        return _rules(Memory(), context.now_ms())
    with context.journal(write=False) as journal:
        return _rules(memory_of(journal, request.account_id), context.now_ms())


def _rules(memory: Memory, now_ms: int) -> out.RulesAnswer:
    off = rules_off(memory, now_ms)
    later = {one["rule"]: one["holds_from_ms"] for one in memory.settings if one["holds_from_ms"] > now_ms}
    return out.RulesAnswer(
        config_hash=thresholds_of(memory, now_ms).config_hash,
        rules=[
            out.RuleAnswer(
                id=one.id, title=one.title, asks=one.asks, reads=list(one.reads), fixed=one.fixed,
                on=one.id not in off, off_from_ms=later.get(one.id),
            )
            for one in RULES.values()
        ],
    )  # fmt: skip


def rules_off(memory: Memory, now_ms: int) -> frozenset[str]:
    """The rules that the user turned off and that are off by now."""
    state: dict[str, bool] = {}
    for one in memory.settings:
        if one["holds_from_ms"] <= now_ms:
            state[one["rule"]] = one["on"]
    return frozenset(rule for rule, on in state.items() if not on)


def thresholds_of(memory: Memory, now_ms: int) -> Thresholds:
    """The thresholds with the rules that are turned off."""
    off = rules_off(memory, now_ms)
    return replace(thresholds(), off=off) if off else thresholds()


def own_of(memory: Memory, now_ms: int, *, flat: bool) -> Own:
    """The own limits in force."""
    held = {what: _standing(memory, what, now_ms, flat=flat) for what in WORDS}
    daily, deposits = held["daily_loss"], held["deposits"]
    locks = tuple(one for what, one in held.items() if one is not None and what == "trading")
    return Own(
        locks=locks,
        daily_loss_limit=None if daily is None else daily.amount,
        daily_loss_locked=_is_locked(memory, "daily_loss"),
        deposit_budget=None if deposits is None else deposits.amount,
        deposit_budget_locked=_is_locked(memory, "deposits"),
    )


def programs_at_risk(memory: Memory, now_ms: int) -> Decimal | None:
    """What a person lets the answers of a program put at risk; None: programs do not answer."""
    held = _standing(memory, "programs", now_ms, flat=True)
    return None if held is None else held.amount


def _is_locked(memory: Memory, what: str) -> bool:
    return any(one["locked"] for one in memory.limits if one["what"] == what)


def _standing(memory: Memory, what: str, now_ms: int, *, flat: bool) -> Lock | None:
    """The lock that holds now: every change in its order, those of the future left out."""
    current: Lock | None = None
    for one in memory.limits:
        if one["what"] == what:
            made = change_of(one)
            current = in_force(
                current, made, now_ms=now_ms, flat=flat or made.from_ms == one["change"]["from_ms"]
            )
    return in_force(current, None, now_ms=now_ms, flat=flat)


def change_of(body: Mapping[str, Any]) -> Change:
    """A change of a limit as it was journaled."""
    kept = body["change"]["lock"]
    lock = None
    if kept is not None:
        amount = None if kept["amount"] is None else Decimal(kept["amount"])
        lock = Lock(kept["what"], kept["set_ms"], kept["until_ms"], amount)
    return Change(lock, body["change"]["from_ms"])


def _wanted(request: ask.LimitSetRequest, now_ms: int) -> Lock | None:
    if request.off:
        return None
    if request.what == "trading":
        if request.hours is None:
            raise MissingField("for how long", path="hours", hint="hours = 12, 24 or 168")
        return Lock("trading", now_ms, now_ms + request.hours * HOUR_MS)
    if request.amount is None:
        raise MissingField("how much", path="amount", hint='amount = "500"')
    if request.amount < 0:
        raise OutOfRange("an amount is not below zero", path="amount", value=request.amount)
    return Lock(request.what, now_ms, None, request.amount)


def _flat(context: Context, request: ask.LimitSetRequest) -> bool | None:
    """Whether nothing is open; None: the account is not stated."""
    if request.account is None:
        return None
    account, *_ = opened(context, BookRequest(account=request.account))
    return not account.positions


def _refusal(made: LockRefusal, request: ask.LimitSetRequest) -> NotSupported:
    unsaid = made.code == "not_flat" and request.account is None
    hint = "state the account: loosening needs to know that nothing is open" if unsaid else ""
    until = "" if made.until_ms is None else f", until {made.until_ms}"
    return NotSupported(f"{REFUSED[made.code]}{until}", path="what", value=request.what, hint=hint)


def _listed(memory: Memory, now_ms: int) -> list[out.LimitAnswer]:
    found = []
    for what, words in WORDS.items():
        held = _standing(memory, what, now_ms, flat=True)
        if held is not None:
            found.append(_limit(held, words, _since(memory, held), locked=_is_locked(memory, what)))
    for one in memory.limits:
        made = change_of(one)
        if made.from_ms > now_ms:
            words = f"{WORDS[one['what']]}: to come"
            lock = made.lock or Lock(one["what"], made.from_ms, None)
            found.append(_limit(lock, words, made.from_ms, locked=one["locked"]))
    return found


def _since(memory: Memory, held: Lock) -> int:
    """From when a limit in force holds: a looser one a day after it was asked for."""
    changes = [change_of(one) for one in memory.limits]
    return next((one.from_ms for one in reversed(changes) if one.lock == held), held.set_ms)


def _limit(lock: Lock, words: str, from_ms: int, *, locked: bool) -> out.LimitAnswer:
    return out.LimitAnswer(
        what=lock.what,
        amount=None if lock.amount is None else f"{lock.amount:f}",
        set_ms=lock.set_ms,
        until_ms=lock.until_ms,
        locked=locked,
        holds_from_ms=from_ms,
        words=words,
    )
