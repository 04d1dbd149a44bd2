"""Write docs/replays.md: five example books through every named crash, over a folder of real series.

RINGFENCE_DATA=folder python -m scripts.docs_replays
"""

from __future__ import annotations

import sys
import tomllib
from pathlib import Path
from tempfile import TemporaryDirectory

ROOT = Path(__file__).resolve().parent.parent
if str(ROOT) not in sys.path:  # run as a script, Python looks beside the script only
    sys.path.insert(0, str(ROOT))

from scripts.reconciled import section  # noqa: E402

from ringfence.replay.crashes import CRASHES  # noqa: E402
from ringfence.report.format import amount, percent  # noqa: E402
from ringfence.service.answers_replay import ReplayAnswer, ReplayBook  # noqa: E402
from ringfence.service.context import Context  # noqa: E402
from ringfence.service.operations import operation_named  # noqa: E402
from ringfence.store.history import data_folder  # noqa: E402

TARGET = ROOT / "docs" / "replays.md"
BOOKS = ("rescue", "three-50x", "contagion", "hedge-pair", "two-btc-usd")
HEAD = """# Real crashes, in both modes

Five example books, each led through every named crash from its own marks: as it is, all isolated, all cross.
The prices are hourly marks of Binance's USD-M futures where a coin has them in that window, and its funding
where it is known; a coin without either follows its stated beta or stays where it is. Written by
`scripts/docs_replays.py`; `ringfence replay examples/rescue.toml --event 2025-10-10` shows one of them, with
every step of the venue's sequence: [replay a crash](how-to/replay-a-crash.md).

*Undetermined*: whether it dies, or when, depends on the order of the prices inside a bar, which nobody wrote
down; both ends are given. A range of money has the same cause.

"""
WORDS = {
    "alive": "alive",
    "reduced": "closed in part",
    "liquidated": "liquidated",
    "undetermined": "undetermined",
    "not_possible": "not possible",
}


def cell(one: ReplayBook) -> str:
    left = dict.fromkeys(
        ", ".join(amount(value, asset) for asset, value in ending.left.items()) for ending in one.endings
    )
    return f"{WORDS[one.verdict]}: {' or '.join(left)}" if one.endings else WORDS[one.verdict]


def asked(book: str, crash: str, home: Path) -> ReplayAnswer:
    account = tomllib.loads((ROOT / "examples" / f"{book}.toml").read_text("utf-8"), parse_float=str)
    context = Context(home, today=lambda: "2026-11-22", data=data_folder())
    answer = operation_named("replay").run(context, {"account": account, "event": crash, "points": 2})
    assert isinstance(answer, ReplayAnswer)
    return answer


def page(home: Path) -> str:
    parts = [HEAD]
    for crash in CRASHES:
        answers = {book: asked(book, crash.name, home) for book in BOOKS}
        falls = {
            symbol.split("/")[0]: percent(move[1])
            for one in answers.values()
            for symbol, move in one.moves.items()
            if not one.sources[symbol].startswith(("left", "follows"))
        }
        told = ", ".join(f"{coin} {fall}" for coin, fall in sorted(falls.items()))
        first = next(iter(answers.values()))
        until = f"{crash.since.replace('T', ' ')} to {crash.until.replace('T', ' ')} UTC"
        parts.append(f"## {crash.name}: {crash.title}\n\n{until}. Lowest mark against the first: {told}.\n\n")
        parts.append("| book | before | as it is | isolated | cross |\n| --- | --- | --- | --- | --- |\n")
        for book, one in answers.items():
            before = ", ".join(amount(value, asset) for asset, value in one.before.items())
            cells = " | ".join(cell(twin) for twin in one.twins)
            parts.append(f"| {book} | {before} | {cells} |\n")
        still = sorted(
            {s for one in answers.values() for s, said in one.sources.items() if said.startswith("left")}
        )
        parts.append(f"\nLeft where they are: {', '.join(still)}.\n\n" if still else "\n")
        assert first.bars
    return "".join([*parts, section(data_folder())]).rstrip("\n") + "\n"


def main() -> None:
    if not (data_folder() / "prices").is_dir():
        print("docs/replays.md is left as it is: RINGFENCE_DATA names no folder with real series")
        return
    with TemporaryDirectory() as home:
        TARGET.write_text(page(Path(home)), "utf-8")


if __name__ == "__main__":
    main()
