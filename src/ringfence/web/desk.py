"""What one visitor has in front of them: the book, the last good answer, and what is wrong with the next."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, cast

from ringfence.errors import Bug, RingfenceError
from ringfence.ingest.text import read_document
from ringfence.service.answers import CompareAnswer, ExplainAnswer, FrontierAnswer, ScrubAnswer, TwinKey
from ringfence.service.answers_across import AcrossVenue, ComparedAnswer
from ringfence.service.answers_liquidate import LiquidateAnswer
from ringfence.service.answers_preview import PreviewAnswer
from ringfence.service.answers_replay import ReplayAnswer
from ringfence.service.context import Context
from ringfence.service.operations import operation_named
from ringfence.web.book import Document, example_text, text_of

REFUSED = (RingfenceError, Bug)
"""What an operation may answer with instead: bad input, or a bug that is said to be one."""
KEPT = 512
"""Scrubbed answers remembered at once."""


class Stopped(Exception):
    """A long run that was told to stop; raised by who watches it, through the operation."""


@dataclass(frozen=True)
class Problem:
    """What is wrong with the book as it is written now."""

    code: str
    path: str
    message: str
    value: str
    hint: str

    @classmethod
    def of(cls, error: Exception) -> Problem:
        """A problem as the page shows it, its path counted from the account."""
        if not isinstance(error, RingfenceError):
            what = f"{type(error.__cause__ or error).__name__}: {error}"
            return cls("bug", "", "This is a bug in ringfence", what, "please report it, with the book")
        path = error.path.removeprefix("account").removeprefix(".")
        return cls(error.code, path, error.message, error.value or "", error.hint)

    @property
    def words(self) -> str:
        """The problem in one line."""
        hint = f"; {self.hint}" if self.hint else ""
        return f"{self.message}{hint} ({self.code})"


@dataclass
class Desk:
    """The state of one open page; every visitor has their own.

    Attributes:
        title: what the book is called. text: the book as it was written. draft: the same as tables.
        good: the last draft that had an answer. answer: that answer, kept when a later draft is wrong.
        problem: what is wrong with the draft; None when ``answer`` is the draft's.
    """

    context: Context
    title: str = ""
    text: str = ""
    draft: Document = field(default_factory=dict)
    good: Document = field(default_factory=dict)
    answer: CompareAnswer | None = None
    problem: Problem | None = None
    _scrubbed: dict[tuple[str, str, bool, bool], ScrubAnswer] = field(default_factory=dict)

    @property
    def stale(self) -> bool:
        """Whether the answer belongs to an earlier draft."""
        return self.problem is not None and self.answer is not None

    def open_example(self, name: str) -> None:
        """Load a shipped example."""
        self.read(example_text(name), title=name)

    def read(self, written: str | bytes, *, title: str) -> None:
        """Take a text as the new book and answer it; what is wrong becomes the problem."""
        if isinstance(written, str):
            self.text = written
        try:
            document = read_document(written)
        except REFUSED as error:
            self.problem = Problem.of(error)
            return
        self.text = written if isinstance(written, str) else written.decode("utf-8-sig")
        self.edit(document, title=title, text=self.text)

    def edit(self, document: Document, *, title: str = "", text: str = "") -> None:
        """Take tables as the new book and answer it; what is wrong becomes the problem."""
        self.draft, self.title = document, title or self.title
        self.text = text or text_of(document)
        try:
            answer = self.ask("compare", account=document)
        except REFUSED as error:
            self.problem = Problem.of(error)
            return
        self.answer, self.good, self.problem = cast("CompareAnswer", answer), document, None
        self._scrubbed.clear()

    def scrub(self, leader: str, move: str, *, follow: bool, deaths: bool = False) -> ScrubAnswer:
        """The good book after one coin moved, on request with every death of the line; then remembered."""
        key = leader, move, follow, deaths
        if key not in self._scrubbed:
            if len(self._scrubbed) >= KEPT:
                self._scrubbed.clear()
            asked = {"leader": leader, "move": move, "follow": follow, "deaths": deaths}
            self._scrubbed[key] = cast("ScrubAnswer", self.ask("scrub", account=self.good, **asked))
        return self._scrubbed[key]

    def preview(self, **change: Any) -> PreviewAnswer:
        """A change of the good book, seen before it is made.

        Raises:
            RingfenceError: the change cannot be meant; the path is that of the request.
        """
        return cast("PreviewAnswer", self.ask("preview", account=self.good, **change))

    def frontier(self, x: str | None, y: str | None) -> FrontierAnswer:
        """The frontier of the good book over two prices; None leaves the choice to the operation."""
        return cast("FrontierAnswer", self.ask("frontier", account=self.good, x=x, y=y))

    def explain(self, twin: TwinKey, name: str, *, marks: Mapping[str, str] | None = None) -> ExplainAnswer:
        """The workings of one number of the good book, at its own marks or at others."""
        book = self.good if marks is None else {**self.good, "marks": {**self.good["marks"], **marks}}
        return cast("ExplainAnswer", self.ask("explain", account=book, twin=twin, field=name))

    def across(self, venues: list[str]) -> list[AcrossVenue]:
        """The good book under the rules of several venues."""
        return cast("ComparedAnswer", self.ask("compare", account=self.good, venue=",".join(venues))).across

    def replay(self, event: str, *, book: Document, told: Callable[[str, int, int], None]) -> ReplayAnswer:
        """A book through a named crash; asked in a thread, so it takes the book along.

        Args:
            told: of how far it is, now and then; raises `Stopped` to end it.
        """
        context = replace(self.context, progress=told)
        return cast("ReplayAnswer", self.ask("replay", context, account=book, event=event))

    def liquidate(self, marks: Mapping[str, str]) -> LiquidateAnswer:
        """What the venue does with the good book at these marks, step by step."""
        return cast("LiquidateAnswer", self.ask("liquidate", account=self.good, at=dict(marks)))

    def venues(self) -> dict[str, str]:
        """Every installed venue: key to title."""
        return {venue.key: venue.title for venue in cast("Any", self.ask("venues-list")).venues}

    def tiers(self, symbol: str) -> Any | None:
        """The venue's tier table of a symbol; None when the book states its own, or there is none."""
        if self.answer is None or symbol in self.good.get("tiers", {}):
            return None
        rules = self.answer.rules
        try:
            return cast("Any", self.ask("tiers-show", venue=rules.venue, symbol=symbol, on=rules.on)).table
        except RingfenceError:
            return None

    def ask(self, name: str, context: Context | None = None, /, **request: Any) -> Any:
        """Any operation, as this visitor.

        Raises:
            RingfenceError: as the operation. Bug: what nobody foresaw.
        """
        try:
            return operation_named(name).run(context or self.context, request)
        except (*REFUSED, Stopped):
            raise
        except Exception as error:
            # A door: what nobody foresaw is said to be a bug, and the page stays.
            raise Bug(str(error)) from error
