"""The book as a form: one field a value, and what is wrong said beside the field that is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from ringfence.web.book import Document
from ringfence.web.desk import Problem
from ringfence.web.dom import Node, button, choice

COLUMNS: Mapping[str, str] = {
    "symbol": "Symbol",
    "side": "Side",
    "contracts": "Contracts",
    "entry_price": "Entry price",
    "mark": "Mark price",
    "margin_mode": "Margin mode",
    "leverage": "Leverage",
    "isolated_margin": "Margin in fence",
    "beta": "Beta",
}
CHOICES: Mapping[str, tuple[str, ...]] = {"side": ("long", "short"), "margin_mode": ("cross", "isolated")}
HINTS: Mapping[str, str] = {"symbol": "BTC/USDT:USDT", "isolated_margin": "isolated", "beta": "1"}
_OF_THE_MARKET = {"mark": "marks", "beta": "betas"}

ADD = "positions[+]"
"""The button that adds a row, among the fields, so that the keyboard can be put there."""

Fields = dict[str, tuple[Node, Node]]
"""By the path of a value in the account: the field and the place for what is wrong with it."""


class Form:
    """Wallet, positions, venue and date as fields; every change makes a new document and hands it on."""

    def __init__(
        self, document: Document, venues: Mapping[str, str], changed: Callable[[Document], None]
    ) -> None:
        self._document = document
        self._venues = venues
        self._changed = changed
        self._fields: Fields = {}
        self._box = Node("div", classes="form")
        self._draw()

    def blame(self, problem: Problem | None) -> bool:
        """Say what is wrong beside its field; whether there was such a field."""
        for field, place in self._fields.values():
            field.put(aria_invalid=None)
            place.text = ""
        found = self._field_of(problem.path) if problem else None
        if found is None or problem is None:
            return False
        found[0].put(aria_invalid="true")
        hint = f"; {problem.hint}" if problem.hint else ""
        found[1].text = f"{problem.message}{hint} ({problem.code})"
        return True

    def _field_of(self, path: str) -> tuple[Node, Node] | None:
        """The field of a path in the account; a mark or a beta stands in the row of its symbol."""
        table, _, symbol = path.partition(".")
        for name, where in _OF_THE_MARKET.items():
            if table == where:
                rows = [number for number, row in enumerate(self._rows()) if row.get("symbol") == symbol]
                path = f"positions[{rows[0]}].{name}" if rows else path
        known = [one for one in self._fields if path == one or path.startswith((f"{one}.", f"{one}["))]
        return self._fields[max(known, key=len)] if known else None

    def _draw(self) -> None:
        self._fields.clear()
        self._box.clear()
        with self._box:
            with Node("fieldset", classes="rules"):
                Node("legend", "Venue")
                self._select(
                    "venue", "Rules of", str(self._document.get("venue", "")), dict(self._venues), self._venue
                )
                self._input(
                    "on", "On date", str(self._document.get("on") or ""), self._date, placeholder="today"
                )
            with Node("fieldset"):
                Node("legend", "Wallet")
                for asset, amount in self._table("wallet").items():
                    self._input(f"wallet.{asset}", asset, str(amount), partial(self._wallet, asset))
                with Node("label", "Add an asset", classes="field narrow"):
                    Node("input", placeholder="USDT", autocomplete="off").change(self._add_asset)
            with Node("fieldset", classes="positions"):
                Node("legend", "Positions")
                for number in range(len(self._rows())):
                    self._row(number)
                add = button("Add a position", self._add_row)
                self._fields[ADD] = add, Node("span", "", classes="gone")

    def _row(self, number: int) -> None:
        row = self._rows()[number]
        with Node("div", classes="position", role="group", aria_label=f"Position {number + 1}"):
            for name, label in COLUMNS.items():
                path, act = f"positions[{number}].{name}", partial(self._set, number, name)
                stands = self._table(_OF_THE_MARKET[name]) if name in _OF_THE_MARKET else row
                value = str(stands.get(row.get("symbol", "") if name in _OF_THE_MARKET else name) or "")
                if name in CHOICES:
                    options = {one: one for one in CHOICES[name]}
                    self._select(path, label, value or CHOICES[name][0], options, act)
                else:
                    self._input(path, label, value, act, placeholder=HINTS.get(name, ""))
            remove = button("Remove", lambda: self._remove(number), classes="quiet")
            remove.put(aria_label=f"Remove position {number + 1}")

    def _input(
        self, path: str, label: str, value: str, act: Callable[[str], None], *, placeholder: str = ""
    ) -> None:
        with Node("label", classes="field"):
            Node("span", label)
            field = Node(
                "input", value=value, placeholder=placeholder or None, autocomplete="off", spellcheck="false"
            )
            field.put(
                name=path, aria_label=label, inputmode=None if path.endswith(("symbol", "on")) else "decimal"
            )
            self._place(path, field.change(act))

    def _select(
        self, path: str, label: str, value: str, options: dict[str, str], act: Callable[[str], None]
    ) -> None:
        with Node("label", classes="field"):
            Node("span", label)
            known = options if value in options else {value: f"{value} (not known)", **options}
            self._place(path, choice(known, value, act, name=path, aria_label=label))

    def _place(self, path: str, field: Node) -> None:
        self._fields.setdefault(path, (field, Node("span", "", classes="problem small", role="alert")))

    def _table(self, name: str) -> dict[str, Any]:
        table = self._document.get(name)
        return dict(table) if isinstance(table, Mapping) else {}

    def _rows(self) -> list[dict[str, Any]]:
        rows = self._document.get("positions")
        return [dict(row) for row in rows if isinstance(row, Mapping)] if isinstance(rows, list) else []

    def _put(self, tables: Mapping[str, Any], *, focus: str | None = None) -> None:
        """Take new tables; with ``focus`` the fields are drawn anew and the keyboard goes to that one."""
        self._document = {**self._document, **tables}
        if focus is not None:
            self._draw()
            self._fields[focus][0].focus()
        self._changed(self._document)

    def _venue(self, key: str) -> None:
        self._put({"venue": key})

    def _date(self, text: str) -> None:
        self._document = {key: value for key, value in self._document.items() if key != "on"}
        self._put({"on": text.strip()} if text.strip() else {})

    def _wallet(self, asset: str, text: str) -> None:
        wallet = self._table("wallet")
        if text.strip():
            wallet[asset] = text.strip()
        else:
            wallet.pop(asset, None)
        self._put({"wallet": wallet})

    def _add_asset(self, written: str) -> None:
        if name := written.strip():
            self._put({"wallet": {**self._table("wallet"), name: "0"}}, focus=f"wallet.{name}")

    def _set(self, number: int, name: str, written: str) -> None:
        text, rows = written.strip(), self._rows()
        symbol = str(rows[number].get("symbol", ""))
        if name in _OF_THE_MARKET:
            self._put({_OF_THE_MARKET[name]: _with(self._table(_OF_THE_MARKET[name]), symbol, text)})
            self._copy(number, name, text)
            return
        rows[number] = _with(rows[number], name, text)
        if name == "margin_mode" and text == "cross" and rows[number].pop("isolated_margin", None):
            self._fields[f"positions[{number}].isolated_margin"][0].write("")
        marks = self._rename(number, symbol, text) if name == "symbol" else self._table("marks")
        self._put({"positions": rows, "marks": marks})

    def _copy(self, number: int, name: str, text: str) -> None:
        """A mark or beta belongs to the symbol: the field of another leg shows it too."""
        rows = self._rows()
        for other, row in enumerate(rows):
            if other != number and row.get("symbol") == rows[number].get("symbol"):
                self._fields[f"positions[{other}].{name}"][0].write(text)

    def _rename(self, number: int, old: str, new: str) -> dict[str, Any]:
        """Another symbol in a row: the mark moves along if no other leg holds it and the new one has none."""
        marks, held = self._table("marks"), [row.get("symbol", "") for row in self._rows()]
        if old in marks and held.count(old) == 1:
            gone = marks.pop(old)
            marks.setdefault(new, gone)
        if new in marks:
            self._fields[f"positions[{number}].mark"][0].write(str(marks[new]))
        return marks

    def _add_row(self) -> None:
        rows = [*self._rows(), {"side": "long", "margin_mode": "cross"}]
        self._document = {**self._document, "positions": rows}
        self._draw()
        self._fields[f"positions[{len(rows) - 1}].symbol"][0].focus()

    def _remove(self, number: int) -> None:
        rows = self._rows()
        gone = str(rows.pop(number).get("symbol", ""))
        marks = self._table("marks")
        if not any(row.get("symbol") == gone for row in rows) and self._document.get("leader") != gone:
            marks.pop(gone, None)
        self._put({"positions": rows, "marks": marks}, focus=ADD)


def _with(table: dict[str, Any], name: str, text: str) -> dict[str, Any]:
    """The table with one value set, or taken out where nothing is written."""
    kept = {**table, name: text}
    return kept if text else {key: value for key, value in kept.items() if key != name}
