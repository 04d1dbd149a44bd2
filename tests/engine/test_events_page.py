"""The events page says what the classes say, and names every event."""

from __future__ import annotations

import importlib.util

from ringfence.engine.events import KINDS
from tests.support import ROOT


def test_the_events_page_is_the_classes() -> None:
    spec = importlib.util.spec_from_file_location("docs_events", ROOT / "scripts" / "docs_events.py")
    assert spec is not None
    assert spec.loader is not None
    script = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(script)
    text = script.PAGE.read_text(encoding="utf-8")
    assert text == script.page(), "run: make docs"
    assert all(f"### `{kind}`" in text for kind in KINDS)
