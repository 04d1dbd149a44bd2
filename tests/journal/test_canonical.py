"""The one spelling of a body: RFC 8785 for the values a journal may hold."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ringfence.store.journal.canonical import WHOLE, canonical

CASES = [
    ({"b": "2", "a": "1"}, b'{"a":"1","b":"2"}'),
    ([1, True, False, None, -5], b"[1,true,false,null,-5]"),
    ((), b"[]"),
    ({}, b"{}"),
    ({"x": Decimal("1E+3"), "y": Decimal("-0.00")}, b'{"x":"1000","y":"0"}'),
    ("\u20ac$\u000f\nA'\u0042\u0022\u005c\\\"/", b'"\xe2\x82\xac$\\u000f\\nA\'B\\"\\\\\\\\\\"/"'),
    ("\u2028\x7f\b\t\f\r", b'"\xe2\x80\xa8\x7f\\b\\t\\f\\r"'),
    # UTF-16 order, not code points: a surrogate pair sorts before U+FB33.
    ({"\ufb33": "1", "\U0001f600": "2"}, '{"\U0001f600":"2","\ufb33":"1"}'.encode()),
    (WHOLE, b"9007199254740991"),
]


@pytest.mark.parametrize(("value", "spelled"), CASES)
def test_spelling(value: object, spelled: bytes) -> None:
    assert canonical(value) == spelled


VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-WHOLE, WHOLE)
    | st.text(st.characters(exclude_categories=("Cs",))),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.text(st.characters(exclude_categories=("Cs",)), max_size=5), inner, max_size=4)
    ),
    max_leaves=12,
)


@settings(deadline=None)
@given(value=VALUES)
def test_what_is_spelled_can_be_read_and_spells_the_same(value: object) -> None:
    spelled = canonical(value)
    assert json.loads(spelled) == value
    assert canonical(json.loads(spelled)) == spelled
