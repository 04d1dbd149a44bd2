"""How each answer is shown on a terminal: arrangement alone, no number is computed here."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

from pydantic import BaseModel
from rich.console import Console
from rich.text import Text

from ringfence.cli.checked import show_check
from ringfence.cli.compared import show_compare
from ringfence.cli.console import clean
from ringfence.cli.data import show_checked, show_fetched, show_imported, show_list
from ringfence.cli.differences import MEASURED, show_differences, show_update
from ringfence.cli.grid import Grid, headline, note, rules_line, section
from ringfence.cli.liquidated import show_liquidate
from ringfence.cli.mirror.shown import MIRROR_SHOWN
from ringfence.cli.previewed import show_preview
from ringfence.cli.replayed import show_replay
from ringfence.report.format import SOLVENCY_WORDS, TWIN_WORDS, amount, percent, price, times, whole
from ringfence.service import answers as out
from ringfence.service import answers_venues as venues_out

T = TypeVar("T", out.FrontierTwin, out.ScrubTwin)

STATES = {
    "sound": "The account is sound at these marks.",
    "no_new_risk": "The account holds, and has no room: the venue refuses orders that add risk.",
    "liquidated": "At these marks the venue liquidates.",
    "bankrupt": "At these marks equity is gone.",
}


def show_assess(to: Console, answer: out.AssessAnswer) -> None:
    """Positions, rings and totals at the marks."""
    headline(to, STATES[answer.solvency])
    rules_line(to, answer.rules)
    for one in answer.positions:
        section(to, f"{one.symbol} {one.side}", f"{one.margin_mode}, {whole(one.contracts)} contracts")
        rows = [
            ("mark price", price(one.mark_price)),
            ("notional", amount(one.notional, one.asset)),
            ("unrealised PnL", amount(one.unrealized_pnl, one.asset)),
            ("initial margin", _money(one.initial_margin, one.asset, "unknown: no leverage is given")),
            ("maintenance margin", f"{amount(one.maintenance_margin, one.asset)} (tier {one.tier.number})"),
        ]
        Grid(("", ""), rows).show(to)
    for ring in answer.rings:
        section(to, ring.name, f"{SOLVENCY_WORDS[ring.solvency]}: the venue {ring.venue_does}")
        Grid(("", ""), _ring_rows(ring)).show(to)
    for total in answer.totals:
        section(to, f"The account in {total.asset}")
        leverage = total.effective_leverage
        rows = [
            ("equity", amount(total.total_equity, total.asset)),
            ("notional", amount(total.notional, total.asset)),
            ("effective leverage", "no equity left" if leverage is None else times(leverage)),
        ]
        Grid(("", ""), rows).show(to)
    note(to, "Why? ringfence explain BOOK shows the arithmetic, the tier and the clause of every number.")


def _ring_rows(ring: out.RingAnswer) -> list[tuple[str, str]]:
    usage = ring.maintenance_usage
    return [
        ("wallet balance", amount(ring.wallet_balance, ring.asset)),
        ("equity", amount(ring.equity, ring.asset)),
        ("maintenance margin", amount(ring.maintenance_margin, ring.asset)),
        ("health", amount(ring.health, ring.asset)),
        ("maintenance usage", "no equity left" if usage is None else percent(usage, signed=False)),
        ("available balance", _money(ring.available_balance, ring.asset, "unknown: a leverage is missing")),
        ("may be withdrawn", _money(ring.withdrawable, ring.asset, "unknown: a leverage is missing")),
    ]


def _money(value: str | None, asset: str, absent: str) -> str:
    return absent if value is None else amount(value, asset)


def show_solve(to: Console, answer: out.SolveAnswer) -> None:
    """The inverse question first when one was asked, then every liquidation price in its bracket."""
    if answer.wanted is not None:
        headline(to, answer.wanted.words[:1].upper() + answer.wanted.words[1:])
    rules_line(to, answer.rules)
    if answer.wanted is not None:
        Grid(("", ""), [(name.replace("_", " "), text) for name, text in answer.wanted.details.items()]).show(
            to
        )
    for one in answer.positions:
        section(to, f"{one.symbol} {one.side}", f"mark {price(one.alone.mark_price)}, {one.ring}")
        _show_lines(to, (("others still", one.alone), ("all together", one.together)))
    for ring in answer.rings:
        section(to, f"The whole of {ring.ring}", f"mark of {ring.leader} {price(ring.mark_price)}")
        _show_lines(to, (("all together", ring),))
    to.print()
    for told in answer.notes:
        note(to, told)
    note(to, "Marks are shown in full: alive at the first, liquidated at the second, one quantum further.")
    note(to, "Others still: this coin alone moves. All together: every coin moves by its beta to the leader.")


def _show_lines(to: Console, lines: Sequence[tuple[str, out.LineAnswer]]) -> None:
    """Prices as a grid; a state without a price in its words."""
    rows = [(f"{label}, {way}", *side) for label, line in lines for way, *side in _sides(line)]
    Grid(("", "alive at", "liquidated at", "distance"), rows).show(to)
    for label, line in lines:
        if line.below is None and line.above is None:
            note(to, f"{label}: {line.words}")


def _sides(line: out.LineAnswer) -> list[tuple[str, str, str, str]]:
    coin = line.leader.split("/")[0]
    named = ((f"{coin} falling", line.below), (f"{coin} rising", line.above))
    return [
        (label, whole(side.alive), whole(side.liquidated), percent(side.move))
        for label, side in named
        if side is not None
    ]


def _distinct(twins: Sequence[T]) -> list[tuple[str, T]]:
    """Twins under their names; where the book is arranged like one of them now, that one says so."""
    now = next((one for one in twins if one.twin == "as_is"), None)
    like = [one for one in twins if one is not now and now is not None and _alike(one, now)]
    shown = [one for one in twins if one is not now or not like]
    return [(TWIN_WORDS[one.twin] + (" (now)" if one in like else ""), one) for one in shown]


def _alike(one: BaseModel, other: BaseModel) -> bool:
    return one.model_dump(exclude={"twin"}) == other.model_dump(exclude={"twin"})


def show_frontier(to: Console, answer: out.FrontierAnswer) -> None:
    """The vertices of the lines on which each twin is liquidated."""
    headline(
        to, f"Where the account is liquidated over {answer.x} and {answer.y}, the others standing still."
    )
    rules_line(to, answer.rules)
    note(to, f"today: {answer.x} at {price(answer.today[0])}, {answer.y} at {price(answer.today[1])}")
    for name, twin in _distinct(answer.twins):
        state = "alive today" if twin.alive else "liquidated today"
        section(to, name, state if twin.feasible else f"not possible: {twin.reason}")
        for line in twin.lines:
            shape = "straight in 1/price between" if line.curved else "straight between"
            note(to, f"{line.ring} is liquidated on the line that is {shape}")
            Grid((answer.x, answer.y), [(price(x), price(y)) for x, y in line.vertices]).show(to)
        if twin.feasible and not twin.lines:
            note(to, "No pair of these prices, up to twice today's, liquidates it.")


def show_scrub(to: Console, answer: out.ScrubAnswer) -> None:
    """Every twin after the move."""
    others = "the others follow their betas" if answer.follow else "the others stay put"
    headline(to, f"{answer.leader} moves by {percent(answer.move)}; {others}.")
    rules_line(to, answer.rules)
    for name, twin in _distinct(answer.twins):
        words = [
            f"{_gain(loss, asset)}, equity {amount(twin.equity[asset], asset)}"
            for asset, loss in twin.loss.items()
        ]
        section(to, name, "; ".join(words) if twin.feasible else "not possible")
        assets = {ring.ring: ring.asset for ring in twin.rings}
        rows = [
            (
                f"{one.symbol} {one.side}",
                price(one.mark_price),
                amount(one.unrealized_pnl, assets.get(one.ring, "")),
                "liquidated" if one.liquidated else "open",
            )
            for one in twin.positions
        ]
        Grid(("", "mark", "unrealised PnL", "then"), rows).show(to)
        for death in twin.deaths:
            note(to, f"{death.ring} is liquidated at {price(death.price)} ({percent(death.move)})")


def _gain(loss: str, asset: str) -> str:
    return f"gains {amount(loss[1:], asset)}" if loss.startswith("-") else f"loses {amount(loss, asset)}"


def show_explain(to: Console, answer: out.ExplainAnswer) -> None:
    """The workings, in full: every digit, the arithmetic, the clause."""
    headline(to, f"{TWIN_WORDS[answer.twin]}: {answer.field or 'every number'}, and where it comes from")
    rules_line(to, answer.rules)
    for line in answer.lines:
        to.print()
        to.print(Text(clean(line.field), style="dim"), soft_wrap=True)
        to.print(
            Text.assemble((clean(line.label), "bold"), f"  {whole(line.value)} {line.unit}".rstrip()),
            soft_wrap=True,
        )
        to.print(Text(clean(f"  = {line.how}")))
        if line.source:
            to.print(Text(clean(f"  {line.source}"), style="dim"))
    if not answer.lines:
        note(to, "No number has this name; ringfence explain BOOK lists them all.")


def show_tiers(to: Console, answer: out.TiersListAnswer) -> None:
    """Dated tables of one venue."""
    rows = [
        (
            one.symbol,
            one.valid_from,
            one.until or "",
            str(one.tiers),
            percent(one.first_rate, signed=False),
            "shipped" if one.shipped else "yours",
        )
        for one in answer.tables
    ]
    headline(to, f"{answer.venue}: {len(rows):,} tier tables")
    Grid(("symbol", "from", "until", "tiers", "first rate", ""), rows).show(to)


def show_tier_table(to: Console, answer: out.TiersShowAnswer) -> None:
    """One table, tier by tier."""
    table = answer.table
    headline(to, f"{table.symbol}: tiers from {table.valid_from}")
    rules_line(to, answer.rules)
    note(to, f"source: {table.source}")
    note(to, MEASURED[table.basis])
    to.print(Text(f"digest: {clean(table.digest)}", style="dim"), soft_wrap=True)
    rows = [
        (
            str(row.number),
            whole(row.floor),
            "no end" if row.cap is None else whole(row.cap),
            percent(row.rate, signed=False),
            whole(row.deduction),
            "not stated" if row.max_leverage is None else times(row.max_leverage),
        )
        for row in table.tiers
    ]
    Grid(("tier", "above", "up to", "maintenance", "deduction", "highest leverage"), rows).show(to)


def show_import(to: Console, answer: out.TiersImportAnswer) -> None:
    """What was stored."""
    headline(
        to, f"{answer.venue}: {answer.symbols:,} symbols, {answer.tiers:,} tiers from {answer.valid_from}"
    )
    groups = (("new", answer.added), ("changed", answer.changed), ("as known", answer.unchanged))
    Grid(("", ""), [(label, f"{len(names):,}") for label, names in groups]).show(to)
    note(to, f"stored in {answer.stored_in}")


def show_venues(to: Console, answer: venues_out.VenuesListAnswer) -> None:
    """Installed venues."""
    rows = [
        (one.key, one.title, one.valid_from, ", ".join(one.kinds), f"{one.symbols:,}")
        for one in answer.venues
    ]
    headline(to, f"{len(rows)} venues")
    Grid(("key", "name", "rules from", "contracts", "tier tables"), rows).show(to)
    for one in answer.broken:
        note(to, f"{one.key} does not load: {one.reason}")


def show_venue(to: Console, answer: venues_out.VenuesShowAnswer) -> None:
    """Every rule with its clause."""
    headline(to, answer.rules.title)
    rules_line(to, answer.rules)
    for one in answer.clauses:
        section(to, one.rule.replace("_", " "), one.choice)
        note(to, f"{one.source}, {one.section} (read {one.as_of}); {one.confidence}")
        if one.assumption:
            note(to, f"assumed: {one.assumption}")
    for line in answer.notes:
        to.print()
        note(to, line)


def show_init(to: Console, answer: venues_out.InitAnswer) -> None:
    """The template as it is, for a file."""
    to.out(answer.text.rstrip("\n"), highlight=False)


SHOWN: Mapping[str, Callable[[Console, Any], None]] = {
    "compare": show_compare,
    "assess": show_assess,
    "solve": show_solve,
    "frontier": show_frontier,
    "scrub": show_scrub,
    "explain": show_explain,
    "preview": show_preview,
    "liquidate": show_liquidate,
    "replay": show_replay,
    "tiers-list": show_tiers,
    "tiers-show": show_tier_table,
    "tiers-diff": show_differences,
    "tiers-import": show_import,
    "tiers-update": show_update,
    "venues-list": show_venues,
    "venues-show": show_venue,
    "venues-check": show_check,
    "data-list": show_list,
    "data-check": show_checked,
    "data-import": show_imported,
    "data-fetch": show_fetched,
    **MIRROR_SHOWN,
    "init": show_init,
}
"""How each operation's answer is shown."""
