"""Fields of a request as options of a command, and what was typed as a request again."""

from __future__ import annotations

import inspect
import types
import typing
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from pathlib import PurePath
from typing import Annotated, Any, Literal

from cyclopts import Parameter, Token, convert
from pydantic.fields import FieldInfo

from ringfence.cli.data import FILE_ENDINGS
from ringfence.errors import MissingField, OutOfRange, UnknownSymbol
from ringfence.ingest.cases import read_cases
from ringfence.ingest.files import load_document, name_of, read_bytes
from ringfence.ingest.series_files import encoded
from ringfence.ingest.text import decoded
from ringfence.service.registry import Operation

BOOK = "account"
"""The field that a file is read into; its option is BOOK."""
SERIES_FILE = "content"
"""The field that a file of bars or funding is read into, beside its name."""
PLAN = "plan"
"""The field that a file of a plan is read into."""
FILES: Mapping[str, str] = {PLAN: "plan", BOOK: "book", "tiers": "file", SERIES_FILE: "series_file"}
"""Fields that are read from a file, and what the file is called at the terminal."""
OTHER_FILES: Mapping[str, Mapping[str, str]] = {"history-import": {SERIES_FILE: "export"}}
"""Where a command calls such a file something else."""
FILE_BY_NAME = ("limit-set",)
"""Commands that can do without their file: it is an option."""
CASES = "cases"
"""The field that several files may be read into, each named by this option."""
POSITIONAL: Mapping[str, tuple[str, ...]] = {
    "explain": ("field",),
    "tiers-list": ("venue", "symbol"),
    "tiers-show": ("venue", "symbol"),
    "tiers-diff": ("venue", "symbol"),
    "venues-show": ("venue",),
    "venues-check": ("venues",),
    "data-check": ("series",),
    "mirror-audit": ("action", "symbol"),
    "mirror-answer": ("audit_id",),
    "mirror-decide": ("audit_id", "decision"),
    "mirror-show": ("audit_id",),
    "mirror-permit": ("permit_id",),
    "mirror-fill": ("permit_id",),
    "mirror-note": ("text",),
    "mirror-outcome": ("audit_id",),
    "plan-show": ("plan_id",),
    "limit-set": ("what",),
    "rule-set": ("rule_id",),
    "journal-export": ("to",),
    "journal-erase": ("ref",),
    "journal-restore": ("source",),
}
"""Fields that may stand without their option's name, in this order, after any file."""
OPTIONS: Mapping[str, str] = {"from_date": "--from", "symbols": "--symbol", "to_date": "--to"}
"""Fields whose option has another name than the field."""
UNTYPED: Mapping[str, tuple[str, ...]] = {
    "liquidate": ("counterparties",),
    "data-check": (SERIES_FILE, "file_name"),
    "data-import": ("file_name",),
    "mirror-answer": ("writing",),
    "history-import": ("file_name",),
}
"""Fields that are filled from what was typed elsewhere, or that only a program states."""
HYPHENATED = ("open",)
"""Texts that may begin with a minus."""
SYMBOLS = ("symbol", "leader", "x", "y")
HYPHEN = "\N{SYMBOL FOR END OF TEXT}"
"""Stands for ``-`` while options are parsed: a lone hyphen would be taken for one."""

_HELP = {
    "book": "The account file: TOML, JSON or ccxt's structures; - reads standard input.",
    "file": "The file of leverage tiers; - reads standard input.",
    "series_file": "CSV as Binance publishes it, its zip, or Parquet; - reads standard input.",
    "mark": "SYMBOL=PRICE, in place of the file's mark; may be repeated. A coin will do: BTC=58000.",
    "beta": "SYMBOL=BETA, in place of the file's; may be repeated.",
    "leader": "The symbol whose price the others follow, in place of the file's.",
    "json": "Print the answer as JSON; errors too.",
    "debug": "Show where a bug is.",
    "plan": "The plan: TOML or JSON; - reads standard input.",
    "export": "What the venue exported: CSV or JSON, packed with gzip or not; - reads standard input.",
    "since_ms": "Only what happened from then on, UTC milliseconds.",
    "cases": "A file of cases, a JSON object a line; may be repeated. Absent: own examples and laws.",
    "venue": "Key of the venue (ringfence venues list).",
    "symbol": "Symbol as ccxt writes it, BTC/USDT:USDT.",
}


