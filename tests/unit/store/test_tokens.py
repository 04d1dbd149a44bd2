"""Stored tokens: hashes alone, in a file for its owner, found only while they hold."""

from __future__ import annotations

import json
import stat
import threading
from pathlib import Path

import pytest

from ringfence.errors import RingfenceError
from ringfence.limits import LIMITS
from ringfence.store.tokens import FILE_BYTES, PREFIX, Token, Tokens, digest_of

DAY, LATER = "2026-11-22", "2027-02-20"


@pytest.fixture
def tokens(tmp_path: Path) -> Tokens:
    return Tokens(tmp_path / "home")


def add(tokens: Tokens, name: str = "bot:a", expires: str = LATER) -> str:
    return tokens.add(name, ("read", "mirror"), created=DAY, expires=expires)[0]


def code(action: object, *args: object) -> str:
    with pytest.raises(RingfenceError) as caught:
        action(*args)  # type: ignore[operator]
    return caught.value.code


def test_a_token_is_found_and_only_its_hash_is_stored(tokens: Tokens) -> None:
    secret, token = tokens.add("bot:a", ("read", "mirror"), created=DAY, expires=LATER)
    assert secret.startswith(PREFIX)
    assert len(secret) == len(PREFIX) + 43, "256 bits, six to a character"
    assert Tokens(tokens.path.parent).of(secret, on=DAY) == token
    assert token == Token("bot:a", ("mirror", "read"), DAY, LATER, digest_of(secret))
    everything = b"".join(path.read_bytes() for path in tokens.path.parent.iterdir())
    assert secret.removeprefix(PREFIX).encode() not in everything
    assert stat.S_IMODE(tokens.path.stat().st_mode) == 0o600


def test_two_tokens_are_two(tokens: Tokens) -> None:
    one, other = add(tokens), add(tokens, "bot:b")
    assert one != other
    found = [tokens.of(secret, on=DAY) for secret in (one, other)]
    assert [token and token.name for token in found] == ["bot:a", "bot:b"]


@pytest.mark.parametrize(
    "cut", [lambda s: s[:-1], lambda s: s + "x", lambda s: s.upper(), lambda _: "", lambda _: "rf_\udcff"]
)
def test_a_wrong_one_is_nobody(tokens: Tokens, cut: object) -> None:
    secret = add(tokens)
    assert tokens.of(cut(secret), on=DAY) is None  # type: ignore[operator]


@pytest.mark.parametrize(("on", "holds"), [(DAY, True), (LATER, True), ("2027-02-21", False)])
def test_it_holds_to_the_end_of_its_last_day(tokens: Tokens, on: str, holds: bool) -> None:
    secret = add(tokens)
    assert (tokens.of(secret, on=on) is not None) == holds
    assert (tokens.holds(digest_of(secret), on=on) is not None) == holds


def test_a_revoked_one_ends_at_once_for_whoever_has_the_file_open(tokens: Tokens) -> None:
    secret, other = add(tokens), add(tokens, "bot:b")
    reader = Tokens(tokens.path.parent)
    assert reader.of(secret, on=DAY) is not None
    assert tokens.revoke("bot:a").name == "bot:a"
    assert reader.of(secret, on=DAY) is None
    assert reader.of(other, on=DAY) is not None
    assert code(tokens.revoke, "bot:a") == "out-of-range"


def test_a_name_is_taken_once(tokens: Tokens) -> None:
    add(tokens)
    assert code(add, tokens) == "out-of-range"


@pytest.mark.parametrize("off", [-1, 0, 1])
def test_so_many_tokens_and_no_more(tokens: Tokens, off: int) -> None:
    most = LIMITS.tokens_per_store
    listed = [
        {"name": f"bot:{n}", "scopes": ["read"], "created": DAY, "expires": LATER, "digest": f"{n:064x}"}
        for n in range(most + off - 1)
    ]
    tokens.path.parent.mkdir()
    tokens.path.write_text(json.dumps({"version": 1, "tokens": listed}), "utf-8")
    tokens.path.chmod(0o600)
    if off < 1:
        add(tokens)
        assert len(tokens.all()) == most + off
    else:
        assert code(add, tokens) == "limit-exceeded"


def test_changes_at_the_same_time_all_stay(tokens: Tokens) -> None:
    folder = tokens.path.parent
    threads = [threading.Thread(target=add, args=(Tokens(folder), f"bot:{n}")) for n in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {token.name for token in tokens.all()} == {f"bot:{n}" for n in range(12)}


@pytest.mark.parametrize(
    "text",
    ["", "{", "[]", "{}", '{"tokens": 1}', '{"tokens": [1]}', '{"tokens": [{"name": "bot:a"}]}',
     '{"tokens": [{"name": 1, "scopes": [], "created": "", "expires": "", "digest": ""}]}', "\ufeff{}",
     " " * (FILE_BYTES + 1)],
    ids=range(10),
)  # fmt: skip
def test_a_damaged_file_lets_nobody_in(tokens: Tokens, text: str) -> None:
    secret = add(tokens)
    tokens.path.write_text(text, "utf-8")
    assert code(tokens.all) == "bad-file"
    with pytest.raises(RingfenceError):
        tokens.of(secret, on=DAY)


def test_a_file_that_others_may_write_lets_nobody_in(tokens: Tokens) -> None:
    add(tokens)
    tokens.path.chmod(0o620)
    assert code(Tokens(tokens.path.parent).all) == "bad-file"
