"""Run: a liquidation on its way, and every step that was taken so far."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from decimal import ROUND_CEILING, Decimal
from fractions import Fraction
from functools import cached_property

from ringfence.domain.account import Account
from ringfence.domain.derivation import Derivation, Line
from ringfence.domain.market import Market
from ringfence.domain.numbers import Number, rounded
from ringfence.engine.apply import apply
from ringfence.engine.events import Event
from ringfence.engine.made import NEWEST, Case, paid_out
from ringfence.engine.postings import BAD_DEBT, Posting
from ringfence.engine.state import State
from ringfence.engine.trades import reduced
from ringfence.errors import MissingLeverage, invariant
from ringfence.exact.assess import Assessment, assess
from ringfence.exact.explain import show
from ringfence.exact.health import Part, Sums, is_dead, sums
from ringfence.exact.leg import Leg
from ringfence.exact.ring import Book, Ring, prepare
from ringfence.venues.rules import VenueRules
from ringfence.venues.sequence import Order

ZERO = Decimal(0)
FINEST = Decimal("1e-8")
"""The grid of contracts where nobody gave the venue's lot."""


@dataclass(frozen=True)
class Counterparty:
    """A trader on the other side of a liquidated position, in line to be deleveraged.

    Attributes:
        equity: of the account, or of the fence, behind the position; wallet: without unrealised PnL.
        maintenance: of that account. score: the venue's own, where it is known; it comes before the formula.

    >>> Counterparty("a", Decimal(10), Decimal("650"), score=Decimal(3)).score
    Decimal('3')
    """

    name: str
    contracts: Decimal
    entry_price: Decimal
    equity: Decimal | None = None
    wallet: Decimal | None = None
    maintenance: Decimal | None = None
    score: Decimal | None = None


@dataclass(frozen=True)
class Backing:
    """What stands behind a venue, and the grids it closes on; what is not given is not guessed.

    Attributes:
        insurance: what the fund holds, by asset; None: nobody knows, and it is taken to be enough.
        counterparties: by symbol; None: nobody knows them, and there are enough on the other side.
        lots: the grid of contracts by symbol.

    >>> Backing(insurance={"USDT": Decimal(0)}).insurance
    {'USDT': Decimal('0')}
    """

    insurance: Mapping[str, Decimal] | None = None
    counterparties: Mapping[str, tuple[Counterparty, ...]] | None = None
    lots: Mapping[str, Decimal] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Tested:
    """A ring held against its requirement. ``dead``: the venue would liquidate it."""

    book: Book
    ring: Ring
    added: Sums
    dead: bool

    @property
    def legs(self) -> tuple[tuple[Leg, Part], ...]:
        """Its positions with what each adds."""
        return tuple(zip(self.ring.legs, self.added.parts, strict=True))


@dataclass(frozen=True)
class Taken:
    """One step that was taken, with its workings.

    Attributes:
        event: None where the step found nothing to do. equity, requirement: of the ring after it; None where
            no position is left. passed: whether the ring then stands.
    """

    what: str
    event: Event | None
    words: tuple[str, ...]
    derivation: Derivation
    postings: tuple[Posting, ...]
    equity: Number | None
    requirement: Number | None
    passed: bool


@dataclass(frozen=True)
class Run:
    """A ring on its way through a venue's sequence.

    Attributes:
        what: the step that is being taken. owed: what lay on ``bad_debt`` before, by asset.
    """

    state: State
    rules: VenueRules
    ring: str
    backing: Backing
    at: int
    on: str = NEWEST
    what: str = ""
    taken: tuple[Taken, ...] = ()
    notices: tuple[str, ...] = ()
    owed: Mapping[str, Number] = field(default_factory=dict)

    @property
    def source(self) -> str:
        """The clause that the sequence follows."""
        clause = self.rules.clauses.get("liquidation")
        return "" if clause is None else str(clause)

    @cached_property
    def tested(self) -> Tested | None:
        """The ring as it stands; None where no position is left in it."""
        return ring_at(self.state.account, self.state.marks, self)

    @property
    def alive(self) -> bool:
        """Whether the venue has nothing more to do."""
        now = self.tested
        return now is None or not now.dead

    def lot(self, symbol: str) -> Decimal:
        """The grid that contracts of a symbol are closed on."""
        return self.backing.lots.get(symbol, FINEST)


