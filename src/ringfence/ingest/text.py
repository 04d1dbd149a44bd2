"""From text to plain tables, whatever the text does: TOML, JSON, and which of the three formats it is."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Callable
from typing import Any

from ringfence.domain.account import Account
from ringfence.domain.market import Market
from ringfence.errors import BadFile, LimitExceeded
from ringfence.ingest import ccxt
from ringfence.ingest.fields import DEPTH, Literal, check_depth, printable
from ringfence.ingest.schema import account_from
from ringfence.limits import LIMITS

FORMATS = ("toml", "json", "ccxt")

# A dotted key is split into every one of its prefixes by the reader: thousands of dots take it minutes.
_DEEP_KEY = re.compile(rf"(?<![\w\"'-])(?:[\w\"'-]++[ \t]*+\.[ \t]*+){{{2 * DEPTH},}}", re.ASCII)
_LONG_DIGITS = re.compile(r"[0-9_]{4000,}", re.ASCII)


def read_account(
    data: bytes | str, *, form: str | None = None, venue: str | None = None, on: str | None = None
) -> tuple[Account, Market]:
    r"""The account and its market from a text in any format that ringfence reads.

    Args:
        data: TOML, JSON of the same schema, or ccxt's positions and balance.
        form: ``toml``, ``json`` or ``ccxt``; None: told from the text itself.
        venue, on: for a ccxt document that does not name its venue or date.
    Raises:
        RingfenceError: BadFile where the text is none of these; else as `account_from`.

    >>> account, _ = read_account('venue = "demo"\n[wallet]\nUSDT = 0.10')
    >>> account.wallet
    {'USDT': Decimal('0.10')}
    """
    is_ccxt, document = _parsed(data, form)
    return ccxt.account_from_ccxt(document, venue=venue, on=on) if is_ccxt else account_from(document)


def read_document(
    data: bytes | str, *, form: str | None = None, venue: str | None = None, on: str | None = None
) -> dict[str, Any]:
    """The tables of an account file from a text in any format, for whoever asks an operation.

    What ccxt wrote has been checked; what a person wrote is checked by the operation, which knows the place.

    Raises:
        RingfenceError: as `read_account`.

    >>> read_document('venue = "demo"')
    {'venue': 'demo'}
    """
    is_ccxt, document = _parsed(data, form)
    if is_ccxt:
        return ccxt.document_from_ccxt(document, venue=venue, on=on)
    if not isinstance(document, dict):
        raise BadFile("not a table of fields", hint="see: ringfence init")
    return document


def _parsed(data: bytes | str, form: str | None) -> tuple[bool, Any]:
    """Whether a text is ccxt's, and what is in it."""
    if form not in (None, *FORMATS):
        raise BadFile("no such format", path="format", value=form, hint=f"one of {', '.join(FORMATS)}")
    text = decoded(data)
    if form == "toml" or (form is None and not looks_like_json(text)):
        return False, toml(text)
    document = json_document(text)
    return form == "ccxt" or (form is None and ccxt.is_ccxt(document)), document


def looks_like_json(text: str) -> bool:
    r"""Whether a text is JSON rather than TOML; a TOML table header is the one thing that could be both.

    >>> looks_like_json(' {"venue": "demo"}'), looks_like_json("[wallet]\nUSDT = 1"), looks_like_json("[ ]")
    (True, False, True)
    """
    start = text.lstrip()
    return start.startswith("{") or bool(re.match(r"\[\s*[\[{\]]", start) and not start.startswith("[["))


def decoded(data: bytes | str) -> str:
    r"""Text from bytes: UTF-8, with or without its mark, within the limit, not empty, no NUL.

    Raises:
        BadFile, LimitExceeded: what is wrong with it.

    >>> decoded(b"\xef\xbb\xbfvenue")
    'venue'
    """
    size = len(data) if isinstance(data, bytes) else len(data.encode("utf-8", "surrogatepass"))
    if size > LIMITS.input_bytes:
        raise LimitExceeded(
            f"at most {LIMITS.input_bytes:,} bytes allowed (input_bytes)",
            value=f"{size:,} bytes",
            hint="split the input",
        )
    try:
        text = data.decode("utf-8-sig") if isinstance(data, bytes) else data.removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        raise BadFile(
            f"not UTF-8 text: byte {error.start} cannot be read", hint="save the file as UTF-8"
        ) from None
    if not text.strip():
        raise BadFile("nothing in it", hint="ringfence init prints an account to start from")
    if "\0" in text:
        raise BadFile(f"a NUL character at position {text.index(chr(0))}", hint="this is no text file")
    return text


def toml(text: str) -> dict[str, Any]:
    """Plain tables from TOML; bare decimals arrive digit for digit.

    Raises:
        BadFile: not TOML, a key twice, or tables too deep. LimitExceeded: an integer of thousands of digits.

    >>> toml("USDT = 1_000.10")
    {'USDT': '1000.10'}
    """
    if deep := _DEEP_KEY.search(text):
        raise BadFile(
            f"line {text.count(chr(10), 0, deep.start()) + 1}: names joined by more than {2 * DEPTH} dots"
        )
    tables = _safely(lambda: tomllib.loads(text, parse_float=lambda number: number.replace("_", "")), text)
    check_depth(tables)
    return dict(tables)


def json_document(text: str) -> Any:
    """Plain values from JSON; a literal with a point or an exponent stays text, marked as `Literal`.

    Raises:
        BadFile: not JSON, a key twice in one object, or nested too deep.

    >>> json_document('{"a": 0.10, "b": 3}')
    {'a': '0.10', 'b': 3}
    """
    document = _safely(
        lambda: json.loads(
            text, parse_float=Literal, parse_int=_whole, parse_constant=_constant, object_pairs_hook=_unique
        ),
        text,
    )
    check_depth(document)
    return document


def _safely(read: Callable[[], Any], text: str) -> Any:
    """Run a reader; whatever it stumbles over becomes an error that says where."""
    try:
        return read()
    except tomllib.TOMLDecodeError as error:
        raise BadFile(f"not TOML: {error}", hint=_toml_hint(str(error))) from None
    except json.JSONDecodeError as error:
        raise BadFile(f"not JSON: {error.msg} (at line {error.lineno}, column {error.colno})") from None
    except RecursionError:
        raise BadFile(f"tables inside each other more than {DEPTH} deep") from None
    except ValueError:
        # Python refuses to turn thousands of digits into an integer.
        long = _LONG_DIGITS.search(text)
        if long is None:
            raise BadFile("a value that cannot be read", hint="put it in quotes") from None
        raise LimitExceeded(
            f"line {text.count(chr(10), 0, long.start()) + 1}: at most {LIMITS.digits_per_number} digits "
            "allowed (digits_per_number)",
            value=long[0],
        ) from None


def _toml_hint(said: str) -> str:
    if "overwrite" in said or "twice" in said:
        return "a key may stand once; several positions are written [[positions]], each"
    if "Invalid value" in said:
        return 'put texts in quotes, and numbers too where they are not plain: "0.5"'
    return "ringfence init prints an account to start from"


def _whole(digits: str) -> int | str:
    """An integer, unless it is too long for one; then its digits, which the field will refuse by name."""
    return int(digits) if len(digits) <= 2 * LIMITS.digits_per_number else digits


def _constant(name: str) -> float:
    return float(name)


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    table = dict(pairs)
    if len(table) < len(pairs):
        seen: set[str] = set()
        for key, _ in pairs:
            if key in seen:
                raise BadFile(
                    "a key stands twice in one object", path=printable(key), hint="keep one of the two"
                )
            seen.add(key)
    return table
