"""No file speaks of the machine it was written on, or names a package registry's host."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterable
from pathlib import Path

import pytest

from tests.house.tree import plant, said
from tests.support import ROOT

# One letter of each word stands in brackets, so that this file passes its own rule.
FORBIDDEN = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        r"(?<![\w.])/w[o]rk/",
        r"/r[o]ot/",
        r"/tmp/br[i]ef",
        r"/opt/(uv[t]ool|py[p]i|wh[e]els)",
        r"py[p]i\.org",
        r"python[h]osted",
        r"npm[j]s\.(org|com)",
        r"\bthis s[e]ssion\b",
        r"\bsystem pr[o]mpt\b",
        r"\bas an a[i]\b",
        r"\blanguage m[o]del\b",
        r"\bthe br[i]ef (says|asks|names)",
        r"\bsub-?a[g]ent",
    )
)
BINARY = {".png", ".jpg", ".ico", ".woff2", ".parquet", ".gz", ".pdf"}


def tracked(root: Path) -> list[Path]:
    """Every file that is, or would be, in the repository."""
    listing = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=root,
        capture_output=True,
        text=True,
        check=True,
    )
    found = (root / name for name in listing.stdout.split("\0") if name)
    return [path for path in found if path.is_file() and path.suffix not in BINARY]


def misplaced(root: Path, files: Iterable[Path]) -> list[str]:
    """Lines that only make sense on one machine."""
    problems = []
    for path in files:
        text = path.read_text("utf-8", errors="replace")
        for pattern in FORBIDDEN:
            for match in pattern.finditer(text):
                line = text.count("\n", 0, match.start()) + 1
                place = path.relative_to(root)
                problems.append(f"{place}:{line}: {match[0]!r}; say it without the machine it was written on")
    return problems


def test_no_file_speaks_of_the_machine_it_was_written_on() -> None:
    files = tracked(ROOT)
    assert len(files) > 20
    problems = misplaced(ROOT, files)
    assert not problems, said(problems)


@pytest.mark.parametrize(
    "text",
    ["cd /w~ork/main", "see /r~oot/.cache", "index = py~pi.org/simple", "In this se~ssion", "As an A~I"],
)
def test_the_checker_rejects_a_planted_word(tmp_path: Path, text: str) -> None:
    path = plant(tmp_path, "docs/planted.md", f"# Title\n\n{text.replace('~', '')}\n")
    assert [problem.startswith("docs/planted.md:3:") for problem in misplaced(tmp_path, [path])] == [True]


def test_ordinary_words_are_accepted(tmp_path: Path) -> None:
    path = plant(tmp_path, "docs/fine.md", "An agent works in a framework/ of sessions; prompt answers.\n")
    assert misplaced(tmp_path, [path]) == []
