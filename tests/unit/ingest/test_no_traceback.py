"""Whatever stands wherever: an account comes out, or an error of ours."""

from __future__ import annotations

import contextlib
import copy
import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from ringfence.domain.account import Account
from ringfence.errors import RingfenceError
from ringfence.ingest.ccxt import account_from_ccxt
from ringfence.ingest.schema import account_from
from ringfence.ingest.text import read_account
from ringfence.ingest.tiers import read_tiers
from tests.unit.ingest import books, test_ccxt, test_tiers

FULL: dict[str, Any] = books.SOUND | {
    "on": "2026-11-22",
    "orders": [{"symbol": "BTC/USDT:USDT", "side": "buy", "contracts": "1", "price": "9", "leverage": "3"}],
    "collateral": {"USDT": {"price": "1"}, "BTC": {"mark_of": "BTC/USDT:USDT"}},
    "instruments": {"BTC/USDT:USDT": {"kind": "linear", "contract_size": "1"}},
    "tiers": {"BTC/USDT:USDT": {"rows": [{"floor": "0", "rate": "0.01"}], "source": "s", "jumps": False}},
    "rates": {"BTC/USDT:USDT": {"taker_fee": "0.0005"}},
    "betas": {"BTC/USDT:USDT": "1"},
    "leader": "BTC/USDT:USDT",
}
ODD = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.decimals()
    | st.text(max_size=8)
    | st.sampled_from(["", "0", "-1", "1e999", "NaN", "isolated", "short", "ETH/USDT:USDT", "A/B:C-000000"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)


def places(value: object, way: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The way to every value inside a document."""
    inner: Any = (
        value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    )
    return [way, *(place for key, one in inner for place in places(one, (*way, key)))]


def put(document: Any, way: tuple[Any, ...], value: object) -> Any:
    if not way:
        return value
    changed = copy.deepcopy(document)
    inner = changed
    for key in way[:-1]:
        inner = inner[key]
    inner[way[-1]] = value
    return changed


def test_the_full_account_is_sound_before_it_is_spoiled() -> None:
    assert isinstance(account_from(FULL)[0], Account)


@given(way=st.sampled_from(places(FULL)), value=ODD)
def test_an_account_with_anything_anywhere(way: tuple[Any, ...], value: Any) -> None:
    with contextlib.suppress(RingfenceError):
        assert isinstance(account_from(put(FULL, way, value))[0], Account)


@given(way=st.sampled_from(places(test_ccxt.BOOK)), value=ODD)
def test_a_ccxt_document_with_anything_anywhere(way: tuple[Any, ...], value: Any) -> None:
    with contextlib.suppress(RingfenceError):
        assert isinstance(account_from_ccxt(put(test_ccxt.BOOK, way, value))[0], Account)


TIERS = {"BTC/USDT:USDT": test_tiers.freqtrade()}


@given(document=st.sampled_from([TIERS, test_tiers.COMPACT, list(TIERS.values())]), data=st.data())
def test_a_tier_file_with_anything_anywhere(document: Any, data: st.DataObject) -> None:
    changed = put(document, data.draw(st.sampled_from(places(document))), data.draw(ODD))
    with contextlib.suppress(RingfenceError):
        read_tiers(json.dumps(changed, default=str), venue="demo", on="2026-11-22", source="s")


@given(text=st.text(max_size=60) | st.binary(max_size=60))
def test_any_text_at_all(text: str | bytes) -> None:
    with contextlib.suppress(RingfenceError):
        assert isinstance(read_account(text)[0], Account)


@given(cut=st.integers(0, 2_000), extra=st.text(max_size=3))
def test_a_file_that_was_cut_short_or_has_something_in_it(cut: int, extra: str) -> None:
    whole = json.dumps(FULL)
    with contextlib.suppress(RingfenceError):
        assert isinstance(read_account(whole[:cut] + extra + whole[cut + 1 :])[0], Account)
