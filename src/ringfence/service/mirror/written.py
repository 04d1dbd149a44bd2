"""The written lines of an audit: read, checked against its facts, and kept where they can be erased."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from ringfence.mirror.answers import (
    AnswerContext,
    level_in,
    read_disproof,
    read_do_nothing,
    read_level,
    read_override,
    read_writing,
)
from ringfence.mirror.facts import Facts
from ringfence.mirror.model import Answer, Writing
from ringfence.service.mirror.plans import names_of
from ringfence.service.mirror.records import read_as

if TYPE_CHECKING:
    from ringfence.store.journal.journal import Journal

LINES = ("disproof", "invalidation", "do_nothing")
EARLIER = 20


@dataclass(frozen=True, slots=True)
class Written:
    """Lines that were sent together, and how they were written. ``chosen``: made from choices."""

    texts: Mapping[str, str]
    writing: Mapping[str, Any] | None = None
    chosen: frozenset[str] = frozenset()

    @property
    def how(self) -> Writing:
        """As the checks read it; nothing is inferred where nothing was observed."""
        return read_as(Writing, self.writing) if self.writing else Writing()


def written_so_far(journal: Journal, audit_id: str) -> list[Written]:
    """The lines of an audit as they were sent, oldest first."""
    from ringfence.store.journal.values import Query

    return [
        Written(
            {name: journal.text(one.ref(name)) or "" for name in one.texts},
            one.body["writing"],
            frozenset(one.body["chosen"]),
        )
        for one in journal.find(Query(kinds=("answer",), parent_id=audit_id))
    ]


def _standing(sent: Sequence[Written]) -> list[Written]:
    """What of it still stands: of every line the last one that was sent."""
    left: set[str] = set()
    found = []
    for one in reversed(sent):
        kept = {name: text for name, text in one.texts.items() if name not in left}
        left |= set(kept)
        found += [replace(one, texts=kept)] if kept else []
    return found[::-1]


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


def read_lines(sent: Sequence[Written], facts: Facts, *, earlier: tuple[str, ...]) -> dict[str, Answer]:
    """The lines that were written, read and checked; the level first, for the sentence is held against it."""
    standing = _standing(sent)
    texts = {name: text for one in standing for name, text in one.texts.items()}
    found: dict[str, Answer] = {}
    given = answer_context(facts, earlier=earlier, disproof=texts.get("disproof", ""))
    if given is None:
        return found
    if "invalidation" in texts:
        found["invalidation"] = read_level(texts["invalidation"], context=given)
        level = level_in(texts["invalidation"], context=given)
        given = given if level is None else replace(given, invalidation=level)
    if "disproof" in texts:
        found["disproof"] = read_disproof(texts["disproof"], context=given)
    if "do_nothing" in texts:
        found["do_nothing"] = read_do_nothing(texts["do_nothing"], context=given)
    if texts.get("confirmation"):
        found["confirmation"] = Answer("confirmation", texts["confirmation"])
    if texts.get("override"):
        found["override"] = read_override(texts["override"], context=given)
    return _observed(found, standing)


def _observed(found: dict[str, Answer], standing: Sequence[Written]) -> dict[str, Answer]:
    """How the lines were written, once for those that were sent together, and what there is to say of it.

    It is said and refuses nothing: dictation and other aids press no keys.
    """
    typed = []
    for one in standing:
        name = next((each for each in one.texts if each in found), None)
        if name is None or one.writing is None:
            continue
        found[name] = replace(found[name], writing=one.how)
        words = " ".join(text for each, text in one.texts.items() if each not in one.chosen)
        typed += [Answer("lines", words, writing=one.how)] if words else []
    said = tuple(check for check in read_writing(typed).checks if not check.passed)
    last = next((name for name in ("do_nothing", "disproof", "invalidation") if name in found), None)
    if said and last is not None:
        found[last] = replace(found[last], cautions=(*found[last].cautions, *said))
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
