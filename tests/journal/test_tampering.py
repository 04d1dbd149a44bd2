"""T1 to T4: what is changed past the journal is noticed, and the first record it touches is named."""

from __future__ import annotations

import random
import shutil
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from ringfence.errors import JournalDamaged, JournalError
from ringfence.store.journal import Place, Verified, chain, open_journal
from ringfence.store.journal.record import FIRST_PREV, record_hash
from tests.journal.books import Clock, check, copied, filled, note, past_the_journal

FLIPS, TRIALS, SEED = 5_000, 200, 20_261_122
RECORDS = 61
"""Of the store that is attacked: its first one, and sixty in batches of twenty, each under a head."""


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Place:
    folder = tmp_path_factory.mktemp("store")
    place = Place(folder / "journal", anchors=folder / "second")
    filled(place, RECORDS - 1, batch=20)
    assert check(place).ok
    return place


@pytest.fixture(scope="module")
def older(store: Place, tmp_path_factory: pytest.TempPathFactory) -> Place:
    """A copy of the store from before ten more records were written; the second place is the store's."""
    old = copied(store, tmp_path_factory.mktemp("older"))
    with open_journal(store, clock=Clock()) as journal:
        journal.append_all([note(n) for n in range(200, 210)])
    return replace(old, anchors=store.anchors)


class Raw:
    """A copy of the store with the tools of whoever may write its file."""

    def __init__(self, store: Place, folder: Path) -> None:
        self.place = copied(store, folder)
        self.connection = sqlite3.connect(self.place.database, isolation_level=None)
        # One transaction that waits for no disk: what counts is what the file says afterwards.
        self.connection.execute("PRAGMA synchronous=OFF")
        self.connection.execute("BEGIN")
        for name in ("UPDATE", "DELETE"):
            self.connection.execute(f"DROP TRIGGER records_{name}")
        self.rows = self.connection.execute("SELECT * FROM records ORDER BY seq").fetchall()

    def run(self, sql: str, *values: object) -> None:
        self.connection.execute(sql, values)

    def rewrite(self, start: int) -> None:
        """Make the chain whole again from a record on, in the bytes as they are now."""
        last = self.connection.execute("SELECT hash FROM records WHERE seq = ?", (start - 1,)).fetchone()
        prev = last[0] if last else FIRST_PREV
        rows = self.connection.execute(
            "SELECT seq, stored FROM records WHERE seq >= ? ORDER BY seq", (start,)
        )
        for seq, stored in rows.fetchall():
            digest = record_hash(prev, seq, stored)
            self.run("UPDATE records SET prev_hash = ?, hash = ? WHERE seq = ?", prev, digest, seq)
            prev = digest

    def verified(self) -> Verified:
        """What a check says; the guards are put back first, so that their lack is not what is noticed."""
        for verb in ("UPDATE", "DELETE"):
            self.run(f"CREATE TRIGGER records_{verb} BEFORE {verb} ON records\n"
                     "BEGIN SELECT RAISE(ABORT, 'records are only appended'); END")  # fmt: skip
        self.connection.execute("COMMIT")
        self.connection.close()
        return check(self.place)


Attack = Callable[[Raw, random.Random], tuple[int, int]]
"""What is done; the earliest and the latest record that may be named for it."""


def _delete(raw: Raw, draw: random.Random) -> tuple[int, int]:
    at = draw.randrange(2, len(raw.rows))
    raw.run("DELETE FROM records WHERE seq = ?", at)
    return at, at


def _insert(raw: Raw, draw: random.Random) -> tuple[int, int]:
    at = draw.randrange(2, len(raw.rows))
    raw.run("UPDATE records SET seq = -seq WHERE seq >= ?", at)
    raw.run("UPDATE records SET seq = 1 - seq WHERE seq < 0")
    before, row = raw.rows[at - 2], raw.rows[at - 1]
    stored = row[8].replace(row[1].encode(), b"forged")
    digest = record_hash(before[7], at, stored)
    raw.run("INSERT INTO records VALUES (?,?,?,?,?,?,?,?,?)",
            at, "forged", *row[2:6], before[7], digest, stored)  # fmt: skip
    # The forged record follows well; the one that it pushed aside no longer does.
    return at + 1, at + 1


def _swap(raw: Raw, draw: random.Random) -> tuple[int, int]:
    one, other = sorted(draw.sample(range(2, len(raw.rows) + 1), 2))
    raw.run("UPDATE records SET seq = -1 WHERE seq = ?", one)
    raw.run("UPDATE records SET seq = ? WHERE seq = ?", one, other)
    raw.run("UPDATE records SET seq = ? WHERE seq = -1", other)
    return one, one


def _edit(raw: Raw, draw: random.Random) -> tuple[int, int]:
    at = draw.randrange(2, len(raw.rows) + 1)
    raw.run("UPDATE records SET stored = ? WHERE seq = ?", _edited(raw.rows[at - 1][8]), at)
    return at, at


def _edited(stored: bytes) -> bytes:
    return stored.replace(b'"human"', b'"bot"')


