"""Whether a venue accepts a change, by its own mode rules; where it has none for it, that is the answer."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from ringfence.domain.account import Account, MarginMode, Position
from ringfence.domain.derivation import Line
from ringfence.domain.numbers import Number
from ringfence.errors import MissingLeverage, invariant
from ringfence.exact.explain import show, signed
from ringfence.exact.leg import Leg
from ringfence.exact.ring import Ring
from ringfence.venues.modes import Change, Effect, ModeRule, Removal, Verdict, When
from ringfence.venues.rules import Confidence, VenueRules

ZERO = Fraction(0)


class Standing(StrEnum):
    """What is known about a change.

    >>> Standing("refused").value
    'refused'
    """

    ACCEPTED = "accepted"
    REFUSED = "refused"
    NOT_DOCUMENTED = "not_documented"


NOUNS: Mapping[Change, str] = {
    Change.TO_ISOLATED: "switching an open position to isolated margin",
    Change.TO_CROSS: "switching an open position to cross margin",
    Change.RAISE_LEVERAGE: "raising the leverage of an open position",
    Change.LOWER_LEVERAGE: "lowering the leverage of an open position",
    Change.POSITION_MODE: "changing the position mode",
    Change.ADD_MARGIN: "adding margin to a fence",
    Change.REMOVE_MARGIN: "taking margin out of a fence",
    Change.MULTI_ASSET_ON: "turning multi-asset mode on",
    Change.MULTI_ASSET_OFF: "turning multi-asset mode off",
    Change.OPEN: "opening or increasing a position",
}


@dataclass(frozen=True, slots=True)
class Ruling:
    """What the venue does with a change, and where it says so.

    Attributes:
        code: the venue's own error code, empty where it accepts or gives none.
        source: the clause. unconfirmed: what is assumed where the clause could not be confirmed.
    """

    standing: Standing
    words: str
    code: str = ""
    source: str = ""
    unconfirmed: str = ""


@dataclass(frozen=True)
class Situation:
    """What the rules of a venue look at.

    Attributes:
        symbol: what the change is about; None: the whole account. targets: the positions it changes.
        short: the wallet or the fence has less than the change takes.
        beyond: the position is larger than the leverage allows.
    """

    account: Account
    symbol: str | None
    targets: tuple[Position, ...]
    short: bool = False
    beyond: bool = False

    def holds(self, when: When) -> bool:
        """Whether this is the situation that a rule is about."""
        here = [one for one in self.account.positions if self.symbol in (None, one.symbol)]
        isolated = [one for one in self.targets if one.margin_mode is MarginMode.ISOLATED]
        known: dict[When, bool] = {
            When.ALWAYS: True,
            When.POSITION_IN_SYMBOL: bool(here),
            When.ORDER_IN_SYMBOL: any(self.symbol in (None, one.symbol) for one in self.account.orders),
            When.ANY_POSITION: bool(self.account.positions),
            When.ANY_ORDER: bool(self.account.orders),
            When.ANY_ISOLATED: any(one.isolated_margin is not None for one in self.account.positions),
            When.NOT_ISOLATED: len(isolated) < len(self.targets),
            When.NO_POSITION: not here,
            When.MULTI_ASSET: self.account.multi_asset,
            When.ISOLATED_POSITION: bool(isolated),
            When.CROSS_POSITION: len(isolated) < len(self.targets),
            When.BEYOND_TIER: self.beyond,
            When.NOT_ENOUGH: self.short,
            When.NEGATIVE_WALLET: any(amount < 0 for amount in self.account.wallet.values()),
        }
        invariant(when in known, f"the situation {when.name} can be told")
        return known[when]


def deciding(rules: VenueRules, change: Change, situation: Situation) -> ModeRule | None:
    """The rule that decides: the first of the change whose situation holds; None where none does."""
    modes = {one.margin_mode for one in situation.targets}
    for rule in rules_for(rules, change):
        if (rule.mode is None or rule.mode in modes) and situation.holds(rule.when):
            return rule
    return None


def rules_for(rules: VenueRules, change: Change) -> tuple[ModeRule, ...]:
    """The venue's rules for a change; a floor for taking margin out is a rule about it, too."""
    own = tuple(rule for rule in rules.modes if rule.change is change)
    if change is not Change.REMOVE_MARGIN or rules.removal is None:
        return own
    floor = (
        ModeRule(change, When.NOT_ISOLATED, Verdict.REFUSED),
        ModeRule(change, When.NOT_ENOUGH, Verdict.REFUSED),
        ModeRule(change, When.ALWAYS, Verdict.ALLOWED, effect=Effect.AMOUNT_MOVES),
    )
    return (*own, *(one for one in floor if one.when not in {rule.when for rule in own}))


