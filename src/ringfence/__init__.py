"""ringfence: what a leveraged crypto account loses, and when, under isolated and cross margin.

>>> import ringfence as rf
>>> book = rf.Account(venue="binance_usdm", wallet={"USDT": "10000"})
>>> book = book.open("BTC/USDT:USDT", "+0.5", entry_price="60000", leverage=10)
>>> twins = rf.compare(book, marks={"BTC/USDT:USDT": "58000"})
>>> print(twins.isolated.liquidation_price("BTC/USDT:USDT"), twins.cross.liquidation_price("BTC/USDT:USDT"))
54216.86746987 40160.64257028
"""

from ringfence.domain.account import (
    Account,
    CollateralRate,
    InstrumentTerms,
    MarginMode,
    Order,
    Position,
    Side,
)
from ringfence.domain.derivation import Derivation, Line
from ringfence.domain.instrument import Kind
from ringfence.domain.market import Market
from ringfence.domain.numbers import money
from ringfence.domain.tiers import Tier, TierTable
from ringfence.engine import events
from ringfence.errors import RingfenceError
from ringfence.exact.assess import Assessment, Solvency
from ringfence.facade import apply, assess, begin, compare, rules, solve
from ringfence.limits import LIMITS
from ringfence.solve.liquidation import Liquidations, Reach
from ringfence.solve.search import LiquidationPrice
from ringfence.solve.twins import Twin, Twins
from ringfence.store.tiers import stored_rules
from ringfence.venues.rules import VenueRules

__all__ = [
    "LIMITS",
    "Account",
    "Assessment",
    "CollateralRate",
    "Derivation",
    "InstrumentTerms",
    "Kind",
    "Line",
    "LiquidationPrice",
    "Liquidations",
    "MarginMode",
    "Market",
    "Order",
    "Position",
    "Reach",
    "RingfenceError",
    "Side",
    "Solvency",
    "Tier",
    "TierTable",
    "Twin",
    "Twins",
    "VenueRules",
    "apply",
    "assess",
    "begin",
    "compare",
    "events",
    "money",
    "rules",
    "solve",
    "stored_rules",
]
