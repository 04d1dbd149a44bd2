"""The preview bar: what the page shows is what the terminal says, and it can be taken into the book."""

from __future__ import annotations

import pytest
from playwright.sync_api import Locator, Page, expect

from ringfence.report.format import amount, price
from tests.support import ROOT
from tests.web.conftest import Visit
from tests.web.test_reach import CLIPPED, CONTRAST
from tests.web.test_two_btc import terminal

pytestmark = pytest.mark.browser

BOOK = str(ROOT / "examples" / "rescue.toml")


def opened(page: Page) -> Locator:
    """The bar, with the rescue of a losing long in the book."""
    page.get_by_label("Example").select_option("rescue")
    expect(page.locator("#twins")).to_contain_text("57,286.43")
    return page.locator("#preview")


def choose(bar: Locator, change: str, field: str = "", text: str = "") -> None:
    bar.get_by_label("Change", exact=True).select_option(label=change)
    if field:
        bar.get_by_label(field, exact=True).fill(text)
    bar.get_by_role("button", name="Preview").click()


def test_a_switch_shows_what_the_terminal_says(page: Page) -> None:
    bar = opened(page)
    choose(bar, "Switch to cross")
    answer = terminal("preview", BOOK, "--to", "cross")
    expect(bar.locator(".ruling.accepted")).to_contain_text("The venue accepts this")
    expect(bar.locator(".ruling")).to_contain_text(answer["source"])
    moved = {(one["of"], one["name"]): one for one in answer["moved"]}
    row = bar.locator("tr", has_text="liquidation price, others still")
    alone = moved["BTC/USDT:USDT long", "liquidation_price_alone"]
    expect(row.locator("td").nth(0)).to_have_text(price(alone["before"]))
    expect(row.locator("td").nth(1)).to_have_text(price(alone["after"]))
    most = moved["USDT", "most_to_lose"]
    expect(bar.locator("tr", has_text="most that can be lost").locator("td").nth(1)).to_have_text(
        amount(most["after"], "USDT")
    )


def test_what_was_previewed_can_be_taken_into_the_book(page: Page) -> None:
    bar = opened(page)
    choose(bar, "Reduce or close", "Share or size", "50%")
    expect(bar.locator(".ruling.accepted")).to_contain_text("close 0.5 BTC/USDT:USDT at the mark")
    bar.get_by_role("button", name="Take this into the book").click()
    expect(page.locator("#twins")).to_contain_text("0.5 contracts")
    page.locator("#book-form summary").click()
    expect(page.locator('input[name="positions[0].contracts"]')).to_have_value("0.5")
    expect(page.locator('input[name="positions[0].isolated_margin"]')).to_have_value("1500")


def test_a_refusal_says_its_code_and_cannot_be_taken(page: Page) -> None:
    bar = opened(page)
    choose(bar, "Remove margin", "Amount", "800")
    expect(bar.locator(".ruling.refused")).to_contain_text("(D-107)")
    expect(bar).to_contain_text("would be liquidated at once")
    expect(bar).to_contain_text("the new figures show what would have been")
    expect(bar.get_by_role("button", name="Take this into the book")).to_have_count(0)


def test_what_cannot_be_meant_is_said_beside_the_field(page: Page) -> None:
    bar = opened(page)
    choose(bar, "Open or increase", "Size, or size@price", "a lot")
    expect(bar.get_by_role("alert")).to_contain_text('write "+0.1" or "-2@61000"')
    expect(bar.get_by_label("Size, or size@price")).to_have_attribute("aria-invalid", "true")
    choose(bar, "Open or increase", "Size, or size@price", "+0.1@57000")
    expect(bar.locator(".ruling")).to_contain_text("buy 0.1 BTC/USDT:USDT at 57000")
    choose(bar, "Add margin", "Amount", "")
    expect(bar.get_by_role("alert")).to_contain_text("Amount: write it")


def test_the_bar_works_by_keyboard(page: Page) -> None:
    bar = opened(page)
    bar.get_by_label("Change", exact=True).select_option(label="Add margin")
    bar.get_by_label("Amount", exact=True).fill("250")
    bar.get_by_label("Amount", exact=True).press("Enter")
    expect(bar.locator(".ruling")).to_contain_text("add 250 to the fence of BTC/USDT:USDT long")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_is_clipped_or_pale_on_a_phone(visit: Visit, scheme: str) -> None:
    with visit.page(width=390, height=844, color_scheme=scheme, has_touch=True, is_mobile=True) as page:
        bar = opened(page)
        for change, verdict in (("Switch to cross", ".accepted"), ("Change to hedge mode", ".refused")):
            choose(bar, change)
            expect(bar.locator(f".ruling{verdict}")).to_be_visible()
            assert page.evaluate("document.documentElement.scrollWidth") <= 390
            assert page.evaluate(CLIPPED) == []
            assert page.evaluate(CONTRAST) == []
