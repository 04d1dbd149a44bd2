"""What a reason is, and what every rule is judged from: one book, its market and its twins."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from ringfence.domain.account import Position
from ringfence.domain.derivation import Line
from ringfence.domain.instrument import symbol_parts
from ringfence.domain.market import Market
from ringfence.domain.numbers import Number, rounded
from ringfence.exact.explain import show
from ringfence.exact.ring import Book
from ringfence.solve.claims import Status, claim
from ringfence.solve.liquidation import Answer, Reach, quantum_of
from ringfence.solve.reasons.words import coin
from ringfence.solve.shock import outcomes
from ringfence.solve.twins import PositionTwin, Twin, Twins


@dataclass(frozen=True, slots=True)
class Reason:
    """One rule or check, judged in general and measured on one book.

    Attributes:
        id: of the claim, ``B42``. also: claims of the same status that the same numbers answer.
        statement: the claim in our words. status: how it stands in general.
        applies: whether its condition is met by this book; why: what met it, or what did not.
        holds: whether it is true of this book; None where that is not a yes or no.
        lines: the book's own numbers, exact, each with its workings.
        finding: one neutral sentence; where the rule does not apply, why.
    """

    id: str
    also: tuple[str, ...]
    statement: str
    status: Status
    applies: bool
    why: str
    holds: bool | None
    lines: tuple[Line, ...]
    finding: str


def judged(
    claim_ids: str, *, why: str, finding: str, lines: Iterable[Line] = (), holds: bool | None = None
) -> Reason:
    """A reason that applies; ``claim_ids`` names the claim first, then those the same numbers answer."""
    first, *also = claim_ids.split()
    known = claim(first)
    return Reason(
        id=first, also=tuple(also), statement=known.says, status=known.status,
        applies=True, why=why, holds=holds, lines=tuple(lines), finding=finding,
    )  # fmt: skip


def beside(claim_ids: str, why: str, *, lines: Iterable[Line] = ()) -> Reason:
    """A reason that does not apply to the book, and why."""
    first, *also = claim_ids.split()
    known = claim(first)
    return Reason(
        id=first, also=tuple(also), statement=known.says, status=known.status,
        applies=False, why=why, holds=None, lines=tuple(lines), finding=why,
    )  # fmt: skip


@dataclass(frozen=True)
class View:
    """One book, its market and its twins, as the rules look at them."""

    book: Book
    market: Market
    twins: Twins

    @property
    def isolated(self) -> Twin:
        """Every position behind a fence."""
        return self.twins.isolated

    @property
    def cross(self) -> Twin:
        """Every position in its pool."""
        return self.twins.cross

    @property
    def pairs(self) -> list[tuple[PositionTwin, PositionTwin]]:
        """Each position behind its fence and in its pool; none when a twin cannot exist."""
        if not (self.isolated.feasible and self.cross.feasible):
            return []
        return list(zip(self.isolated.positions, self.cross.positions, strict=True))

    @property
    def unpaired(self) -> str:
        """Why there are no pairs."""
        if not self.book.account.positions:
            return "The book holds no position."
        return f"The modes cannot be compared: {self.isolated.reason or self.cross.reason}."

    @property
    def settings(self) -> list[Decimal]:
        """The leverage settings that are known."""
        return [held.leverage for held in self.book.account.positions if held.leverage is not None]


def label(position: Position, book: Book) -> str:
    """``BTC long``, or the whole symbol where two contracts share a base."""
    bases = [coin(held.symbol) for held in book.account.positions if held.symbol != position.symbol]
    name = position.symbol if coin(position.symbol) in bases else coin(position.symbol)
    return f"{name} {position.side.value}"


def room(answer: Answer) -> Fraction | None:
    """The share of the mark between here and liquidation: 0 when it is reached, None where there is none."""
    if answer.nearest is not None:
        return abs(answer.nearest.move)
    return Fraction(0) if answer.reach is Reach.ALREADY else None


def nearer(one: Fraction | None, other: Fraction | None) -> bool:
    """Whether the first room is smaller."""
    return one is not None and (other is None or one < other)


def ends(twin: Twin) -> list[Answer]:
    """What everything moving together does to each ring with positions, nearest first; never last."""
    rings = () if twin.liquidations is None else twin.liquidations.rings
    return sorted(rings, key=lambda answer: (room(answer) is None, room(answer) or 0))


def at_risk(twin: Twin) -> list[tuple[str, Number]]:
    """The most that can be lost from here, by asset, where anything stands at risk."""
    amounts = [(asset, amount) for asset, amount in (twin.most_to_lose or {}).items() if amount != 0]
    return amounts or list((twin.most_to_lose or {}).items())[:1]


def losses(twin: Twin, before: Market, after: Market) -> dict[str, Fraction]:
    """What a jump costs a twin, by asset, a gain being negative; rings without positions are left out."""
    found: dict[str, Fraction] = {}
    held = {ring.name for ring in twin.book.rings if ring.legs}
    for one in outcomes(twin.book, before, after):
        if one.ring in held:
            found[one.asset] = found.get(one.asset, Fraction(0)) + Fraction(one.loss)
    return found


def jumped(book: Book, market: Market, moves: dict[str, Fraction]) -> Market:
    """The market after each named symbol moved by its share, on the grid of its mark."""
    marks = dict(market.marks)
    for symbol, move in moves.items():
        quantum = Decimal(quantum_of(book, symbol))
        marks[symbol] = max(rounded(Fraction(marks[symbol]) * (1 + move), quantum), quantum)
    return Market(marks, market.betas, market.leader)


def together(view: View, move: Fraction) -> Market:
    """The market after the leading coin moved and the others followed by their betas."""
    leader = view.cross.liquidations.leader if view.cross.liquidations else None
    symbols = dict.fromkeys(symbol for ring in view.cross.book.rings for symbol in ring.symbols)
    moves = {
        symbol: move * (1 if symbol == leader else Fraction(view.market.beta(symbol))) for symbol in symbols
    }
    if leader is not None:
        moves[leader] = move
    return jumped(view.cross.book, view.market, moves)


def distance_line(field: str, text: str, answer: Answer) -> Line:
    """How far liquidation is, in percent of the mark; the mark itself where there is no such price."""
    hit = answer.nearest
    if hit is None:
        quote = symbol_parts(answer.leader)["quote"]
        return Line(
            field, f"{text}: {answer.reach.value}, mark", answer.mark_price, quote, "no price to report"
        )
    how = f"{show(hit.threshold)} / {show(answer.mark_price)} - 1, in {coin(answer.leader)}"
    return Line(field, text, hit.move * 100, "%", how)
