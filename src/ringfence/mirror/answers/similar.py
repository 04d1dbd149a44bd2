"""How alike two texts are. Whole numbers only, so that every machine agrees."""

from __future__ import annotations

from collections import Counter
from collections.abc import Set as AbstractSet


def overlap_reaches(one: AbstractSet[str], other: AbstractSet[str], *, percent: int) -> bool:
    """Whether the Jaccard index (shared over all) is ``percent`` or more; empty sets share nothing.

    >>> overlap_reaches({"a", "b", "c"}, {"a", "b", "d"}, percent=50)
    True
    """
    everything = len(one | other)
    return bool(everything) and 100 * len(one & other) >= percent * everything


def trigrams(text: str) -> Counter[str]:
    """The runs of three characters, the ends of words marked by spaces."""
    padded = f" {' '.join(text.split())} "
    return Counter(padded[at : at + 3] for at in range(len(padded) - 2))


def cosine_reaches(one: str, other: str, *, percent: int) -> bool:
    """Whether the cosine between the trigram counts is ``percent`` or more. Squares are compared: no root.

    >>> cosine_reaches("btc will break up", "btc will break up", percent=100)
    True
    """
    first, second = trigrams(one), trigrams(other)
    dot = sum(count * second[gram] for gram, count in first.items())
    lengths = sum(count * count for count in first.values()) * sum(count * count for count in second.values())
    return dot > 0 and 10_000 * dot * dot >= percent * percent * lengths


def edits(one: str, other: str) -> int:
    """The fewest insertions, deletions and replacements that turn one text into the other (Levenshtein).

    Source: G. Myers, A fast bit-vector algorithm for approximate string matching, 1999, in the form of
    H. Hyyrö, 2003, for whole strings.

    >>> edits("kitten", "sitting"), edits("", "abc")
    (3, 3)
    """
    if not one or not other:
        return len(one) + len(other)
    places: dict[str, int] = {}
    for at, letter in enumerate(one):
        places[letter] = places.get(letter, 0) | 1 << at
    full, top = (1 << len(one)) - 1, 1 << (len(one) - 1)
    rises, falls, distance = full, 0, len(one)
    for letter in other:
        match = places.get(letter, 0) | falls
        diagonal = ((rises + (match & rises)) ^ rises | match) & full
        up, down = (falls | ~(rises | diagonal)) & full, rises & diagonal
        distance += bool(up & top) - bool(down & top)
        shifted = (up << 1 | 1) & full
        rises, falls = (down << 1 | ~(shifted | diagonal)) & full, shifted & diagonal
    return distance


def nearly_same(one: str, other: str, *, percent: int) -> bool:
    """Whether the edits are at most ``percent`` of the longer text.

    >>> nearly_same("fees eat the edge", "fees eat the edge!", percent=10)
    True
    """
    longest = max(len(one), len(other))
    if 100 * abs(len(one) - len(other)) > percent * longest:
        return False
    return 100 * edits(one, other) <= percent * longest
