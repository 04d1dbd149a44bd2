"""The mirror on the page, walked by a person: the card, the pause, the decision, the receipt, the outcome."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.web.conftest import Visit
from tests.web.mirrored import BAD, DAY_MS, GOOD, Served, open_fold, rescue, served, to_cross, write
from tests.web.test_reach import focused, tab_until

pytestmark = pytest.mark.browser

REASON = "the level still holds and the share stays small"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with served(tmp_path_factory.mktemp("mirror")) as found:
        yield found


@pytest.fixture
def seen(server: Served, browser: Browser) -> Iterator[Visit]:
    """Pages of one test, a quiet week after the test before."""
    server.ahead(7 * DAY_MS)
    found = Visit(browser, server.url)
    yield found
    assert found.thrown == []


@pytest.fixture
def mirrored(seen: Visit) -> Iterator[Page]:
    with seen.page() as page:
        yield page


def test_a_person_walks_through_it(tmp_path: Path, browser: Browser) -> None:
    with served(tmp_path) as server:
        visit = Visit(browser, server.url)
        with visit.page() as page:
            mirror = to_cross(page)
            read_the_card(mirror)
            write_the_lines(page, mirror)
            decide(page, mirror, server)
            read_the_receipt(mirror)
        server.bars(30, seed=8, span=0.006)
        server.ahead(DAY_MS)
        with visit.page() as page:
            read_the_outcome(page)
        assert visit.thrown == []


def read_the_card(mirror: Locator) -> None:
    """Money first, then where it ends, what else is pledged, and the odds last."""
    rows = {row.locator("th").inner_text(): row for row in mirror.locator(".sides tbody tr").all()}
    assert list(rows)[:4] == [
        "can be lost from here", "liquidation price", "distance to it", "also pledged",
    ]  # fmt: skip
    expect(rows["can be lost from here"]).to_contain_text("1,000.00 USDT")
    expect(rows["can be lost from here"]).to_contain_text("8,000.00 USDT")
    expect(rows["liquidation price"]).to_contain_text("57,286.43")
    expect(rows["liquidation price"]).to_contain_text("50,251.26")
    expect(rows["distance to it"].locator("td").nth(1)).to_have_text("13.36 %")
    expect(rows["also pledged"]).to_contain_text("balance 7,000.00 USDT")
    assert list(rows)[-1].startswith("liquidated before"), "the odds come last"
    expect(mirror.locator(".three li").last).to_contain_text("12.5\N{NO-BREAK SPACE}% of the position")
    assert mirror.locator(".found > li").count() <= 3


def write_the_lines(page: Page, mirror: Locator) -> None:
    """Two bad attempts that name what is missing, a good one, and the level on the scrubber."""
    write(mirror, BAD, keys=True)
    says = mirror.locator(".says")
    expect(says.nth(0)).to_contain_text("no number")
    expect(says.nth(0)).to_contain_text("no date")
    expect(says.nth(1)).to_contain_text("not on the losing side")
    expect(says.nth(2)).to_contain_text("is no reason")
    expect(mirror.locator("[name=disproof]")).to_be_focused()
    write(mirror, {**GOOD, "disproof": "BTC closes above 61k within 2 days"})
    expect(says.nth(0)).to_contain_text("would prove a long right, not wrong")
    expect(says.nth(1)).to_contain_text("Stored: 56500")
    expect(page.locator("#scrub")).to_be_hidden()
    write(mirror, GOOD)
    expect(says.nth(0)).to_contain_text("Stored: BTC 4h close below 56,500 by")
    expect(page.locator("#scrub")).to_be_visible()
    level = page.locator("#scrub .level-words")
    expect(level).to_contain_text("Wrong at 56,500.00 (−2.59 %)")
    expect(level).to_contain_text("isolated is liquidated first, at −1.23 %; cross is still alive there")
    expect(page.locator("#scrub .flag.late")).to_have_count(1)


def decide(page: Page, mirror: Locator, server: Served) -> None:
    """Neither before the time is over nor with another number than the one at stake."""
    proceed = mirror.get_by_role("button", name="Proceed")
    mirror.get_by_label(re.compile("Type the number at stake: 8,000 USDT to keep 1,000")).fill("80")
    mirror.get_by_label(re.compile("Your reason to go on")).fill(REASON)
    page.wait_for_timeout(1_000)
    expect(proceed).to_be_disabled()
    server.ahead(120_000)
    expect(proceed).to_be_enabled()
    proceed.click()
    expect(mirror.locator(".ways ~ .problem").first).to_contain_text("confirmation")
    mirror.get_by_label(re.compile("Type the number at stake")).fill("8,000")
    proceed.click()


def read_the_receipt(mirror: Locator) -> None:
    """The receipt, and the same hash in the journal."""
    receipt = mirror.locator(".receipt")
    expect(receipt).to_contain_text("of the journal, decision")
    kept = receipt.locator(".hash").first.inner_text()
    assert re.fullmatch("[0-9a-f]{64}", kept)
    expect(receipt).to_contain_text("within 0.20 % of 58,000.00")
    expect(receipt.get_by_role("heading")).to_be_focused()
    journal = open_fold(mirror, "Journal")
    record = journal.locator(".records > li").filter(has_text=kept)
    expect(record).to_contain_text("decision")
    expect(record).to_contain_text(REASON)
    for text in (*BAD.values(), *GOOD.values()):
        expect(journal).to_contain_text(f"“{text}”")
    journal.get_by_role("button", name="Verify all of it").click()
    expect(journal.get_by_role("status")).to_contain_text("unchanged")


def read_the_outcome(page: Page) -> None:
    """A day later: every way side by side, what pausing saved and cost, and the one question."""
    later = open_fold(rescue(page), "Later:")
    card = later.locator(".outcome-card")
    expect(card).to_contain_text("switch BTC/USDT:USDT long to cross margin")
    ways = card.locator(".branches").first.locator("tbody tr")
    expect(ways.locator("th")).to_have_text(
        ["what you did", "doing nothing", "doing it at once", "holding less, equally safe"]
    )
    expect(ways.nth(1)).to_contain_text("7,000.00 USDT")
    expect(ways.nth(1)).to_contain_text("yes,")
    for words in ("pausing saved", "pausing cost"):
        expect(later.locator(".saved-cost")).to_contain_text(words)
    expect(later).to_contain_text("not yet distinguishable from luck")
    card.get_by_label("What would you write now?").fill("the fence was the plan")
    card.get_by_role("button", name="Keep it").click()
    expect(card.get_by_role("status")).to_contain_text("Kept as record")


def test_what_shows_prices_is_hidden_until_the_lines_are_stored(mirrored: Page) -> None:
    mirror = to_cross(mirrored)
    for part in (".book", "#twins", "#scrub", "#frontier", "#replays", "#preview", "#reasons", ".later"):
        expect(mirrored.locator(part).first).to_be_hidden()
    shown = mirrored.locator("#main").inner_text()
    for number in ("60,000", "58,000", "2,000.00", "PnL", "entry"):
        assert number not in shown
    write(mirror, GOOD)
    expect(mirrored.locator("#scrub")).to_be_visible()
    expect(mirrored.locator(".book")).to_be_visible()


def test_a_look_at_the_prices_is_noted_and_costs_time(mirrored: Page) -> None:
    mirror = to_cross(mirrored)
    opens = mirror.locator(".pause > p.soft").first
    before = opens.inner_text()
    mirror.get_by_role("button", name=re.compile("Show them now")).click()
    expect(mirrored.locator("#scrub")).to_be_visible()
    write(mirror, GOOD)
    expect(mirror.locator(".says").first).to_contain_text("Stored")
    assert opens.inner_text().partition(" UTC")[0] != before.partition(" UTC")[0], "twenty seconds later"


def test_the_builder_writes_the_sentence(mirrored: Page) -> None:
    mirror = to_cross(mirrored)
    builder = mirror.get_by_role("group", name="Build the sentence")
    for name, label in (
        ("What", "close"), ("Candle", "4h"), ("Unit", "a price"), ("How", "below"),
        ("By when", "within 2 days"),
    ):  # fmt: skip
        expect(builder.get_by_label(name, exact=True)).to_have_value("")
        builder.get_by_label(name, exact=True).select_option(label=label)
    builder.get_by_label("Number").fill("56,500")
    builder.get_by_label("Number").press("Tab")
    sentence = mirror.locator("[name=disproof]")
    expect(sentence).to_have_value(
        re.compile(r"^BTC 4h close below 56,500 by 20\d\d-\d\d-\d\d \d\d:\d\d UTC$")
    )
    mirror.get_by_role("button", name="Store the three lines").click()
    expect(mirror.locator(".says").first).to_contain_text("Stored: BTC 4h close below 56,500")


def test_closing_the_window_is_doing_nothing(seen: Visit) -> None:
    with seen.page() as page:
        to_cross(page)
    with seen.page() as page:
        journal = open_fold(rescue(page), "Journal")
        expect(journal.locator(".records > li").first).to_contain_text("Nothing is done.")


def test_everything_goes_by_keyboard(seen: Visit, server: Served) -> None:
    with seen.page() as page:
        rescue(page)
        page.locator("nav a").focus()
        page.keyboard.press("Enter")
        tab_until(page, lambda now: now["words"] == "Switch to cross")
        page.keyboard.press("Enter")
        tab_until(page, lambda now: now["words"] == "Look in the mirror")
        page.keyboard.press("Enter")
        expect(page.get_by_role("button", name="Do nothing")).to_be_focused(timeout=60_000)
        for text in GOOD.values():
            tab_until(page, lambda now: now["tag"] in ("TEXTAREA", "INPUT"))
            page.keyboard.type(text)
        tab_until(page, lambda now: now["words"] == "Store the three lines")
        page.keyboard.press("Enter")
        expect(page.locator(".says").first).to_contain_text("Stored")
        for text in ("8,000", REASON):
            tab_until(page, lambda now: now["tag"] in ("TEXTAREA", "INPUT"))
            page.keyboard.type(text)
        server.ahead(120_000)
        expect(page.get_by_role("button", name="Proceed")).to_be_enabled()
        for _ in range(60):
            page.keyboard.press("Shift+Tab")
            if focused(page)["words"] == "Proceed":
                break
        page.keyboard.press("Enter")
        expect(page.locator(".receipt")).to_contain_text("permit")
        tab_until(page, lambda now: now["words"] == "Ask about something else")
        page.keyboard.press("Enter")
        expect(page.get_by_role("button", name="Open a position")).to_be_focused()


def test_what_reduces_goes_through_at_once(mirrored: Page) -> None:
    mirror = rescue(mirrored)
    mirror.get_by_role("button", name="Reduce or close").click()
    mirror.get_by_label("Contracts (all)").fill("0.5")
    mirror.get_by_role("button", name="Look in the mirror").click()
    receipt = mirror.locator(".receipt")
    expect(receipt).to_contain_text("It goes through:", timeout=60_000)
    expect(receipt).to_contain_text("permit")
    expect(receipt).to_contain_text("0.5 contracts")
    expect(mirror.locator(".mirror-card")).to_have_count(0)
    expect(mirror.locator(".decide")).to_have_count(0)
    expect(mirrored.locator("#scrub")).to_be_visible()


def test_the_reduction_that_is_as_safe_can_be_chosen_at_once(mirrored: Page) -> None:
    mirror = to_cross(mirrored)
    mirror.get_by_role("button", name="Reduce to 12.5 %").click()
    expect(mirror.locator(".receipt")).to_contain_text("reduced instead")
    expect(mirror.locator(".receipt")).to_contain_text("0.875 contracts")
    expect(mirrored.locator("#scrub")).to_be_visible()


def test_a_missing_field_is_named(mirrored: Page) -> None:
    mirror = rescue(mirrored)
    mirror.get_by_role("button", name="Add margin").click()
    mirror.get_by_role("button", name="Look in the mirror").click()
    expect(mirror.get_by_role("alert")).to_contain_text("Amount: write it")
    expect(mirror.get_by_label("Amount", exact=True)).to_be_focused()
    mirror.get_by_label("Amount", exact=True).fill("a lot")
    mirror.get_by_label("Amount", exact=True).press("Enter")
    expect(mirror.get_by_role("alert")).to_contain_text("not a number")


def test_near_liquidation_nobody_waits(page: Page) -> None:
    mirror = to_cross(page)  # nothing is stored here: the deviation is taken for high
    expect(mirror.locator(".verdict-line")).to_contain_text("It does not wait")
    expect(mirror.locator(".decide")).to_have_text(["Reduce to 12.5 %", "Do nothing", "Proceed"])
    expect(mirror.get_by_role("button", name="Proceed")).to_be_enabled()
    expect(page.locator("#scrub")).to_be_visible()
    mirror.locator("summary", has_text="Write the three lines all the same").click()
    write(mirror, GOOD)
    expect(mirror.locator(".says").first).to_contain_text("Stored")
    mirror.get_by_role("button", name="Do nothing").click()
    expect(mirror.locator(".receipt")).to_contain_text("Nothing is done.")
