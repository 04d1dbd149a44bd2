"""The reference is what the code says today; operations, commands, routes and manual pages are one set."""

from __future__ import annotations

import re

import pytest
from scripts import docs_reference

from ringfence.agent.tools import agent, offered
from ringfence.api.app import create_app
from ringfence.api.audits import ALIASES
from ringfence.cli.commands import command_names
from ringfence.cli.failures import Exit
from ringfence.service.context import local_context
from ringfence.service.operations import OPERATIONS
from tests.support import ROOT

REFERENCE = ROOT / "docs" / "reference"
PAGES = docs_reference.pages()


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_as_generated(name: str) -> None:
    assert (REFERENCE / name).read_text("utf-8") == PAGES[name], "run: make docs"


def test_no_page_is_left_over() -> None:
    found = {path.name for path in (REFERENCE / "operations").iterdir()}
    assert found == {f"{one.name}.md" for one in OPERATIONS}, (
        "delete the page of what is no operation any more"
    )


def test_operations_commands_routes_and_pages_are_one_set() -> None:
    operations = {one.name for one in OPERATIONS}
    paths = create_app(local_context()).openapi()["paths"]
    assert {name.replace(" ", "-") for name in command_names()} == operations
    aliases = {alias.path for alias in ALIASES}
    assert {
        path.removeprefix("/v1/") for path in paths if path.removeprefix("/v1") not in aliases
    } == operations
    assert {alias.name for alias in ALIASES} <= operations
    assert {path.stem for path in (REFERENCE / "operations").glob("*.md")} == operations


def test_the_tools_of_an_agent_are_the_operations_that_it_may_ask() -> None:
    may = [one for one in OPERATIONS if one.scope in ("read", "mirror") and not one.local]
    tools = offered(OPERATIONS, agent("agent:desk"))
    assert list(tools.values()) == may, "two operations with one tool's name, or one kept back"
    page = (ROOT / "docs" / "how-to" / "let-an-agent-ask.md").read_text("utf-8")
    renamed = [name for name, one in tools.items() if name != one.name.replace("-", "_")]
    assert not [name for name in renamed if f"`{name}`" not in page], "describe it in the how-to"


def test_every_exit_status_is_documented() -> None:
    listed = set(re.findall(r"^\| `(\d+)`", PAGES["exit-codes.md"], re.MULTILINE))
    assert listed == {str(int(status)) for status in Exit}


def test_every_link_of_the_manual_leads_somewhere() -> None:
    pages = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]
    dead = []
    for page in pages:
        text = re.sub(r"```.*?```", "", page.read_text("utf-8"), flags=re.DOTALL)
        for target in re.findall(r"\]\(([^)\s]+)\)", text):
            place, _, anchor = target.partition("#")
            if target.startswith(("http://", "https://", "mailto:")):
                continue
            path = (page.parent / place).resolve() if place else page
            if not path.exists() or (
                anchor and path.suffix == ".md" and anchor not in _anchors(path.read_text("utf-8"))
            ):
                dead.append(f"{page.relative_to(ROOT)}: {target}")
    assert not dead, "\n".join(dead)


def _anchors(text: str) -> set[str]:
    """The names that a link may point to: headings as a reader of Markdown makes them, and written ones."""
    headings = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    made = {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}
    return made | set(re.findall(r'<a id="([^"]+)"', text))
