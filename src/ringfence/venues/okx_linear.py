"""okx_linear: OKX swaps and futures margined in USDT or USDC, isolated and cross.

The rules are those of futures mode and multi-currency mode (`futures_mode`). A contract is a share of a
coin that differs by symbol, so an account states its contract sizes, its taker fee and, for the isolated
price that the venue prints, the tick. A multi-currency pool may hold inverse contracts beside linear ones.
"""

from __future__ import annotations

from ringfence.domain.instrument import Kind
from ringfence.venues.futures_mode import regimes_of

RULES = regimes_of("okx_linear", "OKX USDT- and USDC-margined contracts", kinds=(Kind.LINEAR, Kind.INVERSE))

# OUTPUT: isolated positions as the venue printed them: mmr, imr, and liqPx one tick nearer entry, which it
# gives with 16 digits. Then imr and mmr of a cross position; the trigger at equality and just above it.
EXAMPLES = """
mode      leverage  margin   wallet     symbol                position      mark     contract size  tier   fee     tick    maintenance  initial margin      requirement  liquidation price     liquidated
isolated  3         601.004  -          BTC/USDT:USDT-240329  +4@45075.3    45068    0.01           0.4%   0.0005  0.1     7.21088      601.004             8.11224      ~30186.1371672526     no
isolated  10        30.11    -          ETH/USDT:USDT         +1@3011       3010.54  0.1            0.4%   0.0005  0.01    1.204216     30.11               1.354743     ~2722.15967353089     no
isolated  3         -        -          ADA/USDT:USDT         -0.1@0.736    0.7423   100            0.65%  0.0005  0.0001  0.0482495    ~2.453333333333333  0.051961     ~0.974411751075803    no
cross     20        -        50         ETH/USDT:USDT         +0.8@4409.07  4336.32  0.1            0.4%   0.0005  -       1.3876224    17.34528            1.5610752    -                     no
cross     10        -        14.455     BTC/USDT:USDT         +100@1000     990      0.01           0.4%   0.0005  -       3.96         99                  4.455        -                     yes
cross     10        -        14.45501   BTC/USDT:USDT         +100@1000     990      0.01           0.4%   0.0005  -       3.96         99                  4.455        -                     no
"""  # noqa: E501 - a table

NOT_REPRODUCED = {
    "ok-lin-x-grid-1": (
        "Its liquidation price lies 3.0154 below what balance, mark and ratio of the same dump give, like "
        "that of ok-lin-x-grid-2: a bot's account, whose equity holds something the dump leaves out."
    ),
    "ok-lin-x-grid-2": "As ok-lin-x-grid-1: lower by the same 3.0154.",
}
