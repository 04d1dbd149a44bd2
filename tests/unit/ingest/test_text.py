"""From text to tables: TOML, JSON, and whatever else arrives in a file."""

from __future__ import annotations

import time
from decimal import Decimal

import pytest

from ringfence.errors import RingfenceError
from ringfence.ingest.text import looks_like_json, read_account
from ringfence.limits import LIMITS

BOOK = """
venue = "demo"
on = 2026-11-22
[wallet]
USDT = 10_000.10
[[positions]]
symbol = "BTC/USDT:USDT"
side = "long"
contracts = 0.1
entry_price = 60000
[marks]
"BTC/USDT:USDT" = 58000.123456789012345678
"""
JSON = """{"venue": "demo", "wallet": {"USDT": "10000.10"}, "marks": {"BTC/USDT:USDT": "58000"},
 "positions": [{"symbol": "BTC/USDT:USDT", "side": "long", "contracts": "0.1", "entry_price": 60000}]}"""


def refused(data: bytes | str, form: str | None = None) -> RingfenceError:
    with pytest.raises(RingfenceError) as caught:
        read_account(data, form=form)
    return caught.value


def test_bare_toml_decimals_are_read_digit_for_digit() -> None:
    account, market = read_account(BOOK)
    assert str(account.wallet["USDT"]) == "10000.10"
    assert market.mark("BTC/USDT:USDT") == Decimal("58000.123456789012345678")
    assert account.on == "2026-11-22"


@pytest.mark.parametrize("data", [BOOK.encode(), b"\xef\xbb\xbf" + BOOK.encode(), BOOK.replace("\n", "\r\n")])
def test_marks_of_encoding_and_line_ends_do_not_matter(data: bytes | str) -> None:
    assert read_account(data) == read_account(BOOK)


def test_json_is_told_from_toml_and_takes_the_same_schema() -> None:
    account, _ = read_account(JSON)
    assert account.positions[0].entry_price == Decimal(60000)
    assert read_account(JSON, form="json")[0] == account


@pytest.mark.parametrize(
    ("text", "json"),
    [(text, True) for text in ("[]", " [{}]", "{}")]
    + [(text, False) for text in ("[[positions]]", "[wallet]", "a = 1")],
)
def test_formats_are_told_apart(text: str, json: bool) -> None:
    assert looks_like_json(text) is json


def test_a_json_number_with_a_point_is_refused_with_its_own_digits() -> None:
    error = refused(JSON.replace('"0.1"', "0.10000000000000000001"))
    assert (error.code, error.path) == ("inexact-number", "positions[0].contracts")
    assert error.hint == 'write "0.10000000000000000001"'


BAD = [
    # text                                               code              in the message
    (b"", "bad-file", "nothing in it"),
    (b" \n\t", "bad-file", "nothing in it"),
    (b"\xff\xfe\x00", "bad-file", "not UTF-8"),
    (b"venue = 'demo'\0", "bad-file", "NUL"),
    (b"venue = demo", "bad-file", "put texts in quotes"),
    (b"venue = 'a'\nvenue = 'b'", "bad-file", "a key may stand once"),
    (b"[wallet]\nUSDT = '1'\nUSDT = '2'\n[marks]", "bad-file", "line 3"),
    (b"[wallet]\n[wallet]", "bad-file", "not TOML"),
    (b'{"venue": "a", "venue": "b"}', "bad-file", "venue: a key stands twice"),
    (b'{"venue": ', "bad-file", "not JSON"),
    (b'{"venue": "demo", "wallet": {"USDT": NaN}}', "bad-number", "wallet.USDT"),
    (b'{"venue": "demo", "wallet": {"USDT": -Infinity}}', "bad-number", "wallet.USDT"),
    (b'{"venue": "demo", "wallet": {"USDT": 1e999}}', "inexact-number", 'write "1e999"'),
    (b'{"venue": "demo", "wallet": {"USDT": ' + b"9" * 10_000 + b"}}", "limit-exceeded", "wallet.USDT"),
    (b'{"venue": "demo", "wallet": {"USDT": 0.' + b"9" * 10_000 + b"}}", "inexact-number", "wallet.USDT"),
    (b"venue = 'demo'\n[wallet]\nUSDT = nan", "bad-number", "wallet.USDT"),
    (b"venue = 'demo'\n[wallet]\nUSDT = -inf", "bad-number", "wallet.USDT"),
    (b"venue = 'demo'\n[wallet]\nUSDT = 1e999", "limit-exceeded", "wallet.USDT"),
    (b"venue = 'demo'\n[wallet]\nUSDT = " + b"9" * 10_000, "limit-exceeded", "line 3"),
    (b"venue = 'demo'\n[wallet]\nUSDT = 0." + b"9" * 10_000, "limit-exceeded", "wallet.USDT"),
    (b"venue = 'demo'\non = 2026-02-30", "bad-file", "Invalid date"),
    ("venue = 'demo'\n[wallet]\nUSDT = '١٢'".encode(), "bad-number", "wallet.USDT"),
    (b"a = " + b"[" * 100_000, "bad-file", "deep"),
    (b"[" * 100_000, "bad-file", "not TOML"),
    (b'[{"a":' * 100_000, "bad-file", "deep"),
    (b'{"a":' * 100_000, "bad-file", "deep"),
    (b'{"a":' * 20 + b"1" + b"}" * 20, "bad-file", "deep"),
    (b"a" + b".a" * 100_000 + b" = 1", "bad-file", "dots"),
    (b"[a" + b" . 'a'" * 100_000 + b"]", "bad-file", "dots"),
    (b"a" + b".a" * 20 + b" = 1", "bad-file", "deep"),
    (b"[]", "missing-field", "venue"),
    (b"3", "bad-file", "not TOML"),
]


@pytest.mark.parametrize(("data", "code", "words"), BAD, ids=[f"{row[1]} {n}" for n, row in enumerate(BAD)])
def test_a_bad_text_is_an_error_with_a_place_never_a_traceback(data: bytes, code: str, words: str) -> None:
    began = time.monotonic()
    error = refused(data)
    assert error.code == code
    assert words in str(error)
    assert len(str(error)) < 400
    assert time.monotonic() - began < 2


def test_size_at_and_above_the_limit() -> None:
    # input_bytes
    room = LIMITS.input_bytes - len(BOOK.encode())
    assert read_account(BOOK + "#" * room)[0].venue == "demo"
    assert refused(BOOK + "#" * (room + 1)).code == "limit-exceeded"


@pytest.mark.parametrize("text", ["a" * 3_900_000, "a." * 31 + "=", '"' * 3_000_000, "a . " * 900_000])
def test_large_nonsense_is_refused_quickly(text: str) -> None:
    began = time.monotonic()
    assert refused(text).code == "bad-file"
    assert time.monotonic() - began < 5


def test_an_unknown_format_is_named() -> None:
    assert refused(BOOK, form="yaml").path == "format"
    assert refused(BOOK, form="json").code == "bad-file"
