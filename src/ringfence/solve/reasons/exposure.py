"""Exposure: the setting against effective leverage, and what a dip or a gap of 5 % does."""

from __future__ import annotations

from fractions import Fraction

from ringfence.domain.derivation import Line
from ringfence.domain.market import Market
from ringfence.domain.numbers import Number
from ringfence.exact.explain import show
from ringfence.solve.reasons.view import (
    Reason,
    View,
    beside,
    distance_line,
    judged,
    label,
    losses,
    room,
    together,
)
from ringfence.solve.reasons.words import coin, distance, listed, money, share, sums, times
from ringfence.solve.shock import outcomes

DIP = Fraction(-1, 20)
HIGH, LOW = 20, 5


def setting(view: View) -> Reason:
    """B42: the leverage setting against effective leverage."""
    if not view.settings:
        return beside("B42 B16", "No leverage setting is known.")
    highest = max(view.settings)
    lines = [
        Line(
            "reasons.B42.setting",
            "highest leverage setting",
            highest,
            "x",
            "the largest of the positions' settings",
        )
    ]
    effective = []
    for total in view.cross.assessment.totals if view.cross.assessment else ():
        if total.effective_leverage is None or total.notional == 0:
            continue
        effective.append(times(total.effective_leverage))
        lines.append(
            Line(f"reasons.B42.effective_leverage.{total.asset}", f"effective leverage, {total.asset}",
                 total.effective_leverage, "x", f"{show(total.notional)} / {show(total.total_equity)}")
        )  # fmt: skip
    if not effective:
        return beside("B42 B16", "No equity is left, so there is no effective leverage.", lines=lines)
    compared = f"The highest setting is {times(highest)}, effective leverage {listed(effective)}"
    if highest <= HIGH:
        return beside("B42 B16", f"{compared}: the rule speaks of settings above {HIGH}×.", lines=lines)
    decides = "isolated, the setting decides the distance; in cross effective leverage does"
    return judged(
        "B42 B16", why=f"A setting is above {HIGH}×.", lines=lines, finding=f"{compared}: {decides}."
    )


def dip(view: View) -> Reason:
    """B25: whether a joint fall of 5 % is absorbed in cross."""
    rings = [ring for ring in view.cross.book.pools if ring.legs]
    if not rings:
        return beside("B25 B22", view.unpaired)
    after = together(view, DIP)
    lines, words, dead = [], [], False
    for one in outcomes(view.cross.book, view.market, after):
        if one.ring not in {ring.name for ring in rings}:
            continue
        dead = dead or one.liquidated
        start, end = Fraction(one.equity_before), Fraction(one.equity_after)
        kept = f", {share(end / start).lstrip('+')} of it" if start > 0 else ""
        words.append(
            f"{one.ring} is liquidated"
            if one.liquidated
            else f"{one.ring} keeps {money(end, one.asset)}{kept}"
        )
        lost = "; liquidated: the remainder is lost" if one.liquidated else ""
        how = f"{show(start)} - ({show(one.loss)}){lost}"
        lines.append(Line(f"reasons.B25.{one.ring}", f"equity after -5 %, {one.ring}", end, one.asset, how))
    return judged(
        "B25 B22",
        why="The book holds a position.",
        holds=not dead,
        lines=lines,
        finding=f"If everything falls with {_leader(view)} at −5 %, in cross {listed(words)}.",
    )


def _leader(view: View) -> str:
    leader = view.cross.liquidations.leader if view.cross.liquidations else None
    return coin(leader) if leader else "the leading coin"


def gap(view: View) -> Reason:
    """B44: a jump of 5 % against the book while nobody looks, in both modes."""
    if not view.pairs:
        return beside("B44", view.unpaired)
    jumps = [(move, together(view, move)) for move in (DIP, -DIP)]
    worst, after = max(jumps, key=lambda jump: _against(view, jump[1]))
    fenced, pooled = losses(view.isolated, view.market, after), losses(view.cross, view.market, after)
    lines = [
        Line(f"reasons.B44.{name}.{asset}", f"{name}: lost in a gap of {share(worst)}, {asset}", amount,
             asset, "equity before - equity after, what remains of a liquidated ring being lost")
        for name, amounts in (("isolated", fenced), ("cross", pooled))
        for asset, amount in amounts.items()
    ]  # fmt: skip
    costs = f"costs {_cost(fenced)} isolated and {_cost(pooled)} in cross"
    return judged(
        "B44",
        why="The book holds a position.",
        holds=all(pooled[asset] <= fenced.get(asset, 0) for asset in pooled),
        lines=lines,
        finding=f"A gap of {share(worst)} in {_leader(view)}, the others following, {costs}.",
    )


def _against(view: View, after: Market) -> Fraction:
    """How far a jump goes against the book: what it costs in cross, each asset as a share of its pool."""
    lost = losses(view.cross, view.market, after)
    held = {ring.asset: Fraction(ring.equity) for ring in view.cross.rings if ring.equity > 0}
    return sum((lost[asset] / held[asset] for asset in lost if asset in held), Fraction(0))


def _cost(amounts: dict[str, Fraction]) -> str:
    values: list[tuple[str, Number]] = list(amounts.items())
    return sums(values)


def low_leverage(view: View) -> Reason:
    """B53: the room that a low setting leaves."""
    if not view.pairs:
        return beside("B53", view.unpaired)
    if any((fence.position.leverage or HIGH) > LOW for fence, _ in view.pairs):
        return beside("B53", f"The rule speaks of settings up to {LOW}×; here one is higher, or unknown.")
    lines = []
    for fence, _ in view.pairs:
        name = label(fence.position, view.book)
        text = f"isolated: {name}, distance"
        lines.append(distance_line(f"reasons.B53.{name}", text, fence.liquidation.alone))
    first = min((fence.liquidation.alone for fence, _ in view.pairs), key=lambda one: _order(room(one)))
    return judged(
        "B53",
        why=f"Every setting is {LOW}× or less.",
        lines=lines,
        finding=f"Behind fences the first to be liquidated is {coin(first.leader)}, {distance(first)}.",
    )


def _order(value: Fraction | None) -> tuple[bool, Fraction]:
    return value is None, value or Fraction(0)
