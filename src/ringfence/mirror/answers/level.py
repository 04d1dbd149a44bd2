"""One price at which the idea is invalid: a number, on the grid, on the losing side, before liquidation."""

from __future__ import annotations

from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from fractions import Fraction

from ringfence.domain.account import Side
from ringfence.domain.numbers import Number, rounded
from ringfence.mirror.answers.builder import number
from ringfence.mirror.answers.context import UNOBSERVED, AnswerContext
from ringfence.mirror.answers.figures import figures
from ringfence.mirror.answers.language import Language, language
from ringfence.mirror.answers.names import blank_coins
from ringfence.mirror.answers.shown import shown
from ringfence.mirror.answers.text import blank, normal, words
from ringfence.mirror.model import Answer, Check, Writing

_SPARE_WORDS = 6
"""Words beside the number: a level is a price, not a sentence."""


def level_in(text: str, *, context: AnswerContext) -> Decimal | None:
    """The price in ``text``, so that the loss at it can be worked out before `read_level` judges both.

    >>> level_in("$56.5k", context=AnswerContext(side=Side.LONG, mark=Decimal(58000), now_ms=0))
    Decimal('56500')
    """
    return _read(text, context)[0]


def read_level(
    text: str,
    *,
    context: AnswerContext,
    loss: Number | None = None,
    writing: Writing = UNOBSERVED,
    source: str = "typed",
) -> Answer:
    """Read the invalidation level.

    Args:
        text: as written. loss: of the account at this level, from now, in settlement currency, above zero;
            None: not known. The gap to liquidation is another question (rule G-10).
    Returns:
        The answer with the checks ``P1`` (a price), ``P2`` (on the tick grid), ``P3`` (on the losing side),
        ``P4`` (before the liquidation price afterwards) and ``P5`` (loss within the cap).
    Raises:
        LimitExceeded: the text is too long.

    >>> context = AnswerContext(side=Side.LONG, mark=Decimal(58000), now_ms=0, tick=Decimal("0.1"))
    >>> read_level("56,500", context=context).accepted, read_level("61k", context=context).accepted
    (True, False)
    """
    level, first, cautions = _read(text, context)
    checks: list[Check] = [first]
    unknown: list[Check] = []
    if level is not None:
        for check, known in (
            _on_grid(level, context), _losing(level, context), _alive(level, context), _within(loss, context)
        ):  # fmt: skip
            (checks if known else unknown).append(check)
    return Answer(
        "invalidation",
        text,
        tuple(checks),
        level=level,
        writing=writing,
        source=source,
        cautions=cautions,
        not_evaluated=tuple(unknown),
    )


def _read(text: str, context: AnswerContext) -> tuple[Decimal | None, Check, tuple[Check, ...]]:
    spoken = language(context.language)
    plain, _ = blank_coins(normal(text, path="invalidation"), context.symbol_names)
    found, unclear = figures(plain, spoken)
    rest = words(blank(plain, [(each.start, each.end) for each in found]))
    problem, figure = "", ""
    if unclear:
        problem, figure = "T.unclear", unclear[0][:40]
    elif not found:
        problem = "P1.none"
    elif len(found) > 1:
        problem, figure = "P1.two", f"{found[0].text[:18]} / {found[1].text[:18]}"
    elif found[0].unit:
        problem, figure = "P1.unit", found[0].text[:40]
    elif found[0].value <= 0:
        problem, figure = "T.positive", found[0].text[:40]
    elif len(rest) > _SPARE_WORDS:
        problem, figure = "P1.words", " ".join(rest[:3])[:40]
    if problem:
        return None, Check("P1", passed=False, words=spoken.say(problem, what=figure)), ()
    level = found[0].value
    cautions = _doubt(found[0].text, level, spoken) if found[0].doubtful else ()
    return level, Check("P1", passed=True, words=spoken.say("P1", what=number(level, spoken))), cautions


def _doubt(what: str, level: Decimal, spoken: Language) -> tuple[Check, ...]:
    return (
        Check("doubtful", passed=False, words=spoken.say("doubtful", what=what[:30], value=f"{level:f}")),
    )


def _on_grid(level: Decimal, context: AnswerContext) -> tuple[Check, bool]:
    spoken = language(context.language)
    if context.tick is None:
        return Check("P2", passed=False, words=spoken.say("P2.unknown")), False
    tick = number(context.tick, spoken)
    if (Fraction(level) / Fraction(context.tick)).denominator == 1:
        return Check("P2", passed=True, words=spoken.say("P2", tick=tick)), True
    near = {
        name: number(rounded(Fraction(level), context.tick, way), spoken)
        for name, way in (("lower", ROUND_FLOOR), ("upper", ROUND_CEILING))
    }
    words = spoken.say("P2.bad", level=number(level, spoken), tick=tick, **near)
    return Check("P2", passed=False, words=words), True


def _losing(level: Decimal, context: AnswerContext) -> tuple[Check, bool]:
    spoken = language(context.language)
    sign = 1 if context.side is Side.LONG else -1
    passed = sign * (Fraction(context.mark) - Fraction(level)) > 0
    figures = {"level": number(level, spoken), "mark": number(context.mark, spoken)}
    return Check("P3", passed, spoken.say("P3" if passed else "P3.bad", **figures)), True


def _alive(level: Decimal, context: AnswerContext) -> tuple[Check, bool]:
    spoken = language(context.language)
    if context.liquidatable is False:
        return Check("P4", passed=True, words=spoken.say("P4")), True
    if context.liquidation_price_after is None:
        return Check("P4", passed=False, words=spoken.say("P4.unknown")), False
    sign = 1 if context.side is Side.LONG else -1
    passed = sign * (Fraction(level) - Fraction(context.liquidation_price_after)) > 0
    figures = {"level": number(level, spoken), "liquidation": shown(context.liquidation_price_after, spoken)}
    return Check("P4", passed, spoken.say("P4" if passed else "P4.bad", **figures)), True


def _within(loss: Number | None, context: AnswerContext) -> tuple[Check, bool]:
    spoken = language(context.language)
    if loss is None or context.risk_cap is None:
        return Check("P5", passed=False, words=spoken.say("P5.unknown")), False
    passed = Fraction(loss) <= Fraction(context.risk_cap)
    figures = {"loss": shown(loss, spoken), "cap": shown(context.risk_cap, spoken)}
    return Check("P5", passed, spoken.say("P5" if passed else "P5.bad", **figures)), True
