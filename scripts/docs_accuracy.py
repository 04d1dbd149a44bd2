"""Write docs/accuracy.md anew: ringfence is asked again, what the other programs said is kept."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
if str(ROOT) not in sys.path:  # run as a script, Python looks beside the script only
    sys.path.insert(0, str(ROOT))

from bench.board import gather  # noqa: E402
from bench.board.page import PAGE, page  # noqa: E402
from bench.board.values import RESULTS, Board, dumped, loaded  # noqa: E402

from ringfence.testing.cases import Case  # noqa: E402


def refreshed(board: Board, cases: dict[str, Case]) -> Board:
    """The board with ringfence's answers of now, for every case at hand that is still the one asked."""
    same = {name: case for name, case in cases.items() if board.cases.get(name) == gather.mark_of(case)}
    return replace(board, figures=tuple(gather.answered(board.figures, same)))


def stale(board: Board, cases: dict[str, Case]) -> list[str]:
    """The cases that the other programs have not been asked about as they are now."""
    return [name for name, case in cases.items() if board.cases.get(name) != gather.mark_of(case)]


def main() -> None:
    cases = gather.strict_cases(gather.default_files())
    board = refreshed(loaded(), cases)
    RESULTS.write_text(dumped(board), "utf-8")
    PAGE.write_text(page(board), "utf-8")
    if asked := stale(board, cases):
        print(f"docs/accuracy.md lacks {len(asked)} new or changed cases ({asked[0]}, ...): make scoreboard")


if __name__ == "__main__":
    main()
