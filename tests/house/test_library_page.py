"""The library page says what the docstrings say."""

from __future__ import annotations

import importlib.util

from tests.support import ROOT


def test_the_library_page_is_the_docstrings() -> None:
    spec = importlib.util.spec_from_file_location("docs_library", ROOT / "scripts" / "docs_library.py")
    assert spec is not None
    assert spec.loader is not None
    script = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(script)
    assert script.PAGE.read_text(encoding="utf-8") == script.page(), "run: make docs"