def parameters(operation: Operation) -> list[inspect.Parameter]:
    """The parameters of an operation's command."""
    untyped = UNTYPED.get(operation.name, ())
    fields = {name: field for name, field in operation.request.model_fields.items() if name not in untyped}
    named_file = operation.name in FILE_BY_NAME
    first = [
        _text(option, required=not named_file, by_name=named_file) for option in files_for(operation).values()
    ]
    given = [name for name in POSITIONAL.get(operation.name, ()) if name in fields]
    named = [_option(name, fields[name], by_name=False) for name in given]
    options = [_option(name, field) for name, field in fields.items() if name not in (*FILES, *given)]
    if BOOK in fields and not named_file:
        options += [_pairs("mark"), _pairs("beta")]
        options += [] if "leader" in fields else [_text("leader", required=False)]
    files = [*named, *first] if named_file else [*first, *named]
    return [*files, *options, _flag("json"), _flag("debug")]


def files_for(operation: Operation) -> dict[str, str]:
    """The fields of an operation that are read from files, and what these are called; needed ones first."""
    other, untyped = OTHER_FILES.get(operation.name, {}), UNTYPED.get(operation.name, ())
    fields = [name for name in operation.request.model_fields if name not in untyped]
    return {name: other.get(name, option) for name, option in FILES.items() if name in fields}


def _option(name: str, field: FieldInfo, *, by_name: bool = True) -> inspect.Parameter:
    """One field: a flag, a choice, pairs, or a text that the request itself will check."""
    wanted: Any
    kind, text = _bare(field.annotation), field.description or _HELP.get(name, "")
    if typing.get_origin(kind) is dict:
        return _pairs(name, text)
    if typing.get_origin(kind) is list:
        told = _HELP[name] if name == CASES else text
        return _parameter(name, list[str] | None, told, by_name=by_name, default=None)
    if kind in (bool, int):
        wanted = kind if field.default is not None else kind | None
        return _parameter(name, wanted, text, by_name=by_name, default=field.default)
    choices = typing.get_args(kind) if typing.get_origin(kind) is Literal else ()
    wanted = Literal[choices] if choices else str
    if field.is_required():
        return _parameter(name, wanted, text, by_name=by_name)
    shown = str(field.default) if isinstance(field.default, str | Decimal) else None
    return _parameter(
        name,
        wanted | None,
        text,
        by_name=by_name,
        default=shown,
        signed=kind is Decimal or name in HYPHENATED,
    )


def _is_choice(kind: Any) -> bool:
    return typing.get_origin(_bare(kind)) is Literal


def _choice(kind: Any, tokens: Sequence[Token]) -> Any:
    """One of several words; a hyphen in it will do for an underscore."""
    return convert(kind, [one.evolve(value=one.value.replace("-", "_")) for one in tokens])


def _bare(annotation: Any) -> Any:
    """The type itself, out of ``Annotated`` and ``... | None``."""
    while typing.get_origin(annotation) in (Annotated, types.UnionType, typing.Union):
        annotation = typing.get_args(annotation)[0]
    return annotation


def _text(name: str, *, required: bool, by_name: bool = True) -> inspect.Parameter:
    if required:
        return _parameter(name, str, _HELP[name], by_name=by_name)
    return _parameter(name, str | None, _HELP[name], by_name=by_name, default=None)


def _pairs(name: str, text: str = "") -> inspect.Parameter:
    shown = f"SYMBOL=PRICE, may be repeated. {text}" if text else _HELP[name]
    return _parameter(name, list[str] | None, shown, default=None)


def _flag(name: str) -> inspect.Parameter:
    hint = Annotated[bool, Parameter(name=f"--{name}", negative="", help=_HELP[name])]
    return inspect.Parameter(f"as_{name}", inspect.Parameter.KEYWORD_ONLY, default=False, annotation=hint)


def _parameter(
    name: str,
    kind: Any,
    text: str,
    *,
    by_name: bool = True,
    default: object = inspect.Parameter.empty,
    signed: bool = False,
) -> inspect.Parameter:
    """One parameter; ``signed`` ones may begin with a minus."""
    place = inspect.Parameter.KEYWORD_ONLY if by_name else inspect.Parameter.POSITIONAL_OR_KEYWORD
    shown = default not in (None, "", inspect.Parameter.empty)
    told = Parameter(
        name=OPTIONS.get(name) if by_name else None,
        help=text,
        negative_iterable=(),
        show_default=shown,
        allow_leading_hyphen=signed,
        converter=_choice if _is_choice(kind) else None,
    )
    hint = Annotated[kind, told]
    return inspect.Parameter(name, place, default=default, annotation=hint)


