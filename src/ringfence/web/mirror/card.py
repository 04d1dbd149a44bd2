"""The card: what a change does, before on the left, after on the right, money first; never PnL or entry."""

from __future__ import annotations

from collections.abc import Iterator

from ringfence.report.format import amount, percent, price, times
from ringfence.service.mirror.answers import AuditAnswer, FindingAnswer, StandingAnswer, ThreeAnswer
from ringfence.web.dom import Node

VERDICTS = {
    "allow": "Nothing stands against it.",
    "caution": "It can go on; read this first.",
    "pause": "It waits: {what}.",
    "block": "It cannot be done as it is.",
    "data_missing": "It cannot be judged: data is missing.",
}
NOTHING = "nothing more"
NOT_KNOWN = "not known"


def pause_words(audit: AuditAnswer) -> str:
    """What a pause asks for, in one line that does not change while it lasts.

    It says seconds and lines, as in *20 seconds, three lines*.
    """
    parts = [f"{audit.pause_seconds} seconds"] if audit.pause_seconds else []
    if audit.needed:
        parts.append("three lines")
    if audit.stake and audit.needed:
        parts.append("the number at stake, a reason")
    return ", ".join(parts) or "read it first"


def draw_card(audit: AuditAnswer) -> None:
    """The whole card."""
    Node("h3", f"You want to {audit.what}.", classes="wanted", id="mirror-wanted", tabindex="-1")
    Node("p", verdict_words(audit), classes="verdict-line")
    with Node("div", classes="mirror-card"):
        _draw_sides(audit)
        if audit.three is not None and audit.three.words:
            _draw_three(audit.three)
    draw_findings(audit.findings)
    _draw_folded(audit)


def verdict_words(audit: AuditAnswer) -> str:
    """What the verdict comes to."""
    if audit.verdict == "pause" and not audit.timer:
        return "It does not wait: liquidation is too near for a pause. Every way is open now."
    return VERDICTS[audit.verdict].format(what=pause_words(audit))


def _draw_sides(audit: AuditAnswer) -> None:
    with Node("table", classes="sides"):
        Node("caption", "Before and after", classes="unseen")
        with Node("thead"), Node("tr"):
            Node("td", "")
            Node("th", "before", scope="col")
            Node("th", "after", scope="col")
        with Node("tbody"):
            for label, before, after in rows(audit):
                with Node("tr"):
                    Node("th", label, scope="row")
                    Node("td", before, data_label="before")
                    Node("td", after, data_label="after")


def rows(audit: AuditAnswer) -> Iterator[tuple[str, str, str]]:
    """The rows of the card: money that can be lost, where it ends, what else is pledged, the odds."""
    before, after = audit.before, audit.after
    yield "can be lost from here", _money(before.at_risk, audit), _money(after.at_risk, audit)
    yield "liquidation price", _liquidation(before), _liquidation(after)
    yield "distance to it", _distance(before), _distance(after)
    if audit.hostages:
        yield "also pledged", NOTHING, ", ".join(_pledged(one) for one in audit.hostages)
    if before.effective_leverage != after.effective_leverage:
        yield "effective leverage", _leverage(before), _leverage(after)
    three = audit.three
    if three is not None and three.chance_before is not None and three.chance_after is not None:
        until = f"liquidated before {three.until}" if three.until else "liquidated"
        yield until, percent(three.chance_before, signed=False), percent(three.chance_after, signed=False)


def _pledged(words: str) -> str:
    """What is newly pledged, its amount as money is read."""
    what, _, rest = words.partition(" ")
    size, _, asset = rest.rpartition(" ")
    try:
        return f"{what} {amount(size, asset)}"
    except ArithmeticError:
        return words


def _money(value: str | None, audit: AuditAnswer) -> str:
    return NOT_KNOWN if value is None else amount(value, audit.asset)


def _liquidation(one: StandingAnswer) -> str:
    if one.threshold is not None:
        return price(one.threshold)
    return one.liquidation_words or "no position"


def _distance(one: StandingAnswer) -> str:
    if one.distance is not None:
        return percent(one.distance, signed=False)
    return "no position" if one.contracts == "0" else NOT_KNOWN


def _leverage(one: StandingAnswer) -> str:
    return NOT_KNOWN if one.effective_leverage is None else times(one.effective_leverage)


def _draw_three(three: ThreeAnswer) -> None:
    """The three numbers, a sentence each; the last is what no new money would do."""
    with Node("ul", classes="three", aria_label="The three numbers"):
        for words in three.words:
            Node("li", words)


def draw_findings(findings: list[FindingAnswer], *, title: str = "What stands against it") -> None:
    """Findings with their formula behind a tap."""
    if not findings:
        return
    Node("h4", title)
    with Node("ul", classes="found"):
        for one in findings:
            with Node("li"):
                _draw_finding(one)


def _draw_finding(one: FindingAnswer) -> None:
    with Node("p"):
        Node("span", one.message)
        if one.severity and one.severity != "allow":
            Node("span", one.severity, classes="tag")
    if not (one.formula or one.figures):
        return
    with Node("details", classes="conditions"):
        Node("summary", f"Formula ({one.rule_id})")
        Node("p", one.formula, classes="work-how")
        with Node("ul", classes="soft small"):
            for name, value in one.figures.items():
                Node("li", f"{name.replace('_', ' ')}: {value}", classes="name")


def _draw_folded(audit: AuditAnswer) -> None:
    """What is not shown at once: further findings, what could not be looked at, what is assumed."""
    further = [f"{one.message} ({one.rule_id}; {one.suppressed or 'further'})" for one in audit.further]
    unknown = [f"{one.rule_id}: {one.message.removeprefix('Not evaluated: ')}" for one in audit.not_evaluated]
    if audit.data_missing:
        Node("p", f"Missing: {', '.join(audit.data_missing)}", classes="notice")
    count = len(audit.not_evaluated)
    for title, lines in (
        (f"{len(further)} further findings", further),
        (f"{count} rules were not evaluated", unknown),
        ("What the figures assume", audit.assumptions),
    ):
        if lines:
            with Node("details", classes="conditions"):
                Node("summary", title)
                with Node("ul", classes="soft small"):
                    for words in lines:
                        Node("li", words, classes="name")
