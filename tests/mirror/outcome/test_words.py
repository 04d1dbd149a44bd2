"""What is said: short, numbers first, cost beside saving, and nothing about the person."""

from __future__ import annotations

import re
from dataclasses import replace
from decimal import Decimal

import pytest

from ringfence.mirror.model import Action
from ringfence.mirror.outcome.ledger import Entry, ledgers
from ringfence.mirror.outcome.model import Branch, Choice, Decision
from ringfence.mirror.outcome.records import records
from ringfence.mirror.outcome.words import LUCK, card, proposal, sum_of, told
from tests.mirror.outcome.test_branches import wide
from tests.mirror.outcome.test_ledger import ENTRIES, steady
from tests.mirror.outcome.world import (
    CROSS,
    DAY,
    DOWN,
    MINUTE,
    UP,
    asked,
    intent,
    plan,
    rescue,
    snapshot,
    tape,
)

BANNED = re.compile(
    r"\b(buy|sell|should|must|never|please|tilt\w*|addict\w*|gambl\w*|greed\w*|panic\w*|stupid|great|congrat\w*)\b",
    re.I,
)


def cards() -> list[tuple[str, ...]]:
    found = []
    for path in (tape(UP), tape(DOWN), wide((58_000, 61_000, 57_000, 58_000))):
        for choice in (Choice.DO_NOTHING, Choice.OVERRIDE):
            moment = snapshot(path)
            own = plan(invalidation_price=Decimal(50_000), target_prices=(Decimal(60_000),))
            for late in (10**13, DAY - 1):
                given = asked(
                    moment, decision=Decision(choice, MINUTE), plan=own, keep=Decimal("0.125"), as_of=late
                )
                found.append(card(list(given.values()), CROSS))
    refused = asked(snapshot(account=rescue("binance_usdm")), decision=Decision(Choice.DO_NOTHING, 0))
    return [*found, card(list(refused.values()), CROSS)]


def sheets() -> list[tuple[str, ...]]:
    tables: list[list[Entry]] = [
        ENTRIES,
        steady(30, 50),
        steady(30, -57),
        steady(20, 5),
        steady(30, -3),
        ENTRIES[8:9],
    ]
    return [told(one) for entries in tables for one in ledgers(entries, seed=7, bypassed=3, acts=12)]


def lines() -> list[str]:
    rules = [proposal(one) for entries in (ENTRIES, steady(25, 1)) for one in records(entries, audits=30)]
    over = [replace(one, choice=Choice.OVERRIDE, going_ahead=one.pausing) for one in steady(25, 1)]
    rules += [proposal(one) for one in records(over, audits=30)]
    return [line for part in (*cards(), *sheets()) for line in part] + rules


def test_every_line_is_short_and_says_nothing_about_the_person() -> None:
    said = lines()
    assert len(said) > 60
    for line in said:
        assert len(line.split()) <= 20, line
        assert not BANNED.search(line), line
        assert line.endswith("."), line
        assert "None" not in line, line


def test_no_headline_without_the_cost() -> None:
    for sheet in sheets():
        first = sheet[0]
        assert "saved" in first
        assert "cost" in first
        assert not any("saved" in line and "cost" not in line for line in sheet)


@pytest.mark.parametrize(
    ("path", "choice", "line"),
    [
        (UP, Choice.DO_NOTHING, "3,500 USDT: what you do costs this much against doing it at once."),
        (DOWN, Choice.DO_NOTHING, "7,000 USDT: what you do saves this much against doing it at once."),
        (UP, Choice.OVERRIDE, "0 USDT saved, 0 USDT lost, against doing it at once."),
    ],
)
def test_both_directions_have_the_same_words(path: tuple[str, ...], choice: Choice, line: str) -> None:
    found = asked(snapshot(tape(path)), decision=Decision(choice, 0), plan=plan(), keep=Decimal("0.125"))
    said = card(list(found.values()), CROSS)
    assert said[0] == line
    if choice is Choice.OVERRIDE:
        assert said[1] == "3,500 USDT: what you do saves this much against doing nothing."


def test_the_card_of_the_reference_rescue() -> None:
    found = asked(
        snapshot(tape(UP)), decision=Decision(Choice.DO_NOTHING, 0), plan=plan(), keep=Decimal("0.125")
    )
    assert card(list(found.values()), CROSS)[1:-1] == (
        "7,000 USDT left by what you do, 7,000 USDT at its lowest, liquidated.",
        "7,000 USDT left by doing nothing, 7,000 USDT at its lowest, liquidated.",
        "10,500 USDT left by switching to cross at once, 7,000 USDT at its lowest, not liquidated.",
        "7,500 USDT left by following the plan, 7,500 USDT at its lowest, not liquidated.",
        "8,312.50 USDT left by the equal-safety reduction, 7,875 USDT at its lowest, not liquidated.",
    )


def test_the_ledger_sheet() -> None:
    (one,) = [one for one in ledgers(ENTRIES, seed=7, bypassed=3, acts=12) if one.asset == "USDT"]
    assert told(one) == (
        "Pausing saved 7,140 USDT in 3 and cost 3,590 USDT in 2 decisions.",
        f"Net 3,550 USDT, too few days for an interval: {LUCK}.",
        "Largest saving 7,000 USDT, largest cost 3,500 USDT, median 20 USDT.",
        "Liquidations: 1 avoided by pausing, 1 caused by it.",
        "13 pauses: 6 decided by prices, 2 undetermined, 1 not over, 2 without data.",
        "2 overrides: -550 USDT net against doing nothing.",
        "1 of the decided rest on changes refused or taken as done.",
        "3 of 12 acts at the venue had no intent here.",
    )


def test_luck_is_said_until_it_is_told_from_it() -> None:
    few, many, lost = (
        told(ledgers(steady(n, each), seed=7)[0])[1] for n, each in ((20, 50), (30, 50), (30, -57))
    )
    assert few.endswith(f"20 of 30 decided: {LUCK}.")
    assert many.endswith("zero lies outside.")
    assert lost.startswith("Net -1,6")
    assert lost.endswith("zero lies outside.")


@pytest.mark.parametrize("action", list(Action))
def test_every_action_has_its_words(action: Action) -> None:
    wanted = intent(action)
    found = asked(snapshot(tape(UP)), wanted, as_of=0)
    own = [one for one in found.values() if one.branch is Branch.DO_IT_NOW]
    (line, _) = card(own, wanted)
    assert line.endswith("at once: not yet: the horizon is not over.")


@pytest.mark.parametrize(
    ("value", "asset", "text"),
    [
        ("-1234.5", "USDT", "-1,234.50 USDT"),
        ("-0.004", "USDT", "0 USDT"),
        ("1234567", "USDC", "1,234,567 USDC"),
        ("0.123456789", "BTC", "0.12345679 BTC"),
        ("-2", "SOL", "-2 SOL"),
    ],
)
def test_money_is_written_one_way(value: str, asset: str, text: str) -> None:
    assert sum_of(Decimal(value), asset) == text
