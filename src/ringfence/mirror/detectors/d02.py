"""D2, revenge: new risk within a quarter of an hour of a loss, more often than of a win."""

from __future__ import annotations

from typing import Any

from ringfence.mirror.detectors.after import days_of, opened_after, smoothed_ratio, unplanned_opens
from ringfence.mirror.detectors.case import Case, day
from ringfence.mirror.detectors.past import Detected, Label
from ringfence.mirror.detectors.statistics import Draw, Resampled, bootstrap, by_day, permuted

SOON = 900_000
MIN_CLOSES = 20
MIN_DAYS = 10


def detect(case: Case, draw: Draw) -> Detected:
    """The chance of an unplanned open within 15 minutes of a loss of half an R, over that of a win."""
    opens = unplanned_opens(case)
    closes = [one for one in case.closed if case.lost(one) or case.won(one)]
    after = [opened_after(opens.get(one.account_id, ()), one, SOON) for one in closes]
    hits = [bool(rows) for rows in after]
    lost = [case.lost(one) for one in closes]
    days = days_of(closes)
    losses, wins = sum(lost), len(lost) - sum(lost)
    hit_loss = sum(hit for hit, loss in zip(hits, lost, strict=True) if loss)
    hit_win = sum(hits) - hit_loss
    enough = min(losses, wins) >= MIN_CLOSES and len(set(days)) >= MIN_DAYS
    drawn, p = infer(days, lost, hits, draw) if enough else (None, None)
    following = [one for rows, loss in zip(after, lost, strict=True) if loss for one in rows]
    return Detected(
        id="D2", name="revenge", label=Label.FACTS,
        counts={
            "opens soon after a loss": hit_loss, "losses": losses, "opens soon after a win": hit_win,
            "wins": wins, "days": len({day(one.closed or 0) for one in closes}),
        },
        evidence=tuple(dict.fromkeys(one.steps[0].id for one in following if one.steps)),
        n=min(losses, wins), min_n=MIN_CLOSES, measure="chance after a loss over chance after a win",
        words=f"{hit_loss} of {losses} losses, {hit_win} of {wins} wins: you open within 15 minutes.",
        effect=drawn.estimate if drawn else None, interval=drawn.interval if drawn else None, p=p,
        null="a ratio of 1: losses and wins shuffled within their days",
        not_evaluated=case.incomplete, claims=drawn is not None and drawn.interval[0] > 1,
    )  # fmt: skip


def infer(
    days: list[int], lost: list[bool], hits: list[bool], draw: Draw
) -> tuple[Resampled | None, float | None]:
    """The ratio with its interval, and its chance; closes by day."""
    rows = [
        (when, (loss and hit, loss, hit and not loss, not loss))
        for when, hit, loss in zip(days, hits, lost, strict=True)
    ]
    drawn = bootstrap(by_day(rows), _ratio, draw=draw, null=1.0)
    return drawn, None if drawn is None else permuted(days, lost, _hits(hits), draw=draw)


def _ratio(sums: Any) -> Any:
    return smoothed_ratio(sums[..., 0], sums[..., 1], sums[..., 2], sums[..., 3])


def _hits(hits: list[bool]) -> Any:
    """How many openings follow the closes flagged as losses."""
    import numpy as np

    here = np.asarray(hits, dtype=np.int64)
    return lambda flags: (flags * here).sum(axis=-1)
