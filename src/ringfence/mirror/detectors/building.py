"""An episode while it is being walked through: the position, what is known of it, and the steps so far."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from decimal import Decimal

from ringfence.domain.account import MarginMode, Side
from ringfence.domain.instrument import Instrument
from ringfence.mirror.detectors.past import Did, Held, Step
from ringfence.mirror.detectors.worth import average, profit, value
from ringfence.mirror.happened import Traded
from ringfence.venues.modes import Change, Effect, Verdict, When
from ringfence.venues.rules import VenueRules

GROWS = frozenset({Did.OPEN, Did.ADD})
SHRINKS = frozenset({Did.PARTIAL, Did.CLOSE})
MISFIT = Decimal("0.002")
"""Share of the closed value by which a stated profit may differ from the fills' own: fees, rounding."""


@dataclass(slots=True)
class Building:
    """One position from its first fill on. Local to the walk; nobody else sees it change."""

    account_id: str
    venue: str
    symbol: str
    side: Side
    instrument: Instrument | None
    opened: int
    held: Held
    steps: list[Step] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    gross: Decimal | None = Decimal(0)
    costs: Decimal | None = Decimal(0)
    closing: list[Traded] = field(default_factory=list)
    closed: int | None = None
    plan_id: str | None = None
    last_order: str = ""
    first_stop: Decimal | None = None
    """The stop that stood when it was opened, placed beforehand."""
    last_levels: tuple[Decimal, ...] = ()
    """The stop and the target that stood when it was closed."""

    def miss(self, why: str) -> None:
        """Say once why this episode is incomplete."""
        if why not in self.missing:
            self.missing.append(why)

    def put(self, step: Step, order: str = "") -> None:
        """Append a step; the parts of one order are one step."""
        last = self.steps[-1] if self.steps else None
        same = last is not None and order and order == self.last_order
        if last is not None and same and _one_way(last.did, step.did):
            did = step.did if step.did is Did.CLOSE else last.did
            self.steps[-1] = replace(last, did=did, after=step.after)
        else:
            self.steps.append(step)
        self.last_order = order
        self.held = step.after


def _one_way(one: Did, other: Did) -> bool:
    """Whether both make the position larger, or both smaller."""
    return {one, other} <= GROWS or {one, other} <= SHRINKS


def grown(held: Held, fill: Traded, contracts: Decimal, instrument: Instrument | None) -> Held:
    """The position after an opening fill: average entry, and what the fill puts into the fence."""
    if instrument is None:
        return replace(held, contracts=held.contracts + contracts, entry=fill.price, margin=None)
    entry = average(instrument, (held.contracts, held.entry), (contracts, fill.price))
    margin = None
    if held.mode is MarginMode.ISOLATED and held.leverage is not None:
        known = Decimal(0) if not held.contracts else held.margin
        added = value(instrument, contracts, fill.price) / held.leverage
        margin = None if known is None else known + added
    return replace(held, contracts=held.contracts + contracts, entry=entry, margin=margin)


def shrunk(held: Held, contracts: Decimal) -> Held:
    """The position after a closing fill: the fence gives back its share."""
    left = held.contracts - contracts
    margin = None if held.margin is None else held.margin * left / held.contracts
    return replace(held, contracts=left, margin=margin)


def realised(one: Building, fill: Traded, contracts: Decimal) -> Decimal | None:
    """What a closing fill earned, and a note where the venue's own figure does not fit the fills."""
    stated = fill.realized_pnl
    if one.instrument is None:
        return stated
    counted = profit(one.instrument, one.side, contracts, (one.held.entry, fill.price))
    if stated is None:
        return counted
    if abs(stated - counted) > MISFIT * value(one.instrument, contracts, fill.price):
        one.miss("the venue's profit does not fit the fills")
    return stated


def relevered(held: Held, leverage: Decimal, instrument: Instrument | None, rules: VenueRules | None) -> Held:
    """The position under another leverage, its fence as the venue's mode rules say.

    Where the venue is not known to do one thing with an open fence, what is inside is not known afterwards.
    """
    had = held.leverage
    if held.mode is not MarginMode.ISOLATED or held.margin is None or instrument is None or had is None:
        return replace(held, leverage=leverage)
    change = Change.LOWER_LEVERAGE if leverage < had else Change.RAISE_LEVERAGE
    effect = _effect(rules, change)
    asked = value(instrument, held.contracts, held.entry) / leverage
    margin = {
        Effect.FENCE_FOLLOWS: asked,
        Effect.FENCE_ONLY_GROWS: max(held.margin, asked),
        Effect.NOTHING_ELSE: held.margin,
    }.get(effect) if effect is not None else None  # fmt: skip
    return replace(held, leverage=leverage, margin=held.margin if leverage == had else margin)


def _effect(rules: VenueRules | None, change: Change) -> Effect | None:
    """What a venue does with an open fence when its leverage changes; None where it says no one thing."""
    effects = {
        rule.effect
        for rule in (rules.modes if rules is not None else ())
        if rule.change is change and rule.verdict is Verdict.ALLOWED
        and rule.when in (When.ALWAYS, When.ISOLATED_POSITION)
    }  # fmt: skip
    return effects.pop() if len(effects) == 1 else None


def switched(held: Held, mode: MarginMode, instrument: Instrument | None) -> Held:
    """The position in another margin mode; a fresh fence holds the notional at entry over the leverage."""
    if mode is MarginMode.CROSS or held.leverage is None or instrument is None:
        return replace(held, mode=mode, margin=None)
    return replace(held, mode=mode, margin=value(instrument, held.contracts, held.entry) / held.leverage)
