"""How the mirror's values are answered: exact numbers as decimal strings, words beside them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from ringfence.domain.numbers import Number, plain
from ringfence.mirror.answers import sentence
from ringfence.mirror.facts import Facts, Standing
from ringfence.mirror.model import Answer, Audit, Check, Finding, ThreeNumbers
from ringfence.mirror.rules.words import money, price, share
from ringfence.service.mirror import answers as out

if TYPE_CHECKING:
    from ringfence.service.mirror.case import Case

PLACES = 8


def text(value: Number | None, places: int = PLACES) -> str | None:
    """An exact number as a decimal string; one without an end at so many places; None stays None."""
    if value is None:
        return None
    return plain(value, places) if isinstance(value, Fraction) else plain(value)


def line_read(one: Answer, *, coin: str = "") -> out.LineRead:
    """A written line with its checks."""
    return out.LineRead(
        name=one.name,
        accepted=one.accepted,
        reading=_reading(one, coin),
        checks=[_check(each) for each in one.checks],
        cautions=[_check(each) for each in one.cautions],
        not_evaluated=[_check(each) for each in one.not_evaluated],
    )


def _check(one: Check) -> out.CheckAnswer:
    return out.CheckAnswer(code=one.code, passed=one.passed, words=one.words)


def _reading(one: Answer, coin: str) -> str:
    """A line as it was understood; empty where it was not, or where there is nothing to understand."""
    if one.level is not None and one.disproof is None:
        return plain(one.level)
    whole = one.disproof is not None and not {c.code for c in one.checks if not c.passed} & set("OCTH")
    return sentence(one.disproof, coin=coin) if whole and one.disproof is not None else ""


def audit_answer(
    case: Case,
    facts: Facts,
    found: Audit,
    *,
    lines: Mapping[str, Answer],
    **standing: Any,
) -> out.AuditAnswer:
    """An audit as an answer. ``standing``: state, decision, receipt, permit, stake."""
    verdict = found.verdict
    return out.AuditAnswer(
        audit_id=found.intent_id,
        intent_id=found.intent_id,
        account_id=case.intent.account_id,
        what=facts.venue.what or case.intent.action.value.replace("_", " "),
        at_ms=found.at_ms,
        verdict=verdict.word,  # type: ignore[arg-type]  # one of the five words
        lane=verdict.lane.value,
        friction=verdict.friction,
        pause_seconds=verdict.pause_seconds,
        pause_until_ms=found.pause_until_ms,
        timer=verdict.timer,
        three=None if found.three is None else _three(found.three, facts.asset),
        findings=[_finding(one) for one in verdict.shown],
        further=[_finding(one) for one in verdict.findings if one.suppressed],
        not_evaluated=[_finding(one) for one in verdict.not_evaluated],
        data_missing=list(verdict.data_missing),
        hostages=[f"{one.what} {text(one.amount)} {one.asset}" for one in facts.hostages or ()],
        asset=facts.asset,
        before=_standing(facts.before),
        after=_standing(facts.after),
        needed=list(verdict.answers_needed),
        lines=[line_read(one, coin=(case.intent.symbol or "").split("/")[0]) for one in lines.values()],
        alternatives=[
            out.AlternativeAnswer(decision=one.what, words=one.words, figures=one.figures, open=one.open)
            for one in found.alternatives
        ],
        venue=facts.sources.rules,
        rules_version=found.rules_version,
        config_hash=found.config_hash,
        facts_hash=found.facts_hash,
        assumptions=_assumptions(facts),
        **standing,
    )


def _three(one: ThreeNumbers, asset: str) -> out.ThreeAnswer:
    return out.ThreeAnswer(
        chance_before=text(one.chance_before),
        chance_after=text(one.chance_after),
        until=one.until,
        method=one.method,
        paths=one.of,
        loss_before=text(one.loss_before),
        loss_after=text(one.loss_after),
        liquidation_before=text(one.liquidation_before),
        liquidation_after=text(one.liquidation_after),
        keep=text(one.keep),
        keep_contracts=text(one.keep_contracts),
        asset=asset,
        words=list(three_words(one, asset)),
    )


def three_words(one: ThreeNumbers, asset: str) -> Iterator[str]:
    """The three numbers, a sentence each; one that is not known is left out."""
    if one.chance_before is not None and one.chance_after is not None:
        how = "of past paths" if one.method == "history" else "without drift"
        odds = f"{share(one.chance_before)} → {share(one.chance_after)}"
        yield f"{odds} {how} are liquidated before the {one.until}."
    if one.loss_before is not None and one.loss_after is not None:
        yield f"{money(one.loss_before)} → {money(one.loss_after)} {asset} is lost from here if it happens."
    if one.keep is not None and one.liquidation_after is not None:
        yield (
            f"{share(one.keep)} of the position, and no new money, has the same liquidation price, "
            f"{price(one.liquidation_after)}."
        )


def _finding(one: Finding) -> out.FindingAnswer:
    return out.FindingAnswer(
        rule_id=one.rule_id,
        severity="" if one.severity is None else one.severity.word,
        message=one.message,
        formula=one.formula,
        figures=one.figures,
        level=one.level,
        missing=list(one.missing),
        after=one.after,
        suppressed=one.suppressed,
    )


def _standing(one: Standing) -> out.StandingAnswer:
    if one.liquidation_price is not None or one.contracts == 0:
        words = ""
    else:
        words = "no price of this coin liquidates it" if one.liquidatable is False else "not known"
    names = (
        "liquidation_price", "threshold", "distance", "at_risk", "margin", "effective_leverage",
        "account_leverage",
        "loss_at_invalidation", "stress_loss", "leverage",
    )  # fmt: skip
    return out.StandingAnswer(
        contracts=text(one.contracts) or "0",
        margin_mode="" if one.mode is None else one.mode.value,
        liquidation_words=words,
        **{name: text(getattr(one, name)) for name in names},
    )


def _assumptions(facts: Facts) -> list[str]:
    """What the figures take for granted."""
    found = [] if not facts.venue.unconfirmed else [f"follows an unconfirmed rule: {facts.venue.unconfirmed}"]
    if facts.chance is not None and facts.chance.words:
        found.append(facts.chance.words)
    elif facts.chance_horizon is not None and facts.chance_horizon.words:
        found.append(facts.chance_horizon.words)
    if facts.market.fee_source == "venue list":
        found.append("the closing fee is the venue's list price")
    return found
