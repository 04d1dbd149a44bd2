"""The position that the tables of sentences are judged against."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from fractions import Fraction

from ringfence.domain.account import Side
from ringfence.mirror.answers import AnswerContext
from ringfence.mirror.answers.lexicon import TIMEFRAMES
from ringfence.mirror.model import Answer, Disproof


def ms(text: str) -> int:
    """UTC ms of ``2026-11-24 09:00``."""
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()) * 1000


NOW = ms("2026-11-24 09:00")

LONG = AnswerContext(
    side=Side.LONG,
    mark=Decimal(58000),
    now_ms=NOW,
    symbol_names=("BTC", "bitcoin", "BTC/USDT:USDT"),
    liquidation_price_after=Fraction(10_000_000, 199),
    liquidatable=True,
    sigma_hour=Decimal("0.00612826"),  # 5.2 % in three days
    spread=Decimal("0.1"),
    tick=Decimal("0.1"),
    atr=Decimal(400),
    thesis="BTC will break up from here",
)
SHORT = replace(LONG, side=Side.SHORT, liquidation_price_after=116_000 - Fraction(10_000_000, 199))
SIDES = {"long": LONG, "short": SHORT}


def failed(answer: Answer) -> str:
    """The codes that refuse an answer, in their order."""
    return " ".join(check.code for check in answer.checks if not check.passed)


def reading(disproof: Disproof | None) -> str:
    """What was read, as the tables write it; empty: not complete."""
    if disproof is None or disproof.by_ms is None:
        return ""
    frame = next((name for name, length in TIMEFRAMES.items() if length == disproof.timeframe_ms), "-")
    number = "-" if disproof.threshold is None else f"{disproof.threshold:f}"
    by = datetime.fromtimestamp(disproof.by_ms / 1000, UTC).strftime("%m-%d %H:%M")
    return f"{disproof.observable} {disproof.comparator} {number} {disproof.unit} {by} {frame}"
