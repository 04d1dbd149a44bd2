"""The eleven things somebody may want to do, and what each of them is asked beside."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

MODES = {"isolated": "isolated", "cross": "cross"}
SIDES = {"long": "long", "short": "short"}
ORDERS = {"stop": "the stop order", "invalidation": "the written level"}


@dataclass(frozen=True, slots=True)
class Asks:
    """One field: its name in the request, its label, what may stand there."""

    name: str
    label: str
    like: str = ""
    needed: bool = True
    of: Mapping[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Act:
    """One action: its label, what it is about, and the fields it asks."""

    label: str
    about: Literal["position", "symbol", "asset"] = "position"
    asks: tuple[Asks, ...] = ()


_SIZE = Asks("contracts", "Contracts", "0.1")
_AMOUNT = Asks("amount", "Amount", "100")
_TARGET = Asks("target", "Price you hope for", "62000", needed=False)
_LEVERAGE = Asks("leverage", "Leverage", "5")

ACTS: Mapping[str, Act] = {
    "open": Act(
        "Open a position",
        "symbol",
        (
            Asks("side", "Side", of=SIDES),
            _SIZE,
            _LEVERAGE,
            Asks("margin_mode", "Margin mode", of=MODES),
            _TARGET,
        ),
    ),
    "increase": Act("Increase a position", asks=(_SIZE, _TARGET)),
    "reduce": Act("Reduce or close", asks=(Asks("contracts", "Contracts (all)", "0.5", needed=False),)),
    "add_margin": Act("Add margin", asks=(_AMOUNT, _TARGET)),
    "remove_margin": Act("Remove margin", asks=(_AMOUNT,)),
    "switch_to_cross": Act("Switch to cross", asks=(_TARGET,)),
    "switch_to_isolated": Act("Switch to isolated", asks=(_TARGET,)),
    "change_leverage": Act("Change leverage", asks=(_LEVERAGE,)),
    "move_stop": Act(
        "Move a stop",
        asks=(
            Asks("which", "Which", of=ORDERS),
            Asks("stop_from", "From (none yet)", "57500", needed=False),
            Asks("stop_to", "To (take it away)", "57000", needed=False),
        ),
    ),
    "hedge": Act(
        "Hedge a position",
        asks=(_SIZE, _LEVERAGE, Asks("margin_mode", "Margin mode", of=MODES)),
    ),
    "transfer": Act("Deposit or withdraw", "asset", (Asks("amount", "Amount (below zero: out)", "500"),)),
}
"""In the order they are offered; none of them is chosen beforehand."""
