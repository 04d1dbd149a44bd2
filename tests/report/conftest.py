"""Real answers for the tests of the report: asked once, of the examples."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import pytest

from ringfence.report.html import render_report
from ringfence.report.sweep import sweep_moves
from ringfence.service.answers import ExplainAnswer, FrontierAnswer, ScrubAnswer
from ringfence.service.answers_across import ComparedAnswer
from ringfence.service.context import local_context
from ringfence.service.operations import operation_named
from tests.doors import book
from tests.support import ROOT

MIXED = {
    "venue": "demo",
    "on": "2026-11-20",
    "wallet": {"USDT": "10000"},
    "positions": [
        {
            "symbol": "BTC/USDT:USDT", "side": "long", "contracts": "0.5", "entry_price": "60000",
            "margin_mode": "isolated", "isolated_margin": "3000", "leverage": "10",
        },
        {
            "symbol": "ETH/USDT:USDT", "side": "short", "contracts": "4", "entry_price": "3000",
            "margin_mode": "cross", "leverage": "10",
        },
    ],
    "marks": {"BTC/USDT:USDT": "58000", "ETH/USDT:USDT": "3100"},
}  # fmt: skip

Ask = Callable[..., Any]


@pytest.fixture
def ask(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> Ask:
    """Ask an operation about a document or an example."""
    monkeypatch.setenv("RINGFENCE_HOME", str(tmp_path / "home"))

    def asking(name: str, account: dict[str, Any] | str, **more: Any) -> Any:
        document = _example(account) if isinstance(account, str) else account
        return operation_named(name).run(local_context(), {"account": document, **more})

    return asking


@cache
def _example(name: str) -> dict[str, Any]:
    return book(ROOT / "examples" / f"{name}.toml")


@pytest.fixture(scope="session")
def reports() -> dict[str, str]:
    """The reports of the examples, each drawn once."""
    return {}


@pytest.fixture
def report(ask: Ask, reports: dict[str, str]) -> Callable[..., str]:
    """The whole report of a document or an example."""

    def rendering(account: dict[str, Any] | str, *, title: str = "a book", **more: Any) -> str:
        if not isinstance(account, str) or more or title != "a book":
            return rendered(ask, account, title=title, **more)
        if account not in reports:
            reports[account] = rendered(ask, account, title=title)
        return reports[account]

    return rendering


def rendered(ask: Ask, account: dict[str, Any] | str, *, title: str, **more: Any) -> str:
    """Everything a report is made of, as the terminal asks for it; ``edit`` changes every answer's JSON."""
    edit = more.pop("edit", lambda text: text)
    answer = ask("compare", account, **more)
    deaths = [death for twin in ask("scrub", account).twins for death in twin.deaths]
    sweep = [ask("scrub", account, move=move) for move in sweep_moves(deaths)]
    symbols = {one.position.symbol for twin in answer.twins for one in twin.positions}
    frontier = ask("frontier", account) if len(symbols) > 1 else None
    workings = {twin.twin: ask("explain", account, twin=twin.twin) for twin in answer.twins if twin.feasible}
    return render_report(
        _edited(ComparedAnswer, answer, edit),
        scrub=[_edited(ScrubAnswer, one, edit) for one in sweep],
        frontier=None if frontier is None else _edited(FrontierAnswer, frontier, edit),
        workings={name: _edited(ExplainAnswer, one, edit) for name, one in workings.items()},
        title=title,
    )


def _edited(model: Any, answer: Any, edit: Callable[[str], str]) -> Any:
    return model.model_validate_json(edit(answer.model_dump_json()))
