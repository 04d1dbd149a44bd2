"""What pydantic says, in ringfence's own errors: the first one, located, with its value and a hint."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from ringfence.errors import BadFile, MissingField, OutOfRange, RingfenceError
from ringfence.ingest.fields import check_depth, printable

M = TypeVar("M", bound=BaseModel)


def validated(model: type[M], document: object) -> M:
    """``document`` as ``model``.

    Raises:
        RingfenceError: the first thing that is wrong, with its path.
    """
    check_depth(document)
    try:
        return model.model_validate(document)
    except ValidationError as error:
        raise translated(error) from None


def translated(error: ValidationError) -> RingfenceError:
    """The first error of a validation as one of ours."""
    first: Any = error.errors(include_url=False)[0]
    path = located(first["loc"])
    ours = first.get("ctx", {}).get("error")
    if isinstance(ours, RingfenceError):
        return ours.under(path)
    if first["type"] == "missing":
        name = str(first["loc"][-1])
        return MissingField("this field has no default", path=path, hint=f"write {name} = …")
    if first["type"] == "literal_error":
        hint = f"write {first['ctx']['expected']}"
        shown = printable(str(first["input"]))
        return OutOfRange("not one of the choices", path=path, value=shown, hint=hint)
    return _of_type(first["type"], path, first.get("input"))


def _of_type(kind: str, path: str, value: object) -> RingfenceError:
    what = f"{type(value).__name__}" if isinstance(value, dict | list) else printable(str(value))
    for start, make in _TYPES.items():
        if kind.startswith(start):
            return make(path, what)
    return OutOfRange("cannot be read", path=path, value=what)


_TYPES: dict[str, Callable[[str, str], RingfenceError]] = {
    "bool": lambda path, what: OutOfRange(
        "not true or false", path=path, value=what, hint="write true or false"
    ),
    "string": lambda path, what: OutOfRange(
        "not a text", path=path, value=what, hint='put it in quotes, "…"'
    ),
    "list": lambda path, what: BadFile(
        "not a list", path=path, value=what, hint=f"write [[{path}]], once for each"
    ),
    "tuple": lambda path, what: BadFile(
        "not a list", path=path, value=what, hint=f"write [[{path}]], once for each"
    ),
    "dict": lambda path, what: BadFile("not a table", path=path, value=what, hint=f"write [{path}]"),
    "model": lambda path, what: BadFile(
        "not a table of fields", path=path, value=what, hint="see: ringfence init"
    ),
}


def located(place: Sequence[int | str]) -> str:
    """A place as we write it.

    >>> located(("positions", 0, "entry_price"))
    'positions[0].entry_price'
    """
    path = ""
    for part in place:
        if isinstance(part, int):
            path += f"[{part}]"
        elif part != "[key]":
            path += f".{printable(part)}" if path else printable(part)
    return path
