"""The operation ``preview``: its request is one change, its answer stands at every door."""

from __future__ import annotations

import tomllib
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from ringfence.errors import RingfenceError
from ringfence.report.changes import change_parts, summary
from ringfence.service.answers_preview import PreviewAnswer
from ringfence.service.context import Context
from ringfence.service.operations import operation_named
from tests.support import ROOT

BTC, ETH = "BTC/USDT:USDT", "ETH/USDT:USDT"
EXAMPLES = sorted((ROOT / "examples").glob("*.toml"))


@pytest.fixture
def context(tmp_path: Path) -> Context:
    return Context(tmp_path, today=lambda: "2026-11-22")


def document(name: str) -> dict[str, Any]:
    return tomllib.loads((ROOT / "examples" / f"{name}.toml").read_text("utf-8"), parse_float=str)


def ask(context: Context, account: dict[str, Any] | None = None, **change: Any) -> PreviewAnswer:
    book = document("rescue") if account is None else account
    return operation_named("preview").run(context, {"account": book, **change})  # type: ignore[return-value]


def value(answer: PreviewAnswer, of: str, name: str) -> tuple[str | None, str | None, str | None]:
    found = next(one for one in answer.moved if one.of == of and one.name == name)
    return found.before, found.after, found.change


def test_old_and_new_of_the_whole_account(context: Context) -> None:
    answer = ask(context, to="cross")
    assert (answer.verdict, answer.code, answer.reason) == ("accepted", "", "")
    assert value(answer, "USDT", "most_to_lose") == ("1000", "8000", "7000")
    assert value(answer, f"{BTC} long", "at_risk") == ("1000", "8000", "7000")
    assert value(answer, f"{BTC} long", "liquidation_price_alone") == ("57286.43", "50251.25", "-7035.18")
    assert value(answer, "pool USDT", "available_balance") == ("7000", "5100", "-1900")
    assert value(answer, f"fence {BTC} long", "health") == ("710", None, None)
    assert answer.after is not None
    assert answer.after.positions[0].alone.nearest is not None


def test_a_refusal_shows_what_would_have_been_and_says_so(context: Context) -> None:
    answer = ask(context, remove_margin="500")
    assert (answer.verdict, answer.code) == ("refused", "D-107")
    assert "section 10" in answer.source
    assert answer.notices == ["The venue refuses the change: the new figures show what would have been."]
    assert summary(answer) == "The venue refuses this (D-107)"
    assert answer.derivation[0].how == "3000 - 2000 (profit) - 2900 (to be kept at the mark)"


def test_liquidation_at_once_is_flagged(context: Context) -> None:
    answer = ask(context, remove_margin="800")
    assert answer.liquidated_at_once == [f"fence {BTC} long"]
    assert f"fence {BTC} long would be liquidated at once." in answer.notices


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_the_resulting_account_is_an_account_file(path: Path, context: Context) -> None:
    """Read back and assessed, it has the figures that the preview shows."""
    book = document(path.stem)
    first = book["positions"][0]
    asked = {"symbol": first["symbol"], "side": first["side"], "close": "30%"}
    answer = ask(context, book, **asked)
    assert answer.account is not None
    assert answer.after is not None
    anew: Any = operation_named("assess").run(context, {"account": answer.account})
    assert anew.rings == answer.after.rings
    assert anew.positions == [one.position for one in answer.after.positions]


def test_an_account_that_names_nothing_it_does_not_need(context: Context) -> None:
    answer = ask(context, add_margin="100")
    assert answer.account is not None
    assert answer.account["wallet"] == {"USDT": "6900"}
    assert answer.account["positions"][0]["isolated_margin"] == "3100"
    assert "hedged" not in answer.account


