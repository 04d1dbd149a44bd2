"""What a change of mode would do at today's marks."""

from __future__ import annotations

from fractions import Fraction

from ringfence.domain.account import MarginMode
from ringfence.domain.derivation import Line
from ringfence.exact.assess import PositionFigures, RingFigures, Solvency
from ringfence.exact.explain import requirement_words, show
from ringfence.solve.reasons.view import Reason, View, at_risk, beside, judged, label
from ringfence.solve.reasons.words import listed, money, sums

DEAD = (Solvency.LIQUIDATED, Solvency.BANKRUPT)


def behind_a_fence(view: View) -> Reason:
    """B40: the fence a cross position would get, against maintenance at today's marks."""
    if not view.pairs:
        return beside("B40 B48", view.unpaired)
    held = view.book.account.positions
    cross = [
        fence
        for (fence, _), position in zip(view.pairs, held, strict=True)
        if position.margin_mode is MarginMode.CROSS
    ]
    if not cross:
        return beside("B40 B48", "Every position is isolated already.")
    lines: list[Line] = []
    at_once = []
    for one in cross:
        lines += _fence_lines(view, one.figures)
        if _ring(view, one.figures).solvency in DEAD:
            at_once.append(f"{label(one.position, view.book)} ({_short(one.figures)})")
    ended = (
        f"{listed(at_once)} would be liquidated at once" if at_once else "nothing would be liquidated at once"
    )
    return judged(
        "B40 B48",
        why="A position stands in cross.",
        holds=bool(at_once),
        lines=lines,
        finding=f"Moved at today's marks behind the fence asked at entry, {ended}, were the switch allowed.",
    )


def _ring(view: View, figures: PositionFigures) -> RingFigures:
    return next(ring for ring in view.isolated.rings if ring.name == figures.ring)


def _short(figures: PositionFigures) -> str:
    equity, need = figures.isolated_equity, figures.requirement
    return f"equity {money(equity, figures.asset)}, maintenance {money(need, figures.asset)}"


def _fence_lines(view: View, figures: PositionFigures) -> list[Line]:
    name, asset, clauses = label(figures.position, view.book), figures.asset, view.book.rules.clauses
    margin, profit, need = (
        figures.position.isolated_margin,
        figures.unrealized_pnl,
        figures.requirement,
    )
    value = requirement_words(view.isolated.book, figures)
    rows = [
        ("equity", "equity behind its fence", figures.isolated_equity,
         f"{show(margin)} + ({show(profit)})", "fence"),
        ("maintenance", "maintenance", need, value, "maintenance"),
        ("least", "the fence must exceed", Fraction(need) - Fraction(profit),
         f"{show(need)} - ({show(profit)}), where health is zero", "mode_switch"),
    ]  # fmt: skip
    return [
        Line(f"reasons.B40.{name}.{key}", f"{name}: {text}", amount, asset, how, str(clauses[clause]))
        for key, text, amount, how, clause in rows
    ]


def into_the_pool(view: View) -> Reason:
    """A16: what moving to cross would put at risk."""
    fenced = [held for held in view.book.account.positions if held.margin_mode is MarginMode.ISOLATED]
    if not fenced:
        return beside("A16", "No position is isolated, so none can be moved to cross.")
    now, then = at_risk(view.twins.as_is), at_risk(view.cross)
    how = "equity of its rings with positions, less where a loss has an end"
    lines = [
        Line(f"reasons.A16.{name}.{asset}", f"{text}: the most that can be lost, {asset}", amount, asset, how)
        for name, text, amounts in (("as_is", "as it is", now), ("cross", "cross", then))
        for asset, amount in amounts
    ]
    names = listed(label(held, view.book) for held in fenced)
    finding = f"With {names} moved to cross, the most that can be lost goes from {sums(now)} to {sums(then)}."
    return judged("A16", why="A position is isolated.", lines=lines, finding=finding)
