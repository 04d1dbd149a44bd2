"""The account as it is written: what is taken exactly, and every way it can be wrong."""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal
from typing import Any

import pytest

from ringfence.domain.account import Account, MarginMode, Position
from ringfence.errors import OutOfRange, RingfenceError
from ringfence.ingest.fields import AMOUNT_PATTERN, DEPTH
from ringfence.ingest.schema import account_from, account_schema
from ringfence.limits import LIMITS
from tests.unit.ingest.books import LONG, SOUND, spoiled

SHORT = LONG | {"side": "short"}
ISOLATED = LONG | {"margin_mode": "isolated"}
ROW = {"floor": "0", "rate": "0.005"}
BTC = "BTC/USDT:USDT"
BUY = {"symbol": BTC, "side": "buy", "contracts": "1", "price": "9"}
SLICED = {"price": "1", "haircut_tiers": [["0", "0.1"]]}


def refused(book: object) -> RingfenceError:
    with pytest.raises(RingfenceError) as caught:
        account_from(book)  # type: ignore[arg-type]
    return caught.value


def test_a_sound_account_arrives_exactly() -> None:
    account, market = account_from(SOUND | {"on": "2026-11-22", "betas": {"BTC/USDT:USDT": "1.25"}})
    (position,) = account.positions
    assert (account.venue, account.on, account.wallet) == ("demo", "2026-11-22", {"USDT": Decimal(10000)})
    assert (position.contracts, position.entry_price) == (Decimal("0.5"), Decimal(60000))
    assert position.margin_mode is MarginMode.CROSS
    assert (market.mark("BTC/USDT:USDT"), market.beta("BTC/USDT:USDT")) == (Decimal(58000), Decimal("1.25"))


@pytest.mark.parametrize("written", ["0.10", Decimal("0.10"), " 0.10 ", "1e-1", "+.1"])
def test_the_spellings_of_a_tenth_are_one_number(written: object) -> None:
    assert account_from(spoiled("wallet.USDT", written))[0].wallet["USDT"] == Decimal("0.1")


def test_digits_at_and_above_their_limit() -> None:
    """LIMITS.digits_per_number"""
    most = "1." + "0" * (LIMITS.digits_per_number - 2) + "1"
    assert str(account_from(spoiled("wallet.USDT", most))[0].wallet["USDT"]) == most
    assert refused(spoiled("wallet.USDT", most + "1")).code == "limit-exceeded"


PRICE = "positions.0.entry_price"
PRICE_PATH = "positions[0].entry_price"

