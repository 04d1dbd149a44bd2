"""T5: the offline verifier, written from the format document alone, agrees with the journal's own check."""

from __future__ import annotations

import ast
import hashlib
import importlib.util
import json
import random
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest

from ringfence.errors import JournalDamaged, JournalError
from ringfence.store.journal import Place, open_journal, restore
from tests.journal.books import START, Clock, check, copied, filled, note
from tests.journal.test_tampering import ATTACKS, Attack, Raw
from tests.support import ROOT

# A program that ends leaves its files to the interpreter; here it does not end.
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")

PROGRAM = ROOT / "scripts" / "verify_journal.py"
GOLDEN = Path(__file__).parent / "golden"
SEED, FLIPS, GARBAGE, TRIALS = 20_261_122, 300, 200, 12
Says = tuple[int, int | None, str]
"""What the program came to: its exit status, the first bad record that it named, and all of its words."""


@pytest.fixture
def verify(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Callable[..., Says]:
    spec = importlib.util.spec_from_file_location("verify_journal", PROGRAM)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)

    def run(export: Path, *options: str | Path) -> Says:
        capsys.readouterr()
        status, refused = 0, ""
        monkeypatch.setattr(sys, "argv", ["verify_journal.py", str(export), *map(str, options)])
        try:
            module.main()
        except SystemExit as ended:
            status, refused = 1, str(ended.code)
        words = capsys.readouterr().out + refused
        named = re.search(r"first bad record: (\d+)", words)
        return status, int(named[1]) if named else None, words

    return run


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Place:
    folder = tmp_path_factory.mktemp("store")
    place = Place(folder / "journal", anchors=folder / "second")
    filled(place, 60, batch=20)
    return place


def exported(place: Place, path: Path, **options: bool) -> Path:
    with open_journal(place, clock=Clock(), write=False) as journal:
        journal.export(path, **options)
    return path


def anchors_of(place: Place) -> Path:
    (path,) = place.second.glob("*.txt")
    return path


def resealed(lines: list[bytes]) -> bytes:
    """The lines of an export with a last line that fits them: whoever changes a file can do as much."""
    body = b"".join(lines)
    end = {"kind": "end", "lines": len(lines), "sha256": hashlib.sha256(body).hexdigest()}
    return body + json.dumps(end, separators=(",", ":")).encode() + b"\n"


@pytest.mark.parametrize("name", sorted(path.stem for path in GOLDEN.glob("*.jsonl")))
def test_journals_of_past_releases_verify(verify: Callable[..., Says], name: str) -> None:
    status, named, words = verify(GOLDEN / f"{name}.jsonl", "--anchor", GOLDEN / f"{name}.anchors.txt")
    assert (status, named) == (0, None), words
    assert words.endswith("AS IT WAS WRITTEN\n")
    assert f"{'erased' in name:d} erased" in words


def test_it_counts_what_the_journal_counts(verify: Callable[..., Says], store: Place, tmp_path: Path) -> None:
    place = copied(store, tmp_path)
    with open_journal(place, clock=Clock()) as journal:
        journal.erase("r10#why", id="e1", at_ms=START)
    own = check(place)
    status, _, words = verify(exported(place, tmp_path / "e"), "--anchor", anchors_of(place))
    assert own.ok
    assert status == 0, words
    for said in (f"{own.records} records", f"{own.texts} texts, {own.erased} erased", own.journal_id):
        assert said in words
    assert f"anchored up to record {own.anchored_seq}" in words


def test_an_export_without_texts_verifies(verify: Callable[..., Says], store: Place, tmp_path: Path) -> None:
    bare = exported(store, tmp_path / "bare", texts=False)
    assert verify(bare)[0] == 0
    lines = bare.read_bytes().splitlines(keepends=True)[:-1]
    bare.write_bytes(resealed([lines[0].replace(b"false", b"true"), *lines[1:]]))
    assert verify(bare)[:2] == (1, 2), "its header says that the texts are there"


@pytest.mark.parametrize("attack", ATTACKS.values(), ids=ATTACKS.keys())
def test_it_agrees_on_each_attack(
    verify: Callable[..., Says], store: Place, tmp_path: Path, attack: Attack
) -> None:
    draw = random.Random(SEED)
    for trial in range(TRIALS):
        raw = Raw(store, tmp_path / str(trial))
        first, last = attack(raw, draw)
        own = raw.verified()
        export = exported(raw.place, tmp_path / "export")
        status, named, words = verify(export, "--anchor", anchors_of(store))
        assert (own.ok, status) == (False, 1), words
        assert named is not None
        assert first <= named <= last, (first, last, words)
        assert named == own.first_bad_seq, (own.words, words)
        shutil.rmtree(tmp_path / str(trial))


def test_an_old_copy_put_back_is_noticed_by_its_anchors_alone(
    verify: Callable[..., Says], store: Place, tmp_path: Path
) -> None:
    newer = copied(store, tmp_path)
    export = exported(store, tmp_path / "old")
    with open_journal(newer, clock=Clock()) as journal:
        journal.append_all([note(n) for n in range(200, 210)])
    own = check(replace(store, anchors=newer.anchors))
    assert verify(export, "--anchor", anchors_of(newer))[:2] == (1, own.first_bad_seq)
    status, _, words = verify(export)
    assert status == 0
    assert "nothing here would show it" in words


