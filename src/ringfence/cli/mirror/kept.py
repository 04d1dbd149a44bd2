"""Plans, own limits, rules and the journal on a terminal."""

from __future__ import annotations

import json

from rich.console import Console
from rich.text import Text

from ringfence.cli.console import clean
from ringfence.cli.grid import Grid, headline, note, section
from ringfence.cli.mirror.card import show_lines, show_receipt
from ringfence.history.check import instant
from ringfence.report.format import amount, price, whole
from ringfence.service.mirror import answers_kept as out

UNTIL_CHANGED = "until you change it"


def show_plan(to: Console, answer: out.PlanAnswer) -> None:
    """A plan that was written, and from when it counts."""
    headline(to, f"Plan {answer.plan_id}, version {answer.version}, is kept.")
    _show_plan(to, answer)
    show_lines(to, answer.lines)
    show_receipt(to, answer.receipt)


def show_plans(to: Console, answer: out.PlansAnswer) -> None:
    """Plans, the newest first."""
    count = len(answer.plans)
    headline(to, f"{count:,} {'version' if count == 1 else 'versions'} of plans")
    for one in answer.plans:
        state = "the newest" if one.newest else "superseded"
        section(
            to, f"{one.plan_id}, version {one.version}", f"{state}, written {instant(one.created_ms)} UTC"
        )
        _show_plan(to, one)
    if not answer.plans:
        note(to, "ringfence plan new PLAN BOOK writes one, while nothing is open.")


def _show_plan(to: Console, one: out.PlanAnswer) -> None:
    plan = one.plan
    targets = ", ".join(price(each) for each in plan["target_prices"])
    rows = [
        ("position", f"{plan['symbol']} {plan['side']}"),
        ("wrong if", plan["disproof"]["raw_text"] or "(erased)"),
        ("wrong at", price(plan["invalidation_price"])),
        ("reason to do nothing", plan["do_nothing_reason"] or "(erased)"),
        ("idea", plan["thesis"]),
        ("targets", targets),
        ("contracts at most", "" if plan["contracts_max"] is None else whole(plan["contracts_max"])),
        ("to lose at most", "" if plan["risk_max"] is None else whole(plan["risk_max"])),
    ]
    Grid(("", ""), [row for row in rows if row[1]]).show(to)
    if one.edited_underwater:
        note(to, "Written while the position lost: it is kept, and justifies nothing.")
    elif one.prewritten_from_ms is None:
        note(to, "Written while a position was open: it is kept, and justifies nothing.")
    else:
        note(to, f"Counts as written beforehand from {instant(one.prewritten_from_ms)} UTC.")


def show_limits(to: Console, answer: out.LimitsAnswer) -> None:
    """Own limits, those to come among them."""
    count = len(answer.limits)
    headline(to, f"{count} own {'limit' if count == 1 else 'limits'}" if count else "No own limits are set.")
    rows = [
        (
            one.what,
            one.words + (", and no further" if one.locked else ""),
            "" if one.amount is None else amount(one.amount),
            instant(one.holds_from_ms),
            UNTIL_CHANGED if one.until_ms is None else instant(one.until_ms),
        )
        for one in answer.limits
    ]
    Grid(("", "", "amount", "from (UTC)", "until"), rows).show(to)
    if answer.receipt is not None:
        show_receipt(to, answer.receipt)


def show_rules(to: Console, answer: out.RulesAnswer) -> None:
    """Every rule, and whether it is on."""
    off = sum(not one.on for one in answer.rules)
    headline(to, f"{len(answer.rules)} rules, {off} of them off")
    rows = [(one.id, _state(one), one.title) for one in answer.rules]
    Grid(("", "", "what it asks"), rows).show(to)
    note(to, f"thresholds {answer.config_hash[:16]}; ringfence rule set RULE --no-on turns one off")


def _state(one: out.RuleAnswer) -> str:
    if one.off_from_ms is not None:
        return f"off from {instant(one.off_from_ms)} UTC"
    return "always on" if one.fixed else "on" if one.on else "off"


def show_records(to: Console, answer: out.RecordsAnswer) -> None:
    """Records, the newest first, with their private texts under the names they are erased by."""
    headline(to, f"{len(answer.records):,} of {answer.total:,} records, the newest first")
    for one in answer.records:
        section(to, f"{one.seq:,} {one.kind} {one.id}", f"{instant(one.at_ms)} UTC, {one.actor}")
        what = " ".join(part for part in (one.account_id, one.symbol, f"hash {one.hash[:16]}") if part)
        note(to, what)
        for ref, text in one.texts.items():
            to.print(Text(clean(f"{ref}: {'(erased)' if text is None else text}")))
    if answer.records:
        note(to, "--json has every field.")


def show_verified(to: Console, answer: out.VerifiedAnswer) -> None:
    """Whether the journal is as it was written."""
    headline(
        to, "The journal is as it was written." if answer.ok else "THE JOURNAL IS NOT AS IT WAS WRITTEN."
    )
    for words in answer.words:
        note(to, words)
    for problem in answer.problems:
        place = "" if problem.seq is None else f"record {problem.seq:,}: "
        to.print(Text(clean(f"{place}{problem.words}")))
    for words in answer.warnings:
        note(to, f"- {words}")
    rows = [
        ("records", f"{answer.records:,}"),
        ("private texts", f"{answer.texts:,}"),
        ("of them erased", f"{answer.erased:,}"),
        ("anchored up to", f"{answer.anchored_seq:,}"),
    ]
    Grid(("", ""), rows).show(to)
    to.print(Text(f"head: {clean(answer.head)}", style="dim"), soft_wrap=True)


def show_exported(to: Console, answer: out.ExportedAnswer) -> None:
    """Where the journal was written to."""
    headline(to, f"{answer.records:,} records in {answer.path}")
    to.print(Text(clean(answer.anchor), style="dim"), soft_wrap=True)


def show_anchor(to: Console, answer: out.AnchorAnswer) -> None:
    """The signed end, whole: it is to be kept elsewhere."""
    headline(to, "The signed end of the journal. Keep this line where nobody rewrites it.")
    to.print(Text(clean(answer.line)), soft_wrap=True)
    note(to, f"second place: {answer.second_place}")
    for words in answer.warnings:
        note(to, f"- {words}")


def show_erased(to: Console, answer: out.ErasedAnswer) -> None:
    """A text that is gone."""
    headline(to, f"{answer.ref} is erased. The record of it stays.")
    show_receipt(to, answer.receipt)


def show_restored(to: Console, answer: out.RestoredAnswer) -> None:
    """A journal that was put back."""
    headline(to, f"{answer.records:,} records are back.")
    for words in answer.words:
        note(to, words)


def show_rebuilt(to: Console, answer: out.RebuiltAnswer) -> None:
    """What was derived anew."""
    said = "as it was before" if answer.same else "not what it was before"
    headline(to, f"Everything derived is made anew: {said}.")
    note(to, f"digest {json.dumps(answer.digest)}")
