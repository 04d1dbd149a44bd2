"""How each answer of the mirror is shown, by the name of its operation."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from rich.console import Console

from ringfence.cli.mirror import card, kept, later

MIRROR_SHOWN: Mapping[str, Callable[[Console, Any], None]] = {
    "mirror-audit": card.show_audit,
    "mirror-answer": card.show_audit,
    "mirror-decide": card.show_decision,
    "mirror-show": card.show_audit,
    "mirror-permit": card.show_permit,
    "mirror-fill": card.show_fill,
    "mirror-note": card.show_note,
    "mirror-outcome": later.show_outcomes,
    "mirror-ledger": later.show_ledger,
    "plan-new": kept.show_plan,
    "plan-show": kept.show_plans,
    "plan-list": kept.show_plans,
    "limit-set": kept.show_limits,
    "limit-list": kept.show_limits,
    "rule-set": kept.show_rules,
    "rule-list": kept.show_rules,
    "history-import": later.show_imported_history,
    "history-scan": later.show_scanned,
    "journal-list": kept.show_records,
    "journal-verify": kept.show_verified,
    "journal-export": kept.show_exported,
    "journal-anchor": kept.show_anchor,
    "journal-erase": kept.show_erased,
    "journal-restore": kept.show_restored,
    "journal-rebuild": kept.show_rebuilt,
}
