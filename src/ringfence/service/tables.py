"""Operations on what venues say: their rules, and their dated tier tables."""

from __future__ import annotations

import json
from collections.abc import Sequence
from enum import Enum

from ringfence.domain.numbers import plain
from ringfence.domain.tiers import TierTable
from ringfence.errors import RingfenceError
from ringfence.ingest.tiers import Declared, read_tiers
from ringfence.service import answers as out
from ringfence.service import answers_venues as venues_out
from ringfence.service import requests as ask
from ringfence.service.context import Context
from ringfence.service.present import Presenter
from ringfence.service.registry import operation
from ringfence.store.tiers import save_tiers
from ringfence.venues import registry
from ringfence.venues.rules import VenueRules
from ringfence.venues.sequence import LiquidationSequence


@operation("tiers-list", request=ask.TiersListRequest, answer=out.TiersListAnswer)
def tiers_list(context: Context, request: ask.TiersListRequest) -> out.TiersListAnswer:
    """Every dated tier table of a venue, shipped and imported, or those in force on a date."""
    shipped = registry.rules(request.venue).tables
    on = None if request.on is None else context.date(request.on)
    rules = context.rules(request.venue, on=on or context.today())
    known = {symbol: _by_date(dated) for symbol, dated in rules.tables.items()}
    return out.TiersListAnswer(
        venue=request.venue,
        tables=[
            out.TierSummary(
                symbol=symbol,
                valid_from=table.valid_from,
                until=until,
                tiers=len(table.tiers),
                first_rate=plain(table.tiers[0].rate),
                source=table.source,
                shipped=table in shipped.get(symbol, ()),
            )
            for symbol in sorted(known)
            for table, until in known[symbol]
            if request.symbol in (None, symbol) and _holds(table, until, on)
        ],
    )


def _by_date(dated: Sequence[TierTable]) -> list[tuple[TierTable, str | None]]:
    """The tables of one symbol, oldest first, each with the day that ends it; of two under one day the first.

    That is the one that counts: a user's own comes before a shipped one.
    """
    first: dict[str, TierTable] = {}
    for table in dated:
        first.setdefault(table.valid_from, table)
    days = sorted(first)
    return [(first[day], after) for day, after in zip(days, [*days[1:], None], strict=True)]


def _holds(table: TierTable, until: str | None, on: str | None) -> bool:
    return on is None or (table.valid_from <= on and (until is None or on < until))


@operation("tiers-show", request=ask.TiersShowRequest, answer=out.TiersShowAnswer)
def tiers_show(context: Context, request: ask.TiersShowRequest) -> out.TiersShowAnswer:
    """The tier table of one symbol that is in force on a date."""
    on = context.date(request.on)
    rules = context.rules(request.venue, on=on)
    return out.TiersShowAnswer(
        rules=Presenter(rules).rules(on), table=tier_table(rules.tier_table(request.symbol, on=on))
    )


def tier_table(table: TierTable) -> out.TierTableAnswer:
    """One table as doors show it."""
    return out.TierTableAnswer(
        symbol=table.symbol,
        valid_from=table.valid_from,
        source=table.source,
        digest=table.digest,
        basis=table.basis.value,
        jumps=table.jumps,
        tiers=[
            out.TierRow(
                number=number,
                floor=plain(tier.floor),
                cap=None if tier.cap is None else plain(tier.cap),
                rate=plain(tier.rate),
                deduction=plain(tier.deduction),
                max_leverage=None if tier.max_leverage is None else plain(tier.max_leverage),
            )
            for number, tier in enumerate(table.tiers, start=1)
        ],
    )


@operation("tiers-import", request=ask.TiersImportRequest, answer=out.TiersImportAnswer, scope="write")
def tiers_import(context: Context, request: ask.TiersImportRequest) -> out.TiersImportAnswer:
    """Check leverage tiers as ccxt or freqtrade give them and store them under a date, all or nothing."""
    known = context.rules(request.venue, on=context.date(request.on)).tables
    text = request.tiers if isinstance(request.tiers, str) else json.dumps(request.tiers)
    source = request.source or f"imported on {context.today()}"
    declared = Declared(jumps=request.jumps, basis=request.basis)
    read = read_tiers(text, venue=request.venue, on=request.on, source=source, known=known, declared=declared)
    saved = save_tiers(
        read.tables, venue=request.venue, on=request.on, overwrite=request.replace, folder=context.folder
    )
    return out.TiersImportAnswer(
        venue=request.venue,
        valid_from=request.on,
        symbols=len(read.tables),
        tiers=read.tier_count,
        added=list(read.added),
        changed=list(read.changed),
        unchanged=list(read.same),
        stored_in=str(saved.path),
    )


@operation("venues-list", request=ask.VenuesListRequest, answer=venues_out.VenuesListAnswer)
def venues_list(_context: Context, _request: ask.VenuesListRequest) -> venues_out.VenuesListAnswer:
    """Every venue whose rules are installed."""
    found, broken = [], []
    for key in registry.venue_keys():
        try:
            found.append(_summary(registry.rules(key)))
        except RingfenceError as error:
            broken.append(venues_out.BrokenPack(key=key, reason=str(error)))
    return venues_out.VenuesListAnswer(venues=found, broken=broken)


def _summary(rules: VenueRules) -> venues_out.VenueSummary:
    return venues_out.VenueSummary(
        key=rules.key,
        title=rules.title,
        valid_from=rules.valid_from,
        kinds=[kind.value for kind in rules.kinds],
        symbols=len(rules.tables),
    )


@operation("venues-show", request=ask.VenuesShowRequest, answer=venues_out.VenuesShowAnswer)
def venues_show(context: Context, request: ask.VenuesShowRequest) -> venues_out.VenuesShowAnswer:
    """The rules of one venue, clause by clause: what it says, where, and how sure that is."""
    on = context.date(request.on)
    rules = context.rules(request.venue, on=on)
    clauses = [
        venues_out.ClauseAnswer(
            rule=name,
            choice=_choice(rules, name),
            source=clause.source.title,
            section=clause.section,
            as_of=clause.source.as_of,
            confidence=clause.confidence.value,
            assumption=clause.assumption,
        )
        for name, clause in rules.clauses.items()
    ]
    return venues_out.VenuesShowAnswer(
        rules=Presenter(rules).rules(on), clauses=clauses, notes=list(rules.notes)
    )


def _choice(rules: VenueRules, name: str) -> str:
    chosen = getattr(rules, name, None)
    if isinstance(chosen, Enum):
        return str(chosen.value)
    if isinstance(chosen, LiquidationSequence):
        return chosen.words
    return (
        f"quantum {plain(rules.money.quantum)}, {rules.money.rounding}"
        if name == "money"
        else "as the clause says"
    )
