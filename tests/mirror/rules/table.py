"""For every rule: facts where it fires, its neighbours across each threshold, and a fact that is missing."""

from __future__ import annotations

from tests.mirror.rules.rows import Changes, Row, facts_of, word
from tests.mirror.rules.table_change import FED, MOVED, SET, SWITCHED
from tests.mirror.rules.table_new import GENERAL, INCREASED, OPENED, REDUCED

ROWS: tuple[Row, ...] = (*GENERAL, *OPENED, *INCREASED, *REDUCED, *FED, *SWITCHED, *SET, *MOVED)

NEEDS_NOTHING = {"G-02", "G-07", "C-01", "C-04", "I-03", "I-07", "L-04", "M-05", "X-03", "S-03", "H-04"}
"""Rules that read only what is always there: the lane, the intent, or a plan, whose absence is a fact."""

__all__ = ["NEEDS_NOTHING", "ROWS", "Changes", "Row", "facts_of", "word"]
