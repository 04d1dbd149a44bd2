"""The columns that move with the scrubber: built once, then only their texts change."""

from __future__ import annotations

from ringfence.report.format import MINUS, amount, price, whole
from ringfence.report.tables import twin_columns
from ringfence.service.answers import CompareAnswer, ScrubAnswer, ScrubTwin, TwinKey, WorkLine
from ringfence.web.columns import twin_title
from ringfence.web.dom import Node
from ringfence.web.why import Question, Why


class Board:
    """Positions by twins, with PnL and what became of each, then equity and loss by asset."""

    def __init__(self, answer: CompareAnswer, why: Why) -> None:
        self._why = why
        self._marks: dict[str, str] | None = None
        self._numbers: dict[tuple[TwinKey, str], Node] = {}
        self._questions: dict[tuple[TwinKey, str], Question] = {}
        self._states: dict[tuple[TwinKey, str], Node] = {}
        self._prices: dict[str, Node] = {}
        self._columns = [column for column in twin_columns(answer) if column.feasible]
        shown = [twin for twin in answer.twins if twin.twin in [column.key for column in self._columns]]
        self._assets = list(dict.fromkeys(asset.asset for twin in shown for asset in twin.totals))
        self._held = [(one.position.symbol, one.position.side) for one in shown[0].positions] if shown else []
        self._note = Node("p", "", classes="unseen", role="status")
        self._build()

    def show(self, answer: ScrubAnswer) -> None:
        """The book after a move."""
        self._marks = answer.marks
        self._note.text = ""
        self._note.classes(replace="unseen")
        for name, node in self._prices.items():
            node.text = f"mark {price(answer.marks[name.rpartition(' ')[0]])}"
        for twin in answer.twins:
            if twin.twin in [column.key for column in self._columns]:
                self._show_twin(twin)

    def refuse(self, words: str) -> None:
        """Say why there is no answer; the last one stays."""
        self._note.text = words
        self._note.classes(replace="notice")

    def _show_twin(self, twin: ScrubTwin) -> None:
        rings = {ring.ring: ring for ring in twin.rings}
        for one in twin.positions:
            name, ring = f"{one.symbol} {one.side}", rings[one.ring]
            number, state = self._numbers[twin.twin, name], self._states[twin.twin, name]
            if one.liquidated:
                number.text = _lost(ring.loss, ring.asset)
                self._questions[twin.twin, name] = Question(twin.twin, f"rings.{one.ring}.equity")
            else:
                number.text = _gain(one.unrealized_pnl, ring.asset)
                field = f"positions.{name}.unrealized_pnl"
                self._questions[twin.twin, name] = Question(twin.twin, field, self._marks)
            shared = one.ring.startswith("pool") and len(twin.positions) > 1
            state.text = _state(liquidated=one.liquidated, shared=shared)
            state.classes(replace=f"state {'dead' if one.liquidated else 'alive'}")
        for asset in self._assets:
            self._numbers[twin.twin, asset].text = amount(twin.equity.get(asset, "0"), asset)
            self._states[twin.twin, asset].text = _changed(twin.loss.get(asset, "0"), asset)
            self._questions[twin.twin, asset] = Question(
                twin.twin, "rings", self._marks, _summed(twin, asset)
            )

    def _build(self) -> None:
        with Node("table", classes=f"twins board of{len(self._columns)}"):
            Node("caption", "The book after the move", classes="unseen")
            with Node("thead"), Node("tr"):
                Node("td", "", classes="corner")
                for column in self._columns:
                    twin_title(column)
            with Node("tbody"):
                for symbol, side in self._held:
                    self._position(f"{symbol} {side}")
                for asset in self._assets:
                    self._total(asset, f"Equity, {asset}")

    def _position(self, name: str) -> None:
        with Node("tr"):
            with Node("th", scope="row"):
                Node("span", name, classes="name")
                self._prices[name] = Node("span", "", classes="soft small detail")
            for column in self._columns:
                with Node("td", classes=column.key):
                    self._states[column.key, name] = Node("span", "", classes="state")
                    self._number(column.key, name)

    def _total(self, asset: str, label: str) -> None:
        with Node("tr", classes="strong"):
            Node("th", label, scope="row")
            for column in self._columns:
                with Node("td", classes=column.key):
                    self._number(column.key, asset)
                    self._states[column.key, asset] = Node("span", "", classes="soft small detail")

    def _number(self, twin: TwinKey, name: str) -> None:
        self._numbers[twin, name] = self._why.asking("", lambda: self._questions[twin, name])


FORFEITED = ", liquidated: what was left is forfeited"


def _summed(twin: ScrubTwin, asset: str) -> WorkLine | None:
    """The equity after the move as the rings that make it up; what a liquidated ring had is forfeited."""
    if asset not in twin.equity:
        return None
    own = [ring for ring in twin.rings if ring.asset == asset]
    parts = [f"{whole(ring.equity)} ({ring.ring}{FORFEITED if ring.liquidated else ''})" for ring in own]
    label = f"equity in {asset} after the move"
    field = f"totals.{asset}.total_equity"
    return WorkLine(
        field=field, label=label, value=twin.equity[asset], unit=asset, how=" + ".join(parts), source=""
    )


def _gain(text: str, asset: str) -> str:
    shown = amount(text, asset)
    return shown if shown.startswith(MINUS) or text.strip("0.") == "" else f"+{shown}"


def _lost(loss: str, asset: str) -> str:
    """``lost 0.1 BTC``; the sign of a loss is turned into its word."""
    word = "gained" if loss.startswith("-") else "lost"
    return f"{word} {amount(loss.removeprefix('-'), asset)}"


def _changed(loss: str, asset: str) -> str:
    return "as today" if loss.strip("-0.") == "" else f"{_lost(loss, asset)} from today"


def _state(*, liquidated: bool, shared: bool) -> str:
    if not liquidated:
        return "alive"
    return "liquidated with its pool" if shared else "liquidated"
