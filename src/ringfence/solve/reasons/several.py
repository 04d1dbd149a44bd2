"""Several positions at once: pairs that lean on each other, and positions that fall together."""

from __future__ import annotations

from fractions import Fraction

from ringfence.domain.derivation import Line
from ringfence.exact.explain import show
from ringfence.exact.leg import Leg
from ringfence.exact.ring import Ring
from ringfence.solve.reasons.reach import risk_lines
from ringfence.solve.reasons.view import (
    Reason,
    View,
    at_risk,
    beside,
    distance_line,
    ends,
    judged,
    jumped,
)
from ringfence.solve.reasons.words import coin, distance, money, sums
from ringfence.solve.shock import outcomes

TENTH = Fraction(1, 10)
HIGH = 20


def pair(view: View) -> Reason:
    """B24: a long that is to carry a short, or the reverse."""
    found = _hedged(view)
    if found is None:
        return beside("B24 B23 B12", "No pool holds a long and a short of different coins.")
    ring, long, short = found
    up, down = coin(long.symbol), coin(short.symbol)
    cases = [
        ("both +10 %", {long.symbol: TENTH, short.symbol: TENTH}),
        (f"{down} alone +10 %", {short.symbol: TENTH}),
        (f"{up} −10 % and {down} +10 %", {long.symbol: -TENTH, short.symbol: TENTH}),
    ]
    lines, words = [], []
    for name, moves in cases:
        after = jumped(view.cross.book, view.market, moves)
        one = next(out for out in outcomes(view.cross.book, view.market, after) if out.ring == ring.name)
        how = (
            f"{show(one.equity_after)} - {show(one.equity_before)}{' (liquidated)' if one.liquidated else ''}"
        )
        lines.append(Line(f"reasons.B24.{name}", f"{ring.name}: {name}", -one.loss, one.asset, how))
        words.append(f"{name} {money(-one.loss, one.asset)}{' (liquidated)' if one.liquidated else ''}")
    return judged(
        "B24 B23 B12",
        why="A pool holds a long and a short of different coins.",
        lines=lines,
        finding=(
            f"{up} long and {down} short in one pool, unrealised gains counted: {', '.join(words)}; the gain "
            "carries the loss only as far as the two move together."
        ),
    )


def _hedged(view: View) -> tuple[Ring, Leg, Leg] | None:
    """The pool with a long and a short of different coins, and the largest of each."""
    for ring in view.cross.book.pools:
        sized = sorted(
            ring.fractional.legs,
            key=lambda leg: leg.value(Fraction(view.market.mark(leg.symbol))),
            reverse=True,
        )
        for long in (leg for leg in sized if leg.sign > 0):
            for short in (leg for leg in sized if leg.sign < 0):
                if coin(long.symbol) != coin(short.symbol):
                    return ring, long, short
    return None


def high_leverage(view: View) -> Reason:
    """B38: several positions at high settings in one pool."""
    high = [held for held in view.book.account.positions if (held.leverage or 0) > HIGH]
    if len(high) < 2:
        return beside("B38 B14", f"Fewer than two positions are set above {HIGH}×.")
    if not view.pairs:
        return beside("B38 B14", view.unpaired)
    return _joint(view, "B38 B14", f"{len(high)} positions are set above {HIGH}×.")


def three_or_more(view: View) -> Reason:
    """B43: three positions or more, moving together."""
    count = len(view.book.account.positions)
    held = f"The book holds {count} {'position' if count == 1 else 'positions'}"
    if count < 3:
        return beside(
            "B43",
            f"{held}, the rule speaks of three or more.",
        )
    if not view.pairs:
        return beside("B43", view.unpaired)
    return _joint(view, "B43", f"{held}.")


def _joint(view: View, claim_ids: str, why: str) -> Reason:
    """Where the first and the last fence end, and the pool, all coins moving together."""
    key = claim_ids.split()[0]
    fences, pool = ends(view.isolated), ends(view.cross)[0]
    first, last = fences[0], fences[-1]
    lines = [
        distance_line(f"reasons.{key}.isolated.first", "isolated: first fence, all together", first),
        distance_line(f"reasons.{key}.isolated.last", "isolated: last fence, all together", last),
        distance_line(f"reasons.{key}.cross", f"cross: {pool.ring}, all together", pool),
        *risk_lines(key, view),
    ]
    spread = f"the first fence ends {distance(first)}"
    if distance(first) != distance(last):
        spread += f", the last {distance(last)}"
    return judged(
        claim_ids, why=why, lines=lines,
        finding=(
            f"When everything moves together {spread}, at most {sums(at_risk(view.isolated))} lost; "
            f"{pool.ring} ends {distance(pool)}, at most {sums(at_risk(view.cross))} lost."
        ),
    )  # fmt: skip
