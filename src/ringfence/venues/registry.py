"""Find venues: every rule pack of the entry-point group ``ringfence.venues``, ours and a stranger's alike."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.metadata import entry_points

from ringfence.errors import BadRules, NoRules, RingfenceError, UnknownVenue
from ringfence.venues.rules import VenueRules

GROUP = "ringfence.venues"


@cache
def _packs() -> dict[str, str]:
    return {point.name: point.value for point in entry_points(group=GROUP)}


def venue_keys() -> tuple[str, ...]:
    """The keys of every installed venue, sorted.

    >>> "demo" in venue_keys()
    True
    """
    return tuple(sorted(_packs()))


@cache
def pack(key: str) -> tuple[VenueRules, ...]:
    """Every dated rule set of one venue, oldest first.

    Raises:
        UnknownVenue: no such pack. BadRules: the pack has no RULES, or not of the right type.

    >>> pack("demo")[0].key
    'demo'
    """
    if key not in _packs():
        raise UnknownVenue(
            "no rule pack of this name",
            path="venue",
            value=key,
            hint=f"write one of {', '.join(venue_keys())}",
        )
    rules = getattr(_module(key), "RULES", None)
    dated = rules if isinstance(rules, tuple) else (rules,)
    if not dated or not all(isinstance(one, VenueRules) for one in dated):
        raise BadRules(f"{key}: the pack must define RULES = VenueRules(…)", path=key)
    return tuple(sorted(dated, key=lambda one: one.valid_from))


def _module(key: str) -> object:
    """A pack's module, which may be a stranger's and fail in any way."""
    (point,) = (point for point in entry_points(group=GROUP) if point.name == key)
    try:
        return point.load()
    except RingfenceError:
        raise
    except Exception as error:
        said = f"{key}: the pack cannot be imported: {type(error).__name__}: {error}"
        raise BadRules(said, path=key, hint=f"correct {point.value}") from error


def examples(key: str) -> str:
    """The table of worked examples in a pack's file; empty where it has none.

    Raises:
        UnknownVenue, BadRules: as `pack`.

    >>> examples("demo").split()[0]
    'wallet'
    """
    pack(key)
    text = getattr(_module(key), "EXAMPLES", "")
    if not isinstance(text, str):
        raise BadRules(f"{key}: EXAMPLES is a text, one line an example", path=f"{key}.EXAMPLES")
    return text


def not_reproduced(key: str) -> Mapping[str, str]:
    """Cases of a venue whose own source contradicts itself: case id to the argument; mostly empty.

    Raises:
        UnknownVenue, BadRules: as `pack`.

    >>> dict(not_reproduced("demo"))
    {}
    """
    pack(key)
    listed = getattr(_module(key), "NOT_REPRODUCED", {})
    if not isinstance(listed, Mapping):
        raise BadRules(f"{key}: NOT_REPRODUCED is a table, case id to argument", path=f"{key}.NOT_REPRODUCED")
    return listed


def rules(key: str, *, on: str | None = None) -> VenueRules:
    """The rules of a venue on a date (``YYYY-MM-DD``), or its newest.

    Raises:
        UnknownVenue: no such pack. NoRules: its rules start later than the date.

    >>> rules("demo").valid_from
    '2026-11-01'
    """
    dated = pack(key)
    if on is None:
        return dated[-1]
    valid = [one for one in dated if one.valid_from <= on]
    if not valid:
        raise NoRules(
            f"{key}: no rules before {dated[0].valid_from}",
            path="on",
            value=on,
            hint=f"ask for {dated[0].valid_from} or later",
        )
    return valid[-1]
