"""The report: a comparison as one HTML file that asks nobody for anything and prints on paper."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape

from ringfence.report import appendix, sections
from ringfence.report.notes import notes_of
from ringfence.report.replay_svg import replay_section
from ringfence.report.style import STYLE
from ringfence.report.tables import shown_twins
from ringfence.service.answers import CompareAnswer, ExplainAnswer, FrontierAnswer, ScrubAnswer
from ringfence.service.answers_replay import ReplayAnswer

# Whatever a hostile name might smuggle in, the browser loads nothing and runs nothing.
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"


def render_report(
    answer: CompareAnswer,
    *,
    scrub: Sequence[ScrubAnswer] | None,
    frontier: FrontierAnswer | None,
    workings: Mapping[str, ExplainAnswer],
    title: str,
    replay: ReplayAnswer | None = None,
) -> str:
    """The whole comparison as one self-contained page: no script, no request, the same bytes each time.

    Args:
        scrub: one leader at rising moves, for the chart; at best every percent from -60 % to +60 %.
        workings: `ExplainAnswer` by any name, one of each twin shown; they become the numbered notes.
        title: what the reader calls this book. replay: a path that the book was led along.

    >>> from ringfence.service.answers import Rules
    >>> rules = Rules(venue="demo", title="Demo Exchange", on="2026-11-20", digest="d", unconfirmed=[])
    >>> flat = CompareAnswer(
    ...     rules=rules, headline="Nothing is open.", mixed=False, leader=None, betas={}, marks={}, at=None,
    ...     twins=[], conditions=[], reasons=[],
    ... )
    >>> page = render_report(flat, scrub=None, frontier=None, workings={}, title="My <book>")
    >>> "<title>My &lt;book&gt; · ringfence</title>" in page, "Nothing is open." in page
    (True, True)
    """
    notes = notes_of(workings, [twin.twin for twin in shown_twins(answer)])
    parts = [
        sections.header(answer, title=title),
        sections.comparison(answer, notes),
        sections.scrubber(scrub or [], answer),
        sections.two_prices(frontier, answer),
        "" if replay is None else replay_section(replay, [twin.twin for twin in shown_twins(answer)]),
        sections.contagion(answer),
        sections.reasons(answer),
        appendix.rings(answer, notes),
        appendix.sources(answer),
        appendix.workings(answer, notes),
    ]
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(title)} · ringfence</title>\n<style>\n{STYLE}\n</style>\n</head>\n<body>\n<main>\n"
        + "\n".join(part for part in parts if part)
        + "\n</main>\n</body>\n</html>\n"
    )


_END = "\n</main>\n</body>"


def anchored(page: str, line: str) -> str:
    r"""A report with the signed end of the journal at its foot: whoever keeps the report keeps a witness.

    >>> page = "<main>\n</main>\n</body>\n</html>"
    >>> "journal-anchor" in anchored(page, "ringfence-anchor-1 …")
    True
    """
    words = "The journal's signed end when this was written: it shows whether anything before it was changed."
    foot = f'<section id="journal-anchor"><h2>Journal</h2><p>{words}</p><pre>{escape(line)}</pre></section>'
    return page.replace(_END, f"\n{foot}{_END}", 1)
