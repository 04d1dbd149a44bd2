"""The builder: a disproof chosen from lists, and the sentence it makes."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal, InvalidOperation
from functools import partial

from ringfence.errors import RingfenceError
from ringfence.mirror.answers import HORIZONS_MS, Choice, choices, sentence
from ringfence.mirror.model import Disproof
from ringfence.web.dom import Node, choice

MINUTE_MS = 60_000
HOUR_MS = 60 * MINUTE_MS
LEFT_OPEN = {"": "…"}
PART = {"observable": "What", "timeframe": "Candle", "unit": "Unit", "comparator": "How", "by": "By when"}


def spans() -> dict[str, str]:
    """The lengths that are offered: milliseconds to words.

    >>> list(spans().values())[:2]
    ['within 1 hour', 'within 4 hours']
    """
    found = {}
    for span in HORIZONS_MS:
        hours = span // HOUR_MS
        count, unit = (hours, "hour") if hours < 24 else (hours // 24, "day")
        found[str(span)] = f"within {count} {unit}{'' if count == 1 else 's'}"
    return found


class Builder:
    """The lists. ``wrote`` takes the sentence whenever the choice is whole; nothing is chosen beforehand."""

    def __init__(self, coin: str, now_ms: Callable[[], int], wrote: Callable[[str], None]) -> None:
        self._coin = coin
        self._now_ms = now_ms
        self._wrote = wrote
        self._offered = {one.observable: one for one in choices()}
        self._chosen: dict[str, str] = dict.fromkeys((*PART, "threshold"), "")
        self._row: Node | None = None

    def draw(self) -> None:
        """A row of lists and one number."""
        self._row = Node("div", classes="controls builder", role="group", aria_label="Build the sentence")
        self._draw_row()

    def _draw_row(self) -> None:
        if self._row is None:
            return
        self._row.clear()
        one = self._offered.get(self._chosen["observable"])
        labels = {key: each.label for key, each in self._offered.items()}
        with self._row:
            self._list("observable", labels)
            if one is None:
                return
            if one.timeframes:
                self._list("timeframe", {str(length): name for name, length in one.timeframes.items()})
            if len(one.units) > 1:
                self._list("unit", dict(one.units))
            unit = self._unit(one)
            if unit:
                self._list("comparator", dict(one.comparators[unit]))
                if unit != "event":
                    self._number()
                self._list("by", spans())

    def _unit(self, one: Choice) -> str:
        return next(iter(one.units)) if len(one.units) == 1 else self._chosen["unit"]

    def _list(self, name: str, options: dict[str, str]) -> None:
        if self._chosen[name] not in options:
            self._chosen[name] = ""
        with Node("label", classes="field"):
            Node("span", PART[name])
            choice(
                LEFT_OPEN | options, self._chosen[name], partial(self._choose, name), aria_label=PART[name]
            )

    def _number(self) -> None:
        with Node("label", classes="field narrow"):
            Node("span", "Number")
            node = Node("input", value=self._chosen["threshold"], inputmode="decimal", autocomplete="off")
            node.put(aria_label="Number", placeholder="56500")
            node.change(partial(self._choose, "threshold"))

    def _choose(self, name: str, value: str) -> None:
        self._chosen[name] = value.strip()
        if name in ("observable", "unit"):
            self._draw_row()
        if self._row is not None and name in ("observable", "unit"):
            self._row.client.run_javascript(_AGAIN % (self._row.id, PART[name]))
        written = self._sentence()
        if written:
            self._wrote(written)

    def _sentence(self) -> str:
        """The sentence; empty while a part is missing."""
        one = self._offered.get(self._chosen["observable"])
        unit = "" if one is None else self._unit(one)
        chosen = self._chosen
        if one is None or not (unit and chosen["comparator"] and chosen["by"]):
            return ""
        try:
            share = Decimal(chosen["threshold"].replace(",", "")) if unit != "event" else None
        except InvalidOperation:
            return ""
        # "fraction" is kept as a share and written as per cent.
        threshold = share / 100 if share is not None and unit == "fraction" else share
        by_ms = (self._now_ms() + int(chosen["by"])) // MINUTE_MS * MINUTE_MS
        frame = int(chosen["timeframe"]) if chosen["timeframe"] and one.timeframes else None
        made = Disproof(one.observable, chosen["comparator"], threshold, unit, by_ms, frame)
        try:
            return sentence(made, coin=self._coin)
        except RingfenceError:
            return ""


# A list that is drawn anew keeps the keyboard.
_AGAIN = "setTimeout(() => getHtmlElement(%d)?.querySelector('[aria-label=\"%s\"]')?.focus(), 60)"
