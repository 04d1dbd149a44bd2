"""The ledger and the records of the rules, from tables made by hand."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import pytest

from ringfence.mirror.outcome import interval, ledger, records
from ringfence.mirror.outcome.delta import Delta
from ringfence.mirror.outcome.interval import of_statistic, of_total
from ringfence.mirror.outcome.ledger import Entry, Ledger, entry, ledgers
from ringfence.mirror.outcome.model import Branch, Choice, Decision, Status
from ringfence.mirror.outcome.records import Record
from tests.mirror.outcome.world import DAY, DOWN, MINUTE, UP, asked, snapshot, tape

TABLE = """
id  day  asset  choice          paused  low    high   ahead  mark
a   0    USDT   do_nothing      yes     7000   7000   0      .
b   0    USDT   do_nothing      yes     -3500  -3500  0      caused
c   1    USDT   expired         yes     100    100    0      avoided
d   2    USDT   reduce_instead  yes     -20    30     5      .
e   2    USDT   do_nothing      yes     40     60     0      .
f   3    USDT   do_nothing      yes     -90    -70    0      hypothetical
g   3    USDT   override        yes     3      3      -800   .
h   4    USDT   proceed         yes     -1     -1     250    .
i   4    USDT   proceed         no      0      0      99     .
j   5    USDT   do_nothing      yes     .      .      .      not_yet
k   5    USDT   do_nothing      yes     .      .      .      incomplete
l   6    USDT   do_nothing      yes     0      0      0      .
m   6    BTC    do_nothing      yes     0.5    0.5    0      .
n   7    USDT   do_nothing      yes     10     10     0      unsure
o   7    USDT   do_nothing      yes     none   none   none   .
"""
Row = tuple[str, ...]
ROWS: list[Row] = [tuple(line.split()) for line in TABLE.strip().splitlines()[1:]]


def delta(low: str, high: str, *, asset: str, refused: Branch, mark: str) -> Delta | None:
    if low == "none":
        return None
    blank = Delta("?", asset, "24h", Branch.ACTUAL, refused, Status.SETTLED)
    if low == ".":
        return replace(blank, status=Status(mark))
    marks = {name: True for name in ("caused", "avoided", "unsure", "hypothetical") if name == mark}
    return replace(blank, low=Decimal(low), high=Decimal(high), **marks)  # type: ignore[arg-type]


def row(one: Row) -> Entry:
    name, day, asset, choice, paused, low, high, ahead, mark = one
    return Entry(
        name, int(day) * DAY, asset, Choice(choice), paused == "yes", ("X-01",),
        delta(low, high, asset=asset, refused=Branch.DO_IT_NOW, mark=mark),
        delta(ahead, ahead, asset=asset, refused=Branch.DO_NOTHING, mark=mark if ahead == "." else ""),
    )  # fmt: skip


ENTRIES = [row(one) for one in ROWS]


def table(entries: Iterable[Entry] = ENTRIES, **more: int) -> Ledger:
    (own,) = [one for one in ledgers(entries, seed=7, **more) if one.asset == "USDT"]
    return own


def test_the_table_adds_up() -> None:
    one = table(bypassed=3, acts=12)
    assert (one.pauses, one.heeded, one.overridden) == (13, 11, 2)
    # a b c e f l are decided; d straddles zero and n is liquidated in one order alone.
    assert (one.decided, one.undetermined, one.waiting, one.without) == (6, 2, 1, 2)
    assert one.decided + one.undetermined + one.waiting + one.without == one.heeded
    assert (one.saved, one.saved_count) == (7_140, 3)
    assert (one.cost, one.cost_count) == (3_590, 2)
    assert one.net == one.saved - one.cost == 3_550
    assert (one.largest_saved, one.largest_cost) == (7_000, 3_500)
    assert one.median == 20
    assert (one.avoided, one.caused, one.hypothetical) == (1, 1, 1)
    assert (one.overrides_net, one.overrides_decided, one.delay_net) == (-550, 2, 2)
    assert one.bypass_rate == Fraction(1, 4)
    assert one.interval is None
    assert not one.distinguishable


def test_amounts_of_two_currencies_are_never_added() -> None:
    both = ledgers(ENTRIES, seed=7)
    assert [(one.asset, one.net) for one in both] == [("BTC", Decimal("0.5")), ("USDT", 3_550)]


def test_the_order_of_entries_and_a_second_copy_change_nothing() -> None:
    assert table(reversed(ENTRIES)) == table([*ENTRIES, *ENTRIES]) == table()


def test_an_empty_ledger_claims_nothing() -> None:
    (one,) = ledgers([ENTRIES[8]], seed=1)
    assert (one.pauses, one.net, one.median, one.largest_saved, one.bypass_rate) == (0, 0, None, None, None)


def steady(count: int, amount: int, *, days: int = 40) -> list[Entry]:
    """As many heeded pauses, each worth about the same, spread over the days."""
    base = ENTRIES[0]
    assert base.pausing is not None
    return [
        replace(
            base, intent_id=f"s{number}", at=number % days * DAY,
            pausing=replace(base.pausing, low=amount + number % 7, high=amount + number % 7),
        )
        for number in range(count)
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("entries", "told"),
    [
        (steady(29, 50), False),
        (steady(30, 50), True),
        (steady(30, -57), True),
        (steady(30, -3), False),
        (steady(300, 50, days=7), False),
        (steady(300, 50, days=8), True),
    ],
)
def test_luck_is_told_from_more_by_count_days_and_interval(entries: list[Entry], *, told: bool) -> None:
    assert table(entries).distinguishable is told


# The interval.


def law_interval() -> None:
    rows = [(day * DAY, Decimal(day % 5 - 1) + Decimal(day) / 1_000) for day in range(40)]
    one = of_total(rows, seed=3)
    assert one == of_total(rows, seed=3) == of_total(list(reversed(rows)), seed=3)
    assert one != of_total(rows, seed=4)
    assert one is not None
    total = sum(amount for _, amount in rows)
    assert one.low < total < one.high
    # The spread of a sum of 40 draws: 1.96 x sqrt(40 x 2).
    assert 14 < total - one.low < 21
    assert 14 < one.high - total < 21
    ten = of_total([(at, 10 * amount) for at, amount in rows], seed=3)
    assert ten is not None
    assert (ten.low, ten.high) == (10 * one.low, 10 * one.high)
    # What happens on one day hangs together: split amounts count as one.
    halves = [(at, amount / 2) for at, amount in rows for _ in range(2)]
    assert of_total(halves, seed=3) == one


def test_the_interval() -> None:
    law_interval()


def test_the_interval_is_the_same_on_every_machine() -> None:
    rows = [(day * DAY, Fraction(day * day % 11 - 4, 3)) for day in range(20)]
    one = of_total(rows, seed=11)
    assert one is not None
    assert (one.low, one.high, one.days) == PINNED


PINNED = (Fraction(-22, 3), Fraction(29, 3), 20)


def _singly(rows: list[tuple[int, tuple[int, ...]]], *given: object, **more: object) -> object:
    apart = [(number * DAY, columns) for number, (_, columns) in enumerate(rows)]
    return of_statistic(apart, *given, **more)  # type: ignore[arg-type]


def _unseeded(rows: object, statistic: object, *, seed: int) -> object:
    return of_statistic(rows, statistic, seed=0)  # type: ignore[arg-type]


@pytest.mark.parametrize("mutant", [_singly, _unseeded])
def test_an_interval_of_single_amounts_or_without_its_seed_is_rejected(
    mutant: Callable[..., object], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(interval, "of_statistic", mutant)
    with pytest.raises(AssertionError):
        law_interval()


@pytest.mark.parametrize(("days", "known"), [(7, False), (8, True)])
def test_fewer_than_eight_days_tell_nothing(days: int, *, known: bool) -> None:
    assert (of_total([(day * DAY, Decimal(1)) for day in range(days)], seed=1) is not None) is known


def test_a_ledger_that_flatters_the_pause_is_rejected(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ledger, "amount", lambda one: one.high)
    with pytest.raises(AssertionError):
        test_the_table_adds_up()


# Records of the rules.


def fired(count: int, overridden: int, *, decided: int = 99, amount: str = "1", caused: int = 0) -> Record:
    """The record of a rule over a table of the same firing many times."""
    rows = []
    for number in range(count):
        went = number < overridden
        own = amount if number < decided else "."
        one = row(
            (
                f"r{number}",
                str(number),
                "USDT",
                "override" if went else "do_nothing",
                "yes",
                "1",
                "1",
                own,
                "not_yet",
            )
        )
        if one.going_ahead is not None and number < caused:
            one = replace(one, going_ahead=replace(one.going_ahead, caused=True))
        rows.append(one)
    (found,) = records.records(rows, audits=200)
    return found


PROPOSED = """
firings  overridden  decided  amount  caused  proposed
20       18          99       1       0       yes
20       18          99       0       0       yes
19       19          99       1       0       no
20       17          99       1       0       no
20       20          10       1       0       yes
20       20          9        1       0       no
20       20          99       -1      0       no
20       20          99       1       1       no
"""


@pytest.mark.parametrize("line", PROPOSED.strip().splitlines()[1:])
def test_a_rule_is_proposed_for_demotion_where_it_is_overridden_without_harm(line: str) -> None:
    firings, overridden, decided, amount, caused, proposed = line.split()
    one = fired(int(firings), int(overridden), decided=int(decided), amount=amount, caused=int(caused))
    assert one.proposed is (proposed == "yes"), one.why
    assert one.why


def test_a_record_counts() -> None:
    one = fired(20, 15, amount="-3", decided=10)
    assert (one.firings, one.overridden, one.measured) == (20, 15, 10)
    assert (one.fire_rate, one.override_rate) == (Fraction(1, 10), Fraction(3, 4))
    assert one.overridden_net == {"USDT": -30}
    assert one.heeded_net == {"USDT": 5}


def test_two_currencies_are_two_lines_of_a_record() -> None:
    (one,) = records.records([one for one in ENTRIES if one.intent_id in "am"], audits=2)
    assert one.heeded_net == {"BTC": Decimal("0.5"), "USDT": 7_000}


# From outcomes to entries.


@pytest.mark.parametrize(("path", "saved", "cost"), [(UP, 0, 3_500), (DOWN, 7_000, 0)])
def test_the_reference_rescue_in_the_ledger(path: tuple[str, ...], saved: int, cost: int) -> None:
    found = list(asked(snapshot(tape(path)), decision=Decision(Choice.DO_NOTHING, MINUTE)).values())
    one = entry(found, at=0, choice=Choice.DO_NOTHING, paused=True, rules=("X-01",))
    (own,) = ledgers([one], seed=1)
    assert (own.saved, own.cost, own.decided) == (saved, cost, 1)
    ahead = list(asked(snapshot(tape(path)), decision=Decision(Choice.OVERRIDE, 0)).values())
    two = entry(ahead, at=0, choice=Choice.OVERRIDE, paused=True)
    (own,) = ledgers([two], seed=1)
    assert (own.overrides_net, own.delay_net) == (cost - saved, 0)
    assert own.heeded == 0
