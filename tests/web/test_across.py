"""The book at other venues, on the page: what is shown is what the terminal says."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from ringfence.report.format import price
from tests.support import ROOT
from tests.web.conftest import Visit
from tests.web.test_reach import CLIPPED
from tests.web.test_two_btc import terminal

pytestmark = pytest.mark.browser

BOOK = str(ROOT / "examples" / "six-venues.toml")
SIX = ("binance_usdm", "bybit_linear", "hyperliquid", "gate", "bitmex", "demo")


def chosen(page: Page) -> None:
    page.get_by_label("Example").select_option("six-venues")
    section = page.locator("#across")
    expect(page.locator("#twins")).to_contain_text("40,160.64")
    for title in ("Bybit USDT and USDC contracts", "Hyperliquid", "Gate futures", "BitMEX", "Demo Exchange"):
        section.get_by_role("button", name=title).click()
        expect(section.get_by_role("button", name=title)).to_have_attribute("aria-pressed", "true")


def test_six_venues_stand_beside_each_other(page: Page) -> None:
    chosen(page)
    told = {one["venue"]: one for one in terminal("compare", BOOK, "--venue", ",".join(SIX))["across"]}
    rows = page.locator("#across table").first.locator("tbody tr")
    expect(rows).to_have_count(len(SIX))
    for key in SIX:
        row = rows.filter(has=page.get_by_role("rowheader", name=key, exact=True))
        nearest = told[key]["positions"][0]["alone"]["nearest"]
        expect(row.locator("td").first).to_have_text(price(nearest["liquidated"]))


def test_a_venue_that_cannot_be_told_says_why(page: Page) -> None:
    chosen(page)
    section = page.locator("#across")
    section.get_by_role("button", name="Binance COIN-M").click()
    expect(section).to_contain_text("cannot be told")
    expect(section).to_contain_text("no linear contracts")


def test_nothing_is_cut_off_on_a_phone(visit: Visit) -> None:
    with visit.page(width=390, height=800) as page:
        chosen(page)
        expect(page.locator("#across table").first).to_be_visible()
        assert page.evaluate(CLIPPED) == []
