"""Plans and own limits on the page: written while flat, told what they are worth, refused by name."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.web.conftest import Visit
from tests.web.mirrored import DAY_MS, GOOD, Served, open_fold, rescue, served

pytestmark = pytest.mark.browser

FLAT = """
venue = "demo"
[wallet]
USDT = "10000"
[marks]
"BTC/USDT:USDT" = "58000"
[tiers."BTC/USDT:USDT"]
source = "test"
rows = [{floor = "0", rate = "0.005"}]
"""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with served(tmp_path_factory.mktemp("kept")) as found:
        yield found


@pytest.fixture
def mirrored(server: Served, browser: Browser) -> Iterator[Page]:
    server.ahead(7 * DAY_MS)
    visit = Visit(browser, server.url)
    with visit.page() as page:
        yield page
    assert visit.thrown == []


def plan(page: Page, *, sentence: str) -> Any:
    """The fold of plans with a plan filled in and sent."""
    fold = open_fold(page.locator("#mirror"), "Plans:")
    fold.locator("summary", has_text="Write a plan").click()
    fold.get_by_label("Contract of the plan").select_option("BTC/USDT:USDT")
    fold.get_by_label("Side of the plan").select_option("long")
    fold.get_by_label("Wrong at").fill("56500")
    fold.get_by_label("May switch to cross, with at most this at risk").fill("8000")
    fold.get_by_label("What would prove it wrong, and by when").fill(sentence)
    fold.get_by_label("One reason to do nothing").fill(GOOD["do_nothing"])
    fold.get_by_role("button", name="Keep this plan").click()
    return fold


def test_a_plan_written_while_flat_counts(mirrored: Page, paste: Any) -> None:
    paste(mirrored, FLAT)
    expect(mirrored.locator("#twins")).not_to_contain_text("SOL/")
    fold = plan(mirrored, sentence="BTC goes down")
    expect(fold.get_by_role("alert")).to_contain_text("disproof:")
    fold.get_by_label("What would prove it wrong, and by when").fill(GOOD["disproof"])
    fold.get_by_role("button", name="Keep this plan").click()
    kept = fold.locator(".plan").first
    expect(kept).to_contain_text("BTC/USDT:USDT long, version 1")
    expect(kept).to_contain_text("wrong at 56,500.00")
    expect(kept).to_contain_text("counts as written beforehand from")


def test_a_plan_written_under_water_justifies_nothing(mirrored: Page) -> None:
    rescue(mirrored)
    fold = plan(mirrored, sentence=GOOD["disproof"])
    expect(fold.locator(".plan").first).to_contain_text("it justifies nothing")


def test_a_limit_is_set_at_once_and_a_lock_stands(mirrored: Page) -> None:
    mirror = rescue(mirrored)
    fold = open_fold(mirror, "Own limits")
    fold.get_by_role("button", name="Set it").click()
    expect(fold.get_by_role("alert")).to_contain_text("choose one")
    fold.get_by_label("Limit", exact=True).select_option("daily_loss")
    fold.get_by_label("Hours or amount").fill("250")
    fold.get_by_role("button", name="Set it").click()
    expect(fold.locator(".limits")).to_contain_text("most to lose in a day, 250")
    fold.get_by_role("button", name="Take it away").click()
    expect(fold.get_by_role("alert")).to_contain_text("loosening waits until nothing is open")
    fold.get_by_label("Limit", exact=True).select_option("trading")
    fold.get_by_label("Hours or amount").fill("12")
    fold.get_by_role("button", name="Set it").click()
    expect(fold.locator(".limits")).to_contain_text("no new risk, until")
    mirror.get_by_role("button", name="Add margin").click()
    mirror.get_by_label("Amount", exact=True).fill("100")
    mirror.get_by_role("button", name="Look in the mirror").click()
    expect(mirror.locator(".verdict-line")).to_contain_text("It cannot be done as it is", timeout=60_000)
    expect(mirror.get_by_role("button", name="Proceed")).to_be_disabled()
    mirror.get_by_role("button", name="Do nothing").click()
    expect(mirror.locator(".receipt")).to_contain_text("Nothing is done.")
