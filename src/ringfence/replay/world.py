"""Worlds: an account somewhere on a path, and the log of what has happened to it so far."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal

from ringfence.domain.numbers import Number
from ringfence.engine.canon import canonical, digest_of
from ringfence.engine.liquidate import RingLiquidated
from ringfence.engine.state import State
from ringfence.exact.ring import Ring
from ringfence.replay.scene import Stop, Within


@dataclass(frozen=True, slots=True)
class Funded:
    """Funding of a stretch of bars in which nothing else happened.

    Attributes:
        first, last: times of the bars of the first and the last payment. amounts: by symbol, what came in.
    """

    first: int
    last: int
    payments: int
    amounts: Mapping[str, Number]


@dataclass(frozen=True, slots=True)
class Liquidation:
    """A ring that the venue liquidated.

    Attributes:
        bar, at: its number and when it opened, UTC milliseconds. where: on which part of the bar.
        marks: of the moment, of the coins that move the ring.
    """

    bar: int
    at: int
    where: str = field(compare=False)
    marks: Mapping[str, Decimal]
    ring: RingLiquidated


@dataclass(frozen=True, slots=True)
class Fill:
    """An order that filled, or that the venue refused to fill. ``words``: what came of it."""

    bar: int
    at: int
    where: str = field(compare=False)
    symbol: str
    side: str
    contracts: Decimal
    price: Decimal
    accepted: bool
    words: tuple[str, ...]


Entry = Funded | Liquidation | Fill


@dataclass(frozen=True)
class World:
    """An account on its way.

    Attributes:
        bar: the next bar that it has not been led through. posted: funding of bars before this one stands
            in the state. log: what happened. owing: funding since the last entry, by symbol.
        exits: by ring, the bar at which it must be looked at; None: never again on this path.
        waiting: the bar in which an order fills or a payment must be made by itself.
        within: the order that it keeps to since two orders disagreed; None: they never did.
        epochs: (bar, state) from which on the state holds, funding apart.
        moments: (bar, state) at every price that a walk went through, where somebody asked for them; None:
            nobody did. They tell what an account was worth inside the bars in which something happened.
    """

    state: State
    bar: int = 0
    posted: int = 0
    log: tuple[Entry, ...] = ()
    owing: Funded | None = None
    stops: tuple[Stop, ...] = ()
    rings: tuple[Ring, ...] = ()
    exits: Mapping[str, int | None] = field(default_factory=dict)
    waiting: int | None = None
    within: Within | None = None
    epochs: tuple[tuple[int, State], ...] = ()
    moments: tuple[tuple[int, State], ...] | None = None

    @property
    def deaths(self) -> tuple[Liquidation, ...]:
        """The liquidations, in order."""
        return tuple(one for one in self.log if isinstance(one, Liquidation))

    def stands(self, state: State) -> World:
        """The world with another state, kept as a moment where they are kept."""
        kept = None if self.moments is None else (*self.moments, (self.bar, state))
        return replace(self, state=state, moments=kept)

    def said(self, entry: Entry) -> World:
        """The world with one more entry; funding that came before it is written down first."""
        return replace(self.closed(), log=(*self.closed().log, entry))

    def closed(self) -> World:
        """The world with its funding so far as an entry of the log."""
        if self.owing is None:
            return self
        return replace(self, log=(*self.log, self.owing), owing=None)

    @property
    def digest(self) -> str:
        """Digest of everything that happened and of what is left, for whoever compares two walks."""
        state = self.state
        parts = (state.account, state.balances, state.orders, self.stops)
        told = [_told(one) for one in self.closed().log]
        return digest_of("\n".join([*told, *(canonical(part) for part in parts)]))


def _told(entry: Entry) -> str:
    if isinstance(entry, Liquidation):
        ring = entry.ring
        steps = [(one.what, one.event, one.postings) for one in ring.taken]
        figures = (ring.ring, ring.equity, ring.requirement, ring.cured, ring.losses, steps)
        return canonical((entry.bar, entry.at, entry.where, entry.marks, figures))
    return canonical(entry)


def with_funding(world: World, at: int, symbol: str, amount: Number) -> World:
    """One payment, in the running sum of its stretch."""
    own = world.owing or Funded(at, at, 0, {})
    amounts = {**own.amounts, symbol: own.amounts.get(symbol, Decimal(0)) + amount}
    return replace(world, owing=Funded(own.first, at, own.payments + 1, dict(sorted(amounts.items()))))
