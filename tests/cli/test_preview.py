"""``ringfence preview`` as it is typed: signs, coins, and the way out of what cannot be meant."""

from __future__ import annotations

import json

import pytest

from tests.cli.conftest import Run
from tests.support import ROOT

BOOK = str(ROOT / "examples" / "rescue.toml")


def test_a_switch_reads_as_old_and_new(run: Run) -> None:
    said = run("preview", BOOK, "--to", "cross")
    assert said.status == 0
    assert said.out.startswith("The venue accepts this: switch BTC/USDT:USDT long to cross margin.")
    lines = [" ".join(line.split()) for line in said.out.splitlines()]
    assert "most that can be lost 1,000.00 USDT 8,000.00 USDT +7,000.00 USDT" in lines
    assert "liquidation price, others still 57,286.43 50,251.25 −7,035.18" in lines
    assert max(map(len, said.out.splitlines())) <= 80


@pytest.mark.parametrize(
    ("words", "first"),
    [
        (("--open", "-0.5@59000"), "The venue accepts this: sell 0.5 BTC/USDT:USDT at 59000."),
        (("--open", "+0.01"), "The venue accepts this: buy 0.01 BTC/USDT:USDT at the mark."),
        (("--close", "25%", "--symbol", "BTC"), "The venue accepts this: close 0.25 BTC/USDT:USDT"),
        (("--transfer", "-500"), "The venue accepts this: withdraw 500 USDT."),
        (("--remove-margin", "500"), "The venue refuses this (D-107): take 500 out of the fence of"),
        (("--position-mode", "hedge"), "The venue refuses this (D-105): change to hedge mode."),
        (("--multi-asset", "on"), "The venue refuses this (D-104): turn multi-asset mode on."),
    ],
)  # fmt: skip
def test_every_change_has_its_option(words: tuple[str, ...], first: str, run: Run) -> None:
    said = run("preview", BOOK, *words)
    assert (said.status, said.err) == (0, "")
    assert said.out.startswith(first), said.out


def test_a_refusal_is_an_answer_and_its_code_is_in_the_json(run: Run) -> None:
    said = run("preview", BOOK, "--remove-margin", "500", "--json")
    assert said.status == 0
    answer = json.loads(said.out)
    assert (answer["verdict"], answer["code"]) == ("refused", "D-107")


@pytest.mark.parametrize(
    ("words", "place", "hint"),
    [
        ((), "--to: no change to preview", "say one"),
        (("--open", "abc"), "--open: not a number", 'write "+0.1" or "-2@61000"'),
        (("--to", "isolated"), "--to: already isolated", ""),
        (("--symbol", "ETH/USDT:USDT", "--close", "all"), "--symbol: ", "choose of BTC/USDT:USDT long"),
        (("--to", "cross", "--leverage", "5"), "--leverage: one change", "leave out to or leverage"),
    ],
)  # fmt: skip
def test_what_cannot_be_meant_says_where(words: tuple[str, ...], place: str, hint: str, run: Run) -> None:
    said = run("preview", BOOK, *words)
    assert said.status == 2
    assert place.split(":")[0] in said.err, said.err
    assert hint in said.err, said.err


def test_a_fed_fence_is_told_where_the_price_stands(run: Run, tmp_path: object) -> None:
    from pathlib import Path

    text = Path(BOOK).read_text("utf-8").replace('"demo"', '"binance_usdm"')
    text = text.replace("isolated_margin", "auto_add_margin = true\nisolated_margin")
    book = Path(str(tmp_path)) / "fed.toml"
    book.write_text(text, "utf-8")
    for command in ("compare", "solve"):
        said = run(command, str(book))
        assert said.status == 0, said.err
        assert "Automatic top-up is on for BTC/USDT:USDT long" in " ".join(said.out.split())
        assert "the one before any top-up" in " ".join(said.out.split())
