"""The text that the page writes for a book is the book."""

from __future__ import annotations

import tomllib
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from ringfence.errors import BadFile
from ringfence.ingest.text import read_document
from ringfence.web.book import FIRST, example_names, example_text, text_of


def plain(value: Any) -> Any:
    """The same tables with every number and date as the text it is written as."""
    if isinstance(value, dict):
        return {key: plain(one) for key, one in value.items()}
    if isinstance(value, list):
        return [plain(one) for one in value]
    return str(value) if isinstance(value, Decimal | date) else value


@pytest.mark.parametrize("name", example_names())
def test_an_example_written_back_reads_the_same(name: str) -> None:
    document = read_document(example_text(name))
    assert tomllib.loads(text_of(document)) == plain(document)


def test_the_two_btc_account_comes_first() -> None:
    assert example_names()[0] == FIRST == "two-btc"


@pytest.mark.parametrize(
    "document",
    [
        {"a b": 'quote " and \\ and \n newline', "ü": "ü", "flag": True, "count": 3},
        {"rows": [{"x": "1", "inner": {"y": "2"}}, {"x": "3"}], "empty": [], "list": ["1", "2"]},
        {"t": {"BTC/USDT:USDT": {"rows": [{"floor": "0"}, {"floor": "1"}], "source": "[t]\n<b>"}}},
    ],
)
def test_awkward_tables_survive(document: dict[str, Any]) -> None:
    assert tomllib.loads(text_of(document)) == document


def test_an_example_that_is_none_is_refused() -> None:
    with pytest.raises(BadFile, match="no such example"):
        example_text("../../etc/passwd")
