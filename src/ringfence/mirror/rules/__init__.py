"""The 86 rules: pure functions of the facts and the thresholds, a file for each kind of intent."""

from __future__ import annotations

from ringfence.mirror.rules import (
    general,
    hedge,
    increased,
    leverage,
    margin_added,
    margin_removed,
    opened,
    reduced,
    risk,
    stop,
    to_cross,
    to_isolated,
    transfer,
    written,
)
from ringfence.mirror.rules.rule import Rule

_ALL: tuple[Rule, ...] = (
    *general.RULES,
    *risk.RULES,
    *written.RULES,
    *opened.RULES,
    *increased.RULES,
    *reduced.RULES,
    *margin_added.RULES,
    *margin_removed.RULES,
    *to_cross.RULES,
    *to_isolated.RULES,
    *leverage.RULES,
    *stop.RULES,
    *hedge.RULES,
    *transfer.RULES,
)

GROUPS = ("G", "O", "I", "C", "M", "RM", "X", "Y", "L", "S", "H", "T")
"""The groups of ids, in the order in which they are read."""

RULES: dict[str, Rule] = {
    one.id: one for one in sorted(_ALL, key=lambda one: (GROUPS.index(one.id.split("-")[0]), one.id))
}
"""Every rule by its id, in order; that no id stands twice is tested."""
