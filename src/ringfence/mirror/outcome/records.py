"""Records of the rules: how often each fires, how often it is overridden, and what came of that."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from ringfence.domain.numbers import Number, add, exactly
from ringfence.mirror.outcome.delta import Delta
from ringfence.mirror.outcome.ledger import Entry, amount

FIRINGS = 20
"""Firings below which a rule is left alone."""
OVERRIDDEN = Fraction(9, 10)
"""Share of overrides from which a rule is proposed for demotion, unless they did harm."""
MEASURED = Fraction(1, 2)
"""Share of the overrides whose outcome must be decided: harm that nobody measured is not no harm."""


@dataclass(frozen=True)
class Record:
    """How one rule has done. Money by asset.

    Attributes:
        firings: audits that it decided, of ``audits``. overridden: carried out all the same.
        heeded_net: what was done less doing it at once, over decided ones. overridden_net: what was done less
            doing nothing. measured: overridden ones that are decided. caused: liquidations among them that
            doing nothing would not have had.
        proposed: for demotion; somebody has to agree. why: in words, also where it is not proposed.
    """

    rule_id: str
    audits: int
    firings: int
    overridden: int
    measured: int
    caused: int
    heeded_net: Mapping[str, Number]
    overridden_net: Mapping[str, Number]
    proposed: bool
    why: str

    @property
    def fire_rate(self) -> Fraction:
        """Share of the audits that it decided."""
        return Fraction(self.firings, self.audits) if self.audits else Fraction(0)

    @property
    def override_rate(self) -> Fraction:
        """Share of its firings that were overridden."""
        return Fraction(self.overridden, self.firings) if self.firings else Fraction(0)


def records(entries: Iterable[Entry], *, audits: int) -> tuple[Record, ...]:
    """The record of every rule that decided a pause, by its id.

    Args:
        audits: of all intents, those that no rule decided among them.

    >>> records([], audits=0)
    ()
    """
    fired: dict[str, list[Entry]] = {}
    for one in entries:
        if one.paused:
            for rule in dict.fromkeys(one.rules):
                fired.setdefault(rule, []).append(one)
    return tuple(_record(rule, fired[rule], audits) for rule in sorted(fired))


@exactly
def _record(rule: str, fired: Sequence[Entry], audits: int) -> Record:
    overridden = [one for one in fired if one.overridden]
    ahead = [one.going_ahead for one in overridden if one.going_ahead and one.going_ahead.determined]
    heeded = [one.pausing for one in fired if one.heeded and one.pausing and one.pausing.determined]
    net, caused = _net(ahead), sum(one.caused for one in ahead)
    why = _why(len(fired), len(overridden), len(ahead))
    if not why and (caused or any(total < 0 for total in net.values())):
        why = "overriding it has cost money or a position"
    return Record(
        rule_id=rule,
        audits=audits,
        firings=len(fired),
        overridden=len(overridden),
        measured=len(ahead),
        caused=caused,
        heeded_net=_net(heeded),
        overridden_net=net,
        proposed=not why,
        why=why or "overridden nearly always, and no harm was measured",
    )


def _why(firings: int, overridden: int, measured: int) -> str:
    """Why a rule is left as it is, as far as counts say; empty: they say nothing."""
    if firings < FIRINGS:
        return f"fewer than {FIRINGS} firings"
    if overridden < OVERRIDDEN * firings:
        return "heeded often enough"
    return "too few of its overrides are decided" if measured < MEASURED * overridden else ""


def _net(deltas: Iterable[Delta]) -> dict[str, Number]:
    found: dict[str, list[Number]] = {}
    for one in deltas:
        found.setdefault(one.asset, []).append(amount(one))
    return {asset: add(own) for asset, own in sorted(found.items())}
