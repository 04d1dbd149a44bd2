"""What happens, step by step: events, the money they move, and what the venue accepts."""

from ringfence.engine.apply import apply, apply_all
from ringfence.engine.canon import event_digest, state_digest
from ringfence.engine.postings import Posting, unbalanced
from ringfence.engine.state import Accepted, Applied, Refused, State, begin

__all__ = [
    "Accepted",
    "Applied",
    "Posting",
    "Refused",
    "State",
    "apply",
    "apply_all",
    "begin",
    "event_digest",
    "state_digest",
    "unbalanced",
]