def request_of(operation: Operation, typed: Mapping[str, Any]) -> dict[str, Any]:
    """The request that was typed: files read, pairs taken apart, coins spelled out as symbols.

    Raises:
        RingfenceError: a file or a pair that cannot be read; the operation checks the rest.
    """
    fields = operation.request.model_fields
    asked = {name: typed[name] for name in fields if typed.get(name) is not None}
    if "tiers" in fields:
        asked["tiers"] = decoded(read_bytes(_source(typed["file"])))
    if SERIES_FILE in fields:
        asked = _export(asked, typed) if "export" in typed else _series_file(asked, typed)
    if PLAN in fields:
        asked[PLAN] = load_document(_source(typed["plan"]))
    if CASES in asked:
        sources = [_source(one) for one in asked[CASES]]
        asked[CASES] = [case for one in sources for case in read_cases(read_bytes(one), name=name_of(one))]
    if BOOK not in fields or typed.get("book") is None:
        return asked
    book = _book(typed, own_leader="leader" in fields)
    asked |= {name: symbol_in(book, asked[name]) for name in SYMBOLS if name in asked}
    asked |= {
        name: _prices(book, asked[name], f"--{name}") for name in asked if isinstance(asked[name], list)
    }
    return asked | {BOOK: book}


def _series_file(asked: dict[str, Any], typed: Mapping[str, Any]) -> dict[str, Any]:
    """A file of bars or funding, read, and its name; what is typed as a series may be one."""
    source = typed.get("series_file") or typed.get("series")
    if source is None or not ("series_file" in typed or _is_file(source)):
        return asked
    data = read_bytes(_source(source), limit="history_bytes")
    rest = {name: value for name, value in asked.items() if name != "series"}
    return rest | {SERIES_FILE: encoded(data), "file_name": PurePath(name_of(_source(source))).name}


def _export(asked: dict[str, Any], typed: Mapping[str, Any]) -> dict[str, Any]:
    """A venue's export as it is sent: its text; packed, in base64."""
    from ringfence.ingest.exports.raw import sent  # formats of venues: for this command alone

    source = _source(typed["export"])
    content = sent(read_bytes(source, limit="history_bytes"))
    return asked | {SERIES_FILE: content, "file_name": PurePath(name_of(source)).name}


def _is_file(typed: str) -> bool:
    return _source(typed) == "-" or typed.lower().endswith(FILE_ENDINGS)


def files_of(typed: Mapping[str, Any]) -> dict[str, str]:
    """The fields that came from a file, and its name."""
    options = [*FILES.items(), *(pair for other in OTHER_FILES.values() for pair in other.items())]
    return {
        field: name_of(_source(typed[option])) for field, option in options if typed.get(option) is not None
    }


def _source(typed: str) -> str:
    return "-" if typed == HYPHEN else typed


def _book(typed: Mapping[str, Any], *, own_leader: bool) -> dict[str, Any]:
    """The account file with what was typed in place of its own."""
    book = load_document(_source(typed["book"]), venue=typed.get("venue"), on=typed.get("on"))
    for field, option in (("marks", "mark"), ("betas", "beta")):
        if typed.get(option):
            stated = book.get(field)
            told = _prices(book, typed[option], f"--{option}")
            book[field] = {**(stated if isinstance(stated, dict) else {}), **told}
    if typed.get("leader") and not own_leader:
        book["leader"] = symbol_in(book, typed["leader"])
    return book


def _prices(book: Mapping[str, Any], pairs: list[str], option: str) -> dict[str, str]:
    """``SYMBOL=PRICE``, several times, as a table."""
    table: dict[str, str] = {}
    for pair in pairs:
        name, sign, price = pair.rpartition("=")
        if not (name and sign and price):
            raise MissingField(
                "not SYMBOL=PRICE", path=option, value=pair, hint=f"write {option} BTC/USDT:USDT=58000"
            )
        symbol = symbol_in(book, name, option=option)
        if symbol in table:
            raise OutOfRange("given twice", path=option, value=symbol, hint="keep one of the two")
        table[symbol] = price
    return table


def symbol_in(book: Mapping[str, Any], name: str, *, option: str = "") -> str:
    """The book's symbol that a coin stands for; a symbol stands for itself.

    Raises:
        UnknownSymbol: the book has two symbols of this coin.

    >>> symbol_in({"marks": {"BTC/USDT:USDT": "1"}}, "BTC")
    'BTC/USDT:USDT'
    """
    found = [symbol for symbol in _symbols(book) if symbol.split("/")[0] == name]
    if len(found) > 1:
        raise UnknownSymbol(
            "the book has several symbols of this coin",
            path=option,
            value=name,
            hint=f"one of {', '.join(found)}",
        )
    return found[0] if found else name


def _symbols(book: Mapping[str, Any]) -> list[str]:
    return sorted(set(_named(book)))


def _named(book: Mapping[str, Any]) -> Iterator[str]:
    """Every text in the book that may be a symbol; what is not one, the operation will say."""
    marks, positions = book.get("marks"), book.get("positions")
    yield from (str(symbol) for symbol in (marks if isinstance(marks, dict) else ()))
    for row in positions if isinstance(positions, list) else ():
        if isinstance(row, dict) and isinstance(row.get("symbol"), str):
            yield row["symbol"]
