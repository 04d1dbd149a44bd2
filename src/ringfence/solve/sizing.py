"""The inverse questions: which margin, size or leverage puts a liquidation price where it is wanted.

Each is one exact quotient per tier, rounded to its grid on the safe side and then certified: the
resulting book is solved anew, and its liquidation price reported beside the answer.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

from ringfence.domain.account import MarginMode, Position
from ringfence.domain.derivation import Derivation, Line
from ringfence.domain.market import Market
from ringfence.domain.numbers import Number, exactly, positive, simplest
from ringfence.errors import NotSupported, invariant
from ringfence.exact.assess import RingFigures, assess
from ringfence.exact.explain import show, signed
from ringfence.exact.health import is_liquidated, sliced_worth, sums, wallet_lines
from ringfence.exact.leg import Leg, charged_leg
from ringfence.exact.ring import Book, Ring
from ringfence.solve.arrange import fence_of
from ringfence.solve.path import alone
from ringfence.solve.search import LiquidationPrice, liquidation_price
from ringfence.solve.sized import (
    Outcome,
    Sized,
    by_search,
    certified,
    down_to,
    marks_at,
    paid_in,
    settled,
    slopes,
    up_to,
    without,
)
from ringfence.venues.rules import Trigger, VenueRules

ZERO = Fraction(0)
LOT = Decimal("0.00000001")
"""The grid of a size where nobody states the venue's own."""
LEVERAGE_STEP = Decimal("0.01")
HIGHEST_LEVERAGE = Decimal(1_000)
"""Where a search for leverage ends when no table names the venue's highest."""


@exactly
def margin_for(book: Book, market: Market, position: Position, price: object) -> Sized:
    """The collateral that puts a position's liquidation price at ``price``, the other marks standing still.

    Isolated: the margin inside the fence. Cross: the balance of the pool in the settlement asset;
    ``figures["change"]`` is the deposit it takes, or the withdrawal when negative.

    Args:
        price: in quote currency, above zero.
    Returns:
        Rounded up to the venue's money grid, so that the liquidation price lies at ``price`` or beyond.
    Raises:
        MissingMark: a symbol of the ring has no mark. BadNumber, OutOfRange: not a price.
    Source: the venue's clauses ``trigger`` and ``maintenance``.

    >>> from ringfence.domain.account import Account
    >>> from ringfence.exact.ring import prepare
    >>> from ringfence.venues import registry
    >>> account = Account(venue="demo", wallet={"USDT": "7000"})
    >>> account = account.open("BTC/USDT:USDT", 1, entry_price=60000, leverage=20, isolated_margin=3000)
    >>> book = prepare(account, registry.rules("demo"), on="2026-11-22")
    >>> market = Market({"BTC/USDT:USDT": "58000", "ETH/USDT:USDT": "2500"})
    >>> margin_for(book, market, account.positions[0], "55000").value
    Decimal('5225.00000000')
    """
    ring, leg = book.leg_of(position)
    wanted, asset = Fraction(positive(price, path="price")), leg.instrument.settle
    marks = marks_at(ring, market, leg.symbol, wanted)
    now = _balance(ring, asset)
    health = Fraction(sums(ring, marks).health)
    lacking = _lacking(ring, asset, marks, health)
    if lacking is not None and leg.schedule is not None and not ring.holdings:
        # A unit of margin lifts health by more than one where the fee set aside follows the margin.
        lacking = -health / (Fraction(sums(paid_in(ring, asset, 1), marks).health) - health)
    if lacking is None:
        return Sized("margin", Outcome.NO_COLLATERAL_HELPS, asset)
    exact = now + lacking
    value = up_to(exact, ring.rules.money.quantum)
    lines = _margin_lines(ring, leg, wanted, (now, health, exact))
    outcome, hit = certified(paid_in(ring, asset, Fraction(value) - now), market, leg, wanted)
    if exact < 0 and outcome is Outcome.FOUND:
        outcome = Outcome.LESS_THAN_NOTHING
    figures = {"change": simplest(Fraction(value) - now), "exact_change": simplest(lacking)}
    kept = value if outcome is Outcome.FOUND else None
    return Sized("margin", outcome, asset, kept, simplest(exact), figures, hit, lines)


def _balance(ring: Ring, asset: str) -> Fraction:
    if not ring.holdings:
        return Fraction(ring.collateral)
    return next(Fraction(holding.amount) for holding in ring.holdings if holding.asset == asset)


