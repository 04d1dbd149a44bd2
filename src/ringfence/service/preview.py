"""The operation ``preview``: a change of an account, seen before it is made."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from ringfence.domain.account import Account, Position
from ringfence.domain.numbers import exactly, plain
from ringfence.exact.ring import prepare
from ringfence.ingest.schema import AccountInput, PositionInput
from ringfence.service.answers import LineAnswer, RingAnswer, TwinAnswer, TwinPosition
from ringfence.service.answers_preview import Moved, PreviewAnswer
from ringfence.service.context import Context
from ringfence.service.opened import opened
from ringfence.service.present import Presenter, work
from ringfence.service.registry import operation
from ringfence.service.requests_preview import PreviewRequest
from ringfence.service.wish import wanted_of
from ringfence.solve.change.preview import Preview
from ringfence.solve.change.preview import preview as previewed
from ringfence.solve.change.ruling import Standing

NOT_OPEN = "not open"
NO_LEVERAGE = "unknown: no leverage is given"
ABSENT = {
    "entry_price": "only its cost is given",
    "leverage": "not given",
    "isolated_margin": "in the pool",
    "maintenance_usage": "no equity left",
    "effective_leverage": "no equity left",
    "available_balance": NO_LEVERAGE,
}
"""What stands in place of a number that does not exist, by its name."""


@operation("preview", request=PreviewRequest, answer=PreviewAnswer)
def preview(context: Context, request: PreviewRequest) -> PreviewAnswer:
    """What a change does to the whole account, old and new, and whether the venue accepts it."""
    account, market, rules, on = opened(context, request)
    found = previewed(prepare(account, rules, on=on), market, wanted_of(account, request))
    show = Presenter(rules)
    before = show.twin(found.before, None)
    after = None if found.after is None else show.twin(found.after, None)
    return PreviewAnswer(
        rules=show.rules(on),
        what=found.what,
        verdict=found.ruling.standing.value,
        words=found.ruling.words,
        code=found.ruling.code,
        source=found.ruling.source,
        unconfirmed=found.ruling.unconfirmed,
        consequences=list(found.words),
        notices=_notices(found, show),
        liquidated_at_once=list(found.at_once),
        reason="" if found.trouble is None else str(found.trouble),
        moved=[] if after is None else list(moves(before, after)),
        before=before,
        after=after,
        account=None if found.after is None else document(request.account, found.after.account),
        derivation=work(found.derivation),
    )


def _notices(found: Preview, show: Presenter) -> list[str]:
    """What stands beside the figures: whether they will ever be, and what they leave out."""
    if found.after is None:
        return []
    standing = {
        Standing.REFUSED: ["The venue refuses the change: the new figures show what would have been."],
        Standing.NOT_DOCUMENTED: [
            "The new figures show the account if the venue accepts the change as described."
        ],
    }
    return [
        *standing.get(found.ruling.standing, []),
        *(f"{name} would be liquidated at once." for name in found.at_once),
        *(f"{name} is liquidated at these marks already, before any change." for name in found.already),
        *show.fed(found.after.book, found.after.assessment),
    ]


def moves(before: TwinAnswer, after: TwinAnswer) -> Iterator[Moved]:
    """Every number of both accounts, side by side: the account, its positions, its rings."""
    yield from _account_moves(before, after)
    held = {_key(one): one for one in before.positions}
    now = {_key(one): one for one in after.positions}
    for key in dict.fromkeys([*held, *now]):
        yield from _position_moves(key, held.get(key), now.get(key))
    rings = {one.name: one for one in before.rings}
    then = {one.name: one for one in after.rings}
    for name in dict.fromkeys([*rings, *then]):
        yield from _ring_moves(name, rings.get(name), then.get(name))


def _key(one: TwinPosition) -> str:
    return f"{one.position.symbol} {one.position.side}"


def _account_moves(before: TwinAnswer, after: TwinAnswer) -> Iterator[Moved]:
    old, new = ({one.asset: one for one in twin.totals} for twin in (before, after))
    for asset in dict.fromkeys([*old, *new]):
        pair = old.get(asset), new.get(asset)
        most = before.most_to_lose.get(asset, "0"), after.most_to_lose.get(asset, "0")
        yield _moved(asset, "account", "most_to_lose", asset, most)
        equity = [None if one is None else one.total_equity for one in pair]
        yield _moved(asset, "account", "total_equity", asset, (equity[0] or "0", equity[1] or "0"))
        used = [None if one is None else one.effective_leverage for one in pair]
        yield _moved(asset, "account", "effective_leverage", "x", (used[0], used[1]))


def _position_moves(key: str, old: TwinPosition | None, new: TwinPosition | None) -> Iterator[Moved]:
    asset = next(one.position.asset for one in (old, new) if one is not None)
    for name, unit in (("contracts", "contracts"), ("entry_price", "price"), ("leverage", "x")):
        yield _of_position(key, name, unit, old, new)
    yield _of_position(key, "isolated_margin", asset, old, new)
    for name in ("alone", "together"):
        lines = [None if one is None else getattr(one, name) for one in (old, new)]
        prices = [_price(line) for line in lines]
        words = [NOT_OPEN if line is None else line.words for line in lines]
        full = f"liquidation_price_{name}"
        yield _moved(key, "position", full, "price", (prices[0], prices[1]), words=(words[0], words[1]))
    risk = [None if one is None else one.at_risk for one in (old, new)]
    yield _moved(key, "position", "at_risk", asset, (risk[0], risk[1]), words=(NOT_OPEN, NOT_OPEN))


def _of_position(key: str, name: str, unit: str, old: TwinPosition | None, new: TwinPosition | None) -> Moved:
    values = [None if one is None else getattr(one.position, name) for one in (old, new)]
    words = [NOT_OPEN if one is None else ABSENT.get(name, "") for one in (old, new)]
    return _moved(key, "position", name, unit, (values[0], values[1]), words=(words[0], words[1]))


def _price(line: LineAnswer | None) -> str | None:
    return None if line is None or line.nearest is None else line.nearest.liquidated


def _ring_moves(name: str, old: RingAnswer | None, new: RingAnswer | None) -> Iterator[Moved]:
    one = old or new
    if one is None:
        return
    absent = "no such fence" if one.margin_mode == "isolated" else "no such pool"
    shown = ["wallet_balance", "equity", "health", "maintenance_usage"]
    shown += ["available_balance"] if one.margin_mode == "cross" else []
    for field in shown:
        values = [None if ring is None else getattr(ring, field) for ring in (old, new)]
        words = [absent if ring is None else ABSENT.get(field, "") for ring in (old, new)]
        unit = "share" if field == "maintenance_usage" else one.asset
        yield _moved(name, "ring", field, unit, (values[0], values[1]), words=(words[0], words[1]))


@exactly
def _moved(
    of: str, kind: Any, name: Any, unit: str, pair: tuple[str | None, str | None],
    *, words: tuple[str, str] | None = None,
) -> Moved:  # fmt: skip
    before, after = pair
    absent = words or (ABSENT.get(name, ""), ABSENT.get(name, ""))
    both = before is not None and after is not None
    return Moved(
        of=of, kind=kind, name=name, unit=unit, before=before, after=after,
        change=plain(Decimal(after or 0) - Decimal(before or 0)) if both else None,
        words_before=absent[0] if before is None else "",
        words_after=absent[1] if after is None else "",
    )  # fmt: skip


def document(stated: AccountInput, account: Account) -> dict[str, Any]:
    """The resulting account as an account file would state it."""
    positions = [PositionInput(**_fields(one)) for one in account.positions]
    orders = [
        one.model_copy(update={"leverage": order.leverage})
        for one, order in zip(stated.orders, account.orders, strict=True)
    ]
    changed = stated.model_copy(
        update={
            "wallet": {asset: Decimal(plain(amount)) for asset, amount in account.wallet.items()},
            "positions": positions,
            "orders": orders,
            "hedged": account.hedged,
            "multi_asset": account.multi_asset,
        }
    )
    return dict(changed.model_dump(mode="json", exclude_defaults=True, exclude_none=True))


def _fields(position: Position) -> dict[str, Any]:
    stated = {name: getattr(position, name) for name in PositionInput.model_fields}
    return {name: plain(one, 20) if isinstance(one, Decimal) else one for name, one in stated.items()}
