"""Turn exact results into answers: every amount onto its grid, every state into words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from enum import Enum
from typing import Any

from ringfence.domain.account import Account, MarginMode
from ringfence.domain.derivation import Derivation
from ringfence.domain.numbers import Number, add, plain
from ringfence.exact.assess import Assessment, PositionFigures, RingFigures, Totals
from ringfence.exact.leg import Leg
from ringfence.exact.ring import Book, Ring
from ringfence.service import answers as out
from ringfence.solve.arrange import TwinName
from ringfence.solve.fed import can_follow, fed_fences, fed_words
from ringfence.solve.liquidation import Answer, Reach
from ringfence.solve.reasons import Reason
from ringfence.solve.search import LiquidationPrice
from ringfence.solve.shock import RingOutcome
from ringfence.solve.twins import Contagion, PositionTwin, Twin
from ringfence.venues.rules import Confidence, VenueRules
from ringfence.venues.shown import Prices

_ONLY_CHANGES = ("mode_switch", "position_mode", "removal", "margin_moved")
"""Rules about changes to an account, which no figure of an account as it stands follows."""


def _touches(rule: str, account: Account) -> bool:
    """Whether a rule can move any figure of an account as it stands."""
    if rule in _ONLY_CHANGES:
        return False
    return {
        "open_orders": bool(account.orders),
        "hedge": account.hedged,
        "several_positions": len(account.positions) > 1,
        "multi_asset": account.multi_asset,
        "collateral": account.multi_asset,
    }.get(rule, True)


class Presenter:
    """Writes the results of one rule set; the venue's money grid is the only state.

    >>> from ringfence.venues.registry import rules
    >>> Presenter(rules("demo")).amount(Decimal("2.500000000001"))
    '2.5'
    """

    def __init__(self, rules: VenueRules) -> None:
        self._rules = rules

    def amount(self, value: Number) -> str:
        """Money on the venue's grid."""
        return plain(self._rules.money.round(value))

    def optional(self, value: Number | None) -> str | None:
        """Money, or the absence of it."""
        return None if value is None else self.amount(value)

    def amounts(self, values: Mapping[str, Number]) -> dict[str, str]:
        """Money by asset."""
        return {asset: self.amount(value) for asset, value in values.items()}

    def rules(self, on: str, *, of: Account | None = None) -> out.Rules:
        """Whose rules an answer follows, and which of them nobody could confirm.

        Args:
            of: the account the answer is about; a rule that cannot touch it is not named.
        """
        unsure = [
            f"{name}: {clause.assumption}"
            for name, clause in self._rules.clauses.items()
            if clause.confidence is Confidence.UNCONFIRMED and (of is None or _touches(name, of))
        ]
        return out.Rules(
            venue=self._rules.key,
            title=self._rules.title,
            on=on,
            digest=self._rules.digest,
            unconfirmed=unsure,
        )

    def position(self, book: Book, figures: PositionFigures) -> out.PositionAnswer:
        """One position at its mark."""
        position = figures.position
        _, leg = book.leg_of(position)
        return out.PositionAnswer(
            symbol=position.symbol,
            side=position.side.value,
            margin_mode=position.margin_mode.value,
            ring=figures.ring,
            asset=figures.asset,
            contracts=plain(position.contracts),
            entry_price=None if position.entry_price is None else plain(position.entry_price),
            mark_price=plain(figures.mark_price),
            leverage=None if position.leverage is None else plain(position.leverage),
            notional=self.amount(figures.notional),
            unrealized_pnl=self.amount(figures.unrealized_pnl),
            initial_margin=self.optional(figures.initial_margin),
            maintenance_margin=self.amount(figures.maintenance_margin),
            requirement=self.amount(figures.requirement),
            closing_fee=self.optional(figures.closing_fee),
            tier=_tier(leg, figures),
            isolated_margin=self.optional(position.isolated_margin),
            isolated_equity=self.optional(figures.isolated_equity),
            health=self.optional(figures.health),
            maintenance_usage=share(figures.maintenance_usage),
        )

    def ring(self, figures: RingFigures) -> out.RingAnswer:
        """One fence or pool."""
        return out.RingAnswer(
            name=figures.name,
            margin_mode=figures.mode.value,
            asset=figures.asset,
            wallet_balance=self.amount(figures.wallet_balance),
            equity=self.amount(figures.equity),
            unrealized_pnl=self.amount(figures.unrealized_pnl),
            initial_margin=self.optional(figures.initial_margin),
            maintenance_margin=self.amount(figures.maintenance_margin),
            requirement=self.amount(figures.requirement),
            health=self.amount(figures.health),
            maintenance_usage=share(figures.maintenance_usage),
            notional=self.amount(figures.notional),
            available_balance=self.optional(figures.available_balance),
            withdrawable=self.optional(figures.withdrawable),
            solvency=key_of(figures.solvency),
            venue_does=figures.solvency.value,
        )

    def totals(self, total: Totals) -> out.TotalsAnswer:
        """The account in one asset."""
        return out.TotalsAnswer(
            asset=total.asset,
            equity=self.amount(total.equity),
            total_equity=self.amount(total.total_equity),
            notional=self.amount(total.notional),
            effective_leverage=share(total.effective_leverage),
        )

    def shown(self, prices: Prices | None) -> out.ShownPrices | None:
        """What the venue prints, where it is not the exact price."""
        if prices is None:
            return None
        return out.ShownPrices(
            liquidation_price=None if prices.liquidation is None else plain(prices.liquidation),
            bankruptcy_price=None if prices.bankruptcy is None else plain(prices.bankruptcy),
        )

    def line(self, answer: Answer, *, whole: bool, symbol: str | None = None) -> out.LineAnswer:
        """What one line of prices does to one ring, with its condition in words.

        Args:
            symbol: the position that asks; the tiers of the others stand with the ring.
        """
        return out.LineAnswer(
            ring=answer.ring,
            leader=answer.leader,
            mark_price=plain(answer.mark_price),
            reach=key_of(answer.reach),
            words=_words(answer, whole=whole),
            nearest=price_of(answer.nearest, symbol),
            below=price_of(answer.below, symbol),
            above=price_of(answer.above, symbol),
            bankruptcy_price=None if answer.nearest_bankruptcy is None else plain(answer.nearest_bankruptcy),
            equity_left=self.optional(answer.equity_left),
        )

    def twin_position(self, book: Book, one: PositionTwin) -> out.TwinPosition:
        """One position in one twin."""
        return out.TwinPosition(
            position=self.position(book, one.figures),
            margin=self.amount(one.margin),
            shared=one.shared,
            at_risk=self.amount(one.at_risk),
            loss_at_liquidation=self.optional(one.loss_at_liquidation),
            left_at_liquidation=self.optional(one.left_at_liquidation),
            daily_ranges=share(one.drag.daily_ranges),
            close_fee=self.optional(one.drag.close_fee),
            funding_per_day=self.optional(one.drag.funding_per_day),
            alone=self.line(one.liquidation.alone, whole=False, symbol=one.position.symbol),
            together=self.line(one.liquidation.together, whole=True, symbol=one.position.symbol),
            shown=self.shown(one.liquidation.shown),
        )

    def outcome(self, outcome: RingOutcome) -> out.OutcomeAnswer:
        """What a jump did to one ring."""
        return out.OutcomeAnswer(
            ring=outcome.ring,
            asset=outcome.asset,
            liquidated=outcome.liquidated,
            equity_before=self.amount(outcome.equity_before),
            equity_after=self.amount(outcome.equity_after),
            loss=self.amount(outcome.loss),
            shortfall=self.amount(outcome.shortfall),
        )

    def twin(self, twin: Twin, outcome: Iterable[RingOutcome] | None) -> out.TwinAnswer:
        """One arrangement of margin modes."""
        known = twin.assessment
        return out.TwinAnswer(
            twin=twin.name.value,
            feasible=twin.feasible,
            reason=twin.reason,
            missing=self.amounts(twin.missing),
            positions=[self.twin_position(twin.book, one) for one in twin.positions],
            rings=[self.ring(ring) for ring in twin.rings],
            totals=[self.totals(total) for total in known.totals] if known else [],
            most_to_lose=self.amounts(twin.most_to_lose or {}),
            free_capital={asset: self.optional(value) for asset, value in (twin.free_capital or {}).items()},
            contagion=[contagion_of(one) for one in twin.contagion],
            outcome=None if outcome is None else [self.outcome(one) for one in outcome],
        )

    def fed(self, book: Book, assessment: Assessment | None) -> list[str]:
        """What is said about the fences that are fed from the pool."""
        assets = {ring.asset for ring in fed_fences(book)}
        known = {a: self.amount(can_follow(assessment, a)) for a in assets} if assessment else {}
        return fed_words(book, assessment, known)

    def reason(self, reason: Reason) -> out.ReasonAnswer:
        """One rule, judged, with the book's own numbers."""
        return out.ReasonAnswer(
            id=reason.id,
            also=list(reason.also),
            statement=reason.statement,
            status=reason.status.value,
            applies=reason.applies,
            why=reason.why,
            holds=reason.holds,
            finding=reason.finding,
            lines=work(Derivation(reason.lines)),
        )

    def scrubbed(
        self, name: TwinName, assessment: Assessment, outcome: Iterable[RingOutcome], died: list[out.Death]
    ) -> out.ScrubTwin:
        """One twin after a move."""
        rings = list(outcome)
        dead = {ring.ring for ring in rings if ring.liquidated}
        return out.ScrubTwin(
            twin=name.value,
            feasible=True,
            positions=[self._scrub_position(one, dead) for one in assessment.positions],
            rings=[
                out.ScrubRing(
                    ring=ring.ring,
                    asset=ring.asset,
                    liquidated=ring.liquidated,
                    equity=self.amount(ring.equity_after),
                    maintenance_margin=self.amount(assessment.ring(ring.ring).requirement),
                    health=self.amount(assessment.ring(ring.ring).health),
                    loss=self.amount(ring.loss),
                )
                for ring in rings
            ],
            loss=self.amounts(_summed((ring.asset, ring.loss) for ring in rings)),
            equity=self.amounts(_summed((ring.asset, ring.equity_after) for ring in rings)),
            deaths=died,
        )

    def _scrub_position(self, figures: PositionFigures, dead: set[str]) -> out.ScrubPosition:
        return out.ScrubPosition(
            symbol=figures.position.symbol,
            side=figures.position.side.value,
            ring=figures.ring,
            mark_price=plain(figures.mark_price),
            unrealized_pnl=self.amount(figures.unrealized_pnl),
            liquidated=figures.ring in dead,
        )

    def assessment(self, assessment: Assessment, lines: Derivation) -> out.AssessAnswer:
        """A whole assessment with its workings."""
        return out.AssessAnswer(
            rules=self.rules(assessment.book.on),
            positions=[self.position(assessment.book, one) for one in assessment.positions],
            rings=[self.ring(ring) for ring in assessment.rings],
            totals=[self.totals(total) for total in assessment.totals],
            solvency=key_of(assessment.solvency),
            derivation=work(lines),
        )


