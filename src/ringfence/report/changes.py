"""Which rows a preview is shown in, old and new, at every door alike. Nothing is computed, only arranged."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from ringfence.report.format import MINUS, amount, percent, price, times, whole
from ringfence.service.answers_preview import Moved, PreviewAnswer

LABELS: Mapping[str, str] = {
    "most_to_lose": "most that can be lost",
    "total_equity": "equity",
    "effective_leverage": "effective leverage",
    "contracts": "contracts",
    "entry_price": "average entry",
    "leverage": "leverage setting",
    "isolated_margin": "margin inside the fence",
    "liquidation_price_alone": "liquidation price, others still",
    "liquidation_price_together": "liquidation price, all together",
    "at_risk": "worst loss",
    "wallet_balance": "balance",
    "equity": "equity",
    "health": "health",
    "maintenance_usage": "maintenance usage",
    "available_balance": "available",
}
STANDING = {
    "accepted": "The venue accepts this",
    "refused": "The venue refuses this",
    "not_documented": "The venue’s rule is not known to us",
}
STRONG = ("most_to_lose", "liquidation_price_alone", "at_risk")


@dataclass(frozen=True, slots=True)
class Change:
    """One number, old and new, as text."""

    label: str
    before: str
    after: str
    change: str
    same: bool
    strong: bool


@dataclass(frozen=True, slots=True)
class Part:
    """The account in one asset, one position, or one ring."""

    title: str
    rows: tuple[Change, ...]

    @property
    def same(self) -> bool:
        """Whether nothing about it changes."""
        return all(row.same for row in self.rows)


def change_parts(answer: PreviewAnswer) -> tuple[Part, ...]:
    """Every part that the change touches, the account first; what stays as it is comes last."""
    groups: dict[tuple[str, str], list[Moved]] = {}
    for one in answer.moved:
        groups.setdefault((one.kind, one.of), []).append(one)
    parts = [
        Part(_title(*key), tuple(_row(one) for one in rows if _told(one))) for key, rows in groups.items()
    ]
    return tuple(sorted(parts, key=lambda part: part.same))


def summary(answer: PreviewAnswer) -> str:
    """The verdict in a few words, with the venue's code."""
    code = f" ({answer.code})" if answer.code else ""
    return f"{STANDING[answer.verdict]}{code}"


def _title(kind: str, of: str) -> str:
    return f"The account in {of}" if kind == "account" else of


def _told(one: Moved) -> bool:
    """A cross position has no fence, before or after: there is nothing to tell."""
    return one.name != "isolated_margin" or one.before is not None or one.after is not None


def _row(one: Moved) -> Change:
    before, after = _text(one.before, one.words_before, one.unit), _text(one.after, one.words_after, one.unit)
    same = one.before == one.after and one.words_before == one.words_after
    return Change(LABELS[one.name], before, after, _difference(one, same=same), same, one.name in STRONG)


def _text(value: str | None, words: str, unit: str) -> str:
    if value is None:
        return words
    if unit == "price":
        return price(value)
    if unit == "contracts":
        return whole(value)
    if unit == "share":
        return percent(value, signed=False)
    return times(value) if unit == "x" else amount(value, unit)


def _difference(one: Moved, *, same: bool) -> str:
    if same:
        return "unchanged"
    if one.change is None:
        return ""
    if one.unit == "share":
        return f"{percent(one.change).removesuffix('%')}points"
    size = _text(one.change.removeprefix("-"), "", one.unit)
    return f"{MINUS if Decimal(one.change) < 0 else '+'}{size}"
