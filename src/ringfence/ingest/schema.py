"""The account as a person or a program writes it: one schema for TOML, JSON and HTTP."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Annotated, Any, TypeVar

from pydantic import BeforeValidator, Field

from ringfence.domain.account import (
    Account,
    CollateralRate,
    InstrumentTerms,
    MarginMode,
    Order,
    Position,
    choice,
    haircut_slices,
)
from ringfence.domain.instrument import symbol_parts
from ringfence.domain.market import Market, Rates
from ringfence.domain.numbers import not_negative
from ringfence.domain.tiers import Tier, TierBasis, TierTable, check_tiers, joined
from ringfence.errors import BadTiers, MissingField, OutOfRange, RingfenceError
from ringfence.ingest.fields import Amount, Asset, AtMost, Fast, Symbol, Table, printable
from ringfence.ingest.problems import validated
from ringfence.venues import registry

T = TypeVar("T")


class PositionInput(Table):
    """One open position."""

    symbol: Symbol
    side: Annotated[
        str, Field(description='"long" or "short"', json_schema_extra={"enum": ["long", "short"]})
    ]
    contracts: Annotated[Amount, Field(description="size, above zero; the side carries the sign")]
    entry_price: Annotated[Amount | None, Field(description="average entry, quote currency")] = None
    entry_cost: Annotated[Amount | None, Field(description="exact cost, settlement asset, instead")] = None
    margin_mode: Annotated[
        str, Field(description='"cross" or "isolated"', json_schema_extra={"enum": ["cross", "isolated"]})
    ] = "cross"
    leverage: Annotated[Amount | None, Field(description="the venue's setting, not the exposure")] = None
    isolated_margin: Annotated[
        Amount | None, Field(description="settlement asset inside the fence, without unrealised PnL")
    ] = None
    closing_fee: Annotated[
        Amount | None, Field(description="set aside for closing, where the venue states the amount")
    ] = None
    auto_add_margin: Annotated[
        bool, Field(description="isolated: the venue feeds the fence from the wallet before it liquidates")
    ] = False


class OrderInput(Table):
    """One resting limit order."""

    symbol: Symbol
    side: Annotated[str, Field(description='"buy" or "sell"', json_schema_extra={"enum": ["buy", "sell"]})]
    contracts: Amount
    price: Amount
    reduce_only: bool = False
    leverage: Amount | None = None


class CollateralInput(Table):
    """How one wallet asset counts in a multi-asset pool."""

    price: Annotated[Amount | None, Field(description="value of one unit in USD; or mark_of")] = None
    mark_of: Annotated[Symbol | None, Field(description="the symbol whose mark is the price")] = None
    haircut: Annotated[Amount, Field(description="share taken away from what is owned")] = Decimal(0)
    markup: Annotated[Amount, Field(description="share added to what is owed")] = Decimal(0)
    haircut_tiers: Annotated[
        list[Annotated[list[Amount | None], Field(min_length=2, max_length=3)]],
        AtMost("tiers_per_table"),
        Field(description="instead of haircut: [floor, cap, haircut] of the amount; the last needs no cap"),
    ] = Field(default_factory=list)


class InstrumentInput(Table):
    """What the account states about a contract where the venue's defaults do not hold."""

    kind: Annotated[str | None, Field(description='"linear", "inverse" or "quanto"')] = None
    contract_size: Amount | None = None
    mark_quantum: Annotated[Amount | None, Field(description="grid of the mark price")] = None
    taker_fee: Annotated[
        Amount | None, Field(description="the account's own, where the venue's liquidation test counts it")
    ] = None
    liquidation_fee: Annotated[Amount | None, Field(description="where the venue's test counts it")] = None
    funding_rate: Annotated[
        Amount | None, Field(description="of the next funding, where the requirement holds it")
    ] = None
    tick_size: Annotated[Amount | None, Field(description="grid of order prices")] = None
    value_quantum: Annotated[
        Amount | None, Field(description="grid of amounts in settlement currency, where the venue rounds")
    ] = None
    size_factor: Annotated[
        Amount | None, Field(description="coefficient of a rate that grows with size, as published")
    ] = None


class RatesInput(Table):
    """What holding and closing a contract costs, and how far its coin moves in a day; changes no margin."""

    taker_fee: Annotated[Amount | None, Field(description='share of the value: 0.05 % is "0.0005"')] = None
    funding_rate: Annotated[Amount | None, Field(description="next funding; positive: longs pay")] = None
    funding_hours: Annotated[Amount, Field(description="hours between two fundings")] = Decimal(8)
    daily_range: Annotated[Amount | None, Field(description="usual high to low of a day, as a share")] = None


class TierInput(Table):
    """One maintenance tier."""

    floor: Amount
    cap: Annotated[Amount | None, Field(description="absent in the last tier: no end")] = None
    rate: Annotated[Amount, Field(description='maintenance rate as a fraction: 0.4 % is "0.004"')]
    deduction: Annotated[Amount | None, Field(description="absent in every tier: derived")] = None
    max_leverage: Amount | None = None


