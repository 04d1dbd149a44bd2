"""How long a drag waits: from the input event to the changed text, for a book of five positions."""

from __future__ import annotations

import statistics
from typing import Any

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser

COINS = {
    "BTC": ("60000", "0.5"),
    "ETH": ("3000", "8"),
    "SOL": ("150", "90"),
    "BNB": ("600", "20"),
    "XRP": ("0.5", "30000"),
}

MEASURE = """async (percents) => {
  const slider = document.querySelector('.slide'), cell = document.querySelector('.board tbody .detail');
  const waited = [];
  for (const move of percents) {
    const changed = new Promise(done => {
      const watch = new MutationObserver(() => { watch.disconnect(); done(performance.now()); });
      watch.observe(cell, {childList: true, characterData: true, subtree: true});
    });
    const start = performance.now();
    slider.value = move;
    slider.dispatchEvent(new Event('input', {bubbles: true}));
    waited.push(await changed - start);
    await new Promise(done => setTimeout(done, 60));
  }
  return waited;
}"""


def five() -> str:
    """A cross book of five coins, with flat tiers of its own."""
    positions = "".join(
        f'[[positions]]\nsymbol = "{coin}/USDT:USDT"\nside = "long"\ncontracts = "{contracts}"\n'
        f'entry_price = "{entry}"\nleverage = "10"\n\n'
        for coin, (entry, contracts) in COINS.items()
    )
    marks = "".join(f'"{coin}/USDT:USDT" = "{entry}"\n' for coin, (entry, _) in COINS.items())
    tiers = "".join(
        f'[tiers."{coin}/USDT:USDT"]\nsource = "test"\nrows = [{{floor = "0", rate = "0.005"}}]\n'
        for coin in COINS
    )
    return f'venue = "demo"\n[wallet]\nUSDT = "20000"\n\n{positions}[marks]\n{marks}{tiers}'


def test_a_drag_is_answered_while_the_finger_moves(page: Page, paste: Any, record_property: Any) -> None:
    paste(page, five())
    expect(page.locator(".board")).to_contain_text("XRP/USDT:USDT")
    expect(page.locator(".curve .main-svg").first).to_be_visible()
    page.wait_for_timeout(1500)
    moves = [f"{-step * 1.3:.1f}" for step in range(1, 41)]
    waited = sorted(page.evaluate(MEASURE, moves))
    middle, most = statistics.median(waited), waited[int(len(waited) * 0.95)]
    record_property("scrub_ms_median", middle)
    record_property("scrub_ms_95th", most)
    print(f"\nscrub, five positions: median {middle:.0f} ms, 95th {most:.0f} ms, worst {waited[-1]:.0f} ms")
    expect(page.locator(".board tbody tr").first).to_contain_text("mark 28,800.00")
    # The aim is 100 ms on a quiet machine; this one may be doing other work, so only "live" is held.
    assert middle < 1000
