"""The disk and standard input."""

from __future__ import annotations

import io
import os
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from ringfence.errors import RingfenceError
from ringfence.ingest.files import load, read_bytes
from ringfence.ingest.template import template
from ringfence.ingest.text import read_account
from ringfence.limits import LIMITS


def refused(source: object) -> RingfenceError:
    with pytest.raises(RingfenceError) as caught:
        load(source)  # type: ignore[arg-type]
    return caught.value


def test_a_file_and_standard_input_give_the_same_account(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "account.toml"
    path.write_text(template(), encoding="utf-8")
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(template().encode())))
    assert load(path) == load("-") == read_account(template())


@pytest.mark.parametrize(
    ("content", "words"),
    [(b"", "nothing in it"), (b"\xff", "not UTF-8"), (b"a = ", "not TOML")],
)
def test_what_is_wrong_with_a_file_names_the_file(tmp_path: Path, content: bytes, words: str) -> None:
    path = tmp_path / "account.toml"
    path.write_bytes(content)
    error = refused(path)
    assert (error.code, error.path) == ("bad-file", str(path))
    assert words in str(error)


def test_what_is_wrong_with_a_field_names_the_field(tmp_path: Path) -> None:
    path = tmp_path / "account.toml"
    path.write_text(template().replace('"10000"', '"ten"'), encoding="utf-8")
    assert refused(path).path == "wallet.USDT"


def test_no_file_a_directory_and_names_that_are_none(tmp_path: Path) -> None:
    assert "no such file" in str(refused(tmp_path / "none.toml"))
    assert "a directory" in str(refused(tmp_path))
    assert refused("a\0b").code == "bad-file"
    assert refused("a" * 10_000).code == "bad-file"


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read every file")
def test_a_file_that_may_not_be_read(tmp_path: Path) -> None:
    path = tmp_path / "account.toml"
    path.write_text("", encoding="utf-8")
    path.chmod(0)
    assert "may not be read" in str(refused(path))


def test_a_huge_file_is_not_read_to_its_end(tmp_path: Path) -> None:
    path = tmp_path / "account.toml"
    with path.open("wb") as stream:
        stream.truncate(100 * LIMITS.input_bytes)
    error = refused(path)
    assert (error.code, error.path) == ("limit-exceeded", str(path))
    path.write_bytes(b"#" * LIMITS.input_bytes)
    assert len(read_bytes(path)) == LIMITS.input_bytes
