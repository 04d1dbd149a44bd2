"""The price at which an idea is wrong, on the scrubber: red where liquidation comes first."""

from __future__ import annotations

from decimal import ROUND_HALF_EVEN, Context, Decimal

from ringfence.report.format import TWIN_WORDS, percent, price
from ringfence.service.answers import ScrubTwin
from ringfence.web.dom import Node

REACH = Decimal("0.6")
PLACE = Context(prec=28, rounding=ROUND_HALF_EVEN)


def move_to(level: str, mark: str) -> Decimal:
    """How far the coin goes from its mark to the level, as a share: a place on the track, not money.

    >>> move_to("56500", "58000").quantize(Decimal("0.0001"))
    Decimal('-0.0259')
    """
    return PLACE.subtract(PLACE.divide(Decimal(level), Decimal(mark)), Decimal(1))


def dies_before(twin: ScrubTwin, move: Decimal) -> str | None:
    """The move at which something of a book is liquidated on the way to the level; None: nothing is."""
    moves = [Decimal(one.move) for one in twin.deaths]
    between = [one for one in moves if one * move > 0 and abs(one) <= abs(move)]
    return format(min(between, key=abs), "f") if between else None


def draw_flag(twins: list[ScrubTwin], level: str, mark: str) -> None:
    """The level as a flag on the track."""
    move = move_to(level, mark)
    if abs(move) <= REACH:
        place = (move + REACH) / (2 * REACH) * 100
        with Node("div", classes="lane level", aria_hidden="true"):
            Node("span", "", classes=f"flag{_late(twins, move)}", style=f"left:{place:.3f}%")


def draw_fates(twins: list[ScrubTwin], level: str, mark: str) -> None:
    """For each book, whether it lives to see the level."""
    move = move_to(level, mark)
    deaths = {twin.twin: dies_before(twin, move) for twin in twins}
    late = _late(twins, move)
    words = f"Wrong at {price(level)} ({percent(format(move, 'f'))})"
    with Node("p", classes=f"level-words{late}"):
        Node("b", f"{words}: ")
        Node("span", "; ".join(_fate(twin, deaths[twin.twin]) for twin in twins))


def _late(twins: list[ScrubTwin], move: Decimal) -> str:
    return " late" if any(dies_before(twin, move) for twin in twins) else ""


def _fate(twin: ScrubTwin, died: str | None) -> str:
    name = TWIN_WORDS[twin.twin].lower()
    if died is None:
        return f"{name} is still alive there"
    return f"{name} is liquidated first, at {percent(died)}"
