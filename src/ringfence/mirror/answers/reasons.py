"""Reasons in words: to do nothing, and to go on against a finding. And the words of borrowed money."""

from __future__ import annotations

from ringfence.mirror.answers.context import UNOBSERVED, AnswerContext
from ringfence.mirror.answers.language import Language, language, pattern
from ringfence.mirror.answers.similar import cosine_reaches, nearly_same, overlap_reaches
from ringfence.mirror.answers.text import blank, content_words, normal, stems
from ringfence.mirror.model import Answer, Check, Writing

CONTENT_WORDS = 4
ALIKE_PERCENT = 60
SAME_PERCENT = 10
REMEMBERED = 20
OVERRIDE_CHARACTERS = 20


def read_do_nothing(
    text: str, *, context: AnswerContext, writing: Writing = UNOBSERVED, source: str = "typed"
) -> Answer:
    """Read the reason to do nothing.

    Returns:
        The answer with the checks ``N1`` (four words that say something), ``N2`` (says something that
        thesis and disproof do not), ``N3`` (names a cost of acting or a gain of waiting), ``N4``
        (no dismissal). ``N5`` among the cautions: nearly one of the last twenty answers.
    Raises:
        LimitExceeded: the text is too long.

    >>> from decimal import Decimal
    >>> from ringfence.domain.account import Side
    >>> context = AnswerContext(side=Side.LONG, mark=Decimal(58000), now_ms=0)
    >>> read_do_nothing("I already carry 6 percent correlated risk", context=context).accepted
    True
    """
    spoken = language(context.language)
    plain = normal(text, path="do_nothing")
    checks = (
        _enough_words(plain, spoken),
        _something_new(plain, context, spoken),
        _concept(plain, spoken),
        _no_dismissal(plain, spoken),
    )
    again = _again(plain, context)
    cautions = (Check("N5", passed=False, words=spoken.say("N5.bad")),) if again else ()
    return Answer("do_nothing", text, checks, writing=writing, source=source, cautions=cautions)


def read_override(text: str, *, context: AnswerContext, writing: Writing = UNOBSERVED) -> Answer:
    """Read the reason to go on against a finding.

    Returns:
        The answer with the checks ``Q1`` (20 characters) and ``Q2`` (no boilerplate, no earlier answer).
    Raises:
        LimitExceeded: the text is too long.

    >>> from decimal import Decimal
    >>> from ringfence.domain.account import Side
    >>> context = AnswerContext(side=Side.LONG, mark=Decimal(58000), now_ms=0)
    >>> read_override("because I want to do it", context=context).accepted
    False
    """
    spoken = language(context.language)
    plain = normal(text, path="override")
    count = len(plain)
    enough = count >= OVERRIDE_CHARACTERS
    first = Check(
        "Q1", enough, spoken.say("Q1" if enough else "Q1.bad", count=count, least=OVERRIDE_CHARACTERS)
    )
    rest = blank(plain, [match.span() for match in pattern(spoken.reasons.boilerplate).finditer(plain)])
    left = {word for word in content_words(rest, spoken) if word not in spoken.reasons.empty_words}
    says = len([word for word in left if len(set(word)) > 1]) >= 2
    key = "Q2.bad" if not says else "Q2.again" if _again(plain, context) else "Q2"
    return Answer("override", text, (first, Check("Q2", key == "Q2", spoken.say(key))), writing=writing)


def borrowed_money(text: str, *, language_code: str = "en") -> tuple[str, ...]:
    """The words of borrowed or needed money in a text (rule T-04), in their order; *no loan* is none.

    Raises:
        LimitExceeded: the text is too long.

    >>> borrowed_money("my credit card still has room"), borrowed_money("no loan in here")
    (('credit card',), ())
    """
    reasons = language(language_code).reasons
    plain = normal(text)
    rest = blank(plain, [match.span() for match in pattern(reasons.not_borrowed).finditer(plain)])
    return tuple(match[0] for match in pattern(reasons.borrowed).finditer(rest))


def _enough_words(plain: str, spoken: Language) -> Check:
    # The same word four times over says one thing.
    count = len(stems(plain, spoken))
    key = "N1" if count >= CONTENT_WORDS else "N1.bad"
    return Check("N1", count >= CONTENT_WORDS, spoken.say(key, count=count, least=CONTENT_WORDS))


def _something_new(plain: str, context: AnswerContext, spoken: Language) -> Check:
    for which, other in (("thesis", context.thesis), ("disproof", context.disproof)):
        told = normal(other, path=which)
        if told and _alike(plain, told, spoken):
            return Check("N2", passed=False, words=spoken.say("N2.bad", which=spoken.say(which)))
    return Check("N2", passed=True, words=spoken.say("N2"))


def _alike(one: str, other: str, spoken: Language) -> bool:
    return cosine_reaches(one, other, percent=ALIKE_PERCENT) or overlap_reaches(
        stems(one, spoken), stems(other, spoken), percent=ALIKE_PERCENT
    )


def _concept(plain: str, spoken: Language) -> Check:
    named = [name for name, words in spoken.reasons.concepts.items() if pattern(words).search(plain)]
    words = spoken.say("N3", what=", ".join(named[:3]).replace("_", " ")) if named else spoken.say("N3.bad")
    return Check("N3", bool(named), words)


def _no_dismissal(plain: str, spoken: Language) -> Check:
    """A dismissal refuses when it is most of what is said: *no reason* inside a longer reason does not."""
    matches = list(pattern(spoken.reasons.dismissals).finditer(plain))
    left = stems(blank(plain, [match.span() for match in matches]), spoken)
    dismissed = bool(matches) and len(left) < CONTENT_WORDS
    words = spoken.say("N4.bad", what=matches[0][0][:40]) if dismissed else spoken.say("N4")
    return Check("N4", not dismissed, words)


def _again(plain: str, context: AnswerContext) -> bool:
    last = (normal(text, path="earlier") for text in context.earlier[-REMEMBERED:])
    return any(nearly_same(plain, text, percent=SAME_PERCENT) for text in last if text)
