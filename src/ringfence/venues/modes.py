"""Mode rules: what a venue does when mode, leverage or margin is changed while something is open."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from ringfence.domain.account import MarginMode


class Change(StrEnum):
    """What a trader wants to change."""

    TO_ISOLATED = "to_isolated"
    TO_CROSS = "to_cross"
    RAISE_LEVERAGE = "raise_leverage"
    LOWER_LEVERAGE = "lower_leverage"
    POSITION_MODE = "position_mode"
    ADD_MARGIN = "add_margin"
    REMOVE_MARGIN = "remove_margin"
    MULTI_ASSET_ON = "multi_asset_on"
    MULTI_ASSET_OFF = "multi_asset_off"
    OPEN = "open"
    """Open a position or add to one; reducing needs no margin and has no rule."""


class When(StrEnum):
    """The situation a mode rule is about; the first rule of a change whose situation holds decides."""

    ALWAYS = "always"
    POSITION_IN_SYMBOL = "a position in the symbol is open"
    ORDER_IN_SYMBOL = "an order in the symbol rests"
    ANY_POSITION = "any position is open"
    ANY_ORDER = "any order rests"
    ANY_ISOLATED = "any position is isolated"
    NOT_ISOLATED = "the position is not isolated"
    NO_POSITION = "there is no position in the symbol"
    MULTI_ASSET = "multi-asset mode is on"
    ISOLATED_POSITION = "an isolated position in the symbol is open"
    CROSS_POSITION = "a cross position in the symbol is open"
    BEYOND_TIER = "the position is larger than the leverage allows"
    NOT_ENOUGH = "the wallet or the fence has less than the change takes"
    NEGATIVE_WALLET = "an asset of the wallet is below zero"


class Verdict(StrEnum):
    """What the venue does with the change."""

    ALLOWED = "allowed"
    REFUSED = "refused"


class Effect(StrEnum):
    """What an accepted change does to the account."""

    NOTHING_ELSE = "only the setting changes; margin already posted stays where it is"
    FENCE_FOLLOWS = "the fence is set anew to what the venue asks at the new leverage; the rest returns"
    FENCE_ONLY_GROWS = "the fence grows to what the venue asks; it never gives margin back by itself"
    FENCE_TO_POOL = "the margin inside the fence returns to the wallet"
    POOL_TO_FENCE = "what the venue asks at this leverage moves from the wallet into a fence"
    AMOUNT_MOVES = "the amount moves between the wallet and the fence"


class Removal(StrEnum):
    """How much of a fence can be taken out again while its position is open."""

    INITIAL_AT_MARK = "as long as equity inside covers the initial margin at the mark"
    INITIAL_AT_MARK_OR_TENTH = (
        "as long as equity inside covers the initial margin at the mark and a tenth of the value"
    )
    INITIAL_AT_MARK_AND_MAINTENANCE = (
        "the smaller of margin less maintenance and equity less initial margin at the mark"
    )
    INITIAL_AT_ENTRY = "as long as the margin inside covers the initial margin at entry"
    WHAT_WAS_ADDED = "only what was added beyond the initial margin at entry"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class ModeRule:
    """One line of a venue's mode rules.

    Attributes:
        code: the venue's error code where it refuses. clause: key of ``VenueRules.clauses``, or ``""``
            for ``mode_switch``. mode: only for positions in this margin mode.
        words: what a reader is told beside the situation: the way out, or what follows.
        assumption: what is assumed where the rule could not be confirmed; empty where it is documented.
        whole_account: the setting is the account's, so that every position follows.

    >>> ModeRule(Change.TO_CROSS, When.POSITION_IN_SYMBOL, Verdict.REFUSED, "-4048").verdict.value
    'refused'
    """

    change: Change
    when: When
    verdict: Verdict
    code: str = ""
    effect: Effect | None = None
    words: str = ""
    clause: str = "mode_switch"
    mode: MarginMode | None = None
    assumption: str = ""
    whole_account: bool = False


def ruled(
    clause: str, change: Change, *rows: tuple[When, str, str], effect: Effect | None = None
) -> tuple[ModeRule, ...]:
    """The rules of one change under one clause: refusals by situation, code and words; then accepted.

    Args:
        effect: what follows where no refusal holds; None: the venue's data ends with the refusals.

    >>> [one.verdict.value for one in ruled("mode_switch", Change.TO_CROSS, (When.ANY_ORDER, "-1", ""))]
    ['refused']
    """
    refusals = tuple(
        ModeRule(change, when, Verdict.REFUSED, code, words=words, clause=clause)
        for when, code, words in rows
    )
    if effect is None:
        return refusals
    return (*refusals, ModeRule(change, When.ALWAYS, Verdict.ALLOWED, effect=effect, clause=clause))
