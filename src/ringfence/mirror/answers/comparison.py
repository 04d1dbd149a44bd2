"""The comparison in a text: *below*, *closes above*, *fails to reclaim*, *breaks*, *falls 5%*."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

from ringfence.mirror.answers.figures import Figure
from ringfence.mirror.answers.language import Language, any_of, pattern

_PLACED = ("at_or_below", "at_or_above", "below", "above")
_ORDER = (*_PLACED, "lose", "negative", "positive", "touch", "cross", "hold", "down", "up")
_TURNED = {"below": "not_below", "at_or_below": "not_below", "above": "not_above", "at_or_above": "not_above"}
_NEAR_WORDS = 4


@dataclass(frozen=True, slots=True)
class Comparison:
    """What was found.

    Attributes:
        kind: as the language's comparators are named; empty: none. start, end: where it stands.
        negated: a negator stands before it. held: a word of staying stands before it (``stays below``).
        moved: ``down`` or ``up`` when something moves, as in ``falls 5%``; strictly: ``falls more than 5%``.
        move_start: where that word stands.
    """

    kind: str = ""
    start: int = 0
    end: int = 0
    negated: bool = False
    held: bool = False
    moved: str = ""
    strictly: bool = False
    move_start: int = 0

    @property
    def explicit(self) -> bool:
        """Whether it compares with a number."""
        return self.kind in (*_PLACED, "negative", "positive", "touch", "cross")

    def resolve(self, number: Decimal | None, mark: Decimal) -> str:
        """The comparator, given the number and where the price stands; empty: it needs a number."""
        if self.kind in ("negative", "positive"):
            found = "below" if self.kind == "negative" else "above"
            return _TURNED[found] if self.negated else found
        if self.kind in _PLACED:
            return self._placed(number, mark)
        if self.kind == "lose":
            return "not_below" if self.negated else "below"
        if number is None or self.kind not in ("cross", "touch", "hold"):
            return ""
        under = number <= mark
        if self.kind == "hold":
            # Holding a level below says it stays above; not holding it says it is lost.
            return (
                ("below" if self.negated else "not_below")
                if under
                else ("above" if self.negated else "not_above")
            )
        if self.negated:
            return "not_below" if under else "not_above"
        plain = "below" if under else "above"
        return plain if self.kind == "cross" else f"at_or_{plain}"

    def _placed(self, number: Decimal | None, mark: Decimal) -> str:
        upper = self.kind.endswith("above")
        if self.held and self.negated:
            # It does not stay above: it goes below.
            return "below" if upper else "above"
        if self.negated:
            return _TURNED[self.kind]
        if self.held and number is not None and (mark > number if upper else mark < number):
            # It stays where it is: never beyond the number.
            return "not_below" if upper else "not_above"
        return self.kind


def find_comparison(text: str, numbers: list[Figure], spoken: Language) -> Comparison:
    """The comparison of normalised text that belongs to its number.

    >>> from ringfence.mirror.answers.language import language
    >>> find_comparison("fails to close above 60", [], language("en")).negated
    True
    """
    found = _matches(text, spoken)
    if not found:
        return Comparison()
    first = numbers[0].start if numbers else len(text)
    before = [each for each in found if each[2] <= first] or found
    best = next(each for kind in _ORDER for each in reversed(before) if each[0] == kind)
    kind, start, end = best
    move = next((each for each in before if each[0] in ("down", "up", "lose")), None)
    held = any(each[0] == "hold" and each[1] < start for each in before) and kind in _PLACED
    strictly = re.fullmatch(any_of(spoken.grammar.strictly), text[start:end]) is not None
    anchor = min(
        [start, *([move[1]] if move else []), *(each[1] for each in before if held and each[0] == "hold")]
    )
    return Comparison(
        kind, start, end,
        negated=_negated(text, anchor, start, spoken),
        held=held,
        moved={"lose": "down"}.get(move[0], move[0]) if move else "",
        strictly=move is not None and strictly and move[1] < start,
        move_start=move[1] if move else 0,
    )  # fmt: skip


def _matches(text: str, spoken: Language) -> list[tuple[str, int, int]]:
    """Each comparator with its place, the longest words first, none inside another."""
    everything = [
        (match.start(), -match.end(), kind)
        for kind, words in spoken.grammar.comparators.items()
        for match in pattern(words).finditer(text)
    ]
    kept: list[tuple[str, int, int]] = []
    for start, end, kind in sorted(everything):
        if not kept or start >= kept[-1][2]:
            kept.append((kind, start, -end))
    return kept


def _negated(text: str, anchor: int, start: int, spoken: Language) -> bool:
    """Whether a negator stands few words before, or between the parts of, a comparison."""
    for match in pattern(spoken.grammar.negators).finditer(text[:start]):
        between = text[match.end() : anchor] if match.end() <= anchor else ""
        joined = any(word in spoken.grammar.joins for word in re.findall(r"[^\W\d]+|[,;]", between))
        if len(between.split()) <= _NEAR_WORDS and not joined:
            return True
    return False
