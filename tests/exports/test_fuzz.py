"""2,000 files that something went wrong with: a located error of ours, or all of what the file then says."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from dataclasses import replace
from random import Random

import pytest

from ringfence.errors import RingfenceError
from ringfence.ingest.exports import Imported, read_export
from tests.exports.files import FILES, File

STRANGE = (
    "", "NaN", "Infinity", "1e999", "1e-999", "-", "--", "0", "-1", "٣", "\uff11\uff12", "=1+1", '"', "''",
    "\t", "9" * 70, "0x10", "1,5", "None", "true", "\u2028", "\u202e", "{}", "[]", "2026-02-30 10:00:00",
    "1" * 5_000, "\ud7ff", "🂡",
)  # fmt: skip
MUTATIONS = 2_000


def flipped(text: str, chance: Random) -> str:
    place = chance.randrange(len(text))
    return text[:place] + chr(chance.randrange(1, 0x2FF)) + text[place + 1 :]


def cut(text: str, chance: Random) -> str:
    return text[: chance.randrange(len(text))]


def lost(text: str, chance: Random) -> str:
    place = chance.randrange(len(text))
    return text[:place] + text[place + chance.randrange(1, 30) :]


def doubled(text: str, chance: Random) -> str:
    lines = text.splitlines(keepends=True)
    place = chance.randrange(len(lines))
    return "".join([*lines[: place + 1], *lines[place:]])


def line_lost(text: str, chance: Random) -> str:
    lines = text.splitlines(keepends=True)
    del lines[chance.randrange(len(lines))]
    return "".join(lines)


def strange(text: str, chance: Random) -> str:
    """A cell, or whatever stands between two separators, replaced by something odd."""
    lines = text.split("\n")
    place = chance.randrange(len(lines))
    cells = lines[place].split(",")
    cells[chance.randrange(len(cells))] = chance.choice(STRANGE)
    lines[place] = ",".join(cells)
    return "\n".join(lines)


def swapped(text: str, chance: Random) -> str:
    lines = text.split("\n")
    place = chance.randrange(len(lines))
    cells = lines[place].split(",")
    one, two = chance.randrange(len(cells)), chance.randrange(len(cells))
    cells[one], cells[two] = cells[two], cells[one]
    lines[place] = ",".join(cells)
    return "\n".join(lines)


def semicolons(text: str, chance: Random) -> str:
    return text.replace(",", chance.choice([";", "\t", "|", ",,"]))


WAYS: tuple[Callable[[str, Random], str], ...] = (
    flipped, cut, lost, doubled, line_lost, strange, swapped, semicolons, strange, swapped,
)  # fmt: skip


def located(error: RingfenceError) -> str:
    """The code of an error that says where it is."""
    assert error.path.startswith("export"), error
    assert error.message
    return error.code


def outcome(file: File, data: bytes) -> str:
    """What reading it comes to: the error's code, or ``read``."""
    try:
        read = read_export(data, **file.said)
    except RingfenceError as error:
        return located(error)
    own = {one.id.partition(".")[0] for one in read.happened}
    # Kraken books a fill in two rows, of which the position's gives the id.
    rows = read.rows / 2 if read.format == "kraken_futures_log" else read.rows
    assert len(own) + len(read.skipped) >= rows, "a row is dropped in silence"
    assert len({one.id for one in read.happened}) == len(read.happened)
    return "read"


@pytest.mark.parametrize("part", range(4))
def test_no_mutation_ends_in_a_traceback_or_in_half_a_file(part: int) -> None:
    chance = Random(20261122 + part)
    seen: dict[str, int] = {}
    for number in range(MUTATIONS // 4):
        file = FILES[number % len(FILES)]
        text = file.text
        for _ in range(chance.choice([1, 1, 1, 2, 5])):
            text = chance.choice(WAYS)(text, chance) or " "
        data = text.encode("utf-8", "surrogatepass")
        if chance.random() < 0.03:
            data = gzip.compress(data)[: chance.randrange(1, 200)]
        what = outcome(file, data)
        seen[what] = seen.get(what, 0) + 1
    assert seen["read"] > 50, "some mutations leave a good file"
    assert sum(count for code, count in seen.items() if code != "read") > 150, seen
    assert {"bad-file", "bad-number", "out-of-range", "missing-field"} <= seen.keys()


def test_the_check_sees_a_row_that_is_dropped(monkeypatch: pytest.MonkeyPatch) -> None:
    """A mutant of the reader: the last thing that happened is lost."""

    whole = read_export

    def forgetful(data: bytes, **said: str) -> Imported:
        read = whole(data, **said)  # type: ignore[arg-type]  # texts are texts
        return replace(read, happened=read.happened[:-1])

    monkeypatch.setitem(globals(), "read_export", forgetful)
    with pytest.raises(AssertionError, match="in silence"):
        outcome(FILES[0], FILES[0].data)
