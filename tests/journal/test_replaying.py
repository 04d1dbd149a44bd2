"""R1, R2: what is derived from the records can be thrown away and comes back byte for byte, from any cut."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, select

from ringfence.store.journal import KINDS, Entry, Journal, Place, open_journal
from ringfence.store.journal.derived import Digest, derived_row, live_digest, project
from ringfence.store.journal.record import parse
from ringfence.store.journal.schema import DERIVED, RECORDS
from tests.journal.books import START, Clock, filled, past_the_journal

HISTORIES = 1_000

WORDS = st.text(st.characters(categories=("L", "N", "P")), max_size=8)
ENTRIES = st.lists(
    st.tuples(st.sampled_from(sorted(KINDS)), WORDS, WORDS, st.integers(0, 10**13), WORDS, st.booleans()),
    min_size=1,
    max_size=5,
)


@pytest.fixture(scope="module")
def journal(tmp_path_factory: pytest.TempPathFactory) -> object:
    folder = tmp_path_factory.mktemp("replay")
    with open_journal(Place(folder / "journal", anchors=folder / "second"), clock=Clock()) as opened:
        yield opened


class _Undo(Exception):
    """Takes a history back: the next one begins with the same journal."""


@dataclass
class _Seen:
    histories: int = 0
    records: int = 0


@pytest.mark.parametrize("count", [HISTORIES])
def test_replaying_the_records_gives_the_live_tables_at_any_cut(journal: Journal, count: int) -> None:
    seen = _Seen()

    @settings(max_examples=count, deadline=None, suppress_health_check=list(HealthCheck), database=None)
    @given(history=ENTRIES, cut=st.integers(0, 8))
    def play(history: list[tuple[str, str, str, int, str, bool]], cut: int) -> None:
        seen.histories += 1
        with suppress(_Undo), journal._held.connection.begin():
            _play(journal, history, cut, seen)
            raise _Undo

    play()
    print(f"R1, R2: {seen.histories} histories, {seen.records} records")
    assert seen.histories >= count


def _play(
    journal: Journal, history: list[tuple[str, str, str, int, str, bool]], cut: int, seen: _Seen
) -> None:
    from ringfence.store.journal.write import Tip, prepare, put

    connection, tip, snapshot = journal._held.connection, journal._tip, Digest()
    at_cut = tip.seq + cut
    for number, (kind, account, symbol, at_ms, parent, twice) in enumerate(history):
        fields = {"at_ms": at_ms, "account_id": account, "symbol": symbol, "parent_id": parent}
        entry = Entry(kind, {"n": str(number)}, id=f"h{number}", **fields)
        for _ in range(1 + twice):
            stored = put(connection, tip, prepare(entry))
            tip = Tip(stored.seq, bytes.fromhex(stored.hash))
        seen.records += 1
        assert _replayed(connection).whole() == live_digest(connection).whole(), "after each record"
    # A snapshot of the tables at the cut, and the records after it, are the tables at the end.
    snapshot = _tables(connection, until=at_cut)
    for seq, stored in _records(connection):
        if seq > at_cut:
            said = parse(stored)
            if said["kind"] in DERIVED:
                snapshot[said["kind"]].append(tuple(derived_row(seq, said).values()))
    assert snapshot == _tables(connection)


def _records(connection: Connection) -> list[tuple[int, bytes]]:
    return [tuple(row) for row in connection.execute(select(RECORDS.c.seq, RECORDS.c.stored).order_by("seq"))]


def _tables(connection: Connection, *, until: int = 10**9) -> dict[str, list[tuple[object, ...]]]:
    return {
        kind: [
            tuple(row)
            for row in connection.execute(select(table).where(table.c.seq <= until).order_by("seq"))
        ]
        for kind, table in DERIVED.items()
    }


def _replayed(connection: Connection) -> Digest:
    digest = Digest()
    for seq, stored in _records(connection):
        digest.add_record(seq, parse(stored))
    return digest


def test_rebuilding_gives_the_live_tables(place: Place, clock: Clock) -> None:
    filled(place, 60)
    with open_journal(place, clock=clock) as journal:
        live = journal.digest()
        assert live == journal.verify().digest
        assert journal.rebuild() == live
        assert journal.verify().ok


def test_rebuilding_repairs_what_was_changed_past_the_journal(place: Place, clock: Clock) -> None:
    filled(place, 20)
    with open_journal(place, clock=clock) as journal:
        live = journal.digest()
        with journal._held.connection.begin():
            journal._held.connection.exec_driver_sql("DELETE FROM answers")
            journal._held.connection.exec_driver_sql("UPDATE audits SET symbol = 'X'")
        assert not journal.verify().ok
        assert journal.rebuild() == live
        assert journal.verify().ok


def test_the_digest_knows_every_column(place: Place) -> None:
    filled(place, 8)
    digests = set()
    changes = ("id = 'x'", "account_id = 'x'", "symbol = 'x'", "at_ms = 1", "parent_id = 'x'", "seq = 99")
    for change in changes:
        with past_the_journal(place) as connection:
            connection.exec_driver_sql(
                f"UPDATE answers SET {change} WHERE seq = (SELECT min(seq) FROM answers)"
            )
            digests.add(live_digest(connection).whole())
    assert len(digests) == len(changes)


def test_the_replay_test_notices_a_projection_that_forgets(
    journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    from ringfence.store.journal import write

    def forgetful(connection: Connection, seq: int, said: dict[str, object]) -> None:
        project(connection, seq, {**said, "symbol": ""})

    monkeypatch.setattr(write, "project", forgetful)
    with pytest.raises(AssertionError, match="after each record"), journal._held.connection.begin():
        _play(journal, [("plan", "a", "BTC", START, "", False)], 0, _Seen())


def test_a_journal_does_not_depend_on_where_it_lies(tmp_path: Path) -> None:
    places = [Place(tmp_path / name / "journal", anchors=tmp_path / name) for name in ("a", "b")]
    digests = []
    for place in places:
        filled(place, 30)
        with open_journal(place, clock=Clock()) as journal:
            digests.append(journal.digest())
    assert digests[0] == digests[1]
