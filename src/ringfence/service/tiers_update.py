"""Tier tables fetched from an exchange: what differs is told, and stored whole or not at all."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable

from ringfence.domain.tiers import TierTable
from ringfence.errors import BadAnswer, OutOfRange
from ringfence.ingest.fetch_shapes import shape_of
from ringfence.ingest.tiers import Declared, TierImport, read_tiers
from ringfence.service import requests as ask
from ringfence.service.context import Context
from ringfence.service.registry import operation
from ringfence.service.tiers_diff import change_of, in_force
from ringfence.service.updated import TiersUpdateAnswer
from ringfence.store.tiers import save_tiers
from ringfence.venues.rules import VenueRules


@operation("tiers-update", request=ask.TiersUpdateRequest, answer=TiersUpdateAnswer, scope="write")
def tiers_update(context: Context, request: ask.TiersUpdateRequest) -> TiersUpdateAnswer:
    """Fetch a venue's leverage tiers, show what differs from those known, and store that, all or nothing."""
    on = _day(context, request.on)
    rules = context.rules(request.venue, on=on)
    fetched = context.fetch_tiers(request.venue, request.symbols)
    shape = shape_of(request.venue)
    read = read_tiers(
        json.dumps(fetched.document, ensure_ascii=False),
        venue=request.venue,
        on=on,
        source=f"{fetched.source}, {context.today()}",
        known=rules.tables,
        declared=Declared(jumps=shape.jumps(on), measured=shape.measured),
    )
    digest = _digest(read.tables)
    if request.expect not in (None, digest):
        raise BadAnswer(
            "the exchange no longer says what was shown",
            path="expect",
            value=request.expect,
            hint="look at the difference again: --dry-run",
        )
    stored_in = None if request.dry_run else _stored(context, request, read)
    return TiersUpdateAnswer(
        venue=request.venue,
        valid_from=on,
        source=read.source,
        digest=digest,
        symbols=len(read.tables),
        tiers=read.tier_count,
        changed=[change_of(_before(rules, table, on), table) for table in _news(read)],
        unchanged=list(read.same),
        withdrawn=list(fetched.withdrawn),
        dry_run=request.dry_run,
        stored_in=stored_in,
    )


def _day(context: Context, asked: str | None) -> str:
    """The date to store under; what an exchange says today cannot be known to begin later."""
    on = context.date(asked)
    if on > context.today():
        raise OutOfRange(
            "lies in the future", path="on", value=on, hint="an exchange says what holds today: leave it out"
        )
    return on


def _news(read: TierImport) -> list[TierTable]:
    return [table for table in read.tables if table.symbol not in read.same]


def _before(rules: VenueRules, table: TierTable, on: str) -> TierTable | None:
    return in_force(rules, table.symbol, on)


def _digest(tables: Iterable[TierTable]) -> str:
    rows = sorted(f"{table.symbol} {table.digest} {table.jumps}" for table in tables)
    return "sha256:" + hashlib.sha256("\n".join(rows).encode()).hexdigest()


def _stored(context: Context, request: ask.TiersUpdateRequest, read: TierImport) -> str | None:
    """Store what is new; a table that says the same keeps its own, earlier date."""
    news = _news(read)
    if not news:
        return None
    saved = save_tiers(news, venue=read.venue, on=read.on, overwrite=request.replace, folder=context.folder)
    return str(saved.path)