def _lacking(ring: Ring, asset: str, marks: Mapping[str, Number], health: Fraction) -> Fraction | None:
    """How much of an asset lifts health at these marks to zero; None where the asset counts for nothing."""
    if not ring.holdings:
        return -health
    equity, lines = settled(ring, asset, marks)
    (holding,) = (one for one in ring.holdings if one.asset == asset)
    if holding.profit_in_full:  # what is added goes into the wallet, and loses a share there
        equity = Fraction(holding.amount)
        lines = [(Fraction(rate), Fraction(fixed)) for rate, fixed in wallet_lines(holding, marks)]
    needed = Fraction(sliced_worth(equity, lines)) - health
    # The worth is the smallest of its lines, so each of them has to reach what is needed.
    if any(rate == 0 and fixed < needed for rate, fixed in lines):
        return None
    return max((needed - fixed) / rate for rate, fixed in lines if rate != 0) - equity


def _margin_lines(
    ring: Ring, leg: Leg, price: Fraction, numbers: tuple[Fraction, Fraction, Fraction]
) -> Derivation:
    now, health, exact = numbers
    what = "margin inside the fence" if ring.mode is MarginMode.ISOLATED else f"pool balance, {ring.asset}"
    clause = str(ring.rules.clauses["trigger"])
    quote = leg.instrument.quote
    return Derivation(
        (
            Line("margin.price", f"{leg.name}: wanted liquidation price", price, quote, "asked for"),
            Line("margin.health", "health at that price", health, ring.asset, "as the book stands", clause),
            Line("margin.now", what, now, leg.instrument.settle, "as it is"),
            Line(
                "margin.value",
                f"{what} that it takes",
                exact,
                leg.instrument.settle,
                f"{show(now)} {signed(exact - now)}, so that health there is zero",
                clause,
            ),
        )
    )


@exactly
def size_for(
    book: Book, market: Market, position: Position, price: object, *, lot: Decimal | None = None
) -> Sized:
    """The largest size of a position with its liquidation price no nearer than ``price``.

    The size is changed at the current mark: closing a part turns its profit or loss into collateral,
    adding averages the entry; the margin inside a fence stays as it is.
    ``figures["keep_fraction"]`` is the share of today's size.

    Args:
        price: in quote currency; a `Fraction` is taken as it is.
        lot: grid of the size, contracts; the answer is rounded down to it.
    Raises:
        MissingMark, BadNumber, OutOfRange: as `margin_for`.
    Source: the venue's clauses ``trigger`` and ``maintenance``.

    >>> from ringfence.domain.account import Account
    >>> from ringfence.exact.ring import prepare
    >>> from ringfence.venues import registry
    >>> account = Account(venue="demo", wallet={"USDT": "7000"})
    >>> account = account.open("BTC/USDT:USDT", 1, entry_price=60000, leverage=20, isolated_margin=3000)
    >>> book = prepare(account, registry.rules("demo"), on="2026-11-22")
    >>> market = Market({"BTC/USDT:USDT": "58000", "ETH/USDT:USDT": "2500"})
    >>> size_for(book, market, account.positions[0], "55000", lot=Decimal("0.001")).value
    Decimal('0.310')
    """
    ring, leg = book.leg_of(position)
    wanted = price if isinstance(price, Fraction) else Fraction(positive(price, path="price"))
    base = Fraction(market.mark(position.symbol))
    closed = paid_in(without(ring, leg), leg.instrument.settle, _profit(leg, base))
    if leg.schedule is not None:
        return _size_by_search(ring, leg, market, (wanted, base), lot=lot or LOT)
    found = slopes(closed, leg, market, wanted, base=base)
    if wanted == base:
        return Sized("size", Outcome.AT_THE_MARK, "contracts")
    if all(one.gain >= one.need * one.value * Fraction(leg.rates[-1]) for one in found):
        return Sized("size", Outcome.GAINS, "contracts")
    ends = [end for one in found if (end := one.most(leg)) is not None]
    if not ends:
        return Sized("size", Outcome.ANY_SIZE, "contracts")
    exact = min(ends)
    value = down_to(exact, lot or LOT)
    lines = _size_lines(ring, leg, (wanted, base, exact), found[0].constant, found[0].gain)
    if value <= 0:
        return Sized("size", Outcome.NO_SIZE, "contracts", derivation=lines)
    legs = [
        _resized(leg, value, base, ring.rules) if one.position is leg.position else one
        for one in ring.fractional.legs
    ]
    realized = _profit(leg, base) - _profit(legs[ring.legs.index(leg)], base)
    resized = replace(paid_in(ring, leg.instrument.settle, realized), legs=tuple(legs))
    outcome, hit = certified(resized, market, leg, wanted)
    contracts = Fraction(leg.position.contracts)
    figures = {
        "keep_fraction": simplest(exact / contracts),
        "change": simplest(Fraction(value) - contracts),
    }
    kept = value if outcome is Outcome.FOUND else None
    return Sized("size", outcome, "contracts", kept, simplest(exact), figures, hit, lines)


