"""Every rule and check, in the order a reader meets them."""

from __future__ import annotations

from collections.abc import Callable

from ringfence.domain.market import Market
from ringfence.domain.numbers import exactly
from ringfence.exact.ring import Book
from ringfence.solve.reasons import contagion, exposure, reach, several, sharing, switching
from ringfence.solve.reasons.view import Reason, View
from ringfence.solve.twins import Twins

CHECKS: tuple[Callable[[View], Reason], ...] = (
    reach.neither_safer,
    reach.more_room,
    reach.hostage,
    reach.known_loss,
    contagion.contagion,
    contagion.sooner_than_thought,
    several.pair,
    several.high_leverage,
    several.three_or_more,
    exposure.setting,
    exposure.dip,
    exposure.gap,
    exposure.low_leverage,
    switching.behind_a_fence,
    switching.into_the_pool,
    sharing.nothing_is_moved,
    sharing.margins_stay,
    sharing.pools,
)


@exactly
def reasons(book: Book, market: Market, twins: Twins) -> tuple[Reason, ...]:
    """What traders are told about the two modes, judged and measured on this book.

    It informs: nothing in it says what to buy, sell or choose.

    Args:
        book: the account as it is. twins: of the same account at the same marks.
    Returns:
        The reasons that apply first, then those that do not, with why; numbers in each ring's asset.
    """
    view = View(book, market, twins)
    found = [check(view) for check in CHECKS]
    return tuple(sorted(found, key=lambda reason: not reason.applies))
