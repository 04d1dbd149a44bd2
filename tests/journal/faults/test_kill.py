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

from ringfence.store.journal import Place, open_journal
from tests.journal.books import Clock
from tests.support import ROOT

KILLS, SEED, A_JOURNAL = 500, 20_261_122, 25
ANSWERS, LONGEST = 6, 0.004
"""After how many answers at most a writer is killed, and how many seconds later; one in five is killed before
it is open. Counted in answers, so that a busy machine kills no earlier than an idle one."""

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
    nursery: subprocess.Popen[str], folder: Path, first: int, *, mode: str, answers: int, live: float
) -> list[list[str]]:
    """Start a writer, kill it, and return what it had said.

    ``answers``: how many it has given before; below zero: it is killed after it began. ``live``: seconds
    more.
    """
    assert nursery.stdin is not None
    assert nursery.stdout is not None
    nursery.stdin.write(f"{folder}\t{first}\t{mode}\n")
    nursery.stdin.flush()
    said, pid, killed = [], 0, False
    while True:
        words = nursery.stdout.readline().split()
        if words[0] == "pid":
            pid = int(words[1])
        if words[0] == "stored":
            said.append(words)
        if words[0] == "ended":
            assert words[1] == str(int(signal.SIGKILL)), "the writer ended by itself"
            return said
        if not killed and len(said) >= answers and words[0] != ("pid" if answers >= 0 else ""):
            killed = True
            time.sleep(live)
            os.kill(pid, signal.SIGKILL)


def _judge(there: dict[str, str], said: list[list[str]], tally: Tally) -> None:
    for _, record_id, digest in said:
        tally.known[record_id] = digest
    tally.acknowledged += len(said)
    for record_id, digest in tally.known.items():
        tally.lost += record_id not in there or digest not in ("-", there[record_id])


def _campaign(nursery: subprocess.Popen[str], folder: Path, *, kills: int, mode: str = "") -> Tally:
    draw, tally = random.Random(SEED), Tally()
    first, place = 0, Place(folder)
    for kill in range(kills):
        if kill % A_JOURNAL == 0:
            here = folder / str(kill)
            place, first, tally.known = Place(here / "journal", anchors=here / "second"), 0, {}
        answers = draw.randrange(ANSWERS + 1) if draw.randrange(5) else -1
        said = _one_life(nursery, here, first, mode=mode, answers=answers, live=draw.uniform(0, LONGEST))
        # The lock of a dead process keeps nobody out; opening verifies chain, file, texts and anchors.
        with open_journal(place, clock=Clock()) as journal:
            mine = {one.id: one.hash for one in journal.find() if one.id.startswith("r")}
            _judge(mine, said, tally)
            tally.unanswered += len(mine) - len(tally.known)
            tally.known |= mine
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
