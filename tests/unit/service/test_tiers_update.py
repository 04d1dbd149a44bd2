"""Updates of tier tables: told before they are stored, stored whole or not at all, and dated."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import ccxt
import pytest

from ringfence.errors import RingfenceError
from ringfence.ingest.fetch_shapes import SHAPES as ASKED
from ringfence.ingest.fetch_tiers import KEY, SECRET, fetch_tiers
from ringfence.service.answers import TiersDiffAnswer, TiersListAnswer, TiersShowAnswer
from ringfence.service.context import Context
from ringfence.service.operations import operation_named
from ringfence.service.updated import TiersUpdateAnswer
from ringfence.venues import registry
from tests.venue_answers import ROWS, SHAPES
from tests.venue_server import Reply, Venue, serving

BTC, ETH = "BTC/USDT:USDT", "ETH/USDT:USDT"
TODAY = "2026-11-22"
USDM = SHAPES["binance_usdm"]
HALF = b'[{"symbol": "BTCUSDT", "brack'
OTHER = (("0", "60000", "0.004", "100"), ("60000", "250000", "0.005", "50"))


@pytest.fixture
def venue(monkeypatch: pytest.MonkeyPatch) -> Iterator[Venue]:
    monkeypatch.setenv(KEY, "a key")
    monkeypatch.setenv(SECRET, "a secret")
    monkeypatch.setattr(ccxt.Exchange, "throttle", lambda *_: None)
    with serving(Venue(USDM.answers())) as served:
        yield served


@pytest.fixture
def context(tmp_path: Path, venue: Venue) -> Context:
    asking = partial(fetch_tiers, url=venue.url, sleep=lambda _: None)
    return Context(tmp_path, today=lambda: TODAY, fetch_tiers=asking)


def ask(context: Context, name: str, **request: Any) -> Any:
    return operation_named(name).run(context, {"venue": "binance_usdm"} | request)


def update(context: Context, **request: Any) -> TiersUpdateAnswer:
    answer = ask(context, "tiers-update", **request)
    assert isinstance(answer, TiersUpdateAnswer)
    return answer


def refused(context: Context, **request: Any) -> RingfenceError:
    with pytest.raises(RingfenceError) as caught:
        update(context, **request)
    return caught.value


def stored(context: Context) -> list[str]:
    return sorted(path.name for path in context.folder.rglob("*") if path.is_file())


def test_what_differs_is_told_and_stored(context: Context) -> None:
    answer = update(context)
    assert (answer.symbols, answer.tiers, answer.valid_from) == (2, 6, TODAY)
    assert answer.source == f"Binance USDⓈ-M, fetchLeverageTiers through ccxt, {TODAY}"
    assert [one.symbol for one in answer.changed] == [BTC, ETH]
    first = answer.changed[0].tiers[0]
    assert first.before is not None
    assert first.after is not None
    assert (first.before.cap, first.after.cap) == ("300000", "50000")
    assert answer.withdrawn == ["LUNA/USDT:USDT"]
    assert stored(context) == [f"binance_usdm_{TODAY}.json"]
    shown = ask(context, "tiers-show", symbol=BTC)
    assert isinstance(shown, TiersShowAnswer)
    assert (shown.table.valid_from, len(shown.table.tiers), shown.table.source) == (TODAY, 3, answer.source)
    assert shown.table.digest == answer.changed[0].after.digest


def test_a_dry_run_stores_nothing_and_can_be_held_to(context: Context, venue: Venue) -> None:
    shown = update(context, dry_run=True)
    assert (shown.stored_in, stored(context), len(shown.changed)) == (None, [], 2)
    venue.answers.update(USDM.answers({"BTC": ROWS[:2]}))
    error = refused(context, expect=shown.digest)
    assert (error.code, error.path, stored(context)) == ("bad-answer", "expect", [])
    venue.answers.update(USDM.answers())
    assert update(context, expect=shown.digest).digest == shown.digest
    assert stored(context) == [f"binance_usdm_{TODAY}.json"]


def test_what_is_known_is_not_stored_again(context: Context) -> None:
    update(context, on="2026-11-20")
    again = update(context)
    assert (again.changed, again.unchanged, again.stored_in) == ([], [BTC, ETH], None)
    assert stored(context) == ["binance_usdm_2026-11-20.json"]


def test_one_symbol(context: Context) -> None:
    answer = update(context, symbols=[ETH])
    assert ([one.symbol for one in answer.changed], answer.withdrawn) == ([ETH], [])
    listed = ask(context, "tiers-list", on=TODAY)
    assert {one.symbol for one in listed.tables if one.valid_from == TODAY} == {ETH}


def test_a_second_answer_on_one_day_must_be_said_to_replace(context: Context, venue: Venue) -> None:
    update(context)
    venue.answers.update(USDM.answers({"BTC": ROWS[:2]}))
    before = (context.folder / "tiers" / f"binance_usdm_{TODAY}.json").read_text("utf-8")
    assert refused(context).code == "bad-tiers"
    assert (context.folder / "tiers" / f"binance_usdm_{TODAY}.json").read_text("utf-8") == before
    assert [one.symbol for one in update(context, replace=True).changed] == [BTC]
    assert len(ask(context, "tiers-show", symbol=BTC).table.tiers) == 2


@pytest.mark.parametrize(
    ("answers", "code"),
    [
        (USDM.answers({"ETH": (ROWS[0], ROWS[2])}), "bad-tiers"),  # a gap
        (USDM.answers({"ETH": (ROWS[0], ("40000", "250000", "0.005", "50"))}), "bad-tiers"),  # an overlap
        (USDM.answers({"ETH": (ROWS[0], ("50000", "250000", "0.003", "50"))}), "bad-tiers"),  # a falling rate
        (USDM.answers({"ETH": OTHER}), "bad-tiers"),  # a jump: the deduction belongs to another floor
        (USDM.answers({"ETH": ()}), "bad-answer"),
        (USDM.answers() | {USDM.tiers: Reply([])}, "bad-answer"),
        (USDM.answers() | {USDM.tiers: Reply({"code": -1003, "msg": "wait"}, status=429)}, "rate-limited"),
        (USDM.answers() | {USDM.tiers: Reply({"code": -1000, "msg": "oh"}, status=400)}, "exchange-failed"),
        (USDM.answers() | {USDM.tiers: Reply(body=HALF, cut=True)}, "exchange-failed"),
        (USDM.answers() | {USDM.tiers: Reply(body=HALF)}, "bad-answer"),
    ],
    ids=[
        "gap", "overlap", "falling rate", "jump", "one contract without", "empty", "rate limit", "error",
        "cut off", "half a document",
    ],
)  # fmt: skip
def test_all_or_nothing(context: Context, venue: Venue, answers: dict[str, Any], code: str) -> None:
    venue.answers.update(answers)
    error = refused(context)
    assert (error.code, stored(context)) == (code, [])
    assert error.hint or error.path


def test_no_day_to_come(context: Context, venue: Venue) -> None:
    error = refused(context, on="2026-11-23")
    assert (error.code, error.path, venue.asked) == ("out-of-range", "on", [])


def test_the_past_keeps_its_tables(context: Context) -> None:
    """An old question gets the old answer after an update."""
    before = ask(context, "tiers-show", symbol=BTC, on="2026-10-01").table
    update(context)
    assert ask(context, "tiers-show", symbol=BTC, on="2026-10-01").table == before
    listed = ask(context, "tiers-list", symbol=BTC)
    assert isinstance(listed, TiersListAnswer)
    assert [(one.valid_from, one.until) for one in listed.tables] == [
        ("2024-10-24", "2026-09-29"), ("2026-09-29", TODAY), (TODAY, None),
    ]  # fmt: skip
    for on, held in (("2026-11-21", "2026-09-29"), (TODAY, TODAY), ("2024-10-24", "2024-10-24")):
        (one,) = ask(context, "tiers-list", symbol=BTC, on=on).tables
        assert one.valid_from == held
    assert ask(context, "tiers-list", symbol=BTC, on="2024-10-23").tables == []


def test_what_took_effect_on_a_day(context: Context) -> None:
    update(context)
    answer = ask(context, "tiers-diff", on=TODAY)
    assert isinstance(answer, TiersDiffAnswer)
    assert (answer.from_date, answer.to_date) == ("2026-11-21", TODAY)
    assert [one.symbol for one in answer.changed] == [BTC, ETH]
    with pytest.raises(RingfenceError) as caught:
        ask(context, "tiers-diff", on=TODAY, to_date=TODAY)
    assert (caught.value.code, caught.value.path) == ("out-of-range", "on")


def test_imports_may_say_basis_and_jumps(context: Context) -> None:
    tiers = [
        {"symbol": "X/USDT:USDT", "minNotional": 0, "maxNotional": 300, "maintenanceMarginRate": "0.01"},
        {"symbol": "X/USDT:USDT", "minNotional": 300, "maxNotional": 600, "maintenanceMarginRate": "0.02"},
    ]
    ask(context, "tiers-import", on="2026-11-01", tiers=tiers, basis="contracts", jumps=True)
    table = ask(context, "tiers-show", symbol="X/USDT:USDT").table
    assert (table.basis, table.jumps, [row.deduction for row in table.tiers]) == (
        "contracts",
        True,
        ["0", "0"],
    )
    stored_table = json.loads((context.folder / "tiers" / "binance_usdm_2026-11-01.json").read_text("utf-8"))[
        "symbols"
    ]["X/USDT:USDT"]
    assert (stored_table["basis"], stored_table["jumps"], "deductions" in stored_table) == (
        "contracts",
        True,
        False,
    )


def test_an_expired_contract_is_refused(context: Context) -> None:
    row = {
        "symbol": "BTC/USDT:USDT-260925",
        "minNotional": 0,
        "maxNotional": 9,
        "maintenanceMarginRate": "0.01",
    }
    with pytest.raises(RingfenceError) as caught:
        ask(context, "tiers-import", on="2026-09-26", tiers=[row])
    assert (caught.value.code, "expired" in caught.value.message, stored(context)) == ("bad-tiers", True, [])
    assert ask(context, "tiers-import", on="2026-09-25", tiers=[row]).symbols == 1


@pytest.mark.parametrize("name", sorted(set(SHAPES) & set(registry.venue_keys())))
def test_every_installed_venue(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each pack that is installed takes the tables in its venue's own shape."""
    monkeypatch.setenv(KEY, "a key")
    monkeypatch.setenv(SECRET, "a secret")
    monkeypatch.setattr(ccxt.Exchange, "throttle", lambda *_: None)
    with serving(Venue(SHAPES[name].answers())) as served:
        asking = partial(fetch_tiers, url=served.url, sleep=lambda _: None)
        context = Context(tmp_path, today=lambda: TODAY, fetch_tiers=asking)
        answer = ask(context, "tiers-update", venue=name)
        assert {one.symbol for one in answer.changed} == {BTC, ETH}
        table = ask(context, "tiers-show", venue=name, symbol=ETH).table
    assert (table.valid_from, table.basis) == (
        TODAY, next(iter(ASKED[name].measured.values())).value
    )  # fmt: skip


def test_the_packs_and_the_fetched_tables_measure_alike() -> None:
    """A pack that says what its tiers are measured in says the same as the way they are fetched."""
    for name in set(ASKED) & set(registry.venue_keys()):
        for kind, basis in ASKED[name].measured.items():
            assert registry.rules(name).tier_basis.get(kind, basis) is basis, (name, kind)
