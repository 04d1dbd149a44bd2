"""The table of worked examples in a pack's file: every column it may have, and each wrong figure is named."""

from __future__ import annotations

import pytest

from ringfence.errors import BadRules
from ringfence.testing.examples import failed_examples, read_examples
from ringfence.venues import registry

OKX, DEMO = registry.rules("okx_linear"), registry.rules("demo")

FENCED = """
mode      leverage  margin  symbol         position   mark   contract size  tier  fee     tick  equity  maintenance  requirement  initial margin  closing fee  unrealized pnl  notional  liquidation price   bankruptcy price  maintenance usage
isolated  10        -       BTC/USDT:USDT  +1@50000   49000  1              1%    0.0005  0.5   4000    490          514.5        5000            24.5         -1000           49000     ~45478.0138959070   45000             0.128625
isolated  -         6000    BTC/USDT:USDT  -1@50000   50000  1              1%    0.0005  -     6000    500          525          -               25           0               50000     ~55418.1098466106   56000             0.0875
"""  # noqa: E501 - a table
POOLED = """
wallet  leverage  symbol         position   mark   contract size  tier  fee     health   available  liquidation price  liquidated
1000    10        BTC/USDT:USDT  +0.1@5000  5000   1              1%    0.0005  994.75   950        none               no
"""  # noqa: E501 - a table


def test_a_fence_is_stated_or_set_aside_by_the_rule_and_its_prices_are_the_printed_ones() -> None:
    assert failed_examples(OKX, FENCED) == []
    assert failed_examples(OKX, POOLED) == []


@pytest.mark.parametrize(
    ("table", "right", "wrong", "named"),
    [
        (FENCED, "~45478.0138959070", "~45478.0138959071", "example 1: liquidation price"),
        (FENCED, "~55418.1098466106", "55418.1098466106", "example 2: liquidation price"),
        (FENCED, "45000 ", "45000.5 ", "example 1: bankruptcy price"),
        (FENCED, "514.5 ", "490 ", "example 1: requirement"),
        (FENCED, "24.5 ", "25 ", "example 1: closing fee"),
        (FENCED, "0.128625", "0.1225", "example 1: maintenance usage"),
        (POOLED, "none", "1", "example 1: liquidation price"),
        (POOLED, "950 ", "999 ", "example 1: available"),
        (POOLED, "no\n", "yes\n", "example 1: liquidated"),
    ],
)
def test_a_wrong_figure_is_named(table: str, right: str, wrong: str, named: str) -> None:
    assert right in table
    (problem,) = failed_examples(OKX, table.replace(right, wrong))
    assert problem.startswith(f"okx_linear {named} is ")


def test_a_figure_that_nobody_computes_is_refused_instead_of_left_out() -> None:
    with pytest.raises(BadRules, match="no such column"):
        read_examples(POOLED.replace("available", "margin ratio"))
    with pytest.raises(BadRules, match="lacks wallet"):
        read_examples(POOLED.replace("wallet", "tick  "))


def test_a_price_of_a_position_that_is_dead_already_is_refused() -> None:
    dead = POOLED.replace("1000  ", "1     ").replace("  none", "  1   ")
    with pytest.raises(BadRules, match="liquidated at its mark"):
        failed_examples(OKX, dead)