def accepted_rule(rules: VenueRules, change: Change, situation: Situation) -> ModeRule | None:
    """The rule that holds if the venue accepts: it says what the change does to the account."""
    modes = {one.margin_mode for one in situation.targets}
    for rule in rules_for(rules, change):
        fits = rule.mode is None or rule.mode in modes
        if rule.verdict is Verdict.ALLOWED and fits and situation.holds(rule.when):
            return rule
    return None


def ruling(rules: VenueRules, change: Change, situation: Situation, *, floor: str = "") -> Ruling:
    """What the venue does with a change, by the rule that decides.

    Args:
        floor: what may be taken out of the fence, in words; said where that decides.
    """
    rule = deciding(rules, change, situation)
    if rule is None:
        return unknown(rules, NOUNS[change])
    clause = rules.clauses[rule.clause or "mode_switch"]
    unsure = rule.assumption or (clause.assumption if clause.confidence is Confidence.UNCONFIRMED else "")
    if rule.verdict is Verdict.ALLOWED:
        says = [rule.words, "" if rule.effect is None else rule.effect.value]
        told = "; ".join(one for one in says if one)
        return Ruling(
            Standing.ACCEPTED,
            f"{rules.title} accepts it{': ' if told else ''}{told}",
            "",
            str(clause),
            unsure,
        )
    because = floor if floor and rule.when is When.NOT_ENOUGH else rule.when.value
    code = f" ({rule.code})" if rule.code else ""
    ending = f"; {rule.words}" if rule.words else ""
    if rule.when is When.ALWAYS:
        because, ending = rule.words or "it never allows it", ""
    joint = ": " if because != rule.when.value else " while "
    words = f"{rules.title} refuses it{code}{joint}{because}{ending}"
    return Ruling(Standing.REFUSED, words, rule.code, str(clause), unsure)


def unknown(rules: VenueRules, noun: str) -> Ruling:
    """The venue does not say; nothing is guessed."""
    return Ruling(Standing.NOT_DOCUMENTED, f"the venue's rule for {noun} is not known to us ({rules.title})")


def removable(ring: Ring, leg: Leg, price: Number, removal: Removal) -> tuple[Fraction, Line]:
    """The most that may leave a fence at this mark while its position stays open, and its workings.

    Raises:
        MissingLeverage: the floor is an initial margin, and nobody gave the leverage.
    """
    leg = leg.as_fractions()
    value, margin = leg.value(Fraction(price)), Fraction(ring.collateral)
    profit, clause = Fraction(leg.profit(value)), ring.rules.clauses
    equity, how = margin + profit, ""
    if removal is Removal.NOTHING:
        most, how = ZERO, "nothing may be taken out"
    elif removal is Removal.INITIAL_AT_ENTRY:
        initial = _initial(leg, leg.entry_value)
        most, how = margin - initial, f"{show(margin)} - {show(initial)} (initial margin at entry)"
    elif removal is Removal.WHAT_WAS_ADDED:
        own = None if leg.schedule is None else leg.schedule.fence
        initial = _initial(leg, leg.entry_value) if own is None else Fraction(own)
        most, how = margin - initial, f"{show(margin)} - {show(initial)} (put in at entry)"
    else:
        initial = _initial(leg, value)
        floor = max(initial, value / 10) if removal is Removal.INITIAL_AT_MARK_OR_TENTH else initial
        most = equity - floor
        how = f"{show(margin)} {signed(profit)} (profit) - {show(floor)} (to be kept at the mark)"
        if removal is Removal.INITIAL_AT_MARK_AND_MAINTENANCE:
            need = Fraction(leg.shown_maintenance(value))
            how = f"the smaller of {show(margin)} - {show(need)} (maintenance) and {how}"
            most = min(most, margin - need)
    source = str(clause["isolated_margin"] if "isolated_margin" in clause else clause["mode_switch"])
    most = max(most, ZERO)
    name = f"removable.{leg.name}"
    return most, Line(name, f"most that may leave the fence of {leg.name}", most, ring.asset, how, source)


def _initial(leg: Leg, value: Number) -> Fraction:
    """Initial margin of a leg on a value, by the venue's own formula where it has one."""
    if leg.schedule is not None and leg.schedule.initial is not None:
        return leg.schedule.initial.at(value, leg.entry_value)
    if leg.initial_rate is None:
        raise MissingLeverage(
            "what may leave a fence depends on a leverage that nobody gave",
            path="account.positions",
            value=leg.name,
            hint='write leverage = "10" on that position',
        )
    return Fraction(value) * Fraction(leg.initial_rate)


def beyond_tier(legs: Iterable[tuple[Leg, Number]]) -> bool:
    """Whether a leg at its mark is larger than its leverage setting allows by the venue's tiers."""
    for leg, price in legs:
        exact = leg.as_fractions()
        tier = leg.table.tiers[leg.table_tier(exact.tier_at(exact.value(Fraction(price))))]
        setting = leg.position.leverage
        if setting is not None and tier.max_leverage is not None and setting > tier.max_leverage:
            return True
    return False
