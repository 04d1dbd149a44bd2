"""Outcomes read back from what was written of them (`mirror.canonical.document`)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from decimal import Decimal
from fractions import Fraction
from typing import Any

from ringfence.domain.numbers import Number
from ringfence.mirror.outcome.model import Branch, Outcome, Span, Status

_MONEY = ("end_equity", "pnl", "min_equity", "fees", "funding", "moved")
_SPANS = ("ambiguity", "pnl_span")


def outcome_of(written: Mapping[str, Any]) -> Outcome:
    """An outcome as it was before it was written; a name that is not known is left out.

    >>> from ringfence.mirror.canonical import document
    >>> one = Outcome(
    ...     "I1", Branch.ACTUAL, "24h", 86_400_000, True, Status.SETTLED, "USDT", "", "1", pnl=Decimal("1.5")
    ... )
    >>> outcome_of(document(one)) == one
    True
    """
    known = {one.name for one in fields(Outcome)}
    given: dict[str, Any] = {name: value for name, value in written.items() if name in known}
    given["branch"], given["status"] = Branch(written["branch"]), Status(written["status"])
    given["words"] = tuple(written.get("words", ()))
    for name in _MONEY:
        given[name] = _number(written.get(name))
    for name in _SPANS:
        span = written.get(name)
        given[name] = None if span is None else Span(_number(span["best"]), _number(span["worst"]))
    return Outcome(**given)


def _number(text: str | None) -> Number | None:
    if text is None:
        return None
    return Fraction(text) if "/" in text else Decimal(text)
