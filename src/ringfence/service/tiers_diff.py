"""Which tier tables differ between two dates, tier by tier."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from itertools import zip_longest

from ringfence.domain.tiers import TierTable
from ringfence.errors import NoTier, OutOfRange
from ringfence.ingest.tiers import differences
from ringfence.service import answers as out
from ringfence.service import requests as ask
from ringfence.service.context import Context, checked_date
from ringfence.service.registry import operation
from ringfence.service.tables import tier_table
from ringfence.venues.rules import VenueRules


@operation("tiers-diff", request=ask.TiersDiffRequest, answer=out.TiersDiffAnswer)
def tiers_diff(context: Context, request: ask.TiersDiffRequest) -> out.TiersDiffAnswer:
    """Which tier tables of a venue differ between two dates, tier by tier."""
    first, last = _dates(context, request)
    rules = context.rules(request.venue, on=last)
    symbols = sorted(rules.tables) if request.symbol is None else [request.symbol]
    tables = {symbol: in_force(rules, symbol, last) for symbol in symbols}
    if request.symbol is not None and tables[request.symbol] is None:
        rules.tier_table(request.symbol, on=last)  # raises, with the way out
    answer = out.TiersDiffAnswer(venue=rules.key, from_date=first, to_date=last, changed=[], unchanged=[])
    for symbol, new in tables.items():
        if new is None:
            continue
        old = in_force(rules, symbol, first)
        if old is None or differences(old, new):
            answer.changed.append(change_of(old, new))
        else:
            answer.unchanged.append(symbol)
    return answer


def _dates(context: Context, request: ask.TiersDiffRequest) -> tuple[str, str]:
    """The two dates that were asked for; ``on`` is the later one where nothing else is."""
    if request.to_date and request.on:
        raise OutOfRange(
            "says the same as the later date", path="on", value=request.on, hint="give one of the two"
        )
    name, told = ("on", request.on) if request.on else ("to_date", request.to_date)
    last = checked_date(told, path=name) if told else context.today()
    first = checked_date(request.from_date, path="from_date") if request.from_date else _day_before(last)
    if first > last:
        raise OutOfRange(
            f"lies after the other date, {last}",
            path="from_date",
            value=first,
            hint="write the earlier date first",
        )
    return first, last


def _day_before(day: str) -> str:
    return (date.fromisoformat(day) - timedelta(days=1)).isoformat()


def in_force(rules: VenueRules, symbol: str, on: str) -> TierTable | None:
    """The table of a symbol on a date; None where there is none."""
    try:
        return rules.tier_table(symbol, on=on)
    except NoTier:
        return None


def change_of(old: TierTable | None, new: TierTable) -> out.TierTableChange:
    """What differs from one table to another; all of it where there was none."""
    return out.TierTableChange(
        symbol=new.symbol,
        status="new" if old is None else "changed",
        before=None if old is None else tier_table(old),
        after=tier_table(new),
        tiers=list(_tiers(old, new)),
    )


def _tiers(old: TierTable | None, new: TierTable) -> Iterable[out.TierChange]:
    """The tiers that differ, by their number; all of them in a new table."""
    before = [] if old is None else tier_table(old).tiers
    for number, (was, now) in enumerate(zip_longest(before, tier_table(new).tiers), start=1):
        if was != now:
            yield out.TierChange(number=number, before=was, after=now)
