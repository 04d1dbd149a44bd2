"""`compare --venue a,b,c`: one column a venue, and a venue that cannot be told says why."""

from __future__ import annotations

import pytest

from ringfence.errors import LimitExceeded, OutOfRange, UnknownVenue
from ringfence.limits import LIMITS
from ringfence.report.across import across_notes, across_tables
from ringfence.service.across import venues_of
from ringfence.service.answers_across import ComparedAnswer
from ringfence.service.context import local_context
from ringfence.service.operations import compare

BOOK = {
    "venue": "demo",
    "wallet": {"USDT": "7000"},
    "marks": {"BTC/USDT:USDT": "58000"},
    "positions": [
        {
            "symbol": "BTC/USDT:USDT", "side": "long", "contracts": "1", "entry_price": "60000",
            "leverage": "20", "margin_mode": "isolated", "isolated_margin": "3000",
        }
    ],
}  # fmt: skip


def asked(venue: str | None) -> ComparedAnswer:
    answer = compare.run(local_context(), {"account": BOOK, "venue": venue})
    assert isinstance(answer, ComparedAnswer)
    return answer


def test_each_column_is_what_that_venue_alone_would_answer() -> None:
    several = asked("demo,binance_usdm")
    assert several.rules.venue == "demo"
    assert [one.venue for one in several.across] == ["demo", "binance_usdm"]
    for column in several.across:
        alone = asked(column.venue).twins[0]
        assert column.positions[0].alone == alone.positions[0].alone
        assert column.most_to_lose["as_is"] == alone.most_to_lose
    assert not asked("binance_usdm").across
    assert not asked(None).across


def test_a_venue_that_cannot_be_told_says_why_and_the_others_stand() -> None:
    answer = asked("demo,binance_coinm")
    told, silent = answer.across
    assert (told.reason, silent.code) == ("", "not-supported")
    assert "no linear contracts" in silent.reason
    assert [table.rows[0][0] for table in across_tables(answer.across)] == ["demo", "demo"]
    assert any(lines[0].startswith("cannot be told") for _, lines in across_notes(answer.across))


@pytest.mark.parametrize(
    ("venue", "error"),
    [
        ("demo,nowhere", UnknownVenue),
        ("demo,,binance_usdm", OutOfRange),
        (",".join(["demo", *(f"venue{n}" for n in range(32))]), LimitExceeded),
    ],
)
def test_nonsense_is_refused(venue: str, error: type[Exception]) -> None:
    with pytest.raises(error):
        asked(venue)


@pytest.mark.parametrize("more", [-1, 0])
def test_below_and_at_venues_per_comparison_each_key_is_looked_up(more: int) -> None:
    keys = venues_of(",".join(f"venue{n}" for n in range(LIMITS.venues_per_comparison + more)))
    assert len(keys) == LIMITS.venues_per_comparison + more
