"""What cross adds and what a fence bounds: distance and exposed money."""

from __future__ import annotations

from fractions import Fraction

from ringfence.domain.derivation import Line
from ringfence.exact.explain import show
from ringfence.solve.fed import fed_fences
from ringfence.solve.reasons.view import (
    Reason,
    View,
    at_risk,
    beside,
    distance_line,
    ends,
    judged,
    label,
    nearer,
    room,
)
from ringfence.solve.reasons.words import distance, sums
from ringfence.solve.twins import Twin


def risk_lines(claim_id: str, view: View) -> list[Line]:
    """The most that can be lost in each twin, by asset."""
    lines = []
    for name, twin in (("isolated", view.isolated), ("cross", view.cross)):
        for asset, amount in at_risk(twin):
            rings = [ring for ring in twin.rings if ring.asset == asset]
            parts = " + ".join(show(ring.equity) for ring in rings if ring.notional != 0) or "0"
            field = f"reasons.{claim_id}.{name}.most_to_lose.{asset}"
            how = f"equity of its rings with positions, less where a loss has an end: {parts}"
            lines.append(Line(field, f"{name}: the most that can be lost, {asset}", amount, asset, how))
    return lines


def more_room(view: View) -> Reason:
    """A03: later liquidation, more money exposed."""
    if not view.pairs:
        return beside("A03 A19", view.unpaired)
    lines, later, sooner = [], 0, 0
    for fence, pool in view.pairs:
        name = label(fence.position, view.book)
        for mode, one in (("isolated", fence), ("cross", pool)):
            field = f"reasons.A03.{mode}.{name}"
            lines.append(distance_line(field, f"{mode}: {name}, distance", one.liquidation.alone))
        own, shared = room(fence.liquidation.alone), room(pool.liquidation.alone)
        later, sooner = later + nearer(own, shared), sooner + nearer(shared, own)
    exposed = (
        f"the most that can be lost goes from {sums(at_risk(view.isolated))} to {sums(at_risk(view.cross))}"
    )
    return judged(
        "A03 A19",
        why="Every position can stand in either mode.",
        holds=sooner == 0,
        lines=[*lines, *risk_lines("A03", view)],
        finding=f"{_moved(view, later, sooner)}; {exposed}.",
    )


def _moved(view: View, later: int, sooner: int) -> str:
    if len(view.pairs) == 1:
        ((fence, pool),) = view.pairs
        name = label(fence.position, view.book)
        was, now = distance(fence.liquidation.alone), distance(pool.liquidation.alone)
        return f"{name} is liquidated {was} isolated and {now} in cross"
    same = len(view.pairs) - later - sooner
    counts = f"{later} are liquidated later in cross, {sooner} sooner, {same} at the same price"
    return f"Of {len(view.pairs)} positions, each by its own coin alone, {counts}"


def hostage(view: View) -> Reason:
    """A01: what is pledged in cross beyond the fences."""
    if not view.pairs:
        return beside("A01", view.unpaired)
    more = [
        (asset, Fraction(amount) - Fraction((view.isolated.most_to_lose or {}).get(asset, 0)))
        for asset, amount in at_risk(view.cross)
    ]
    held = [(asset, amount) for asset, amount in more if amount > 0]
    if not held:
        return beside(
            "A01", "Cross puts nothing at risk here that the fences do not.", lines=risk_lines("A01", view)
        )
    return judged(
        "A01",
        why="The pool is larger than the fences.",
        holds=True,
        lines=[
            *risk_lines("A01", view),
            *(
                Line(f"reasons.A01.beyond.{asset}", f"at risk in cross only, {asset}", amount, asset,
                     "the most that can be lost in cross less the same behind fences")
                for asset, amount in held
            ),
        ],
        finding=f"In cross {sums(held)} beyond the fences can be lost as well.",
    )  # fmt: skip


def known_loss(view: View) -> Reason:
    """A02: what a fence bounds, and on which conditions."""
    if not view.pairs:
        return beside("A02 B45 B21 B32", view.unpaired)
    rules, fences = view.book.rules, view.isolated.book.fences
    clause = str(rules.clauses["shortfall"])
    lines = [
        Line(f"reasons.A02.fence.{ring.legs[0].name}", f"margin, {ring.name}", ring.collateral, ring.asset,
             "its margin without unrealised PnL", str(rules.clauses["fence"]))
        for ring in fences
    ]  # fmt: skip
    bearer = rules.shortfall.value.split(";")[0]
    switch = "the venue's automatic top-up is off" if rules.auto_top_up else "nothing tops the fences up"
    if fed_fences(view.isolated.book):
        switch = "automatic top-up takes no more than what the pool has available today, which is counted"
    return judged(
        "A02 B45 B21 B32",
        why="Every position can stand behind a fence.",
        lines=[
            *lines,
            *(_sourced(line, clause) for line in risk_lines("A02", view)[: len(at_risk(view.isolated))]),
        ],
        finding=(
            f"Behind fences at most {sums(at_risk(view.isolated))} can be lost from here, if {switch}, "
            f"no margin is added, fees and funding are counted apart, and a shortfall falls to {bearer}."
        ),
    )


def _sourced(line: Line, source: str) -> Line:
    return Line(line.field, line.label, line.value, line.unit, line.how, source)


def neither_safer(view: View) -> Reason:
    """A15: by which measure each mode is the better one for this book."""
    if not view.pairs:
        return beside("A15", view.unpaired)
    lines = risk_lines("A15", view)
    fence, pool = ends(view.isolated)[0], ends(view.cross)[0]
    lines += [
        distance_line("reasons.A15.isolated.together", "isolated: first liquidation, all together", fence),
        distance_line("reasons.A15.cross.together", "cross: first liquidation, all together", pool),
    ]
    less = smaller(view.isolated, view.cross)
    first = (
        "cross" if nearer(room(fence), room(pool)) else "isolated" if nearer(room(pool), room(fence)) else ""
    )
    return judged(
        "A15",
        why="Every position can stand in either mode.",
        holds=not (less and less == first),
        lines=lines,
        finding=(
            f"{_ahead(less, 'risks less').capitalize()} ({sums(at_risk(view.isolated))} isolated, "
            f"{sums(at_risk(view.cross))} cross, at most); {_ahead(first, 'is liquidated later')} when "
            f"everything moves together ({distance(fence)} isolated, {distance(pool)} cross)."
        ),
    )


def smaller(isolated: Twin, cross: Twin) -> str:
    """The twin that can lose less, when it does so in every asset; empty where neither does."""
    own, shared = isolated.most_to_lose or {}, cross.most_to_lose or {}
    pairs = [(Fraction(own.get(asset, 0)), Fraction(shared.get(asset, 0))) for asset in {*own, *shared}]
    if all(a <= b for a, b in pairs) and any(a < b for a, b in pairs):
        return "isolated"
    return "cross" if all(a >= b for a, b in pairs) and any(a > b for a, b in pairs) else ""


def _ahead(name: str, how: str) -> str:
    return f"{name or 'neither mode'} {how}"
