"""The sentence that would prove the idea wrong: read, checked, and said back."""

from __future__ import annotations

import re
from decimal import Decimal

from ringfence.domain.numbers import Number, rounded
from ringfence.mirror.answers.builder import moment, sentence
from ringfence.mirror.answers.context import UNOBSERVED, AnswerContext
from ringfence.mirror.answers.language import Language, any_of, language, pattern
from ringfence.mirror.answers.lexicon import is_price
from ringfence.mirror.answers.parts import Parts, find_parts
from ringfence.mirror.answers.sense import Judged, judge, level_of
from ringfence.mirror.answers.text import normal
from ringfence.mirror.model import Answer, Check, Disproof, Writing

_FINE = Decimal("1e-12")


def read_disproof(
    text: str, *, context: AnswerContext, writing: Writing = UNOBSERVED, source: str = "typed"
) -> Answer:
    """Read one sentence that would prove the idea wrong.

    Args:
        text: as written, at most ``answer_characters``. writing: how; source: ``typed`` or ``plan``.
    Returns:
        The answer with its checks ``O C T H`` (the parts), ``F1`` to ``F8`` (the meaning), what refuses
        nothing in ``cautions`` (``F5``, ``level``: it names no price, so one goes with it …), and in
        ``not_evaluated`` the checks whose figures are not known. ``level``: the price at which it comes true,
        where it has one.
    Raises:
        LimitExceeded: the text is too long. NotSupported: the language is not known.

    >>> from ringfence.domain.account import Side
    >>> context = AnswerContext(side=Side.LONG, mark=Decimal(58000), now_ms=0, symbol_names=("BTC",))
    >>> answer = read_disproof("if price goes down", context=context)
    >>> [(check.code, check.words) for check in answer.checks if not check.passed]
    [('T', 'no number: write a price, 3%, 5 bps or 2 ATR'), ('H', 'no date: write by Friday, within 24h')]
    """
    spoken = language(context.language)
    plain = normal(text, path="disproof")
    about_money = _own_money(plain, spoken)
    if about_money:
        # Only this is said: what it lacks besides does not matter before it speaks of the market.
        check = Check("F7", passed=False, words=spoken.say("F7.pnl", what=about_money))
        return Answer("disproof", text, (check,), writing=writing, source=source)
    parts = find_parts(text, context)
    disproof = parts.disproof(text)
    judged = judge(disproof, context) if parts.comparator and parts.observable else Judged()
    return _answer(parts, disproof, judged, context, (writing, source))


def structured(disproof: Disproof, *, context: AnswerContext, coin: str = "") -> Answer:
    """The answer of a disproof that was chosen in the builder: its sentence, and the same checks of meaning.

    Raises:
        MissingField, NotSupported: a choice that `choices` does not offer.
    """
    said = sentence(disproof, coin=coin, code=context.language)
    return read_disproof(said, context=context, source="structured")


def _answer(
    parts: Parts, disproof: Disproof, judged: Judged, context: AnswerContext, made: tuple[Writing, str]
) -> Answer:
    spoken = language(context.language)
    checks = [*_part_checks(parts, disproof, spoken), *judged.checks, _hedged(disproof.raw_text, spoken)]
    checks.sort(key=lambda check: "OCTHF".index(check.code[0]) * 10 + int(check.code[1:] or 0))
    said = {key: words or _until(disproof, spoken) for key, words in parts.cautions.items()}
    cautions = [Check(key, passed=False, words=words) for key, words in said.items()]
    if parts.observable and not is_price(parts.observable):
        cautions.append(Check("level", passed=False, words=spoken.say("level")))
    level = level_of(disproof, mark=context.mark, atr=context.atr)
    return Answer(
        name="disproof",
        text=disproof.raw_text,
        checks=tuple(checks),
        disproof=disproof if not parts.problems else None,
        level=None if level is None else _written(level),
        writing=made[0],
        source=made[1],
        cautions=tuple(judged.cautions + cautions),
        not_evaluated=tuple(judged.unknown),
    )


def _part_checks(parts: Parts, disproof: Disproof, spoken: Language) -> list[Check]:
    when = moment(disproof.by_ms, spoken) if disproof.by_ms is not None else ""
    figure = "-" if disproof.threshold is None else f"{disproof.threshold:f}"
    found = {
        "O": spoken.say("O", what=disproof.observable),
        "C": spoken.say("C", what=disproof.comparator or "-"),
        "T": spoken.say("T", what=f"{figure} {disproof.unit}"),
        "H": spoken.say("H", when=when),
    }
    return [
        Check(code, code not in parts.problems, parts.problems.get(code, words))
        for code, words in found.items()
    ]


def _own_money(plain: str, spoken: Language) -> str:
    match = pattern(spoken.grammar.profit_and_loss).search(plain)
    return match[0] if match else ""


def _hedged(text: str, spoken: Language) -> Check:
    """F7: words that leave a way out."""
    match = re.search(rf"(?<!\w){any_of(spoken.grammar.hedges)}(?!\w)|~", normal(text, path="disproof"))
    words = spoken.say("F7.hedge", what=match[0]) if match else spoken.say("F7")
    return Check("F7", match is None, words)


def _until(disproof: Disproof, spoken: Language) -> str:
    return spoken.say("until", when=moment(disproof.by_ms or 0, spoken))


def _written(level: Number) -> Decimal:
    """The level as a decimal: exact where it can be, else to twelve places. Checks use the exact one."""
    return level if isinstance(level, Decimal) else rounded(level, _FINE)
