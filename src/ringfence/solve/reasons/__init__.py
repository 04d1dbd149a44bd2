"""Reasons: the rules and checks that traders go by, each judged and put beside this very book's numbers."""

from ringfence.solve.reasons.headline import headline
from ringfence.solve.reasons.judge import reasons
from ringfence.solve.reasons.view import Reason

__all__ = ["Reason", "headline", "reasons"]
