"""The number of a disproof and what it counts: a price, a share from here, basis points, an amount."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from ringfence.mirror.answers.comparison import Comparison
from ringfence.mirror.answers.figures import Figure
from ringfence.mirror.answers.language import Language, pattern
from ringfence.mirror.answers.lexicon import MEASURES, base

_MOVING = {"down": "below", "up": "above"}
_AFTER = 40


@dataclass(frozen=True, slots=True)
class Threshold:
    """The number, or what is wrong with it.

    Attributes:
        comparator: where the number's unit decides it. problem: words; empty: none.
        doubtful: words about a number that was read one way and could be meant another.
    """

    value: Decimal | None = None
    unit: str = ""
    comparator: str = ""
    problem: str = ""
    doubtful: str = ""


def read_threshold(
    numbers: list[Figure], unclear: list[str], about: tuple[str, Comparison], text: str, spoken: Language
) -> Threshold:
    """The threshold of a sentence; ``about``: its observable and its comparison."""
    observable, found = about
    if unclear:
        return Threshold(problem=spoken.say("T.unclear", what=unclear[0][:40]))
    if found.kind in ("negative", "positive") and not numbers:
        known = MEASURES[base(observable)].units
        return Threshold(Decimal(0), "fraction") if "fraction" in known else _none(spoken)
    if not numbers:
        return _none(spoken)
    if len(numbers) > 1:
        both = f"{numbers[0].text[:18]} / {numbers[1].text[:18]}"
        return Threshold(problem=spoken.say("T.two", what=both))
    return _single(numbers[0], about, text, spoken)


def _none(spoken: Language) -> Threshold:
    return Threshold(problem=spoken.say("T.none"))


def _single(number: Figure, about: tuple[str, Comparison], text: str, spoken: Language) -> Threshold:
    observable, found = about
    measure = MEASURES[base(observable)]
    unit = number.unit or measure.units[0] or ("fraction" if number.value == 0 else "")
    what = number.text[:30]
    if not unit or unit not in measure.units:
        known = ", ".join(spoken.wording.units[each] for each in measure.units if each and each != "event")
        return Threshold(problem=spoken.say("T.unit", what=what, units=known))
    if unit in measure.relative and number.unit:
        return _relative(number, found, text, spoken)
    if found.moved and found.kind in ("down", "up", "lose") and (found.kind != "lose" or unit != "price"):
        key = "T.by_or_to" if unit in ("price", "amount") else "T.move"
        return Threshold(problem=spoken.say(key, what=what))
    if (
        unit in ("price", "amount", "times")
        and number.value <= 0
        and base(observable) not in ("basis", "event")
    ):
        return Threshold(problem=spoken.say("T.positive", what=what))
    doubtful = spoken.say("doubtful", what=what, value=f"{number.value:f}") if number.doubtful else ""
    return Threshold(number.value, unit, doubtful=doubtful)


def _relative(number: Figure, found: Comparison, text: str, spoken: Language) -> Threshold:
    """A share counted from where it stands now: *falls 5%*, *5% below here*, *a 5% drop*."""
    what = number.text[:30]
    after = text[number.end : number.end + _AFTER]
    if pattern(spoken.grammar.elsewhere).search(after):
        return Threshold(problem=spoken.say("T.from", what=what))
    placed = found.kind.removeprefix("at_or_") if found.kind.endswith(("below", "above")) else ""
    direction = _MOVING.get(found.moved) or (placed if found.start >= number.end else "")
    least = bool(found.moved) and pattern(spoken.grammar.least).fullmatch(text, found.start, found.end)
    compared = bool(placed) and found.end <= number.start and not (found.strictly or least)
    if number.value <= 0 or not direction or compared:
        return Threshold(problem=spoken.say("T.from", what=what))
    if found.negated:
        comparator = "not_below" if direction == "below" else "not_above"
    else:
        comparator = direction if found.strictly else f"at_or_{direction}"
    return Threshold(number.value, number.unit, comparator)