def test_a_line_of_a_restore_gives_nothing_up_twice(
    verify: Callable[..., Says], store: Place, tmp_path: Path
) -> None:
    place, clock = copied(store, tmp_path), Clock()
    backup = exported(place, tmp_path / "backup")
    with open_journal(place, clock=clock) as journal:
        journal.append_all([note(n) for n in range(200, 204)])
    shutil.rmtree(place.folder)
    clock.now += 1
    assert restore(backup, place, clock=clock, accept_loss=True).ok
    older = replace(copied(place, tmp_path / "older"), anchors=place.anchors)
    with open_journal(place, clock=clock) as journal:
        journal.append_all([note(n) for n in range(210, 214)])
    status, _, words = verify(exported(place, tmp_path / "end"), "--anchor", anchors_of(place))
    assert status == 0, words
    assert "what anchors knew after record 61 is given up" in words
    anchors = anchors_of(place)
    (line,) = (line for line in anchors.read_text("utf-8").splitlines(True) if "restored" in line)
    anchors.write_text(anchors.read_text("utf-8") + line, "utf-8")
    own = check(place)
    assert own.ok
    assert any("counts for nothing" in words for words in own.warnings)
    # What the copy is for: an older state of the journal put back under anchors that know a later one.
    assert check(older).first_bad_seq == 64
    assert verify(exported(older, tmp_path / "middle"), "--anchor", anchors)[:2] == (1, 64)
    with pytest.raises(JournalDamaged, match="an anchor covers"):
        restore(tmp_path / "middle", Place(tmp_path / "cut", anchors=place.anchors), clock=clock)


# --- bits


def flipped(data: bytes, draw: random.Random) -> bytes:
    changed = bytearray(data)
    bit = draw.randrange(len(data) * 8)
    changed[bit // 8] ^= 1 << bit % 8
    return bytes(changed)


def test_every_flipped_bit_of_an_export_is_noticed(
    verify: Callable[..., Says], store: Place, tmp_path: Path
) -> None:
    draw, path = random.Random(SEED), exported(store, tmp_path / "export")
    whole = path.read_bytes()
    for trial in range(FLIPS):
        path.write_bytes(flipped(whole, draw))
        assert verify(path, "--anchor", anchors_of(store))[0] == 1, f"seed {SEED}, trial {trial}"


def test_it_agrees_on_flipped_bits_under_a_last_line_that_fits(
    verify: Callable[..., Says], store: Place, tmp_path: Path
) -> None:
    draw, path = random.Random(SEED), exported(store, tmp_path / "export")
    lines = path.read_bytes().splitlines(keepends=True)[:-1]
    for trial in range(FLIPS):
        at = draw.randrange(len(lines))
        changed = [*lines[:at], flipped(lines[at], draw), *lines[at + 1 :]]
        path.write_bytes(resealed(changed))
        with suppress(JournalError):
            # What the journal reads in spite of the flip, as a hash in capitals, must be what was written.
            place = Place(tmp_path / f"again{trial}", anchors=tmp_path / "none")
            restore(path, place, clock=Clock())
            again = exported(place, tmp_path / "again").read_bytes()
            assert set(again.splitlines()) >= {one.rstrip() for one in lines if b'"kind":"record"' in one}
        status, named, words = verify(path)
        assert status == 1, f"seed {SEED}, trial {trial}, line {at + 1}: {changed[at]!r}"
        if b'"kind":"record"' in lines[at] and at < 61:
            assert named == at, words


# --- whatever it is given


def test_garbage_is_refused_in_words(verify: Callable[..., Says], tmp_path: Path) -> None:
    draw, path = random.Random(SEED), tmp_path / "garbage"
    lines = (GOLDEN / "0.1-plain.jsonl").read_bytes().splitlines(keepends=True)
    odd = [b"", b"\n", b"\xff\xfe", b"null\n", b"[]\n", b"[" * 100_000, b"9" * 5_000 + b"\n"]
    odd += [b'{"kind":[]}\n', b'{"kind":"head"}\n']
    for trial in range(GARBAGE):
        mixed = draw.sample(lines, draw.randrange(len(lines))) + draw.sample(odd, 2)
        path.write_bytes(odd[trial] if trial < len(odd) else b"".join(mixed))
        assert verify(path, "--anchor", path)[0] == 1


def test_it_runs_alone_without_a_traceback(tmp_path: Path) -> None:
    alone = shutil.copy(PROGRAM, tmp_path)
    for given, status in ((GOLDEN / "0.1-plain.jsonl", 0), (tmp_path / "none", 2), (PROGRAM, 1)):
        command = [sys.executable, "-P", str(alone), str(given)]
        done = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, check=False)
        assert done.returncode == status
        assert "Traceback" not in done.stderr


def test_it_is_short_and_imports_nothing_of_ringfence() -> None:
    text = PROGRAM.read_text("utf-8")
    tree = ast.parse(text)
    assert len(text.splitlines()) < 150
    assert max(map(len, text.splitlines())) <= 110
    assert "fmt: off" not in text
    assert "noqa" not in text
    nodes = list(ast.walk(tree))
    plain = {one.name.split(".")[0] for node in nodes if isinstance(node, ast.Import) for one in node.names}
    named = {(node.module or "").split(".")[0] for node in nodes if isinstance(node, ast.ImportFrom)}
    assert plain | named <= {*sys.stdlib_module_names, "cryptography"}
