"""The report: one file, closed to the outside, well formed, true to the answer."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from html.parser import HTMLParser

import pytest

from ringfence.report.figures import TWIN_COLOURS
from ringfence.report.html import render_report
from ringfence.report.style import STYLE
from tests.report.conftest import MIXED, Ask, rendered

Report = Callable[..., str]
EXAMPLES = ["two-btc", "two-btc-usd", "rescue", "hedge-pair", "contagion", "binance-faq-cross"]
VOID = {"meta", "link", "img", "br", "input"}
HOSTILE = "<script>alert(1)</script>\"'&<img src=x onerror=alert(2)>"


class Page(HTMLParser):
    """Elements, text, and whether every element is closed in order."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert len(dict(attrs)) == len(attrs), f"{tag} says something twice"
        self.found.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] != "style":
            self.words.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.words).split())


@pytest.mark.parametrize("name", EXAMPLES)
def test_the_file_is_well_formed_and_closed_to_the_outside(report: Report, name: str) -> None:
    text = report(name)
    page = Page(text)
    assert page.open == []
    assert len(text.encode()) < 500_000
    assert not {tag for tag, _ in page.found} & {"script", "link", "img", "iframe", "object", "form", "base"}
    assert not re.search(r"https?:|url\((?!#)|@import|//[a-z]", text)
    assert all(not key.startswith("on") for _, given in page.found for key in given)
    policy = [given["content"] for tag, given in page.found if tag == "meta" and "http-equiv" in given]
    assert policy[0] is not None
    assert policy[0].startswith("default-src 'none'")


@pytest.mark.parametrize("name", EXAMPLES)
def test_every_note_leads_to_its_line_and_no_name_is_given_twice(report: Report, name: str) -> None:
    page = Page(report(name))
    names = [given["id"] for _, given in page.found if "id" in given]
    assert [key for key, times in Counter(names).items() if times > 1] == []
    links = {given["href"] for tag, given in page.found if tag == "a"}
    assert len(links) > 5
    assert links <= {f"#{key}" for key in names}
    assert {given["clip-path"] for _, given in page.found if "clip-path" in given} <= {
        f"url(#{key})" for key in names
    }


def test_the_same_answer_gives_the_same_bytes(ask: Ask) -> None:
    assert rendered(ask, "two-btc", title="a book") == rendered(ask, "two-btc", title="a book")


def test_it_says_everything_the_one_screen_says(report: Report, ask: Ask) -> None:
    answer, text = ask("compare", "two-btc"), Page(report("two-btc", title="Two bitcoin")).text
    for words in (
        "Two bitcoin",
        answer.headline,
        "ISOLATED",
        "CROSS",
        *answer.conditions,
        answer.rules.title,
        answer.rules.on,
        answer.rules.digest,
        "pool BTC is liquidated with BTC/USD:BTC at 21,536.25 (−56.93 %)",
        *(one.words for twin in answer.twins for one in twin.contagion if twin.twin == "cross"),
        *(reason.finding for reason in answer.reasons),
        "-(-0.505) / (0.00004975)",
        "not liquidatable by this coin alone",
    ):
        assert " ".join(words.split()) in text, words


def test_what_could_not_be_confirmed_is_printed(report: Report, ask: Ask) -> None:
    unsure = ask("compare", "binance-faq-cross").rules.unconfirmed
    assert unsure, "choose a venue with an unconfirmed rule"
    text = Page(report("binance-faq-cross")).text
    assert all(" ".join(one.split()) in text for one in unsure)


def test_a_mixed_book_and_a_jump_are_shown(report: Report) -> None:
    text = Page(report(MIXED, at={"BTC/USDT:USDT": "50000", "ETH/USDT:USDT": "3000"})).text
    assert "AS IT IS ISOLATED CROSS BTC/USDT:USDT long" in text
    assert "A jump to these marks BTC/USDT:USDT 50,000.00" in text
    assert "loses 2,000.00 USDT liquidated" in text


def test_a_twin_that_cannot_exist_says_why(report: Report, ask: Ask) -> None:
    isolated = next(twin for twin in ask("compare", "two-btc-usd").twins if twin.twin == "isolated")
    assert not isolated.feasible
    assert f"ISOLATED is not possible: {isolated.reason}." in Page(report("two-btc-usd")).text


def test_a_hostile_name_is_text_everywhere(report: Report) -> None:
    escaped = HOSTILE.replace('"', '\\"')
    text = report("two-btc", title=HOSTILE, edit=lambda text: text.replace("SOL/USD:BTC", escaped))
    page = Page(text)
    assert page.open == []
    assert not {tag for tag, _ in page.found} & {"script", "img"}
    assert page.text.count("<script>alert(1)</script>") > 10


def test_an_empty_account_has_a_report(ask: Ask) -> None:
    empty = {"venue": "demo", "on": "2026-11-20", "wallet": {"USDT": "100"}, "marks": {}, "positions": []}
    answer = ask("compare", empty)
    text = Page(render_report(answer, scrub=None, frontier=None, workings={}, title="empty")).text
    assert "The account in USDT equity" in text
    assert "100.00 USDT" in text
    assert "The workings were not asked for." in text


def test_a_twin_has_the_same_colour_here_and_on_the_page() -> None:
    light, dark = STYLE.split("@media (prefers-color-scheme:dark)")
    for is_dark, sheet in ((False, light), (True, dark)):
        assert all(f"--{twin}:{colour}" in sheet for twin, colour in TWIN_COLOURS[is_dark].items())
