"""Who falls with whom: a position closed by another one's coin, and the end of a pool."""

from __future__ import annotations

from ringfence.domain.account import Position
from ringfence.domain.derivation import Line
from ringfence.exact.explain import show
from ringfence.solve.reasons.view import (
    Reason,
    View,
    beside,
    distance_line,
    ends,
    judged,
    label,
    nearer,
    room,
)
from ringfence.solve.reasons.words import coin, distance, listed, share

ENDS_ITS_POOL = " ends its pool"


def contagion(view: View) -> Reason:
    """B50: a position closed by another one's fall."""
    found = view.cross.contagion
    if not found:
        return beside(
            "B50", "No pool holds positions in two coins that one of them can end: nothing is taken along."
        )
    lines = [
        Line(f"reasons.B50.{one.symbol}", f"{coin(one.symbol)} alone{ENDS_ITS_POOL}", one.move * 100, "%",
             f"{show(one.price)} / {show(view.market.mark(one.symbol))} - 1; takes {', '.join(one.takes)}")
        for one in found
    ]  # fmt: skip
    first = found[0]
    names = listed(
        label(held, view.book) for held in view.book.account.positions if _name(held) in first.takes
    )
    unmoved = (
        f"In cross {coin(first.symbol)} alone, {share(first.move)}, closes {names} without it having moved"
    )
    return judged(
        "B50",
        why="A pool holds positions in more than one coin.",
        holds=False,
        lines=[*lines, *_own_ends(view, first.takes)],
        finding=f"{unmoved}{_instead(view, first.takes)}.",
    )


def _name(held: Position) -> str:
    return f"{held.symbol} {held.side.value}"


def _own_ends(view: View, taken: tuple[str, ...]) -> list[Line]:
    return [
        distance_line(f"reasons.B50.isolated.{_name(fence.position)}",
                      f"isolated: {label(fence.position, view.book)}, distance", fence.liquidation.alone)
        for fence, _ in view.pairs
        if _name(fence.position) in taken
    ]  # fmt: skip


def _instead(view: View, taken: tuple[str, ...]) -> str:
    own = [
        f"{label(fence.position, view.book)} {distance(fence.liquidation.alone)}"
        for fence, _ in view.pairs
        if _name(fence.position) in taken
    ]
    return f"; behind its fence only its own coin would: {listed(own)}" if own else ""


def sooner_than_thought(view: View) -> Reason:
    """B41: how far the end of a pool is when everything moves together."""
    answers = ends(view.cross)
    if not answers:
        return beside("B41", view.unpaired)
    first = answers[0]
    lines = [distance_line("reasons.B41.together", f"{first.ring}: liquidated, all together", first)]
    sooner = [
        label(fence.position, view.book)
        for fence, pool in view.pairs
        if nearer(room(pool.liquidation.alone), room(fence.liquidation.alone))
    ]
    names = listed(sooner) if sooner else "no position"
    return judged(
        "B41",
        why="The book holds a position.",
        holds=bool(sooner),
        lines=lines,
        finding=(
            f"With everything moving together {first.ring} is liquidated {distance(first)}; by its own coin "
            f"alone {names} is liquidated sooner in cross than isolated."
        ),
    )