class TiersInput(Table):
    """The maintenance tiers of one symbol; they come before the venue's tables."""

    rows: Annotated[list[TierInput], Fast, AtMost("tiers_per_table")]
    source: str = "stated by the account"
    basis: Annotated[str, Field(description="what floor and cap are measured in")] = "quote"
    jumps: Annotated[bool, Field(description="maintenance jumps at the edges, and is meant to")] = False


def _day(value: object) -> object:
    """A date, also one that TOML has read already, as ``YYYY-MM-DD``."""
    return value.isoformat() if type(value) is date else value


class AccountInput(Table):
    """One account at one venue, with the market it is seen in. Numbers are exact decimals."""

    venue: Annotated[str, Field(description="key of a rule pack", examples=["binance_usdm"])]
    on: Annotated[
        str | None,
        BeforeValidator(_day),
        Field(description="date of the rules, YYYY-MM-DD; absent: today's", examples=["2026-11-22"]),
    ] = None
    hedged: Annotated[bool, Field(description="long and short of one symbol side by side")] = False
    multi_asset: Annotated[bool, Field(description="one pool valued in USD through collateral")] = False
    wallet: Annotated[
        dict[Asset, Amount],
        AtMost("assets_per_wallet"),
        Field(description="balance of each cross pool, without isolated margins and unrealised PnL"),
    ] = Field(default_factory=dict)
    positions: Annotated[list[PositionInput], Fast, AtMost("positions_per_account")] = Field(
        default_factory=list
    )
    orders: Annotated[list[OrderInput], Fast, AtMost("orders_per_account")] = Field(default_factory=list)
    collateral: Annotated[dict[Asset, CollateralInput], AtMost("assets_per_wallet")] = Field(
        default_factory=dict
    )
    instruments: Annotated[dict[Symbol, InstrumentInput], AtMost("symbols_per_import")] = Field(
        default_factory=dict
    )
    tiers: Annotated[dict[Symbol, TiersInput], AtMost("symbols_per_import")] = Field(default_factory=dict)
    other_maintenance: Annotated[
        dict[Asset, Amount],
        AtMost("assets_per_wallet"),
        Field(description="maintenance of cross positions that are not listed"),
    ] = Field(default_factory=dict)
    marks: Annotated[
        dict[Symbol, Amount], AtMost("symbols_per_import"), Field(description="mark price of every symbol")
    ] = Field(default_factory=dict)
    betas: Annotated[
        dict[Symbol, Amount],
        AtMost("symbols_per_import"),
        Field(description="move of a coin for a move of 1 of the leader; absent: 1"),
    ] = Field(default_factory=dict)
    rates: Annotated[dict[Symbol, RatesInput], AtMost("symbols_per_import")] = Field(default_factory=dict)
    leader: Annotated[Symbol | None, Field(description="symbol the others follow; absent: BTC")] = None


def account_schema() -> dict[str, Any]:
    """JSON schema of an account, for OpenAPI and for editors.

    >>> account_schema()["required"]
    ['venue']
    """
    return AccountInput.model_json_schema()


def account_from(document: Mapping[str, Any] | AccountInput) -> tuple[Account, Market]:
    """The account and its market, from plain tables of strings, integers and decimals.

    Args:
        document: as a TOML reader or a JSON reader gives it; nothing is read from disk.
    Raises:
        RingfenceError: the first thing that is wrong, with its path, its value and what to write instead.

    >>> account, market = account_from({
    ...     "venue": "demo", "wallet": {"USDT": "1000"}, "marks": {"BTC/USDT:USDT": "59000"},
    ...     "positions": [
    ...         {"symbol": "BTC/USDT:USDT", "side": "long", "contracts": "0.1", "entry_price": "60000"},
    ...     ],
    ... })
    >>> account.positions[0].entry_price, market.mark("BTC/USDT:USDT")
    (Decimal('60000'), Decimal('59000'))
    """
    stated = validated(AccountInput, document)
    _check_rules(stated)
    account = Account(
        venue=stated.venue,
        wallet=stated.wallet,
        positions=tuple(_at(f"positions[{n}]", _position, one) for n, one in enumerate(stated.positions)),
        orders=tuple(_at(f"orders[{n}]", _order, one) for n, one in enumerate(stated.orders)),
        hedged=stated.hedged,
        multi_asset=stated.multi_asset,
        collateral={a: _at(f"collateral.{a}", _collateral, one) for a, one in stated.collateral.items()},
        instruments=_instruments(stated),
        tiers={s: _tiers(s, one, stated.on) for s, one in stated.tiers.items()},
        other_maintenance=stated.other_maintenance,
        on=stated.on,
    )
    rates = {s: _at(f"rates.{s}", _rates, one) for s, one in stated.rates.items()}
    market = Market(stated.marks, stated.betas, stated.leader, rates)
    _check_whole(account, market)
    return account, market


