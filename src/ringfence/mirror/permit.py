"""Permits: what an executor needs before it sends an order, and the checks it makes on one."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, fields, replace
from decimal import Decimal
from fractions import Fraction

from ringfence.mirror.canonical import canonical_bytes, digest, document, short_digest
from ringfence.mirror.model import Action, Audit, Intent, Permit
from ringfence.mirror.proceed import Refusal, Way
from ringfence.mirror.thresholds import Thresholds

PRIVATE = ("trigger_text",)
"""Not part of the hash: it can be erased, and the permit still says for what it was given."""


def intent_hash(intent: Intent) -> str:
    """SHA-256 of the canonical intent, without what is private to the person."""
    body = document(intent)
    for name in PRIVATE:
        del body[name]
    return digest(body)


@dataclass(frozen=True, slots=True)
class Moment:
    """When a permit is given, at which mark, and a random word from the caller that no other permit has."""

    now_ms: int
    mark: Decimal | None
    nonce: str


def permit_for(
    intent: Intent, judged: Audit, way: Way | Refusal, *, moment: Moment, limits: Thresholds
) -> Permit | None:
    """The permit of an intent that may go on, unsigned; None where it may not.

    ``way``: what `may_proceed` said. The signature is put on by whoever holds the key (`signed_bytes`).
    """
    if isinstance(way, Refusal) or judged.intent_id != intent.intent_id:
        return None
    made = Permit(
        permit_id="", intent_hash=intent_hash(intent), issued_ms=moment.now_ms,
        expires_ms=moment.now_ms + limits.permit_ms, mark_price=moment.mark, max_drift=limits.permit_drift,
        contracts_max=intent.contracts, nonce=moment.nonce,
    )  # fmt: skip
    return replace(made, permit_id=short_digest((made, judged.audit_id)))


def signed_bytes(permit: Permit) -> bytes:
    """What a signature is made over: everything but the signature itself; the key's id is part of it."""
    body = {
        one.name: document(getattr(permit, one.name)) for one in fields(permit) if one.name != "signature"
    }
    return canonical_bytes(body)


def check_permit(
    permit: Permit,
    intent: Intent,
    *,
    now_ms: int,
    mark: Decimal | None,
    contracts: Decimal | None,
    verify: Callable[[str, bytes, str], bool],
) -> str | None:
    """What an executor asks before it sends: None, or why not.

    Args:
        mark: now. contracts: that it is about to send, those already sent under this permit included.
        verify: takes the key's id, the bytes and the signature.

    Returns:
        ``bad_signature``, ``not_yet``, ``expired``, ``other_intent``, ``too_large``, ``no_mark`` or
        ``drifted``.
    """
    if not verify(permit.key_id, signed_bytes(permit), permit.signature):
        return "bad_signature"
    if now_ms < permit.issued_ms:
        return "not_yet"
    if now_ms >= permit.expires_ms:
        return "expired"
    if permit.intent_hash != intent_hash(intent):
        return "other_intent"
    if _too_large(permit, contracts):
        return "too_large"
    return _drifted(permit, mark)


def _too_large(permit: Permit, contracts: Decimal | None) -> bool:
    if permit.contracts_max is None:
        return False
    return contracts is None or contracts > permit.contracts_max


def _drifted(permit: Permit, mark: Decimal | None) -> str | None:
    if permit.mark_price is None:
        return None
    if mark is None:
        return "no_mark"
    moved = abs(Fraction(mark) - Fraction(permit.mark_price))
    return "drifted" if moved > Fraction(permit.max_drift) * Fraction(permit.mark_price) else None


def as_one(intent: Intent, earlier: Iterable[Intent], limits: Thresholds) -> Intent:
    """The intent with what was asked for before it: many small orders are judged as the one they make up.

    ``earlier``: intents that got a permit and are not filled, ended or expired yet. Those of the same
    account, instrument, side and kind within ten minutes before this one are added to its contracts or
    amount; opening and adding are one kind.
    """
    same = [one for one in earlier if _one_decision(one, intent, limits)]
    contracts = sum((one.contracts or Decimal(0) for one in same), intent.contracts or Decimal(0))
    amount = sum((one.amount or Decimal(0) for one in same), intent.amount or Decimal(0))
    return replace(
        intent,
        contracts=None if intent.contracts is None else contracts,
        amount=None if intent.amount is None else amount,
    )


_GROWING = {Action.OPEN, Action.INCREASE}


def _one_decision(one: Intent, intent: Intent, limits: Thresholds) -> bool:
    same = all(
        getattr(one, name) == getattr(intent, name)
        for name in ("account_id", "venue", "symbol", "side", "asset", "reduce_only")
    ) and (one.action is intent.action or {one.action, intent.action} <= _GROWING)
    within = 0 <= intent.ts_ms - one.ts_ms <= limits.split_ms
    return same and within and one.intent_id != intent.intent_id
