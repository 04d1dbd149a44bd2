"""Mode rules of every installed pack: each stands on a clause, can be reached, and can do what it says."""

from __future__ import annotations

import pytest

from ringfence.domain.account import Account, MarginMode
from ringfence.solve.change.ruling import NOUNS, Situation
from ringfence.venues import registry
from ringfence.venues.modes import Change, Effect, ModeRule, Verdict, When
from ringfence.venues.rules import VenueRules

KEYS = registry.venue_keys()
SWITCHES = (Change.TO_CROSS, Change.TO_ISOLATED)
EFFECTS = {
    Change.TO_CROSS: {Effect.FENCE_TO_POOL, Effect.NOTHING_ELSE},
    Change.TO_ISOLATED: {Effect.POOL_TO_FENCE, Effect.NOTHING_ELSE},
    Change.RAISE_LEVERAGE: {Effect.NOTHING_ELSE, Effect.FENCE_FOLLOWS, Effect.FENCE_ONLY_GROWS},
    Change.LOWER_LEVERAGE: {Effect.NOTHING_ELSE, Effect.FENCE_FOLLOWS, Effect.FENCE_ONLY_GROWS},
    Change.ADD_MARGIN: {Effect.AMOUNT_MOVES},
    Change.REMOVE_MARGIN: {Effect.AMOUNT_MOVES},
}


def _moves_margin(rules: VenueRules, rule: ModeRule) -> bool:
    """Whether a switch is accepted with a position open."""
    refused = [
        one.when for one in rules.modes if one.change is rule.change and one.verdict is Verdict.REFUSED
    ]
    never = rule.when is When.NO_POSITION or When.POSITION_IN_SYMBOL in refused
    return rule.change in SWITCHES and not never


def problems(rules: VenueRules) -> list[str]:
    """What is wrong with the mode rules of a pack."""
    found, closed = [], set()
    for rule in rules.modes:
        name = f"{rules.key}: {rule.change.value}, {rule.when.name}"
        if (rule.clause or "mode_switch") not in rules.clauses:
            found.append(f"{name}: no clause {rule.clause}")
        if closed & {(rule.change, None), (rule.change, rule.mode)}:
            found.append(f"{name}: stands behind a rule that always holds")
        if rule.effect is Effect.NOTHING_ELSE and _moves_margin(rules, rule):
            found.append(f"{name}: with a position open a switch moves margin")
        if rule.when is When.ALWAYS:
            closed.add((rule.change, rule.mode))
        if rule.verdict is Verdict.REFUSED and rule.effect is not None:
            found.append(f"{name}: a refusal has no effect")
        if rule.effect is not None and rule.effect not in EFFECTS.get(rule.change, set(Effect)):
            found.append(f"{name}: {rule.effect.name} is not what this change can do")
    return found


@pytest.mark.parametrize("key", KEYS)
def test_every_mode_rule_stands_on_a_clause_and_can_be_reached(key: str) -> None:
    assert problems(registry.rules(key)) == []


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        (ModeRule(Change.TO_CROSS, When.ALWAYS, Verdict.ALLOWED, clause="nowhere"), "no clause"),
        (ModeRule(Change.TO_CROSS, When.ALWAYS, Verdict.REFUSED, effect=Effect.FENCE_TO_POOL), "no effect"),
        (ModeRule(Change.TO_CROSS, When.ALWAYS, Verdict.ALLOWED, effect=Effect.AMOUNT_MOVES), "can do"),
    ],
)
def test_the_checker_rejects_a_planted_rule(rule: ModeRule, words: str) -> None:
    from dataclasses import replace

    planted = replace(registry.rules("demo"), modes=(rule, rule))
    assert any(words in one for one in problems(planted))
    assert any("always holds" in one for one in problems(planted))


def test_every_situation_and_every_change_has_its_words() -> None:
    empty = Situation(Account(venue="demo"), None, ())
    told = {when: empty.holds(when) for when in When}
    assert [when for when, holds in told.items() if holds] == [When.ALWAYS, When.NO_POSITION]
    assert set(NOUNS) == set(Change)
    assert MarginMode.CROSS not in {rule.mode for rule in registry.rules("demo").modes}
