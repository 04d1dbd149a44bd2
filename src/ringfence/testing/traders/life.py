"""A life: positions one after another by a trader's habits, each wish through the exact engine."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction

from ringfence.domain.account import MarginMode, Position, Side
from ringfence.errors import Bug
from ringfence.mirror.detectors.past import Balance, Decided, Past
from ringfence.mirror.model import Disproof, Permission, Plan, Rung, Written
from ringfence.testing.traders.chance import Chance, exp
from ringfence.testing.traders.desk import VENUE, Desk, Fill, tiers_of
from ringfence.testing.traders.habits import Habits, Life
from ringfence.testing.traders.paths import A_DAY, AN_HOUR, SLOT, START, Path

BTC, ETH = "BTC/USDT:USDT", "ETH/USDT:USDT"
MONEY = Decimal(100_000)
FIRST_DAY = 9
"""A week of marks comes first: what an hour usually moves is taken from it."""
LAST_HOUR = 19
LOT = Decimal("0.0001")
RUNGS = (0.010, 0.020, 0.030)
NEAR = Fraction(35, 100)


@dataclass
class Trader:
    """Somebody with habits, a desk and a memory of how the last position ended."""

    habits: Habits
    desk: Desk
    chance: Chance
    plans: list[Plan] = field(default_factory=list)
    opened: int = 0
    streak: int = 0
    lost: bool = False
    level: Decimal | None = None
    """The stop."""
    target: Decimal | None = None

    # -- a life -------------------------------------------------------------------------------------

    def live(self, positions: int) -> None:
        """So many positions, a few a day."""
        day, slot = FIRST_DAY, 0
        while self.opened < positions:
            slot = max(slot, day * A_DAY + self.chance.below(3 * AN_HOUR))
            self.streak, left = 0, self.habits.trades
            while left > 0 and slot % A_DAY < LAST_HOUR * AN_HOUR and slot // A_DAY == day:
                if self.opened >= positions:
                    return
                left -= 1
                before = self.desk.money()
                slot = self._position(slot)
                self._remember(before)
                slot += self._pause()
            day = max(day + 1, slot // A_DAY)

    def _remember(self, before: Decimal) -> None:
        self.lost = self.desk.money() < before
        self.streak = self.streak + 1 if self.lost else 0

    def _pause(self) -> int:
        """Slots until the next position."""
        habits = self.habits
        if self.chance.unit() < habits.soon[0 if self.lost else 1]:
            return 1 + self.chance.below(2)
        low, high = habits.gap_lost if self.lost and habits.gap_lost else habits.gap
        return max(4, int(AN_HOUR * self.chance.within(low, high)))

    def _position(self, slot: int) -> int:
        self.opened += 1
        if self.habits.hedge:
            return self._pair(slot)
        self._open(slot)
        return self._hold(slot)

    # -- opening ------------------------------------------------------------------------------------

    def _size(self, slot: int, symbol: str = BTC) -> Decimal:
        """Contracts for the next position."""
        habits, price = self.habits, float(self.desk.paths[symbol].price(slot))
        share = habits.share
        if habits.aim is not None:
            moved = self.desk.paths[symbol].moved(slot // AN_HOUR, 48) / 4_800
            share = habits.aim * price / max(moved, 1e-9)
        share *= exp(habits.spread * self.chance.normal() + habits.creep * self.opened)
        share *= habits.chase ** min(self.streak, 3)
        # Additions need room beneath the leverage; without it the venue would refuse them.
        parts = 4 if habits.ladder or habits.pyramid or any(habits.adds) else 1
        share = min(share, 0.8 * habits.leverage / parts)
        money = float(self.desk.money())
        basis = float(MONEY) if habits.creep else money
        notional = min(basis * share, 0.8 * habits.leverage * money)
        return max((Decimal(notional / price) / LOT).to_integral_value() * LOT, LOT)

    def _open(self, slot: int) -> None:
        habits, desk = self.habits, self.desk
        sign = self.chance.pick((1, -1))
        size = self._size(slot)
        plan = self._plan(slot, sign, size) if habits.ladder or habits.allowed else None
        name = None if plan is None else plan.plan_id
        how = Fill(mode=habits.mode, leverage=habits.leverage, plan_id=name)
        desk.fill(BTC, slot, size * sign, how)
        self.level = self.target = None
        if habits.target is not None:
            self.target = _away(desk.paths[BTC].price(slot), sign * habits.target)
            desk.level(BTC, slot, self.target, "target")
        if habits.stop is not None and not habits.ladder:
            self.level = _away(desk.paths[BTC].price(slot), -sign * habits.stop)
            desk.level(BTC, slot, self.level)

    def _plan(self, slot: int, sign: int, size: Decimal) -> Plan:
        """Written an hour before: a ladder with its invalidation below the last rung, or one top-up."""
        price = self.desk.paths[BTC].price(slot)
        down = RUNGS if self.habits.ladder else ()
        rungs = tuple(Rung(_away(price, -sign * one), size) for one in down)
        wrong = _away(price, -sign * 0.045)
        plan = Plan(
            f"P{len(self.plans)}", 1, START + slot * SLOT - 3_600_000, "main", BTC,
            Side.LONG if sign > 0 else Side.SHORT,
            Disproof("price", "below" if sign > 0 else "above", wrong, "price", None), wrong,
            "nothing says it has to be today", Written(flat=True, adverse=False), ladder=rungs,
            top_up=Permission(allowed=self.habits.allowed, count_max=1),
        )  # fmt: skip
        self.plans.append(plan)
        return plan

    # -- holding ------------------------------------------------------------------------------------

    def _hold(self, slot: int) -> int:
        """Until it is closed; the slot it is closed in."""
        manage = Manager(self, slot)
        last = len(self.desk.paths[BTC]) - 2 * AN_HOUR
        while True:
            until = (slot // AN_HOUR + 1) * AN_HOUR
            closed = manage.between(slot, until)
            if closed is not None:
                return closed
            slot = until
            if manage.hour(slot) or slot >= last:
                if self.desk.held(BTC) is not None:
                    manage.leave(slot)
                return slot

    # -- two coins ----------------------------------------------------------------------------------

    def _pair(self, slot: int) -> int:
        """Long one coin and short the other, closed one after the other in whichever order."""
        desk, sign = self.desk, self.chance.pick((1, -1))
        how = Fill(mode=MarginMode.CROSS, leverage=5)
        self.opened += 1
        size = self._size(slot)
        worth = size * desk.paths[BTC].price(slot) / desk.paths[ETH].price(slot)
        desk.fill(BTC, slot, sign * size, how)
        desk.fill(ETH, slot, -sign * worth.quantize(LOT), how)
        slot += AN_HOUR * (2 + self.chance.below(8))
        first, second = (BTC, ETH) if self.chance.unit() < 0.5 else (ETH, BTC)
        desk.close(first, slot)
        slot += self.chance.below(3)
        desk.close(second, slot)
        return slot


class Manager:
    """One open position, hour by hour."""

    def __init__(self, trader: Trader, slot: int) -> None:
        self.habits, self.desk, self.chance = trader.habits, trader.desk, trader.chance
        self.trader, self.opened = trader, slot
        self.sign = self._held().side.sign
        self.first = self._held().contracts
        alone = self._held().margin_mode is MarginMode.ISOLATED and self.habits.rescue > 0
        self.start = self.desk.ring(BTC, self.desk.paths[BTC].price(slot)).distance if alone else None
        self.rungs = list(trader.plans[-1].ladder) if trader.habits.ladder else []
        self.best, self.steps, self.decided = 0.0, 1, False
        self._ring: tuple[object, Fraction | None] = (None, None)
        self.flips = self.chance.unit() < self.habits.flip
        self.against = self.chance.unit() < self.habits.against
        self.quick = None if self.habits.minutes is None else self._quick(*self.habits.minutes)

    def _quick(self, low: int, high: int) -> int:
        return self.opened + low + self.chance.below(high - low + 1)

    def _held(self) -> Position:
        held = self.desk.held(BTC)
        if held is None:
            raise Bug("a made-up trader looks only at what is open")
        return held

    def gain(self, slot: int) -> float:
        """Share of the entry gained at the price of a slot."""
        entry = self.desk.entry(BTC)
        return float((Fraction(self.desk.paths[BTC].price(slot)) - entry) / entry) * self.sign

    # -- inside an hour -----------------------------------------------------------------------------

    def between(self, slot: int, until: int) -> int | None:
        """What a resting level or the venue does between two slots; where it closed, if it did."""
        end = until if self.quick is None else min(until, self.quick)
        at = slot + 1
        while at <= end:
            hit = self._first(at, end)
            if hit is None:
                break
            at, what, price = hit
            if what == "rung":
                self.rungs.pop(0)
                self.desk.add(BTC, at, self.first, Fill(price=price), rung=True)
                continue
            if what == "liquidation":
                if self.desk.dies(BTC, at):
                    return at
                at += 1
                continue
            self.desk.close(BTC, at, price=price, preplaced=self.habits.preplaced)
            return at
        if self.quick is not None and self.quick <= until:
            self.desk.close(BTC, self.quick, preplaced=False)
            return self.quick
        return None

    def _first(self, at: int, end: int) -> tuple[int, str, Decimal | None] | None:
        """The first level that the prices of these slots reach, the worst one where several are."""
        path = self.desk.paths[BTC]
        found: list[tuple[int, int, str, Decimal | None]] = []
        here = path.ticks[at : end + 1] * self.sign
        for what, level, below, exact in self._levels():
            bound = level * self.sign
            hits = (here <= bound if below else here >= bound).nonzero()[0]
            if len(hits):
                found.append((at + int(hits[0]), len(found), what, exact))
        if not found:
            return None
        slot, _, what, exact = min(found)
        # A stop fills at the price that is there; a resting order at its own.
        return slot, what, exact

    def _levels(self) -> list[tuple[str, float, bool, Decimal | None]]:
        """Name, ticks, whether it is on the losing side, and the price it fills at; a death comes first."""
        out: list[tuple[str, float, bool, Decimal | None]] = []
        threshold = self._threshold()
        if threshold is not None:
            out.append(("liquidation", float(threshold * 100), True, None))
        if self.rungs:
            out.append(("rung", float(self.rungs[0].price * 100), True, self.rungs[0].price))
        if self.trader.level is not None:
            out.append(("stop", float(self.trader.level * 100), True, None))
        if self.trader.target is not None:
            out.append(("target", float(self.trader.target * 100), False, self.trader.target))
        if self.habits.barriers is not None:
            entry = self.desk.entry(BTC)
            up, down = self.habits.barriers
            target = _away(Decimal(entry.numerator) / entry.denominator, self.sign * up)
            out.append(("target", float(target * 100), False, target))
            stop = _away(Decimal(entry.numerator) / entry.denominator, -self.sign * down)
            out.append(("stop", float(stop * 100), True, None))
        return out

    def _threshold(self) -> Fraction | None:
        """The liquidation price of a fence; a pool this large never dies."""
        state = self.desk.state.account
        if self._ring[0] is not state.positions:
            held, entry = self._held(), self.desk.entry(BTC)
            price = _away(Decimal(entry.numerator) / entry.denominator, 0)
            alone = held.margin_mode is MarginMode.ISOLATED
            self._ring = state.positions, self.desk.ring(BTC, price).threshold if alone else None
        return self._ring[1]

    # -- at the hour --------------------------------------------------------------------------------

    def hour(self, slot: int) -> bool:
        """What the trader does at a whole hour; whether the position is closed."""
        gain, chance, habits = self.gain(slot), self.chance, self.habits
        self.best = max(self.best, gain)
        losing = self.desk.losing(BTC, slot)
        self._change_mode(slot, losing=losing)
        more = self._wants_more(gain, losing=losing)
        self._change_stop(slot, gain, losing=losing)
        self._change_margin(slot, losing=losing)
        if habits.barriers is not None or habits.minutes is not None:
            leaves = False
        elif habits.pyramid:
            leaves = self.best > 0.008 and gain < self.best / 2
        else:
            leaves = chance.unit() < habits.hazards[0 if gain > 0 else 1]
        if more and not leaves:  # nobody adds and closes in the same minute
            self.steps += 1
            self.desk.add(BTC, slot, max((self.first / 2).quantize(LOT), LOT), Fill())
        return leaves

    def leave(self, slot: int) -> None:
        """Close by hand; a stop that still stands is taken away first, now and then."""
        if self.trader.level is not None and self.chance.unit() < 0.3:
            self.desk.take_away(BTC, slot)
        preplaced = None if self.habits.pyramid else False
        self.desk.close(BTC, slot, preplaced=preplaced)

    def _change_mode(self, slot: int, *, losing: bool) -> None:
        held, habits = self._held(), self.habits
        if held.margin_mode is not MarginMode.ISOLATED:
            return
        if self.chance.unit() < habits.wander or (self.flips and losing == self.against):
            self.flips = False
            if habits.reopened:
                self.desk.reopen(BTC, slot, habits.leverage)
                self.trader.opened += 1
            else:
                self.desk.to_cross(BTC, slot)

    def _wants_more(self, gain: float, *, losing: bool) -> bool:
        habits = self.habits
        more = self.chance.unit() < habits.adds[0 if losing else 1]
        if habits.pyramid:
            more = gain >= 0.01 * self.steps
        return more and self.steps < 6

    def _change_stop(self, slot: int, gain: float, *, losing: bool) -> None:
        """Away once the position loses, or nearer in gain."""
        level, price = self.trader.level, self.desk.paths[BTC].price(slot)
        if level is None or self.habits.ladder:
            return
        if losing and not self.decided:
            self.decided = True
            if self.chance.unit() < self.habits.widen:
                self.trader.level = _away(level, -self.sign * 0.012)
                self.desk.level(BTC, slot, self.trader.level)
        target = self.trader.target
        if target is not None and gain > 0.002 and self.chance.unit() < 0.1:
            self.trader.target = ((price + target) / 2).quantize(Decimal("0.01"))
            self.desk.level(BTC, slot, self.trader.target, "target")
        if not losing and gain > 0.008 and self.chance.unit() < self.habits.trail:
            closer = _away(price, -self.sign * 0.012)
            if (closer - level) * self.sign > 0:
                self.trader.level = closer
                self.desk.level(BTC, slot, closer)

    def _change_margin(self, slot: int, *, losing: bool) -> None:
        """A rescue of an endangered fence, or margin moved for no reason."""
        held, habits = self._held(), self.habits
        if losing and self.chance.unit() < habits.deposit:
            self.desk.deposit(slot, (self.desk.money() / 50).quantize(LOT), BTC)
        if held.margin_mode is not MarginMode.ISOLATED:
            return
        if not losing and self.chance.unit() < habits.top_up:
            self.desk.top_up(BTC, slot, ((held.isolated_margin or Decimal(0)) / 4).quantize(LOT))
            return
        if not losing or self.start is None or self.steps > 90:
            return
        now = self.desk.ring(BTC, self.desk.mark(BTC, slot))
        if now.distance is None or now.distance > NEAR * self.start:
            return
        self.steps += 100
        if self.chance.unit() < habits.rescue:
            self._rescue(slot, held.isolated_margin or Decimal(0))

    def _rescue(self, slot: int, margin: Decimal) -> None:
        allowed = self.habits.allowed
        kind = 0 if allowed else self.chance.below(3)
        if kind == 0:
            self.desk.top_up(BTC, slot, (margin * Decimal("0.8")).quantize(LOT), planned=allowed)
        elif kind == 1:
            self.desk.lever(BTC, slot, max(self.habits.leverage // 2, 1))
        else:
            self.desk.add(BTC, slot, self.first, Fill())


def _away(price: Decimal, share: float) -> Decimal:
    """A price so far from another, in whole ticks."""
    return (price * (1 + Decimal(str(share)))).quantize(Decimal("0.01"))


def lived(habits: Habits, paths: Mapping[str, Path], *, positions: int, seed: int) -> Life:
    """A life of so many positions on given paths: the same seed, the same life.

    >>> from ringfence.testing.traders.paths import Market, made
    >>> life = lived(Habits(), {BTC: made(Market.WALK, 1, 6_000)}, positions=5, seed=1)
    >>> life.positions, sorted(life.events)
    (5, [])
    """
    desk = Desk(paths, MONEY)
    trader = Trader(habits, desk, Chance(seed, 1))
    trader.live(positions)
    decided = _decided(Chance(seed, 2), habits, positions)
    last = (desk.bookings[-1].at - START) // SLOT + 2 * A_DAY
    past = Past(
        tuple(desk.bookings), {name: path.marks(last) for name, path in paths.items()}, tuple(trader.plans),
        decided, (Balance(START, "USDT", MONEY),), {VENUE: desk.rules}, tiers=tiers_of(*paths),
        started_flat=True,
    )  # fmt: skip
    return Life(past, {name: frozenset(ids) for name, ids in desk.events.items()}, trader.opened)


def _decided(chance: Chance, habits: Habits, positions: int) -> tuple[Decided, ...]:
    """A pause for every fifth position; half of them are overridden, with an outcome."""
    out = []
    for number in range(positions // 5):
        over = chance.unit() < 0.5
        delta = Decimal(str(round(100 * (chance.normal() + habits.regret), 2)))
        at = START + (FIRST_DAY + number) * 86_400_000 + 3_600_000
        out.append(Decided(f"a{number}", at, "override" if over else "do_nothing", delta if over else None))
    return tuple(out)
