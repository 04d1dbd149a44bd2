"""Flows: the funding of positions that stand as they are, summed up once for a whole path."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import accumulate

from ringfence.domain.account import Position
from ringfence.domain.numbers import Number
from ringfence.engine.made import Case, paid_out
from ringfence.engine.postings import DUST, FUNDING, WALLET, Posting, fence_name, posted
from ringfence.exact.ring import Ring
from ringfence.replay.scene import Paid, Scene
from ringfence.replay.world import World, with_funding
from ringfence.venues.rules import FundingFrom

ZERO = Decimal(0)


@dataclass(frozen=True)
class Flow:
    """What a ring pays or receives, payment by payment, from the beginning of the path.

    Attributes:
        bars: of each payment, rising. sums: after each payment.
    """

    bars: tuple[int, ...]
    sums: tuple[Decimal, ...]

    def sum_before(self, bar: int) -> Decimal:
        """All payments of bars before this one."""
        number = bisect_left(self.bars, bar)
        return self.sums[number - 1] if number else ZERO

    def between(self, first: int, until: int) -> Decimal:
        """All payments from one bar on and before another."""
        return self.sum_before(until) - self.sum_before(first)

    def steps(self, bar: int) -> list[Decimal]:
        """What has come in after each payment of one bar, since it opened."""
        before = self.sum_before(bar)
        number = bisect_left(self.bars, bar)
        found = []
        while number < len(self.bars) and self.bars[number] == bar:
            found.append(self.sums[number] - before)
            number += 1
        return found

    def first_below(self, start: int, least: Number, until: int | None) -> int | None:
        """The first bar from ``start`` on, and before ``until``, after which a sum is below ``least``."""
        for number in range(bisect_left(self.bars, start), len(self.bars)):
            if until is not None and self.bars[number] >= until:
                return None
            if self.sums[number] < least:
                return self.bars[number]
        return None


def flow_of(scene: Scene, world: World, ring: Ring) -> Flow:
    """The flow of a ring's positions; the sums are worked out once for all books with such positions."""
    key = tuple((leg.position.symbol, leg.position.side.value, leg.position.contracts) for leg in ring.legs)
    if key not in scene.flows:
        case = Case(world.state, scene.rules)
        paid = [one for leg in ring.legs for one in funding_of(scene, case, leg.position)]
        paid.sort(key=lambda one: (one.bar, one.at, one.symbol))
        scene.flows[key] = (
            tuple([one.bar for one in paid]),
            tuple(accumulate([one.booked for one in paid])),
        )
    return Flow(*scene.flows[key])


def funding_of(scene: Scene, case: Case, position: Position) -> tuple[Paid, ...]:
    """Every payment that a position makes or receives, if it stands as it is."""
    key = (position.symbol, position.side.value, position.contracts)
    if key not in scene.paid:
        scene.paid[key] = tuple(scene.payments(case, position))
    return scene.paid[key]


def pays_one_by_one(scene: Scene, world: World) -> bool:
    """Whether payments must be made one by one: they reach across rings, or change a requirement."""
    apart = scene.rules.funding_from is not FundingFrom.FENCE and any(
        one.isolated_margin is not None for one in world.state.account.positions
    )
    bound = any(ring.holdings or any(leg.schedule for leg in ring.legs) for ring in world.rings)
    return bool(scene.tape.funding) and (apart or bound)


def next_payment(scene: Scene, world: World) -> int | None:
    """The next bar in which a position of the account pays or receives funding."""
    found: list[int] = []
    for symbol in {one.symbol for one in world.state.account.positions}:
        bars = scene.due_bars.get(symbol, ())
        number = bisect_left(bars, world.bar)
        found += bars[number : number + 1]
    return min(found, default=None)


def committed(scene: Scene, world: World, bar: int) -> World:
    """The world before a bar, with all funding until then in its state and its log."""
    if not scene.tape.funding or world.posted >= bar:
        return replace(world, bar=bar, posted=bar)
    case = Case(world.state, scene.rules)
    postings: list[Posting] = []
    came: dict[tuple[int, str], Decimal] = {}
    for position in world.state.account.positions:
        asset = case.instrument(position.symbol).settle
        own = [one for one in _owed(scene, case, position, (world.posted, bar)) if one.exact]
        for one in own:
            key = (one.bar, one.symbol)
            came[key] = came.get(key, ZERO) + one.booked
        exact, booked = sum((one.exact for one in own), ZERO), sum((one.booked for one in own), ZERO)
        purse = WALLET if position.isolated_margin is None else fence_name(position)
        parts = {FUNDING: -exact, DUST: exact - booked, purse: booked}
        postings += [Posting(name, asset, amount) for name, amount in parts.items() if amount]
    account = paid_out(world.state.account, tuple(postings))
    state = replace(world.state, account=account, balances=posted(world.state.balances, postings))
    world = replace(world, state=state, bar=bar, posted=bar)
    for (number, symbol), amount in sorted(came.items()):
        world = with_funding(world, scene.tape.ts[number], symbol, amount)
    return world


def _owed(scene: Scene, case: Case, position: Position, span: tuple[int, int]) -> Iterator[Paid]:
    paid = funding_of(scene, case, position)
    start, until = (bisect_left(paid, bar, key=lambda one: one.bar) for bar in span)
    yield from paid[start:until]
