"""What a change does to an account before anybody makes it: would the venue accept it, and what follows."""

from ringfence.solve.change.preview import Preview, preview

__all__ = ["Preview", "preview"]
