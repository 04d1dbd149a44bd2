"""What a journal promises a client, on both databases."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from ringfence.errors import (
    IdConflict,
    InexactNumber,
    JournalStopped,
    LimitExceeded,
    OutOfRange,
    RingfenceError,
)
from ringfence.limits import LIMITS
from ringfence.store.journal import KINDS, Entry, Place, Query, open_journal
from tests.journal.books import START, Clock, check, filled, note


def test_what_was_appended_is_found_again(place: Place, clock: Clock) -> None:
    body = {"price": Decimal("60000.50"), "legs": [{"b": None, "a": True}], "n": 3, "wort": "für „dich“ 🜁"}
    entry = Entry("plan", body, id="p1", at_ms=5, actor="agent:x", tz_offset_min=-120, parent_id="i0")
    with open_journal(place, clock=clock) as journal:
        stored = journal.append(entry)
        assert (stored.seq, stored.id, stored.kind, stored.repeated) == (2, "p1", "plan", False)
    with open_journal(place, clock=clock) as journal:
        found = journal.get("p1")
    assert found == stored
    assert found.body == {"legs": [{"a": True, "b": None}], "n": 3, "price": "60000.5", "wort": body["wort"]}
    assert (found.actor, found.tz_offset_min, found.at_ms, found.parent_id) == ("agent:x", -120, 5, "i0")


def test_numbers_have_no_gap_and_each_record_holds_the_hash_of_the_one_before(
    place: Place, clock: Clock
) -> None:
    with open_journal(place, clock=clock) as journal:
        first = journal.get(f"journal-{journal.journal_id}")
        stored = [journal.append(note(n)) for n in range(5)]
    assert first is not None
    chain = [first, *stored]
    assert [one.seq for one in chain] == list(range(1, 7))
    assert [one.prev_hash for one in chain[1:]] == [one.hash for one in chain[:-1]]


def test_repeating_an_id_returns_the_stored_record(place: Place, clock: Clock) -> None:
    entry = note(1, texts={"why": "because"})
    with open_journal(place, clock=clock) as journal:
        first = journal.append(entry)
        later = Entry(entry.kind, entry.body, id=entry.id, at_ms=entry.at_ms + 99, texts=entry.texts,
                      account_id=entry.account_id, symbol=entry.symbol)  # fmt: skip
        again = journal.append(later)
        assert again.repeated
        assert (again.seq, again.hash, again.at_ms) == (first.seq, first.hash, entry.at_ms)
        assert journal.append(note(2)).seq == first.seq + 1


@pytest.mark.parametrize(
    "other",
    [
        {"body": {"n": "2"}},
        {"actor": "bot"},
        {"account_id": "other"},
        {"texts": {"why": "for another reason"}},
        {"texts": {}},
        {"texts": {"why": "because", "more": "x"}},
        {"kind": "plan"},
    ],
)
def test_an_id_stands_for_one_thing(place: Place, clock: Clock, other: dict[str, object]) -> None:
    entry = note(1, texts={"why": "because"})
    names = ("kind", "body", "actor", "account_id", "texts")
    fields = {name: getattr(entry, name) for name in names} | other
    with open_journal(place, clock=clock) as journal:
        journal.append(entry)
        with pytest.raises(IdConflict) as raised:
            journal.append(Entry(**fields, id=entry.id, at_ms=entry.at_ms, symbol=entry.symbol))  # type: ignore[arg-type]
        assert raised.value.code == "id-conflict"
        # A refusal is no failure: the journal goes on, and nothing was written.
        assert journal.append(note(2)).seq == 3


def test_a_batch_is_written_whole_or_not_at_all(place: Place, clock: Clock) -> None:
    with open_journal(place, clock=clock) as journal:
        journal.append(note(3))
        with pytest.raises(IdConflict):
            journal.append_all([note(1), note(2), Entry("note", {"other": "1"}, id="r3", at_ms=0)])
        assert journal.last_seq == 2
        assert journal.get("r1") is None
        stored = journal.append_all([note(1), note(3), note(2), note(1)])
        assert [(one.seq, one.repeated) for one in stored] == [(3, False), (2, True), (4, False), (3, True)]
        assert journal.append_all([]) == []
    assert check(place).ok


@pytest.mark.parametrize(
    ("query", "ids"),
    [
        (Query(), ["r0", "r1", "r2", "r3", "r4", "r5", "r6", "r7"]),
        (Query(kinds=("intent",)), ["r0", "r4"]),
        (Query(kinds=("intent", "event")), ["r0", "r3", "r4", "r7"]),
        (Query(account_id="a1"), ["r1", "r4", "r7"]),
        (Query(kinds=("event",), account_id="a1"), ["r7"]),
        (Query(since_ms=START + 2, until_ms=START + 4), ["r2", "r3"]),
        (Query(newest_first=True, limit=2), ["r7", "r6"]),
        (Query(after_seq=8), ["r7"]),
        (Query(symbol="ETH/USDT:USDT"), []),
        (Query(parent_id="r0"), []),
    ],
)
def test_queries(file_place: Place, clock: Clock, query: Query, ids: list[str]) -> None:
    filled(file_place, 8)
    with open_journal(file_place, clock=clock, write=False) as journal:
        assert [one.id for one in journal.find(query)] == ids


def test_a_query_works_on_a_server_too(place: Place, clock: Clock) -> None:
    filled(place, 8)
    with open_journal(place, clock=clock, write=False) as journal:
        found = journal.find(Query(kinds=("intent", "event"), account_id="a1", newest_first=True, limit=1))
        assert [one.id for one in found] == ["r7"]
        assert [one.kind for one in journal.find(Query(kinds=("journal",)))] == ["journal"]


def test_a_reader_reads_while_a_writer_writes_and_cannot_write(place: Place, clock: Clock) -> None:
    with open_journal(place, clock=clock) as writer:
        writer.append(note(1))
        with open_journal(place, clock=clock, write=False) as reader:
            assert reader.get("r1") is not None
            writer.append(note(2))
            assert reader.get("r2") is not None
            assert reader.verify().ok
            for act in (lambda: reader.append(note(3)), reader.rebuild, reader.scrub):
                with pytest.raises(JournalStopped, match="opened for reading"):
                    act()
            assert reader.anchor().startswith("ringfence-anchor-1 ")
    assert check(place).records == 3


def test_a_closed_journal_says_so(place: Place, clock: Clock) -> None:
    with open_journal(place, clock=clock) as journal:
        pass
    journal.close()
    for act in (lambda: journal.append(note(1)), lambda: journal.get("r1"), journal.verify):
        with pytest.raises(JournalStopped, match="closed"):
            act()


@pytest.mark.parametrize(
    ("fields", "error"),
    [
        ({"kind": "journal"}, OutOfRange),
        ({"kind": "gossip"}, OutOfRange),
        ({"body": {"price": 0.1}}, InexactNumber),
        ({"body": {"n": 2**53}}, OutOfRange),
        ({"body": {"n": Decimal("NaN")}}, OutOfRange),
        ({"body": {1: "x"}}, OutOfRange),
        ({"body": {"x": {"y"}}}, OutOfRange),
        ({"body": {"x": "half \ud800"}}, OutOfRange),
        ({"id": ""}, OutOfRange),
        ({"id": "a\nb"}, OutOfRange),
        ({"id": "x" * 201}, LimitExceeded),
        ({"at_ms": 1.5}, OutOfRange),
        ({"at_ms": True}, OutOfRange),
        ({"texts": {"": "x"}}, OutOfRange),
    ],
)
def test_what_cannot_be_recorded_is_refused_before_anything_is_written(
    file_place: Place, clock: Clock, fields: dict[str, object], error: type[RingfenceError]
) -> None:
    whole: dict[str, object] = {"kind": "note", "body": {}, "id": "n", "at_ms": 1} | fields
    with open_journal(file_place, clock=clock) as journal:
        with pytest.raises(error):
            journal.append(Entry(**whole))  # type: ignore[arg-type]
        assert journal.last_seq == 1
        assert journal.append(note(1)).seq == 2


def test_a_body_nested_too_deep_is_refused(file_place: Place, clock: Clock) -> None:
    deep: object = "x"
    for _ in range(40):
        deep = [deep]
    with open_journal(file_place, clock=clock) as journal, pytest.raises(OutOfRange, match="nested"):
        journal.append(Entry("note", {"x": deep}, id="n", at_ms=0))


BARE = b'{"account_id":"","actor":"human","at_ms":1,"body":{"x":""},"id":"big","kind":"note","parent_id":"",'
BARE += b'"symbol":"","texts":{},"tz_offset_min":0}'


@pytest.mark.parametrize("over", [-1, 0, 1])
@pytest.mark.parametrize("limit", ["journal_text_chars", "journal_record_bytes"])
def test_limits_of_texts_and_records(file_place: Place, clock: Clock, limit: str, over: int) -> None:
    text = note(1, texts={"t": "x" * (LIMITS.journal_text_chars + over)})
    big = Entry("note", {"x": "y" * (LIMITS.journal_record_bytes - len(BARE) + over)}, id="big", at_ms=1)
    with open_journal(file_place, clock=clock) as journal:
        entry = text if limit == "journal_text_chars" else big
        if over > 0:
            with pytest.raises(LimitExceeded, match=limit):
                journal.append(entry)
        else:
            assert journal.append(entry).seq == 2


@pytest.mark.parametrize("over", [-1, 0, 1])
def test_limit_of_a_batch(
    file_place: Place, clock: Clock, monkeypatch: pytest.MonkeyPatch, over: int
) -> None:
    small = type(LIMITS)(journal_entries_per_batch=4)
    monkeypatch.setattr("ringfence.limits.LIMITS", small)
    with open_journal(file_place, clock=clock) as journal:
        entries = [note(n) for n in range(4 + over)]
        if over > 0:
            with pytest.raises(LimitExceeded, match="journal_entries_per_batch"):
                journal.append_all(entries)
        else:
            assert len(journal.append_all(entries)) == 4 + over


def test_every_kind_can_be_recorded_and_listed(place: Place, clock: Clock) -> None:
    with open_journal(place, clock=clock) as journal:
        for number, kind in enumerate(KINDS):
            journal.append(Entry(kind, {}, id=f"k{number}", at_ms=number, parent_id="p"))
        for number, kind in enumerate(KINDS):
            assert [one.id for one in journal.find(Query(kinds=(kind,), parent_id="p"))] == [f"k{number}"]
        assert journal.verify().ok


@pytest.mark.parametrize(
    "actor", ["robot", "agent", "agent:", "human:Ann", "bot:a b", "human ", "agent:" + "x" * 65]
)
def test_whoever_is_no_actor_cannot_write(place: Place, clock: Clock, actor: str) -> None:
    with open_journal(place, clock=clock) as journal:
        with pytest.raises(OutOfRange, match="not an actor"):
            journal.append(replace(note(1), actor=actor))
        assert journal.last_seq == 1
        assert not journal.stopped


@pytest.mark.parametrize("actor", ["human", "human:ann", "human:via-desk", "bot", "bot:grid-1", "agent:desk"])
def test_people_bots_and_named_agents_write(file_place: Place, clock: Clock, actor: str) -> None:
    with open_journal(file_place, clock=clock) as journal:
        assert journal.append(replace(note(1), actor=actor)).actor == actor
        assert journal.verify().ok


def test_two_texts_never_have_one_name(place: Place, clock: Clock) -> None:
    with open_journal(place, clock=clock) as journal:
        with pytest.raises(OutOfRange, match="holds no #"):
            journal.append(Entry("note", {}, id="a", at_ms=0, texts={"b#c": "one"}))
        journal.append(Entry("note", {}, id="a", at_ms=0, texts={"c": "one"}))
        journal.append(Entry("note", {}, id="a#b", at_ms=0, texts={"c": "other"}))
        assert (journal.text("a#c"), journal.text("a#b#c")) == ("one", "other")
        assert not journal.stopped
        assert journal.verify().ok
