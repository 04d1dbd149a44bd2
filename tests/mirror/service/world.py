"""A person at their desk: a context with a clock that the test moves, and the account of RESCUE-1."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from ringfence.service.context import Context
from ringfence.service.operations import operation_named
from ringfence.service.principal import ALL, Principal

BTC = "BTC/USDT:USDT"
START = 1_795_355_334_049
LINES = {
    "disproof": "BTC 4h close below 51,000 within 2 days",
    "invalidation": "51000",
    "do_nothing": "I already carry 6 percent correlated risk and funding costs rise",
}
WRITTEN = {"active_ms": 20_000, "keystrokes": 150, "pasted_chars": 0, "focus_lost_ms": 0}
REASON = "the four hour level still holds and the pool is small"


def account(*, mark: str = "58000", **more: Any) -> dict[str, Any]:
    """RESCUE-1: one bitcoin from 60,000 behind 3,000 of 10,000, flat maintenance, no fees."""
    position = {
        "symbol": BTC, "side": "long", "contracts": "1", "entry_price": "60000", "leverage": "20",
        "margin_mode": "isolated", "isolated_margin": "3000",
    }  # fmt: skip
    return {
        "venue": "demo", "on": "2026-11-22", "wallet": {"USDT": "7000"}, "marks": {BTC: mark},
        "tiers": {BTC: {"rows": [{"floor": "0", "rate": "0.005"}]}},
        "rates": {BTC: {"taker_fee": "0"}},
        "positions": [position],
    } | more  # fmt: skip


def flat(mark: str = "58000") -> dict[str, Any]:
    """The same account with nothing open."""
    return account(mark=mark) | {"positions": []}


@dataclass
class Desk:
    """Asks operations; ``now_ms`` is the clock on the wall."""

    folder: Path
    now_ms: int = START
    principal: Principal = field(default_factory=Principal)
    data: Path | None = None

    @property
    def context(self) -> Context:
        """What operations are given."""
        return Context(
            self.folder, now_ms=lambda: self.now_ms, today=lambda: "2026-11-22",
            principal=self.principal, data=self.data or self.folder / "data",
        )  # fmt: skip

    def ask(self, name: str, **request: Any) -> Any:
        """The answer of an operation."""
        return operation_named(name).run(self.context, request)

    def as_actor(self, actor: str) -> Desk:
        """The same desk with somebody else at it."""
        return replace(self, principal=Principal(actor, ALL, "http"))

    def rescue(self, **more: Any) -> Any:
        """Ask to switch the losing long to cross."""
        asked = {"action": "switch_to_cross", "account": account(), "target": "62000", "id": "a7"}
        return self.ask("mirror-audit", **(asked | more))
