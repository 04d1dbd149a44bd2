"""Whether answers were written now. What was not observed stays not observed; nothing is inferred from it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from ringfence.mirror.answers.language import Language, language
from ringfence.mirror.model import Answer, Check

ACTIVE_MS = 8_000
CHARACTERS_PER_KEY = 2


@dataclass(frozen=True, slots=True)
class Written:
    """The checks ``W1`` (time over all answers) and ``W2`` (keys), and those without observations."""

    checks: tuple[Check, ...] = ()
    not_evaluated: tuple[Check, ...] = ()


def read_writing(answers: Iterable[Answer], *, language_code: str = "en") -> Written:
    """Judge how the typed answers of one audit were written; chosen and planned ones are not counted.

    >>> from ringfence.mirror.model import Writing
    >>> read_writing([Answer("do_nothing", "fees", writing=Writing(active_ms=7_999))]).checks[0].passed
    False
    """
    spoken = language(language_code)
    typed = [answer for answer in answers if answer.source == "typed"]
    if not typed:
        return Written()
    made = [_active(typed, spoken), _keys(typed, spoken)]
    return Written(
        tuple(check for check, known in made if known), tuple(check for check, known in made if not known)
    )


def _active(typed: list[Answer], spoken: Language) -> tuple[Check, bool]:
    times = [answer.writing.active_ms for answer in typed]
    if None in times:
        return Check("W1", passed=False, words=spoken.say("W1.unknown")), False
    total = sum(time or 0 for time in times)
    enough = total >= ACTIVE_MS
    words = spoken.say("W1" if enough else "W1.bad", seconds=total // 1_000, least=ACTIVE_MS // 1_000)
    return Check("W1", enough, words), True


def _keys(typed: list[Answer], spoken: Language) -> tuple[Check, bool]:
    observed = [(answer.writing.keystrokes, answer.writing.pasted_chars) for answer in typed]
    if any(None in pair for pair in observed):
        return Check("W2", passed=False, words=spoken.say("W2.unknown")), False
    for answer in typed:
        keys, pasted = answer.writing.keystrokes or 0, answer.writing.pasted_chars or 0
        # Pasted text is not typed: a wholly pasted answer was not written here.
        typed_here = max(len(answer.text) - pasted, 0)
        if CHARACTERS_PER_KEY * keys < typed_here or (typed_here == 0 and answer.text):
            words = spoken.say("W2.bad", keys=keys, characters=len(answer.text))
            return Check("W2", passed=False, words=words), True
    return Check("W2", passed=True, words=spoken.say("W2")), True