CHANGES = [
    ({}, "missing-field", "to"),
    ({"to": "cross", "leverage": "5"}, "unknown-field", "leverage"),
    ({"to": "cross", "margin": "5"}, "unknown-field", "margin"),
    ({"to": "both"}, "out-of-range", "to"),
    ({"open": "abc"}, "bad-number", "open"),
    ({"open": "0"}, "bad-number", "open"),
    ({"open": "+1@"}, "bad-number", "open"),
    ({"open": "+1@-5"}, "out-of-range", "open"),
    ({"open": "+1", "side": "short"}, "out-of-range", "side"),
    ({"close": "101%"}, "out-of-range", "close"),
    ({"close": "0%"}, "out-of-range", "close"),
    ({"close": "half"}, "bad-number", "close"),
    ({"close": "1.5"}, "out-of-range", "close"),
    ({"add_margin": "-1"}, "out-of-range", "add_margin"),
    ({"add_margin": "0"}, "out-of-range", "add_margin"),
    ({"leverage": "0.5"}, "out-of-range", "leverage"),
    ({"transfer": "0"}, "out-of-range", "transfer"),
    ({"transfer": "5", "asset": "usdt"}, "unknown-symbol", "asset"),
    ({"symbol": ETH, "to": "cross"}, "unknown-symbol", "symbol"),
    ({"symbol": "SOL/USDT:USDT", "open": "+1"}, "missing-mark", "marks.SOL/USDT:USDT"),
    ({"surprise": "1"}, "unknown-field", "surprise"),
]


@pytest.mark.parametrize(("change", "code", "path"), CHANGES)
def test_what_cannot_be_meant_is_located_with_a_way_out(
    change: dict[str, Any], code: str, path: str, context: Context
) -> None:
    with pytest.raises(RingfenceError) as told:
        ask(context, **change)
    assert (told.value.code, told.value.path) == (code, path)
    assert told.value.message


def test_two_positions_have_to_be_told_apart(context: Context) -> None:
    with pytest.raises(RingfenceError, match="which position") as told:
        ask(context, document("contagion"), to="isolated")
    assert told.value.hint == f"one of {BTC}, SOL/USDT:USDT"


def test_a_fed_fence_is_told_about(context: Context) -> None:
    book = document("rescue") | {"venue": "binance_usdm"}
    book["positions"][0]["auto_add_margin"] = True
    answer = ask(context, book, leverage="40")
    assert any(
        words.startswith(f"Automatic top-up is on for {BTC} long: up to 7000") for words in answer.notices
    )
    compared: Any = operation_named("compare").run(context, {"account": book})
    assert any(words.startswith("Automatic top-up is on") for words in compared.conditions)
    assert compared.twins[0].most_to_lose == {"USDT": "8000"}
    solved: Any = operation_named("solve").run(context, {"account": book})
    assert "before any top-up" in solved.notes[0]
    assert answer.account is not None
    assert answer.account["positions"][0]["auto_add_margin"] is True


def test_a_fed_fence_needs_the_balance_it_is_fed_from(context: Context) -> None:
    book = document("rescue") | {"venue": "binance_usdm", "wallet": {}}
    book["positions"][0]["auto_add_margin"] = True
    with pytest.raises(RingfenceError) as told:
        ask(context, book, leverage="40")
    assert (told.value.code, told.value.path) == ("missing-field", "account.wallet.USDT")


def test_the_parts_put_what_changes_first(context: Context) -> None:
    parts = change_parts(ask(context, document("contagion"), symbol=BTC, leverage="3"))
    assert [part.same for part in parts] == sorted(part.same for part in parts)
    rows = {row.label: row for part in parts for row in part.rows if not row.same}
    assert (rows["leverage setting"].before, rows["leverage setting"].after) == ("2×", "3×")
    assert rows["leverage setting"].change == "+1×"
    for part in parts:
        for row in part.rows:
            assert row.before, (part.title, row)
            assert row.after, (part.title, row)


def test_every_change_is_the_difference_of_what_stands_beside_it(context: Context) -> None:
    for one in ask(context, open="+0.5@59000").moved:
        if one.before is not None and one.after is not None:
            assert Decimal(one.change or "") == Decimal(one.after) - Decimal(one.before)
        else:
            assert one.change is None
            assert one.words_before if one.before is None else one.words_after
