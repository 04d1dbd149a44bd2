"""The laws that every rule pack is held to: about its tables, its citations, and accounts drawn under it.

A law is a function that yields, for each thing it looks at, whether it holds and what was seen; nothing
yielded means that the law says nothing about this pack or account.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction

from ringfence.domain.account import Account, Side
from ringfence.domain.market import Market
from ringfence.domain.numbers import exactly, plain, simplest
from ringfence.domain.tiers import Tier, TierTable, joined
from ringfence.errors import NotDocumented, NotSupported, RingfenceError
from ringfence.exact.assess import Solvency, assess
from ringfence.exact.ring import prepare
from ringfence.solve.liquidation import move_alone
from ringfence.testing.conform import Verdict
from ringfence.testing.draws import Sample, sample
from ringfence.venues.rules import CITED, Confidence, Trigger, VenueRules

Seen = Iterator[tuple[bool, str]]
NOTHING = {
    True: "the pack ships no table that it could be held against",
    False: "no account was drawn that it is about",
}
SHOWN = 3
"""How many counterexamples a report carries."""


@dataclass(frozen=True, slots=True)
class LawReport:
    """One law, held against one pack.

    Attributes:
        says: the law in words. checked: how often it was looked at.
        problems: the first counterexamples. failures: how many there were.
        reason: why it could not be checked, or empty.
    """

    name: str
    says: str
    verdict: Verdict
    checked: int
    failures: int = 0
    problems: tuple[str, ...] = ()
    reason: str = ""


def check_laws(rules: VenueRules, *, accounts: int, seed: int = 0) -> tuple[LawReport, ...]:
    """Hold a rule set against every law.

    Args:
        accounts: how many are drawn. seed: which; the same seed draws the same accounts everywhere.

    >>> from ringfence.venues.registry import rules
    >>> {str(one.verdict) for one in check_laws(rules("demo"), accounts=20)}
    {'agrees'}
    """
    tables = [table for dated in rules.tables.values() for table in dated]
    drawn = [sample(rules, seed=seed, number=number) for number in range(accounts)]
    reports = [_held("every choice is cited", cited, [rules])]
    reports += [_held(says, law, tables) for says, law in TABLE_LAWS.items()]
    reports += [_held(says, law, drawn) for says, law in ACCOUNT_LAWS.items()]
    return tuple(reports)


def _held(
    says: str,
    law: Callable[..., Seen],
    things: list[object] | list[TierTable] | list[Sample] | list[VenueRules],
) -> LawReport:
    checked, problems, silent = 0, [], ""
    for thing in things:
        try:
            for holds, seen in law(thing):
                checked += 1
                if not holds:
                    problems.append(seen)
        except (NotSupported, NotDocumented) as error:
            silent = str(error)
        except RingfenceError as error:
            problems.append(f"{thing}: {error}" if isinstance(thing, Sample) else str(error))
    name = law.__name__
    if problems:
        return LawReport(
            name, says, Verdict.DIFFERS, checked, len(problems), tuple(problems[:SHOWN]), problems[0]
        )
    if not checked:
        return LawReport(
            name, says, Verdict.NOT_MODELLED, 0, reason=silent or NOTHING[law in TABLE_LAWS.values()]
        )
    return LawReport(name, says, Verdict.AGREES, checked)


def cited(rules: VenueRules) -> Seen:
    """A clause for each rule, with its document, section and date; what is assumed is written down."""
    for rule in CITED:
        clause = rules.clauses.get(rule)
        if clause is None:
            yield False, f"{rule}: no clause"
            continue
        yield bool(clause.source.title.strip() and clause.section.strip()), f"{rule}: no document or section"
        yield _is_day(clause.source.as_of), f"{rule}: read on {clause.source.as_of!r}, which is no date"
        unsure = clause.confidence is Confidence.UNCONFIRMED
        yield not unsure or bool(clause.assumption), f"{rule}: not confirmed, and no assumption is stated"


def _is_day(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def tiers_start_at_zero(table: TierTable) -> Seen:
    """No size is without a tier at the lower end."""
    yield bool(table.tiers) and table.tiers[0].floor == 0, f"{table.symbol}: the first tier is not from zero"


def tiers_rise(table: TierTable) -> Seen:
    """A larger position never needs a smaller share, nor may it be levered higher."""
    for before, tier in _steps(table):
        place = f"{table.symbol} at {plain(tier.floor)}"
        yield tier.floor > before.floor and tier.rate > before.rate, f"{place}: floor or rate does not rise"
        if before.max_leverage is not None and tier.max_leverage is not None:
            yield tier.max_leverage <= before.max_leverage, f"{place}: the highest leverage rises"


@exactly
def _at_edge(floor: Decimal, rate: Decimal, deduction: Decimal) -> Decimal:
    return floor * rate - deduction


def tiers_join(table: TierTable) -> Seen:
    """Caps meet floors, and maintenance is the same on both sides of an edge unless a jump is declared."""
    for before, tier in _steps(table):
        place = f"{table.symbol} at {plain(tier.floor)}"
        yield before.cap == tier.floor, f"{place}: the tier before it ends elsewhere"
        if not table.jumps:
            below = _at_edge(tier.floor, before.rate, before.deduction)
            above = _at_edge(tier.floor, tier.rate, tier.deduction)
            yield below == above, f"{place}: maintenance jumps from {plain(below)} to {plain(above)}"


def deductions_follow(table: TierTable) -> Seen:
    """The deductions are those that the rates give."""
    if table.jumps or len(table.tiers) < 2:
        return
    rows = [(tier.floor, tier.cap, tier.rate, tier.max_leverage) for tier in table.tiers]
    for stated, derived in zip(table.tiers, joined(rows), strict=True):
        said, wanted = plain(stated.deduction), plain(derived.deduction)
        yield said == wanted, f"{table.symbol} at {plain(stated.floor)}: deducts {said}, not {wanted}"


def _steps(table: TierTable) -> Iterator[tuple[Tier, Tier]]:
    return zip(table.tiers, table.tiers[1:], strict=False)


def flat_account_is_sound(one: Sample) -> Seen:
    """Without positions the venue has nothing to do, and the wallet is the equity."""
    flat = Account(venue=one.account.venue, wallet=one.account.wallet)
    for ring in assess(prepare(flat, one.rules, on=one.rules.valid_from), Market()).rings:
        sound = ring.solvency is Solvency.SOUND and ring.maintenance_margin == 0
        yield (
            sound and ring.equity == ring.wallet_balance,
            f"{ring.wallet_balance} {ring.asset}, flat: {ring}",
        )


def health_falls(one: Sample) -> Seen:
    """A price further against the position leaves less health, tier edges included where tiers join."""
    worse = one.mark * (Decimal("0.75") if one.position.side is Side.LONG else Decimal("1.25"))
    moved = one.at(worse)
    here = one.assessment.positions[0]
    if one.book.leg_of(one.position)[1].bends and 2 * here.requirement > here.notional:
        return  # a rate that grows with size asks for more than there is: no venue lets it be opened
    if not _joined(one) and moved.assessment.positions[0].tier != one.assessment.positions[0].tier:
        return
    before, after = one.ring.health, moved.ring.health
    yield after < before, f"{one}: health {plain(before)}, and {plain(after)} at {worse}"


def _joined(one: Sample) -> bool:
    """Whether the requirement has no jump: of the table, and as the venue charges it."""
    return not one.table.jumps and one.book.leg_of(one.position)[1].joined


def long_and_short_mirror(one: Sample) -> Seen:
    """At one price both sides need the same, and what one gains the other loses."""
    here, there = one.assessment.positions[0], one.flipped().assessment.positions[0]
    yield here.unrealized_pnl == -there.unrealized_pnl, f"{one}: the two sides do not gain and lose the same"
    names = ("notional", "maintenance_margin", "initial_margin", "tier")
    for name in names if one.rules.is_plain else ("notional", "tier"):  # a fee may differ by side
        mine, other = getattr(here, name), getattr(there, name)
        yield mine == other, f"{one}: {name} {mine}, and {other} on the other side"


def trigger_decides_at_zero(one: Sample) -> Seen:
    """With the health taken out of its ring, an account stands on the threshold: the trigger decides."""
    health = simplest(Fraction(one.ring.health))
    behind = one.position.isolated_margin
    if not isinstance(health, Decimal) or (behind is not None and behind < health):
        return  # no finite amount, or less inside the fence than would have to leave it
    edge = one.backed_by(health.copy_negate())
    if edge.ring.health != 0 and not edge.rules.is_plain:
        return  # a fee set aside follows the margin, so that taking health out moves the requirement
    dead = edge.ring.solvency in (Solvency.LIQUIDATED, Solvency.BANKRUPT)
    wanted = edge.rules.trigger is Trigger.AT_OR_BELOW_ZERO
    state = f"health {plain(edge.ring.health)}, liquidated: {dead}"
    yield edge.ring.health == 0 and dead is wanted, f"{edge}: {state}"


def price_proves_itself(one: Sample) -> Seen:
    """Assessed anew, the account lives at the last mark alive and is liquidated one quantum further."""
    symbol = one.position.symbol
    ring = one.book.ring_of(one.position)
    found = move_alone(one.book, Market({symbol: one.mark}), ring, symbol)
    for side in (found.below, found.above):
        if side is None:
            continue
        for mark, wanted in ((side.alive, False), (side.liquidated, True)):
            if mark > 0:
                state = one.at(mark).ring.solvency
                dead = state in (Solvency.LIQUIDATED, Solvency.BANKRUPT)
                yield dead is wanted, f"{one}: {state.name.lower()} at {mark}, said liquidated: {wanted}"


TABLE_LAWS: Mapping[str, Callable[[TierTable], Seen]] = {
    "tiers start at zero": tiers_start_at_zero,
    "tiers rise": tiers_rise,
    "tiers join, or declare their jump": tiers_join,
    "deductions follow from rates": deductions_follow,
}
ACCOUNT_LAWS: Mapping[str, Callable[[Sample], Seen]] = {
    "a flat account is sound": flat_account_is_sound,
    "health falls as the price moves against the position": health_falls,
    "long and short mirror": long_and_short_mirror,
    "at exactly zero health the trigger decides": trigger_decides_at_zero,
    "a liquidation price is its own proof": price_proves_itself,
}