def _size_by_search(
    ring: Ring, leg: Leg, market: Market, prices: tuple[Fraction, Fraction], *, lot: Decimal
) -> Sized:
    """`size_for` at a venue whose requirement does not simply grow with the size."""
    wanted, base = prices
    if wanted == base:
        return Sized("size", Outcome.AT_THE_MARK, "contracts")
    marks = marks_at(ring, market, leg.symbol, wanted)

    def at(contracts: Decimal) -> Ring:
        legs = [
            _resized(leg, contracts, base, ring.rules) if one.position is leg.position else one
            for one in ring.fractional.legs
        ]
        sized = next(one for one in legs if one.position.key == leg.position.key)
        realized = _profit(leg, base) - _profit(sized, base)
        return paid_in(replace(ring, legs=tuple(legs)), leg.instrument.settle, realized)

    value = by_search(lambda contracts: not is_liquidated(at(contracts), marks), lot=lot)
    if value is None:
        return Sized("size", Outcome.ANY_SIZE, "contracts")
    if value <= 0:
        return Sized("size", Outcome.NO_SIZE, "contracts")
    outcome, hit = certified(at(value), market, leg, wanted)
    contracts = Fraction(leg.position.contracts)
    figures = {
        "keep_fraction": simplest(Fraction(value) / contracts),
        "change": simplest(Fraction(value) - contracts),
    }
    kept = value if outcome is Outcome.FOUND else None
    how = f"largest multiple of {show(lot)} that the exact test leaves alive at {show(wanted)}"
    clause = str(ring.rules.clauses["trigger"])
    lines = Derivation((Line("size.value", "largest size", value, "contracts", how, clause),))
    return Sized("size", outcome, "contracts", kept, value, figures, hit, lines)


def _profit(leg: Leg, price: Fraction) -> Fraction:
    whole = leg.as_fractions()
    return Fraction(whole.profit(whole.value(price)))


def _resized(leg: Leg, contracts: Decimal, base: Fraction, rules: VenueRules) -> Leg:
    """The leg at another size: what stays keeps its share of the cost, what is added enters at ``base``.

    Its profit at ``base`` is then less by what was realised, and the same when contracts were added.
    """
    whole = leg.as_fractions()
    share = Fraction(contracts) / Fraction(leg.position.contracts)
    kept = min(share, Fraction(1))
    entry = whole.entry_value * kept + (share - kept) * whole.value(base)
    position = replace(leg.position, contracts=contracts)
    if leg.schedule is not None and leg.charged is not None:
        sized = replace(leg.charged, position=position, size=Fraction(whole.size) * share, entry_value=entry)
        return charged_leg(sized, rules)
    return replace(whole, position=position, size=whole.size * share, entry_value=entry)


def _size_lines(
    ring: Ring, leg: Leg, numbers: tuple[Fraction, Fraction, Fraction], left: Fraction, gain: Fraction
) -> Derivation:
    wanted, base, exact = numbers
    quote, clause = leg.instrument.quote, str(ring.rules.clauses["trigger"])
    name = leg.name
    return Derivation(
        (
            Line("size.price", f"{name}: wanted liquidation price", wanted, quote, "asked for"),
            Line(
                "size.left",
                "health there had it been closed at the mark",
                left,
                ring.asset,
                f"mark {show(base)}",
            ),
            Line(
                "size.gain",
                "one contract on the way there",
                gain,
                ring.asset,
                f"{show(base)} to {show(wanted)}",
            ),
            Line(
                "size.value",
                "largest size",
                exact,
                "contracts",
                "health there is zero: left + size x gain - maintenance of the size",
                clause,
            ),
            Line(
                "size.keep_fraction",
                "share of today's size",
                exact / Fraction(leg.position.contracts),
                "",
                f"{show(exact)} / {show(leg.position.contracts)}",
            ),
        )
    )


