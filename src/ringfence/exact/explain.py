"""Explain an assessment: the line of arithmetic behind every number, with the clause it follows."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from ringfence.domain.account import MarginMode
from ringfence.domain.derivation import Derivation, Line
from ringfence.domain.numbers import Number, add, exactly, plain
from ringfence.exact.assess import Assessment, PositionFigures, RingFigures, Totals
from ringfence.exact.health import rates_of, worth_of
from ringfence.exact.leg import Leg
from ringfence.exact.ring import Book, Ring
from ringfence.venues.rules import Withdrawal
from ringfence.venues.schedule import Growing, Linear


@exactly
def explain(assessment: Assessment) -> Derivation:
    """Every number of an assessment with its workings, positions first, then rings, then the account."""
    lines: list[Line] = []
    for figures in assessment.positions:
        lines += _position(assessment, figures)
    for ring, summed in zip(assessment.book.rings, assessment.rings, strict=True):
        lines += _ring(assessment, ring, summed)
    for total in assessment.totals:
        lines += _totals(assessment, total)
    return Derivation(tuple(lines))


def show(value: Number) -> str:
    """A number inside a line of arithmetic: exact decimals in full, fractions to 8 places."""
    return plain(value, 8)


def signed(value: Number) -> str:
    """A number with its sign, to be added to something: ``+ 5``, ``- 5``."""
    return f"- {show(-value)}" if value < 0 else f"+ {show(value)}"


def name_of(figures: PositionFigures) -> str:
    """``BTC/USDT:USDT long``."""
    return f"{figures.position.symbol} {figures.position.side.value}"


def _position(assessment: Assessment, figures: PositionFigures) -> Iterator[Line]:
    book = assessment.book
    _, leg = book.leg_of(figures.position)
    clauses, name, asset = book.rules.clauses, name_of(figures), figures.asset
    field = f"positions.{name}"
    yield Line(
        f"{field}.notional",
        f"value {name}",
        figures.notional,
        asset,
        _value(leg, figures),
        str(clauses["mark"]),
    )
    yield Line(
        f"{field}.unrealized_pnl", f"profit {name}", figures.unrealized_pnl, asset, _profit(leg, figures)
    )
    if figures.initial_margin is not None and figures.position.leverage is not None:
        yield Line(
            f"{field}.initial_margin",
            f"initial margin {name}",
            figures.initial_margin,
            asset,
            _initial(leg, figures),
            str(clauses["initial_margin"]),
        )
    tier = f"{clauses['maintenance']}; {tier_words(leg, figures.tier, figures.notional)}"
    how = f"{show(figures.notional)} x {show(figures.maintenance_rate)} - {show(figures.deduction)}"
    if leg.schedule is None:
        yield Line(
            f"{field}.maintenance_margin", f"maintenance {name}", figures.maintenance_margin, asset, how, tier
        )
        return
    if figures.closing_fee is not None:
        yield Line(
            f"{field}.closing_fee", f"fee set aside for closing {name}", figures.closing_fee, asset,
            _linear(leg.schedule.closing_fee, leg, figures),
            str(clauses.get("closing_fee", clauses["maintenance"])),
        )  # fmt: skip
    shown = _shown(leg, figures, how)
    yield Line(
        f"{field}.maintenance_margin", f"maintenance {name}", figures.maintenance_margin, asset, shown, tier
    )
    yield Line(
        f"{field}.requirement", f"what the test asks for {name}", figures.requirement, asset,
        requirement_words(book, figures), str(clauses["trigger"]),
    )  # fmt: skip


def requirement_words(book: Book, figures: PositionFigures) -> str:
    """The arithmetic of what the liquidation test asks for one position."""
    _, leg = book.leg_of(figures.position)
    value = show(figures.notional)
    if leg.schedule is None:
        return f"{value} x {show(figures.maintenance_rate)} - {show(figures.deduction)}"
    if leg.counted is not None:
        return leg.schedule.how or f"the venue's formula at {value}"
    step = leg.tier_at(figures.notional)
    arithmetic = f"{value} x {show(leg.rates[step])} {signed(-leg.deductions[step])}"
    return f"{arithmetic}: {leg.schedule.how}" if leg.schedule.how else arithmetic


def _shown(leg: Leg, figures: PositionFigures, plainly: str) -> str:
    """The arithmetic of the venue's own maintenance figure."""
    schedule = leg.schedule
    if schedule is None or leg.counted is not None or schedule.shown_rates is None:
        same = figures.maintenance_margin == figures.requirement
        return f"what the test asks: {show(figures.requirement)}" if same else "by the venue's formula"
    step = leg.tier_at(figures.notional)
    own = schedule.shown_rates[step], (schedule.shown_deductions or schedule.deductions)[step]
    tier = leg.table.tiers[leg.table_tier(step)]
    if own == (tier.rate, tier.deduction):
        return plainly
    return f"{show(figures.notional)} x {show(own[0])} {signed(-own[1])}"


