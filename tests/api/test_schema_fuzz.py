"""Schemathesis: whatever the OpenAPI document allows or forbids, no request makes the server fail."""

from __future__ import annotations

import atexit
import tempfile
from pathlib import Path

import schemathesis
from hypothesis import HealthCheck, Phase, settings
from schemathesis import Case, checks

from ringfence.api.app import create_app
from ringfence.limits import LIMITS
from ringfence.service.context import Context

HOME = tempfile.TemporaryDirectory()
atexit.register(HOME.cleanup)
APP = create_app(Context(Path(HOME.name), today=lambda: "2026-11-22"))
SCHEMA = schemathesis.openapi.from_asgi("/openapi.json", APP, headers={"host": "127.0.0.1"})
WANTED = [
    checks.not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_schema_conformance,
]


@SCHEMA.parametrize()
@settings(
    max_examples=25,
    deadline=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
def test_no_request_makes_it_fail(case: Case) -> None:
    # Ten thousand accounts are allowed and take many seconds; the limit has a test of its own.
    accounts = case.body.get("accounts") if isinstance(case.body, dict) else None
    if type(accounts) is int and 3 < accounts <= LIMITS.accounts_per_check:
        case.body["accounts"] = 3  # type: ignore[index]  # a dictionary, by the line above
    case.call_and_validate(checks=WANTED, headers={"host": "127.0.0.1"})
