"""Fills and closes: entries averaged, profit realised, fences paid for and released."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from enum import Enum
from fractions import Fraction

from ringfence.domain.account import MarginMode, Position, Side
from ringfence.domain.instrument import Kind
from ringfence.domain.numbers import plain, quotient, rounded
from ringfence.engine.made import UNIT, ZERO, Case, Made, on_ledger, rounding
from ringfence.engine.postings import (
    BAD_DEBT,
    COUNTERPARTY,
    FEES,
    INSURANCE,
    WALLET,
    Posting,
    fence_name,
    moved,
)
from ringfence.engine.state import Refused
from ringfence.errors import NotSupported
from ringfence.exact.explain import show
from ringfence.solve.change.moved import fence_asked, with_positions
from ringfence.venues.rules import Fence


class Leaves(Enum):
    """What happens to the fence of a position when a part of it is closed."""

    SHARE = "the closed share of its margin, with the profit or loss, returns to the wallet"
    NOTHING = "its margin stays inside; the profit or loss goes into it"


@dataclass(frozen=True)
class Close:
    """A part of a position that is closed.

    Attributes:
        price: a fraction where it has no finite decimal form.
        covered: what a fence cannot pay is put on ``bad_debt``; else the close is refused.
        remainder: who gets what is left inside the fence of a position closed whole.
    """

    position: Position
    contracts: Decimal
    price: Decimal | Fraction
    leaves: Leaves = Leaves.SHARE
    covered: bool = False
    remainder: str = WALLET

    @property
    def whole(self) -> bool:
        """Whether nothing of the position stays open."""
        return self.contracts == self.position.contracts


@dataclass(frozen=True)
class Opening:
    """More of a position, or a new one."""

    part: Position
    held: Position | None


def worth(case: Case, symbol: str, contracts: Decimal, price: Decimal | Fraction) -> Decimal:
    """The value of a trade in settlement asset, as the ledger holds it."""
    instrument = case.instrument(symbol)
    size = contracts * instrument.contract_size
    if instrument.kind is Kind.INVERSE:
        return on_ledger(quotient(size, price))
    return size * price if isinstance(price, Decimal) else on_ledger(Fraction(size) * price)


def cost(case: Case, position: Position) -> Decimal:
    """What a position cost, settlement asset."""
    if position.entry_cost is not None:
        return position.entry_cost
    return worth(case, position.symbol, position.contracts, position.entry_price or ZERO)


def closed(case: Case, wanted: Close) -> Made | Refused:
    """A part of a position closed at a price, the money that moves, and what is left of it."""
    position, symbol = wanted.position, wanted.position.symbol
    asset, grid = case.instrument(symbol).settle, case.rules.money
    own = _own_cost(case, wanted)
    gain = worth(case, symbol, wanted.contracts, wanted.price) - own
    sign = position.side.sign * (-1 if case.instrument(symbol).kind is Kind.INVERSE else 1)
    exact = sign * gain
    realised = grid.round(exact)
    account = with_positions(case.account, {position.key: _kept(case, wanted, own)})
    what = f"{plain(wanted.contracts)} of {symbol} {position.side.value} at {show(wanted.price)}"
    way = "profit" if realised >= 0 else "loss"
    words = (f"a {way} of {show(abs(realised))} {asset} is realised by closing {what}",)
    postings = rounding(asset, exact=exact, booked=realised, source=COUNTERPARTY)
    if position.isolated_margin is None:
        return Made(account, (*postings, *_some(WALLET, asset, realised)), words)
    if _lacking(wanted, realised) and not wanted.covered:
        return Refused(
            "beyond-fence", "at that price the loss is more than the fence holds; the venue liquidates before"
        )
    given = _from_fence(case, wanted, realised)
    return Made(account, (*postings, *(one for one in given if one.amount != 0)), words)


def _from_fence(case: Case, wanted: Close, realised: Decimal) -> list[Posting]:
    """What a fence gives and gets when a part of its position is closed; the wallet never pays for it."""
    position, asset = wanted.position, case.instrument(wanted.position.symbol).settle
    name, margin = fence_name(position), position.isolated_margin or ZERO
    short = _lacking(wanted, realised)
    if wanted.whole:
        left = margin + realised - short
        to = WALLET if wanted.remainder == WALLET else INSURANCE
        return [Posting(name, asset, -margin), Posting(to, asset, left), Posting(BAD_DEBT, asset, short)]
    if wanted.leaves is Leaves.NOTHING:
        return [Posting(name, asset, realised - short), Posting(BAD_DEBT, asset, short)]
    share = Fraction(wanted.contracts) / Fraction(position.contracts)
    released = case.rules.money.round(Fraction(margin) * share)
    out = max(released + realised, ZERO)
    return [
        Posting(name, asset, realised - short - out),
        Posting(WALLET, asset, out),
        Posting(BAD_DEBT, asset, short),
    ]


def _lacking(wanted: Close, realised: Decimal) -> Decimal:
    """What a fence cannot pay of a close, zero or below.

    Funding may have left it below zero: a position that is closed whole settles that, a part leaves it be.
    """
    margin = wanted.position.isolated_margin or ZERO
    floor = ZERO if wanted.whole else min(margin, ZERO)
    return min(margin + realised - floor, ZERO)


def _own_cost(case: Case, wanted: Close) -> Decimal:
    """The cost of the part that is closed; the rest follows by subtraction, so that nothing is lost."""
    position = wanted.position
    if wanted.whole:
        return cost(case, position)
    if position.entry_cost is None:
        return cost(case, replace(position, contracts=wanted.contracts))
    share = Fraction(position.entry_cost) * Fraction(wanted.contracts) / Fraction(position.contracts)
    # A tiny remainder must still cost something: the ledger's grid is finer than the venue's.
    part = case.rules.money.round(share)
    return part if ZERO < part < position.entry_cost else rounded(share, UNIT)


def _kept(case: Case, wanted: Close, own: Decimal) -> Position | None:
    """What stays open; its average entry is the same, and its cost what is left of the whole."""
    if wanted.whole:
        return None
    position = wanted.position
    kept = replace(position, contracts=position.contracts - wanted.contracts)
    left = cost(case, position) - own
    if position.entry_cost is None and cost(case, kept) == left:
        return kept
    return replace(kept, entry_cost=left)


def opened(case: Case, wanted: Opening) -> Made | Refused:
    """A position opened or increased, its fence paid for out of the wallet.

    Raises:
        MissingLeverage: a fence is paid for at a leverage that nobody gave.
    """
    part, held = wanted.part, wanted.held
    asset, account = case.instrument(part.symbol).settle, case.account
    postings: tuple[Posting, ...] = ()
    words: tuple[str, ...] = ()
    if part.isolated_margin is not None:
        if case.rules.fence is Fence.NONE:
            return Refused("no-isolated-margin", case.rules.fence.value, str(case.rules.clauses["fence"]))
        others = tuple(one for one in account.positions if one.key != part.key)
        probe = case.booked(replace(account, positions=(*others, part)))
        fence = fence_asked(probe, probe.leg_of(part)[1])
        postings = moved(asset, fence, source=WALLET, to=fence_name(part))
        words = (f"{show(fence)} {asset} moves from the wallet into the fence of {' '.join(part.key)}",)
    if held is None:
        return Made(replace(account, positions=(*account.positions, part)), postings, words)
    return Made(with_positions(account, {held.key: _merged(case, held, part)}), postings, words)


def _merged(case: Case, held: Position, part: Position) -> Position:
    """Both as one position: costs add up, and the average entry follows."""
    total, size = cost(case, held) + cost(case, part), held.contracts + part.contracts
    whole = size * case.instrument(held.symbol).contract_size
    inverse = case.instrument(held.symbol).kind is Kind.INVERSE
    average = quotient(whole, total) if inverse else quotient(total, whole)
    shown = on_ledger(average)
    merged = replace(held, contracts=size, entry_price=shown, entry_cost=None)
    if held.entry_cost is None and shown == average and cost(case, merged) == total:
        return merged
    return replace(merged, entry_cost=total)


def settled_fee(case: Case, symbol: str, value: Decimal, rate: Decimal) -> tuple[Posting, ...]:
    """The fee of a fill, or its rebate, between the wallet and the venue."""
    asset, exact = case.instrument(symbol).settle, on_ledger(value * rate)
    fee = case.rules.money.round(exact)
    return (*rounding(asset, exact=-exact, booked=-fee, source=FEES), *_some(WALLET, asset, -fee))


def _some(account: str, asset: str, amount: Decimal) -> tuple[Posting, ...]:
    return (Posting(account, asset, amount),) if amount != 0 else ()


def new_part(
    symbol: str, side: Side, wanted: tuple[Decimal, Decimal], mode: MarginMode, leverage: Decimal | None
) -> Position:
    """What is bought or sold, ``wanted`` contracts at a price, whose fence is not paid for yet."""
    return Position(
        symbol, side, wanted[0], entry_price=wanted[1], margin_mode=mode, leverage=leverage,
        isolated_margin=ZERO if mode is MarginMode.ISOLATED else None,
    )  # fmt: skip


def check_kind(case: Case, symbol: str) -> None:
    """Refuse a contract that the venue does not list.

    Raises:
        NotSupported: it has no such kind.
    """
    if case.instrument(symbol).kind not in case.rules.kinds:
        raise NotSupported(
            f"{case.rules.title} has no {case.instrument(symbol).kind.value} contracts",
            path="symbol", value=symbol, hint="check the symbol and the venue",
        )  # fmt: skip
