"""The walk through everything that happened, leg by leg, in order of time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal

from ringfence.domain.account import MarginMode, Side
from ringfence.domain.instrument import Instrument
from ringfence.mirror.detectors.building import (
    Building,
    grown,
    realised,
    relevered,
    shrunk,
    switched,
)
from ringfence.mirror.detectors.past import Did, Held, Past, Step
from ringfence.mirror.detectors.stops import Levels
from ringfence.mirror.detectors.tape import EMPTY, Tape
from ringfence.mirror.detectors.worth import instrument_of, profit, settle_of
from ringfence.mirror.happened import (
    FundingBooked,
    Happened,
    LeverageSet,
    MarginAdjusted,
    ModeSwitched,
    MoneyMoved,
    StopMoved,
    Traded,
)

Leg = tuple[str, str, Side]
"""Account, symbol, side."""
BEFORE = "what was held before its first fill is not known"
FIRST_CLOSES = "its first fill closes something"
UNPLACED = "a fill does not say which side it is about"


class Walk:
    """The state of the walk: open legs, settings by symbol, and what each fill earned."""

    def __init__(self, past: Past, tapes: Mapping[str, Tape]) -> None:
        self.past = past
        self.tapes = tapes
        self.open: dict[Leg, Building] = {}
        self.done: list[Building] = []
        self.realised: dict[str, Decimal] = {}
        self.levels = Levels()
        self._known: set[tuple[str, str]] = set()
        self._modes: dict[tuple[str, str], MarginMode] = {}
        self._leverages: dict[tuple[str, str], Decimal] = {}
        self._instruments: dict[tuple[str, str], Instrument | None] = {}
        self._hedged = set(past.hedged)

    def take(self, event: Happened) -> None:
        """One booking."""
        if isinstance(event, Traded):
            self._fill(event)
        elif isinstance(event, ModeSwitched):
            self._modes[event.account_id, event.symbol] = event.to
            for one in self._legs(event.account_id, event.symbol):
                self._switch(one, event.to, event)
        elif isinstance(event, LeverageSet):
            self._leverages[event.account_id, event.symbol] = event.leverage
            for one in self._legs(event.account_id, event.symbol):
                rules = self.past.rules.get(one.venue)
                after = relevered(one.held, event.leverage, one.instrument, rules)
                self._step(one, Did.LEVERAGE, event, after)
        elif isinstance(event, MarginAdjusted):
            self._margin(event)
        elif isinstance(event, MoneyMoved):
            self._money(event)
        elif isinstance(event, FundingBooked):
            self._funding(event)
        elif isinstance(event, StopMoved):
            self._level(event)

    def _legs(self, account: str, symbol: str | None = None, side: Side | None = None) -> list[Building]:
        return [
            one
            for (owner, coin, way), one in self.open.items()
            if owner == account and symbol in (None, coin) and side in (None, way)
        ]

    def _price(self, one: Building, at: int) -> Decimal | None:
        return self.tapes.get(one.symbol, EMPTY).price(at)

    def _adverse(self, one: Building, price: Decimal | None, at: int) -> bool | None:
        if price is None or not one.held.contracts:
            return None
        return self.tapes.get(one.symbol, EMPTY).adverse(one.side, one.held.entry, price, at)

    def _step(
        self, one: Building, did: Did, event: Happened, after: Held, *, amount: Decimal | None = None
    ) -> None:
        price = self._price(one, event.at)
        adverse = self._adverse(one, price, event.at)
        one.put(Step(did, event.id, event.at, price, one.held, after, adverse, amount=amount))

    def _switch(self, one: Building, to: MarginMode, event: Happened) -> None:
        if one.held.mode is to:
            return
        if one.held.mode is None:
            one.held = switched(one.held, to, one.instrument)
            return
        did = Did.TO_CROSS if to is MarginMode.CROSS else Did.TO_ISOLATED
        self._step(one, did, event, switched(one.held, to, one.instrument))

    def _margin(self, event: MarginAdjusted) -> None:
        did = Did.TOP_UP if event.amount > 0 else Did.MARGIN_OUT
        for one in self._legs(event.account_id, event.symbol, event.side):
            margin = None if one.held.margin is None else one.held.margin + event.amount
            after = replace(one.held, margin=margin, mode=one.held.mode or MarginMode.ISOLATED)
            self._step(one, did, event, after, amount=event.amount)

    def _money(self, event: MoneyMoved) -> None:
        if event.what not in ("deposit", "transfer") or event.amount <= 0:
            return
        for one in self._legs(event.account_id):
            if settle_of(one.symbol) == event.asset:
                self._step(one, Did.DEPOSIT, event, one.held, amount=event.amount)

    def _funding(self, event: FundingBooked) -> None:
        legs = self._legs(event.account_id, event.symbol)
        for one in legs:
            alone = len(legs) == 1 and one.costs is not None
            one.costs = one.costs + event.amount if alone and one.costs is not None else None

    def _level(self, event: StopMoved) -> None:
        legs = self._legs(event.account_id, event.symbol, event.side)
        sides = [one.side for one in legs] or ([event.side] if event.side else list(Side))
        for side in sides:
            old = self.levels.move(event, side)
            one = self.open.get((event.account_id, event.symbol, side))
            if one is None:
                continue
            price = self._price(one, event.at)
            adverse = self._adverse(one, price, event.at)
            one.put(self.levels.step(event, one, old, (price, adverse)))

    def _fill(self, fill: Traded) -> None:
        """A fill against the leg it closes, and what is left of it onto the leg it opens."""
        grows = Side.LONG if fill.side == "buy" else Side.SHORT
        other = Side.SHORT if grows is Side.LONG else Side.LONG
        against = self.open.get((fill.account_id, fill.symbol, other))
        left = fill.contracts
        if against is not None and _proves_hedged(against, fill):
            self._hedged.add(fill.account_id)
        if fill.account_id in self._hedged:
            if fill.closes is None:
                for one in self._legs(fill.account_id, fill.symbol):
                    one.miss(UNPLACED)
            against = None if fill.closes is False else against
        if against is not None:
            left -= self._close(against, fill)
        elif fill.closes and self._first(fill, grows):
            return
        if left > 0:
            self._grow(fill, grows, left)

    def _first(self, fill: Traded, grows: Side) -> bool:
        """A closing fill with nothing to close: the history begins in the middle of a position."""
        self._known.discard((fill.account_id, fill.symbol))
        one = self.open.get((fill.account_id, fill.symbol, grows))
        if one is not None:
            one.miss(FIRST_CLOSES)
        return True

    def _close(self, one: Building, fill: Traded) -> Decimal:
        """Close what a fill closes; how much that was."""
        contracts = min(one.held.contracts, fill.contracts)
        gained = realised(one, fill, contracts)
        one.gross = None if gained is None or one.gross is None else one.gross + gained
        if gained is not None:
            self.realised[fill.id] = gained
        self._charge(one, fill, contracts)
        after = shrunk(one.held, contracts)
        did = Did.PARTIAL if after.contracts else Did.CLOSE
        adverse = self._adverse(one, fill.price, fill.at)
        step = Step(did, fill.id, fill.at, fill.price, one.held, after, adverse)
        one.put(replace(step, forced=fill.liquidation, preplaced=fill.preplaced), fill.order_id)
        one.closing.append(fill)
        if not after.contracts:
            one.closed = fill.at
            self.done.append(self.open.pop((fill.account_id, fill.symbol, one.side)))
            standing = (self.levels.standing(one, which) for which in ("stop", "target"))
            one.last_levels = tuple(level for level in standing if level is not None)
            self.levels.drop(fill.account_id, fill.symbol, one.side)
            if one.missing:
                self._known.discard((fill.account_id, fill.symbol))
        return contracts

    @staticmethod
    def _charge(one: Building, fill: Traded, contracts: Decimal) -> None:
        """The fee of this part of a fill; a fee in another asset leaves the net result unknown."""
        if not fill.fee_known or (fill.fee and fill.fee_asset not in ("", settle_of(fill.symbol))):
            one.costs = None
        if one.costs is not None:
            one.costs += fill.fee * contracts / fill.contracts

    def _grow(self, fill: Traded, side: Side, contracts: Decimal) -> None:
        leg = fill.account_id, fill.symbol, side
        one = self.open.get(leg)
        fresh = one is None
        if one is None:
            one = self.open[leg] = self._begin(fill, side)
        if fill.margin_mode is not None and not fresh:
            self._switch(one, fill.margin_mode, fill)
        if fill.leverage is not None:
            one.held = replace(one.held, leverage=fill.leverage)
        adverse = False if fresh else self._adverse(one, fill.price, fill.at)
        after = grown(one.held, fill, contracts, one.instrument)
        did = Did.OPEN if fresh else Did.ADD
        one.put(Step(did, fill.id, fill.at, fill.price, one.held, after, adverse), fill.order_id)
        self._charge(one, fill, contracts)

    def _begin(self, fill: Traded, side: Side) -> Building:
        place = fill.account_id, fill.symbol
        mode = fill.margin_mode or self._modes.get(place)
        leverage = fill.leverage or self._leverages.get(place)
        kind = fill.venue, fill.symbol
        if kind not in self._instruments:
            self._instruments[kind] = instrument_of(self.past, fill)
        held = Held(Decimal(0), fill.price, mode, leverage)
        one = Building(*place[:1], fill.venue, fill.symbol, side, self._instruments[kind], fill.at, held)
        one.plan_id = fill.plan_id
        if one.instrument is None:
            one.miss("the contract's size is not known")
        if self.past.started_flat or fill.realized_pnl == 0:
            self._known.add(place)
        if place not in self._known:
            one.miss(BEFORE)
        one.first_stop = self.levels.standing(one)
        self._hedge(one, fill)
        return one

    def _hedge(self, opened: Building, fill: Traded) -> None:
        """Opening the opposite leg is also a step of the leg that was there."""
        side = Side.SHORT if opened.side is Side.LONG else Side.LONG
        one = self.open.get((fill.account_id, fill.symbol, side))
        if one is not None and one.held.contracts:
            adverse = self._adverse(one, fill.price, fill.at)
            one.put(Step(Did.HEDGE, fill.id, fill.at, fill.price, one.held, one.held, adverse))


def _proves_hedged(one: Building, fill: Traded) -> bool:
    """Whether a fill is said to open and realised nothing, where netting would have realised something."""
    if fill.closes is not False or fill.realized_pnl != 0 or one.instrument is None:
        return False
    prices = one.held.entry, fill.price
    return profit(one.instrument, one.side, min(one.held.contracts, fill.contracts), prices) != 0
