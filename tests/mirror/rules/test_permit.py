"""Permits: for one intent, one minute, one price, one size; and many small orders are one."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from hashlib import sha256
from typing import Any

import pytest

from ringfence.mirror.audit import audit
from ringfence.mirror.model import Permit
from ringfence.mirror.permit import Moment, as_one, check_permit, intent_hash, permit_for, signed_bytes
from ringfence.mirror.proceed import Refusal, Way
from ringfence.mirror.thresholds import thresholds
from tests.mirror.rules.build import NOW, Action, D, Side, calm, intent

MOMENT = Moment(NOW, D(58000), "nonce-1")


def sign(permit: Permit) -> Permit:
    keyed = replace(permit, key_id="k1")
    return replace(keyed, signature=sha256(b"secret" + signed_bytes(keyed)).hexdigest())


def verify(key_id: str, body: bytes, signature: str) -> bool:
    return key_id == "k1" and signature == sha256(b"secret" + body).hexdigest()


def given() -> Permit:
    permit = permit_for(intent(), audit(calm()), Way("proceed"), moment=MOMENT, limits=thresholds())
    assert permit is not None
    return sign(permit)


def check(permit: Permit, **changed: Any) -> str | None:
    asked: dict[str, Any] = {"now_ms": NOW + 1, "mark": D(58000), "contracts": D(1), **changed}
    wanted = asked.pop("intent", intent())
    return check_permit(permit, wanted, verify=verify, **asked)


@pytest.mark.parametrize(
    ("changes", "wanted"),
    [
        ({}, None),
        ({"now_ms": NOW}, None),
        ({"now_ms": NOW - 1}, "not_yet"),
        ({"now_ms": NOW + 59_999}, None),
        ({"now_ms": NOW + 60_000}, "expired"),
        ({"mark": D(58116)}, None),
        ({"mark": D("58116.01")}, "drifted"),
        ({"mark": D(57884)}, None),
        ({"mark": D("57883.99")}, "drifted"),
        ({"mark": None}, "no_mark"),
        ({"contracts": D("1.001")}, "too_large"),
        ({"contracts": D("0.5")}, None),
        ({"contracts": None}, "too_large"),
        ({"intent": intent(contracts=D(2))}, "other_intent"),
        ({"intent": intent(side=Side.SHORT)}, "other_intent"),
        ({"intent": intent(trigger_text="I saw a candle")}, None),
    ],
)
def test_what_an_executor_is_told(changes: dict[str, Any], wanted: str | None) -> None:
    assert check(given(), **changes) == wanted


@pytest.mark.parametrize(
    "changes",
    [
        {"expires_ms": NOW + 10**9}, {"contracts_max": D(100)}, {"max_drift": D(1)}, {"nonce": "n2"},
        {"key_id": "k2"}, {"signature": ""}, {"mark_price": None}, {"intent_hash": "0"}, {"permit_id": "p"},
    ],
)  # fmt: skip
def test_a_permit_that_was_touched_is_refused(changes: dict[str, Any]) -> None:
    assert check(replace(given(), **changes)) == "bad_signature"


def test_there_is_no_permit_for_what_may_not_go_on() -> None:
    judged = audit(calm())
    refused = permit_for(intent(), judged, Refusal("waiting"), moment=MOMENT, limits=thresholds())
    other = permit_for(intent(intent_id="i2"), judged, Way("proceed"), moment=MOMENT, limits=thresholds())
    assert (refused, other) == (None, None)


def test_a_permit_is_known_by_its_nonce() -> None:
    judged, limits = audit(calm()), thresholds()
    again = permit_for(intent(), judged, Way("proceed"), moment=replace(MOMENT, nonce="n2"), limits=limits)
    assert again is not None
    assert again.permit_id != given().permit_id
    assert again.expires_ms - again.issued_ms == 60_000


def test_an_intent_without_a_size_has_a_permit_without_one() -> None:
    switch = intent(Action.SWITCH_TO_CROSS)
    judged = audit(replace(calm(Action.SWITCH_TO_CROSS), intent=switch))
    permit = permit_for(switch, judged, Way("proceed"), moment=MOMENT, limits=thresholds())
    assert permit is not None
    assert check(sign(permit), intent=switch, contracts=None) is None


def test_the_hash_of_an_intent_leaves_out_what_is_private_and_nothing_else() -> None:
    assert intent_hash(intent()) == intent_hash(intent(trigger_text="a friend said so"))
    assert intent_hash(intent(contracts=D("1.0"))) == intent_hash(intent(contracts=D(1)))
    assert intent_hash(intent(actor="agent:x")) != intent_hash(intent())


@pytest.mark.parametrize(
    ("changes", "wanted"),
    [
        ({}, "1.5"),
        ({"ts_ms": NOW - 600_000}, "1.5"),
        ({"ts_ms": NOW - 600_001}, "1"),
        ({"ts_ms": NOW + 1}, "1"),
        ({"action": Action.INCREASE}, "1.5"),
        ({"action": Action.REDUCE}, "1"),
        ({"side": Side.SHORT}, "1"),
        ({"symbol": "ETH/USDT:USDT"}, "1"),
        ({"account_id": "other"}, "1"),
        ({"intent_id": "i1"}, "1"),
    ],
)
def test_many_small_orders_are_judged_as_the_one_they_make_up(changes: dict[str, Any], wanted: str) -> None:
    small = replace(intent(intent_id="i0", contracts=D("0.5")), **changes)
    summed = as_one(intent(contracts=D(1)), [small], thresholds())
    assert summed.contracts == Decimal(wanted)
    assert summed.intent_id == "i1"


def test_deposits_add_up_too() -> None:
    first = intent(Action.TRANSFER, intent_id="i0", amount=D(400))
    assert as_one(intent(Action.TRANSFER, amount=D(600)), [first], thresholds()).amount == D(1000)
