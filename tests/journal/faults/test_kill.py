"""D1: a writing process is killed 500 times at random moments; what it had acknowledged is there."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from ringfence.store.journal import Journal, Place, open_journal
from tests.journal.books import Clock
from tests.support import ROOT

KILLS, SEED, A_JOURNAL = 500, 20_261_122, 25
LONGEST = 0.02
"""Seconds a writer may live once it is open; one in five is killed before that."""

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="writers are forked")


@pytest.fixture(scope="module")
def nursery() -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-m", "tests.journal.faults.nursery"]
    with subprocess.Popen(
        command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1
    ) as process:
        yield process
        assert process.stdin is not None
        process.stdin.close()
        process.wait(timeout=30)


@dataclass
class Tally:
    """What a campaign saw."""

    kills: int = 0
    acknowledged: int = 0
    lost: int = 0
    unanswered: int = 0
    known: dict[str, str] = field(default_factory=dict)


def _one_life(
    nursery: subprocess.Popen[str], folder: Path, first: int, *, mode: str, live: float
) -> list[list[str]]:
    """Start a writer, kill it, and return what it had said.

    ``live``: seconds after it is open; below zero: after it began.
    """
    assert nursery.stdin is not None
    assert nursery.stdout is not None
    nursery.stdin.write(f"{folder}\t{first}\t{mode}\n")
    nursery.stdin.flush()
    said, pid = [], 0
    while True:
        words = nursery.stdout.readline().split()
        if words[0] == "pid":
            pid = int(words[1])
        if words[0] == ("ready" if live >= 0 else "pid"):
            time.sleep(abs(live))
            os.kill(pid, signal.SIGKILL)
        elif words[0] == "ended":
            assert words[1] == str(int(signal.SIGKILL)), "the writer ended by itself"
            return said
        elif words[0] == "stored":
            said.append(words)


def _judge(journal: Journal, said: list[list[str]], tally: Tally) -> None:
    for _, record_id, digest in said:
        tally.known[record_id] = digest
    tally.acknowledged += len(said)
    for record_id, digest in tally.known.items():
        found = journal.get(record_id)
        tally.lost += found is None or digest not in ("-", found.hash)


def _campaign(nursery: subprocess.Popen[str], folder: Path, *, kills: int, mode: str = "") -> Tally:
    draw, tally = random.Random(SEED), Tally()
    first, place = 0, Place(folder)
    for kill in range(kills):
        if kill % A_JOURNAL == 0:
            here = folder / str(kill)
            place, first, tally.known = Place(here / "journal", anchors=here / "second"), 0, {}
        said = _one_life(nursery, here, first, mode=mode, live=draw.uniform(-LONGEST / 4, LONGEST))
        # The lock of a dead process keeps nobody out; opening verifies chain, file, texts and anchors.
        with open_journal(place, clock=Clock()) as journal:
            _judge(journal, said, tally)
            mine = [one for one in journal.find() if one.id.startswith("r")]
            tally.unanswered += len(mine) - len(tally.known)
            tally.known |= {one.id: one.hash for one in mine}
        first = len(mine)
        tally.kills += 1
    return tally


def test_no_acknowledged_record_is_lost_by_kill(nursery: subprocess.Popen[str], tmp_path: Path) -> None:
    tally = _campaign(nursery, tmp_path, kills=KILLS)
    print(
        f"D1: {tally.kills} kills, seed {SEED}, {tally.acknowledged} acknowledged,",
        f"{tally.unanswered} on the disk and not yet acknowledged",
    )
    assert tally.lost == 0
    assert tally.kills == KILLS
    assert tally.acknowledged > KILLS, "the writers lived long enough to write"


def test_the_kill_test_notices_an_answer_before_the_commit(
    nursery: subprocess.Popen[str], tmp_path: Path
) -> None:
    assert _campaign(nursery, tmp_path, kills=25, mode="early").lost > 0
