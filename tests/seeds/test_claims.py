"""The 72 statements: complete, in our own words, and docs/claims.md is what the engine says of them."""

from __future__ import annotations

import re
import tomllib
from decimal import Decimal
from pathlib import Path

import pytest
from scripts.docs_claims import BESIDE, PAGE, Shown, books_in, filled, page

from ringfence.solve.claims import ClaimKind, Status, claim, claims
from tests.seeds.books import cases

BESIDE_DATA = tomllib.loads(BESIDE.read_text("utf-8"))
# Statuses that the source states without a qualifier, by article.
WRONG = {"B17", "B19", "B20", "B31", "B35", "B44", "B49"}
RIGHT = {"A03", "A05", "A06", "A08", "A09", "A15", "A16", "A18", "A19", "B05", "B07", "B13", "B33", "B34"}


def test_the_page_is_what_the_engine_says_now() -> None:
    assert PAGE.read_text("utf-8") == page(), "run make docs and read the difference"


def test_every_statement_is_judged() -> None:
    assert len(claims()) == 72
    for one in claims():
        assert all((one.says, one.right, one.wrong)), one.id
        assert all(text.endswith((".", "?")) for text in (one.says, one.right, one.wrong)), one.id
        # A statement that can be computed shows its number; so does one that is called wrong.
        if one.kind is ClaimKind.COMPUTABLE or one.status is Status.WRONG:
            assert books_in(one.shows), one.id


def test_the_statuses_are_the_sources() -> None:
    assert {one.id for one in claims() if one.status is Status.WRONG} == WRONG
    assert {one.id for one in claims() if one.status is Status.RIGHT} == RIGHT


def test_every_book_serves_a_statement() -> None:
    used = {name for one in claims() for name in books_in(one.shows)}
    assert used == {case.id for case in cases().values() if not case.skip}


def test_every_source_is_listed_and_used() -> None:
    cited = {key for one in claims() for key in one.sources}
    cited |= {key for row in BESIDE_DATA["switching"] for key in row["sources"]}
    assert cited == set(BESIDE_DATA["sources"])


def test_what_the_page_points_at_exists() -> None:
    text = page()
    anchors = {heading.lower().replace(" ", "-") for heading in re.findall(r"^#+ (.*)$", text, re.MULTILINE)}
    assert set(re.findall(r"\(#([^)]*)\)", text)) <= anchors
    for row in (*BESIDE_DATA["tension"], *BESIDE_DATA["difference"]):
        assert all(claim(name).id == name for name in row["claims"])


@pytest.mark.parametrize(
    ("value", "places", "shown"),
    [
        ("-243.0704", "2", "-243.07"),
        ("10000", "0", "10,000"),
        ("0.7", "2", "0.70"),
        ("-0.001", "2", "0"),
        ("2", "1", "2"),
    ],
)
def test_a_figure_is_shown_at_its_places(value: str, places: str, shown: str) -> None:
    assert format(Shown(Decimal(value)), places) == shown


def test_a_figure_that_does_not_exist_stops_the_page() -> None:
    with pytest.raises(KeyError, match="no figure of this name"):
        filled("{B33[made_up]:1}")


def words(text: str) -> list[str]:
    return re.findall(r"[a-z0-9']+", text.lower())


def test_no_statement_is_copied(shared: Path) -> None:
    copied = set()
    for article in sorted((shared / "seeds").glob("*.txt")):
        known = words(article.read_text("utf-8"))
        copied |= {tuple(known[i : i + 7]) for i in range(len(known) - 6)}
    for one in claims():
        for text in (one.says, one.right, one.wrong, one.shows):
            own = words(text)
            runs = {tuple(own[i : i + 7]) for i in range(len(own) - 6)}
            assert not runs & copied, one.id
