"""Write docs/claims.md: the 72 statements, judged, every figure computed by the engine in the writing."""

from __future__ import annotations

import string
import sys
import tomllib
from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
if str(ROOT) not in sys.path:  # run as a script, Python looks beside the script only
    sys.path.insert(0, str(ROOT))

from ringfence.domain.numbers import Number, plain, rounded  # noqa: E402
from ringfence.solve.claims import Claim, Status, claims  # noqa: E402
from tests.seeds import several, timed  # noqa: E402, F401  # they register their measures
from tests.seeds.books import Case, cases  # noqa: E402
from tests.seeds.measure import measured  # noqa: E402

PAGE = ROOT / "docs" / "claims.md"
BESIDE = ROOT / "docs" / "claims.toml"
WORDS = {
    Status.RIGHT: "right",
    Status.CONDITIONAL: "right on a condition",
    Status.WRONG: "wrong",
    Status.CONTESTED: "contested",
    Status.UNVERIFIABLE: "cannot be verified",
}
AGAINST = {
    Status.RIGHT: "Limit",
    Status.CONDITIONAL: "Condition",
    Status.WRONG: "Wrong",
    Status.CONTESTED: "Against it",
    Status.UNVERIFIABLE: "But",
}
ARTICLES = {
    "A": 'Article A: "Isolated Margin vs Cross Margin Liquidation"',
    "B": (
        'Article B: "Isolated Margin vs Cross Margin: Which One Should You Use for Crypto Trading?" '
        "(2026-02-07)"
    ),
}
HEAD = """\
# What traders are told about isolated and cross margin

<!-- Written by scripts/docs_claims.py (make docs). Edit src/ringfence/solve/claims.toml, docs/claims.toml
or tests/seeds/cases.toml instead; a test compares this page with them. -->

Two articles, 72 statements, each restated in our words and judged. Every figure was computed by the engine
when this page was written; behind it stands [the book](#the-books) it comes from. The books keep to one
convention: linear contracts, maintenance of 0.5 % of the value at the mark, no fees, funding or slippage
unless said, and what is left at a liquidation is lost.
"""


class Shown:
    """A figure of a book, formatted by its number of places: ``{B33[loss]:1}``; a state stays in words."""

    def __init__(self, value: Number | int | str) -> None:
        self.value = value

    def __format__(self, places: str) -> str:
        if isinstance(self.value, str):
            return self.value
        number = Fraction(self.value)
        if not places:
            raise ValueError("say how many decimals a figure is shown at")
        text = plain(abs(rounded(number, Decimal(1).scaleb(-int(places)))))
        whole, _, rest = text.partition(".")
        body = f"{int(whole):,}" + (f".{rest.ljust(int(places), '0')}" if rest else "")
        return f"-{body}" if number < 0 and text != "0" else body


class Figures(dict[str, Shown]):
    """The figures of one book by name."""

    def __missing__(self, name: str) -> Shown:
        raise KeyError(f"no figure of this name: {name}; one of {sorted(self)}")


def books_in(template: str) -> list[str]:
    """The ids of the books that a template takes its figures from, in order."""
    names = [name for _, name, _, _ in string.Formatter().parse(template) if name]
    return list(dict.fromkeys(name.partition("[")[0] for name in names))


def filled(template: str) -> str:
    """A template with its figures, computed now."""
    known = {
        name: Figures({key: Shown(value) for key, value in measured(name).items()})
        for name in books_in(template)
    }
    return template.format_map(known)


def page() -> str:
    """The whole page."""
    beside = tomllib.loads(BESIDE.read_text("utf-8"))
    parts = [HEAD, "\n".join(_tally()), *(_entries(letter) for letter in "AB")]
    parts += ["\n".join(part) for part in (
        _switching(beside), _tensions(beside), _differences(beside), _distances(), _books(), _sources(beside)
    )]  # fmt: skip
    return "\n".join(part.rstrip("\n") + "\n" for part in parts)