def _summed(amounts: Iterable[tuple[str, Number]]) -> dict[str, Number]:
    by_asset: dict[str, list[Number]] = {}
    for asset, amount in amounts:
        by_asset.setdefault(asset, []).append(amount)
    return {asset: add(values) for asset, values in by_asset.items()}


def key_of(member: Enum) -> Any:
    """A state as answers name it: ``at_a_price``."""
    return member.name.lower()


def work(lines: Derivation) -> list[out.WorkLine]:
    """Workings as they are printed: values to 12 decimals."""
    return [
        out.WorkLine(
            field=line.field,
            label=line.label,
            value=plain(line.value),
            unit=line.unit,
            how=line.how,
            source=line.source,
        )
        for line in lines.lines
    ]


def share(value: Number | None) -> str | None:
    """A ratio to 12 decimals, or the absence of it."""
    return None if value is None else plain(value)


def price_of(price: LiquidationPrice | None, symbol: str | None = None) -> out.LinePrice | None:
    """A bracketed liquidation price, or the absence of it; with the tiers of one symbol, or of all."""
    if price is None:
        return None
    return out.LinePrice(
        alive=plain(price.alive),
        liquidated=plain(price.liquidated),
        threshold=plain(price.threshold),
        move=plain(price.move),
        tiers={name: tier for name, tier in price.tiers if symbol in (None, name.rpartition(" ")[0])},
    )


