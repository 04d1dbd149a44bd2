"""What holds after every event, as functions: nothing is lost, and the account is what the ledger says."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from ringfence.domain.numbers import Number, exactly
from ringfence.engine.postings import WALLET, fence_name, unbalanced
from ringfence.engine.state import State
from ringfence.venues.rules import VenueRules

ZERO = Decimal(0)


@exactly
def conserved(state: State) -> Mapping[str, Number]:
    """The assets that do not sum to zero over every named account, and by how much; empty: sound.

    >>> from ringfence.domain.account import Account
    >>> from ringfence.engine.state import begin
    >>> from ringfence.venues.registry import rules
    >>> conserved(begin(Account(venue="demo", wallet={"USDT": "10"}), rules("demo")))
    {}
    """
    return unbalanced((asset, amount) for (_, asset), amount in state.balances.items())


def mirrored(state: State, rules: VenueRules) -> Mapping[tuple[str, str], tuple[Number, Number]]:
    """Where the wallet or a fence is not what the ledger says: (account, ledger); empty: sound.

    >>> from ringfence.domain.account import Account
    >>> from ringfence.engine.state import begin
    >>> from ringfence.venues.registry import rules
    >>> mirrored(begin(Account(venue="demo", wallet={"USDT": "10"}), rules("demo")), rules("demo"))
    {}
    """
    account = state.account
    held = {(WALLET, asset): amount for asset, amount in account.wallet.items()}
    for one in account.positions:
        if one.isolated_margin is not None:
            asset = rules.instrument(one.symbol, account.instruments.get(one.symbol)).settle
            held[fence_name(one), asset] = one.isolated_margin
    own = {key for key in state.balances if key[0] == WALLET or key[0].startswith("fence:")}
    return {
        key: (held.get(key, ZERO), state.balances.get(key, ZERO))
        for key in sorted(own | set(held))
        if held.get(key, ZERO) != state.balances.get(key, ZERO)
    }


def disturbed(before: State, after: State, *, own: frozenset[str]) -> Mapping[tuple[str, str], Number]:
    """The wallet and the fences outside a ring that changed, and by how much; empty: the fence held.

    Args:
        own: the accounts that the ring is made of, ``fence:BTC/USDT:USDT long``.

    >>> from ringfence.domain.account import Account
    >>> from ringfence.engine.state import begin
    >>> from ringfence.venues.registry import rules
    >>> state = begin(Account(venue="demo", wallet={"USDT": "10"}), rules("demo"))
    >>> disturbed(state, state, own=frozenset())
    {}
    """
    keys = {
        key
        for key in {**before.balances, **after.balances}
        if (key[0] == WALLET or key[0].startswith("fence:")) and key[0] not in own
    }
    return {
        key: after.balances.get(key, ZERO) - before.balances.get(key, ZERO)
        for key in sorted(keys)
        if after.balances.get(key, ZERO) != before.balances.get(key, ZERO)
    }
