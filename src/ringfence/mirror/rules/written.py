"""G-08, G-15, G-16, G-17: what was written before an intent, once it was asked for."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from ringfence.mirror.facts import Facts
from ringfence.mirror.model import Action, Answer
from ringfence.mirror.pause import may_wait
from ringfence.mirror.rules.rule import EVERY, Missing, Said, block, caution, pause, rule
from ringfence.mirror.rules.shared import not_reducing, or_unknown, prewritten, q, toward
from ringfence.mirror.rules.words import part
from ringfence.mirror.thresholds import Thresholds

NOT_ASKED = Missing(("answers",))


def _moved_level(facts: Facts) -> bool:
    return facts.intent.action is Action.MOVE_STOP and facts.intent.which == "invalidation"


def _entered(facts: Facts, limits: Thresholds) -> tuple[bool, Decimal | None]:
    """Whether a level was to be entered with this intent, and which one it is; none is, where no pause is."""
    if _moved_level(facts):
        return True, facts.intent.stop_to
    answer = (facts.answers or {}).get("invalidation")
    if answer is not None:
        return True, answer.level
    asked = facts.answers is not None and not prewritten(facts)
    return asked and may_wait(facts, limits.long_pause_seconds, limits), None


@rule(
    id="G-08", title="No usable level", actions=EVERY,
    reads=("answers", "side", "market.mark", "market.tick"), partial=True,
    condition="a newly entered invalidation is missing or no number, not on the losing side of the mark,"
        " or off the tick grid",
    asks="block (a form to be filled in again)",
    basis="a level that cannot be reached proves nothing (A12)", when=not_reducing,
    closes=lambda facts: facts.answers is not None or _moved_level(facts),
)  # fmt: skip
def no_level(facts: Facts, limits: Thresholds) -> Said | Missing | None:
    """One price where the idea is invalid. A planned level that was passed is another rule's matter."""
    asked, level = _entered(facts, limits)
    if not asked:
        return NOT_ASKED if facts.answers is None else None
    if level is None:
        return block(mark=or_unknown(facts.market.mark)).keyed("missing")
    if facts.side is None or facts.market.mark is None:
        return Missing(("side",) if facts.side is None else ("market.mark",))
    if toward(facts, facts.market.mark, level) <= 0:
        side = "long" if facts.side.sign > 0 else "short"
        return block(level=level, mark=facts.market.mark).keyed(side)
    tick = facts.market.tick
    if tick is not None and (q(level) / q(tick)).denominator != 1:
        return block(level=level, tick=tick).keyed("tick")
    return None


def failing(answer: Answer) -> str:
    """What an answer lacks, in a few words: at most four parts."""
    return ", ".join([part(check.code) for check in answer.checks if not check.passed][:4])


@rule(
    id="G-15", title="No reason to do nothing", actions=EVERY, reads=("answers",),
    condition="the reason to do nothing is missing or fails a check; asked once in an episode",
    asks="pause, the second time caution", basis="the dismissal was the strongest part of one sec (2023)",
    when=not_reducing,
)  # fmt: skip
def no_reason(facts: Facts, _: Thresholds) -> Said | None:
    """What waiting protects, in own words."""
    return _unwritten(facts, "do_nothing", again=True)


@rule(
    id="G-17", title="No disproof", actions=EVERY, reads=("answers",),
    condition="the sentence that would prove the idea wrong is missing or fails a check", asks="pause",
    basis="plans work when they are contingent (Sheeran et al. 2024)", when=not_reducing,
)  # fmt: skip
def no_disproof(facts: Facts, _: Thresholds) -> Said | None:
    """Something observable, compared with a number, by a date."""
    return _unwritten(facts, "disproof", again=False)


def _unwritten(facts: Facts, name: str, *, again: bool) -> Said | None:
    answer = (facts.answers or {}).get(name)
    if answer is None:
        return None if prewritten(facts) else pause().keyed("absent")
    if answer.accepted:
        return None
    rule_id = "G-15" if name == "do_nothing" else "G-17"
    said = caution if again and rule_id in facts.history.shown else pause
    return said(what=failing(answer))


@rule(
    id="G-16", title="Looked again", actions=EVERY, reads=("answers",),
    condition="while answering, the window was left for more than {looked_away_ms} ms in all, or the"
        " price opened",
    asks="caution, {looked_seconds} s longer",
    basis="a choice of design; that it shows arousal is not claimed (A13)", when=not_reducing, worse="away",
)  # fmt: skip
def looked_again(facts: Facts, limits: Thresholds) -> Said | Missing | None:
    """The answers are asked for without the chart. Where nothing was observed, nothing is inferred."""
    written = [answer.writing for answer in (facts.answers or {}).values()]
    away = [one.focus_lost_ms for one in written if one.focus_lost_ms is not None]
    peeks = [one.price_peeked for one in written if one.price_peeked is not None]
    if any(peeks):
        return _longer(caution().keyed("price"), limits)
    if sum(away) > limits.looked_away_ms:
        return _longer(caution(away=sum(away), most=limits.looked_away_ms), limits)
    return None if away or peeks or not written else Missing(("answers.writing",))


def _longer(said: Said, limits: Thresholds) -> Said:
    figures: dict[str, Any] = {**said.figures, "longer": limits.looked_seconds}
    return Said(said.severity, figures, said.level, said.key, extra_seconds=limits.looked_seconds)


RULES = (no_level, no_reason, looked_again, no_disproof)
