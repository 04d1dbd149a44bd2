"""The comparison of one book across venues, a column each; a venue that cannot be told says why."""

from __future__ import annotations

from collections.abc import Sequence

from ringfence.domain.account import Account
from ringfence.domain.market import Market
from ringfence.domain.numbers import plain
from ringfence.errors import OutOfRange, RingfenceError
from ringfence.limits import within
from ringfence.service import answers_across as out
from ringfence.service.context import Context
from ringfence.service.present import Presenter
from ringfence.solve.across import Carried, carried
from ringfence.solve.twins import Twin, twins
from ringfence.venues import registry
from ringfence.venues.rules import VenueRules


def venues_of(text: str | None) -> tuple[str, ...]:
    """The venue keys of ``a,b,c``.

    Raises:
        OutOfRange: a name is missing between two commas. LimitExceeded: more than may be asked for at once.
    """
    if text is None:
        return ()
    keys = tuple(dict.fromkeys(part.strip() for part in text.split(",")))
    within(len(keys), "venues_per_comparison", path="venue")
    if not all(keys):
        raise OutOfRange(
            "a venue's key is missing", path="venue", value=text, hint="write binance_usdm,bybit_linear"
        )
    return keys


def across(
    context: Context, account: Account, market: Market, keys: Sequence[str], *, home: VenueRules, on: str
) -> list[out.AcrossVenue]:
    """One column for each venue, in the order asked for.

    Raises:
        UnknownVenue: a key that no pack has.
    """
    unknown = [key for key in keys if key not in registry.venue_keys()]
    for key in unknown:
        registry.pack(key)
    return [_venue(context, account, market, key, home=home, on=on) for key in keys]


def _venue(
    context: Context, account: Account, market: Market, key: str, *, home: VenueRules, on: str
) -> out.AcrossVenue:
    title, moved = key, None
    try:
        rules = context.rules(key, on=on)
        title = rules.title
        moved = carried(account, market, home, rules)
        both = twins(moved.account, moved.market, rules, on=on)
    except RingfenceError as error:
        return out.AcrossVenue(
            venue=key, title=title, rules=None, reason=str(error), code=error.code,
            notes=list(moved.notes) if moved else [], positions=[], most_to_lose={}, first=None,
        )  # fmt: skip
    return _told(rules, moved, both.as_is, [twin for twin in both.all if twin.feasible], on)


def _told(rules: VenueRules, moved: Carried, now: Twin, feasible: Sequence[Twin], on: str) -> out.AcrossVenue:
    show = Presenter(rules)
    rings = [] if now.liquidations is None else now.liquidations.rings
    reached = [ring for ring in rings if ring.nearest is not None]
    first = min(reached, key=lambda ring: abs(ring.nearest.move), default=None)  # type: ignore[union-attr]
    return out.AcrossVenue(
        venue=rules.key,
        title=rules.title,
        rules=show.rules(on, of=moved.account),
        reason="",
        code="",
        notes=list(moved.notes),
        positions=[
            out.AcrossPosition(
                symbol=one.position.symbol,
                side=one.position.side.value,
                contracts=plain(one.position.contracts),
                asset=one.figures.asset,
                notional=show.amount(one.figures.notional),
                maintenance_margin=show.amount(one.figures.maintenance_margin),
                requirement=show.amount(one.figures.requirement),
                alone=show.line(one.liquidation.alone, whole=False, symbol=one.position.symbol),
                together=show.line(one.liquidation.together, whole=True, symbol=one.position.symbol),
                shown=show.shown(one.liquidation.shown),
            )
            for one in now.positions
        ],
        most_to_lose={twin.name.value: show.amounts(twin.most_to_lose or {}) for twin in feasible},
        first=None if first is None else show.line(first, whole=True),
    )
