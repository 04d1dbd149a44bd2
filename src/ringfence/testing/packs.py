"""Hold an installed rule pack against its own examples and the laws, whoever wrote it."""

from __future__ import annotations

from dataclasses import dataclass

from ringfence.errors import RingfenceError, UnknownVenue
from ringfence.testing.conform import Verdict
from ringfence.testing.examples import ExampleFigure, example_figures, read_examples
from ringfence.testing.laws import LawReport, check_laws
from ringfence.venues import registry
from ringfence.venues.rules import VenueRules


@dataclass(frozen=True, slots=True)
class ExampleReport:
    """One row of a pack's table of examples; ``reason`` says why it could not be computed."""

    number: int
    figures: tuple[ExampleFigure, ...]
    reason: str = ""

    @property
    def passed(self) -> bool:
        """Every figure was computed and agrees."""
        return not self.reason and bool(self.figures) and all(one.agrees for one in self.figures)


@dataclass(frozen=True, slots=True)
class PackReport:
    """One rule set of one venue.

    Attributes:
        valid_from, digest: of the rule set; empty when the pack does not load.
        examples: of the pack's file, under its newest rules only.
    """

    venue: str
    valid_from: str
    digest: str
    laws: tuple[LawReport, ...]
    examples: tuple[ExampleReport, ...] = ()


def check_pack(key: str, *, accounts: int, seed: int = 0) -> tuple[PackReport, ...]:
    """Every dated rule set of a venue against the laws, and the newest against the pack's examples.

    A pack that does not load, or whose examples cannot be read, fails; it is no error of whoever asks.

    Raises:
        UnknownVenue: no such pack.

    >>> [len(report.examples) for report in check_pack("demo", accounts=5)]
    [4]
    """
    try:
        dated = registry.pack(key)
    except UnknownVenue:
        raise
    except RingfenceError as error:
        return (PackReport(key, "", "", (_failed("loads", "the pack loads", str(error)),)),)
    reports = [_one(key, rules, accounts=accounts, seed=seed) for rules in dated[:-1]]
    return (*reports, _newest(key, dated[-1], accounts=accounts, seed=seed))


def _one(key: str, rules: VenueRules, *, accounts: int, seed: int) -> PackReport:
    says = "a pack is found under its own key"
    own = LawReport("own_key", says, Verdict.AGREES, 1)
    if rules.key != key:
        own = _failed("own_key", says, f"RULES.key is {rules.key}, the entry point {key}")
    laws = check_laws(rules, accounts=accounts, seed=seed)
    return PackReport(key, rules.valid_from, rules.digest, (own, *laws))


def _newest(key: str, rules: VenueRules, *, accounts: int, seed: int) -> PackReport:
    report = _one(key, rules, accounts=accounts, seed=seed)
    law, examples = _examples(key, rules)
    return PackReport(key, report.valid_from, report.digest, (law, *report.laws), examples)


def _examples(key: str, rules: VenueRules) -> tuple[LawReport, tuple[ExampleReport, ...]]:
    name, says = "has_examples", "the venue's own examples come out exactly"
    try:
        text = registry.examples(key)
        rows = read_examples(text) if text.strip() else []
    except RingfenceError as error:
        return _failed(name, says, str(error)), ()
    if not rows:
        return LawReport(name, says, Verdict.NOT_MODELLED, 0, reason="the pack has no EXAMPLES"), ()
    reports = tuple(_example(rules, number, row) for number, row in enumerate(rows, 1))
    wrong = [f"example {one.number}" for one in reports if not one.passed]
    if wrong:
        said = f"{', '.join(wrong)} of {len(rows)}: see its figures"
        return LawReport(name, says, Verdict.DIFFERS, len(rows), len(wrong), (said,), said), reports
    return LawReport(name, says, Verdict.AGREES, len(rows)), reports


def _example(rules: VenueRules, number: int, row: dict[str, str]) -> ExampleReport:
    try:
        return ExampleReport(number, tuple(example_figures(rules, row)))
    except RingfenceError as error:
        return ExampleReport(number, (), str(error))


def _failed(name: str, says: str, reason: str) -> LawReport:
    return LawReport(name, says, Verdict.DIFFERS, 1, 1, (reason,), reason)