def _initial(leg: Leg, figures: PositionFigures) -> str:
    if leg.counted is not None and leg.counted(Fraction(figures.notional)).initial is not None:
        return f"the venue's formula at {show(figures.notional)}"
    if leg.schedule is None or leg.schedule.initial is None:
        return f"{show(figures.notional)} / {show(figures.position.leverage or 1)}"
    own = leg.schedule.initial
    if isinstance(own, Growing):
        return (
            f"{show(figures.notional)} x ({show(own.rate)} + {show(own.growth)} x {show(figures.notional)})"
        )
    return _linear(own, leg, figures)


def _linear(amount: Linear | None, leg: Leg, figures: PositionFigures) -> str:
    """``value x rate + value at entry x rate + fixed``, what is zero left out."""
    if amount is None:
        return "none"
    parts = [
        f"{show(figures.notional)} x {show(amount.on_value)}" if amount.on_value else "",
        f"{show(leg.entry_value)} (value at entry) x {show(amount.on_entry)}" if amount.on_entry else "",
        show(amount.fixed) if amount.fixed else "",
    ]
    return " + ".join(part for part in parts if part) or "0"


def tier_words(leg: Leg, number: int, value: Number) -> str:
    """``tier 2 of the table of 2026-09-29 (source)``, and whether the value lies above the table's end."""
    table = leg.table
    tier = table.tiers[number - 1]
    cap = "the end" if tier.cap is None else show(tier.cap)
    dated = f" of {table.valid_from}" if table.valid_from else ""
    source = table.source or "stated in the account"
    beyond = tier.cap is not None and leg.tier_size(value) >= tier.cap
    above = "; the position is larger than the table ends, its last tier goes on" if beyond else ""
    return f"tier {number} ({show(tier.floor)} to {cap}) of the table{dated}, {source}{above}"


def _value(leg: Leg, figures: PositionFigures) -> str:
    contracts, size = figures.position.contracts, leg.instrument.contract_size
    amount = show(contracts) if size == 1 else f"{show(contracts)} x {show(size)}"
    return f"{amount} {'/' if leg.is_inverse else 'x'} {show(figures.mark_price)}"


def _profit(leg: Leg, figures: PositionFigures) -> str:
    sign = "" if leg.sign > 0 else "-"
    size, mark = show(leg.size), show(figures.mark_price)
    entry = figures.position.entry_price
    if entry is None or figures.position.entry_cost is not None:
        worth, cost = show(figures.notional), show(leg.entry_value)
        return f"{sign}({cost} - {worth})" if leg.is_inverse else f"{sign}({worth} - {cost})"
    if leg.is_inverse:
        return f"{sign}{size} x (1 / {show(entry)} - 1 / {mark})"
    return f"{sign}{size} x ({mark} - {show(entry)})"


def _ring(assessment: Assessment, ring: Ring, figures: RingFigures) -> Iterator[Line]:
    clauses, field, asset = assessment.book.rules.clauses, f"rings.{figures.name}", figures.asset
    own = [one for one in assessment.positions if one.ring == figures.name]
    balance = "margin inside the fence" if ring.mode is MarginMode.ISOLATED else "wallet balance"
    if ring.holdings:
        yield from _holdings(assessment, ring, figures)
    else:
        yield Line(
            f"{field}.wallet_balance", f"{balance} {figures.name}", figures.wallet_balance, asset, "as given"
        )
        profits = " ".join(signed(one.unrealized_pnl) for one in own)
        yield Line(
            f"{field}.equity",
            f"equity {figures.name}",
            figures.equity,
            asset,
            f"{show(figures.wallet_balance)} {profits}".strip(),
            str(clauses["available_balance"]),
        )
        needs = " + ".join([show(one.requirement) for one in own] or ["0"])
        tested = assessment.book.rules.order_test is not None and bool(assessment.book.account.orders)
        what = "resting orders, positions not listed" if tested else "positions not listed"
        other = f" + {show(ring.other_maintenance)} ({what})" if ring.other_maintenance else ""
        if assessment.book.rules.is_plain:
            yield Line(
                f"{field}.maintenance_margin", f"maintenance {figures.name}", figures.maintenance_margin,
                asset, needs + other,
            )  # fmt: skip
        else:
            shown = " + ".join([show(one.maintenance_margin) for one in own] or ["0"])
            yield Line(
                f"{field}.maintenance_margin", f"maintenance {figures.name}", figures.maintenance_margin,
                asset, shown + other, str(clauses["maintenance"]),
            )  # fmt: skip
            yield Line(
                f"{field}.requirement", f"what the test asks of {figures.name}", figures.requirement,
                asset, needs + other, str(clauses["trigger"]),
            )  # fmt: skip
    yield Line(
        f"{field}.health",
        f"health {figures.name}",
        figures.health,
        asset,
        f"{show(figures.equity)} - {show(figures.requirement)}",
        str(clauses["trigger"]),
    )
    if figures.maintenance_usage is not None:
        yield Line(
            f"{field}.maintenance_usage",
            f"maintenance usage {figures.name}",
            figures.maintenance_usage * 100,
            "%",
            f"{show(figures.requirement)} / {show(figures.equity)}",
            str(clauses["trigger"]),
        )
    yield from _free(assessment, figures, own)


