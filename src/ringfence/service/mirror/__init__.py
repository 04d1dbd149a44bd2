"""The operations of the mirror: audit, answers, decision and permit; plans, journal, history, ledger.

They are declared here and worked out in the modules beside, which load when one of them is first asked: most
questions of ringfence need none of them, and no command waits for them.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any

from pydantic import BaseModel

from ringfence.service.context import Context
from ringfence.service.mirror import answers as out
from ringfence.service.mirror import answers_kept as kept
from ringfence.service.mirror import answers_later as later
from ringfence.service.mirror import requests as ask
from ringfence.service.mirror import requests_plan as ask_plan
from ringfence.service.principal import Scope
from ringfence.service.registry import Operation


def _late(
    name: str,
    module: str,
    about: str,
    *,
    kinds: tuple[type[BaseModel], type[BaseModel]],
    scope: Scope = "mirror",
    local: bool = False,
) -> Operation:
    """An operation whose function, of the same name, is imported when it is first asked.

    Args:
        kinds: of the request and of the answer.
    """

    def function(context: Context, asked: Any) -> BaseModel:
        found: Callable[[Context, Any], BaseModel] = getattr(
            import_module(f"{__name__}.{module}"), name.replace("-", "_")
        )
        return found(context, asked)

    function.__doc__ = about
    return Operation(name, function, *kinds, scope, local)


MIRROR: tuple[Operation, ...] = (
    _late(
        "mirror-audit", "audits",
        "Hold an intent against the account before it is done: what it changes, what stands against "
        "it.",
        kinds=(ask.AuditRequest, out.AuditAnswer),
    ),
    _late(
        "mirror-answer", "audits",
        "Write the three lines of a pause: what would prove it wrong, where, and a reason to do "
        "nothing.",
        kinds=(ask.AnswerRequest, out.AuditAnswer),
    ),
    _late(
        "mirror-decide", "audits",
        "End an audit: do nothing, reduce instead, follow the plan, go on, or go on against it with "
        "a reason.",
        kinds=(ask.DecideRequest, out.DecisionAnswer),
    ),
    _late(
        "mirror-show", "audits",
        "An audit as it stands: its verdict, the lines written so far, what was "
        "decided.",
        kinds=(ask.AuditIdRequest, out.AuditAnswer),
    ),
    _late(
        "mirror-permit", "permits", "A permit, with what it was given for and whether it still holds.",
        kinds=(ask.PermitRequest, out.PermitAnswer),
    ),
    _late(
        "mirror-fill", "permits", "Report what was done with a permit: the fill, or what the venue said.",
        kinds=(ask.FillRequest, out.FillAnswer),
    ),
    _late(
        "mirror-note", "permits",
        "Keep a sentence beside an audit, or by itself. It can be erased; it justifies "
        "nothing.",
        kinds=(ask.NoteRequest, out.NoteAnswer),
    ),
    _late(
        "mirror-outcome", "outcomes",
        "What became of an intent, beside doing nothing, doing it at once, the plan, and holding "
        "less.",
        kinds=(ask.OutcomeRequest, later.OutcomesAnswer),
    ),
    _late(
        "mirror-ledger", "outcomes",
        "What pausing has saved and what it has cost, side by side, and whether that can be told "
        "from luck.",
        kinds=(ask.LedgerRequest, later.LedgerAnswer),
    ),
    _late(
        "plan-new", "plans",
        "Write a plan down, or a new version of one. Only one that was written while flat justifies "
        "a rescue.",
        kinds=(ask_plan.PlanNewRequest, kept.PlanAnswer), scope="plan",
    ),
    _late(
        "plan-show", "plans", "One plan with all its versions, the newest first.",
        kinds=(ask_plan.PlanShowRequest, kept.PlansAnswer),
    ),
    _late(
        "plan-list", "plans",
        "The plans of an account, newest first, the versions that were superseded among "
        "them.",
        kinds=(ask_plan.PlanListRequest, kept.PlansAnswer),
    ),
    _late(
        "limit-set", "limits",
        "Set an own limit or lock. Tighter holds at once; looser holds after 24 hours, asked for "
        "while flat.",
        kinds=(ask_plan.LimitSetRequest, kept.LimitsAnswer), scope="plan",
    ),
    _late(
        "limit-list", "limits", "The own limits and locks that hold, and those that are to come.",
        kinds=(ask_plan.LimitListRequest, kept.LimitsAnswer),
    ),
    _late(
        "rule-set", "limits",
        "Turn one rule on at once, or off after 24 hours; those that keep the invariants stay "
        "on.",
        kinds=(ask_plan.RuleSetRequest, kept.RulesAnswer), scope="plan",
    ),
    _late(
        "rule-list", "limits", "Every rule: what it reads, when it speaks, whether it is on.",
        kinds=(ask_plan.RuleListRequest, kept.RulesAnswer),
    ),
    _late(
        "history-import", "histories",
        "What a venue exported of an account, into the journal: all or nothing, the same rows only "
        "once.",
        kinds=(ask_plan.HistoryImportRequest, kept.ImportedAnswer), scope="write",
    ),
    _late(
        "history-scan", "histories",
        "The ten detectors over an account's past: counts as facts, tendencies only where there is "
        "enough.",
        kinds=(ask_plan.HistoryScanRequest, kept.ScannedAnswer),
    ),
    _late(
        "journal-list", "journal",
        "What the journal holds, newest first, with the private texts that were not "
        "erased.",
        kinds=(ask_plan.JournalListRequest, kept.RecordsAnswer),
    ),
    _late(
        "journal-verify", "journal",
        "Whether every record is as it was written, and which is the first that is "
        "not.",
        kinds=(ask_plan.JournalVerifyRequest, kept.VerifiedAnswer),
    ),
    _late(
        "journal-export", "journal",
        "Write the whole journal to a file that anybody can verify, and that it can be restored "
        "from.",
        kinds=(ask_plan.JournalExportRequest, kept.ExportedAnswer), scope="admin", local=True,
    ),
    _late(
        "journal-anchor", "journal",
        "Sign the end of the journal and write it to the second place: a line to keep "
        "elsewhere.",
        kinds=(ask_plan.JournalAnchorRequest, kept.AnchorAnswer),
    ),
    _late(
        "journal-erase", "journal",
        "Destroy one private text for good. Its record stays, and the journal still "
        "verifies.",
        kinds=(ask_plan.JournalEraseRequest, kept.ErasedAnswer), scope="admin",
    ),
    _late(
        "journal-restore", "journal", "Put a journal back from an export, where there is none now.",
        kinds=(ask_plan.JournalRestoreRequest, kept.RestoredAnswer), scope="admin", local=True,
    ),
    _late(
        "journal-rebuild", "journal",
        "Throw away everything that is derived and make it anew from the "
        "records.",
        kinds=(ask_plan.JournalRebuildRequest, kept.RebuiltAnswer), scope="admin",
    ),
)  # fmt: skip
"""Every operation of the mirror, in the order the manual lists them."""
