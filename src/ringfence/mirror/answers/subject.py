"""What a text observes: a price, a measure of the market, another coin, an event. What is none is refused."""

from __future__ import annotations

import re
from dataclasses import dataclass

from ringfence.mirror.answers.comparison import Comparison
from ringfence.mirror.answers.language import Language, pattern
from ringfence.mirror.answers.lexicon import PRICES
from ringfence.mirror.answers.names import Coin
from ringfence.mirror.answers.text import blank, content_words

_STRENGTH = dict.fromkeys(("close", "high", "low"), 2)


@dataclass(frozen=True, slots=True)
class Subject:
    """What was found.

    Attributes:
        observable: of the lexicon; empty: none. problem: key of the words; what: the piece.
        happens: an event with a verb; negated: it does not. extra: another observable that is not read.
    """

    observable: str = ""
    problem: str = ""
    what: str = ""
    happens: bool = False
    negated: bool = False
    extra: str = ""


@dataclass(frozen=True, slots=True)
class _Named:
    name: str
    start: int
    end: int
    text: str


def find_subject(text: str, comparison: Comparison, coins: list[Coin], spoken: Language) -> Subject:
    """The observable of normalised text, its coins blanked."""
    until = comparison.start if comparison.kind else len(text)
    named = _named(text, spoken)
    chosen = _chosen(text, named, until, comparison, spoken)
    if chosen is None:
        return _implied(text, comparison, coins, spoken)
    if unread := _unread(text, chosen, until, spoken):
        return Subject(problem="O.unread", what=unread)
    if chosen.name.startswith("event:"):
        return _event(text, chosen, spoken)
    later = (
        each for each in named if each.start > until and each.name != chosen.name and each.name not in PRICES
    )
    extra = next((each.text for each in later), "")
    coin = _coin(coins, until, chosen)
    return Subject(f"{chosen.name}:{coin}" if coin else chosen.name, extra=extra)


def _named(text: str, spoken: Language) -> list[_Named]:
    """Every observable and event in the text, none inside another, in order."""
    words = {
        **spoken.grammar.observables,
        **{f"event:{key}": each for key, each in spoken.grammar.events.items()},
    }
    everything = sorted(
        (match.start(), -match.end(), name)
        for name, each in words.items()
        for match in pattern(each).finditer(text)
    )
    kept: list[_Named] = []
    for start, end, name in everything:
        if not kept or start >= kept[-1].end:
            kept.append(_Named(name, start, -end, text[start:-end]))
    return kept


def _chosen(
    text: str, named: list[_Named], until: int, comparison: Comparison, spoken: Language
) -> _Named | None:
    """The one the comparison is about: in its clause, measures come first, then events, then prices."""
    before = [each for each in named if each.start < max(until, 1)] or (
        [each for each in named if each.start >= comparison.end][:1] if comparison.kind else named
    )
    if not before:
        return None
    last = before[-1]
    clause = [each for each in before if not _joined(text[each.end : last.start], spoken)]
    measures = [each for each in clause if each.name not in PRICES and not each.name.startswith("event:")]
    events = [each for each in clause if each.name.startswith("event:")]
    if measures:
        return measures[-1]
    prices = [each for each in clause if each.name in PRICES]
    if events and not (prices and comparison.explicit):
        return events[-1]
    return max(
        prices, key=lambda each: (_STRENGTH.get(each.name, 1 if each.name != "price" else 0), each.start)
    )


def _joined(between: str, spoken: Language) -> bool:
    return any(word in spoken.grammar.joins for word in re.findall(r"[^\W\d]+|[,;]", between))


def _unread(text: str, chosen: _Named, until: int, spoken: Language) -> str:
    """A thing that cannot be checked in the clause of a price, as in *RSI closes below 30*."""
    if chosen.name not in PRICES:
        return ""
    for match in pattern(spoken.grammar.unread).finditer(text[: max(until, chosen.end)]):
        ends, starts = sorted((match.end(), chosen.start))
        if not _joined(text[ends:starts], spoken):
            return match[0]
    return ""


def _event(text: str, chosen: _Named, spoken: Language) -> Subject:
    key = chosen.name.partition(":")[2]
    verb = pattern(spoken.grammar.verbs).search(blank(text, [(chosen.start, chosen.end)]))
    negated = pattern(spoken.grammar.negators).search(text) is not None
    return Subject(chosen.name, happens=bool(verb) or key in spoken.grammar.happenings, negated=negated)


def _coin(coins: list[Coin], until: int, chosen: _Named) -> str:
    """Another coin that the observable is of: the last one named before the comparison, or after *of*."""
    before = [coin for coin in coins if coin.start < max(until, chosen.end)]
    near = before or coins[:1]
    if chosen.name == "dominance":
        return ""
    return near[-1].name if near else ""


def _implied(text: str, comparison: Comparison, coins: list[Coin], spoken: Language) -> Subject:
    """Without a named observable it is the price, if nothing else could be meant."""
    if not comparison.kind:
        return Subject(problem="O.none")
    clause = text[: comparison.start]
    if unread := pattern(spoken.grammar.unread).search(clause):
        return Subject(problem="O.unread", what=unread[0])
    grammar = spoken.grammar
    allowed = (*grammar.price_words, *grammar.negators, *grammar.hedges, *grammar.joins)
    allowed = (*allowed, *(word for words in grammar.comparators.values() for word in words))
    left = blank(clause, [match.span() for match in pattern(allowed).finditer(clause)])
    strangers = content_words(left, spoken)
    if strangers:
        return Subject(problem="O.stranger", what=strangers[-1])
    before = [coin for coin in coins if coin.start < comparison.start]
    other = before[-1].name if before else ""
    return Subject(f"price:{other}" if other else "price")
