"""How money behaves: pure arithmetic over any number type.

Each formula is written once and called with `Decimal` (the answer), `Fraction` (the referee and inverse
contracts), `Bound` (a float with its error radius) and, compiled, with float64 (the speed).
"""
