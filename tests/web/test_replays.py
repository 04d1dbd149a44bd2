"""Replay cards and liquidation steps on the page: what they say is what the terminal says."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from ringfence.replay.crashes import CRASHES
from ringfence.report.format import amount
from tests.support import ROOT
from tests.web.conftest import Visit
from tests.web.test_reach import CLIPPED, CONTRAST, tab_until
from tests.web.test_two_btc import terminal

pytestmark = pytest.mark.browser

BOOK = str(ROOT / "examples" / "two-btc.toml")
TOLD = f"All {len(CRASHES)} are told."


def told(page: Page) -> Locator:
    """The section of the cards, when every card is filled."""
    section = page.locator("#replays")
    expect(section).to_contain_text(TOLD)
    return section


def card(section: Locator, event: str) -> Locator:
    return section.locator(".card").filter(has=section.page.get_by_role("button", name=event, exact=True))


def test_every_card_says_what_the_terminal_says(page: Page) -> None:
    section = told(page)
    expect(section.locator(".card")).to_have_count(len(CRASHES))
    for event in ("2025-10-10", "2021-05-19", "2025-05-LAYER"):
        answer = terminal("replay", BOOK, "--event", event, "--builtin")
        for twin in ("isolated", "cross"):
            book = next(one for one in answer["twins"] if one["name"] == twin)
            fate = card(section, event).locator(f".fate.{twin}")
            expect(fate.locator(".state")).to_have_text(book["verdict"])
            expect(fate).to_contain_text(f"left {amount(book['endings'][0]['left']['BTC'], 'BTC')}")
            for entry in book["endings"][0]["log"]:
                expect(fate).to_contain_text(f"{entry['ring']} liquidated")
    expect(card(section, "2021-05-19")).to_contain_text("left where it is: SOL/USD:BTC")


def test_a_pressed_card_is_drawn_with_its_deaths_and_its_steps(page: Page) -> None:
    section = told(page)
    name = section.get_by_role("button", name="2025-10-10", exact=True)
    name.click()
    expect(name).to_have_attribute("aria-pressed", "true")
    plot = section.get_by_role("img", name="Equity in BTC through 2025-10-10")
    expect(plot.locator(".main-svg").first).to_be_visible()
    expect(plot.locator(".shapelayer path")).to_have_count(1)
    expect(plot.locator(".scatterlayer .points path.point")).not_to_have_count(0)
    answer = terminal("replay", BOOK, "--event", "2025-10-10", "--builtin")
    isolated = next(one for one in answer["twins"] if one["name"] == "isolated")
    (entry,) = isolated["endings"][0]["log"]
    step = section.locator("details.step")
    expect(step).to_contain_text(entry["words"])
    step.locator("summary").click()
    for one in entry["steps"]:
        for words in one["words"] if one["event"] else []:
            expect(step).to_contain_text(words)
    rows = section.locator(".left-over tbody tr")
    expect(rows).to_have_count(len(answer["twins"]) + len(answer["choices"]) + 1)
    expect(rows.last).to_contain_text(amount(answer["close_now"]["BTC"], "BTC"))
    for words in answer["assumptions"]:
        expect(section).to_contain_text(words)
    name.click()
    expect(name).to_have_attribute("aria-pressed", "false")
    expect(section.locator(".replay-plot")).to_have_count(0)


def test_another_book_is_replayed_and_the_chosen_card_stays_drawn(page: Page) -> None:
    section = told(page)
    section.get_by_role("button", name="2024-08-05", exact=True).click()
    expect(section.locator(".replay-plot")).to_have_count(1)
    page.get_by_label("Example").select_option("three-50x")
    expect(page.locator("#twins")).to_contain_text("ETH/USDT:USDT")
    section = told(page)
    expect(card(section, "2024-08-05").locator(".fate.cross .state")).to_have_text("liquidated")
    expect(section.get_by_role("img", name="Equity in USDT through 2024-08-05")).to_be_visible()


def test_a_run_is_cancelled_and_begun_again(page: Page) -> None:
    section = told(page)
    again, cancel = (
        section.get_by_role("button", name="Replay again"),
        section.get_by_role("button", name="Cancel"),
    )
    expect(cancel).to_be_hidden()
    again.click()
    cancel.click()
    expect(section.get_by_role("status").first).to_have_text(f"Stopped: 0 of {len(CRASHES)} are told.")
    page.wait_for_timeout(1500)
    expect(section.get_by_role("status").first).to_contain_text("Stopped")
    again.click()
    told(page)


def test_a_book_that_has_no_move_in_a_crash_says_so(page: Page, paste: Any) -> None:
    paste(
        page,
        'venue = "demo"\n[wallet]\nUSDT = "1000"\n[marks]\n"HYPE/USDT:USDT" = "30"\n[[positions]]\n'
        'symbol = "HYPE/USDT:USDT"\nside = "long"\ncontracts = "10"\nentry_price = "30"\nleverage = "5"\n'
        '[tiers."HYPE/USDT:USDT"]\nsource = "test"\nrows = [{floor = "0", rate = "0.01"}]\n',
    )
    expect(page.locator("#twins")).to_contain_text("HYPE/USDT:USDT")
    section = told(page)
    expect(card(section, "2020-03-12")).to_contain_text("neither series nor measured moves")


def test_cards_are_opened_by_keyboard(page: Page) -> None:
    section = told(page)
    section.get_by_role("button", name="Replay again").focus()
    tab_until(page, lambda now: now["words"].endswith("2021-05-19"))
    page.keyboard.press("Enter")
    expect(section.get_by_role("img", name="Equity in BTC through 2021-05-19")).to_be_visible()


def test_the_steps_of_a_liquidation_are_those_of_the_terminal(page: Page) -> None:
    section = page.locator("#liquidated")
    expect(section).to_contain_text("pool BTC is liquidated")
    section.get_by_label("Move of the coin, %").fill("-60")
    section.get_by_role("button", name="Show the steps").click()
    expect(section).to_contain_text("BTC/USD:BTC 20,000.00")
    marks = ["--at", "BTC/USD:BTC=20000", "--at", "SOL/USD:BTC=40"]
    answer = terminal("liquidate", BOOK, *marks)
    expect(section.locator("h3")).to_have_text(answer["headline"])
    (ring,) = answer["rings"]
    steps = section.locator(".steps > li")
    expect(steps).to_have_count(len(ring["steps"]))
    for number, step in enumerate(ring["steps"]):
        expect(steps.nth(number)).to_contain_text(step["what"])
        for words in step["words"]:
            expect(steps.nth(number)).to_contain_text(words)
    for loss in ring["losses"]:
        expect(section).to_contain_text(f"Beyond the collateral of pool BTC: {amount(loss['beyond'], 'BTC')}")
        expect(section).to_contain_text(f"the insurance fund: {amount(loss['insurance'], 'BTC')}")


def test_a_move_that_kills_nothing_shows_the_sequence(page: Page) -> None:
    section = page.locator("#liquidated")
    section.get_by_label("Move of the coin, %").fill("-5")
    section.get_by_label("Move of the coin, %").press("Enter")
    expect(section.locator("h3")).to_have_text("Nothing is liquidated at these marks.")
    for words in terminal("liquidate", BOOK)["sequence"]:
        expect(section).to_contain_text(words)
    section.get_by_label("Move of the coin, %").fill("")
    section.get_by_role("button", name="Show the steps").click()
    expect(section.get_by_role("alert")).to_contain_text("Write the move as a number of percent")
    section.get_by_label("Coin that moves").select_option("SOL/USD:BTC")
    expect(section.locator("h3")).not_to_have_text("Nothing is liquidated at these marks.")


@pytest.mark.parametrize(
    ("book", "scheme"), [("two-btc", "dark"), ("six-venues", "light"), ("three-50x", "dark")]
)
def test_nothing_is_clipped_or_pale_on_a_phone(visit: Visit, book: str, scheme: Any) -> None:
    with visit.page(width=390, height=844, color_scheme=scheme, has_touch=True, is_mobile=True) as page:
        if book != "two-btc":
            page.get_by_label("Example").select_option(book)
            expect(page.locator("#replays .outcome").first).to_be_empty()
        section = told(page)
        section.get_by_role("button", name="2025-10-10", exact=True).click()
        expect(section.locator(".replay-plot .main-svg").first).to_be_visible()
        for fold in page.locator("#replays details summary, #liquidated .steps summary").all():
            fold.click()
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
        assert page.evaluate(CLIPPED) == []
        assert page.evaluate(CONTRAST) == []
