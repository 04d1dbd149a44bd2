"""Plain HTML elements for the page: text is always text, never markup.

The page is built from the browser's own elements, because they bring the keyboard, the screen reader and
the phone with them.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from nicegui.elements.mixins.text_element import TextElement

VALUE = "(event) => emit(event.target.value)"
"""JavaScript that reports what a field holds after a change."""


class Node(TextElement):
    """One HTML element with a text, which the browser shows as it is.

    Args:
        tag: ``"p"``. text: shown literally, whatever it holds.
        attributes: HTML attributes, ``aria_label`` for ``aria-label`` and ``for_`` for ``for``; a value of
            ``None`` or ``False`` leaves the attribute out. What a field holds at first is its ``value``.
    """

    def __init__(self, tag: str, text: str = "", *, classes: str = "", **attributes: Any) -> None:
        super().__init__(tag=tag, text=text)
        if classes:
            self.classes(classes)
        self.put(**attributes)

    def put(self, **attributes: Any) -> None:
        """Set attributes; ``None`` and ``False`` remove."""
        for name, value in attributes.items():
            key = _KEYS.get(name, name.rstrip("_").replace("_", "-"))
            if value is None or value is False:
                self._props.pop(key, None)
            elif self._props.get(key) != value:
                self._props[key] = value

    def press(self, act: Callable[[], Any]) -> Node:
        """Call ``act`` on a click, which for a button is also Enter and Space."""
        self.on("click", lambda _: act())
        return self

    def change(self, act: Callable[[str], Any], *, event: str = "change") -> Node:
        """Call ``act`` with the field's text after a change."""
        self.on(event, lambda message: act(str(message.args)), js_handler=VALUE)
        return self

    def write(self, text: str) -> None:
        """Put a text into a field, whatever somebody has typed there."""
        self.client.run_javascript(f"getHtmlElement({self.id}).value = {json.dumps(text)}")

    def focus(self) -> None:
        """Move the keyboard here."""
        self.client.run_javascript(f"getHtmlElement({self.id})?.focus()")


# A plain ``value`` would be put back with every redraw of the page, while somebody types in the field.
_KEYS = {"value": "^value", "checked": "^checked", "class_": "class"}


def button(text: str, act: Callable[[], Any], *, classes: str = "", **attributes: Any) -> Node:
    """A button."""
    return Node("button", text, classes=f"button {classes}".strip(), type="button", **attributes).press(act)


def choice(options: dict[str, str], chosen: str, act: Callable[[str], Any], **attributes: Any) -> Node:
    """A drop-down list: value to label."""
    box = Node("select", **attributes).change(act)
    with box:
        for value, label in options.items():
            Node("option", label, value=value, selected=value == chosen)
    return box
