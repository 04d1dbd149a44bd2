"""The Unified Trading Account: sources, clauses and mode rules that Bybit's contracts share.

One margin mode for the whole account, one table of errors, one way to reserve the fee for closing.
"""

from __future__ import annotations

from fractions import Fraction

from ringfence.domain.account import MarginMode
from ringfence.venues.modes import Change, Effect, ModeRule, Verdict, When
from ringfence.venues.rules import Clause, Confidence, Source
from ringfence.venues.sequence import Action, LiquidationSequence, Order, Step

UTA = Source("Bybit help centre, trading rules of the Unified Trading Account", as_of="2026-08-07")
CHANGE = Source(
    "Bybit help centre, The New Margin Calculation: Adjustments and Implications", as_of="2026-08-07"
)
OLD_PRICE = Source(
    "Bybit help centre, Liquidation Price Calculation under Isolated Mode (Unified Trading Account)",
    as_of="2025-09-01",
)
GLOSSARY = Source("Bybit help centre, glossary of the Unified Trading Account", as_of="2026-03-31")
TIERS = Source("Bybit help centre, maintenance margin (USDT contract)", as_of="2024-08-31")
ORDER_COST = Source("Bybit help centre, order cost", as_of="2024-08-31")
PROCESS = Source("Bybit help centre, liquidation process and insurance fund", as_of="2025-09-30")
DOCS = Source("Bybit API documentation v5 (bybit-exchange/docs)", as_of="2026-07-24")
OUTPUT = Source("Bybit position output (captured states)", as_of="2025-11-30")

SEQUENCE = LiquidationSequence(
    (
        Step(Action.CANCEL_RISING, MarginMode.ISOLATED),
        Step(Action.STEP_DOWN, MarginMode.ISOLATED),
        Step(Action.CANCEL_ALL, MarginMode.CROSS),
        Step(Action.REDUCE, MarginMode.CROSS, usage=Fraction(9, 10)),
        Step(Action.TAKE_OVER),
    ),
    order=Order.NOT_STATED,
)
"""Both packs; linear contracts can feed a fence first."""

CLAUSES = {
    "mark": Clause(UTA, "liquidation by mark price"),
    "trigger": Clause(UTA, "isolated: mark reaches the price; cross: maintenance rate of 100 %"),
    "initial_margin": Clause(
        OUTPUT, "positionIM: isolated on entry, cross on mark, the reserve inside", Confidence.CAPTURED
    ),
    "maintenance": Clause(
        OUTPUT, "positionMM: value at mark x rate - deduction + reserve", Confidence.CAPTURED
    ),
    "closing_fee": Clause(OUTPUT, "the reserve stays at entry in cross and isolated", Confidence.CAPTURED),
    "tiers": Clause(TIERS, "slices, upper bound inclusive", Confidence.CAPTURED),
    "hedge": Clause(
        UTA,
        "hedge mode of USDT perpetuals in cross",
        Confidence.UNCONFIRMED,
        "each leg has its own maintenance: how the account nets opposite legs is not published",
    ),
    "open_orders": Clause(
        ORDER_COST,
        "initial margin, fee for opening and fee for closing",
        Confidence.UNCONFIRMED,
        "orders on both sides hold for the dearer one, and against a position only for what does not close "
        "it; they move no position to a higher tier and, being cancelled first, are not in the test",
    ),
    "fence": Clause(CHANGE, "initial margin at entry and the reserve", Confidence.EXAMPLE),
    "withdrawal": Clause(
        UTA,
        "transferable amount",
        Confidence.UNCONFIRMED,
        "its formula is not published: neither more than the wallet nor more than is available is assumed",
    ),
    "liquidation": Clause(PROCESS, "isolated: tier by tier; cross: in steps to 90 %; take-over"),
    "shortfall": Clause(PROCESS, "insurance fund, then auto-deleveraging", Confidence.EXAMPLE),
    "liquidation_price": Clause(UTA, "isolated, with margin added by hand", Confidence.EXAMPLE),
    "cross_liquidation_price": Clause(
        DOCS,
        "position: liqPrice in cross is an estimate",
        Confidence.UNCONFIRMED,
        "the estimate's formula is not published: the price is where the account's own test is met "
        "while every other mark stands still",
    ),
    "liquidation_tier": Clause(
        UTA,
        "isolated liquidation price",
        Confidence.UNCONFIRMED,
        "the tier at the liquidation price is used; the page does not say which",
    ),
    "available_balance": Clause(GLOSSARY, "margin balance less initial margin", Confidence.CAPTURED),
    "funding": Clause(OLD_PRICE, "from the balance first, then from the fence", Confidence.EXAMPLE),
    "money": Clause(
        OUTPUT,
        "8 decimals",
        Confidence.UNCONFIRMED,
        "margins are rounded to nearest at the 8th decimal; rounding up would fit the outputs as well",
    ),
    "mode_switch": Clause(DOCS, "account: set-margin-mode, for the whole account"),
    "position_mode": Clause(DOCS, "position: position-mode, errors 110024 and 110028"),
    "leverage": Clause(DOCS, "position: leverage, errors 110011, 110012, 110013, 110046, 110090"),
    "isolated_margin": Clause(
        DOCS,
        "position: add or reduce margin, errors 110014, 110015, 110033, 110078",
        Confidence.UNCONFIRMED,
        "only what was added beyond the initial margin can be taken out; the exact limit is not published",
    ),
}
"""Since 2025-09-02."""

