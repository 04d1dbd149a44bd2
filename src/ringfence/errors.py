"""Every error ringfence raises for bad input, in one tree.

RingfenceError
├── BadNumber
│   └── InexactNumber
├── OutOfRange
├── MissingField
│   ├── MissingMark
│   ├── MissingMargin
│   ├── MissingLeverage
│   └── MissingRate
├── UnknownField
├── UnknownSymbol
├── UnknownVenue
├── DuplicatePosition
├── LimitExceeded
├── NoTier
├── NoRules
├── BadTiers
├── BadRules
├── BadFile
├── BadSeries
├── ExchangeFailed
│   ├── RateLimited
│   └── BadAnswer
├── UnsafeKey
├── JournalError
│   ├── JournalBusy
│   ├── JournalDamaged
│   ├── JournalStopped
│   ├── IdConflict
│   └── UnknownRecord
├── NotAllowed
├── NotYet
├── Blocked
├── NotDocumented
└── NotSupported

A *bug* is `Bug`, raised by `invariant`, and is never caught on the way to a user except to say that it
is one. Liquidation is not an error: it is an answer (`ringfence.Solvency`).
"""

from __future__ import annotations


class Bug(Exception):
    """A broken promise inside ringfence: the program is wrong, not its input."""


def invariant(holds: bool, promise: str) -> None:
    """Stop the program when a promise is broken; unlike ``assert`` it survives ``python -O``.

    >>> invariant(True, "one is one")
    """
    if not holds:
        raise Bug(promise)


class RingfenceError(Exception):
    """Bad input: what is wrong, where, and what to write instead.

    Args:
        message: one sentence, without the place.
        path: the field, as in ``positions[0].entry_price``; empty when the whole input is meant.
        value: what was written there, shortened for print.
        hint: what to write instead.

    >>> BadNumber("not a number", path="wallet.USDT", value="ten", hint='write "10"').code
    'bad-number'
    """

    code = "error"

    def __init__(self, message: str, *, path: str = "", value: object = None, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.path = path
        self.value = _shortened(value)
        self.hint = hint

    def under(self, prefix: str) -> RingfenceError:
        """The same error, its path put under ``prefix``.

        >>> BadNumber("no", path="price").under("orders[1]").path
        'orders[1].price'
        """
        self.path = ".".join(part for part in (prefix, self.path) if part)
        return self

    def __str__(self) -> str:
        place = f"{self.path}: " if self.path else ""
        value = f" (got {self.value})" if self.value is not None else ""
        hint = f"; {self.hint}" if self.hint else ""
        return f"{place}{self.message}{value}{hint}"


def _shortened(value: object) -> str | None:
    if value is None:
        return None
    text = str(value)
    return text if len(text) <= 60 else f"{text[:40]}… ({len(text)} characters)"


class BadNumber(RingfenceError):
    """Not a number ringfence can take: NaN, infinity, foreign digits, or no number at all."""

    code = "bad-number"


class InexactNumber(BadNumber):
    """A float where money belongs: its decimal value was lost before it arrived."""

    code = "inexact-number"


class OutOfRange(RingfenceError):
    """A number that is one, and cannot be meant: a zero price, a negative size, a date that is none."""

    code = "out-of-range"


class MissingField(RingfenceError):
    """A field that has no default and was not given."""

    code = "missing-field"


class MissingMark(MissingField):
    """A position without a mark price: nothing about it can be said."""

    code = "missing-mark"


class MissingMargin(MissingField):
    """An isolated position without its margin."""

    code = "missing-margin"


class MissingLeverage(MissingField):
    """A leverage setting that the question needs, the initial margin for one, and nobody gave."""

    code = "missing-leverage"


class MissingRate(MissingField):
    """A collateral asset without a price or a haircut."""

    code = "missing-rate"


class UnknownField(RingfenceError):
    """A field ringfence does not know: a typing error would otherwise pass in silence."""

    code = "unknown-field"


class UnknownSymbol(RingfenceError):
    """A symbol that is not in ccxt's form, or not one of the account's."""

    code = "unknown-symbol"


class UnknownVenue(RingfenceError):
    """A venue without a rule pack."""

    code = "unknown-venue"


class DuplicatePosition(RingfenceError):
    """Two positions where the position mode allows one."""

    code = "duplicate-position"


class LimitExceeded(RingfenceError):
    """More than a named limit allows (`ringfence.limits`)."""

    code = "limit-exceeded"


class NoTier(RingfenceError):
    """No maintenance tiers for a symbol on a date; never a default rate."""

    code = "no-tier"


class NoRules(RingfenceError):
    """The venue is known, its rules on that date are not."""

    code = "no-rules"


class BadTiers(RingfenceError):
    """A tier table that contradicts itself: a gap, an overlap, a falling rate, an undeclared jump."""

    code = "bad-tiers"


class BadRules(RingfenceError):
    """A rule pack that cannot be loaded: a choice without a source, for example."""

    code = "bad-rules"


class BadFile(RingfenceError):
    """A file or body that cannot be read as what it should be."""

    code = "bad-file"


class BadSeries(RingfenceError):
    """A series of prices or funding that contradicts itself, or whose numbers cannot be held exactly."""

    code = "bad-series"


class ExchangeFailed(RingfenceError):
    """An exchange did not answer, refused, or answered what cannot be right; nothing of it is kept."""

    code = "exchange-failed"


class RateLimited(ExchangeFailed):
    """An exchange that asks for patience, and still did after the retries."""

    code = "rate-limited"


class BadAnswer(ExchangeFailed):
    """An exchange's answer that is cut off, incomplete, or about something else than was asked."""

    code = "bad-answer"


class UnsafeKey(RingfenceError):
    """A key that may do more than read; ringfence does not use it."""

    code = "unsafe-key"


class NotAllowed(RingfenceError):
    """Whoever asks may not: their token lacks the scope, or the question is for people alone."""

    code = "not-allowed"


class NotYet(RingfenceError):
    """Something stands before it still: time, or lines to be written. ``until_ms``: when the time is over."""

    code = "not-yet"
    until_ms: int | None = None


class Blocked(RingfenceError):
    """An audit that blocks: other facts could change that, a reason cannot."""

    code = "blocked"


class JournalError(RingfenceError):
    """The journal cannot do what was asked of it."""

    code = "journal-error"


class JournalBusy(JournalError):
    """Another process is writing the journal; nothing was written."""

    code = "journal-busy"


class JournalDamaged(JournalError):
    """A journal, a backup or a key that is not as it was written; nothing is appended to it."""

    code = "journal-damaged"


class JournalStopped(JournalError):
    """A journal that takes nothing more in this process: it is closed, or a write failed.

    How much of that write is on the disk nobody can know; what was acknowledged before is kept. Reopen it.
    """

    code = "journal-stopped"


class IdConflict(JournalError):
    """An id that already stands for something else."""

    code = "id-conflict"


class UnknownRecord(JournalError):
    """No record, or no text, of that name."""

    code = "unknown-record"


class NotDocumented(RingfenceError):
    """The venue does not say, and there is no basis for an assumption."""

    code = "not-documented"


class NotSupported(RingfenceError):
    """A question ringfence cannot answer for this book yet; it says so instead of approximating."""

    code = "not-supported"
