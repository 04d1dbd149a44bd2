"""The desk of a made-up trader: every wish goes through the exact engine, and what it books is kept.

The desk also writes down what was put into the history: which booking was a rescue, a moved stop, an
averaging down, a flip. It judges by the engine's own state, not by what can be read back from the bookings.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import ROUND_HALF_EVEN, Decimal
from fractions import Fraction
from typing import Any

from ringfence.domain.account import Account, MarginMode, Position, Side
from ringfence.domain.market import Market
from ringfence.domain.tiers import Tier, TierTable
from ringfence.engine import events as engine
from ringfence.engine.apply import apply
from ringfence.engine.liquidate import liquidate
from ringfence.engine.postings import DUST, Posting
from ringfence.engine.state import Refused, begin
from ringfence.errors import invariant
from ringfence.exact.health import sums
from ringfence.exact.ring import prepare
from ringfence.mirror import happened as booked
from ringfence.solve.liquidation import Reach, move_alone
from ringfence.testing.traders.paths import AN_HOUR, SLOT, START, Path
from ringfence.venues.registry import rules

VENUE = "demo"
FEE = Decimal("0.0002")
FINE = Decimal("0.00000001")
SECOND = 1_000
GROWS = Fraction(1001, 1000)
MOVES = 14
"""Hours whose mean move says what noise is; a tenth of it does not count as losing."""


def tiers_of(*symbols: str) -> dict[str, TierTable]:
    """Half a per cent of the value at any size, so that money has no scale of its own."""
    one = (Tier(Decimal(0), None, Decimal("0.005"), Decimal(0)),)
    return {name: TierTable(name, one, source="laboratory convention") for name in symbols}


@dataclass(frozen=True, slots=True)
class Ring:
    """What a position could consume, and how far its liquidation is; None: no price of it liquidates."""

    at_risk: Fraction
    distance: Fraction | None
    threshold: Fraction | None

    def safer_than(self, other: Ring) -> bool:
        """More behind it, and liquidation further away: what makes something done to it a rescue."""
        if self.at_risk <= other.at_risk * GROWS or other.distance is None:
            return False
        return self.distance is None or self.distance > other.distance


@dataclass(frozen=True, slots=True)
class Fill:
    """How a fill is done: at a price of its own, in which mode, and by which kind of order."""

    price: Decimal | None = None
    mode: MarginMode | None = None
    leverage: int | None = None
    preplaced: bool | None = False
    closes: bool = False
    plan_id: str | None = None


@dataclass
class Desk:
    """An account at the teaching venue, traded on paths of five minutes.

    Attributes:
        paths: by symbol. wallet: what it starts with. bookings: what a venue's export would say, in order.
        log: what the engine was told. events: by detector, ids of what was put into the history.
    """

    paths: Mapping[str, Path]
    wallet: Decimal
    bookings: list[booked.Happened] = field(default_factory=list)
    log: list[engine.Event] = field(default_factory=list)
    events: dict[str, set[str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.rules = rules(VENUE)
        self.state = begin(self.account(), self.rules, at=START)
        self._at = START
        self._seen = -1
        self._stops: dict[tuple[str, str], Decimal] = {}

    def account(self) -> Account:
        """What it starts with."""
        tiers = tiers_of(*self.paths)
        return Account(venue=VENUE, wallet={"USDT": self.wallet}, tiers=tiers)

    # -- what is there ------------------------------------------------------------------------------

    def held(self, symbol: str) -> Position | None:
        """The position in a symbol."""
        return next((one for one in self.state.account.positions if one.symbol == symbol), None)

    def entry(self, symbol: str) -> Fraction:
        """Its average entry, exact."""
        one = self.held(symbol)
        if one is None:
            return Fraction(0)
        if one.entry_cost is None:
            return Fraction(one.entry_price or 0)
        return Fraction(one.entry_cost) / Fraction(one.contracts)

    def money(self) -> Decimal:
        """The wallet and every fence, without unrealised profit."""
        fences = (one.isolated_margin or Decimal(0) for one in self.state.account.positions)
        return self.state.account.wallet.get("USDT", Decimal(0)) + sum(fences, Decimal(0))

    def mark(self, symbol: str, slot: int) -> Decimal:
        """The price at the last whole hour: the only marks the detectors see."""
        return self.paths[symbol].price(slot - slot % AN_HOUR)

    def losing(self, symbol: str, slot: int, price: Decimal | None = None) -> bool:
        """Whether the position loses by at least a tenth of what an hour moved lately."""
        one = self.held(symbol)
        if one is None:
            return False
        seen = Fraction(self.mark(symbol, slot) if price is None else price)
        lost = (self.entry(symbol) - seen) * one.side.sign
        moved = self.paths[symbol].moved(slot // AN_HOUR, MOVES)
        return lost > 0 and 100 * lost * 10 * MOVES >= moved

    def ring(self, symbol: str, price: Decimal) -> Ring:
        """The ring of a position with the coin at a price."""
        book = prepare(self.state.account, self.rules, on="9999-12-31")
        one = next(one for one in book.account.positions if one.symbol == symbol)
        market, ring = Market({**self.state.marks, symbol: price}), book.ring_of(one)
        answer = move_alone(book, market, ring, symbol)
        equity = Fraction(sums(ring, market.marks).equity)
        if answer.reach is Reach.ALREADY:
            return Ring(equity, Fraction(0), None)
        at = answer.below if one.side is Side.LONG else answer.above
        if at is None:
            return Ring(equity, None, None)
        return Ring(equity, abs(Fraction(price) - at.threshold) / Fraction(price), at.threshold)

    # -- what is done -------------------------------------------------------------------------------

    def fill(self, symbol: str, slot: int, contracts: Decimal, how: Fill) -> str:
        """A fill; contracts below zero are sold."""
        self._look(slot)
        price = self.paths[symbol].price(slot) if how.price is None else how.price
        side = "buy" if contracts > 0 else "sell"
        made = {} if how.closes else {"margin_mode": how.mode, "leverage": _number(how.leverage)}
        postings = self._tell(
            engine.Filled, symbol=symbol, side=side, contracts=abs(contracts), price=price, fee_rate=FEE,
            reduce_only=how.closes, **made,
        )  # fmt: skip
        said = (
            {**made, "plan_id": how.plan_id}
            if not how.closes
            else {"realized_pnl": -_to("counterparty", postings)}
        )
        return self._book(
            booked.Traded, symbol=symbol, side=side, contracts=abs(contracts), price=price,
            fee=-_to("fees", postings) - _to(DUST, postings), fee_asset="USDT", closes=how.closes,
            preplaced=how.preplaced if how.closes else None, contract_size=Decimal(1), **said,
        )  # fmt: skip

    def close(
        self, symbol: str, slot: int, *, price: Decimal | None = None, preplaced: bool | None = False
    ) -> str:
        """Close all of a position; its stops and targets are gone with it."""
        one = self.held(symbol)
        invariant(one is not None, "a made-up trader closes only what is open")
        size = Decimal(0) if one is None else one.contracts * -one.side.sign
        for which in ("stop", "target"):
            self._stops.pop((symbol, which), None)
        return self.fill(symbol, slot, size, Fill(price=price, preplaced=preplaced, closes=True))

    def add(self, symbol: str, slot: int, contracts: Decimal, how: Fill, *, rung: bool = False) -> str:
        """More of what is held; averaging down and rescue are written down unless a plan has the rung."""
        one, price = self.held(symbol), self.paths[symbol].price(slot) if how.price is None else how.price
        invariant(one is not None, "a made-up trader adds only to what is open")
        if one is None:
            return ""
        self._look(slot)
        losing, before = self.losing(symbol, slot, price), self.ring(symbol, price)
        more = replace(how, mode=one.margin_mode, leverage=None, price=price)
        name = self.fill(symbol, slot, contracts * one.side.sign, more)
        if losing and not rung:
            if one.margin_mode is MarginMode.CROSS:
                self._note("D5", name)
            if self.ring(symbol, price).safer_than(before):
                self._note("D1", name)
        return name

    def top_up(self, symbol: str, slot: int, amount: Decimal, *, planned: bool = False) -> None:
        """Margin into the fence, or out of it."""
        wish = {"symbol": symbol, "side": None, "amount": amount}
        kinds = engine.MarginMoved, booked.MarginAdjusted
        self._helped(symbol, slot, kinds, (wish, {**wish, "asset": "USDT"}), planned=planned)

    def lever(self, symbol: str, slot: int, leverage: int) -> None:
        """Another leverage for what is open; the fence follows."""
        wish = {"symbol": symbol, "leverage": Decimal(leverage)}
        self._helped(symbol, slot, (engine.LeverageChanged, booked.LeverageSet), (wish, wish))

    def to_cross(self, symbol: str, slot: int, *, planned: bool = False) -> None:
        """The fence is opened into the pool."""
        losing = self.losing(symbol, slot)
        wish = {"symbol": symbol, "to": MarginMode.CROSS}
        kinds = engine.MarginModeChanged, booked.ModeSwitched
        name = self._helped(symbol, slot, kinds, (wish, wish), planned=planned)
        if losing and not planned:
            self._note("D8", name)

    def deposit(self, slot: int, amount: Decimal, symbol: str = "") -> None:
        """Money from outside; a rescue where it backs a losing position in cross."""
        wish = {"asset": "USDT", "amount": amount}
        kinds = engine.Deposit, booked.MoneyMoved
        self._helped(symbol, slot, kinds, (wish, {**wish, "what": "deposit"}))

    def reopen(self, symbol: str, slot: int, leverage: int) -> None:
        """Close the fence and open the same in cross minutes later: a flip, whatever it is called."""
        one, path = self.held(symbol), self.paths[symbol]
        if one is None:
            return
        self._look(slot)
        price = path.price(slot)
        losing, before = self.losing(symbol, slot, price), self.ring(symbol, price)
        self.close(symbol, slot)
        size = one.contracts * one.side.sign
        name = self.fill(symbol, slot, size, Fill(mode=MarginMode.CROSS, leverage=leverage))
        if losing:
            self._note("D8", name)
            if self.ring(symbol, price).safer_than(before):
                self._note("D1", name)

    def level(self, symbol: str, slot: int, price: Decimal | None, which: str = "stop") -> None:
        """A stop or target placed, moved or taken away; the engine is not asked about resting orders."""
        self._look(slot)
        one, old = self.held(symbol), self._stops.get((symbol, which))
        side = None if one is None else one.side
        name = self._book(booked.StopMoved, symbol=symbol, side=side, which=which, price=price)
        if price is not None:
            self._stops[symbol, which] = price
        if one is None or old is None:
            return
        back = price is None or (price - old) * one.side.sign < 0
        if which == "stop" and back and self.losing(symbol, slot):
            self._note("D4", name)
        ahead = (Fraction(self.mark(symbol, slot)) - self.entry(symbol)) * one.side.sign > 0
        if which == "target" and price is not None and back and ahead:
            self._note("D4", name)

    def take_away(self, symbol: str, slot: int) -> None:
        """A stop taken away because the position is about to be closed: no room is given."""
        self._look(slot)
        one = self.held(symbol)
        side = None if one is None else one.side
        self._book(booked.StopMoved, symbol=symbol, side=side, which="stop", price=None)
        self._stops.pop((symbol, "stop"), None)

    def dies(self, symbol: str, slot: int) -> bool:
        """The venue looks at the price of this slot; whether it closes the position by force."""
        one = self.held(symbol)
        if one is None:
            return False
        self._at = max(self._at + SECOND, START + slot * SLOT + SECOND)
        self._mark({name: path.price(slot) for name, path in self.paths.items()}, slot)
        self._seen = -1
        before, done = self.money(), liquidate(self.state, self.rules, at=self._at)
        if not done.rings:
            return False
        entry, self.state = self.entry(symbol), done.state
        invariant(self.held(symbol) is None and len(done.rings) == 1, "one fence dies at a time, whole")
        lost = self.money() - before
        side = "sell" if one.side is Side.LONG else "buy"
        self._book(
            booked.Traded, symbol=symbol, side=side, contracts=one.contracts, closes=True,
            price=_bankrupt(one, entry, lost), realized_pnl=lost, liquidation=True, contract_size=Decimal(1),
            fee_asset="USDT",
        )  # fmt: skip
        for which in ("stop", "target"):
            self._stops.pop((symbol, which), None)
        return True

    # -- how it is done -----------------------------------------------------------------------------

    def _helped(
        self, symbol: str, slot: int, kinds: tuple[Any, Any], wishes: tuple[Any, Any], *,
        planned: bool = False,
    ) -> str:  # fmt: skip
        """Something done to an open position; a rescue where it loses and stands safer afterwards."""
        self._look(slot)
        held = self.held(symbol) is not None
        losing = held and self.losing(symbol, slot)
        mark = self.mark(symbol, slot) if held else Decimal(0)
        before = self.ring(symbol, mark) if losing else None
        self._tell(kinds[0], **wishes[0])
        name = self._book(kinds[1], **wishes[1])
        if before is not None and not planned and self.ring(symbol, mark).safer_than(before):
            self._note("D1", name)
        return name

    def _note(self, detector: str, name: str) -> None:
        self.events.setdefault(detector, set()).add(name)

    def _look(self, slot: int) -> None:
        """Time goes on to a slot, and the marks to its hour."""
        self._at = max(self._at + SECOND, START + slot * SLOT + SECOND)
        hour = slot // AN_HOUR
        if hour != self._seen:
            self._mark({name: self.mark(name, slot) for name in self.paths}, slot)
            self._seen = hour

    def _mark(self, marks: dict[str, Decimal], slot: int) -> None:
        if any(self.state.marks.get(name) != mark for name, mark in marks.items()):
            self._tell(engine.Marked, marks=marks)
        invariant(slot >= 0, "slots are counted from the start")

    def _tell(self, kind: Any, **said: Any) -> tuple[Posting, ...]:
        """One event to the engine, which must not refuse it."""
        event = kind(f"x{len(self.log)}", self._at, **said)
        done = apply(self.state, event, self.rules)
        if isinstance(done.outcome, Refused):
            invariant(False, f"no made-up trader is refused: {done.outcome.words}")  # noqa: FBT003
        self.log.append(event)
        self.state = done.state
        return done.postings

    def _book(self, kind: Any, **said: Any) -> str:
        name = f"b{len(self.bookings)}"
        self._at += SECOND
        self.bookings.append(kind(id=name, at=self._at, venue=VENUE, **said))
        return name


def _to(account: str, postings: tuple[Posting, ...]) -> Decimal:
    """What went to an account of the ledger."""
    return sum((Decimal(str(one.amount)) for one in postings if one.account == account), Decimal(0))


def _bankrupt(one: Position, entry: Fraction, lost: Decimal) -> Decimal:
    """The price at which the loss is what was lost, as a venue reports it."""
    exact = entry + Fraction(lost) / Fraction(one.contracts) * one.side.sign
    return (Decimal(exact.numerator) / exact.denominator).quantize(FINE, ROUND_HALF_EVEN)


def _number(value: int | None) -> Decimal | None:
    return None if value is None else Decimal(value)
