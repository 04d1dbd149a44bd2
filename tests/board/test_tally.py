"""How the board judges one answer, and what a group of answers amounts to."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest
from bench.board.tally import digits, misses, percent, tally
from bench.board.values import PROGRAMS, Board, Figure, Said, dumped, loaded

SILENT = Said(reason="it computes no such figure")


def figure(expected: str, value: str, tolerance: str = "", case: str = "a") -> Figure:
    said = dict.fromkeys(PROGRAMS, SILENT) | {"ccxt": Said(value) if value else SILENT}
    return Figure(case, "demo", "cross", "BTC/USDT:USDT long", "liquidation_price", expected, tolerance, said)


@pytest.mark.parametrize(
    ("expected", "value", "tolerance", "agrees"),
    [
        ("100", "100", "", True),
        ("100", "100.01", "", False),
        ("100", "100.01", "0.01", True),
        ("100", "99.989", "0.01", False),
        ("-100", "-100.05", "rel:1e-3", True),
        ("-100", "-100.2", "rel:1e-3", False),
        ("0.3", "0.30000000000000004", "", True),  # 0.1 + 0.2 in binary floats
        ("0.3", "0.300000000001", "", False),
        ("none", "none", "", True),
        ("none", "41.5", "1000", False),
        ("41.5", "none", "1000", False),
        ("0", "0", "", True),
        ("0", "1e-30", "", False),
        ("100", "", "100", False),
    ],
)
def test_an_answer_agrees_within_the_tolerance(
    expected: str, value: str, tolerance: str, agrees: bool
) -> None:
    assert figure(expected, value, tolerance).agrees("ccxt") is agrees


@pytest.mark.parametrize(
    ("expected", "value", "off", "relative"),
    [
        ("200", "150", Fraction(50), Fraction(1, 4)),
        ("-200", "-150", Fraction(50), Fraction(1, 4)),
        ("0", "3", Fraction(3), None),
        ("0", "0", Fraction(0), Fraction(0)),
        ("none", "3", None, None),
        ("3", "none", None, None),
        ("3", "", None, None),
    ],
)
def test_how_far_off_an_answer_is(
    expected: str, value: str, off: Fraction | None, relative: Fraction | None
) -> None:
    one = figure(expected, value)
    assert (one.off("ccxt"), one.relative("ccxt")) == (off, relative)


def test_a_group_is_counted_and_its_silences_are_no_errors() -> None:
    group = [
        figure("100", "101", "1", case="a"),
        figure("100", "104", "1", case="b"),
        figure("100", "110", "1", case="c"),
        figure("100", "none", "1", case="d"),
        figure("100", "", "1", case="e"),
    ]
    found = tally(group, "ccxt")
    assert (found.asked, found.expressed, found.within) == (5, 4, 1)
    assert found.median == Fraction(4, 100)
    assert found.worst is not None
    assert found.worst.case == "c"
    assert [one.case for one in found.wrong_words] == ["d"]
    assert [one.case for one in misses(group, "ccxt")] == ["d", "c", "b"]
    silent = tally(group, "jesse")
    assert (silent.expressed, silent.median, silent.worst) == (0, None, None)


def test_a_group_without_an_error_has_no_worst() -> None:
    found = tally([figure("100", "100")], "ccxt")
    assert (found.median, found.worst, found.within) == (Fraction(0), None, 1)


@pytest.mark.parametrize(
    ("error", "text"),
    [
        (Fraction(0), "0"),
        (Fraction(1, 10**10), "< 0.0000001 %"),
        (Fraction(1, 10**9), "0.0000001 %"),
        (Fraction(28064, 100_000), "28.1 %"),
        (Fraction(12), "1,200 %"),
        (None, ""),
    ],
)
def test_an_error_is_shown_with_three_digits(error: Fraction | None, text: str) -> None:
    assert percent(error) == text


def test_a_size_is_shown_without_an_exponent() -> None:
    assert [digits(Fraction(one)) for one in ("7385.47", "40.83", "1e-9", "0.00354")] == [
        "7,385", "40.8", "0.000000001", "0.00354",
    ]  # fmt: skip


def test_a_board_comes_back_as_it_was_written(tmp_path: Path) -> None:
    figures = (figure("100", "101"), figure("none", "none", "rel:1e-6", case="b"))
    board = Board({"ccxt": "1"}, {"a": "00", "b": "01"}, 3, "2026-01-01", figures)
    path = tmp_path / "board.json"
    path.write_text(dumped(board), "utf-8")
    assert loaded(path) == board