def _rechain(raw: Raw, draw: random.Random) -> tuple[int, int]:
    at = draw.randrange(2, len(raw.rows) + 1)
    row = raw.rows[at - 1]
    raw.run("UPDATE records SET stored = ?, actor = 'bot' WHERE seq = ?", _edited(row[8]), at)
    raw.rewrite(at)
    sealed = [seq for (seq,) in raw.connection.execute("SELECT seq FROM heads") if seq < at]
    return max(sealed) + 1, at


def _cut(raw: Raw, draw: random.Random) -> tuple[int, int]:
    last = draw.randrange(2, len(raw.rows))
    refs = [f"{row[1]}#why" for row in raw.rows[last:]]
    for table in ("records", "heads", "intents", "audits", "answers", "events"):
        raw.run(f"DELETE FROM {table} WHERE seq > ?", last)
    for ref in refs:
        raw.run("DELETE FROM texts WHERE ref = ?", ref)
    return last + 1, last + 1


ATTACKS = {
    "delete": _delete,
    "insert": _insert,
    "swap": _swap,
    "edit": _edit,
    "rechain": _rechain,
    "cut": _cut,
}


@pytest.mark.parametrize("attack", ATTACKS.values(), ids=ATTACKS.keys())
def test_an_attack_is_noticed_and_located(attack: Attack, store: Place, tmp_path: Path) -> None:
    draw = random.Random(SEED)
    for trial in range(TRIALS):
        raw = Raw(store, tmp_path / str(trial))
        first, last = attack(raw, draw)
        verified = raw.verified()
        assert not verified.ok, f"seed {SEED}, trial {trial}"
        assert verified.first_bad_seq is not None
        assert first <= verified.first_bad_seq <= last, (first, last, verified.words)
        shutil.rmtree(tmp_path / str(trial))


def test_an_old_copy_is_noticed(store: Place, older: Place, tmp_path: Path) -> None:
    last = check(replace(older, anchors=tmp_path / "none")).records
    for _ in range(TRIALS):
        verified = check(older)
        assert not verified.ok
        assert verified.first_bad_seq == last + 1
    with pytest.raises(JournalDamaged, match="missing"):
        open_journal(older, clock=Clock())


def test_without_the_second_place_an_old_copy_is_not_noticed_and_the_check_says_so(
    older: Place, tmp_path: Path
) -> None:
    verified = check(replace(older, anchors=tmp_path / "none"))
    assert verified.ok
    assert any("no anchor" in words for words in verified.warnings)


