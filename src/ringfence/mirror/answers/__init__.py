"""The three lines a trader writes before a trade, read without guessing and checked against the position.

One sentence that would prove the idea wrong, one price where it is invalid, one reason to do nothing; and a
reason to go on against a finding. The builder makes the first from choices, in any language; free text is
read into the same value. Every check has a stable code:

===========  ==========================================================================================
``O C T H``  the sentence names an observable, a comparison, a number (or a yes-or-no event), a date
``F1 … F8``  it speaks against the trade, is open still, can come true in time, is no noise, agrees with the
             level, comes before liquidation, speaks of the market without hedging, lies ahead
``P1 … P5``  the level is a price, on the grid, on the losing side, before liquidation, within the cap
``N1 … N5``  the reason to wait has words, is new, names what waiting protects, is no dismissal, is no repeat
``Q1 Q2``    the reason to go on has 20 characters, says something
``W1 W2``    written now: the time it took, the keys
===========  ==========================================================================================
"""

from ringfence.mirror.answers.builder import HORIZONS_MS, Choice, choices, sentence
from ringfence.mirror.answers.context import AnswerContext
from ringfence.mirror.answers.disproof import read_disproof, structured
from ringfence.mirror.answers.language import LANGUAGES
from ringfence.mirror.answers.level import level_in, read_level
from ringfence.mirror.answers.lexicon import is_price
from ringfence.mirror.answers.reasons import borrowed_money, read_do_nothing, read_override
from ringfence.mirror.answers.sense import level_of
from ringfence.mirror.answers.writing import Written, read_writing

__all__ = [
    "HORIZONS_MS",
    "LANGUAGES",
    "AnswerContext",
    "Choice",
    "Written",
    "borrowed_money",
    "choices",
    "is_price",
    "level_in",
    "level_of",
    "read_disproof",
    "read_do_nothing",
    "read_level",
    "read_override",
    "read_writing",
    "sentence",
    "structured",
]
