"""Laws of the four arithmetics: one formula, and decimals, fractions, bounds and compiled floats agree."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from fractions import Fraction
from types import ModuleType
from typing import Any

import numba
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringfence.formulas import collateral, inverse, linear, margin
from ringfence.formulas.bound import Bound, Undecided

MODULES = (collateral, inverse, linear, margin)


def formulas(module: ModuleType) -> list[Callable[..., Any]]:
    found = [one for _, one in inspect.getmembers(module, inspect.isfunction)]
    return [one for one in found if one.__module__ == module.__name__]


ALL = [one for module in MODULES for one in formulas(module)]
COMPILED = {one: numba.njit(one) for one in ALL}

amounts = st.fractions(min_value=-(10**9), max_value=10**9, max_denominator=10**8)
prices = st.fractions(min_value=Fraction(1, 10**6), max_value=10**7, max_denominator=10**8)
shares = st.fractions(min_value=0, max_value=1, max_denominator=10**6)
KINDS = {
    "price": prices,
    "rate": shares,
    "haircut": shares,
    "markup": shares,
    "owned": prices,
    "owed": prices,
}


def arguments(formula: Callable[..., Any]) -> st.SearchStrategy[tuple[Fraction, ...]]:
    return st.tuples(*(KINDS.get(name, amounts) for name in inspect.signature(formula).parameters))


def test_every_formula_is_here() -> None:
    assert len(ALL) >= 11


@pytest.mark.parametrize("formula", ALL, ids=lambda one: f"{one.__module__.split('.')[-1]}.{one.__name__}")
@given(data=st.data())
def test_a_bound_contains_the_exact_value_and_is_the_compiled_float(
    formula: Callable[..., Any], data: st.DataObject
) -> None:
    exact = data.draw(arguments(formula))
    bounds = [Bound.of(number) for number in exact]
    compiled = COMPILED[formula](*(bound.value for bound in bounds))
    try:
        bound = formula(*bounds)
    except Undecided:
        return
    assert bound.value == compiled, "bit-identical"
    assert abs(Fraction(bound.value) - formula(*exact)) <= Fraction(bound.radius)


wide = st.builds(
    Bound,
    st.floats(-1e6, 1e6).filter(lambda value: abs(value) > 1e-3),
    st.floats(0, 1e4),
)
shares_of_radius = st.fractions(min_value=-1, max_value=1, max_denominator=1000)


@pytest.mark.parametrize("operation", ["__add__", "__sub__", "__mul__", "__truediv__"])
@given(one=wide, two=wide, this=shares_of_radius, that=shares_of_radius)
def test_every_operation_contains_what_its_operands_contain(
    operation: str, one: Bound, two: Bound, this: Fraction, that: Fraction
) -> None:
    left = Fraction(one.value) + Fraction(one.radius) * this
    right = Fraction(two.value) + Fraction(two.radius) * that
    bound = getattr(one, operation)(two)
    if bound.radius == float("inf") or right == 0:
        return
    assert abs(Fraction(bound.value) - getattr(left, operation)(right)) <= Fraction(bound.radius)


@given(st.floats(-1e6, 1e6), st.floats(0, 1e3), shares_of_radius)
def test_a_branch_that_the_radius_cannot_decide_is_not_taken_in_silence(
    value: float, radius: float, share: Fraction
) -> None:
    exact = Fraction(value) + Fraction(radius) * share
    try:
        bound = collateral.worth(Bound(value, radius), Bound.of("0.95"), Bound.of("1.05"))
    except Undecided:
        assert abs(value) <= radius
        return
    worth = collateral.worth(exact, Fraction(95, 100), Fraction(105, 100))
    assert abs(Fraction(bound.value) - worth) <= Fraction(bound.radius)
