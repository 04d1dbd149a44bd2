"""The account before and after an intent, and what the venue says: the engine's preview, asked once."""

from __future__ import annotations

from dataclasses import dataclass

from ringfence.domain.account import MarginMode
from ringfence.domain.market import Market
from ringfence.errors import RingfenceError
from ringfence.exact.ring import Book
from ringfence.mirror.facts import VenueSays
from ringfence.mirror.measured.costs import least_margin
from ringfence.mirror.measured.standing import held_in
from ringfence.mirror.measured.subject import Subject, subject_of, wanted_of
from ringfence.mirror.model import Action, Intent
from ringfence.solve.change.preview import Preview, preview
from ringfence.solve.change.ruling import Ruling, Situation, Standing, ruling
from ringfence.solve.twins import PositionTwin, Twin, twin_of
from ringfence.venues.modes import Change

FENCED = (
    Action.OPEN,
    Action.INCREASE,
    Action.REMOVE_MARGIN,
    Action.SWITCH_TO_ISOLATED,
    Action.CHANGE_LEVERAGE,
)
"""What makes a fence or takes from one, so that the least it survives with is asked."""
NAMES = {
    Action.SWITCH_TO_CROSS: Change.TO_CROSS,
    Action.SWITCH_TO_ISOLATED: Change.TO_ISOLATED,
    Action.CHANGE_LEVERAGE: Change.RAISE_LEVERAGE,
}


@dataclass(frozen=True)
class Seen:
    """One intent in one book, as the engine sees it.

    Attributes:
        after: None where it cannot be worked out. was, now: the subject's position at either moment.
        asset: what the account's figures are counted in.
    """

    intent: Intent
    market: Market
    subject: Subject | None
    before: Twin
    after: Twin | None
    was: PositionTwin | None
    now: PositionTwin | None
    asset: str
    says: VenueSays


def seen(intent: Intent, book: Book, market: Market) -> Seen:
    """Ask the engine once.

    Raises:
        RingfenceError: as `preview`: the intent cannot be meant for this account, or a figure is missing.
    """
    found = _asked(intent, book, market)
    if isinstance(found, RingfenceError):
        return _without_after(intent, book, market, found)
    before = twin_of(book, market) if found is None else found.before
    after = before if found is None else found.after
    subject = subject_of(intent, before)
    was, now = held_in(before, subject), None if after is None else held_in(after, subject)
    says = _unchanged(intent, book) if found is None else _says(found, market, now, intent)
    asset = _asset(intent, book, was or now)
    return Seen(intent, market, subject, before, after, was, now, asset, says)


def _asked(intent: Intent, book: Book, market: Market) -> Preview | RingfenceError | None:
    """The preview; None where nothing changes.

    A reduction always gets facts: of one that the engine cannot carry out, because the position has lost
    more than is left behind it, or because a leverage is not given, the error is returned.
    """
    wanted = wanted_of(intent, book.account)
    if wanted is None:
        return None
    try:
        return preview(book, market, wanted)
    except RingfenceError as error:
        if intent.action is Action.REDUCE:
            return error
        raise


def _without_after(intent: Intent, book: Book, market: Market, error: RingfenceError) -> Seen:
    before = twin_of(book, market)
    subject = subject_of(intent, before)
    was = held_in(before, subject)
    says = VenueSays(Standing.NOT_DOCUMENTED.value, words=str(error), what="reduce", trouble=str(error))
    return Seen(intent, market, subject, before, None, was, None, _asset(intent, book, was), says)


def _says(found: Preview, market: Market, now: PositionTwin | None, intent: Intent) -> VenueSays:
    least, ruled = None, found.ruling
    if intent.action in FENCED and found.after is not None:
        least = least_margin(found.after, market, now)
    return VenueSays(
        standing=ruled.standing.value,
        code=ruled.code,
        words=ruled.words,
        clause=ruled.source,
        liquidated_at_once=bool(found.at_once),
        least_margin=least,
        what=found.what,
        unconfirmed=ruled.unconfirmed,
        trouble="" if found.trouble is None else str(found.trouble),
        already=bool(found.already),
    )


def _unchanged(intent: Intent, book: Book) -> VenueSays:
    """Of what changes nothing in the account: a stop, or a setting while nothing is open."""
    if intent.action is Action.MOVE_STOP:
        words = "a stop moves no margin; whether the venue takes the order is not looked at"
        return VenueSays(Standing.ACCEPTED.value, words=words, what=f"move the {intent.which}")
    ruled: Ruling = ruling(book.rules, NAMES[intent.action], Situation(book.account, intent.symbol, ()))
    return VenueSays(
        ruled.standing.value, ruled.code, ruled.words, ruled.source, unconfirmed=ruled.unconfirmed,
        what="change a setting of a symbol in which nothing is open",
    )  # fmt: skip


def _asset(intent: Intent, book: Book, held: PositionTwin | None) -> str:
    """The asset that the account's figures are in: of the subject's ring, else of the instrument."""
    if held is not None and not (book.account.multi_asset and held.position.margin_mode is MarginMode.CROSS):
        return held.figures.asset
    if book.account.multi_asset:
        return next(ring.asset for ring in book.pools)
    symbol = intent.symbol
    if intent.asset is not None or symbol is None:
        return intent.asset or ""
    return book.rules.instrument(symbol, book.account.instruments.get(symbol)).settle
