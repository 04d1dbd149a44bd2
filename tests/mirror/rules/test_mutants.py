"""The table is held against rules that are a little wrong: each of these mutants must be caught by it."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from types import ModuleType

import pytest

from ringfence.mirror.rules.rule import Rule
from ringfence.mirror.thresholds import thresholds
from tests.mirror.rules.table import ROWS, facts_of, word

MUTANTS = (
    ("general", "if mark > limits.mark_age_ms:", "if mark >= limits.mark_age_ms:"),
    ("general", "since > limits.again_ms", "since >= limits.again_ms"),
    ("general", "if q(equity) > q(maintenance):", "if q(equity) >= q(maintenance):"),
    ("general", "lock.until_ms > facts.now_ms", "lock.until_ms >= facts.now_ms"),
    ("general", "if count < limits.overrides:", "if count <= limits.overrides:"),
    ("general", "if prewritten(facts) or", "if facts.plan is not None or"),
    ("risk", "if ahead is None or ahead < 0", "if ahead is None or ahead <= 0"),
    ("risk", "    if gap >= least:", "    if gap > least:"),
    ("risk", "max(q(limits.buffer_of_mark)", "min(q(limits.buffer_of_mark)"),
    ("risk", "heavy = q(loss) > q(much)", "heavy = q(loss) >= q(much)"),
    ("risk", "used < q(limits.day_share) * limit", "used <= q(limits.day_share) * limit"),
    ("risk", "if used < limit:", "if used <= limit:"),
    ("risk", "(pause if heavy else caution)(share", "(caution if heavy else pause)(share"),
    ("risk", "cost <= q(limits.holding_share)", "cost < q(limits.holding_share)"),
    ("written", "facts.market.mark, level) <= 0", "facts.market.mark, level) < 0"),
    ("written", "sum(away) > limits.looked_away_ms", "sum(away) >= limits.looked_away_ms"),
    ("written", "said = caution if again and", "said = caution if not again and"),
    ("opened", "if label <= limits.label_leverage:", "if label < limits.label_leverage:"),
    ("opened", "leverage > limits.pool_leverage_long", "leverage >= limits.pool_leverage_long"),
    ("opened", "return max(q(ring), q(account))", "return min(q(ring), q(account))"),
    ("opened", "past.since_loss_ms > limits.after_loss_ms", "past.since_loss_ms >= limits.after_loss_ms"),
    ("opened", "(long_pause if q(ratio) >= q", "(long_pause if q(ratio) > q"),
    ("opened", "z = toward(facts, facts.market.move_15m_z, 0)", "z = abs(q(facts.market.move_15m_z))"),
    ("opened", "since <= limits.own_stop_ms", "since < limits.own_stop_ms"),
    ("opened", "if count < limits.pool_positions", "if count <= limits.pool_positions"),
    ("increased", "return long_pause(\n        distance_before", "return pause(\n        distance_before"),
    ("increased", "plan.rungs_used < len(plan.plan.ladder)", "plan.rungs_used <= len(plan.plan.ladder)"),
    ("increased", "if q(loss) > q(planned)", "if q(loss) >= q(planned)"),
    ("reduced", "gained >= q(limits.target_share)", "gained > q(limits.target_share)"),
    ("reduced", "q(after) > (1 + worse)", "q(after) >= (1 + worse)"),
    ("margin_added", "facts.episode.top_ups < 1", "facts.episode.top_ups < 2"),
    ("margin_added", "q(margin) <= limits.start_margins", "q(margin) < limits.start_margins"),
    ("margin_added", "q(facts.episode.topped_up) + added", "added"),
    ("margin_added", "margin < q(limits.cross_share)", "margin <= q(limits.cross_share)"),
    ("margin_removed", "q(distance) >= limits.hours_left *", "q(distance) > limits.hours_left *"),
    ("margin_removed", "(pause if heavy else caution)", "(caution if heavy else pause)"),
    ("to_cross", "since > limits.pair_ms", "since >= limits.pair_ms"),
    ("to_cross", 'return block(**figures).keyed("locked")', "return long_pause(**figures)"),
    ("to_cross", "if flat(facts.before) or switch_planned(facts)", "if flat(facts.before)"),
    ("to_isolated", "one.side is not facts.side and", ""),
    ("leverage", "q(wanted) > q(now)", "q(wanted) >= q(now)"),
    ("leverage", "wanted > most", "wanted >= most"),
    ("stop", "toward(facts, old, new) > 0", "toward(facts, old, new) >= 0"),
    ("stop", "toward(facts, stop, price) > 0", "toward(facts, stop, price) >= 0"),
    ("stop", "return long_pause(risk=", "return pause(risk="),
    ("hedge", "q(after.effective_leverage) <= q(", "q(after.effective_leverage) < q("),
    ("hedge", "q(correlation) < q(limits", "q(correlation) <= q(limits"),
    ("transfer", "if total <= budget:", "if total < budget:"),
    ("transfer", "(facts.history.deposits_7d or 0) + 1", "(facts.history.deposits_7d or 0)"),
)  # fmt: skip


def mutated(name: str, old: str, new: str) -> list[Rule]:
    """The rules of a module with one piece of its source replaced."""
    module = import_module(f"ringfence.mirror.rules.{name}")
    source = Path(str(module.__file__)).read_text(encoding="utf-8")
    assert source.count(old) >= 1, f"the mutant of {name} no longer applies: {old}"
    planted = ModuleType(f"mutant_{name}")
    exec(compile(source.replace(old, new), f"mutant of {name}", "exec"), planted.__dict__)
    return list(planted.__dict__["RULES"])


def survivors(rules: list[Rule]) -> bool:
    """Whether the table finds nothing wrong with them."""
    by_id = {one.id: one for one in rules}
    limits = thresholds()
    return all(
        word(by_id[line.rule](facts_of(line, changes), limits)) == wanted
        for line in ROWS
        if line.rule in by_id
        for wanted, changes in line.cases
    )


@pytest.mark.parametrize(("name", "old", "new"), MUTANTS)
def test_the_table_catches_a_rule_that_is_a_little_wrong(name: str, old: str, new: str) -> None:
    assert not survivors(mutated(name, old, new))


def test_the_table_accepts_the_rules_as_they_are() -> None:
    for name in sorted({name for name, _, _ in MUTANTS}):
        assert survivors(mutated(name, "RULES = (", "RULES = (")), name