@exactly
def leverage_for(book: Book, market: Market, position: Position, price: object) -> Sized:
    """The leverage at entry whose fence puts an isolated position's liquidation price at ``price``.

    Rounded down to two decimals. In cross the setting moves nothing, which is the answer.

    Raises:
        MissingMark, BadNumber, OutOfRange: as `margin_for`.
    Source: the venue's clause ``fence``: value at entry / leverage.

    >>> from ringfence.domain.account import Account
    >>> from ringfence.exact.ring import prepare
    >>> from ringfence.venues import registry
    >>> account = Account(venue="demo", wallet={"USDT": "7000"})
    >>> account = account.open("BTC/USDT:USDT", 1, entry_price=60000, leverage=20, isolated_margin=3000)
    >>> book = prepare(account, registry.rules("demo"), on="2026-11-22")
    >>> market = Market({"BTC/USDT:USDT": "58000", "ETH/USDT:USDT": "2500"})
    >>> leverage_for(book, market, account.positions[0], "55000").value
    Decimal('11.48')
    """
    ring, leg = book.leg_of(position)
    if ring.mode is MarginMode.CROSS:
        return Sized("leverage", Outcome.LEVERAGE_IS_NO_LEVER, "x")
    if leg.schedule is not None:
        return _leverage_by_search(ring, leg, market, Fraction(positive(price, path="price")))
    margin = margin_for(book, market, position, price)
    if not margin.found or not margin.exact or margin.exact <= 0:
        outcome = Outcome.LESS_THAN_NOTHING if margin.found else margin.outcome
        return Sized("leverage", outcome, "x", certificate=margin.certificate, derivation=margin.derivation)
    wanted, entry = Fraction(positive(price, path="price")), Fraction(leg.entry_value)
    exact = entry / Fraction(margin.exact)
    line = Line(
        "leverage.value",
        "leverage at entry",
        exact,
        "x",
        f"{show(simplest(entry))} / {show(margin.exact)}",
        str(ring.rules.clauses["fence"]),
    )
    lines = margin.derivation + Derivation((line,))
    most = leg.table.tiers[leg.tier_at(leg.entry_value)].max_leverage
    value, outcome = down_to(exact, LEVERAGE_STEP), Outcome.FOUND
    if most is not None and value > most:
        value, outcome = most, Outcome.BEYOND_VENUE
    if value < 1:
        return Sized("leverage", Outcome.NO_LEVERAGE, "x", exact=simplest(exact), derivation=lines)
    fence = up_to(entry / Fraction(value), ring.rules.money.quantum)
    checked, hit = certified(
        paid_in(ring, ring.asset, Fraction(fence) - Fraction(ring.collateral)), market, leg, wanted
    )
    outcome = outcome if checked is Outcome.FOUND else checked
    kept = value if outcome is Outcome.FOUND else None
    figures = {"fence": fence} if most is None else {"fence": fence, "venue_most": most}
    return Sized("leverage", outcome, "x", kept, simplest(exact), figures, hit, lines)


def _leverage_by_search(ring: Ring, leg: Leg, market: Market, wanted: Fraction) -> Sized:
    """`leverage_for` at a venue whose fence or requirement holds more than value over leverage."""
    marks, charged = marks_at(ring, market, leg.symbol, wanted), leg.charged
    if charged is None:
        raise NotSupported("a leg without the terms it was charged by", path="leverage")

    def at(leverage: Decimal) -> tuple[Ring, Fraction]:
        levered = replace(charged, position=replace(leg.position, leverage=leverage))
        kept = charged_leg(levered, ring.rules)
        fence = up_to(fence_of(kept), ring.rules.money.quantum)
        fenced = charged_leg(replace(levered, margin=Fraction(fence)), ring.rules)
        return replace(ring.fractional, collateral=Fraction(fence), legs=(fenced,)), Fraction(fence)

    most = leg.table.tiers[charged.tier_of(leg.entry_value)].max_leverage
    top = most or HIGHEST_LEVERAGE
    if is_liquidated(at(Decimal(1))[0], marks):
        return Sized("leverage", Outcome.NO_LEVERAGE, "x")
    steps = by_search(
        lambda more: 1 + more <= top and not is_liquidated(at(1 + more)[0], marks), lot=LEVERAGE_STEP
    )
    value = 1 + (steps or Decimal(0))
    beyond = value + LEVERAGE_STEP > top and not is_liquidated(at(top)[0], marks)
    value = top if beyond else value
    leveraged, fence = at(value)
    outcome, hit = certified(leveraged, market, leg, wanted)
    if outcome is Outcome.FOUND and beyond:
        outcome = Outcome.BEYOND_VENUE
    figures: dict[str, Number] = {"fence": simplest(fence)}
    if most is not None:
        figures["venue_most"] = most
    kept = value if outcome is Outcome.FOUND else None
    how = f"highest setting, in steps of {LEVERAGE_STEP}, that the exact test leaves alive at {show(wanted)}"
    line = Line("leverage.value", "leverage at entry", value, "x", how, str(ring.rules.clauses["fence"]))
    return Sized("leverage", outcome, "x", kept, value, figures, hit, Derivation((line,)))


