"""The laws as a state machine: Hypothesis looks for a short log that breaks one of them."""

from __future__ import annotations

from decimal import Decimal

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from ringfence.domain.account import MarginMode, Side
from ringfence.engine import Applied, apply, unbalanced
from ringfence.engine import events as ev
from ringfence.engine.invariants import conserved, disturbed, mirrored
from tests.engine.draws import AROUND, BTC, COARSE, COIN, DEMO, ETH, opened, start
from tests.engine.laws import Dust, Traded, idempotency, monotony

SYMBOLS = st.sampled_from((BTC, ETH, COIN))
SIZES = st.sampled_from([Decimal(text) for text in ("0.01", "0.037", "1", "3", "70")])
MOVES = st.integers(700, 1_300)
AMOUNTS = st.sampled_from([Decimal(text) for text in ("0.00000001", "1", "33.33", "500", "4000")])
RATES = st.sampled_from([Decimal(text) for text in ("0.0001", "-0.00037", "0.02")])
SIDES = st.sampled_from(("buy", "sell"))


class Engine(RuleBasedStateMachine):
    """An account that anything may happen to; every law is looked at after every event."""

    @initialize(hedged=st.booleans(), wallet=st.sampled_from(("20000", "900")), coarse=st.booleans())
    def begins(self, hedged: bool, wallet: str, coarse: bool) -> None:
        self.under = COARSE if coarse else DEMO
        self.state = opened(start(hedged=hedged, wallet=wallet), self.under)
        self.traded, self.dust, self.count = Traded(), Dust(), 0

    def happens(self, event: ev.Event) -> Applied:
        done = apply(self.state, event, self.under)
        assert not unbalanced((one.asset, one.amount) for one in done.postings)
        idempotency(event, done, self.under)
        self.dust.holds(done, self.under)
        if done.accepted:
            self.traded.follow(self.state, event)
        else:
            assert done.state.account is self.state.account
        self.state = done.state
        return done

    def name(self) -> str:
        self.count += 1
        return f"e{self.count}"

    def price(self, symbol: str, move: int) -> Decimal:
        return Decimal(AROUND[symbol]) * move / 1_000

    @rule(symbol=SYMBOLS, side=SIDES, size=SIZES, move=MOVES, isolated=st.booleans(), reduce=st.booleans())
    def fill(self, symbol: str, side: str, size: Decimal, move: int, isolated: bool, reduce: bool) -> None:
        fresh = all(one.symbol != symbol for one in self.state.account.positions)
        mode = MarginMode.ISOLATED if isolated else MarginMode.CROSS
        self.happens(
            ev.Filled(
                self.name(), 0, symbol, side, size, self.price(symbol, move), Decimal("0.00045"),
                margin_mode=mode if fresh else None, leverage=Decimal(7) if fresh else None,
                reduce_only=reduce and not fresh,
            )
        )  # fmt: skip

    @rule(asset=st.sampled_from(("USDT", "BTC")), amount=AMOUNTS)
    def deposit(self, asset: str, amount: Decimal) -> None:
        event = ev.Deposit(self.name(), 0, asset, amount)
        monotony(self.state, event, self.under)
        self.happens(event)

    @rule(asset=st.sampled_from(("USDT", "BTC")), amount=AMOUNTS)
    def withdraw(self, asset: str, amount: Decimal) -> None:
        before = self.state
        done = self.happens(ev.Withdrawal(self.name(), 0, asset, amount))
        if done.accepted:
            assert set(disturbed(before, self.state, own=frozenset())) == {("wallet", asset)}

    @rule(symbol=SYMBOLS, rate=RATES, move=MOVES)
    def fund(self, symbol: str, rate: Decimal, move: int) -> None:
        before = self.state
        self.happens(ev.FundingPaid(self.name(), 0, symbol, rate, self.price(symbol, move)))
        touched = {f"fence:{symbol} {side.value}" for side in Side}
        cross = any(
            one.symbol == symbol and one.margin_mode is MarginMode.CROSS for one in before.account.positions
        )
        own = frozenset(touched | ({"wallet"} if cross else set()))
        assert not disturbed(before, self.state, own=own)

    @rule(moves=st.tuples(MOVES, MOVES, MOVES))
    def mark(self, moves: tuple[int, int, int]) -> None:
        marks = {s: self.price(s, move) for s, move in zip((BTC, ETH, COIN), moves, strict=True)}
        assert self.happens(ev.Marked(self.name(), 0, marks)).postings == ()

    @rule(number=st.integers(0, 5), amount=AMOUNTS, out=st.booleans())
    def margin(self, number: int, amount: Decimal, out: bool) -> None:
        held = self.state.account.positions
        if held:
            one = held[number % len(held)]
            self.happens(ev.MarginMoved(self.name(), 0, one.symbol, one.side, -amount if out else amount))

    @rule(number=st.integers(0, 5), move=MOVES, part=st.sampled_from((1, 2, 5)), insured=st.booleans())
    def liquidated(self, number: int, move: int, part: int, insured: bool) -> None:
        held = self.state.account.positions
        if held:
            one, before = held[number % len(held)], self.state
            self.happens(
                ev.PositionTakenOver(
                    self.name(), 0, one.symbol, one.side, one.contracts / part,
                    self.price(one.symbol, move), "insurance" if insured else "wallet",
                )
            )  # fmt: skip
            if one.margin_mode is MarginMode.ISOLATED:
                own = frozenset({f"fence:{one.symbol} {one.side.value}"})
                changed = disturbed(before, self.state, own=own)
                assert all(name == "wallet" and amount > 0 for (name, _), amount in changed.items())

    @rule(symbol=SYMBOLS, isolated=st.booleans())
    def switch(self, symbol: str, isolated: bool) -> None:
        to = MarginMode.ISOLATED if isolated else MarginMode.CROSS
        self.happens(ev.MarginModeChanged(self.name(), 0, symbol, to))

    @rule(symbol=SYMBOLS, leverage=st.sampled_from((2, 7, 25, 100)))
    def releverage(self, symbol: str, leverage: int) -> None:
        self.happens(ev.LeverageChanged(self.name(), 0, symbol, Decimal(leverage)))

    @rule(symbol=SYMBOLS, side=SIDES, size=SIZES, move=MOVES)
    def order(self, symbol: str, side: str, size: Decimal, move: int) -> None:
        name, price = self.name(), self.price(symbol, move)
        self.happens(ev.OrderPlaced(name, 0, f"o-{name}", symbol, side, size, price, leverage=Decimal(7)))

    @rule(number=st.integers(0, 5), part=st.sampled_from((1, 3)))
    def order_fills(self, number: int, part: int) -> None:
        if self.state.orders:
            key = sorted(self.state.orders)[number % len(self.state.orders)]
            one = self.state.orders[key]
            size = one.contracts if part == 1 else one.contracts / 2
            self.happens(ev.Filled(self.name(), 0, one.symbol, one.side, size, one.price, order_id=key))

    @invariant()
    def nothing_is_lost(self) -> None:
        if hasattr(self, "state"):
            assert not conserved(self.state)
            assert not mirrored(self.state, self.under)
            self.traded.agrees(self.state)
            assert self.state.account.orders == tuple(self.state.orders.values())


TestEngine = Engine.TestCase
TestEngine.settings = settings(
    max_examples=40, stateful_step_count=40, deadline=None, derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much],
)  # fmt: skip
