"""The one sentence above everything: what the two modes come to for this book, and by which measure."""

from __future__ import annotations

from ringfence.exact.assess import RingFigures, Solvency
from ringfence.solve.reasons.contagion import ENDS_ITS_POOL
from ringfence.solve.reasons.reach import smaller
from ringfence.solve.reasons.view import Reason, at_risk, ends, nearer, room
from ringfence.solve.reasons.words import distance, listed, money, sums
from ringfence.solve.twins import Twins

DEAD = (Solvency.LIQUIDATED, Solvency.BANKRUPT)


def headline(twins: Twins, reasons: tuple[Reason, ...]) -> str:
    """The verdict in one sentence with its main reason; it informs and advises nothing.

    Args:
        reasons: of the same twins; contagion, where there is any, is named.
    """
    if not twins.as_is.account.positions:
        return "The book holds no position: nothing can be liquidated."
    dead = [ring for ring in twins.as_is.rings if ring.solvency in DEAD]
    if dead:
        return f"As it stands {listed(_ended(ring) for ring in dead)}."
    if not twins.isolated.feasible:
        return f"{_only_cross(twins)}{_taken(reasons)}."
    return f"{_compared(twins)}{_taken(reasons)}."


def _ended(ring: RingFigures) -> str:
    figures = f"equity {money(ring.equity, ring.asset)}, maintenance {money(ring.requirement, ring.asset)}"
    return f"{ring.name} is liquidated at these marks ({figures})"


def _only_cross(twins: Twins) -> str:
    first, most = ends(twins.cross)[0], sums(at_risk(twins.cross))
    return (
        f"Only cross can hold this book, because {twins.isolated.reason}: up to {most} can be lost, and the "
        f"first liquidation is {distance(first)} when everything moves together"
    )


def _compared(twins: Twins) -> str:
    fence, pool = ends(twins.isolated)[0], ends(twins.cross)[0]
    less, own, shared = smaller(twins.isolated, twins.cross), at_risk(twins.isolated), at_risk(twins.cross)
    later, sooner = nearer(room(fence), room(pool)), nearer(room(pool), room(fence))
    moving = "when everything moves together" if len(twins.as_is.account.positions) > 1 else "by its coin"
    reached = f"{distance(fence)} isolated and {distance(pool)} in cross"
    if less == "isolated" and later:
        return (
            f"Neither mode is ahead by every measure: isolated can lose {sums(own)} at most against "
            f"{sums(shared)} in cross, and cross puts the first liquidation {moving} further away ({reached})"
        )
    if not (less or later or sooner):
        first = f"the first liquidation {moving} is {distance(fence)}"
        return f"Both modes come to the same: {sums(own)} can be lost, {first}"
    risked = f"Isolated can lose {sums(own)} at most, cross {sums(shared)}"
    return f"{risked}; the first liquidation {moving} is {reached}"


def _taken(reasons: tuple[Reason, ...]) -> str:
    found = next((reason for reason in reasons if reason.id == "B50" and reason.applies), None)
    if found is None:
        return ""
    alone = found.lines[0].label.removesuffix(ENDS_ITS_POOL)
    return f"; in cross {alone} can close positions that did not move"
