"""What a rule is: a pure function of the facts and the thresholds, with what it reads and why it stands."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from decimal import Decimal
from fractions import Fraction
from typing import Any, TypeAlias

from ringfence.mirror.canonical import number_text
from ringfence.mirror.facts import Facts, Standing
from ringfence.mirror.model import Action, Finding, Severity, Topic
from ringfence.mirror.rules.words import part, rendered, templates
from ringfence.mirror.thresholds import Thresholds

EVERY = frozenset(Action)

NEVER = frozenset({
    "since_loss_ms", "last_loss_r", "last_loss_share", "last_loss", "last_was_loss", "size_ratio",
    "opens_2h_p90", "since_own_stop_ms", "win_streak", "since_do_nothing_ms", "creep_supported",
    "closed_isolated_ms", "margin_removed_ms",
})  # fmt: skip
"""What, in a past that was read, is None because it never was. A sum or a count is then zero, never None."""


@dataclass(frozen=True)
class Said:
    """What a rule says, before its words are looked up. ``key``: the variant of its template."""

    severity: Severity
    figures: dict[str, Any] = field(default_factory=dict)
    level: int = 0
    key: str = ""
    lifts: int = 0
    extra_seconds: int = 0

    def keyed(self, key: str) -> Said:
        """The same, in the words of another variant."""
        return replace(self, key=key)


@dataclass(frozen=True, slots=True)
class Missing:
    """The facts for want of which a rule cannot say anything, as paths into `Facts`."""

    facts: tuple[str, ...]


def allow(**figures: Any) -> Said:
    """Worth a line, asks for nothing."""
    return Said(Severity.ALLOW, figures)


def caution(**figures: Any) -> Said:
    """Numbers to be read."""
    return Said(Severity.CAUTION, figures, level=1)


def pause(**figures: Any) -> Said:
    """The short pause with three answers."""
    return Said(Severity.PAUSE, figures, level=2)


def long_pause(**figures: Any) -> Said:
    """The long pause: level 3."""
    return Said(Severity.PAUSE, figures, level=3)


def block(**figures: Any) -> Said:
    """Impossible, incoherent, or locked by the user."""
    return Said(Severity.BLOCK, figures)


Judge: TypeAlias = Callable[[Facts, Thresholds], Said | Missing | None]


def _never(_: Facts) -> bool:
    return False


@dataclass(frozen=True, kw_only=True)
class Rule:
    """One rule of the table.

    Attributes:
        reads: paths into `Facts`; all are needed, unless ``partial``: then the rule says what it lacks.
        when, within: False: the rule does not apply, whatever else is unknown. None: not known. The second
            one also looks at thresholds.
        asks: the severity in words; condition: in words, with thresholds as ``{name}``.
        worse: the figure that grows as it gets worse. same_as: a rule that says the same, and is then shown.
        closes: whether, for these facts, not knowing must close the way to more risk.
        before: in the reduce lane it is told beforehand; every other finding there is told after.
        fixed: it cannot be turned off.
    """

    id: str
    title: str
    actions: frozenset[Action]
    reads: tuple[str, ...]
    condition: str
    asks: str
    basis: str
    judge: Judge
    topic: Topic = Topic.OTHER
    when: Callable[[Facts], bool | None] | None = None
    within: Callable[[Facts, Thresholds], bool | None] | None = None
    partial: bool = False
    worse: str = ""
    same_as: str = ""
    closes: Callable[[Facts], bool] = _never
    before: bool = False
    fixed: bool = False

    def __call__(self, facts: Facts, thresholds: Thresholds) -> Finding | None:
        """What the rule finds: None where it stays silent; severity None where it cannot be evaluated."""
        if facts.intent.action not in self.actions:
            return None
        if self.when is not None and self.when(facts) is False:
            return None
        if self.within is not None and self.within(facts, thresholds) is False:
            return None
        if self.id in thresholds.off and not self.fixed:
            return Finding(self.id, None, part("off"), suppressed="off")
        lacking = () if self.partial else tuple(path for path in self.reads if not known(facts, path))
        said = Missing(lacking) if lacking else self.judge(facts, thresholds)
        if isinstance(said, Missing):
            return self._missing(facts, said)
        return None if said is None else self._finding(said)

    def _missing(self, facts: Facts, lack: Missing) -> Finding:
        words = ", ".join(part(path) for path in lack.facts[:3])
        return Finding(
            self.id, None, rendered(templates()["missing"]["says"], {"what": words}), missing=lack.facts,
            closes=self.closes(facts),
        )  # fmt: skip

    def _finding(self, said: Said) -> Finding:
        key = f"{self.id} {said.key}".strip()
        template = templates()[key]
        measure = said.figures.get(self.worse)
        return Finding(
            self.id, said.severity, rendered(template["says"], said.figures), key=key,
            figures={name: _exact(value) for name, value in said.figures.items()},
            formula=rendered(template.get("formula", ""), said.figures), topic=self.topic,
            measure=measure if isinstance(measure, int | Decimal | Fraction) else None,
            level=said.level, lifts=said.lifts, extra_seconds=said.extra_seconds,
        )  # fmt: skip


def _exact(value: Any) -> str:
    return number_text(value) if isinstance(value, Decimal | Fraction) else str(value)


def rule(**kept: Any) -> Callable[[Judge], Rule]:
    """Make a rule of the function below."""

    def made(judge: Judge) -> Rule:
        return Rule(judge=judge, **kept)

    return made


def known(facts: Facts, path: str) -> bool:
    """Whether a fact is there. *No liquidation price* and *never happened* are facts, too."""
    value: Any = facts
    for name in path.split("."):
        holder, value = value, getattr(value, name)
        if value is None:
            return _is_a_fact(facts, holder, name)
    return bool(value != "")


def _is_a_fact(facts: Facts, holder: Any, name: str) -> bool:
    """Whether None means *there is none*; not where the account afterwards could not be worked out."""
    if isinstance(holder, Standing) and name in ("liquidation_price", "distance"):
        blind = facts.venue.trouble and holder is facts.after
        return holder.liquidatable is False or (holder.contracts == 0 and not blind)
    return holder is facts.history and facts.history.known and name in NEVER
