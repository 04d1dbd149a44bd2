"""Maintenance tiers: a dated table of rates by position value, with the deduction that joins them."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from ringfence.domain.numbers import exactly, plain
from ringfence.errors import BadTiers
from ringfence.limits import within


class TierBasis(StrEnum):
    """What floor and cap of a tier are measured in."""

    QUOTE = "quote"
    SETTLE = "settle"
    BASE = "base"
    CONTRACTS = "contracts"


@dataclass(frozen=True, slots=True)
class Tier:
    """One step: from ``floor`` up to, not including, ``cap`` (None: no end).

    Attributes:
        rate: maintenance margin rate as a fraction; Decimal("0.004") is 0.4 %.
        deduction: amount taken off, in settlement asset (Binance: cum, maintAmount).
        max_leverage: highest leverage setting for this size; None when unknown.

    >>> Tier(Decimal(0), None, Decimal("0.005"), Decimal(0)).rate
    Decimal('0.005')
    """

    floor: Decimal
    cap: Decimal | None
    rate: Decimal
    deduction: Decimal
    max_leverage: Decimal | None = None


@dataclass(frozen=True, slots=True)
class TierTable:
    """The tiers of one symbol, from one date on, with the place they come from.

    >>> flat = (Tier(Decimal(0), None, Decimal("0.005"), Decimal(0)),)
    >>> table = TierTable("BTC/USDT:USDT", flat, source="mine")
    >>> table.digest[:7], table.number_at(Decimal(10**9))
    ('sha256:', 0)
    """

    symbol: str
    tiers: tuple[Tier, ...]
    basis: TierBasis = TierBasis.QUOTE
    valid_from: str = ""
    source: str = ""
    jumps: bool = False
    """The table declares that maintenance jumps at its edges; otherwise the tiers must join."""
    caps_included: bool = False
    """A size of exactly a cap still belongs to the tier that ends there, by the venue's rule."""

    @property
    def digest(self) -> str:
        """Hash of the numbers alone, so that the same table has the same digest wherever it came from."""
        rows = "\n".join(
            ",".join(
                "" if v is None else plain(v) for v in (t.floor, t.cap, t.rate, t.deduction, t.max_leverage)
            )
            for t in self.tiers
        )
        return "sha256:" + hashlib.sha256(f"{self.basis.value}\n{rows}".encode()).hexdigest()

    def number_at(self, size: Decimal) -> int:
        """Which tier (0 is the first) a size falls in; above the last cap the last tier goes on."""
        for number in range(len(self.tiers) - 1, 0, -1):
            floor = self.tiers[number].floor
            if size > floor or (size == floor and not self.caps_included):
                return number
        return 0


@exactly
def joined(rows: Sequence[tuple[Decimal, Decimal | None, Decimal, Decimal | None]]) -> tuple[Tier, ...]:
    """Tiers from (floor, cap, rate, max leverage), the deductions derived so that they join.

    >>> d = Decimal
    >>> rows = [(d(0), d(100), d("0.01"), None), (d(100), None, d("0.02"), None)]
    >>> [plain(tier.deduction) for tier in joined(rows)]
    ['0', '1']
    """
    tiers: list[Tier] = []
    deduction, before = Decimal(0), None
    for floor, cap, rate, leverage in rows:
        if before is not None:
            deduction = deduction + floor * (rate - before)
        tiers.append(Tier(floor, cap, rate, deduction, leverage))
        before = rate
    return tuple(tiers)


@exactly
def check_tiers(table: TierTable, *, path: str = "tiers") -> TierTable:
    """The table itself, when it is sound.

    Raises:
        BadTiers: floors that do not meet, a rate that falls or is not between 0 and 1, a leverage that
            rises, or maintenance that jumps at an edge although the table does not declare it.

    >>> d = Decimal
    >>> t = (Tier(d(0), d(5), d("0.01"), d(0)), Tier(d(6), None, d("0.02"), d(0)))
    >>> check_tiers(TierTable("X/Y:Y", t))
    Traceback (most recent call last):
    ringfence.errors.BadTiers: tiers[1].floor: X/Y:Y: does not meet the cap before it, 5 (got 6); ...
    """
    within(len(table.tiers), "tiers_per_table", path=path)
    if not table.tiers:
        raise BadTiers(f"{table.symbol}: no tiers", path=path, hint="one row at least, from zero up")
    if table.tiers[0].floor != 0:
        raise BadTiers(
            f"{table.symbol}: the first tier must start at zero",
            path=f"{path}[0].floor",
            value=table.tiers[0].floor,
        )
    for number, tier in enumerate(table.tiers):
        _check_one(table, number, tier, path=f"{path}[{number}]")
    return table


def _check_one(table: TierTable, number: int, tier: Tier, *, path: str) -> None:
    if not 0 < tier.rate < 1:
        raise BadTiers(
            f"{table.symbol}: a maintenance rate is a fraction between 0 and 1",
            path=f"{path}.rate",
            value=tier.rate,
            hint='write 0.4 % as "0.004"',
        )
    if tier.max_leverage is not None and tier.max_leverage <= 0:
        raise BadTiers(
            f"{table.symbol}: a leverage is above zero", path=f"{path}.max_leverage", value=tier.max_leverage
        )
    last = number == len(table.tiers) - 1
    if (tier.cap is None and not last) or (tier.cap is not None and tier.cap <= tier.floor):
        raise BadTiers(
            f"{table.symbol}: the cap must lie above the floor", path=f"{path}.cap", value=tier.cap
        )
    if number:
        _check_step(table, table.tiers[number - 1], tier, path=path)
    elif tier.deduction != 0 and not table.jumps and not last:
        raise BadTiers(
            f"{table.symbol}: the first tier deducts nothing", path=f"{path}.deduction", value=tier.deduction
        )


def _check_step(table: TierTable, before: Tier, tier: Tier, *, path: str) -> None:
    if tier.floor != before.cap:
        raise BadTiers(
            f"{table.symbol}: does not meet the cap before it, {plain(before.cap)}",
            path=f"{path}.floor",
            value=tier.floor,
            hint="floors and caps must meet",
        )
    if tier.rate <= before.rate:
        raise BadTiers(
            f"{table.symbol}: the rate must rise from tier to tier", path=f"{path}.rate", value=tier.rate
        )
    if before.max_leverage and tier.max_leverage and tier.max_leverage > before.max_leverage:
        raise BadTiers(
            f"{table.symbol}: the leverage must not rise from tier to tier",
            path=f"{path}.max_leverage",
            value=tier.max_leverage,
        )
    expected = before.deduction + tier.floor * (tier.rate - before.rate)
    if tier.deduction != expected and not table.jumps:
        raise BadTiers(
            f"{table.symbol}: maintenance jumps at {plain(tier.floor)}; "
            f"the deduction that joins is {plain(expected)}",
            path=f"{path}.deduction",
            value=tier.deduction,
            hint="correct it, or declare the jump with jumps = true",
        )
