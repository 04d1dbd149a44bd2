"""How a book comes onto the page, and what happens to one that is wrong, hostile or too large."""

from __future__ import annotations

import json
from typing import Any

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser

HOSTILE = "<img src=x onerror=window.hit=1><script>window.hit=2</script>{{constructor}}"


def problem(page: Page) -> Any:
    return page.locator(".problem-box")


def test_a_wrong_number_is_said_beside_its_field_and_the_last_answer_stays(page: Page) -> None:
    page.locator("#book-form summary").click()
    field = page.locator('input[name="positions[1].contracts"]')
    field.fill("-3")
    field.press("Tab")
    expect(problem(page)).to_contain_text("positions[1].contracts")
    expect(problem(page)).to_contain_text("out-of-range")
    expect(field).to_have_attribute("aria-invalid", "true")
    expect(field.locator("xpath=following-sibling::span")).to_contain_text("out-of-range")
    expect(page.locator(".answer.stale")).to_be_visible()
    expect(page.get_by_text("the last book that could be read")).to_be_visible()
    expect(page.locator("#twins")).to_contain_text("−19.60 %")
    field.fill("200")
    field.press("Tab")
    expect(page.locator(".answer.stale")).to_have_count(0)
    expect(problem(page)).to_be_empty()
    expect(field).not_to_have_attribute("aria-invalid", "true")
    expect(page.locator("#twins")).to_contain_text("200 contracts")
    expect(page.get_by_text("the last book that could be read")).to_be_hidden()


@pytest.mark.parametrize(
    ("text", "code", "place"),
    [
        ("venue = ", "bad-file", "end of document"),
        ("{", "bad-file", "line 1"),
        ('venue = "nowhere"', "unknown-venue", "nowhere"),
        ('venue = "demo"\nwalet = 3', "unknown-field", "walet"),
        ('venue = "demo"\n[wallet]\nUSDT = "NaN"', "bad-number", "wallet.USDT"),
        ('venue = "demo"\n[wallet]\nUSDT = "1e999"', "", "wallet.USDT"),
        ('{"venue": "demo", "wallet": {"USDT": 0.1}}', "inexact-number", "wallet.USDT"),
        ("   ", "bad-file", "nothing in it"),
    ],
)
def test_a_text_that_cannot_be_a_book_is_refused_with_its_place(
    page: Page, paste: Any, text: str, code: str, place: str
) -> None:
    paste(page, text)
    expect(problem(page)).to_contain_text(place)
    expect(problem(page)).to_contain_text(code)
    expect(page.locator(".answer.stale")).to_be_visible()
    expect(page.locator("#book-text textarea")).to_have_value(text)
    assert "Traceback" not in page.locator("body").inner_text()
    assert "bug in ringfence" not in page.locator("body").inner_text()


def test_hostile_text_is_shown_and_never_run(page: Page, paste: Any, example: Any) -> None:
    book = example("rescue").replace('source = "', f'source = "{HOSTILE}')
    assert HOSTILE in book
    paste(page, book)
    expect(page.locator("#twins")).to_contain_text("57,286.43")
    page.locator("#twins .num").nth(2).click()
    expect(page.get_by_role("dialog")).to_contain_text(HOSTILE)
    page.get_by_role("dialog").get_by_role("button", name="Close").click()
    paste(page, book.replace('symbol = "BTC/USDT:USDT"', f"symbol = '{HOSTILE}'"))
    expect(problem(page)).to_contain_text("<img src=x")
    paste(page, f'venue = "{HOSTILE}"')
    expect(problem(page)).to_contain_text("unknown-venue")
    assert page.evaluate("window.hit") is None
    assert page.locator("main img").count() == 0
    page.locator("#book-form summary").click()
    expect(page.locator('select[name="venue"]')).to_contain_text("<img src=x")
    assert page.evaluate("window.hit") is None


def test_a_text_above_what_a_socket_carries_is_refused_and_goes_in_as_a_file(
    page: Page, paste: Any, example: Any
) -> None:
    long = example("rescue") + "\n# " + "x" * 1_000_000
    paste(page, long)
    expect(problem(page)).to_contain_text("too long to paste")
    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name="Upload a file").click()
    chooser.value.set_files({"name": "long.toml", "mimeType": "text/plain", "buffer": long.encode()})
    expect(page.locator("#twins")).to_contain_text("57,286.43")
    expect(problem(page)).to_be_empty()


def test_what_an_exchange_library_returns_is_read_from_a_file(page: Page) -> None:
    row = {
        "symbol": "BTC/USDT:USDT", "side": "long", "contracts": 1, "contractSize": 1, "entryPrice": 60000,
        "markPrice": 58000, "leverage": 20, "marginMode": "cross", "unrealizedPnl": -2000,
    }  # fmt: skip
    book = {"venue": "demo", "positions": [row], "balance": {"USDT": {"total": 8000}}}
    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name="Upload a file").click()
    data = json.dumps(book).encode()
    chooser.value.set_files({"name": "book.json", "mimeType": "application/json", "buffer": data})
    expect(page.locator("#twins")).to_contain_text("BTC/USDT:USDT long")
    expect(page.locator(".facts")).to_contain_text("8,000.00 USDT")
    page.locator("#book-form summary").click()
    expect(page.locator('input[name="positions[0].contracts"]')).to_have_value("1")
    expect(page.locator('input[name="positions[0].mark"]')).to_have_value("58000")


def test_a_file_that_is_no_text_is_refused(page: Page) -> None:
    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name="Upload a file").click()
    chooser.value.set_files({"name": "x.toml", "mimeType": "text/plain", "buffer": b"\xff\xfe\x00bad"})
    expect(problem(page)).to_contain_text("not UTF-8")
    expect(page.locator("#twins")).to_contain_text("SOL/USD:BTC long")


def test_a_book_is_built_in_the_form(page: Page, paste: Any) -> None:
    paste(page, 'venue = "demo"\n[wallet]\nUSDT = "10000"')
    expect(page.locator("#scrub")).to_contain_text("Nothing to move")
    page.locator("#book-form summary").click()
    page.get_by_role("button", name="Add a position").click()

    def fill(name: str, value: str) -> None:
        field = page.locator(f'[name="{name}"]')
        field.fill(value)
        field.press("Tab")

    fill("positions[0].symbol", "BTC/USDT:USDT")
    fill("positions[0].contracts", "1")
    fill("positions[0].entry_price", "60000")
    expect(problem(page)).to_contain_text("missing-mark")
    fill("positions[0].mark", "58000")
    fill("positions[0].leverage", "20")
    page.locator('[name="positions[0].margin_mode"]').select_option("isolated")
    expect(problem(page)).to_contain_text("missing-margin")
    fill("positions[0].isolated_margin", "3000")
    expect(problem(page)).to_be_empty()
    expect(page.locator("#twins")).to_contain_text("57,")
    page.locator("#book-text summary").click()
    assert 'isolated_margin = "3000"' in page.locator("#book-text textarea").input_value()
    page.get_by_role("button", name="Remove position 1").click()
    expect(page.locator("#scrub")).to_contain_text("Nothing to move")
