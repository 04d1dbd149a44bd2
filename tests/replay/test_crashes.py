"""Real crashes, over real series; and the built-in table, which says of itself what those say."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
from scripts.crash_moves import moves_of

from ringfence.domain.numbers import plain
from ringfence.replay.crashes import CRASHES, measured
from ringfence.service.answers_replay import ReplayAnswer, ReplayBook
from ringfence.service.context import Context
from ringfence.service.operations import operation_named
from tests.support import ROOT

ETH, BTC = "ETH/USDT:USDT", "BTC/USDT:USDT"


def eth(entry: str = "3380", wallet: str = "1200") -> dict[str, Any]:
    """A long of one coin: whether it lives through the low depends on whose low that is."""
    return {
        "venue": "demo",
        "wallet": {"USDT": wallet},
        "positions": [
            {"symbol": ETH, "side": "long", "contracts": "1", "entry_price": entry, "margin_mode": "cross",
             "leverage": "3"}
        ],
        "marks": {ETH: entry},
    }  # fmt: skip


def asked(folder: Path | None, home: Path, **wanted: Any) -> ReplayAnswer:
    context = Context(home, today=lambda: "2026-11-22", data=folder)
    answer = operation_named("replay").run(context, wanted)
    assert isinstance(answer, ReplayAnswer)
    return answer


def named(answer: ReplayAnswer, name: str) -> ReplayBook:
    return next(one for one in answer.twins if one.name == name)


def test_eth_dies_by_the_last_price_and_lives_by_the_mark(data: Path, tmp_path: Path) -> None:
    book = eth(wallet="1750")
    by = {
        prices: asked(data, tmp_path, account=book, event="2021-05-19", prices=prices, basis="prices")
        for prices in ("mark", "last")
    }
    assert named(by["mark"], "cross").verdict == "alive"
    assert named(by["last"], "cross").verdict == "liquidated"
    assert float(by["last"].moves[ETH][1]) < float(by["mark"].moves[ETH][1])


def test_the_built_in_table_is_what_the_script_measures(data: Path) -> None:
    for crash in CRASHES:
        stored = measured()[crash.name]
        found = moves_of(crash, data)
        assert [one["coin"] for one in found] == [one.coin for one in stored]
        assert [(one["high"], one["low"], one["close"]) for one in found] == [
            (plain(one.high), plain(one.low), plain(one.close)) for one in stored
        ]


@pytest.mark.parametrize("crash", CRASHES, ids=lambda one: one.name)
@pytest.mark.parametrize("example", ["rescue", "contagion", "three-50x"])
def test_every_crash_leads_somewhere_with_data_and_without(
    crash: Any, example: str, data: Path, tmp_path: Path
) -> None:
    book = tomllib.loads((ROOT / "examples" / f"{example}.toml").read_text("utf-8"), parse_float=str)
    for folder in (data, None):
        answer = asked(folder, tmp_path, account=book, event=crash.name, points=4)
        assert {one.verdict for one in answer.twins} <= {"alive", "reduced", "liquidated", "undetermined"}
        assert set(answer.sources) == {one["symbol"] for one in book["positions"]}
        for one in answer.twins:
            for ending in one.endings:
                assert len(ending.points) == min(4, answer.bars)
                assert all(float(amount) >= 0 for amount in ending.left.values())


def test_a_crash_that_both_know_kills_the_same_twins(data: Path, tmp_path: Path) -> None:
    book = tomllib.loads((ROOT / "examples" / "rescue.toml").read_text("utf-8"), parse_float=str)
    both = [asked(folder, tmp_path, account=book, event="2025-10-10") for folder in (data, None)]
    verdicts = [{one.name: one.verdict for one in answer.twins} for answer in both]
    assert (
        verdicts[0] == verdicts[1] == {"as_is": "liquidated", "isolated": "liquidated", "cross": "liquidated"}
    )


DIGESTS = """
import json, sys
from pathlib import Path
from ringfence.service.context import Context
from ringfence.service.operations import operation_named
asked = json.loads(sys.argv[1])
answer = operation_named("replay").run(Context(Path(sys.argv[2]), today=lambda: "2026-11-22"), asked)
print([ending.digest for one in answer.twins for ending in one.endings])
"""


def test_other_hash_seeds_time_zones_and_locales_give_the_same_digests(tmp_path: Path) -> None:
    book = tomllib.loads((ROOT / "examples" / "contagion.toml").read_text("utf-8"), parse_float=str)
    wanted = json.dumps({"account": book, "event": "2025-10-10", "points": 2})
    told = set()
    for seed, zone, locale in (("0", "UTC", "C"), ("77", "Asia/Kathmandu", "de_DE.UTF-8")):
        env = {**os.environ, "PYTHONHASHSEED": seed, "TZ": zone, "LC_ALL": locale}
        done = subprocess.run(
            [sys.executable, "-c", DIGESTS, wanted, str(tmp_path)], env=env, capture_output=True, text=True,
            check=True,
        )  # fmt: skip
        told.add(done.stdout)
    assert len(told) == 1


def test_a_coin_without_prices_follows_its_stated_beta_or_stays(tmp_path: Path) -> None:
    book = eth()
    book["positions"].append({**book["positions"][0], "symbol": "XYZ/USDT:USDT", "entry_price": "10"})
    book["marks"]["XYZ/USDT:USDT"] = "10"
    rows = [{"floor": "0", "rate": "0.005"}]
    book["tiers"] = {"XYZ/USDT:USDT": {"source": "a test", "rows": rows}}
    stays = asked(None, tmp_path, account=book, event="2025-10-10")
    assert stays.sources["XYZ/USDT:USDT"] == "left where it is"
    follows = asked(None, tmp_path, account={**book, "betas": {"XYZ/USDT:USDT": "2"}}, event="2025-10-10")
    assert follows.sources["XYZ/USDT:USDT"] == f"follows {ETH}"
    low = float(follows.moves[ETH][1])
    assert float(follows.moves["XYZ/USDT:USDT"][1]) == pytest.approx(2 * low, abs=0.002)
