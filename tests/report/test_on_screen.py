"""The report in a real browser: phone, paper, no JavaScript, no request."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.browser


@pytest.fixture
def file(report: Callable[..., str], tmp_path: Path) -> Path:
    place = tmp_path / "report.html"
    place.write_text(report("binance-faq-cross"), "utf-8")
    return place


def opened(browser: Browser, file: Path, *, width: int) -> tuple[Page, list[str]]:
    """The page without JavaScript, and what it asked of anybody."""
    context = browser.new_context(viewport={"width": width, "height": 844}, java_script_enabled=False)
    page, asked = context.new_page(), list[str]()
    page.on("request", lambda request: asked.append(request.url))
    page.goto(file.as_uri())
    return page, asked


@pytest.mark.parametrize("width", [360, 390, 768, 1280])
def test_nothing_is_wider_than_the_screen(browser: Browser, file: Path, width: int) -> None:
    page, asked = opened(browser, file, width=width)
    boxes = [box for element in page.locator("main *").all()[:400] if (box := element.bounding_box())]
    assert len(boxes) > 100
    assert max(box["x"] + box["width"] for box in boxes) <= width + 1
    assert asked == [file.as_uri()]
    page.context.close()


def test_a_note_leads_to_its_workings(browser: Browser, file: Path) -> None:
    page, _ = opened(browser, file, width=1280)
    note = page.locator("table.twins a.note").first
    key = note.inner_text()
    note.click()
    assert page.url.endswith(f"#{key}")
    assert page.locator(f"#{key}").is_visible()
    page.context.close()


def test_dark_is_dark_and_paper_is_white(browser: Browser, file: Path) -> None:
    shades = {}
    for name, scheme, medium in (
        ("light", "light", "screen"),
        ("dark", "dark", "screen"),
        ("paper", "dark", "print"),
    ):
        page, _ = opened(browser, file, width=800)
        page.emulate_media(media=medium, color_scheme=scheme)  # type: ignore[arg-type]
        shades[name] = page.evaluate("getComputedStyle(document.body).backgroundColor")
        page.context.close()
    assert shades == {"light": "rgb(255, 255, 255)", "dark": "rgb(20, 26, 34)", "paper": "rgb(255, 255, 255)"}


def test_it_prints(browser: Browser, file: Path) -> None:
    page, _ = opened(browser, file, width=800)
    paper = page.pdf(prefer_css_page_size=True)
    assert paper.startswith(b"%PDF")
    assert (
        4 <= paper.count(b"/Type /Page\n") + paper.count(b"/Type /Page ") + paper.count(b"/Type/Page/") <= 40
    )
    page.context.close()
