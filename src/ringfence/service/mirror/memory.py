"""Memory: what the journal knows of one account, read once and kept up to date.

The journal only grows, so what was read of it stays true: each question reads the records since the last one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from decimal import Decimal
from fractions import Fraction
from threading import RLock
from typing import TYPE_CHECKING, Any

from ringfence.domain.instrument import is_contract
from ringfence.domain.numbers import Number, rounded
from ringfence.mirror import happened as past
from ringfence.mirror.detectors.past import Balance
from ringfence.mirror.happened import Happened
from ringfence.mirror.measured.remembered import Asked
from ringfence.mirror.model import Intent, Plan
from ringfence.mirror.outcome.delta import difference
from ringfence.mirror.outcome.model import Branch
from ringfence.mirror.outcome.stored import outcome_of
from ringfence.service.mirror.plans import read_plan
from ringfence.service.mirror.records import read_as

if TYPE_CHECKING:
    from ringfence.store.journal.journal import Journal
    from ringfence.store.journal.values import Stored

HAPPENED = {
    kind.kind: kind
    for kind in (
        past.Traded, past.FundingBooked, past.PnlBooked, past.ClosedPosition, past.MoneyMoved,
        past.MarginAdjusted, past.ModeSwitched, past.LeverageSet, past.StopMoved,
    )
}  # fmt: skip
"""Every kind of booking by its name."""
CENT_OF_CENT = Decimal("0.00000001")
KEPT = 256
"""Accounts whose memory is kept."""


@dataclass
class Memory:
    """What is known of one account.

    Attributes:
        asked: intents by id, with how they ended. limits, settings: as they were set, oldest first.
        balances: that venues reported, where they add up. deltas: what a decision was worth against doing
            nothing, by audit.
        creep: of every scan, whether rising leverage was found, and its slope.
        shown: by intent, which rules were shown and how bad it was. decisions: their record ids by intent.
        filled: intents that an executor reported a fill of. seq: the last record that was read.
        looked: the last record of the journal, of any account, that was looked at.
        asked_seq, decided_seq, filled, booked_seq, creep: with the record that said so, because an audit is
            judged again by what was known when it was made.
    """

    plans: list[Plan] = field(default_factory=list)
    asked: dict[str, Asked] = field(default_factory=dict)
    limits: list[Mapping[str, Any]] = field(default_factory=list)
    settings: list[Mapping[str, Any]] = field(default_factory=list)
    happened: list[Happened] = field(default_factory=list)
    shown: dict[str, list[tuple[str, int, Number | None]]] = field(default_factory=dict)
    balances: list[Balance] = field(default_factory=list)
    deltas: dict[str, Decimal] = field(default_factory=dict)
    filled: dict[str, int] = field(default_factory=dict)
    snapshot: Stored | None = None
    creep: list[tuple[int, bool, Number | None]] = field(default_factory=list)
    asked_seq: dict[str, int] = field(default_factory=dict)
    decided_seq: dict[str, int] = field(default_factory=dict)
    booked_seq: list[int] = field(default_factory=list)
    seq: int = 0
    looked: int = 0
    lock: RLock = field(default_factory=RLock, repr=False)
    kept: dict[str, Any] = field(default_factory=dict, repr=False)
    """What was worked out of it, by what, with how many bookings it was made of."""

    def before(self, seq: int) -> Memory:
        """The same with the own limits and settings that were journaled before a record."""
        return replace(
            self,
            limits=[one for one in self.limits if one["seq"] < seq],
            settings=[one for one in self.settings if one["seq"] < seq],
        )


_MEMORIES: dict[tuple[str, str], Memory] = {}
_LOCK = RLock()
READ = (
    "plan",
    "intent",
    "audit",
    "decision",
    "lock",
    "setting",
    "event",
    "snapshot",
    "report",
    "fill",
    "import",
    "outcome",
)


def memory_of(journal: Journal, account_id: str) -> Memory:
    """What a journal knows of an account, as of now."""
    from ringfence.store.journal.values import Query

    found = _kept(journal, account_id)
    with found.lock:
        last = journal.last_seq
        if last > found.looked or not last:
            for one in journal.find(Query(kinds=READ, account_id=account_id, after_seq=found.seq)):
                _learn(found, one, journal)
                found.seq = one.seq
            found.looked = max(last, found.seq)
    return found


def remember(journal: Journal, account_id: str, written: Sequence[Stored]) -> Memory:
    """The same after records of this account were written; only what others wrote meanwhile is read."""
    found = _kept(journal, account_id)
    with found.lock:
        if not written or written[0].seq != found.looked + 1 or any(one.repeated for one in written):
            return memory_of(journal, account_id)
        for one in written:
            if one.kind in READ:
                _learn(found, one, journal)
            found.seq = found.looked = one.seq
    return found


@contextmanager
def alone(journal: Journal, account_id: str) -> Iterator[None]:
    """Two who ask about one account at once are judged one after the other, the second knowing the first."""
    with _kept(journal, account_id).lock:
        yield


def forget(journal: Journal) -> None:
    """Keep nothing of a journal in mind: a text of it was erased."""
    with _LOCK:
        for key in [key for key in _MEMORIES if key[0] == journal.journal_id]:
            del _MEMORIES[key]


def _kept(journal: Journal, account_id: str) -> Memory:
    with _LOCK:
        found = _MEMORIES.setdefault((journal.journal_id, account_id), Memory())
        while len(_MEMORIES) > KEPT:
            _MEMORIES.pop(next(iter(_MEMORIES)))
    return found


def _learn(memory: Memory, one: Stored, journal: Journal) -> None:
    if one.kind == "plan":
        memory.plans.append(read_plan(journal, one))
    elif one.kind == "intent":
        memory.asked[one.id] = Asked(read_as(Intent, one.body["intent"]))
        memory.asked_seq[one.id] = one.seq
    elif one.kind == "audit":
        _learn_audit(memory, one)
    elif one.kind == "decision" and one.parent_id in memory.asked:
        decided = replace(memory.asked[one.parent_id], decision=one.body["decision"], decided_ms=one.at_ms)
        memory.asked[one.parent_id] = decided
        memory.decided_seq[one.parent_id] = one.seq
    elif one.kind == "lock":
        memory.limits.append({**one.body, "seq": one.seq})
    elif one.kind == "fill":
        memory.filled.setdefault(one.body["intent_id"], one.seq)
    elif one.kind == "import":
        memory.balances += _balances(one)
    elif one.kind == "outcome":
        _learn_outcome(memory, one)
    elif one.kind == "setting":
        memory.settings.append({**one.body, "seq": one.seq})
    elif one.kind == "report" and "creep" in one.body:
        said = one.body["creep"]
        memory.creep.append((one.seq, said["supported"], number(said["effect"])))
    elif one.kind == "event":
        memory.happened.append(happened_of(one.body))
        memory.booked_seq.append(one.seq)
    elif one.kind == "snapshot":
        memory.snapshot = one


def _balances(one: Stored) -> list[Balance]:
    """What the venue itself said the account owned at the end of an import, where it adds up."""
    return [
        Balance(one.body["until_ms"], said["asset"], Decimal(said["found"]), one.account_id)
        for said in one.body["reconciled"]
        if not said["position"] and Decimal(said["difference"]) == 0
    ]


def _learn_outcome(memory: Memory, one: Stored) -> None:
    """What going ahead was worth against doing nothing, where the prices decide it."""
    found = tuple(outcome_of(each) for each in one.body["outcomes"])
    told = difference(found, Branch.ACTUAL, Branch.DO_NOTHING)
    if told is not None and told.determined and told.low is not None:
        memory.deltas[one.parent_id] = rounded(told.low, CENT_OF_CENT)


def _learn_audit(memory: Memory, one: Stored) -> None:
    asked = memory.asked.get(one.parent_id)
    if asked is None:
        return
    said = one.body["facts"]
    memory.asked[one.parent_id] = replace(
        asked,
        paused=said["paused"],
        adverse=said["adverse"],
        level=None if said["level"] is None else Decimal(said["level"]),
        distance=number(said["distance"]),
        risk=number(said["risk"]),
        margin=number(said["margin"]),
        at_risk=number(said["at_risk"]),
        rung=said["rung"],
    )
    memory.shown[one.parent_id] = [
        (each["rule"], one.at_ms, number(each["measure"])) for each in one.body["shown"]
    ]


def number(text: str | int | None) -> Number | None:
    """An exact number from how it was journaled.

    >>> number("2/3"), number("0.5"), number(None)
    (Fraction(2, 3), Decimal('0.5'), None)
    """
    if text is None or isinstance(text, int):
        return text
    return Fraction(text) if "/" in text else Decimal(text)


def happened_of(body: Mapping[str, Any]) -> Happened:
    """A booking from its record."""
    kind = HAPPENED[body["kind"]]
    return read_as(kind, {name: value for name, value in body.items() if name != "kind"})


def is_traded(one: Happened) -> bool:
    """Whether a booking is of a contract whose name is known, or of no contract at all.

    An export may name one that nothing here knows; it is kept as written, and no figure is made of it.
    """
    symbol = getattr(one, "symbol", "")
    return not symbol or is_contract(symbol)
