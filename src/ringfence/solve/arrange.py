"""Arrangements: one account as it is, every position behind a fence, and every position in the pool."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

from ringfence.domain.account import Account, MarginMode, Position
from ringfence.domain.numbers import exactly
from ringfence.errors import MissingLeverage, NotSupported
from ringfence.exact.leg import Leg
from ringfence.exact.ring import Book, prepare
from ringfence.venues.rules import Fence, VenueRules


class TwinName(StrEnum):
    """Which twin: the book as it is, every position behind a fence, or every position in the pool."""

    AS_IS = "as_is"
    ISOLATED = "isolated"
    CROSS = "cross"


@dataclass(frozen=True)
class Arrangement:
    """One account under one arrangement of margin modes, nothing about it solved yet.

    Attributes:
        prepared: the book, ready for arithmetic; None for one that cannot exist.
        missing: by asset, what the wallet lacks to pay for the fences. reason: why it cannot exist.
    """

    name: TwinName
    account: Account
    prepared: Book | None
    missing: Mapping[str, Decimal] = field(default_factory=dict)
    reason: str = ""

    @property
    def feasible(self) -> bool:
        """Whether the venue and the wallet allow it."""
        return self.prepared is not None

    @property
    def book(self) -> Book:
        """The prepared book.

        Raises:
            NotSupported: the arrangement cannot exist; says why.
        """
        if self.prepared is None:
            raise NotSupported(self.reason, path=self.name.value)
        return self.prepared


@exactly
def arrangements(
    account: Account, rules: VenueRules, *, on: str
) -> tuple[Arrangement, Arrangement, Arrangement]:
    """The same account as it is, all isolated and all cross.

    A venue without isolated margin has no isolated twin, which says so.

    What is isolated keeps its fence; a cross position gets the fence its venue asks at entry, paid from
    the wallet; in the cross arrangement every fence returns to its pool.

    Raises:
        MissingLeverage: a cross position without leverage, so that its fence is unknown.
        NoTier: as `prepare`.
    """
    own = Arrangement(TwinName.AS_IS, account, prepare(account, rules, on=on))
    return own, _isolated(own.book, rules), _cross(account, rules, on)


def _cross(account: Account, rules: VenueRules, on: str) -> Arrangement:
    wallet = dict(account.wallet)
    positions = []
    for position in account.positions:
        if position.isolated_margin is not None:
            asset = rules.instrument(position.symbol, account.instruments.get(position.symbol)).settle
            wallet[asset] = wallet.get(asset, Decimal(0)) + position.isolated_margin
        positions.append(in_pool(position))
    pooled = replace(account, wallet=wallet, positions=tuple(positions))
    return Arrangement(TwinName.CROSS, pooled, prepare(pooled, rules, on=on))


def in_pool(position: Position) -> Position:
    """The same position without a fence of its own."""
    return replace(position, margin_mode=MarginMode.CROSS, isolated_margin=None, auto_add_margin=False)


def _isolated(book: Book, rules: VenueRules) -> Arrangement:
    account = book.account
    wallet = dict(account.wallet)
    positions = []
    for number, position in enumerate(account.positions):
        if position.isolated_margin is not None:
            positions.append(position)
            continue
        _, leg = book.leg_of(position)
        if rules.fence is Fence.NONE:
            break
        fence, asset = _fence(leg, rules, path=f"positions[{number}].leverage"), leg.instrument.settle
        wallet[asset] = wallet.get(asset, Decimal(0)) - fence
        positions.append(replace(position, margin_mode=MarginMode.ISOLATED, isolated_margin=fence))
    fenced = replace(account, wallet=wallet, positions=tuple(positions))
    missing = {
        asset: -amount for asset, amount in wallet.items() if amount < min(account.wallet.get(asset, 0), 0)
    }
    reason = _refused(account, rules, missing)
    prepared = None if reason else prepare(fenced, rules, on=book.on)
    return Arrangement(TwinName.ISOLATED, fenced, prepared, missing, reason)


def _refused(account: Account, rules: VenueRules, missing: Mapping[str, Decimal]) -> str:
    """Why every position cannot stand behind a fence; empty when it can."""
    if rules.fence is Fence.NONE and account.positions:
        return f"{rules.title} has no isolated margin"
    if account.multi_asset and account.positions and not rules.fences_beside_multi_asset:
        return "a multi-asset pool has no isolated margin at this venue"
    if missing:
        lacks = ", ".join(f"{amount.normalize():f} {asset}" for asset, amount in missing.items())
        return f"the wallet cannot pay for the fences: {lacks} missing"
    return ""


def _fence(leg: Leg, rules: VenueRules, *, path: str) -> Decimal:
    """What the venue puts behind a fence at entry, as its rule ``fence`` says."""
    if leg.initial_rate is None:
        raise MissingLeverage(
            "the isolated twin needs the leverage that the fence is paid for at",
            path=path,
            hint='write leverage = "10"',
        )
    return rules.money.round(fence_of(leg))


def fence_of(leg: Leg) -> Fraction:
    """What stands inside a fence when this position is opened isolated at its leverage."""
    own = None if leg.schedule is None else leg.schedule.fence
    return Fraction(leg.entry_value) * Fraction(leg.initial_rate or 0) if own is None else Fraction(own)
