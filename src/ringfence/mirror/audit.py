"""The audit of one intent: the verdict of all rules, the three numbers, and what else could be done.

Pure: the same facts and thresholds give the same audit, to the byte (`canonical`).
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from ringfence.domain.numbers import Number
from ringfence.mirror.canonical import canonical_bytes, digest, document, number_text, short_digest
from ringfence.mirror.facts import Facts, Standing
from ringfence.mirror.model import Alternative, Audit, Lane, Severity, ThreeNumbers, Verdict
from ringfence.mirror.rules.words import rendered, templates
from ringfence.mirror.thresholds import Thresholds, thresholds
from ringfence.mirror.verdict import decided, findings

RULES_VERSION = "1"
"""Raised when a rule changes; a threshold that changes shows in `Audit.config_hash`."""


def audit(facts: Facts, *, limits: Thresholds | None = None, since_ms: int | None = None) -> Audit:
    """Judge one intent.

    Args:
        facts: of the moment. With ``answers`` None nothing was asked for yet; a second audit of the same
            intent carries them.
        limits: the thresholds; those that ship where None.
        since_ms: when the pause of this intent began, UTC ms: the first audit's time. None: now.
    """
    limits = limits or thresholds()
    verdict = decided(facts, findings(facts, limits), limits)
    begun = facts.now_ms if since_ms is None else since_ms
    made = Audit(
        audit_id="", intent_id=facts.intent.intent_id, at_ms=facts.now_ms, rules_version=RULES_VERSION,
        config_hash=limits.config_hash, facts_hash=digest(facts), verdict=verdict,
        three=three_numbers(facts), alternatives=alternatives(facts, verdict),
        pause_until_ms=begun + 1000 * verdict.pause_seconds if verdict.pause_seconds else None,
    )  # fmt: skip
    return replace(made, audit_id=short_digest(made))


def canonical(judged: Audit) -> bytes:
    """The bytes of an audit, without the notes of a reviewer: they are no part of a verdict."""
    body = document(judged)
    del body["notes"]
    return canonical_bytes(body)


def _differ(before: Standing, after: Standing) -> bool:
    pairs = (
        (before.at_risk, after.at_risk),
        (before.liquidation_price, after.liquidation_price),
        (before.liquidatable, after.liquidatable),
    )
    return any(one != other for one, other in pairs)


def _where(standing: Standing) -> Number | None:
    """Where health reaches zero, exactly; else the first mark of the grid that is liquidated."""
    return standing.liquidation_price if standing.threshold is None else standing.threshold


def three_numbers(facts: Facts) -> ThreeNumbers | None:
    """Odds before and after, the loss before and after, and the share to keep; None where nothing differs.

    They are worked out for every change of what is at risk or where it ends, not only for rescues.
    """
    before, after, chance, keep = facts.before, facts.after, facts.chance, facts.keep
    moved = chance is not None and chance.before != chance.after
    if not (_differ(before, after) or moved or keep is not None):
        return None
    return ThreeNumbers(
        chance_before=chance.before if chance else None, chance_after=chance.after if chance else None,
        loss_before=before.at_risk, loss_after=after.at_risk,
        keep=keep.fraction if keep else None, keep_contracts=keep.contracts if keep else None,
        liquidation_before=_where(before), liquidation_after=_where(after),
        method=chance.method if chance else "", until=chance.until if chance else "",
        of=chance.of if chance else None,
    )  # fmt: skip


def _button(what: str, *, key: str = "", can: bool = True, **figures: Any) -> Alternative:
    template = templates()["alternatives"][key or what]
    exact = {name: number_text(value) for name, value in figures.items()}
    return Alternative(what, rendered(template, figures), exact, open=can)


def alternatives(facts: Facts, verdict: Verdict) -> tuple[Alternative, ...]:
    """The buttons, in their order: *do nothing* first; near liquidation the one that reduces."""
    if facts.lane is Lane.REDUCE:
        return ()
    keep, plan = facts.keep, facts.plan
    reduce = () if keep is None else (
        _button("reduce", keep=keep.fraction, contracts=keep.contracts, liquidation=keep.liquidation_price),
    )  # fmt: skip
    planned = () if plan is None else (_button("follow_plan", level=plan.plan.invalidation_price),)
    nothing = (_button("do_nothing"),)
    proceed = (_button("proceed", can=verdict.severity is not Severity.BLOCK),)
    first = (*nothing, *reduce) if verdict.timer else (*reduce, *nothing)
    return (*first, *planned, *proceed)