def percent(move: Number) -> str:
    """A share in words, with the real minus sign: ``−18.3 %``."""
    return f"{Decimal(plain(move * 100, 2)):+} %".replace("-", "−")


def base_of(symbol: str) -> str:
    """The coin of a symbol."""
    return symbol.split("/")[0]


def _words(answer: Answer, *, whole: bool) -> str:
    hit = answer.nearest
    coin = base_of(answer.leader)
    if answer.reach is not Reach.AT_A_PRICE or hit is None:
        return answer.reach.value
    condition = (
        f"every coin moving with {coin} by its beta"
        if whole
        else f"{coin} moving alone, the others standing still"
    )
    return f"liquidated at {plain(hit.liquidated)} ({percent(hit.move)}), {condition}"


def contagion_of(one: Contagion) -> out.ContagionAnswer:
    """Who takes whom along, in words."""
    taken = " and ".join(base_of(name) for name in one.takes)
    return out.ContagionAnswer(
        cause=one.cause,
        symbol=one.symbol,
        price=plain(one.price),
        move=plain(one.move),
        takes=list(one.takes),
        words=f"if {base_of(one.symbol)} fails in cross it takes {taken} with it at {percent(one.move)}",
    )


def _tier(leg: Leg, figures: PositionFigures) -> out.TierUsed:
    table = leg.table
    return out.TierUsed(
        number=figures.tier,
        rate=plain(figures.maintenance_rate),
        deduction=plain(figures.deduction),
        valid_from=table.valid_from,
        source=table.source,
        digest=table.digest,
    )


def conditions(book: Book, rings: Iterable[Ring], *, fed: Sequence[str] = ()) -> list[str]:
    """What must hold for *the most that can be lost* to be the most.

    Args:
        fed: what is said about the fences that are fed.
    """
    rules = book.rules
    found = ["Nothing is added: a margin or a deposit added later can be lost as well."]
    if any(ring.mode is MarginMode.ISOLATED for ring in rings):
        switch = "off (this venue has such a switch)" if rules.auto_top_up else "off, where there is one"
        found += fed or [f"Automatic top-up of fences is {switch}."]
        found.append("Fees and funding are counted apart: what is taken from the wallet comes on top.")
    found.append(
        f"A gap may leave a balance below zero; who bears it: {rules.shortfall.value} "
        f"({rules.clauses['shortfall']})."
    )
    found.append("What remains at the liquidation price is counted as lost.")
    return found
