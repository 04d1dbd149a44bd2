"""What stays of a decision: where it stands in the journal, and the permit that came of it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

from ringfence.report.format import percent, price, whole
from ringfence.service.mirror.answers import PermitAnswer, Receipt
from ringfence.web.dom import Node, button


def moment(at_ms: int) -> str:
    """A time as it is read.

    >>> moment(1795352500000)
    '2026-11-22 13:01:40 UTC'
    """
    return datetime.fromtimestamp(at_ms // 1_000, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")


def draw_receipt(
    words: str, receipt: Receipt, permit: PermitAnswer | None, again: Callable[[], None]
) -> Node:
    """The receipt; answers its heading, for the keyboard."""
    with Node("div", classes="receipt"):
        title = Node("h3", words, tabindex="-1")
        with Node("dl", classes="known"):
            _row("kept as", f"record {receipt.seq} of the journal, {receipt.kind}")
            _row("at", moment(receipt.at_ms))
            _row("hash", receipt.hash, classes="hash")
            if permit is not None:
                _draw_permit(permit)
        button("Ask about something else", again)
    return title


def _draw_permit(permit: PermitAnswer) -> None:
    _row("permit", permit.permit_id, classes="hash")
    _row("it holds until", moment(permit.expires_ms))
    if permit.mark_price is not None:
        drift = percent(permit.max_drift, signed=False)
        _row("while the mark stays", f"within {drift} of {price(permit.mark_price)}")
    if permit.contracts_max is not None:
        _row("for at most", f"{whole(permit.contracts_max)} contracts")


def _row(label: str, text: str, *, classes: str = "") -> None:
    with Node("div"):
        Node("dt", label)
        Node("dd", text, classes=classes)
