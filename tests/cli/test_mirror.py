"""The mirror as commands: the card, the statuses that say how it was judged, and words with hyphens."""

from __future__ import annotations

import gzip
import inspect
import json
import re
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from ringfence.cli.failures import JUDGED, Exit
from ringfence.cli.mirror.shown import MIRROR_SHOWN
from ringfence.service.mirror import MIRROR
from tests.cli.conftest import Run
from tests.doors_mirror import BTC, BYBIT, FLAT, LINES, PLAN, RESCUE, toml

MODULES = ("audits", "permits", "outcomes", "plans", "limits", "histories", "journal")


@pytest.fixture
def book(tmp_path: Path) -> str:
    (tmp_path / "book.toml").write_text(toml(RESCUE), "utf-8")
    return str(tmp_path / "book.toml")


@pytest.fixture
def flat(tmp_path: Path) -> str:
    (tmp_path / "flat.toml").write_text(toml(FLAT), "utf-8")
    return str(tmp_path / "flat.toml")


def rescue(run: Run, book: str, *more: str) -> Any:
    return run("mirror", "audit", book, "switch-to-cross", "BTC", "--target", "62000", "--id", "r1", *more)


def written(*names: str) -> list[str]:
    return [word for name in names for word in (f"--{name.replace('_', '-')}", LINES[name])]


def test_the_three_numbers_come_first(run: Run, book: str) -> None:
    said = rescue(run, book)
    assert (said.status, said.err) == (Exit.PAUSE, "")
    lines = said.out.splitlines()
    assert lines[0] == "A pause first: switch BTC/USDT:USDT long to cross margin."
    assert lines[1].startswith("84.86 % → 34.05 % without drift")
    assert lines[2] == "1,000 → 8,000 USDT is lost from here if it happens."
    assert lines[3].startswith("12.5 % of the position, and no new money, has the same liquidation price")
    assert re.search(r"money that can be lost +1,000\.00 USDT +8,000\.00 USDT", said.out)
    assert said.out.index("money that can be lost") < said.out.index("liquidation price   ")
    assert "Pledged by it: balance 7000 USDT." in said.out
    assert re.search(r"^Journal \d+, audit, .* UTC, [0-9a-f]{16}$", lines[-1])
    assert max(map(len, lines)) <= 80