@exactly
def withdrawable(book: Book, market: Market, ring: Ring) -> Sized:
    """The most that can leave a ring: as the venue allows, and as keeps it alive at today's marks.

    ``value`` is the venue's limit, ``figures["alive"]`` the most after which the ring is not liquidated
    at these marks; both rounded down to the money grid. A multi-asset pool is counted in its own currency.

    Raises:
        MissingMark: a symbol of the ring has no mark.
    Source: the venue's clause ``withdrawal``.

    >>> from ringfence.domain.account import Account
    >>> from ringfence.exact.ring import prepare
    >>> from ringfence.venues import registry
    >>> account = Account(venue="demo", wallet={"USDT": "7000"})
    >>> account = account.open("BTC/USDT:USDT", 1, entry_price=60000, leverage=20, isolated_margin=3000)
    >>> book = prepare(account, registry.rules("demo"), on="2026-11-22")
    >>> market = Market({"BTC/USDT:USDT": "58000", "ETH/USDT:USDT": "2500"})
    >>> withdrawable(book, market, book.fences[0]).figures["alive"]
    Decimal('759.99999999')
    """
    figures = next(one for one in assess(book, market).rings if one.name == ring.name)
    grid = ring.rules.money.quantum
    alive = _alive(ring, market, figures, grid)
    wallet, maintenance, equity = figures.wallet_balance, figures.requirement, figures.equity
    kept = Fraction(wallet) - Fraction(maintenance)
    extra = {"alive": alive, "wallet_less_maintenance": simplest(kept)}
    clause = str(ring.rules.clauses["withdrawal"])
    how = f"{show(wallet)} - {show(maintenance)}"
    lines = [Line("withdraw.wallet", "wallet - maintenance", kept, ring.asset, how, clause)]
    how = f"health {show(figures.health)}, and not more than the balance"
    trigger = str(ring.rules.clauses["trigger"])
    lines.append(Line("withdraw.alive", "the most that leaves it alive now", alive, ring.asset, how, trigger))
    if figures.initial_margin is None:
        return Sized(
            "withdraw",
            Outcome.INITIAL_UNKNOWN,
            ring.asset,
            figures=extra,
            derivation=Derivation(tuple(lines)),
        )
    initial = figures.initial_margin
    free = Fraction(equity) - Fraction(initial)
    exact = max(ZERO, min(kept, free)) if figures.withdrawable is None else Fraction(figures.withdrawable)
    lines.insert(
        1,
        Line(
            "withdraw.free",
            "equity - initial margin",
            free,
            ring.asset,
            f"{show(equity)} - {show(initial)}",
            clause,
        ),
    )
    lines.append(
        Line(
            "withdraw.value",
            "the venue lets go",
            exact,
            ring.asset,
            ring.rules.withdrawal.value,
            clause,
        )
    )
    value = down_to(exact, grid)
    extra["equity_less_initial"] = simplest(free)
    hit = _nearest_after(ring, market, value)
    return Sized(
        "withdraw", Outcome.FOUND, ring.asset, value, simplest(exact), extra, hit, Derivation(tuple(lines))
    )


def _alive(ring: Ring, market: Market, figures: RingFigures, grid: Decimal) -> Decimal:
    """The most that can go with the ring alive at today's marks, on the money grid."""
    if not ring.legs:
        return max(Decimal(0), down_to(figures.wallet_balance, grid))
    most = down_to(min(Fraction(figures.health), Fraction(figures.wallet_balance)), grid)
    if most == figures.health and ring.rules.trigger is Trigger.AT_OR_BELOW_ZERO:
        most -= grid
    if most <= 0:
        return Decimal(0)
    if not ring.holdings:
        marks = {symbol: market.mark(symbol) for symbol in ring.symbols}
        invariant(
            not is_liquidated(paid_in(ring, ring.asset, -most), marks), "the ring outlives the withdrawal"
        )
    return most


def _nearest_after(ring: Ring, market: Market, amount: Decimal) -> LiquidationPrice | None:
    """The liquidation price after a withdrawal, where one symbol alone moves the ring."""
    if ring.holdings or len(ring.symbols) != 1:
        return None
    left = paid_in(ring, ring.asset, -amount)
    path = alone(left, market, ring.symbols[0], ring.legs[0].instrument.mark_quantum)
    if is_liquidated(left, path.marks(path.start)):
        return None
    hits = [hit for up in (False, True) if (hit := liquidation_price(left, path, up=up))]
    return min(hits, key=lambda hit: abs(hit.move), default=None)
