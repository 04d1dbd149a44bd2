"""What single fields may hold, and the base of every table that a person or a program writes."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from difflib import get_close_matches
from typing import Annotated, Any, NoReturn

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    FailFast,
    GetCoreSchemaHandler,
    GetJsonSchemaHandler,
    model_validator,
)
from pydantic.json_schema import WithJsonSchema
from pydantic_core import CoreSchema, PydanticCustomError
from pydantic_core.core_schema import no_info_before_validator_function

from ringfence.domain.instrument import symbol_parts
from ringfence.domain.numbers import money
from ringfence.errors import (
    BadFile,
    BadNumber,
    InexactNumber,
    OutOfRange,
    RingfenceError,
    UnknownField,
    UnknownSymbol,
)
from ringfence.limits import LIMITS, within

DEPTH = 16
"""Tables and lists inside each other; an account needs five."""

AMOUNT_PATTERN = r"^ *[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]{1,9})? *$"


class Literal(str):
    """A decimal literal of a JSON text, digit for digit.

    JSON readers turn such a literal into a float, so an account must not hold one; ccxt's structures do.

    >>> str(Literal("0.10"))
    '0.10'
    """

    __slots__ = ()


def refuse(error: RingfenceError) -> NoReturn:
    """Hand an error of ours through pydantic, which adds the place."""
    raise PydanticCustomError("ringfence", "{error}", {"error": error}) from error


def _ours(check: Callable[[Any], Any]) -> BeforeValidator:
    """A check that raises our errors, as one that pydantic locates."""

    def inner(value: Any) -> Any:
        try:
            return check(value)
        except RingfenceError as error:
            return refuse(error)

    return BeforeValidator(inner)


def amount(value: object) -> Decimal:
    """One number of an account: a string, an integer or a decimal, exactly as written.

    Raises:
        InexactNumber: a float or a JSON literal with a point. BadNumber, LimitExceeded: as `money`.

    >>> amount("0.10")
    Decimal('0.10')
    >>> amount(Literal("0.1"))
    Traceback (most recent call last):
    ringfence.errors.InexactNumber: 0.1 is a JSON number with a point, which becomes a float; write "0.1"
    """
    if isinstance(value, Literal):
        text = str(value)
        shown = text if len(text) <= 40 else f"{text[:20]}…"
        raise InexactNumber(
            f"{shown} is a JSON number with a point, which becomes a float", hint=f'write "{shown}"'
        )
    if isinstance(value, float) and not math.isfinite(value):
        raise BadNumber("not a number", value=repr(value), hint='write digits only, "1234.5"')
    return money(value)


def _symbol(value: object) -> object:
    if isinstance(value, str):
        symbol_parts(value, path="")
    return value


def _asset(value: object) -> object:
    if isinstance(value, str) and not (
        value.isascii() and value.isalnum() and value == value.upper() and len(value) <= 20
    ):
        raise UnknownSymbol("not an asset", value=printable(value), hint='write it in capitals, "USDT"')
    return value


@dataclass(frozen=True, slots=True)
class AtMost:
    """Refuse a list or table longer than a named limit before anything in it is looked at."""

    limit: str

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        """Pydantic asks this how to validate."""
        return no_info_before_validator_function(self._check, handler(source))

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        """Pydantic asks this how to describe it."""
        described = handler(schema)
        name = "maxItems" if described.get("type") == "array" else "maxProperties"
        return {**described, name: getattr(LIMITS, self.limit)}

    def _check(self, value: Any) -> Any:
        if isinstance(value, list | tuple | dict):
            try:
                within(len(value), self.limit, path="")
            except RingfenceError as error:
                refuse(error)
        return value


@dataclass(frozen=True, slots=True)
class Within:
    """A whole number from 1 up to a named limit."""

    limit: str

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        """Pydantic asks this how to validate."""
        return no_info_before_validator_function(self._check, handler(source))

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        """Pydantic asks this how to describe it."""
        return {**handler(schema), "minimum": 1, "maximum": getattr(LIMITS, self.limit)}

    def _check(self, value: Any) -> Any:
        if isinstance(value, int) and not isinstance(value, bool):
            try:
                within(value, self.limit, path="")
            except RingfenceError as error:
                refuse(error)
            if value < 1:
                refuse(OutOfRange("at least 1", value=value, hint="write a whole number above zero"))
        return value


Amount = Annotated[
    Decimal,
    _ours(amount),
    WithJsonSchema(
        {
            "anyOf": [{"type": "string", "pattern": AMOUNT_PATTERN}, {"type": "integer"}],
            "description": "an exact decimal: a string, or a whole number; never a float",
            "examples": ["1234.5"],
        }
    ),
]
Symbol = Annotated[
    str,
    _ours(_symbol),
    WithJsonSchema(
        {
            "type": "string",
            "description": "ccxt's contract symbol",
            "examples": ["BTC/USDT:USDT"],
            "pattern": r"^[^/:]{1,40}/[A-Z0-9]{1,20}:[A-Z0-9]{1,20}(-[0-9]{6})?$",
        }
    ),
]
Asset = Annotated[
    str,
    _ours(_asset),
    WithJsonSchema({"type": "string", "pattern": "^[A-Z0-9]{1,20}$", "examples": ["USDT"]}),
]
Fast = FailFast()
"""One bad entry of a list is enough: the first is reported."""


class Table(BaseModel):
    """A table whose fields are all known: a typing error never passes in silence."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, defer_build=True)

    @model_validator(mode="before")
    @classmethod
    def _known(cls, data: Any) -> Any:
        if isinstance(data, Mapping):
            for name in data:
                if name not in cls.model_fields:
                    refuse(_unknown(str(name), list(cls.model_fields)))
        return data


def _unknown(name: str, fields: list[str]) -> UnknownField:
    close = get_close_matches(name, fields, n=1) if len(name) <= 60 else []
    hint = f"did you mean {close[0]}?" if close else f"known here: {', '.join(fields)}"
    return UnknownField("no such field", path=printable(name), hint=hint)


def printable(text: str) -> str:
    r"""Text from outside, short and without control characters, fit for an error message.

    >>> printable("a\x1bb")
    "'a\\x1bb'"
    """
    short = text if len(text) <= 60 else f"{text[:40]}…"
    return short if short.isprintable() else ascii(short)


def check_depth(document: object) -> None:
    """Refuse what is nested deeper than any account, before recursion meets it.

    Raises:
        BadFile: tables inside each other beyond `DEPTH`.

    >>> check_depth({"wallet": {"USDT": "1"}})
    """
    level: list[object] = [document]
    for _ in range(DEPTH):
        level = [
            inner
            for one in level
            if isinstance(one, Mapping | list | tuple)
            for inner in (one.values() if isinstance(one, Mapping) else one)
        ]
        if not level:
            return
    raise BadFile(f"tables inside each other more than {DEPTH} deep", hint="an account is at most five deep")
