"""docs/accuracy.md says what docs/accuracy.json holds, and ringfence's part of it is of now."""

from __future__ import annotations

import pytest
from bench.board import gather
from bench.board.page import PAGE, page
from bench.board.peers import PEERS
from bench.board.tally import misses
from bench.board.values import OURS, PROGRAMS, RESULTS, Board, Figure, Said, dumped, loaded
from scripts.docs_accuracy import refreshed, stale

from ringfence.testing.cases import Case
from ringfence.testing.conform import Verdict, run_case

AGAIN = "run make docs (ringfence changed) or make scoreboard (a case or a peer changed)"


@pytest.fixture(scope="module")
def board() -> Board:
    return loaded()


@pytest.fixture(scope="module")
def shipped() -> dict[str, Case]:
    return gather.strict_cases(gather.shipped_files())


def test_the_page_is_written_from_the_results(board: Board) -> None:
    assert PAGE.read_text("utf-8") == page(board), AGAIN
    assert RESULTS.read_text("utf-8") == dumped(board)


def test_every_shipped_strict_case_is_on_the_board_as_it_is_now(
    board: Board, shipped: dict[str, Case]
) -> None:
    assert shipped
    assert stale(board, shipped) == [], AGAIN


def test_the_board_asks_every_figure_that_the_shipped_cases_expect(
    board: Board, shipped: dict[str, Case]
) -> None:
    figures, _ = gather.figures_of(shipped)
    theirs = [
        (one.key, one.mode, one.expected, one.tolerance) for one in board.figures if one.case in shipped
    ]
    assert [(one.key, one.mode, one.expected, one.tolerance) for one in figures] == theirs, AGAIN


def test_ringfence_says_now_what_the_board_says_it_says(board: Board, shipped: dict[str, Case]) -> None:
    now = refreshed(board, shipped)
    changed = [
        f"{was.case} {was.place} {was.name}: {was.said[OURS]} on the board, now {one.said[OURS]}"
        for was, one in zip(board.figures, now.figures, strict=True)
        if was != one
    ]
    assert changed == [], AGAIN


def test_the_board_and_the_conformance_kit_agree_on_what_agrees(
    board: Board, shipped: dict[str, Case]
) -> None:
    figures = {one.key: one for one in board.figures}
    judged = 0
    for case in shipped.values():
        for field in run_case(case).fields:
            figure = figures.get((case.id, field.place, field.name))
            if figure is not None and field.verdict is not Verdict.NOT_MODELLED:
                assert figure.agrees(OURS) == (field.verdict is Verdict.AGREES), figure.key
                judged += 1
    assert judged


def test_the_peers_were_asked_in_the_releases_that_are_pinned(board: Board) -> None:
    assert {peer.pin for peer in PEERS} == {f"{peer.name}=={board.versions[peer.name]}" for peer in PEERS}


def test_every_program_says_something_or_why_not(board: Board) -> None:
    for one in board.figures:
        for program in PROGRAMS:
            said = one.said[program]
            assert bool(said.value) != bool(said.reason), (one.key, program)


def test_ringfences_own_misses_and_silences_are_on_the_page(board: Board) -> None:
    text = PAGE.read_text("utf-8")
    own = text.partition("## Where ringfence is off")[2].partition("\n## ")[0]
    for one in [
        *misses(board.figures, OURS),
        *(one for one in board.figures if not one.said[OURS].expressed),
    ]:
        assert f"`{one.case}`" in own, one.key


def test_a_wrong_answer_of_ringfence_would_be_named(board: Board) -> None:
    """A mutant: the first price that ringfence gets right is made wrong by a tenth."""
    first = next(one for one in board.figures if one.agrees(OURS) and one.name == "liquidation_price")
    wrong = first.told(OURS, Said(str(float(first.expected) * 1.1)))
    figures: list[Figure] = [wrong if one is first else one for one in board.figures]
    told = page(Board(board.versions, board.cases, board.repeated, board.newest, tuple(figures)))
    assert f"| `{first.case}` | {first.place} | liquidation price | says" in told
    assert "off by 10 %" in told


def test_a_price_where_there_is_none_has_no_size_and_is_named(board: Board) -> None:
    one = next(one for one in board.figures if one.expected == "none" and one.said["freqtrade"].expressed)
    wrong = one.told("freqtrade", Said("41.5"))
    told = page(Board(board.versions, board.cases, board.repeated, board.newest, (wrong,)))
    assert "1 × another answer" in told
    assert f"| `{one.case}` | {one.place} | liquidation price | none | 41.5 | another answer |" in told
