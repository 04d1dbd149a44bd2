"""F1 to F8: whether a sentence could prove this trade wrong. Exact: squares are compared, no roots."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction

from ringfence.domain.account import Side
from ringfence.domain.numbers import Number, simplest
from ringfence.mirror.answers.builder import moment, number
from ringfence.mirror.answers.context import AnswerContext
from ringfence.mirror.answers.language import language
from ringfence.mirror.answers.lexicon import HOUR_MS, NEVER, against, down, is_price
from ringfence.mirror.answers.shown import shown
from ringfence.mirror.model import Check, Disproof

DEVIATIONS = 5
SPREADS = 2
NEAR = Fraction(1, 4)
"""Of the way from the mark to the invalidation level: further apart, both are shown (F5)."""


@dataclass
class Judged:
    """What the checks come to, in the order of their codes."""

    checks: list[Check] = field(default_factory=list)
    cautions: list[Check] = field(default_factory=list)
    unknown: list[Check] = field(default_factory=list)


def level_of(disproof: Disproof, *, mark: Decimal, atr: Number | None) -> Number | None:
    """The price of the instrument at which a disproof comes true; None: it is none, or the ATR is not known.

    >>> falls = Disproof("price", "at_or_below", Decimal("0.05"), "fraction", 1)
    >>> level_of(falls, mark=Decimal(100), atr=None)
    Decimal('95')
    """
    if not is_price(disproof.observable) or disproof.threshold is None:
        return None
    sign, size, at = -1 if down(disproof.comparator) else 1, Fraction(disproof.threshold), Fraction(mark)
    if disproof.unit == "price":
        return disproof.threshold
    if disproof.unit == "atr":
        return None if atr is None else simplest(at + sign * size * Fraction(atr))
    share = size if disproof.unit == "fraction" else size / 10_000
    return simplest(at * (1 + sign * share))


def judge(disproof: Disproof, context: AnswerContext) -> Judged:
    """Every check of meaning that can be made with what is there and known."""
    judged = Judged()
    level = level_of(disproof, mark=context.mark, atr=context.atr)
    if level is not None:
        _direction(judged, disproof, level, context)
        _already(judged, disproof, level, context)
        _reach(judged, disproof, level, context)
        _noise(judged, level, context)
        _conflict(judged, disproof, level, context)
        _liquidation(judged, disproof, level, context)
    if disproof.by_ms is not None:
        spoken = language(context.language)
        when = moment(disproof.by_ms, spoken) if 0 <= disproof.by_ms < 253_402_300_800_000 else "?"
        ahead = disproof.by_ms > context.now_ms
        words = spoken.say("F8") if ahead else spoken.say("F8.bad", when=when)
        judged.checks.append(Check("F8", ahead, words))
    return judged


def _add(judged: Judged, code: str, *, passed: bool, context: AnswerContext, figures: dict[str, str]) -> None:
    key = code if passed else f"{code}.bad"
    judged.checks.append(Check(code, passed, language(context.language).say(key, **figures)))


def _unknown(judged: Judged, key: str, context: AnswerContext) -> None:
    words = language(context.language).say(key)
    judged.unknown.append(Check(key.partition(".")[0], passed=False, words=words))


def _figures(level: Number, context: AnswerContext) -> dict[str, str]:
    spoken = language(context.language)
    return {"level": shown(level, spoken), "mark": number(context.mark, spoken)}


def _sign(context: AnswerContext) -> int:
    return 1 if context.side is Side.LONG else -1


def _direction(judged: Judged, disproof: Disproof, level: Number, context: AnswerContext) -> None:
    """F1: it comes true on the losing side."""
    side = language(context.language).say("long" if context.side is Side.LONG else "short")
    passed = against(disproof.comparator) == _sign(context)
    _add(judged, "F1", passed=passed, context=context, figures={**_figures(level, context), "side": side})


def _already(judged: Judged, disproof: Disproof, level: Number, context: AnswerContext) -> None:
    """F2: it is open still. A level that must never be passed must not be behind already."""
    mark, at = Fraction(context.mark), Fraction(level)
    decided = {
        "below": mark < at,
        "at_or_below": mark <= at,
        "above": mark > at,
        "at_or_above": mark >= at,
        "not_above": mark > at,
        "not_below": mark < at,
    }[disproof.comparator]
    said = language(context.language).wording.absolute[disproof.comparator]
    figures = {**_figures(level, context), "comparator": said}
    _add(judged, "F2", passed=not decided, context=context, figures=figures)


def _reach(judged: Judged, disproof: Disproof, level: Number, context: AnswerContext) -> None:
    """F3: within five deviations of the time that is left. Both sides are squared."""
    if disproof.by_ms is None:
        return _unknown(judged, "F3.no_date", context)
    if context.sigma_hour is None:
        return _unknown(judged, "F3.unknown", context)
    left = Fraction(max(disproof.by_ms - context.now_ms, 0), HOUR_MS)
    mark = Fraction(context.mark)
    most = (DEVIATIONS * Fraction(context.sigma_hour) * mark) ** 2 * left
    passed = (Fraction(level) - mark) ** 2 <= most
    return _add(judged, "F3", passed=passed, context=context, figures=_figures(level, context))


def _noise(judged: Judged, level: Number, context: AnswerContext) -> None:
    """F4: at least two spreads away."""
    if context.spread is None:
        return _unknown(judged, "F4.unknown", context)
    spoken = language(context.language)
    distance, noise = abs(Fraction(level) - Fraction(context.mark)), SPREADS * Fraction(context.spread)
    extra = {"distance": shown(distance, spoken), "noise": shown(noise, spoken)}
    return _add(
        judged, "F4", passed=distance >= noise, context=context, figures={**_figures(level, context), **extra}
    )


def _conflict(judged: Judged, disproof: Disproof, level: Number, context: AnswerContext) -> None:
    """F5: far from the invalidation level, both are shown; neither is refused. A close is no stop."""
    if disproof.comparator in NEVER:
        return
    if context.invalidation is None:
        _unknown(judged, "F5.unknown", context)
        return
    apart = abs(Fraction(level) - Fraction(context.invalidation))
    way = abs(Fraction(context.mark) - Fraction(context.invalidation))
    if apart > NEAR * way:
        spoken = language(context.language)
        figures = {**_figures(level, context), "invalidation": number(context.invalidation, spoken)}
        judged.cautions.append(Check("F5", passed=False, words=spoken.say("F5.bad", **figures)))


def _liquidation(judged: Judged, disproof: Disproof, level: Number, context: AnswerContext) -> None:
    """F6: it comes true before the position is liquidated; a level never passed cannot come after that."""
    if disproof.comparator in NEVER or context.liquidatable is False:
        _add(judged, "F6", passed=True, context=context, figures=_figures(level, context))
        return
    if context.liquidation_price_after is None:
        _unknown(judged, "F6.unknown", context)
        return
    gap = _sign(context) * (Fraction(level) - Fraction(context.liquidation_price_after))
    liquidation = shown(context.liquidation_price_after, language(context.language))
    figures = {**_figures(level, context), "liquidation": liquidation}
    _add(judged, "F6", passed=gap > 0, context=context, figures=figures)
