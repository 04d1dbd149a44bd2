"""HTML that escapes by default: only what `tag` built counts as markup, every other string is text."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from html import escape


class Markup(str):
    """Text that is HTML already."""

    __slots__ = ()


def tag(name: str, *children: str, attributes: Mapping[str, str] | None = None) -> Markup:
    """One element with its children, escaped unless they are markup; a class follows a dot.

    >>> tag("p", "1 < 2 ", tag("b.alarm", "& more"), attributes={"title": '"'})
    '<p title="&quot;">1 &lt; 2 <b class="alarm">&amp; more</b></p>'
    """
    element, _, classes = name.partition(".")
    given = {"class": classes.replace(".", " ")} if classes else {}
    written = "".join(f' {key}="{escape(value)}"' for key, value in {**given, **(attributes or {})}.items())
    return Markup(f"<{element}{written}>{joined(children)}</{element}>")


def joined(children: Iterable[str]) -> Markup:
    """Markup and text after each other, the text escaped.

    >>> joined(["a & ", tag("b", "c")])
    'a &amp; <b>c</b>'
    """
    return Markup("".join(child if isinstance(child, Markup) else escape(child) for child in children))


def bullets(items: Iterable[str], name: str = "ul") -> Markup:
    """A list.

    >>> bullets(["one"])
    '<ul><li>one</li></ul>'
    """
    return tag(name, *(tag("li", item) for item in items))


def section(heading: str, *children: str, name: str = "section") -> Markup:
    """A part of the page under its heading.

    >>> section("Why", "because")
    '<section><h2>Why</h2>because</section>'
    """
    return tag(name, tag("h2", heading), *children)
