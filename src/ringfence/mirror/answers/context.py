"""What a written answer is judged against. Nothing here is guessed: a figure that is not known is None."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from ringfence.domain.account import Side
from ringfence.domain.numbers import Number
from ringfence.errors import OutOfRange
from ringfence.mirror.model import Writing

UNOBSERVED = Writing()
"""How most texts are written as far as anybody knows."""

_YEAR_9000_MS = 221_845_392_000_000
_DAY_MIN = 24 * 60


@dataclass(frozen=True, kw_only=True)
class AnswerContext:
    """The position, its market and the moment an answer is written.

    Args:
        side: of the position after the intent. mark: in quote currency, above zero.
        now_ms: UTC ms. tz_offset_min: of the writer's clock, minutes east of UTC; days and bare clock times
            are read on that clock, closes of candles on UTC. A change of the clock later is not followed.
        symbol_names: what the writer may call the instrument: ``("BTC", "bitcoin", "BTC/USDT:USDT")``.
        liquidation_price_after: with the intent done; None with ``liquidatable`` False: no mark of this coin
            liquidates it; None otherwise: not known.
        sigma_hour: standard deviation of the hourly log return, a fraction.
        horizon_ms: how long the idea may run; used where a sentence names a candle's close and no date.
        spread, tick, atr: in quote currency. invalidation: the level in force, if there is one.
        risk_cap: most that may be lost at the level, settlement asset.
        thesis, disproof: the other texts of the same idea. earlier: texts of earlier answers, oldest first.
        language: a code of `LANGUAGES`.
    Raises:
        OutOfRange: a mark not above zero, a time before 1970 or after 8999, an offset beyond a day.

    >>> AnswerContext(side=Side.LONG, mark=Decimal(0), now_ms=0)
    Traceback (most recent call last):
    ringfence.errors.OutOfRange: mark: must be above zero (got 0)
    """

    side: Side
    mark: Decimal
    now_ms: int
    tz_offset_min: int = 0
    symbol_names: tuple[str, ...] = ()
    liquidation_price_after: Number | None = None
    liquidatable: bool | None = None
    sigma_hour: Number | None = None
    horizon_ms: int | None = None
    spread: Decimal | None = None
    tick: Decimal | None = None
    atr: Number | None = None
    invalidation: Decimal | None = None
    risk_cap: Number | None = None
    thesis: str = ""
    disproof: str = ""
    earlier: tuple[str, ...] = ()
    language: str = "en"

    def __post_init__(self) -> None:
        if not self.mark.is_finite() or self.mark <= 0:
            raise OutOfRange("must be above zero", path="mark", value=self.mark)
        if not 0 <= self.now_ms < _YEAR_9000_MS:
            raise OutOfRange("not a moment between 1970 and 8999", path="now_ms", value=self.now_ms)
        if not -_DAY_MIN < self.tz_offset_min < _DAY_MIN:
            raise OutOfRange("must be within a day of UTC", path="tz_offset_min", value=self.tz_offset_min)