def ring_at(account: Account, marks: Mapping[str, Decimal], run: Run) -> Tested | None:
    """The ring of a run in an account, at marks; None where it has no position there."""
    book = prepare(account, run.rules, on=run.on)
    ring = next((one for one in book.rings if one.name == run.ring and one.legs), None)
    if ring is None:
        return None
    added = sums(ring, marks)
    return Tested(book, ring, added, is_dead(ring, added.health))


def act(run: Run, make: Callable[..., Event], *words: str, lines: tuple[Line, ...] = ()) -> Run:
    """One event of the sequence, applied.

    Args:
        make: the event, asked for with its ``id`` and ``at``.
    """
    event = make(id=f"{run.at} {run.ring} {len(run.state.seen) + 1}", at=run.at)
    done = apply(run.state, event, run.rules)
    invariant(done.accepted, f"the venue accepts its own step ({done.outcome})")
    told = (*words, *getattr(done.outcome, "words", ()))
    return _recorded(replace(run, state=done.state), event, told, (lines, done.postings))


def idle(run: Run, *words: str) -> Run:
    """A step that found nothing to do, said all the same."""
    return _recorded(run, None, words, ((), ()))


def _recorded(
    run: Run,
    event: Event | None,
    words: tuple[str, ...],
    worked: tuple[tuple[Line, ...], tuple[Posting, ...]],
) -> Run:
    now, (lines, postings) = run.tested, worked
    equity, need = (None, None) if now is None else (now.added.equity, now.added.maintenance)
    passed = now is None or not now.dead
    lines = (*lines, *(() if now is None or event is None else retest(run, now)))
    one = Taken(run.what, event, words, Derivation(lines), postings, equity, need, passed)
    return replace(run, taken=(*run.taken, one))


def retest(run: Run, now: Tested) -> tuple[Line, ...]:
    """The test of a ring after a step, as a line."""
    added, asset = now.added, now.ring.asset
    how = f"equity {show(added.equity)} - requirement {show(added.maintenance)}: "
    how += "still to be liquidated" if now.dead else "it stands"
    clause = str(run.rules.clauses["trigger"])
    return (Line(f"rings.{run.ring}.health", f"health {run.ring}", added.health, asset, how, clause),)


def assessed(run: Run, now: Tested) -> Assessment:
    """Every figure of the account; without its orders where their leverage, hence margin, is unknown."""
    try:
        return assess(now.book, Market(run.state.marks))
    except MissingLeverage:
        bare = prepare(replace(now.book.account, orders=()), run.rules, on=run.on)
        return assess(bare, Market(run.state.marks))


def noticed(run: Run, words: str) -> Run:
    """The run with something that a reader must not miss, said once."""
    return run if words in run.notices else replace(run, notices=(*run.notices, words))


def in_order(now: Tested, order: Order) -> tuple[tuple[Leg, Part], ...]:
    """The positions of a ring in the order that the venue closes them; equals stay as they are listed."""
    if order is Order.LARGEST_LOSS:
        return tuple(sorted(now.legs, key=lambda one: Fraction(one[1].profit)))
    return tuple(sorted(now.legs, key=lambda one: -Fraction(one[1].maintenance)))


def smallest(run: Run, leg: Leg, holds: Callable[[Decimal], bool]) -> Decimal | None:
    """The fewest contracts, in whole lots, for which something holds; None where not for all of them.

    It is taken to stay true once it is, as closing more never asks for more margin.
    """
    whole, lot = leg.position.contracts, run.lot(leg.symbol)
    if not holds(whole):
        return None
    low, high = 0, int(rounded(Fraction(whole) / Fraction(lot), Decimal(1), ROUND_CEILING))
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if holds(middle * lot) else (middle, high)
    return min(high * lot, whole)


def without(run: Run, make: Callable[..., Event]) -> Account:
    """The account after a close in the market, tried out and not made."""
    case = Case(run.state, run.rules)
    made = reduced(case, make(id="trial", at=run.at))  # type: ignore[arg-type]
    invariant(hasattr(made, "postings"), "a close by the venue is not refused")
    return paid_out(made.account, made.postings)  # type: ignore[union-attr]


def lying(run: Run) -> Mapping[str, Number]:
    """What this liquidation has put on ``bad_debt`` and nobody has borne yet, by asset."""
    return dict(_lying(run))


def _lying(run: Run) -> Iterator[tuple[str, Number]]:
    for (name, asset), amount in run.state.balances.items():
        rest = -amount - run.owed.get(asset, ZERO) if name == BAD_DEBT else ZERO
        if rest != 0:
            yield asset, rest
