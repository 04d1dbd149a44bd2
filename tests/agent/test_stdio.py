"""``ringfence mcp`` as an agent's program starts it: a process of its own, spoken to over its pipes."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from mcp import Client, StdioServerParameters

from tests.doors import book

RINGFENCE = Path(sys.executable).with_name("ringfence")


@pytest.mark.parametrize("mode", ["legacy", "auto"])
def test_a_process_of_its_own_answers(tmp_path: Path, mode: str) -> None:
    server = StdioServerParameters(
        command=str(RINGFENCE), args=["mcp", "--name", "desk"], env={"RINGFENCE_HOME": str(tmp_path)}
    )

    async def talk() -> tuple[set[str], Any, Any]:
        async with Client(server, mode=mode) as client:
            tools = {tool.name for tool in (await client.list_tools()).tools}
            good = await client.call_tool("assess", {"account": book()})
            bad = await client.call_tool("assess", {"account": {"venue": "nowhere"}})
            return tools, good, bad

    with ThreadPoolExecutor(1) as pool:
        tools, good, bad = pool.submit(lambda: asyncio.run(talk())).result(timeout=60)
    assert {"get_risk_picture", "assess"} <= tools
    assert good.structured_content["totals"]
    assert bad.structured_content["error"]["code"] == "unknown-venue"


def test_a_name_that_is_none_is_refused_before_anything_is_served() -> None:
    said = subprocess.run(
        [RINGFENCE, "mcp", "--name", "A B"], capture_output=True, text=True, check=False, timeout=30, input=""
    )
    assert (said.returncode, said.stdout) == (2, "")
    assert "--name" in said.stderr


def test_without_the_library_it_says_what_to_install(tmp_path: Path) -> None:
    (tmp_path / "mcp.py").write_text("raise ModuleNotFoundError('no mcp', name='mcp')", "utf-8")
    (tmp_path / "mcp_types.py").write_text("raise ModuleNotFoundError('no mcp', name='mcp_types')", "utf-8")
    code = "from ringfence.cli.main import main; main(['mcp'])"
    said = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=False, timeout=30
    )
    assert said.returncode == 2
    assert 'pip install "ringfence[mcp]"' in said.stderr
