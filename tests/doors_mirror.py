"""What every door is asked of the mirror, and a journal in which there is something to ask about."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

from ringfence.service.context import Context
from ringfence.service.operations import operation_named

BTC = "BTC/USDT:USDT"
RESCUE: dict[str, Any] = {
    "venue": "demo",
    "wallet": {"USDT": "7000"},
    "marks": {BTC: "58000"},
    "tiers": {BTC: {"rows": [{"floor": "0", "rate": "0.005"}]}},
    "rates": {BTC: {"taker_fee": "0"}},
    "positions": [
        {
            "symbol": BTC, "side": "long", "contracts": "1", "entry_price": "60000",
            "margin_mode": "isolated", "leverage": "20", "isolated_margin": "3000",
        }
    ],
}  # fmt: skip
"""The account of the reference case: an isolated long that has lost two thirds of its fence."""
FLAT = {**RESCUE, "positions": []}
PLAN = {
    "symbol": BTC,
    "side": "long",
    "disproof": "BTC 4h close below 56,500 within 5 days",
    "invalidation_price": "56500",
    "do_nothing_reason": "I already carry 6 percent correlated risk and funding costs rise",
}
LINES = {
    "disproof": "BTC 4h close below 56,500 within 2 days",
    "invalidation": "56500",
    "do_nothing": "I already carry 6 percent correlated risk and funding costs rise",
}
SWITCH = {"action": "switch_to_cross", "symbol": BTC, "target": "62000"}
BYBIT = (
    "Uid,Currency,Contract,Type,Direction,Quantity,Position,Filled Price,Funding,Fee Paid,"
    "Cash Flow,Change,Wallet Balance,Action,Time(UTC)\n"
    "1,USDT,BTCUSDT,SETTLEMENT,BUY,--,0.1,--,-0.5,0,0,-0.5,99.5,SETTLEMENT,2026-01-01 08:00:00\n"
)
"""One booking as a venue exports it."""
RESTORED = "journal-restore"
PERMIT = "permit.txt"


def toml(document: dict[str, Any]) -> str:
    """A document as a file that a person could have written."""
    tables = {name: value for name, value in document.items() if isinstance(value, dict)}
    rows = document.get("positions", [])
    lines = [f"{name} = {_value(one)}" for name, one in document.items() if not isinstance(one, dict | list)]
    for name, table in tables.items():
        lines += [f"[{name}]", *(f'"{key}" = {_value(one)}' for key, one in table.items())]
    for row in rows:
        lines += ["[[positions]]", *(f"{key} = {_value(one)}" for key, one in row.items())]
    return "\n".join(lines) + "\n"


def _value(one: Any) -> str:
    if isinstance(one, dict):
        return "{" + ", ".join(f"{key} = {_value(each)}" for key, each in one.items()) + "}"
    if isinstance(one, list):
        return "[" + ", ".join(_value(each) for each in one) + "]"
    return f'"{one}"'


def mirror_asked(folder: Path) -> dict[str, tuple[dict[str, Any], list[str]]]:
    """For each operation of the mirror a request that can be repeated, and the command of the same."""
    permit = _permit(folder / "home")
    book, flat, plan = folder / "rescue.toml", folder / "flat.toml", folder / "plan.toml"
    book.write_text(toml(RESCUE), "utf-8")
    flat.write_text(toml(FLAT), "utf-8")
    plan.write_text(toml(PLAN), "utf-8")
    return {
        "mirror-audit": (
            {**SWITCH, "account": RESCUE, "id": "a2"},
            [str(book), "switch-to-cross", "BTC", "--target", "62000", "--id", "a2"],
        ),
        "mirror-answer": (
            {"audit_id": "a1", **LINES, "id": "w1"},
            ["a1", "--id", "w1"]
            + [word for name, line in LINES.items() for word in (f"--{name.replace('_', '-')}", line)],
        ),
        "mirror-decide": ({"audit_id": "a1", "decision": "do_nothing"}, ["a1", "do-nothing"]),
        "mirror-show": ({"audit_id": "a1"}, ["a1"]),
        "mirror-permit": ({"permit_id": permit}, [permit]),
        "mirror-fill": (
            {
                "permit_id": permit,
                "contracts": "0.5",
                "price": "58000",
                "at_ms": 1_795_000_000_000,
                "id": "f1",
            },
            [permit, "--contracts", "0.5", "--price", "58000", "--at-ms", "1795000000000", "--id", "f1"],
        ),
        "mirror-note": (
            {"text": "it was late", "audit_id": "a1", "id": "n2"},
            ["it was late", "--audit-id", "a1", "--id", "n2"],
        ),
        "mirror-outcome": ({"audit_id": "a1"}, ["a1"]),
        "mirror-ledger": ({}, []),
        "plan-new": ({"plan": PLAN, "account": FLAT, "id": "q2"}, [str(plan), str(flat), "--id", "q2"]),
        "plan-show": ({"plan_id": "q1"}, ["q1"]),
        "plan-list": ({"symbol": BTC}, ["--symbol", BTC]),
        **_kept_asked(folder),
    }


def _kept_asked(folder: Path) -> dict[str, tuple[dict[str, Any], list[str]]]:
    """Own limits, rules, imports and the journal itself."""
    export, made, source = folder / "bybit.csv", folder / "made.zip", folder / "home" / "kept.zip"
    export.write_text(BYBIT, "utf-8")
    return {
        "limit-set": (
            {"what": "daily_loss", "amount": "500", "id": "l2"},
            ["daily-loss", "--amount", "500", "--id", "l2"],
        ),
        "limit-list": ({}, []),
        "rule-set": ({"rule_id": "G-14", "on": False, "id": "s2"}, ["G-14", "--no-on", "--id", "s2"]),
        "rule-list": ({}, []),
        "history-import": (
            {"content": BYBIT, "file_name": export.name, "id": "h1"},
            [str(export), "--id", "h1"],
        ),
        "history-scan": ({}, []),
        "journal-list": ({"kind": "intent", "limit": 5}, ["--kind", "intent", "--limit", "5"]),
        "journal-verify": ({}, []),
        "journal-export": ({"to": str(made)}, [str(made)]),
        "journal-anchor": ({}, []),
        "journal-erase": ({"ref": "n1#text"}, ["n1#text"]),
        RESTORED: ({"source": str(source)}, [str(source)]),
        "journal-rebuild": ({}, []),
    }


def store_mirror(home: Path, *, restored: bool = False) -> None:
    """Put a journal into a store: an audit, a plan, a note, a permit.

    Args:
        restored: only its export is left.
    """
    context = Context(home)
    _ask(context, "mirror-audit", {**SWITCH, "account": RESCUE, "id": "a1"})
    _ask(context, "mirror-note", {"text": "the news scared me", "audit_id": "a1", "id": "n1"})
    _ask(context, "plan-new", {"plan": PLAN, "account": FLAT, "id": "q1"})
    _ask(context, "limit-set", {"what": "daily_loss", "amount": "700", "id": "l1"})
    reduced = {"action": "reduce", "account": RESCUE, "contracts": "0.5", "id": "a0"}
    permit = _ask(context, "mirror-audit", reduced).permit.permit_id
    (home / PERMIT).write_text(permit, "utf-8")
    if restored:
        _ask(context, "journal-export", {"to": str(home / "kept.zip")})
        again(RESTORED, home)


def _permit(home: Path) -> str:
    """The permit that `store_mirror` was given."""
    return (home / PERMIT).read_text("utf-8") if (home / PERMIT).exists() else "none"


def _ask(context: Context, name: str, request: dict[str, Any]) -> Any:
    return operation_named(name).run(context, request)


def again(name: str, home: Path) -> None:
    """Make room for asking the same a second time, where the first one stands in its way."""
    if name == "journal-export":
        (home.parent / "made.zip").unlink()
    if name == RESTORED:
        shutil.rmtree(home / "journal")
        shutil.rmtree(home / "anchors")
