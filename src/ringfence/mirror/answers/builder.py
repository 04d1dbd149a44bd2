"""The structured way to a disproof: what a door offers to choose from, and the sentence a choice makes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from ringfence.domain.numbers import EXACT, plain
from ringfence.errors import MissingField, NotSupported
from ringfence.mirror.answers.language import Language, language
from ringfence.mirror.answers.lexicon import MEASURES, NUMERIC, TIMEFRAMES, YES_NO, base
from ringfence.mirror.model import Disproof

HORIZONS_MS = (3_600_000, 14_400_000, 43_200_000, 86_400_000, 172_800_000, 259_200_000, 604_800_000)
"""Lengths a door offers: 1 h to a week. Any other date may be chosen too."""


@dataclass(frozen=True, slots=True)
class Choice:
    """One observable and what may be said of it.

    Attributes:
        observable: as `Disproof` keeps it; label: what it is called. units: of the threshold, with labels;
            a unit of ``event`` takes no number. comparators: by unit, with their labels.
        timeframes: candle lengths in ms by name, where a candle's close can be chosen.
    """

    observable: str
    label: str
    units: Mapping[str, str]
    comparators: Mapping[str, Mapping[str, str]]
    timeframes: Mapping[str, int]


def choices(code: str = "en") -> tuple[Choice, ...]:
    """Everything the builder offers, in the language with this code.

    Raises:
        NotSupported: there is no such language yet.

    >>> [choice.observable for choice in choices()][:4]
    ['price', 'mark', 'last', 'index']
    """
    spoken = language(code)
    names = [(name, label) for name, label in spoken.wording.observables.items() if name != "event"]
    names += [(f"event:{key}", label) for key, label in spoken.wording.events.items()]
    return tuple(_choice(name, label, spoken) for name, label in names)


def _choice(observable: str, label: str, spoken: Language) -> Choice:
    units = [unit for unit in MEASURES[base(observable)].units if unit]
    return Choice(
        observable,
        label,
        {unit: spoken.wording.units[unit] for unit in units},
        {unit: _comparators(observable, unit, spoken) for unit in units},
        TIMEFRAMES if observable in ("close", "high", "low") else {},
    )


def _comparators(observable: str, unit: str, spoken: Language) -> Mapping[str, str]:
    if unit == "event":
        return spoken.wording.yes_no
    relative = unit in MEASURES[base(observable)].relative
    return spoken.wording.relative if relative else spoken.wording.absolute


def sentence(disproof: Disproof, *, coin: str = "", code: str = "en") -> str:
    """The sentence of a chosen disproof; read again, it is the same disproof.

    Args:
        coin: what the position's coin is called. code: of the language.
    Raises:
        MissingField: no date, or no number where the unit takes one.
        NotSupported: a combination that `choices` does not offer.

    >>> chosen = Disproof("close", "below", Decimal(56500), "price", 1795737600000, 14_400_000)
    >>> sentence(chosen, coin="BTC")
    'BTC 4h close below 56,500 by 2026-11-27 00:00 UTC'
    """
    spoken = language(code)
    if disproof.by_ms is None:
        raise MissingField("a date is needed", path="disproof.by_ms", hint="any moment ahead, UTC ms")
    subject = _subject(disproof, coin, spoken)
    return spoken.wording.sentence.format(
        subject=subject, said=_said(disproof, spoken), moment=moment(disproof.by_ms, spoken)
    )


def _subject(disproof: Disproof, coin: str, spoken: Language) -> str:
    name, _, of = disproof.observable.partition(":")
    if name == "event":
        label = spoken.wording.events.get(of)
        if label is None:
            raise NotSupported("no such event", path="disproof.observable", value=disproof.observable)
        return label
    label = spoken.wording.observables.get(name)
    if label is None:
        raise NotSupported("no such observable", path="disproof.observable", value=disproof.observable)
    frames = [key for key, length in TIMEFRAMES.items() if length == disproof.timeframe_ms]
    if disproof.timeframe_ms is not None and not frames:
        raise NotSupported("no such candle", path="disproof.timeframe_ms", value=disproof.timeframe_ms)
    owner = "" if name == "dominance" else (of.upper() or coin)
    return " ".join(part for part in (owner, *frames, label) if part)


def _said(disproof: Disproof, spoken: Language) -> str:
    known = MEASURES[base(disproof.observable)]
    if disproof.unit not in known.units or not disproof.unit:
        raise NotSupported("no such unit here", path="disproof.unit", value=disproof.unit)
    said = _comparators(disproof.observable, disproof.unit, spoken).get(disproof.comparator)
    if said is None:
        hint = f"one of {', '.join(YES_NO if disproof.unit == 'event' else NUMERIC)}"
        raise NotSupported(
            "no such comparison here", path="disproof.comparator", value=disproof.comparator, hint=hint
        )
    if disproof.unit == "event":
        return said
    if disproof.threshold is None:
        raise MissingField("a number is needed", path="disproof.threshold")
    return f"{said} {amount(disproof.threshold, disproof.unit, spoken)}"


def amount(value: Decimal, unit: str, spoken: Language) -> str:
    """A threshold as it is written, with its unit."""
    if unit == "fraction":
        return f"{number(value.scaleb(2, EXACT), spoken)}%"
    if unit in ("price", "amount"):
        return number(value, spoken)
    space = "" if unit == "times" else " "
    return f"{number(value, spoken)}{space}{spoken.wording.units[unit]}"


def number(value: Decimal, spoken: Language) -> str:
    """A number as the language groups and points it."""
    sign, digits = ("-", plain(-value)) if value < 0 else ("", plain(value))
    whole, _, part = digits.partition(".")
    grouped = f"{int(whole):,}".replace(",", spoken.figures.groups[0])
    return f"{sign}{grouped}{spoken.figures.decimal}{part}" if part else f"{sign}{grouped}"


def moment(by_ms: int, spoken: Language) -> str:
    """A moment as it is written, as short as it is exact."""
    found = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=by_ms)
    time = f"{found:%H:%M}"
    if by_ms % 60_000:
        time = f"{found:%H:%M:%S}"
    if by_ms % 1_000:
        time = f"{time}.{by_ms % 1_000:03d}"
    return spoken.wording.moment.format(date=f"{found:%Y-%m-%d}", time=time)
