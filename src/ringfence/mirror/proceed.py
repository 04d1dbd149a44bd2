"""When an intent may go on: what still has to be written, and the ways through a pause."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from ringfence.domain.numbers import Number, rounded
from ringfence.mirror.facts import Facts
from ringfence.mirror.model import Action, Audit, Finding, Lane, Severity
from ringfence.mirror.rules.words import money
from ringfence.mirror.thresholds import Thresholds

LINES = ("disproof", "invalidation", "do_nothing")
_NUMBER = re.compile(r"\d[\d,\u00a0 ]*(?:\.\d+)?")
CENT = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why it may not go on.

    Attributes:
        code: ``blocked``, ``data_missing``, ``waiting``, ``unwritten`` or ``needs_human``.
        missing: what is to be written, or the facts. until_ms: when waiting ends.
    """

    code: str
    missing: tuple[str, ...] = ()
    until_ms: int | None = None


@dataclass(frozen=True, slots=True)
class Way:
    """It may go on, as ``proceed`` (nothing left to write) or as ``override`` (with a written reason)."""

    decision: str


def _at_stake(facts: Facts) -> Number | None:
    """The number a long pause is about: the money that is moved, else what can be lost afterwards."""
    if facts.intent.action is Action.TRANSFER and facts.intent.amount is not None:
        return abs(facts.intent.amount)
    return facts.after.at_risk


def confirmation_words(facts: Facts) -> str:
    """What is to be typed before a long pause ends: the number at stake, and what it is to keep.

    Where the number is not known, the words *not known* are.
    """
    stake, before = _at_stake(facts), facts.before.at_risk
    if stake is None:
        return "not known"
    asset = f" {facts.asset}" if facts.asset else ""
    kept = f" to keep {money(before)}" if before is not None and before > 0 else ""
    return f"{money(stake)}{asset}{kept}"


def confirms(text: str, facts: Facts) -> bool:
    """Whether the first number typed is the number at stake, to the cent as it was shown."""
    stake = _at_stake(facts)
    if stake is None:
        return text.strip().lower() == confirmation_words(facts)
    found = _NUMBER.search(text)
    if found is None:
        return False
    typed = Fraction(re.sub(r"[,\u00a0 ]", "", found.group()))
    shown = Fraction(re.sub(r"[^\d.]", "", money(stake)))
    return typed in (shown, Fraction(rounded(stake, CENT)))


def _accepted(name: str, facts: Facts, *, excused: bool) -> bool:
    answer = (facts.answers or {}).get(name)
    if answer is None:
        return False
    if name == "confirmation":
        return confirms(answer.text, facts)
    if name == "invalidation" and answer.level is None:
        return False
    return answer.accepted or excused


def unwritten(facts: Facts, found: Iterable[Finding], level: int) -> tuple[str, ...]:
    """What is still to be written at this level. A reason to do nothing is sent back once, not twice."""
    again = any(one.rule_id == "G-15" and one.severity is Severity.CAUTION for one in found)
    names = () if level < 2 else LINES if level == 2 else (*LINES, "confirmation", "override")
    return tuple(name for name in names if not _accepted(name, facts, excused=again and name == "do_nothing"))


def _overridden(facts: Facts, level: int, limits: Thresholds) -> bool:
    reason = (facts.answers or {}).get("override")
    if reason is None or not reason.accepted or len(reason.text.strip()) < limits.override_chars:
        return False
    return level < 3 or _accepted("confirmation", facts, excused=False)


def may_proceed(audit: Audit, facts: Facts, *, now_ms: int, limits: Thresholds) -> Way | Refusal:
    """Whether the intent of this audit may go on now.

    A block is never overridden: what could lift it is other facts. A pause ends when everything is written,
    or with a reason in the user's own words, and not before its time. No program overrides for a person.
    """
    verdict = audit.verdict
    if verdict.lane is Lane.REDUCE:
        return Way("proceed")
    if verdict.severity is Severity.BLOCK:
        return Refusal("data_missing" if verdict.data_missing else "blocked", verdict.data_missing)
    if audit.pause_until_ms is not None and now_ms < audit.pause_until_ms:
        return Refusal("waiting", verdict.answers_needed, audit.pause_until_ms)
    if not verdict.answers_needed:
        return Way("proceed")
    if not _overridden(facts, verdict.friction, limits):
        return Refusal("unwritten", verdict.answers_needed)
    return Way("override") if facts.intent.actor.startswith("human") else Refusal("needs_human")
