"""Dark and light: as the system has it, or as the visitor chose."""

from __future__ import annotations

from collections.abc import Callable

from nicegui import ui

from ringfence.web.dom import Node, choice

# The page's colours follow by CSS; figures are drawn in Python, which has to be told.
_WATCH = """
(() => {
  const told = () => emitEvent('theme', document.body.classList.contains('body--dark'));
  new MutationObserver(told).observe(document.body, {attributes: true, attributeFilter: ['class']});
  told();
})()
"""

MODES = {"": "as the system", "light": "light", "dark": "dark"}


class Theme:
    """The switch; ``painted`` is told whether the page is dark, now and after each change."""

    def __init__(self, painted: Callable[[bool], None]) -> None:
        self._mode = ui.dark_mode(value=None)
        self._dark: bool | None = None
        self._painted = painted
        with Node("label", "Colours", classes="field theme"):
            choice(
                {"": "as the system", "light": "light", "dark": "dark"},
                "",
                self._choose,
                aria_label="Colours",
            )

    def watch(self) -> None:
        """Begin to follow what the browser shows."""
        ui.on("theme", lambda event: self._tell(dark=bool(event.args)))
        ui.run_javascript(_WATCH)

    def _choose(self, name: str) -> None:
        self._mode.value = {"light": False, "dark": True}.get(name)

    def _tell(self, *, dark: bool) -> None:
        if dark != self._dark:
            self._dark = dark
            self._painted(dark)
