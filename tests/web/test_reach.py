"""The page by keyboard, on a phone, in dark and light, for several visitors at once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.web.conftest import Visit

pytestmark = pytest.mark.browser

MIXED = """
venue = "demo"
[wallet]
USDT = "10000"
[marks]
"BTC/USDT:USDT" = "60000"
"ETH/USDT:USDT" = "3000"
[[positions]]
symbol = "BTC/USDT:USDT"
side = "long"
contracts = "0.5"
entry_price = "61234.5"
leverage = "10"
[[positions]]
symbol = "ETH/USDT:USDT"
side = "short"
contracts = "3"
entry_price = "2950"
leverage = "5"
margin_mode = "isolated"
isolated_margin = "1770"
"""

# Text whose contrast with what is behind it is below 4.5 to 1.
CONTRAST = """() => {
  const parse = text => { const [r, g, b, a = 1] = text.match(/[0-9.]+/g).map(Number); return {r, g, b, a}; };
  const linear = v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4;
  const light = ({r, g, b}) =>
    0.2126 * linear(r / 255) + 0.7152 * linear(g / 255) + 0.0722 * linear(b / 255);
  const behind = node => {
    for (; node; node = node.parentElement) {
      const colour = parse(getComputedStyle(node).backgroundColor);
      if (colour.a > 0.99) return colour;
    }
    return {r: 255, g: 255, b: 255};
  };
  const tags = 'h1,h2,p,th,td,dt,dd,li,button,summary,span,b,q,input,select,label,legend';
  const words = child => child.nodeType === 3 && child.textContent.trim();
  const written = node => [...node.childNodes].some(words);
  return [...document.querySelectorAll(tags)]
    .filter(node => written(node) && node.checkVisibility() && !node.closest('.unseen'))
    .map(node => [node, light(parse(getComputedStyle(node).color)), light(behind(node))])
    .map(([node, one, two]) => [node, (Math.max(one, two) + 0.05) / (Math.min(one, two) + 0.05)])
    .filter(([, ratio]) => ratio < 4.5)
    .map(([node, ratio]) => `${ratio.toFixed(2)} ${node.className} ${node.textContent.slice(0, 40)}`);
}"""

# What stands out of the window at the left or the right.
CLIPPED = """() => [...document.querySelectorAll('main *, header *')]
  .filter(node => node.checkVisibility() && !node.closest('.unseen, svg, .js-plotly-plot, .scroll'))
  .map(node => [node, node.getBoundingClientRect()])
  .filter(([, box]) => box.width && (box.right > innerWidth + 1 || box.left < -1))
  .map(([node, box]) => `${node.tagName} ${node.className} from ${box.left} to ${box.right}`)"""


def focused(page: Page) -> Any:
    return page.evaluate(
        "() => { const node = document.activeElement, style = getComputedStyle(node);"
        "return {tag: node.tagName, type: node.type || '', words: node.innerText || node.ariaLabel || '',"
        "kind: node.className, ring: style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) > 0}; }"
    )


def tab_until(page: Page, wanted: Callable[[Any], bool], *, most: int = 200) -> Any:
    """Press Tab until the wanted thing has the focus; on the way everything shows where the focus is."""
    for _ in range(most):
        page.keyboard.press("Tab")
        now = focused(page)
        if now["tag"] != "BODY":
            assert now["ring"], f"no visible focus on {now}"
        if wanted(now):
            return now
    raise AssertionError("the focus never got there")


def test_everything_is_done_by_keyboard(page: Page) -> None:
    page.keyboard.press("Tab")
    assert "Skip" in focused(page)["words"]
    tab_until(page, lambda now: now["words"] == "Upload a file")
    tab_until(page, lambda now: now["words"].startswith("Edit the book"))
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Add a position")).to_be_visible()
    page.keyboard.press("Enter")
    tab_until(page, lambda now: "num" in now["kind"])
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog")
    expect(dialog).to_be_visible()
    expect(dialog).to_contain_text("2 BTC")
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    assert "num" in focused(page)["kind"], "the focus comes back to the number that was asked"
    tab_until(page, lambda now: now["type"] == "range")
    for _ in range(5):
        page.keyboard.press("ArrowLeft")
    assert page.get_by_role("slider").input_value() == "-0.5"
    expect(page.locator("#scrub tbody tr").first).to_contain_text("49,750.00")
    page.keyboard.press("End")
    expect(page.locator("#scrub tbody tr").first).to_contain_text("80,000.00")
    page.keyboard.press("Home")
    expect(page.locator("#scrub tbody tr").first).to_contain_text("20,000.00")
    expect(page.locator("#scrub")).to_contain_text("liquidated with its pool")


def test_every_field_has_a_name(page: Page) -> None:
    page.locator("#book-form summary").click()
    page.locator("#book-text summary").click()
    nameless = page.evaluate(
        "() => [...document.querySelectorAll('main input, main select, main textarea, main button')]"
        ".filter(node => node.checkVisibility() && !node.closest('.unseen'))"
        ".filter(node => !(node.ariaLabel || node.innerText?.trim() || node.labels?.[0]?.innerText.trim()))"
        ".map(node => node.outerHTML.slice(0, 120))"
    )
    assert nameless == []


@pytest.mark.parametrize(
    ("book", "shown"),
    [("two-btc", "SOL/USD:BTC"), ("three-50x", "SOL/USDT:USDT"), ("binance-faq-cross", "ETH/USDT:USDT"),
     ("", "AS IT IS")],
)  # fmt: skip
def test_nothing_is_clipped_on_a_phone(visit: Visit, paste: Any, book: str, shown: str) -> None:
    with visit.page(width=390, height=844, has_touch=True, is_mobile=True) as page:
        if not book:
            paste(page, MIXED)
        elif book != "two-btc":
            page.get_by_label("Example").select_option(book)
        expect(page.locator("#twins")).to_contain_text(shown)
        expect(page.locator(".curve .main-svg").first).to_be_visible()
        page.locator("#book-form summary").click()
        expect(page.get_by_role("button", name="Add a position")).to_be_visible()
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
        assert page.evaluate(CLIPPED) == []
        page.locator("#twins .num").nth(2).click()
        dialog = page.get_by_role("dialog")
        expect(dialog).to_be_visible()
        box = dialog.bounding_box()
        assert box is not None
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= 390


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_follows_the_system_with_enough_contrast(visit: Visit, scheme: Any) -> None:
    with visit.page(color_scheme=scheme) as page:
        page.locator("#book-form summary").click()
        expect(page.get_by_role("button", name="Add a position")).to_be_visible()
        background = page.evaluate("getComputedStyle(document.body).backgroundColor")
        assert background == {"light": "rgb(245, 246, 248)", "dark": "rgb(17, 21, 27)"}[scheme]
        assert page.evaluate(CONTRAST) == []
        ink = {"light": "rgb(28, 36, 48)", "dark": "rgb(230, 234, 240)"}[scheme]
        for plot in ("#scrub", "#frontier"):
            expect(page.locator(f"{plot} .xtick text").first).to_have_css("fill", ink)


def test_the_switch_overrides_the_system_and_gives_it_back(visit: Visit) -> None:
    with visit.page(color_scheme="light") as page:
        body, tick = page.locator("body"), page.locator("#frontier .xtick text").first
        page.get_by_label("Colours").select_option("dark")
        expect(body).to_have_css("background-color", "rgb(17, 21, 27)")
        expect(tick).to_have_css("fill", "rgb(230, 234, 240)")
        page.get_by_label("Colours").select_option("")
        expect(body).to_have_css("background-color", "rgb(245, 246, 248)")
        expect(tick).to_have_css("fill", "rgb(28, 36, 48)")
        page.emulate_media(color_scheme="dark")
        expect(body).to_have_css("background-color", "rgb(17, 21, 27)")
        expect(tick).to_have_css("fill", "rgb(230, 234, 240)")


def test_two_visitors_have_two_books(visit: Visit) -> None:
    with visit.page() as one, visit.page() as other:
        one.get_by_label("Example").select_option("rescue")
        expect(one.locator("#twins")).to_contain_text("57,286.43")
        expect(other.locator("#twins")).to_contain_text("SOL/USD:BTC long")
        expect(other.locator("#twins")).not_to_contain_text("57,286.43")
