"""What the mirror must not do: press, flash, shame, count down, shut anybody out."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.web.conftest import Visit
from tests.web.mirrored import DAY_MS, GOOD, Served, open_fold, served, to_cross, write
from tests.web.test_reach import CLIPPED, CONTRAST, focused

pytestmark = pytest.mark.browser

WEIGHT = """() => [...document.querySelectorAll('.decide')].map(node => {
  const style = getComputedStyle(node), box = node.getBoundingClientRect();
  const of = ['color', 'backgroundColor', 'fontSize', 'fontWeight', 'padding', 'borderTopColor',
    'borderTopWidth', 'borderTopStyle', 'borderRadius', 'boxShadow', 'opacity', 'cursor', 'animationName'];
  return [...of.map(name => style[name]), Math.round(box.width), Math.round(box.height)].join('; ');
})"""

MOVING = """() => [...document.querySelectorAll('#mirror *')].filter(node => {
  const style = getComputedStyle(node);
  return style.animationName !== 'none' || !/^0s(, 0s)*$/.test(style.transitionDuration);
}).map(node => node.outerHTML.slice(0, 80))"""

NAMELESS = """() => [...document.querySelectorAll(
    '#mirror input, #mirror select, #mirror textarea, #mirror button')]
  .filter(node => node.checkVisibility())
  .filter(node => !(node.ariaLabel || node.innerText?.trim() || node.labels?.[0]?.innerText.trim()))
  .map(node => node.outerHTML.slice(0, 120))"""

HEARD = """() => {
  window.heard = [];
  new MutationObserver(() => {
    const said = document.querySelector('#mirror > [aria-live]').textContent;
    if (said !== window.heard.at(-1)) window.heard.push(said);
  }).observe(document.querySelector('#mirror > [aria-live]'),
    {childList: true, characterData: true, subtree: true});
}"""

PUSHY = re.compile(
    r"\b(buy|sell|should|must not|stupid|tilt\w*|addict\w*|gambl\w*|revenge|panic|emotion\w*|calm down|"
    r"breath\w*|are you sure|congrat\w*|streak|well done|hurry|only \d+ left|regret)\b",
    re.IGNORECASE,
)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with served(tmp_path_factory.mktemp("care")) as found:
        yield found


@pytest.fixture
def seen(server: Served, browser: Browser) -> Iterator[Visit]:
    server.ahead(7 * DAY_MS)
    found = Visit(browser, server.url)
    yield found
    assert found.thrown == []


@pytest.fixture
def mirrored(seen: Visit) -> Iterator[Page]:
    with seen.page() as page:
        yield page


def test_every_way_weighs_the_same(mirrored: Page, server: Served) -> None:
    mirror = to_cross(mirrored)
    expect(mirror.locator(".decide")).to_have_text(["Do nothing", "Reduce to 12.5 %", "Proceed"])
    assert focused(mirrored)["words"] == "Do nothing"
    assert mirror.locator(":checked:not(option), [autofocus], .decide[aria-pressed=true]").count() == 0
    write(mirror, GOOD)
    expect(mirror.locator(".says").first).to_contain_text("Stored")
    mirror.locator("[name=confirmation]").fill("8,000")
    mirror.locator("[name=reason]").fill("the level still holds and the share stays small")
    server.ahead(120_000)
    expect(mirror.get_by_role("button", name="Proceed")).to_be_enabled()
    mirrored.locator("#mirror h2").click()
    weights = mirrored.evaluate(WEIGHT)
    assert len(weights) == 3
    assert len(set(weights)) == 1, weights


def test_nothing_counts_down_and_little_is_announced(mirrored: Page, server: Served) -> None:
    mirrored.evaluate(HEARD)
    mirror = to_cross(mirrored)
    assert mirrored.locator("#mirror [aria-live]").count() == 1
    before = mirror.inner_text()
    mirrored.wait_for_timeout(2_200)
    assert mirror.inner_text() == before
    write(mirror, GOOD)
    expect(mirror.locator(".says").first).to_contain_text("Stored")
    waits = "It waits: 60 seconds, three lines, the number at stake, a reason."
    assert mirrored.evaluate("window.heard") == [waits], "ten seconds have not passed"
    told = [waits, "The three lines are stored.", "The time is over."]
    for words in told[1:]:
        server.ahead(120_000)
        expect(mirror.locator("> [aria-live]")).to_have_text(words)
    assert mirrored.evaluate("window.heard") == told


def test_nothing_moves_or_flashes(seen: Visit) -> None:
    for motion in ("reduce", "no-preference"):
        with seen.page(reduced_motion=motion) as page:
            to_cross(page)
            assert page.evaluate(MOVING) == [], motion


def test_no_word_presses_or_shames(mirrored: Page) -> None:
    mirror = to_cross(mirrored)
    for fold in mirror.locator(".stage details summary").all():
        fold.click()
    assert PUSHY.findall(mirror.inner_text()) == []
    mirror.get_by_role("button", name="Do nothing").click()
    expect(mirror.locator(".receipt")).to_be_visible()
    for title in ("Later:", "Journal", "Plans:", "Own limits"):
        open_fold(mirror, title)
    assert PUSHY.findall(mirror.inner_text()) == []


def test_every_field_has_a_name(mirrored: Page) -> None:
    mirror = to_cross(mirrored)
    builder = mirror.get_by_role("group", name="Build the sentence")
    builder.get_by_label("What", exact=True).select_option(label="close")
    expect(builder.get_by_label("Candle")).to_be_visible()
    mirror.locator("summary", has_text="Go on without the three lines").click()
    assert mirrored.evaluate(NAMELESS) == []
    for name in ("disproof", "invalidation", "do_nothing"):
        field = mirror.locator(f"[name={name}]")
        said = field.get_attribute("aria-describedby")
        expect(mirror.locator(f"#{said}")).to_have_class(re.compile("says"))
    mirror.get_by_role("button", name="Do nothing").click()
    expect(mirror.locator(".receipt")).to_be_visible()
    mirror.get_by_role("button", name="Ask about something else").click()
    for action in mirror.locator(".act").all():
        action.click()
        expect(action).to_have_attribute("aria-pressed", "true")
        expect(mirror.get_by_role("button", name="Look in the mirror")).to_be_visible()
        assert mirrored.evaluate(NAMELESS) == []
    for title in ("Later:", "Journal", "Plans:", "Own limits"):
        open_fold(mirror, title)
    mirror.locator("summary", has_text="Write a plan").click()
    assert mirrored.evaluate(NAMELESS) == []


def test_nobody_is_shut_out_who_cannot_write_the_lines(mirrored: Page, server: Served) -> None:
    mirror = to_cross(mirrored)
    mirror.locator("[name=confirmation]").fill("8,000")
    mirror.locator("[name=reason]").fill("these lines are not in a language that is read")
    server.ahead(120_000)
    proceed = mirror.get_by_role("button", name="Proceed")
    mirrored.wait_for_timeout(1_000)
    expect(proceed).to_be_disabled()
    mirror.locator("summary", has_text="Go on without the three lines").click()
    mirror.get_by_role("checkbox").check()
    expect(proceed).to_be_enabled()
    proceed.click()
    expect(mirror.locator(".receipt")).to_contain_text("against the audit, with a written reason")


@pytest.mark.parametrize(("width", "scheme"), [(320, "light"), (390, "dark"), (1280, "light")])
def test_nothing_is_clipped_or_pale(seen: Visit, width: int, scheme: Any) -> None:
    with seen.page(width=width, height=844, color_scheme=scheme) as page:
        mirror = to_cross(page)
        for fold in mirror.locator(".stage details summary").all():
            fold.click()
        write(mirror, {**GOOD, "disproof": "if price goes down"})
        expect(mirror.locator(".says").first).to_contain_text("no number")
        for _ in range(2):
            assert page.evaluate(CLIPPED) == []
            assert page.evaluate("document.documentElement.scrollWidth") <= width
            assert [one for one in page.evaluate(CONTRAST) if "Proceed" not in one] == []
            write(mirror, GOOD)
            expect(mirror.locator(".says").first).to_contain_text("Stored")
        mirror.get_by_role("button", name="Do nothing").click()
        expect(mirror.locator(".receipt")).to_be_visible()
        for title in ("Later:", "Journal", "Plans:", "Own limits"):
            open_fold(mirror, title)
        mirror.locator("summary", has_text="Write a plan").click()
        assert page.evaluate(CLIPPED) == []
        assert page.evaluate(CONTRAST) == []
