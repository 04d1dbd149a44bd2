"""Tier tables: the deduction that joins them, the tier of a size, and every contradiction refused."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from ringfence.domain.tiers import Tier, TierTable, check_tiers, joined
from ringfence.errors import BadTiers, LimitExceeded

BTC = "BTC/USDT:USDT"


def table(text: str, *, jumps: bool = False) -> TierTable:
    """Rows of floor, cap (or rest), rate, deduction, and optionally the highest leverage."""
    tiers = []
    for row in text.strip().splitlines():
        floor, cap, rate, deduction, *most = row.split()
        end = None if cap == "rest" else Decimal(cap)
        leverage = Decimal(most[0]) if most else None
        tiers.append(Tier(Decimal(floor), end, Decimal(rate), Decimal(deduction), leverage))
    return TierTable(BTC, tuple(tiers), jumps=jumps)


SOUND = """
      0   50000  0.004     0  125
  50000  250000  0.005    50  100
 250000    rest  0.010  1300   50
"""

TIERS = """
   value  tier
       0     1
   49999     1
   50000     2
  249999     2
  250000     3
 9999999     3
"""


@pytest.mark.parametrize(
    "row", [line.split() for line in TIERS.strip().splitlines()[1:]], ids=lambda row: row[0]
)
def test_the_tier_of_a_value(row: list[str]) -> None:
    assert table(SOUND).number_at(Decimal(row[0])) + 1 == int(row[1])


def test_the_deductions_that_join_are_derived() -> None:
    sound = table(SOUND)
    rows = [(tier.floor, tier.cap, tier.rate, tier.max_leverage) for tier in sound.tiers]
    assert joined(rows) == sound.tiers


def test_a_sound_table_passes_and_keeps_its_digest() -> None:
    sound = table(SOUND)
    assert check_tiers(sound) is sound
    assert sound.digest == table(SOUND.replace("0.010", "0.01")).digest
    assert sound.digest != table(SOUND.replace("1300", "1301")).digest


REFUSED = {
    "starts above zero": ("1 rest 0.01 0", "tiers[0].floor"),
    "gap": ("0 5 0.01 0\n6 rest 0.02 0.05", "tiers[1].floor"),
    "overlap": ("0 5 0.01 0\n4 rest 0.02 0.05", "tiers[1].floor"),
    "rate falls": ("0 5 0.02 0\n5 rest 0.01 0", "tiers[1].rate"),
    "rate stands": ("0 5 0.02 0\n5 rest 0.02 0", "tiers[1].rate"),
    "rate in per cent": ("0 rest 1.5 0", "tiers[0].rate"),
    "rate of zero": ("0 rest 0 0", "tiers[0].rate"),
    "no end before the last": ("0 rest 0.01 0\n5 rest 0.02 0.05", "tiers[0].cap"),
    "cap below floor": ("0 0 0.01 0", "tiers[0].cap"),
    "a jump that is not declared": ("0 5 0.01 0\n5 rest 0.02 0", "tiers[1].deduction"),
    "leverage rises": ("0 5 0.01 0 10\n5 rest 0.02 0.05 20", "tiers[1].max_leverage"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_table_that_contradicts_itself_is_refused(name: str) -> None:
    text, path = REFUSED[name]
    with pytest.raises(BadTiers) as refused:
        check_tiers(table(text))
    assert refused.value.path == path


def test_a_declared_jump_is_taken() -> None:
    assert check_tiers(table("0 5 0.01 0\n5 rest 0.02 0", jumps=True)).jumps


def test_no_tiers_are_no_table() -> None:
    with pytest.raises(BadTiers):
        check_tiers(TierTable(BTC, ()))


@pytest.mark.parametrize(("count", "refused"), [(255, False), (256, False), (257, True)])
def test_the_number_of_tiers_has_a_limit(count: int, refused: bool) -> None:
    rows = [
        (Decimal(n), Decimal(n + 1) if n + 1 < count else None, Decimal(n + 1) / 1000, None)
        for n in range(count)
    ]
    many = replace(table(SOUND), tiers=joined(rows))
    if refused:
        with pytest.raises(LimitExceeded, match="tiers_per_table"):
            check_tiers(many)
    else:
        assert check_tiers(many) is many
