"""What sharing a pool does, and what it does not do: nothing passes from one position to another."""

from __future__ import annotations

from ringfence.domain.derivation import Line
from ringfence.domain.numbers import Number
from ringfence.exact.assess import PositionFigures, RingFigures
from ringfence.exact.explain import show
from ringfence.solve.reasons.view import Reason, View, beside, judged, label
from ringfence.solve.reasons.words import listed, money, sums
from ringfence.venues.rules import Basis


def nothing_is_moved(view: View) -> Reason:
    """B11: what bears a loss first."""
    shared = _shared(view)
    if not shared:
        return beside("B11", "No pool is shared by two positions.")
    known = [ring for ring in view.cross.rings if ring.name in shared and ring.available_balance is not None]
    if not known:
        return beside("B11", "A leverage is unknown, so what is free cannot be told.")
    free = listed(f"{money(ring.available_balance, ring.asset)} of {ring.name}" for ring in known)
    return judged(
        "B11",
        why="A pool is shared by two positions.",
        holds=False,
        lines=[_free_line(view, ring) for ring in known],
        finding=f"In cross a loss falls first on what is free ({free}); nothing is moved between positions.",
    )


def margins_stay(view: View) -> Reason:
    """B35: the margin of each position in a shared pool, which no other one's loss changes."""
    shared = _shared(view)
    if not shared:
        return beside("B35", "No pool is shared by two positions.")
    held = [twin.figures for twin in view.cross.positions if twin.figures.ring in shared]
    known = [figures for figures in held if figures.initial_margin is not None]
    if not known:
        return beside("B35", "No leverage is known, so the margins cannot be told.")
    margins = listed(
        f"{label(one.position, view.book)} {money(one.initial_margin, one.asset)}" for one in known
    )
    return judged(
        "B35",
        why="A pool is shared by two positions.",
        holds=False,
        lines=[_margin_line(view, figures) for figures in known],
        finding=f"Each position's margin ({margins}) follows from its own value, whatever the others lose.",
    )


def _shared(view: View) -> set[str]:
    return {ring.name for ring in view.cross.book.pools if len(ring.legs) > 1}


def _free_line(view: View, ring: RingFigures) -> Line:
    how = f"{show(ring.equity)} - {show(ring.initial_margin)}, not below zero"
    clause = str(view.book.rules.clauses["available_balance"])
    field = f"reasons.B11.{ring.name}.available"
    return Line(field, f"free balance, {ring.name}", ring.available_balance, ring.asset, how, clause)


def _margin_line(view: View, figures: PositionFigures) -> Line:
    name = label(figures.position, view.book)
    _, leg = view.cross.book.leg_of(figures.position)
    at_mark = view.book.rules.initial_margin is Basis.MARK
    how = f"{show(figures.notional if at_mark else leg.entry_value)} / {show(figures.position.leverage)}"
    clause = str(view.book.rules.clauses["initial_margin"])
    field = f"reasons.B35.{name}.initial_margin"
    return Line(field, f"initial margin, {name}", figures.initial_margin, figures.asset, how, clause)


def pools(view: View) -> Reason:
    """B10: what cross shares, and what it does not."""
    held = [ring for ring in view.cross.rings if ring.notional != 0]
    lines = [
        Line(
            f"reasons.B10.{ring.name}",
            f"equity, {ring.name}",
            ring.equity,
            ring.asset,
            "wallet balance + unrealised PnL",
        )
        for ring in view.cross.rings
    ]
    if len(view.cross.rings) < 2:
        return beside("B10", "The account has one pool, so cross does share everything in it.", lines=lines)
    amounts: list[tuple[str, Number]] = [(ring.asset, ring.equity) for ring in view.cross.rings]
    found = f"Cross makes {len(amounts)} pools ({sums(amounts)}), {len(held)} of them with positions"
    return judged(
        "B10",
        why="The account holds more than one settlement asset.",
        holds=False,
        lines=lines,
        finding=f"{found}; a loss in one does not draw on another.",
    )
