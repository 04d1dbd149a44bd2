"""The numbers that decide verdicts, read from one file whose digest every audit carries."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, fields
from decimal import Decimal
from functools import cache
from importlib.resources import files
from typing import Any

from ringfence.errors import invariant
from ringfence.mirror.canonical import digest


@dataclass(frozen=True, slots=True)
class Basis:
    """Why a threshold has its value, and which rules read it; none: the pause or the permit does."""

    name: str
    value: str
    rules: tuple[str, ...]
    basis: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Thresholds:
    """Every number that decides a verdict: ``_ms`` milliseconds, ``int`` counts, `Decimal` shares, multiples.

    Attributes:
        off: rules that the user turned off; they are listed as not evaluated.

    >>> thresholds().pause_ceiling_seconds, thresholds().idea_risk
    (120, Decimal('0.01'))
    """

    mark_age_ms: int
    snapshot_age_ms: int
    again_ms: int
    buffer_of_mark: Decimal
    buffer_of_atr: Decimal
    buffer_of_way: Decimal
    idea_risk: Decimal
    idea_risk_pause: Decimal
    open_risk: Decimal
    open_risk_pause: Decimal
    day_share: Decimal
    path_share: Decimal
    path_share_pause: Decimal
    looked_away_ms: int
    looked_seconds: int
    holding_share: Decimal
    fee_share: Decimal
    overrides: int
    label_leverage: int
    label_pool_leverage: int
    pool_leverage: int
    pool_leverage_pause: int
    pool_leverage_long: int
    after_loss_ms: int
    loss_of_risk: Decimal
    loss_of_equity: Decimal
    size_ratio: Decimal
    size_ratio_long: Decimal
    chased_z: int
    opens_of_usual: int
    stress_of_planned: int
    own_stop_ms: int
    wins: int
    pool_positions: int
    target_share: Decimal
    worse_share: Decimal
    start_margins: int
    cross_share: Decimal
    hours_left: int
    hours_left_pause: int
    pair_ms: int
    pair_correlation: Decimal
    beta_mismatch: Decimal
    deposits: int
    friction_decay_ms: int
    pause_seconds: int
    long_pause_seconds: int
    pause_ceiling_seconds: int
    clock_deviations: int
    unknown_sigma_day: Decimal
    shown_again_ms: int
    worse_again: Decimal
    shown_most: int
    override_chars: int
    permit_ms: int
    permit_drift: Decimal
    split_ms: int
    loosen_ms: int
    version: str
    off: frozenset[str] = frozenset()

    @property
    def config_hash(self) -> str:
        """SHA-256 of every value, the version and what is turned off; not of the wording of a basis."""
        return digest(self)


@cache
def _document() -> dict[str, Any]:
    text = files("ringfence.mirror").joinpath("thresholds.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


@cache
def thresholds() -> Thresholds:
    """The ones that ship, every rule on."""
    rows = {row["name"]: row["value"] for row in _document()["threshold"]}
    kinds = {one.name: one.type for one in fields(Thresholds) if one.name not in ("version", "off")}
    invariant(set(rows) == set(kinds), "thresholds.toml names every threshold, and no other")
    read = {name: _value(rows[name], str(kind), name) for name, kind in kinds.items()}
    return Thresholds(version=_document()["version"], **read)


def _value(value: object, kind: str, name: str) -> Any:
    if kind == "int":
        invariant(type(value) is int, f"{name} is a whole number in thresholds.toml")
        return value
    invariant(isinstance(value, str), f"{name} is a text in thresholds.toml: floats are not exact")
    return Decimal(str(value))


@cache
def bases() -> tuple[Basis, ...]:
    """Every threshold with its reason, in the order of the file.

    >>> bases()[0].name, bases()[0].rules
    ('mark_age_ms', ('G-01',))
    """
    rows = _document()["threshold"]
    return tuple(Basis(row["name"], str(row["value"]), tuple(row["rules"]), row["basis"]) for row in rows)