def check_date(on: str, *, path: str = "on") -> str:
    """A date as ``YYYY-MM-DD``.

    >>> check_date("2026-02-30")
    Traceback (most recent call last):
    ringfence.errors.OutOfRange: on: not a date (got 2026-02-30); write on = "2026-11-22"
    """
    try:
        known = date.fromisoformat(on).isoformat() == on
    except ValueError:
        known = False
    if not known:
        raise OutOfRange("not a date", path=path, value=printable(on), hint='write on = "2026-11-22"')
    return on


def _check_rules(stated: AccountInput) -> None:
    if stated.on is not None:
        check_date(stated.on)
    registry.rules(stated.venue, on=stated.on)


def _at(path: str, build: Callable[[Any], T], stated: Table) -> T:
    """A domain value; what its own checks refuse is put under its place."""
    try:
        return build(stated)
    except RingfenceError as error:
        raise error.under(path) from None


def _position(stated: PositionInput) -> Position:
    position = Position(**stated.model_dump())
    if position.isolated_margin is not None:
        # Only time can bring a fence below zero: a figure that is written down is taken for a slip.
        not_negative(position.isolated_margin, path="isolated_margin")
    return position


def _order(stated: OrderInput) -> Order:
    return Order(**stated.model_dump())


def _collateral(stated: CollateralInput) -> CollateralRate:
    rows = [(one[0], one[1] if len(one) == 3 else None, one[-1]) for one in stated.haircut_tiers]
    return CollateralRate(stated.price, stated.mark_of, stated.haircut, stated.markup, haircut_slices(rows))


def _instruments(stated: AccountInput) -> dict[str, InstrumentTerms]:
    """What is stated about each contract; a fee or a funding rate under ``rates`` is the same fee here."""
    terms = {s: _at(f"instruments.{s}", _terms, one) for s, one in stated.instruments.items()}
    for symbol, rates in stated.rates.items():
        own = terms.get(symbol, InstrumentTerms())
        fee = rates.taker_fee if own.taker_fee is None else own.taker_fee
        funding = rates.funding_rate if own.funding_rate is None else own.funding_rate
        if fee is not None or funding is not None:
            terms[symbol] = replace(own, taker_fee=fee, funding_rate=funding)
    return terms


def _terms(stated: InstrumentInput) -> InstrumentTerms:
    return InstrumentTerms(**stated.model_dump())


def _rates(stated: RatesInput) -> Rates:
    return Rates(**stated.model_dump())


def tiers_from(symbol: str, document: object) -> TierTable:
    """The tier table of one symbol, as an account states it under ``tiers``.

    Raises:
        RingfenceError: as `account_from`.

    >>> tiers_from("BTC/USDT:USDT", {"rows": [{"floor": "0", "rate": "0.005"}]}).tiers[0].rate
    Decimal('0.005')
    """
    return _tiers(symbol, validated(TiersInput, document), None)


def _tiers(symbol: str, stated: TiersInput, on: str | None) -> TierTable:
    path = f"tiers.{symbol}"
    given = [row.deduction is not None for row in stated.rows]
    if any(given) and not all(given):
        raise BadTiers(
            "some tiers have a deduction, some none",
            path=f"{path}.rows[{given.index(False)}].deduction",
            hint="write all of them, or none: then they are derived",
        )
    if any(given):
        rows = tuple(
            Tier(r.floor, r.cap, r.rate, r.deduction or Decimal(0), r.max_leverage) for r in stated.rows
        )
    else:
        rows = joined([(row.floor, row.cap, row.rate, row.max_leverage) for row in stated.rows])
    basis = choice(TierBasis, stated.basis, path=f"{path}.basis")
    table = TierTable(symbol, rows, basis, valid_from=on or "", source=stated.source, jumps=stated.jumps)
    return check_tiers(table, path=f"{path}.rows")


def _check_whole(account: Account, market: Market) -> None:
    """What only the whole account shows: a mark for every symbol, a balance for every pool."""
    named = [*(p.symbol for p in account.positions), *(o.symbol for o in account.orders)]
    for symbol in named:
        market.mark(symbol)
    for rate in account.collateral.values():
        if rate.mark_of is not None:
            market.mark(rate.mark_of)
    if market.leader is not None:
        market.mark(market.leader)
    if account.multi_asset:
        return
    for number, position in enumerate(account.positions):
        asset = symbol_parts(position.symbol)["settle"]
        draws = position.margin_mode is MarginMode.CROSS or position.auto_add_margin
        if draws and asset not in account.wallet:
            raise MissingField(
                f"positions[{number}] draws on a pool whose balance is not given",
                path=f"wallet.{asset}",
                hint=f'write it under [wallet], {asset} = "10000", or "0" if it is empty',
            )
