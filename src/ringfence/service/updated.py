"""What an update of tier tables answers."""

from __future__ import annotations

from pydantic import Field

from ringfence.service.answers import Answer, TierTableChange


class TiersUpdateAnswer(Answer):
    """What the exchange says, where that differs from what was known, and what was stored of it."""

    venue: str
    valid_from: str
    source: str
    digest: str = Field(description="Of all that was fetched; expect it, to store exactly what was shown.")
    symbols: int
    tiers: int
    changed: list[TierTableChange]
    unchanged: list[str]
    withdrawn: list[str] = Field(description="The exchange answers for them and no longer trades them.")
    dry_run: bool
    stored_in: str | None = Field(description="The file; null where nothing was stored.")
