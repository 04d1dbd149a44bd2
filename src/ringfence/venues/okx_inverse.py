"""okx_inverse: OKX coin-margined swaps and futures, isolated and cross.

The rules are those of futures mode and multi-currency mode (`futures_mode`). A contract is a face value in
USD (100 for BTC, 10 for most others) that is margined, and pays, in coin; the account states it.
"""

from __future__ import annotations

from ringfence.domain.instrument import Kind
from ringfence.venues.futures_mode import regimes_of

RULES = regimes_of("okx_inverse", "OKX coin-margined contracts", kinds=(Kind.INVERSE, Kind.LINEAR))

# OUTPUT: an isolated long as the venue printed it (16 decimals), at a fee of 0.03 %; a cross short whose
# equity covers its whole value, which has no liqPx. Then the help centre's initial margin of one coin at
# 10,000 and 10x, and the same position at and just above the trigger (coins of 10,000 x (0.4 % + 0.05 %)).
EXAMPLES = """
mode      leverage  margin              wallet      symbol       position      mark     contract size  tier  fee     tick  maintenance          initial margin       unrealized pnl       liquidation price    liquidated
isolated  5         0.0002138769800998  -           BTC/USD:BTC  +1@93511.7    93516.3  100            0.4%  0.0003  0.1   ~0.0000042773291929  ~0.0002138769800998  ~0.0000000526022794  ~78261.6002583343    no
cross     5         -                   0.00143672  BTC/USD:BTC  -1@93569.9    93651.2  100            0.4%  0.0003  -     ~0.0000042711679082  ~0.0002135583954076  ~-0.0000009277715134  none                no
isolated  10        -                   -           BTC/USD:BTC  +100@10000    10000    100            0.4%  0.0005  -     0.004                0.1                  0                    -                    no
cross     10        -                   0.0045      BTC/USD:BTC  +100@10000    10000    100            0.4%  0.0005  -     0.004                0.1                  0                    -                    yes
cross     10        -                   0.00450001  BTC/USD:BTC  -100@10000    10000    100            0.4%  0.0005  -     0.004                0.1                  0                    -                    no
"""  # noqa: E501 - a table

NOT_REPRODUCED = {
    "ok-inv-v3-2019-1": (
        "A sample of the interface of 2019: 7762.09, where the rules since 2021 give 7762.24. Its rules are "
        "not public any more, so there is no rule set of that date."
    ),
    "ok-inv-v3-2019-2": "As ok-inv-v3-2019-1: 9166.74, where the rules since 2021 give 9166.12.",
}
