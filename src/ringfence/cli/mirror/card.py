"""An audit on a terminal: three numbers first, then before and after, what was found, what can be done."""

from __future__ import annotations

from collections.abc import Iterator

from rich.console import Console
from rich.text import Text

from ringfence.cli.console import clean
from ringfence.cli.grid import Grid, headline, note, section
from ringfence.history.check import instant
from ringfence.report.format import amount, percent, price, times, whole
from ringfence.service.mirror import answers as out

VERDICTS = {
    "allow": "Nothing stands against it",
    "caution": "Look at this first",
    "pause": "A pause first",
    "block": "It is blocked",
    "data_missing": "It cannot be judged: data is missing",
}
STATES = {
    "open": "",
    "decided": "decided",
    "expired": "older than ten minutes: ask anew",
    "shadow": "audited without a gate: nothing is held up",
}
NAMES = {
    "disproof": "what would prove it wrong, in one sentence with a date",
    "invalidation": "the price at which it is wrong",
    "do_nothing": "one reason to do nothing",
    "override": "a reason of your own, in at least 20 characters",
    "confirmation": "the number at stake, as it is shown",
}
UNKNOWN = "not known"


def show_audit(to: Console, answer: out.AuditAnswer) -> None:
    """The whole card."""
    show_card(to, answer)
    show_lines(to, answer.lines)
    _show_next(to, answer)
    if answer.permit is not None:
        show_permit(to, answer.permit)
    show_receipt(to, answer.receipt)


def show_card(to: Console, answer: out.AuditAnswer, *, instead: bool = True) -> None:
    """What is known of it: the numbers, the findings, and what can be done ``instead``."""
    headline(to, f"{VERDICTS[answer.verdict]}: {answer.what}.")
    for words in () if answer.three is None else answer.three.words:
        to.print(Text(clean(words)))
    rows = list(_rows(answer))
    if rows:
        to.print()
        Grid(("", "before", "after"), rows).show(to)
    if answer.findings:
        section(to, "Found")
    for one in answer.findings:
        to.print(Text(clean(f"{one.message}  {one.severity}, {one.rule_id}")))
    if answer.hostages:
        note(to, f"Pledged by it: {', '.join(answer.hostages)}.")
    if answer.data_missing:
        note(to, f"Missing: {', '.join(answer.data_missing)}.")
    if answer.alternatives and instead:
        section(to, "Instead, or all the same")
        Grid(
            ("", ""), [(one.decision.replace("_", "-"), _alternative(one)) for one in answer.alternatives]
        ).show(to)
    for words in answer.assumptions:
        note(to, f"assumed: {words}")
    unknown = len(answer.not_evaluated)
    if unknown:
        note(to, f"{unknown} rules could not be asked for want of facts; --json names them.")


def _alternative(one: out.AlternativeAnswer) -> str:
    return one.words if one.open else f"{one.words} (not now)"


def _rows(answer: out.AuditAnswer) -> Iterator[tuple[str, str, str]]:
    """Money first, then the distance, then what makes them; a row that neither side knows is left out."""
    before, after, asset = answer.before, answer.after, answer.asset
    for name, shown in (
        ("at_risk", "money that can be lost"),
        ("loss_at_invalidation", "lost at your level"),
        ("stress_loss", "lost in a move of two days"),
    ):
        yield from _row(shown, [_money(getattr(one, name), asset) for one in (before, after)])
    yield from _row("liquidation price", [_liquidation(one) for one in (before, after)])
    yield from _row("distance to it", [_share(one.distance) for one in (before, after)])
    yield from _row("margin in the fence", [_money(one.margin, asset) for one in (before, after)])
    yield from _row("margin mode", [one.margin_mode for one in (before, after)])
    yield from _row("contracts", [whole(one.contracts) for one in (before, after)])
    for name, shown in (
        ("leverage", "leverage setting"),
        ("effective_leverage", "leverage of the ring"),
        ("account_leverage", "leverage of the account"),
    ):
        values = [getattr(one, name) for one in (before, after)]
        yield from _row(shown, ["" if value is None else times(value) for value in values])


def _row(label: str, values: list[str]) -> Iterator[tuple[str, str, str]]:
    if any(values):
        yield label, values[0] or "-", values[1] or "-"


def _money(value: str | None, asset: str) -> str:
    return "" if value is None else amount(value, asset)


def _share(value: str | None) -> str:
    return "" if value is None else percent(value, signed=False)


def _liquidation(one: out.StandingAnswer) -> str:
    return one.liquidation_words if one.threshold is None else price(one.threshold)


def show_lines(to: Console, lines: list[out.LineRead]) -> None:
    """What was written, how it was understood, and what is missing in it."""
    if lines:
        section(to, "Your lines")
    for one in lines:
        read = f": {one.reading}" if one.reading else ""
        to.print(
            Text(clean(f"{one.name.replace('_', ' ')}, {'accepted' if one.accepted else 'not yet'}{read}"))
        )
        for check in [*(each for each in one.checks if not each.passed), *one.cautions]:
            note(to, f"  {check.words}")


def _show_next(to: Console, answer: out.AuditAnswer) -> None:
    """What stands before it still, and how to go on."""
    to.print()
    if answer.state != "open":
        told = STATES[answer.state] + (f": {answer.decision.replace('_', ' ')}" if answer.decision else "")
        note(to, told[:1].upper() + told[1:] + ".")
        return
    if answer.needed:
        note(to, f"To be written: {'; '.join(NAMES.get(one, one) for one in answer.needed)}.")
        note(to, f"ringfence mirror answer {answer.audit_id} --disproof … --invalidation … --do-nothing …")
    if answer.pause_until_ms is not None:
        note(
            to,
            f"The pause of {answer.pause_seconds} seconds is over at {instant(answer.pause_until_ms)} UTC.",
        )
    if "confirmation" in answer.needed:
        note(to, f'To go on, type what is at stake: --confirmation "{answer.stake}"')
    if answer.permit is None:
        note(to, f"ringfence mirror decide {answer.audit_id} do-nothing, or another of the words above.")


def show_permit(to: Console, permit: out.PermitAnswer) -> None:
    """What an executor is given."""
    section(to, "Permit", permit.permit_id)
    rows = [
        ("state", permit.state),
        ("until", f"{instant(permit.expires_ms)} UTC"),
        ("mark", UNKNOWN if permit.mark_price is None else whole(permit.mark_price)),
        ("the mark may have moved by", percent(permit.max_drift, signed=False)),
        ("contracts at most", UNKNOWN if permit.contracts_max is None else whole(permit.contracts_max)),
        ("intent", permit.intent_hash[:16]),
    ]
    Grid(("", ""), rows).show(to)


def show_decision(to: Console, answer: out.DecisionAnswer) -> None:
    """What was decided."""
    headline(to, answer.words)
    if answer.permit is not None:
        show_permit(to, answer.permit)
    show_receipt(to, answer.receipt)


def show_fill(to: Console, answer: out.FillAnswer) -> None:
    """A report that was kept."""
    headline(to, f"Kept with permit {answer.permit_id}.")
    show_receipt(to, answer.receipt)


def show_note(to: Console, answer: out.NoteAnswer) -> None:
    """A note that was kept."""
    headline(to, "Kept.")
    show_receipt(to, answer.receipt)


def show_receipt(to: Console, receipt: out.Receipt) -> None:
    """Where it stands in the journal, by the beginning of its hash."""
    note(to, f"Journal {receipt.seq:,}, {receipt.kind}, {instant(receipt.at_ms)} UTC, {receipt.hash[:16]}")