def test_a_check_that_ignores_the_previous_hash_misses_an_edit(
    store: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def rehashed(folder: str) -> Verified:
        raw = Raw(store, tmp_path / folder)
        seq, stored = 30, _edited(raw.rows[29][8])
        digest = record_hash(raw.rows[29][6], seq, stored)
        raw.run("UPDATE records SET stored = ?, hash = ?, actor = 'bot' WHERE seq = 30", stored, digest)
        return raw.verified()

    assert rehashed("real").first_bad_seq == 31
    judged = chain._judged

    def careless(seen: chain.Walk, row: chain.Row) -> object:
        seen.last_hash = row[1]
        return judged(seen, row)

    monkeypatch.setattr(chain, "_judged", careless)
    assert rehashed("mutant").ok


# --- T1: single bits


@dataclass
class Flipped:
    """What came of the flips: noticed, or without any effect on what the journal says."""

    noticed: int = 0
    without_effect: int = 0


def _says(verified: Verified) -> tuple[object, ...]:
    same = (
        "journal_id",
        "records",
        "head",
        "texts",
        "erased",
        "heads",
        "anchors",
        "keys",
        "digest",
        "warnings",
    )
    return tuple(getattr(verified, name) for name in same)


def _flip(data: bytearray, bit: int) -> None:
    data[bit // 8] ^= 1 << bit % 8


def _bits(data: bytes, count: int, draw: random.Random) -> list[int]:
    """Half anywhere, half where something is written: most of a small file is empty."""
    written = [place for place, byte in enumerate(data) if byte]
    anywhere = [draw.randrange(len(data) * 8) for _ in range(count // 2)]
    return anywhere + [draw.choice(written) * 8 + draw.randrange(8) for _ in range(count - count // 2)]


def _flip_file(place: Place, path: Path, bits: list[int], found: Flipped) -> list[int]:
    """Flip each bit in turn and check; returns those that were noticed."""
    whole, before = path.read_bytes(), _says(check(place))
    noticed = []
    for bit in bits:
        _flip_in(path, whole, bit)
        try:
            verified = check(place)
            seen = not verified.ok or bool(verified.warnings)
            assert seen or _says(verified) == before, (
                f"bit {bit} of {path.name} changed what is said unnoticed"
            )
        except JournalError:
            seen = True
        found.noticed += seen
        found.without_effect += not seen
        noticed += [bit] * seen
        _flip_in(path, whole, None, at=bit // 8)
    return noticed


def _flip_in(path: Path, whole: bytes, bit: int | None, *, at: int = 0) -> None:
    """Flip one bit in place; None: put the byte at ``at`` back."""
    place = at if bit is None else bit // 8
    with path.open("r+b") as file:
        file.seek(place)
        file.write(bytes([whole[place] if bit is None else whole[place] ^ 1 << bit % 8]))


def test_a_flipped_bit_is_noticed_before_use_or_has_no_effect(store: Place, tmp_path: Path) -> None:
    place, draw, found = copied(store, tmp_path), random.Random(SEED), Flipped()
    (anchors,) = place.second.glob("*.txt")
    count = FLIPS - 600
    noticed = _flip_file(place, place.database, _bits(place.database.read_bytes(), count, draw), found)
    lines = anchors.read_bytes()
    in_anchors = _flip_file(place, anchors, _bits(lines, 600, draw), found)
    print(f"T1: {FLIPS} flips, seed {SEED}: {found.noticed} noticed, {found.without_effect} without effect")
    assert found.noticed + found.without_effect == FLIPS
    assert len(in_anchors) == 600, "an anchor has no bit that means nothing"
    assert found.noticed > FLIPS // 4
    # What a check notices, opening for writing refuses: a tenth of them, one after the other.
    whole = place.database.read_bytes()
    for bit in noticed[::10]:
        data = bytearray(whole)
        _flip(data, bit)
        place.database.write_bytes(data)
        with pytest.raises(JournalError):
            open_journal(place, clock=Clock())
        for side in ("-wal", "-shm"):
            place.database.with_name(place.database.name + side).unlink(missing_ok=True)


def test_a_flipped_bit_in_a_stored_record_is_located(store: Place, tmp_path: Path) -> None:
    place, draw = copied(store, tmp_path), random.Random(SEED)
    whole = place.database.read_bytes()
    with sqlite3.connect(place.database) as connection:
        rows = connection.execute("SELECT seq, stored FROM records").fetchall()
    for seq, stored in rows:
        data = bytearray(whole)
        _flip(data, whole.index(stored) * 8 + draw.randrange(len(stored) * 8))
        place.database.write_bytes(data)
        assert check(place).first_bad_seq == seq


def test_every_bit_of_the_key_counts(store: Place, tmp_path: Path) -> None:
    place, draw = copied(store, tmp_path), random.Random(SEED)
    key = place.folder / "journal.key"
    whole = key.read_bytes()
    for bit in [draw.randrange(len(whole) * 8) for _ in range(300)]:
        data = bytearray(whole)
        _flip(data, bit)
        key.write_bytes(data)
        with pytest.raises(JournalDamaged, match="key"):
            open_journal(place, clock=Clock())
    assert check(place).ok, "nothing was written meanwhile"


# --- on a server too


@pytest.mark.parametrize(
    ("change", "seq"),
    [
        ("UPDATE records SET kind = 'plan' WHERE seq = 5", 5),
        ("UPDATE records SET at_ms = at_ms + 1 WHERE seq = 6", 6),
        ("UPDATE records SET tz_offset_min = 60 WHERE seq = 7", 7),
        ("DELETE FROM records WHERE seq = 4", 4),
        ("UPDATE answers SET account_id = 'zz' WHERE seq = 8", 8),
        ("DELETE FROM answers WHERE seq = 8", 8),
        ("UPDATE texts SET text = 'kinder words' WHERE ref = 'r0#why'", 2),
        ("DELETE FROM texts WHERE ref = 'r0#why'", 2),
        ("DELETE FROM records", 1),
        ("UPDATE heads SET at_ms = at_ms + 1 WHERE seq = 1", 1),
        ("DELETE FROM heads", 1),
    ],
)
def test_a_change_by_sql_is_located(place: Place, change: str, seq: int) -> None:
    filled(place, 12)
    with past_the_journal(place) as connection:
        connection.exec_driver_sql(change)
    verified = check(place)
    assert not verified.ok
    assert verified.first_bad_seq == seq, verified.words
    with pytest.raises(JournalDamaged):
        open_journal(place, clock=Clock())


def test_records_are_guarded_against_accidents(place: Place) -> None:
    filled(place, 3)
    from sqlalchemy.exc import DBAPIError

    from ringfence.store.journal.opening import _connect

    for change in ("UPDATE records SET actor = 'x'", "DELETE FROM records"):
        connection = _connect(place, write=True)
        with pytest.raises(DBAPIError, match="records are only appended"), connection.begin():
            connection.exec_driver_sql(change)
        connection.close()
    assert check(place).ok


def test_a_reader_is_told_of_a_changed_record_when_it_reads_it(place: Place) -> None:
    filled(place, 4)
    with past_the_journal(place) as connection:
        connection.exec_driver_sql("UPDATE records SET prev_hash = hash WHERE seq = 3")
    with open_journal(place, clock=Clock(), write=False) as journal:
        assert journal.get("r0") is not None
        with pytest.raises(JournalDamaged, match="not as it was written"):
            journal.get("r1")