CLAUSES_AT_ENTRY = {
    **{rule: clause for rule, clause in CLAUSES.items() if rule != "liquidation_tier"},
    "initial_margin": Clause(OUTPUT, "positionIM: on entry, the reserve inside", Confidence.CAPTURED),
    "maintenance": Clause(
        OUTPUT, "positionMM: value at entry x rate - deduction + reserve", Confidence.CAPTURED
    ),
    "liquidation_price": Clause(OLD_PRICE, "formula and examples", Confidence.CAPTURED),
}
"""Until 2025-09-01."""

MODES = (
    ModeRule(
        Change.TO_ISOLATED, When.NOT_ENOUGH, Verdict.REFUSED, whole_account=True,
        words="the venue checks every position first and answers with its list of reasons",
    ),
    ModeRule(
        Change.TO_ISOLATED, When.ALWAYS, Verdict.ALLOWED, effect=Effect.POOL_TO_FENCE, whole_account=True,
        words="the mode is the account's: every position becomes isolated",
    ),
    ModeRule(
        Change.TO_CROSS, When.ALWAYS, Verdict.ALLOWED, effect=Effect.FENCE_TO_POOL, whole_account=True,
        words="the mode is the account's: every position becomes cross",
    ),
    ModeRule(
        Change.POSITION_MODE, When.POSITION_IN_SYMBOL, Verdict.REFUSED, "110024", clause="position_mode",
    ),
    ModeRule(Change.POSITION_MODE, When.ORDER_IN_SYMBOL, Verdict.REFUSED, "110028", clause="position_mode"),
    ModeRule(
        Change.POSITION_MODE, When.ALWAYS, Verdict.ALLOWED, effect=Effect.NOTHING_ELSE,
        words="hedge mode is for USDT perpetuals only", clause="position_mode",
    ),
    ModeRule(Change.RAISE_LEVERAGE, When.BEYOND_TIER, Verdict.REFUSED, "110013", clause="leverage"),
    ModeRule(
        Change.RAISE_LEVERAGE, When.ISOLATED_POSITION, Verdict.ALLOWED, effect=Effect.FENCE_FOLLOWS,
        words="refused when it would liquidate at once (110011, 110046)", clause="leverage",
    ),
    ModeRule(
        Change.RAISE_LEVERAGE, When.ALWAYS, Verdict.ALLOWED, effect=Effect.NOTHING_ELSE, clause="leverage",
    ),
    ModeRule(
        Change.LOWER_LEVERAGE, When.NOT_ENOUGH, Verdict.REFUSED, "110012", clause="leverage",
        words="the higher initial margin comes from the available balance",
    ),
    ModeRule(
        Change.LOWER_LEVERAGE, When.ISOLATED_POSITION, Verdict.ALLOWED, effect=Effect.FENCE_FOLLOWS,
        clause="leverage",
    ),
    ModeRule(
        Change.LOWER_LEVERAGE, When.ALWAYS, Verdict.ALLOWED, effect=Effect.NOTHING_ELSE, clause="leverage",
    ),
    ModeRule(Change.ADD_MARGIN, When.NO_POSITION, Verdict.REFUSED, "110033", clause="isolated_margin"),
    ModeRule(
        Change.ADD_MARGIN, When.NOT_ISOLATED, Verdict.REFUSED, "110015", clause="isolated_margin",
    ),
    ModeRule(Change.ADD_MARGIN, When.NOT_ENOUGH, Verdict.REFUSED, "110014", clause="isolated_margin"),
    ModeRule(
        Change.ADD_MARGIN, When.ALWAYS, Verdict.ALLOWED, effect=Effect.AMOUNT_MOVES,
        words="with at most 4 decimals", clause="isolated_margin",
    ),
    ModeRule(Change.REMOVE_MARGIN, When.NO_POSITION, Verdict.REFUSED, "110033", clause="isolated_margin"),
    ModeRule(
        Change.REMOVE_MARGIN, When.NOT_ISOLATED, Verdict.REFUSED, "110015", clause="isolated_margin",
    ),
    ModeRule(Change.REMOVE_MARGIN, When.NOT_ENOUGH, Verdict.REFUSED, "110078", clause="isolated_margin"),
    ModeRule(
        Change.REMOVE_MARGIN, When.ALWAYS, Verdict.ALLOWED, effect=Effect.AMOUNT_MOVES,
        words="with at most 4 decimals", clause="isolated_margin",
    ),
    ModeRule(
        Change.OPEN, When.BEYOND_TIER, Verdict.REFUSED, "110090", clause="leverage",
        words="open less, or at less leverage",
    ),
    ModeRule(Change.OPEN, When.NOT_ENOUGH, Verdict.REFUSED, "110007", clause="available_balance"),
    ModeRule(
        Change.OPEN, When.ALWAYS, Verdict.ALLOWED, effect=Effect.NOTHING_ELSE, clause="available_balance",
        words="as far as margin goes; order filters and price bands are not looked at",
    ),
)  # fmt: skip
"""What the venue answers while something is open; the codes are those of its error page."""