@pytest.mark.parametrize("columns", ["30", "80", "200"])
def test_no_figure_is_cut_at_any_width(
    run: Run, book: str, columns: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", columns)
    shown = " ".join(rescue(run, book).out.split())
    for figure in ("1,000.00 USDT", "8,000.00 USDT", "57,286.43", "50,251.26", "13.36 %", "7.25×"):
        assert figure in shown


def test_an_underscore_will_do(run: Run, book: str) -> None:
    assert rescue(run, book).status == Exit.PAUSE
    again = run("mirror", "audit", book, "switch_to_cross", BTC, "--target", "62000", "--id", "r1", "--json")
    assert json.loads(again.out)["audit_id"] == "r1"


def test_a_word_that_is_none_is_refused(run: Run, book: str) -> None:
    said = run("mirror", "audit", book, "fly")
    assert said.status == Exit.BAD_INPUT
    assert "switch_to_cross" in said.err


def test_reducing_goes_through_with_its_permit(run: Run, book: str) -> None:
    said = run("mirror", "audit", book, "reduce", "--contracts", "0.5")
    assert said.status == Exit.ANSWERED
    assert "Nothing stands against it: close 0.5 BTC/USDT:USDT at the mark." in said.out
    assert re.search(r"contracts at most +0\.5", said.out)
    assert re.search(r"state +valid", said.out)


def test_a_block_is_its_own_status_and_says_so_again_at_the_decision(run: Run, book: str) -> None:
    rescue(run, book)
    said = run(
        "mirror", "answer", "r1", "--disproof", LINES["disproof"], "--invalidation", "61000",
        "--do-nothing", LINES["do_nothing"],
    )  # fmt: skip
    assert said.status == Exit.BLOCK
    assert "It is blocked: " in said.out
    refused = run("mirror", "decide", "r1", "proceed")
    assert (refused.status, refused.out) == (Exit.BLOCK, "")
    assert "error blocked: " in refused.err


def test_old_figures_are_missing_data(run: Run, book: str) -> None:
    said = rescue(run, book, "--as-of-ms", "1700000000000")
    assert said.status == Exit.DATA_MISSING
    assert "It cannot be judged: data is missing" in said.out


def test_without_a_gate_nothing_is_held_up(run: Run, book: str) -> None:
    said = rescue(run, book, "--shadow")
    assert said.status == Exit.ANSWERED
    assert "Audited without a gate: nothing is held up." in said.out


def test_too_early_is_the_status_of_a_pause(run: Run, flat: str) -> None:
    said = run(
        "mirror", "audit", flat, "open", "BTC", "--side", "long", "--contracts", "0.1", "--leverage", "5",
        "--margin-mode", "isolated", "--id", "o1",
    )  # fmt: skip
    assert said.status == Exit.PAUSE
    assert "To be written: what would prove it wrong" in " ".join(said.out.split())
    early = run("mirror", "decide", "o1", "proceed")
    assert (early.status, early.out) == (Exit.PAUSE, "")
    assert "error not-yet: " in early.err


def test_lines_are_read_at_once(run: Run, book: str) -> None:
    rescue(run, book)
    bad = run("mirror", "answer", "r1", "--disproof", "if price goes down", "--invalidation", "56500")
    assert "disproof, not yet" in bad.out
    assert "no date" in bad.out
    good = run("mirror", "answer", "r1", *written("disproof", "invalidation", "do_nothing"))
    assert "disproof, accepted: BTC 4h close below 56,500 by" in " ".join(good.out.split())


def test_the_reduced_share_gets_the_permit(run: Run, book: str) -> None:
    rescue(run, book)
    said = run("mirror", "decide", "r1", "reduce")
    assert said.status == Exit.ANSWERED
    assert "The position is reduced instead." in said.out
    assert re.search(r"contracts at most +0\.875", said.out)


def test_a_plan_is_written_while_flat(run: Run, flat: str, book: str, tmp_path: Path) -> None:
    (tmp_path / "plan.toml").write_text(toml(PLAN), "utf-8")
    said = run("plan", "new", str(tmp_path / "plan.toml"), flat, "--id", "q1")
    assert said.status == Exit.ANSWERED
    assert "Counts as written beforehand from" in said.out
    late = run("plan", "new", str(tmp_path / "plan.toml"), book, "--supersedes", "q1")
    assert "it is kept, and justifies nothing." in late.out
    listed = run("plan", "list")
    assert listed.out.startswith("2 versions of plans")


def test_a_field_of_a_plan_file_is_located_in_it(run: Run, flat: str, tmp_path: Path) -> None:
    (tmp_path / "plan.toml").write_text(toml({**PLAN, "side": "up"}), "utf-8")
    said = run("plan", "new", str(tmp_path / "plan.toml"), flat)
    assert said.status == Exit.BAD_INPUT
    assert "plan.toml: side" in said.err


def test_an_export_may_be_packed(run: Run, tmp_path: Path) -> None:
    (tmp_path / "bybit.csv.gz").write_bytes(gzip.compress(BYBIT.encode()))
    first = run("history", "import", str(tmp_path / "bybit.csv.gz"))
    assert (first.status, first.out.splitlines()[0]) == (0, "1 new of 1 bookings from 1 rows (bybit_uta)")
    assert run("history", "import", str(tmp_path / "bybit.csv.gz")).out.startswith("0 new of 1 bookings")


def test_a_limit_is_tightened_at_once_and_a_lock_not_shortened(run: Run, flat: str) -> None:
    assert run("limit", "set", "daily-loss", "--amount", "500").status == 0
    assert "500" in run("limit", "list").out
    assert run("limit", "set", "trading", "--hours", "12").status == 0
    said = run("limit", "set", "trading", "--off", "--book", flat)
    assert said.status == Exit.BAD_INPUT
    assert "a lock of time cannot be shortened" in said.err


def test_a_damaged_journal_is_a_check_that_failed(run: Run, book: str, tmp_path: Path) -> None:
    rescue(run, book)
    assert run("journal", "verify").status == Exit.ANSWERED
    path = tmp_path / "home" / "journal" / "journal.db"
    path.write_bytes(path.read_bytes().replace(b"switch_to_cross", b"switch_to_crosz"))
    said = run("journal", "verify")
    assert said.status == Exit.CHECK_FAILED
    assert said.out.startswith("THE JOURNAL IS NOT AS IT WAS WRITTEN.")


def test_a_text_is_erased_and_the_journal_still_verifies(run: Run, book: str) -> None:
    rescue(run, book)
    run("mirror", "note", "my cousin said so", "--audit-id", "r1", "--id", "n1")
    assert "n1#text: my cousin said so" in run("journal", "list", "--kind", "note").out
    assert run("journal", "erase", "n1#text").status == 0
    assert "n1#text: (erased)" in run("journal", "list", "--kind", "note").out
    assert run("journal", "verify").status == 0


def test_every_answer_of_the_mirror_has_its_page() -> None:
    assert set(MIRROR_SHOWN) == {operation.name for operation in MIRROR}


def test_every_verdict_has_its_status() -> None:
    from ringfence.service.mirror.answers import AuditAnswer

    words = re.findall(r"'(\w+)'", str(AuditAnswer.model_fields["verdict"].annotation))
    assert list(JUDGED) == words
    assert [int(status) for status in JUDGED.values()] == [0, 10, 20, 30, 40]


@pytest.mark.parametrize("operation", MIRROR, ids=lambda one: one.name)
def test_what_is_declared_is_what_is_done(operation: Any) -> None:
    """The declaration, which every door reads, says what the function says that loads later."""
    name = operation.name.replace("-", "_")
    found = [
        getattr(module, name)
        for module in (import_module(f"ringfence.service.mirror.{each}") for each in MODULES)
        if hasattr(module, name)
    ]
    assert len(found) == 1
    assert inspect.getdoc(found[0]) == inspect.getdoc(operation.function)
    said = inspect.get_annotations(found[0])
    asked = next(each for key, each in said.items() if key not in ("context", "_context", "return"))
    assert asked.endswith(operation.request.__name__)
    assert said["return"].endswith(operation.answer.__name__)


def test_a_report_carries_the_end_of_the_journal(run: Run, book: str, tmp_path: Path) -> None:
    first, second = tmp_path / "a.html", tmp_path / "b.html"
    run("compare", book, "--html", str(first))
    assert "journal-anchor" not in first.read_text("utf-8"), "there is no journal yet"
    rescue(run, book)
    line = json.loads(run("journal", "anchor", "--json").out)["line"]
    run("compare", book, "--html", str(second))
    assert line in second.read_text("utf-8")