def _tally() -> Iterator[str]:
    yield "| | statements |"
    yield "|---|---|"
    for status, words in WORDS.items():
        found = [one.id for one in claims() if one.status is status]
        links = ", ".join(f"[{name}](#{name.lower()})" for name in found)
        yield f"| {words} | {len(found)}: {links} |"


def _entries(letter: str) -> str:
    lines = [f"## {ARTICLES[letter]}", ""]
    for one in claims():
        if one.id.startswith(letter):
            lines += _entry(one)
    return "\n".join(lines)


def _entry(one: Claim) -> Iterator[str]:
    yield f"### {one.id}"
    yield ""
    yield f"*{one.says}* **{WORDS[one.status].capitalize()}.**"
    yield ""
    yield f"- Right: {one.right}"
    yield f"- {AGAINST[one.status]}: {one.wrong}"
    yield f"- Number: {_number(one)}"
    if one.sources:
        yield f"- Sources: {', '.join(one.sources)}"
    yield ""


def _number(one: Claim) -> str:
    if not one.shows:
        return "none; the engine has no figure that bears on it."
    names = ", ".join(f"[{name}](#book-{name.lower()})" for name in books_in(one.shows))
    return f"{filled(one.shows)} ({names})"


def _switching(beside: dict[str, Any]) -> Iterator[str]:
    yield "## Changing the mode of an open position"
    yield ""
    yield f"Collected before {beside['as_of']}; venues change such rules, so check before relying on a row."
    yield ""
    yield "| venue | with an open position | sources | confidence |"
    yield "|---|---|---|---|"
    for row in beside["switching"]:
        sources = ", ".join(row["sources"]) or "none"
        yield f"| {row['venue']} | {row['rule']} | {sources} | {row['confidence']} |"


def _tensions(beside: dict[str, Any]) -> Iterator[str]:
    yield "## Where article B contradicts itself"
    yield ""
    for row in beside["tension"]:
        yield f"- {_linked(row)}: {row['text']}"


def _linked(row: dict[str, Any]) -> str:
    return ", ".join(f"[{name}](#{name.lower()})" for name in row["claims"])


def _differences(beside: dict[str, Any]) -> Iterator[str]:
    yield "## Where the engine and the source's figures differ"
    yield ""
    yield "Every figure of the source was derived anew. These came out otherwise; the engine's stand."
    yield ""
    yield "| book | figure | source | engine | why |"
    yield "|---|---|---|---|---|"
    for case in cases().values():
        for name, (engine, why) in case.differs.items():
            book = f"[{case.id}](#book-{case.id.lower()})"
            yield f"| {book} | `{name}` | {case.expect[name]} | {engine} | {why} |"
    yield ""
    for row in beside["difference"]:
        yield f"- {_linked(row)}: {row['text']}"


def _distances() -> Iterator[str]:
    case, found = cases()["LADDER"], measured("LADDER")
    yield "## How far liquidation is behind a fence"
    yield ""
    yield "| leverage | long falls | short rises |"
    yield "|---|---|---|"
    for leverage in case.given["leverages"]:
        long, short = (Shown(found[f"{side}_{leverage}"]) for side in ("long", "short"))
        yield f"| {leverage}x | {long:4} % | {short:4} % |"
    yield ""
    yield "At 200x, one over the maintenance rate, a position is liquidated as it opens."


def _books() -> Iterator[str]:
    yield "## The books"
    yield ""
    for case in cases().values():
        yield from _book(case)


def _book(case: Case) -> Iterator[str]:
    yield f"### Book {case.id}"
    yield ""
    later = f" ({case.skip})" if case.skip else ""
    yield f"{case.book[0].upper()}{case.book[1:]}{later}."
    yield ""


def _sources(beside: dict[str, Any]) -> Iterator[str]:
    yield "## Sources"
    yield ""
    for key, text in beside["sources"].items():
        yield f"- **{key}** {text}"


if __name__ == "__main__":
    PAGE.write_text(page(), "utf-8")
