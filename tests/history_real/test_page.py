"""The page's section on reconciled accounts is what the generator writes today."""

from __future__ import annotations

from pathlib import Path

from scripts.reconciled import section

from tests.support import ROOT


def test_the_section_of_the_page_is_as_generated(data: Path) -> None:
    page = (ROOT / "docs" / "replays.md").read_text("utf-8")
    assert page.endswith(section(data).rstrip("\n") + "\n"), (
        "RINGFENCE_DATA=... python scripts/docs_replays.py"
    )
