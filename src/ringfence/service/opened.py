"""What every question about an account begins with: the account, its market, and whose rules hold."""

from __future__ import annotations

from ringfence.domain.account import Account
from ringfence.domain.market import Market
from ringfence.errors import RingfenceError
from ringfence.ingest.schema import AccountInput, account_from
from ringfence.service.context import Context
from ringfence.service.requests import BookRequest
from ringfence.venues.rules import VenueRules


def opened(context: Context, request: BookRequest) -> tuple[Account, Market, VenueRules, str]:
    """The account of a request, its market, and the rules and date that hold for it.

    Raises:
        RingfenceError: as the account file; the path starts with ``account``.
    """
    stated: AccountInput = request.account
    if request.venue is not None:
        stated = stated.model_copy(update={"venue": request.venue})
    if request.on is not None:
        stated = stated.model_copy(update={"on": context.date(request.on)})
    try:
        account, market = account_from(stated)
    except RingfenceError as error:
        raise error.under("account") from None
    on = context.date(account.on)
    return account, market, context.rules(account.venue, on=on), on