def _holdings(assessment: Assessment, ring: Ring, figures: RingFigures) -> Iterator[Line]:
    """A multi-asset pool: each asset at the rate it counts."""
    parts, marks = [], assessment.market.marks
    for holding in ring.holdings:
        owned, owed = rates_of(holding, marks)
        gains = [
            one.unrealized_pnl
            for one in assessment.positions
            if one.ring == ring.name and one.asset == holding.asset
        ]
        amount = add([holding.amount, *([] if holding.profit_in_full else gains)])
        rate = owned if amount > 0 else owed
        if holding.profit_in_full and gains:
            price = marks[holding.rate.mark_of] if holding.rate.mark_of else holding.rate.price
            parts.append(f"{show(add(gains))} {holding.asset} (unrealised PnL) x {show(price)}")
        if holding.rate.haircut_tiers and amount > 0:
            worth = Fraction(worth_of(holding, Fraction(amount), marks))
            parts.append(f"{show(amount)} {holding.asset} x {show(worth / Fraction(amount))} (by slices)")
            continue
        parts.append(f"{show(amount)} {holding.asset} x {show(rate)}")
    yield Line(
        f"rings.{figures.name}.equity",
        f"equity {figures.name}",
        figures.equity,
        figures.asset,
        " + ".join(parts),
        str(assessment.book.rules.clauses.get("collateral", "")),
    )
    plain = assessment.book.rules.is_plain
    needs = [f"{show(one.requirement)} {one.asset}" for one in assessment.positions]
    owed = [(one.asset, one.other_maintenance) for one in ring.holdings if one.other_maintenance]
    others = [f"{show(amount)} {asset} (positions not listed)" for asset, amount in owed]
    yield Line(
        f"rings.{figures.name}.{'maintenance_margin' if plain else 'requirement'}",
        f"maintenance {figures.name}" if plain else f"what the test asks of {figures.name}",
        figures.requirement,
        figures.asset,
        " + ".join([*needs, *others]) or "0",
    )


def _free(assessment: Assessment, figures: RingFigures, own: list[PositionFigures]) -> Iterator[Line]:
    clauses, field, asset = assessment.book.rules.clauses, f"rings.{figures.name}", figures.asset
    if figures.initial_margin is None:
        return
    held = [one.initial_margin for one in own if one.initial_margin is not None]
    orders = (
        add([figures.initial_margin, *(-one for one in held)])
        if not assessment.book.account.multi_asset
        else 0
    )
    rest = f" + {show(orders)} (resting orders)" if orders else ""
    yield Line(
        f"{field}.initial_margin",
        f"initial margin {figures.name}",
        figures.initial_margin,
        asset,
        (" + ".join(show(one) for one in held) or "0") + rest,
        str(clauses["open_orders" if orders else "initial_margin"]),
    )
    if figures.available_balance is None or figures.withdrawable is None:
        return
    equity, initial = show(figures.equity), show(figures.initial_margin)
    wallet, maintenance = show(figures.wallet_balance), show(figures.requirement)
    yield Line(
        f"{field}.available_balance",
        f"available {figures.name}",
        figures.available_balance,
        asset,
        f"max(0, {equity} - {initial})" if assessment.book.rules.free is None else "by the venue's formula",
        str(clauses["available_balance"]),
    )
    yield Line(
        f"{field}.withdrawable",
        f"withdrawable {figures.name}",
        figures.withdrawable,
        asset,
        _withdrawn(assessment.book, wallet, maintenance, equity, initial),
        str(clauses["withdrawal"]),
    )


def _withdrawn(book: Book, wallet: str, maintenance: str, equity: str, initial: str) -> str:
    rules = book.rules
    if rules.free is not None:
        return f"by the venue's formula: {rules.withdrawal.value}"
    if rules.withdrawal is Withdrawal.EQUITY_LESS_INITIAL:
        return f"max(0, {equity} - {initial})"
    less = "" if rules.withdrawal is Withdrawal.WALLET_AND_EQUITY_LESS_INITIAL else f" - {maintenance}"
    return f"max(0, min({wallet}{less}, {equity} - {initial}))"


def _totals(assessment: Assessment, total: Totals) -> Iterator[Line]:
    own = [ring for ring in assessment.rings if ring.asset == total.asset]
    field = f"totals.{total.asset}"
    yield Line(
        f"{field}.total_equity",
        f"equity in {total.asset}",
        total.total_equity,
        total.asset,
        " + ".join(f"{show(ring.equity)} ({ring.name})" for ring in own),
    )
    yield Line(
        f"{field}.notional",
        f"notional in {total.asset}",
        total.notional,
        total.asset,
        " + ".join(show(ring.notional) for ring in own) or "0",
    )
    if total.effective_leverage is not None:
        yield Line(
            f"{field}.effective_leverage",
            f"effective leverage in {total.asset}",
            total.effective_leverage,
            "x",
            f"{show(total.notional)} / {show(total.total_equity)}",
        )
