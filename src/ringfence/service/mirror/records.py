"""Records: how plans, intents, audits and decisions are written into the journal and read again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from pydantic import TypeAdapter

from ringfence.errors import IdConflict, UnknownRecord
from ringfence.mirror.canonical import document
from ringfence.service.context import Context
from ringfence.service.mirror.answers import Receipt

if TYPE_CHECKING:
    from ringfence.store.journal.journal import Journal
    from ringfence.store.journal.values import Entry, Stored

T = TypeVar("T")


def receipt(stored: Stored) -> Receipt:
    """Where a record stands."""
    return Receipt(seq=stored.seq, hash=stored.hash, kind=stored.kind, at_ms=stored.at_ms)


_ADAPTERS: dict[type[Any], TypeAdapter[Any]] = {}


def read_as(kind: type[T], body: Mapping[str, Any]) -> T:
    """A value from what was journaled of it, exactly."""
    if kind not in _ADAPTERS:
        _ADAPTERS[kind] = TypeAdapter(kind)
    value: T = _ADAPTERS[kind].validate_python(body)
    return value


class Of(NamedTuple):
    """What a record belongs to: an account, a symbol, another record; empty: none."""

    account_id: str = ""
    symbol: str = ""
    parent_id: str = ""


def entry(
    context: Context,
    kind: str,
    body: Mapping[str, Any],
    *,
    named: str,
    texts: Mapping[str, str] | None = None,
    of: Of | None = None,
) -> Entry:
    """A record of now, by whoever asks. ``named``: its id."""
    from ringfence.store.journal.values import Entry

    written = {name: text for name, text in (texts or {}).items() if text}
    return Entry(
        kind,
        document(dict(body)),
        id=named,
        at_ms=context.now_ms(),
        actor=context.principal.actor,
        texts=written,
        **(of or Of())._asdict(),
    )


def must_remember(context: Context, record_id: str, kind: str, *, path: str) -> None:
    """Nothing is known where there is no journal yet: said as of any other id that nothing has.

    Raises:
        UnknownRecord: there is no journal.
    """
    if not context.remembers:
        raise unknown(record_id, kind, path=path)


def unknown(record_id: str, kind: str, *, path: str) -> UnknownRecord:
    """What is said of an id that nothing has."""
    return UnknownRecord(f"no {kind} of this id", path=path, value=record_id, hint="ringfence journal list")


def known(journal: Journal, record_id: str, kind: str, *, path: str) -> Stored:
    """A record that must be there.

    Raises:
        UnknownRecord: there is none of this kind and id.
    """
    found = journal.get(record_id)
    if found is None or found.kind != kind:
        raise unknown(record_id, kind, path=path)
    return found


def asked_before(journal: Journal, record_id: str, asked: str, texts: Mapping[str, str]) -> Stored | None:
    """The record that the same request left when it was made the first time; None: it was not.

    Args:
        asked: digest of the request without its private sentences, which must leave no trace that outlives
            them. texts: these sentences; they are compared with those that were not erased.
    Raises:
        IdConflict: the id was used for another request.
    """
    found = journal.get(record_id)
    if found is None:
        return None
    kept = {name: journal.text(found.ref(name)) for name in texts}
    same = all(one in (None, texts[name]) for name, one in kept.items())
    if found.body.get("asked") != asked or not same:
        raise IdConflict(
            "this id stands for another request", path="id", value=record_id, hint="make a new one"
        )
    return found
