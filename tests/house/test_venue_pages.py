"""The venue pages say what the packs and their cases say."""

from __future__ import annotations

import importlib.util

from tests.support import ROOT


def test_the_venue_pages_are_the_packs() -> None:
    spec = importlib.util.spec_from_file_location("docs_venues", ROOT / "scripts" / "docs_venues.py")
    assert spec is not None
    assert spec.loader is not None
    script = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(script)
    written = script.pages()
    assert {path.name for path in script.FOLDER.glob("*.md")} == set(written), "run: make docs"
    for name, text in written.items():
        assert (script.FOLDER / name).read_text(encoding="utf-8") == text, f"{name}: run: make docs"
