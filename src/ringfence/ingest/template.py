"""The account file that ``ringfence init`` prints: it loads as it stands, and says what each line means."""

from __future__ import annotations

TEMPLATE = """\
# An account at one exchange. Numbers are read exactly as written; quotes around them are welcome, not needed.
# Try it as it stands, then put your own figures in:   ringfence compare account.toml

venue = "binance_usdm"       # ringfence venues lists the exchanges
# on = "2026-11-22"          # the day whose rules and tiers hold; without it, today
# hedged = true              # long and short of one coin side by side (hedge mode); without it, one-way

[wallet]                     # what cross positions share: no isolated margin in it, no unrealised profit
USDT = "10000"

[[positions]]                # once for each position
symbol = "BTC/USDT:USDT"     # as ccxt writes it: base / quote : settlement
side = "long"                # or "short"
contracts = "0.5"            # size, always above zero; at Binance in coins
entry_price = "60000"        # average entry
margin_mode = "cross"        # draws on the wallet above
leverage = "10"              # the setting at the exchange

[[positions]]
symbol = "ETH/USDT:USDT"
side = "short"
contracts = "4"
entry_price = "3000"
margin_mode = "isolated"     # may consume what is behind its own fence, and no more
leverage = "20"
isolated_margin = "600"      # what is behind the fence, without unrealised profit; at entry: value / leverage

[marks]                      # the exchange's mark price of every coin above: nothing is fetched or guessed
"BTC/USDT:USDT" = "58000"
"ETH/USDT:USDT" = "2950"

# Optional: orders that rest in the book. They hold margin and change no liquidation price.
# [[orders]]
# symbol = "BTC/USDT:USDT"
# side = "buy"
# contracts = "0.1"
# price = "55000"

# Optional: how coins move together, for "everything falls at once"; no beta means 1.
# leader = "BTC/USDT:USDT"   # stands above the first [table] of the file
# [betas]
# "ETH/USDT:USDT" = "1.2"

# Optional: what holding and closing cost, and how far a coin moves in a day; they change no margin.
# [rates."BTC/USDT:USDT"]
# taker_fee = "0.0005"
# funding_rate = "0.0001"    # of the next funding; positive: longs pay
# daily_range = "0.03"

# Optional: maintenance tiers of your own, where no table is known (or: ringfence tiers import FILE).
# [tiers."NEW/USDT:USDT"]
# source = "the exchange's page on leverage and margin, read today"
# rows = [
#     { floor = "0", cap = "5000", rate = "0.01", max_leverage = "50" },
#     { floor = "5000", cap = "25000", rate = "0.025", max_leverage = "20" },
# ]
"""


def template() -> str:
    """The commented account file.

    >>> template().splitlines()[3]
    'venue = "binance_usdm"       # ringfence venues lists the exchanges'
    """
    return TEMPLATE
