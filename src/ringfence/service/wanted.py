"""The inverse questions: find what is asked about in the book, ask the solver, put the answer into words."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from ringfence.domain.account import MarginMode, Position, Side, choice
from ringfence.domain.market import Market
from ringfence.domain.numbers import Number, plain
from ringfence.errors import MissingField, UnknownSymbol
from ringfence.exact.ring import Book, Ring
from ringfence.service import answers as out
from ringfence.service.present import base_of, percent, work
from ringfence.service.requests import SolveRequest
from ringfence.solve.largest import Idea, largest_position
from ringfence.solve.odds import bet_on
from ringfence.solve.sized import Outcome, Sized
from ringfence.solve.sizing import leverage_for, margin_for, size_for, withdrawable

WORDS = {
    "margin": "the collateral that puts the liquidation price there",
    "size": "the largest size that is liquidated no nearer than that",
    "leverage": "the leverage at entry whose fence puts the liquidation price there",
    "withdraw": "the most that the venue lets go",
    "largest": "the largest new position that is still alive at the invalidation price",
}


def wanted_answer(book: Book, market: Market, request: SolveRequest) -> out.Wanted:
    """Answer the inverse question of a request.

    Raises:
        MissingField: the question needs a symbol or a price. UnknownSymbol: there is no such position.
    """
    question = request.question or ""
    if question == "withdraw":
        return _sized(withdrawable(book, market, _ring(book, request)))
    if question == "largest":
        return _sized(largest_position(book, market, _idea(market, request)))
    position, price = _position(book, request), _needed(request.price, "price", "57000")
    if question == "odds":
        return _odds(book, market, position, price)
    if question == "size":
        return _sized(size_for(book, market, position, price, lot=request.lot))
    ask: Callable[..., Sized] = margin_for if question == "margin" else leverage_for
    return _sized(ask(book, market, position, price))


def _needed(value: Decimal | None, name: str, example: str) -> Decimal:
    if value is None:
        raise MissingField("this question needs it", path=name, hint=f'write {name} = "{example}"')
    return value


def _position(book: Book, request: SolveRequest) -> Position:
    positions = book.account.positions
    if request.symbol is None and len(positions) == 1:
        return positions[0]
    if request.symbol is None:
        raise MissingField(
            "which position?", path="symbol", hint="name its symbol, and its side in hedge mode"
        )
    for position in positions:
        if position.symbol == request.symbol and request.side in (None, position.side.value):
            return position
    known = ", ".join(f"{position.symbol} {position.side.value}" for position in positions) or "none"
    raise UnknownSymbol("no such position", path="symbol", value=request.symbol, hint=f"positions: {known}")


def _ring(book: Book, request: SolveRequest) -> Ring:
    if request.symbol is not None:
        return book.ring_of(_position(book, request))
    if not book.pools:
        raise MissingField("which position's fence?", path="symbol", hint="name its symbol")
    return book.pools[0]


def _idea(market: Market, request: SolveRequest) -> Idea:
    if request.symbol is None:
        raise MissingField(
            "the symbol of the new position", path="symbol", hint='write symbol = "BTC/USDT:USDT"'
        )
    if request.side is None:
        raise MissingField("the side of the new position", path="side", hint='write "long" or "short"')
    return Idea(
        request.symbol,
        choice(Side, request.side, path="side"),
        market.mark(request.symbol) if request.entry_price is None else request.entry_price,
        _needed(request.price, "price", "57000"),
        choice(MarginMode, request.margin_mode or "isolated", path="margin_mode"),
        margin=request.margin,
        leverage=request.leverage,
        lot=request.lot,
    )


def _sized(found: Sized) -> out.Wanted:
    """An answer with its certificate: the resulting book, solved anew."""
    unit = found.unit
    value = None if found.value is None else plain(found.value)
    said = f"{WORDS[found.question]}: {value} {unit}" if value is not None else found.outcome.value
    if found.outcome is Outcome.FOUND and found.certificate is not None:
        after = found.certificate
        said += f"; liquidated then at {plain(after.liquidated)} ({percent(after.move)})"
    details = {name: plain(figure) for name, figure in found.figures.items()}
    if found.exact is not None:
        details["exact"] = plain(found.exact)
    if found.certificate is not None:
        details["liquidation_price_then"] = plain(found.certificate.liquidated)
    return out.Wanted(
        question=found.question,  # type: ignore[arg-type]  # the solver names its five questions
        words=said,
        value=value,
        unit=unit,
        details=details,
        derivation=work(found.derivation),
    )


def _odds(book: Book, market: Market, position: Position, target: Decimal) -> out.Wanted:
    """How often a price without drift reaches the liquidation price before the target."""
    bet = bet_on(book, market, position, target)
    chance: Number = 1 - bet.odds.target_first
    figures = {
        "gain": bet.gain,
        "loss": bet.loss,
        "forfeited": bet.forfeited,
        "expected": bet.expected,
        "expected_forfeited": bet.expected_forfeited,
        "needed": bet.needed,
        "liquidation_price": bet.liquidation.liquidated,
    }
    return out.Wanted(
        question="odds",
        words=(
            f"a price without drift reaches the liquidation price before {plain(target)} "
            f"in {plain(chance * 100, 2)} % of cases, {base_of(position.symbol)} moving alone"
        ),
        value=plain(chance),
        unit="share",
        details={name: plain(figure) for name, figure in figures.items()},
        derivation=[],
    )
