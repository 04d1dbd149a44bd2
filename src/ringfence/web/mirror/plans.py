"""Plans on the page: those that are kept, and a form for a new one, written while nothing is open."""

from __future__ import annotations

from functools import partial
from typing import Any

from ringfence.report.format import price
from ringfence.service.mirror.answers_kept import PlanAnswer, PlansAnswer
from ringfence.web.desk import Desk, Problem
from ringfence.web.dom import Node, button, choice
from ringfence.web.mirror.acts import SIDES
from ringfence.web.mirror.asking import asked
from ringfence.web.mirror.receipt import moment

DAY_MS = 86_400_000
NUMBERS = {
    "invalidation_price": ("Wrong at", "56500"),
    "leverage_max": ("Most leverage (optional)", "5"),
    "risk_max": ("Most to lose at that price (optional)", "500"),
    "target": ("Target (optional)", "66000"),
    "days": ("Ends after, days (optional)", "7"),
    "cross_max": ("May switch to cross, with at most this at risk (optional)", "2000"),
    "top_up_max": ("May add margin, at most this in all (optional)", "500"),
}
TEXTS = {
    "thesis": "The idea (optional)",
    "disproof": "What would prove it wrong, and by when",
    "do_nothing_reason": "One reason to do nothing",
}
UNDER_WATER = "Written while the position lost: it is kept, and it justifies nothing."


class Plans:
    """The fold of plans."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._typed: dict[str, str] = {}
        self._says: Node | None = None
        self._box: Node | None = None

    async def show(self, box: Node) -> None:
        """Plans that are kept, and the form."""
        self._box = box
        found = await asked(self._desk, "plan-list")
        if box.is_deleted:
            return
        box.clear()
        with box:
            if isinstance(found, Problem):
                Node("p", found.words, classes="problem")
                return
            _draw_plans(found)
            with Node("details", classes="conditions", open=bool(self._typed)):
                Node("summary", "Write a plan")
                self._form()

    def _form(self) -> None:
        symbols = list(self._desk.good.get("marks", {}))
        chosen = self._typed.setdefault("symbol", symbols[0] if symbols else "")
        with Node("div", classes="controls"):
            with Node("label", classes="field"):
                Node("span", "Contract")
                choice({one: one for one in symbols}, chosen, partial(self._type, "symbol"),
                       aria_label="Contract of the plan")  # fmt: skip
            with Node("label", classes="field"):
                Node("span", "Side")
                choice({"": "choose …", **SIDES}, self._typed.get("side", ""), partial(self._type, "side"),
                       aria_label="Side of the plan")  # fmt: skip
            for name, (label, like) in NUMBERS.items():
                with Node("label", classes="field"):
                    Node("span", label)
                    node = Node("input", value=self._typed.get(name, ""), placeholder=like, name=name)
                    node.put(inputmode="decimal", autocomplete="off", aria_label=label)
                    node.change(partial(self._type, name))
        for name, label in TEXTS.items():
            with Node("div", classes="line"):
                said = Node("label", label, classes="line-label")
                field = Node(
                    "textarea", value=self._typed.get(name, ""), rows="2", name=name, maxlength="2000"
                )
                said.put(for_=field.html_id)
                field.change(partial(self._type, name))
        button("Keep this plan", self._keep)
        self._says = Node("p", "", classes="problem", role="alert")

    def _type(self, name: str, text: str) -> None:
        self._typed[name] = text.strip()

    def _plan(self) -> dict[str, Any]:
        typed = {name: text for name, text in self._typed.items() if text}
        plan: dict[str, Any] = {
            name: typed[name]
            for name in ("symbol", "side", "invalidation_price", "leverage_max", "risk_max", *TEXTS)
            if name in typed
        }
        if target := typed.get("target"):
            plan["target_prices"] = [target]
        if days := typed.get("days"):
            plan["time_stop_ms"] = self._desk.context.now_ms() + int(days) * DAY_MS
        if most := typed.get("cross_max"):
            plan["mode_switch"] = {"at_risk_max": most}
            plan["modes_allowed"] = ["isolated", "cross"]
        if most := typed.get("top_up_max"):
            plan["top_up"] = {"total_max": most}
        return plan

    async def _keep(self) -> None:
        try:
            plan = self._plan()
        except ValueError:
            self._say("Ends after: a whole number of days")
            return
        found = await asked(self._desk, "plan-new", plan=plan, account=self._desk.good)
        if isinstance(found, Problem):
            self._say(
                f"{found.path.removeprefix('plan.').replace('_', ' ')}: {found.words}".removeprefix(": ")
            )
            return
        self._typed = {}
        if self._box is not None:
            await self.show(self._box)

    def _say(self, words: str) -> None:
        if self._says is not None and not self._says.is_deleted:
            self._says.text = words


def _draw_plans(found: PlansAnswer) -> None:
    if not found.plans:
        Node("p", "No plan is kept yet.", classes="soft small")
    for one in found.plans:
        with Node("article", classes="plan"):
            _draw_plan(one)


def _draw_plan(one: PlanAnswer) -> None:
    plan = one.plan
    Node("h4", f"{plan['symbol']} {plan['side']}, version {one.version}", classes="name")
    Node("p", f"wrong at {price(str(plan['invalidation_price']))}; {plan['disproof']['raw_text']}")
    Node("p", f"to do nothing: {plan['do_nothing_reason']}", classes="soft")
    if one.edited_underwater:
        Node("p", UNDER_WATER, classes="notice")
    elif one.prewritten_from_ms is None:
        Node("p", "Written while the position was open: it justifies no rescue.", classes="notice")
    else:
        Node("p", f"counts as written beforehand from {moment(one.prewritten_from_ms)}", classes="soft small")
    state = "" if one.newest else "; a newer version is kept"
    Node("p", f"plan {one.plan_id}, record {one.receipt.seq}{state}", classes="soft small name")
