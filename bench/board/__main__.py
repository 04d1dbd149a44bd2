"""Ask all four programs for every strict figure and write docs/accuracy.json and docs/accuracy.md."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

from bench.board import gather, page
from bench.board.peers import PEERS, answered, ask, ready
from bench.board.values import PROGRAMS, RESULTS, Board, dumped


def measured(files: Sequence[Path]) -> Board:
    """The board, everything asked now."""
    cases = gather.strict_cases(files)
    if not cases:
        raise SystemExit(f"no strict case in {', '.join(map(str, files)) or 'no file'}")
    found, repeated = gather.figures_of(cases)
    figures = gather.answered(found, cases)
    books = gather.books(figures, cases)
    versions: dict[str, str] = {}
    for peer in PEERS:
        ready(peer)
        answer = ask(peer, books)
        versions |= answer["versions"]
        figures = answered(figures, peer, books, answer)
    marks = {name: gather.mark_of(case) for name, case in cases.items()}
    return Board(versions, marks, repeated, gather.newest_of(cases.values()), tuple(figures))


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.board", description=__doc__)
    parser.add_argument(
        "--cases", action="append", type=Path, metavar="FILE", help="cases to ask instead of those that ship"
    )
    parser.add_argument("--out", type=Path, default=RESULTS.parent, metavar="FOLDER", help="default: docs")
    chosen = parser.parse_args()
    files = chosen.cases or gather.default_files()
    if missing := [str(file) for file in files if not file.is_file()]:
        parser.error(f"no such file: {', '.join(missing)}")
    board = measured(files)
    chosen.out.mkdir(parents=True, exist_ok=True)
    (chosen.out / RESULTS.name).write_text(dumped(board), "utf-8")
    (chosen.out / page.PAGE.name).write_text(page.page(board), "utf-8")
    for program in PROGRAMS:
        agreed = sum(one.agrees(program) for one in board.figures)
        said = sum(one.said[program].expressed for one in board.figures)
        print(f"{program:<10} {said:>4} of {len(board.figures)} figures expressed, {agreed} within tolerance")


if __name__ == "__main__":
    main()
