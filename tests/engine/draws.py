"""A seeded generator of events: fast enough for the counts that the laws are held to on every push."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from random import Random

from ringfence.domain.account import Account, InstrumentTerms, MarginMode, Side
from ringfence.domain.tiers import Tier, TierTable, joined
from ringfence.engine import Applied, State, apply, begin
from ringfence.engine import events as ev
from ringfence.venues import registry
from ringfence.venues.rules import Money, VenueRules

BTC, ETH, COIN = "BTC/USDT:USDT", "ETH/USDT:USDT", "BTC/USD:BTC"
AROUND: Mapping[str, int] = {BTC: 60_000, ETH: 3_000, COIN: 60_000}
SIZES: Mapping[str, tuple[str, ...]] = {
    BTC: ("0.001", "0.01", "0.037", "0.1", "0.25"),
    ETH: ("0.01", "0.3", "1", "2.5", "7"),
    COIN: ("1", "3", "7", "50", "120"),
}
FEES = ("0.0005", "0.0002", "0", "-0.0001", "0.00045")
RATES = ("0.0001", "-0.0003", "0.000137", "0.0075", "-0.00000012")
DEMO = registry.rules("demo")
COARSE = replace(DEMO, money=Money(Decimal("0.01"), "half up"))
"""The same venue, were its money whole cents: nearly everything is rounded."""


@dataclass(frozen=True)
class Draw:
    """What events are drawn for: the state they follow, and the source of chance."""

    rng: Random
    state: State
    id: str
    at: int
    symbols: tuple[str, ...] = (BTC, ETH, COIN)

    def symbol(self) -> str:
        """Any symbol, one that is open more often than not."""
        held = [one.symbol for one in self.state.account.positions if one.symbol in self.symbols]
        return self.rng.choice([*self.symbols, *held, *held])

    def price(self, symbol: str) -> Decimal:
        """A price on a coarse grid around the usual one, now and then far away."""
        width = self.rng.choice((10, 60, 60, 60, 400))
        return Decimal(AROUND[symbol]) * (1_000 + self.rng.randint(-width, width)) / 1_000


def start(*, hedged: bool = False, coin: bool = True, wallet: str = "20000") -> Account:
    """A demo account with the three symbols that are drawn."""
    flat = joined([(Decimal(0), None, Decimal("0.005"), Decimal(50))])
    return Account(
        venue="demo",
        wallet={"USDT": Decimal(wallet), **({"BTC": Decimal(3)} if coin else {})},
        hedged=hedged,
        instruments={COIN: InstrumentTerms(contract_size=Decimal(100))},
        tiers={COIN: TierTable(COIN, flat, source="drawn")},
    )


def opened(account: Account, rules: VenueRules = DEMO) -> State:
    """The state that a run starts in, with a mark for every symbol."""
    return begin(account, rules, marks={symbol: Decimal(price) for symbol, price in AROUND.items()})


def _filled(draw: Draw) -> ev.Event:
    symbol, rng = draw.symbol(), draw.rng
    side, contracts = rng.choice(("buy", "sell")), Decimal(rng.choice(SIZES[symbol]))
    held = [one for one in draw.state.account.positions if one.symbol == symbol]
    closing = held and rng.random() < 0.4
    if closing:
        one = rng.choice(held)
        side = "sell" if one.side is Side.LONG else "buy"
        contracts = one.contracts if rng.random() < 0.5 else min(contracts, one.contracts)
    fresh = not held
    return ev.Filled(
        draw.id, draw.at, symbol, side, contracts, draw.price(symbol), Decimal(rng.choice(FEES)),
        margin_mode=MarginMode(rng.choice(("isolated", "cross"))) if fresh else None,
        leverage=Decimal(rng.choice((3, 5, 10, 20))) if fresh else None, reduce_only=bool(closing),
    )  # fmt: skip


def _placed(draw: Draw) -> ev.Event:
    symbol, rng = draw.symbol(), draw.rng
    return ev.OrderPlaced(
        draw.id, draw.at, f"o-{draw.id}", symbol, rng.choice(("buy", "sell")),
        Decimal(rng.choice(SIZES[symbol])), draw.price(symbol), leverage=Decimal(10),
    )  # fmt: skip


def _order_filled(draw: Draw) -> ev.Event:
    if not draw.state.orders:
        return _placed(draw)
    name = draw.rng.choice(sorted(draw.state.orders))
    order = draw.state.orders[name]
    part = order.contracts if draw.rng.random() < 0.5 else order.contracts / 2
    return ev.Filled(
        draw.id, draw.at, order.symbol, order.side, part, order.price, Decimal(draw.rng.choice(FEES)), name,
        leverage=None if _open(draw, order.symbol) else Decimal(10),
    )  # fmt: skip


def _open(draw: Draw, symbol: str) -> bool:
    return any(one.symbol == symbol for one in draw.state.account.positions)


def _cancelled(draw: Draw) -> ev.Event:
    names = sorted(draw.state.orders) or ["nothing"]
    return ev.OrderCancelled(draw.id, draw.at, draw.rng.choice(names))


def _margin(draw: Draw) -> ev.Event:
    amount = Decimal(draw.rng.choice(("10", "250.5", "-10", "-33.33333333", "-400")))
    held = draw.state.account.positions
    fenced = [one.key for one in held if one.isolated_margin is not None]
    symbol, side = draw.rng.choice([*fenced, *fenced, (draw.symbol(), "long")])
    return ev.MarginMoved(draw.id, draw.at, symbol, Side(side), amount)


def _wallet(draw: Draw) -> ev.Event:
    asset, amount = draw.rng.choice(("USDT", "BTC")), Decimal(draw.rng.choice(("0.01", "1", "0.5", "700")))
    kind = draw.rng.choice((ev.Deposit, ev.Withdrawal, ev.Transfer, ev.Withdrawal))
    if kind is ev.Transfer:
        return ev.Transfer(draw.id, draw.at, asset, draw.rng.choice((1, -1)) * amount)
    return kind(draw.id, draw.at, asset, amount)


def _settings(draw: Draw) -> ev.Event:
    symbol, rng = draw.symbol(), draw.rng
    mode = MarginMode(rng.choice(("isolated", "cross")))
    table = draw.state.account.tiers.get(symbol)
    choices: list[Callable[[], ev.Event]] = [
        lambda: ev.LeverageChanged(draw.id, draw.at, symbol, Decimal(rng.choice((2, 5, 10, 25)))),
        lambda: ev.MarginModeChanged(draw.id, draw.at, symbol, mode),
        lambda: ev.PositionModeChanged(draw.id, draw.at, not draw.state.account.hedged),
        lambda: ev.AutoAddMargin(draw.id, draw.at, symbol, Side.LONG, rng.random() < 0.5),
        lambda: ev.Corrected(draw.id, draw.at, "USDT", Decimal("0.07"), "interest booked twice"),
    ]
    if table is not None:
        rates = (Decimal("0.004"), Decimal("0.006"))
        one = Tier(Decimal(0), None, rng.choice(rates), Decimal(0), Decimal(50))
        choices.append(lambda: ev.TiersChanged(draw.id, draw.at, replace(table, tiers=(one,))))
    return rng.choice(choices)()


def _funded(draw: Draw) -> ev.Event:
    symbol = draw.symbol()
    return ev.FundingPaid(draw.id, draw.at, symbol, Decimal(draw.rng.choice(RATES)), draw.price(symbol))


def _marked(draw: Draw) -> ev.Event:
    return ev.Marked(draw.id, draw.at, {symbol: draw.price(symbol) for symbol in draw.symbols})


def _settled(draw: Draw) -> ev.Event:
    symbol = draw.symbol()
    return ev.Settled(draw.id, draw.at, symbol, draw.price(symbol))


def _by_venue(draw: Draw) -> ev.Event:
    """The venue closes a part of a position, or all of it, wherever the price is."""
    if not draw.state.account.positions:
        return _filled(draw)
    one = draw.rng.choice(draw.state.account.positions)
    whole = draw.rng.random() < 0.5
    contracts = one.contracts if whole else one.contracts / 2
    price = draw.price(one.symbol)
    if draw.rng.random() < 0.5:
        return ev.PositionReduced(draw.id, draw.at, one.symbol, one.side, contracts, price)
    to = draw.rng.choice(("wallet", "insurance"))
    return ev.PositionTakenOver(draw.id, draw.at, one.symbol, one.side, contracts, price, to)


WEIGHTS: Mapping[Callable[[Draw], ev.Event], int] = {
    _filled: 30, _placed: 5, _order_filled: 5, _cancelled: 3, _margin: 8, _wallet: 10, _settings: 8,
    _funded: 14, _marked: 8, _settled: 1, _by_venue: 4,
}  # fmt: skip


def draw_event(draw: Draw) -> ev.Event:
    """One event that could follow; about a third are refused."""
    return draw.rng.choices(list(WEIGHTS), list(WEIGHTS.values()))[0](draw)


def run(
    seed: int, count: int, *, hedged: bool = False, rules: VenueRules = DEMO
) -> Iterator[tuple[State, ev.Event, Applied]]:
    """A seeded run: the state before, the event, and what came of it."""
    rng = Random(seed)
    state = opened(start(hedged=hedged, wallet=rng.choice(("20000", "20000", "900"))))
    for number in range(count):
        event = draw_event(Draw(rng, state, f"{seed}-{number}", number))
        done = apply(state, event, rules)
        yield state, event, done
        state = done.state
