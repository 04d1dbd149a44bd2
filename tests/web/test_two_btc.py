"""The two-BTC account: SOL dragged to -15 %, both columns read, why asked; the terminal says the same."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from ringfence.report.format import amount, percent, price, whole
from tests.support import ROOT

pytestmark = pytest.mark.browser

BOOK = str(ROOT / "examples" / "two-btc.toml")
BTC, SOL = "BTC/USD:BTC long", "SOL/USD:BTC long"


def terminal(*words: str) -> Any:
    """What ``ringfence … --json`` prints."""
    command = [Path(sys.executable).with_name("ringfence"), *words, "--json"]
    answer = subprocess.run(command, capture_output=True, text=True, check=False)
    assert answer.returncode == 0, answer.stderr
    return json.loads(answer.stdout)


def twin(answer: Any, name: str) -> Any:
    return next(one for one in answer["twins"] if one["twin"] == name)


def row(page: Page, section: str, label: str, after: str = "") -> Locator:
    """The row of a label, below a heading where a label stands more than once."""
    rows = page.locator(f"{section} tbody tr")
    heading = rows.filter(has_text=after).first if after else rows.first
    below = heading.locator("xpath=self::* | following-sibling::tr")
    return below.filter(has=page.get_by_role("rowheader", name=label, exact=False)).first


def drag_to(page: Page, percents: float) -> None:
    """Drag the knob with the mouse, then put it right with the arrow keys."""
    slider = page.get_by_role("slider")
    slider.scroll_into_view_if_needed()
    box = slider.bounding_box()
    assert box is not None
    # The knob is 22 pixels wide; its middle runs over the width that remains.
    wide = box["width"] - 22
    middle, target = box["x"] + 11 + wide / 2, box["x"] + 11 + wide * (percents + 60) / 120
    height = box["y"] + box["height"] / 2
    page.mouse.move(middle, height)
    page.mouse.down()
    for step in range(1, 21):
        page.mouse.move(middle + (target - middle) * step / 20, height)
    page.mouse.up()
    for _ in range(40):
        now = float(slider.input_value())
        if abs(now - percents) < 0.05:
            break
        slider.press("ArrowLeft" if now > percents else "ArrowRight")
    assert abs(float(slider.input_value()) - percents) < 0.05


@pytest.fixture
def moved(page: Page) -> Page:
    """The page with SOL at -15 %, BTC standing still."""
    page.get_by_label("Example").select_option("contagion")
    expect(page.locator("#twins")).to_contain_text("USDT")
    page.get_by_label("Example").select_option("two-btc")
    expect(page.locator("#twins")).to_contain_text("SOL/USD:BTC long")
    page.get_by_label("Move", exact=True).select_option("SOL/USD:BTC")
    page.get_by_role("switch").uncheck()
    drag_to(page, -15)
    expect(row(page, "#scrub", SOL)).to_contain_text("mark 85.00")
    return page


def test_both_columns_show_what_the_terminal_says(page: Page) -> None:
    answer = terminal("compare", BOOK)
    for name, column in (("isolated", 0), ("cross", 1)):
        for number, held in enumerate((BTC, SOL)):
            one = twin(answer, name)["positions"][number]
            cells = row(page, "#twins", "liquidation price, others still", after=held).locator("td")
            near = one["alone"]["nearest"]
            words = price(near["liquidated"]) if near else one["alone"]["words"]
            expect(cells.nth(column)).to_contain_text(words)
            cells = row(page, "#twins", "worst loss", after=held).locator("td")
            expect(cells.nth(column)).to_contain_text(amount(one["at_risk"], "BTC"))
        lost = row(page, "#twins", "most that can be lost").locator("td").nth(column)
        expect(lost).to_contain_text(amount(twin(answer, name)["most_to_lose"]["BTC"], "BTC"))
    expect(page.locator("#headline")).to_contain_text(answer["headline"].split(":")[0])


def test_the_figures_of_the_seed_are_on_the_page(page: Page) -> None:
    """B33 to B36: fences 0.5 and 0.1, -19.5980 % and -9.5477 % isolated, joint -56.9275 % in cross."""
    twins = page.locator("#twins")
    for shown in ("0.50 BTC", "0.10 BTC", "−19.60 %", "−9.55 %", "−56.93 %", "1.40 BTC"):
        expect(twins).to_contain_text(shown)
    expect(row(page, "#twins", "liquidation price, others still", after=SOL)).to_contain_text(
        "not liquidatable by this coin alone"
    )


def test_a_dragged_coin_re_marks_both_columns(moved: Page) -> None:
    answer = terminal("scrub", BOOK, "--leader", "SOL/USD:BTC", "--move=-0.15", "--no-follow")
    for name, column in (("isolated", 0), ("cross", 1)):
        found = twin(answer, name)
        for one in found["positions"]:
            cell = row(moved, "#scrub", f"{one['symbol']} {one['side']}").locator("td").nth(column)
            expect(cell).to_contain_text("liquidated" if one["liquidated"] else "alive")
        cell = row(moved, "#scrub", "Equity, BTC").locator("td").nth(column)
        expect(cell).to_contain_text(amount(found["equity"]["BTC"], "BTC"))
        expect(cell).to_contain_text(f"lost {amount(found['loss']['BTC'], 'BTC')}")
    # B33 in so many words: the fence of 0.1 is gone, bitcoin stands; in cross both stand.
    isolated = row(moved, "#scrub", SOL).locator("td").nth(0)
    expect(isolated).to_contain_text("liquidated")
    expect(isolated).to_contain_text("lost 0.10 BTC")
    expect(row(moved, "#scrub", BTC).locator("td").nth(0)).to_contain_text("alive")
    expect(row(moved, "#scrub", "Equity, BTC").locator("td").nth(0)).to_contain_text("1.90 BTC")
    expect(row(moved, "#scrub", "Equity, BTC").locator("td").nth(1)).to_contain_text("1.85 BTC")


def test_deaths_are_marked_on_the_track(moved: Page) -> None:
    answer = terminal("scrub", BOOK, "--leader", "SOL/USD:BTC", "--move=-0.15", "--no-follow")
    deaths = [death for name in ("isolated", "cross") for death in twin(answer, name)["deaths"]]
    assert [percent(death["move"]) for death in deaths] == ["−9.55 %"]
    expect(moved.locator(".deaths")).to_contain_text("−9.55 %")
    tick, slider = moved.locator(".lane.isolated .tick"), moved.get_by_role("slider")
    expect(tick).to_have_count(1)
    at, along = tick.bounding_box(), slider.bounding_box()
    assert at is not None
    assert along is not None
    place = (at["x"] + at["width"] / 2 - along["x"] - 11) / (along["width"] - 22) * 120 - 60
    assert abs(place - -9.55) < 0.3


def test_why_shows_the_workings_of_the_terminal(moved: Page) -> None:
    field = f"liquidation.{SOL}.alone"
    lines = terminal("explain", BOOK, field, "--twin", "isolated")["lines"]
    row(moved, "#twins", "liquidation price, others still", after=SOL).locator("td button").first.click()
    dialog = moved.get_by_role("dialog")
    expect(dialog).to_be_visible()
    expect(dialog.locator(".work.asked")).to_contain_text("90.45")
    assert len(lines) >= 4
    for line in lines:
        expect(dialog).to_contain_text(f"{whole(line['value'])} {line['unit']}".strip())
        expect(dialog).to_contain_text(line["how"])
    expect(dialog).to_contain_text("tier 1")
    expect(dialog).to_contain_text("seed B")


def test_why_after_a_move_is_about_the_moved_marks(moved: Page) -> None:
    row(moved, "#scrub", SOL).locator("td").nth(1).locator("button").click()
    dialog = moved.get_by_role("dialog")
    expect(dialog).to_contain_text("after the move")
    expect(dialog.locator(".work.asked")).to_contain_text("−0.15 BTC")
    expect(dialog.locator(".work.asked")).to_contain_text("(85 - 100)")
    dialog.get_by_role("button", name="Close").click()
    row(moved, "#scrub", "Equity, BTC").locator("td").nth(0).locator("button").click()
    expect(dialog.locator(".work.asked")).to_contain_text("1.9 BTC")
    expect(dialog.locator(".work.asked")).to_contain_text("what was left is forfeited")


def test_back_to_today(moved: Page) -> None:
    moved.get_by_role("button", name="Back to today").click()
    expect(row(moved, "#scrub", SOL)).to_contain_text("mark 100.00")
    expect(moved.get_by_role("slider")).to_have_value("0")
    expect(row(moved, "#scrub", "Equity, BTC").locator("td").nth(1)).to_contain_text("2.00 BTC")
