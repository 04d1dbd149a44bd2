"""The wallet of an account at any moment of its past, carried from one known balance over every booking."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping
from decimal import Decimal
from itertools import accumulate

from ringfence.mirror.detectors.past import Balance, Past
from ringfence.mirror.detectors.worth import settle_of
from ringfence.mirror.happened import ClosedPosition, FundingBooked, Happened, MoneyMoved, PnlBooked, Traded

Flow = tuple[int, str, str, Decimal]
"""When, account, asset, amount."""


class Ledger:
    """Cumulated bookings by account and asset."""

    def __init__(self, past: Past, realised: Mapping[str, Decimal]) -> None:
        """``realised``: profit of each fill, by its id, where the venue does not state it."""
        by: dict[tuple[str, str], list[tuple[int, Decimal]]] = defaultdict(list)
        for at, account, asset, amount in flows(past.happened, realised):
            by[account, asset].append((at, amount))
        self._times: dict[tuple[str, str], list[int]] = {}
        self._sums: dict[tuple[str, str], list[Decimal]] = {}
        for key, rows in by.items():
            rows.sort(key=lambda row: row[0])
            self._times[key] = [at for at, _ in rows]
            self._sums[key] = list(accumulate((amount for _, amount in rows), initial=Decimal(0)))
        self._partial = set(partial(past.happened, realised))
        self._known: dict[tuple[str, str], list[Balance]] = defaultdict(list)
        for point in past.balances:
            self._known[point.account_id, point.asset].append(point)
        for points in self._known.values():
            points.sort(key=lambda point: point.at)

    def _flowed(self, key: tuple[str, str], at: int) -> Decimal:
        """Everything booked at or before ``at``."""
        times = self._times.get(key)
        return Decimal(0) if times is None else self._sums[key][bisect_right(times, at)]

    def wallet(self, account: str, asset: str, at: int) -> Decimal | None:
        """The wallet right after everything that happened at ``at``.

        None: no balance was ever stated, or some booking of the account is not known in full.
        """
        key = account, asset
        points = self._known.get(key)
        if not points or account in self._partial:
            return None
        index = max(bisect_right([point.at for point in points], at) - 1, 0)
        nearest = points[index]
        return nearest.wallet + self._flowed(key, at) - self._flowed(key, nearest.at)


def partial(happened: Iterable[Happened], realised: Mapping[str, Decimal]) -> Iterable[str]:
    """Accounts with a fill whose fee or asset is not told, or that closes for a profit nobody knows."""
    for one in happened:
        if isinstance(one, Traded):
            told = one.fee_known and settle_of(one.symbol)
            if not told or (one.closes and one.realized_pnl is None and one.id not in realised):
                yield one.account_id


def flows(happened: Iterable[Happened], realised: Mapping[str, Decimal]) -> Iterable[Flow]:
    """Every booking as money in or out of a wallet; profit booked beside its own fills counts once."""
    events = tuple(happened)
    filled = {(one.account_id, one.symbol) for one in events if isinstance(one, Traded)}
    for one in events:
        if isinstance(one, Traded):
            asset = settle_of(one.symbol)
            gained = realised.get(one.id, one.realized_pnl)
            if gained:
                yield one.at, one.account_id, asset, gained
            if one.fee:
                yield one.at, one.account_id, one.fee_asset or asset, one.fee
        elif isinstance(one, PnlBooked | ClosedPosition) and (one.account_id, one.symbol) in filled:
            continue
        elif isinstance(one, ClosedPosition):
            yield one.at, one.account_id, settle_of(one.symbol), one.pnl
        elif isinstance(one, FundingBooked | MoneyMoved | PnlBooked):
            yield one.at, one.account_id, one.asset, one.amount