BAD = [
    # what is written where                     code                  path
    (PRICE, 60000.1, "inexact-number", PRICE_PATH),
    (PRICE, float("nan"), "bad-number", PRICE_PATH),
    (PRICE, float("inf"), "bad-number", PRICE_PATH),
    (PRICE, "NaN", "bad-number", PRICE_PATH),
    (PRICE, "Infinity", "bad-number", PRICE_PATH),
    (PRICE, Decimal("NaN"), "bad-number", PRICE_PATH),
    (PRICE, "1e999", "limit-exceeded", PRICE_PATH),
    (PRICE, "9" * 10_000, "limit-exceeded", PRICE_PATH),
    (PRICE, 10**10_000, "limit-exceeded", PRICE_PATH),
    (PRICE, "0." + "0" * 9_999 + "1", "limit-exceeded", PRICE_PATH),
    (PRICE, "١٢٣٤٥", "bad-number", PRICE_PATH),
    (PRICE, "６００００", "bad-number", PRICE_PATH),
    (PRICE, "60,000", "bad-number", PRICE_PATH),
    (PRICE, "60_000", "bad-number", PRICE_PATH),
    (PRICE, "", "bad-number", PRICE_PATH),
    (PRICE, "0x10", "bad-number", PRICE_PATH),
    (PRICE, True, "bad-number", PRICE_PATH),
    (PRICE, ["60000"], "bad-number", PRICE_PATH),
    (PRICE, {"USD": 1}, "bad-number", PRICE_PATH),
    (PRICE, "0", "out-of-range", PRICE_PATH),
    (PRICE, "-60000", "out-of-range", PRICE_PATH),
    (PRICE, ..., "missing-field", PRICE_PATH),
    ("positions.0.contracts", "-0.5", "out-of-range", "positions[0].contracts"),
    ("positions.0.contracts", "0", "out-of-range", "positions[0].contracts"),
    ("positions.0.contracts", ..., "missing-field", "positions[0].contracts"),
    ("positions.0.side", "buy", "out-of-range", "positions[0].side"),
    ("positions.0.side", 1, "out-of-range", "positions[0].side"),
    ("positions.0.leverage", "0.5", "out-of-range", "positions[0].leverage"),
    ("positions.0.margin_mode", "CROSSED", "out-of-range", "positions[0].margin_mode"),
    ("positions.0.isolated_margin", "3000", "unknown-field", "positions[0].isolated_margin"),
    ("positions.0.symbol", "BTCUSDT", "unknown-symbol", "positions[0].symbol"),
    ("positions.0.symbol", "BTC/USDT", "unknown-symbol", "positions[0].symbol"),
    ("positions.0.symbol", 7, "out-of-range", "positions[0].symbol"),
    ("positions.0.entryPrice", "60000", "unknown-field", "positions[0].entryPrice"),
    ("positions.0", "BTC", "bad-file", "positions[0]"),
    ("positions", {"symbol": "BTC/USDT:USDT"}, "bad-file", "positions"),
    ("positions", [ISOLATED], "missing-margin", "positions[0].isolated_margin"),
    ("positions", [LONG, LONG], "duplicate-position", "positions[1]"),
    ("positions", [LONG, SHORT], "duplicate-position", "positions[1]"),
    ("position", [LONG], "unknown-field", "position"),
    ("venue", "mtgox", "unknown-venue", "venue"),
    ("venue", ..., "missing-field", "venue"),
    ("venue", 3, "out-of-range", "venue"),
    ("on", "2026-02-30", "out-of-range", "on"),
    ("on", "20261122", "out-of-range", "on"),
    ("on", "2019-12-31", "no-rules", "on"),
    ("hedged", "yes", "out-of-range", "hedged"),
    ("hedged", 1, "out-of-range", "hedged"),
    ("wallet.USDT", 0.1, "inexact-number", "wallet.USDT"),
    ("wallet.usdt", "1", "unknown-symbol", "wallet.usdt"),
    ("wallet", ["1"], "bad-file", "wallet"),
    ("wallet", {}, "missing-field", "wallet.USDT"),
    ("wallet", {"USDC": "1"}, "missing-field", "wallet.USDT"),
    ("marks", {}, "missing-mark", "marks.BTC/USDT:USDT"),
    ("marks.BTC/USDT:USDT", "0", "out-of-range", "marks.BTC/USDT:USDT"),
    ("marks.BTC/USDT:USDT", 58000.5, "inexact-number", "marks.BTC/USDT:USDT"),
    ("marks.BTC", "58000", "unknown-symbol", "marks.BTC"),
    ("betas.BTC", "1", "unknown-symbol", "betas.BTC"),
    ("rates", {BTC: {"daily_range": "0"}}, "out-of-range", f"rates.{BTC}.daily_range"),
    ("rates", {BTC: {"taker_fee": 0.0005}}, "inexact-number", f"rates.{BTC}.taker_fee"),
    ("leader", "ETH/USDT:USDT", "missing-mark", "marks.ETH/USDT:USDT"),
    ("collateral.BTC.mark_of", "ETH/USDT:USDT", "missing-mark", "marks.ETH/USDT:USDT"),
    ("collateral.BTC.haircut", "2", "missing-field", "collateral.BTC.price"),
    ("collateral.BTC", {"price": "1", "haircut": "2"}, "out-of-range", "collateral.BTC.haircut"),
    ("collateral.BTC", SLICED | {"haircut": "0.1"}, "out-of-range", "collateral.BTC.haircut"),
    *(
        ("collateral.BTC", SLICED | {"haircut_tiers": rows}, code, f"collateral.BTC.haircut_tiers{place}")
        for rows, code, place in (
            ([["1", "0.1"]], "out-of-range", "[0]"),  # not from zero
            ([["0", "5", "0.1"], ["6", "0.2"]], "out-of-range", "[1]"),  # a gap
            ([["0", "5", "0.1"], ["4", "0.2"]], "out-of-range", "[1]"),  # an overlap
            ([["0", "0.1"], ["5", "0.2"]], "out-of-range", "[1]"),  # after a slice without an end
            ([["0", "5", "0.2"], ["5", "0.1"]], "out-of-range", "[1]"),  # more counts for more
            ([["0", "5", "1.2"]], "out-of-range", "[0]"),
            ([["0", "5", "-0.1"]], "out-of-range", "[0]"),
            ([["0", None, None]], "missing-field", "[0]"),
        )
    ),
    ("other_maintenance.USDT", "-1", "out-of-range", "other_maintenance.USDT"),
    ("orders", [BUY | {"symbol": "ETH/USDT:USDT"}], "missing-mark", "marks.ETH/USDT:USDT"),
    ("orders", [BUY | {"side": "long"}], "out-of-range", "orders[0].side"),
    ("orders", [BUY | {"price": "0"}], "out-of-range", "orders[0].price"),
    ("instruments", {BTC: {"kind": "round"}}, "out-of-range", "instruments.BTC/USDT:USDT.kind"),
    ("instruments", {BTC: {"contract_size": "0"}}, "out-of-range", f"instruments.{BTC}.contract_size"),
    ("tiers", {BTC: {"rows": [ROW | {"rate": "40"}]}}, "bad-tiers", f"tiers.{BTC}.rows[0].rate"),
    ("tiers", {BTC: {"rows": []}}, "bad-tiers", f"tiers.{BTC}.rows"),
    ("tiers", {BTC: {}}, "missing-field", f"tiers.{BTC}.rows"),
    ("tiers", {BTC: {"rows": [ROW], "basis": "pounds"}}, "out-of-range", f"tiers.{BTC}.basis"),
    ("tiers", {BTC: {"rows": [ROW | {"rate": 0.01}]}}, "inexact-number", f"tiers.{BTC}.rows[0].rate"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("place", "value", "code", "path"), BAD, ids=[f"{row[2]} {number}" for number, row in enumerate(BAD)]
)
def test_bad_input_is_located_and_says_what_to_write(place: str, value: Any, code: str, path: str) -> None:
    error = refused(spoiled(place, value))
    assert (error.code, error.path) == (code, path)
    assert error.hint or error.value is not None
    assert len(str(error)) < 400


@pytest.mark.parametrize("book", [[], "venue", None, 3, {"": 1}, {1: 2}])
def test_what_is_no_account_at_all(book: object) -> None:
    assert refused(book).code in ("bad-file", "unknown-field", "missing-field")


@pytest.mark.parametrize(
    ("written", "meant"),
    [("positons", "positions"), ("Venue", "venue"), ("wallets", "wallet"), ("multiAsset", "multi_asset")],
)
def test_an_unknown_field_names_the_nearest(written: str, meant: str) -> None:
    error = refused(SOUND | {written: 1})
    assert (error.code, error.hint) == ("unknown-field", f"did you mean {meant}?")


def test_a_hostile_name_reaches_no_terminal_as_it_is() -> None:
    error = refused(SOUND | {"\x1b[2J" + "a" * 10_000: 1})
    assert "\x1b" not in str(error)
    assert len(error.path) < 100


def test_a_float_says_what_to_write() -> None:
    assert refused(spoiled("wallet.USDT", 0.1)).hint == 'write "0.1"'


def test_hedge_mode_takes_both_sides_and_no_side_twice() -> None:
    both, _ = account_from(SOUND | {"hedged": True, "positions": [LONG, SHORT]})
    assert len(both.positions) == 2
    assert refused(SOUND | {"hedged": True, "positions": [LONG, SHORT, SHORT]}).path == "positions[2]"


def test_an_isolated_book_needs_no_wallet() -> None:
    book = {**spoiled("positions", [ISOLATED | {"isolated_margin": "3000"}]), "wallet": {}}
    assert account_from(book)[0].positions[0].isolated_margin == Decimal(3000)


def test_a_date_may_be_the_one_toml_has_read() -> None:
    assert account_from(SOUND | {"on": dt.date(2026, 11, 22)})[0].on == "2026-11-22"


def test_deductions_are_derived_unless_all_are_given() -> None:
    rows = [{"floor": "0", "cap": "100", "rate": "0.01"}, {"floor": "100", "rate": "0.02"}]
    account, _ = account_from(spoiled("tiers", {"BTC/USDT:USDT": {"rows": rows}}))
    assert [tier.deduction for tier in account.tiers["BTC/USDT:USDT"].tiers] == [0, 1]
    rows[1]["deduction"] = "1"
    assert refused(spoiled("tiers", {"BTC/USDT:USDT": {"rows": rows}})).path.endswith("rows[0].deduction")
    rows[0]["deduction"], rows[1]["deduction"] = "0", "0"
    assert refused(spoiled("tiers", {"BTC/USDT:USDT": {"rows": rows}})).code == "bad-tiers"
    table = {"rows": rows, "jumps": True, "source": "the handbook"}
    account, _ = account_from(spoiled("tiers", {"BTC/USDT:USDT": table}))
    assert account.tiers["BTC/USDT:USDT"].jumps


@pytest.mark.parametrize(
    ("name", "limit", "one"),
    [
        ("positions", LIMITS.positions_per_account, None),
        ("orders", LIMITS.orders_per_account, BUY),
    ],
)
def test_lists_at_and_above_their_limit(name: str, limit: int, one: dict[str, str] | None) -> None:
    rows = [one or LONG | {"symbol": f"C{n}/USDT:USDT"} for n in range(limit + 1)]
    marks = {f"C{n}/USDT:USDT": "1" for n in range(limit)} | {"BTC/USDT:USDT": "1"}
    account, _ = account_from(SOUND | {name: rows[:limit], "marks": marks})
    assert len(getattr(account, name)) == limit
    error = refused(SOUND | {name: rows})
    assert (error.code, error.path) == ("limit-exceeded", name)


def test_other_tables_above_their_limit() -> None:
    wallet = {f"A{n}": "1" for n in range(LIMITS.assets_per_wallet + 1)}  # assets_per_wallet
    rows = [ROW] * (LIMITS.tiers_per_table + 1)  # tiers_per_table
    assert refused(SOUND | {"wallet": wallet}).path == "wallet"
    assert refused(spoiled("tiers", {"BTC/USDT:USDT": {"rows": rows}})).path == f"tiers.{BTC}.rows"


def test_a_million_bad_entries_cost_one_error() -> None:
    assert refused(SOUND | {"positions": [1] * 1_000_000}).code == "limit-exceeded"
    assert refused(dict.fromkeys(map(str, range(200_000)), 1)).code == "unknown-field"


@pytest.mark.parametrize("deep", [DEPTH + 1, 100_000])
def test_nesting_beyond_any_account_is_refused(deep: int) -> None:
    nested: object = "1"
    for _ in range(deep):
        nested = [nested]
    assert refused(SOUND | {"wallet": nested}).code == "bad-file"


def test_the_schema_says_that_money_is_text() -> None:
    schema = account_schema()
    money = schema["$defs"]["PositionInput"]["properties"]["contracts"]
    assert {"type": "string", "pattern": AMOUNT_PATTERN} in money["anyOf"]
    assert "'type': 'number'" not in str(schema)
    assert schema["additionalProperties"] is False
    assert schema["$defs"]["PositionInput"]["required"] == ["symbol", "side", "contracts"]
    assert schema["properties"]["wallet"]["maxProperties"] == LIMITS.assets_per_wallet
    assert schema["properties"]["positions"]["maxItems"] == LIMITS.positions_per_account


@pytest.mark.parametrize(
    ("text", "taken"),
    [(text, True) for text in ("1", "-1.5", ".5", "5.", "1e5")]
    + [(text, False) for text in ("", "1,5", "NaN")],
)
def test_the_pattern_of_the_schema_takes_what_the_reader_takes(text: str, taken: bool) -> None:
    assert bool(re.search(AMOUNT_PATTERN, text)) is taken
    try:
        account_from(spoiled("wallet.USDT", text))
    except RingfenceError:
        assert not taken
    else:
        assert taken


def test_a_fence_is_not_stated_below_zero() -> None:
    error = refused(SOUND | {"positions": [ISOLATED | {"isolated_margin": "-1"}]})
    assert (error.code, error.path) == ("out-of-range", "positions[0].isolated_margin")
    with pytest.raises(OutOfRange, match="isolated_margin: must not be negative"):
        Account(venue="demo").open(BTC, "1", entry_price="60000", isolated_margin="-1")
    given = Position(BTC, "long", "1", entry_price="60000", margin_mode="isolated", isolated_margin="-1")
    assert given.isolated_margin == -1  # what time may do to it
