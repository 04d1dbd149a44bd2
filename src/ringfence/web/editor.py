"""How a book comes onto the page: an example, a text, a file or the form; and what is wrong with it."""

from __future__ import annotations

from collections.abc import Callable

from nicegui import events, ui

from ringfence.limits import LIMITS
from ringfence.web.book import Document, example_names
from ringfence.web.desk import Desk
from ringfence.web.dom import Node, button, choice
from ringfence.web.form import Form

SOCKET_BYTES = 900_000
"""What one message over the page's socket may carry; a longer text comes as a file."""

_READ = f"""(event) => {{
  const text = event.target.closest('.as-text').querySelector('textarea').value;
  emit(new Blob([text]).size > {SOCKET_BYTES} ? null : text);
}}"""


class Editor:
    """The book's section. ``changed`` is called after every attempt, good or bad."""

    def __init__(self, desk: Desk, changed: Callable[[], None]) -> None:
        self._desk = desk
        self._changed = changed
        self._form: Form | None = None
        self._tools = Node("div", classes="controls tools")
        self._problem = Node("div", classes="problem-box", role="alert")
        with Node("details", classes="as-form", id="book-form"):
            Node("summary", "Edit the book")
            self._form_box = Node("div")
        with Node("details", classes="as-text", id="book-text"):
            Node("summary", "As text: paste a book, or copy this one")
            self._text = self._draw_text()
        self._draw_tools()
        self._redraw()

    def open_example(self, name: str) -> None:
        """Load a shipped example."""
        if name:
            self._desk.open_example(name)
            self._redraw()

    def take(self, document: Document) -> None:
        """Take another book, one that was worked out on the page, as if somebody had edited it."""
        self._desk.edit(document, title=f"{self._desk.title.removesuffix(EDITED)}{EDITED}")
        self._redraw()

    def _draw_tools(self) -> None:
        names = example_names()
        with self._tools:
            with Node("label", "Example", classes="field"):
                chosen = self._desk.title if self._desk.title in names else ""
                options = {"": "choose one …"} | {name: name for name in names}
                self._example = choice(options, chosen, self.open_example, aria_label="Example")
            upload = ui.upload(on_upload=self._uploaded, auto_upload=True, max_file_size=LIMITS.input_bytes)
            upload.on("rejected", lambda _: self._too_large()).classes("gone").props(
                'tabindex="-1" aria-hidden="true"'
            )
            pick = f"() => getElement({upload.id}).$refs.qRef.pickFiles()"
            Node("button", "Upload a file", classes="button", type="button").on("click", js_handler=pick)
            Node("span", "TOML, JSON, or ccxt’s positions and balance", classes="soft small")

    async def _uploaded(self, event: events.UploadEventArguments) -> None:
        self._desk.read(await event.file.read(), title=event.file.name)
        self._redraw()

    def _too_large(self) -> None:
        self._say(f"That file is larger than {LIMITS.input_bytes:,} bytes (limit-exceeded)")

    def _redraw(self, *, put: bool = True) -> None:
        """A new book: the form is drawn anew, the text is put into its field."""
        self._form_box.clear()
        with self._form_box:
            self._form = Form(self._desk.draft, self._desk.venues(), self._edited)
        self._example.write(self._desk.title if self._desk.title in example_names() else "")
        if put:
            self._put_text()
        self._report()

    def _draw_text(self) -> Node:
        label = "The book as TOML; JSON and ccxt are read too"
        text = Node("textarea", rows="16", spellcheck="false", aria_label=label, name="book")
        Node("button", "Read this text", classes="button", type="button").on(
            "click", lambda event: self._pasted(event.args), js_handler=_READ
        )
        button("Put the text back", self._put_text, classes="quiet")
        return text

    def _put_text(self) -> None:
        long = len(self._desk.text) > SOCKET_BYTES
        self._text.write("# This book is too long to be shown here." if long else self._desk.text)

    def _pasted(self, text: object) -> None:
        if not isinstance(text, str):
            self._say("That text is too long to paste; save it and upload the file (limit-exceeded)")
            return
        self._desk.read(text, title="pasted text")
        # What stands in the field already is not written again: somebody may be typing the next book.
        self._redraw(put=self._desk.text != text)

    def _edited(self, document: Document) -> None:
        self._desk.edit(document, title=f"{self._desk.title.removesuffix(EDITED)}{EDITED}")
        self._put_text()
        self._report()

    def _report(self) -> None:
        """What is wrong, beside its field and above the answer that is then an older one."""
        problem = self._desk.problem
        beside = self._form.blame(problem) if self._form else False
        self._problem.clear()
        if problem is not None:
            with self._problem:
                place = f"{problem.path}: " if problem.path else ""
                Node("p", f"{place}{problem.message}", classes="problem")
                if problem.value:
                    Node("p", f"found: {problem.value}")
                if problem.hint:
                    Node("p", problem.hint)
                where = "The field is marked in the form. " if beside else ""
                Node("p", f"{where}Error code {problem.code}", classes="soft small")
        self._changed()

    def _say(self, words: str) -> None:
        self._problem.clear()
        with self._problem:
            Node("p", words, classes="problem")


EDITED = ", edited"
