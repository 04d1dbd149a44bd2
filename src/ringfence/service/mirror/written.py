"""The written lines of an audit: read, checked against its facts, and kept where they can be erased."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from ringfence.mirror.answers import (
    AnswerContext,
    level_in,
    read_disproof,
    read_do_nothing,
    read_level,
    read_override,
)
from ringfence.mirror.facts import Facts
from ringfence.mirror.model import Answer, Writing
from ringfence.service.mirror.plans import names_of
from ringfence.service.mirror.records import read_as

if TYPE_CHECKING:
    from ringfence.store.journal.journal import Journal

LINES = ("disproof", "invalidation", "do_nothing")
EARLIER = 20


def written_so_far(journal: Journal, audit_id: str) -> tuple[dict[str, str], dict[str, Any]]:
    """The last text of every line, and how they were written."""
    from ringfence.store.journal.values import Query

    texts: dict[str, str] = {}
    writing: dict[str, Any] = {}
    for one in journal.find(Query(kinds=("answer",), parent_id=audit_id)):
        texts |= {name: journal.text(one.ref(name)) or "" for name in one.texts}
        writing = one.body["writing"] or writing
    return texts, writing


def answer_context(
    facts: Facts, *, earlier: tuple[str, ...] = (), disproof: str = ""
) -> AnswerContext | None:
    """What the lines of an audit are held against; None where it is about no instrument."""
    if facts.side is None or facts.market.mark is None:
        return None
    plan = None if facts.plan is None else facts.plan.plan
    return AnswerContext(
        side=facts.side,
        mark=facts.market.mark,
        now_ms=facts.now_ms,
        symbol_names=names_of(facts.market.symbol),
        liquidation_price_after=facts.after.liquidation_price,
        liquidatable=facts.after.liquidatable,
        sigma_hour=facts.market.sigma_hour,
        horizon_ms=facts.market.horizon_ms,
        spread=facts.market.spread,
        tick=facts.market.tick,
        atr=facts.market.atr_hour,
        invalidation=facts.invalidation,
        thesis="" if plan is None else plan.thesis,
        disproof=disproof,
        earlier=earlier,
    )


def read_lines(
    texts: Mapping[str, str], writing: Mapping[str, Any], facts: Facts, *, earlier: tuple[str, ...]
) -> dict[str, Answer]:
    """The lines that were written, read and checked; the level first, for the sentence is held against it."""
    how = read_as(Writing, writing) if writing else Writing()
    found: dict[str, Answer] = {}
    given = answer_context(facts, earlier=earlier, disproof=texts.get("disproof", ""))
    if given is None:
        return found
    if "invalidation" in texts:
        found["invalidation"] = read_level(texts["invalidation"], context=given, writing=how)
        level = level_in(texts["invalidation"], context=given)
        given = given if level is None else replace(given, invalidation=level)
    if "disproof" in texts:
        found["disproof"] = read_disproof(texts["disproof"], context=given, writing=how)
    if "do_nothing" in texts:
        found["do_nothing"] = read_do_nothing(texts["do_nothing"], context=given, writing=how)
    if texts.get("confirmation"):
        found["confirmation"] = Answer("confirmation", texts["confirmation"])
    if texts.get("override"):
        found["override"] = read_override(texts["override"], context=given, writing=how)
    return found


def earlier_reasons(journal: Journal, account_id: str, *, but: str) -> tuple[str, ...]:
    """The last reasons to do nothing that were written for other audits, oldest first."""
    from ringfence.store.journal.values import Query

    found: list[str] = []
    query = Query(kinds=("answer",), account_id=account_id, newest_first=True, limit=3 * EARLIER)
    for one in journal.find(query):
        if one.parent_id != but and "do_nothing" in one.texts:
            text = journal.text(one.ref("do_nothing"))
            found += [text] if text else []
    return tuple(reversed(found[:EARLIER]))
