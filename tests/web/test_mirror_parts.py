"""Small parts of the mirror's page, without a browser."""

from __future__ import annotations

from decimal import Decimal

from ringfence.service.answers import ScrubTwin
from ringfence.service.mirror.answers import AlternativeAnswer
from ringfence.service.mirror.answers_kept import LimitAnswer
from ringfence.web.level import dies_before, move_to
from ringfence.web.mirror.acts import ACTS
from ringfence.web.mirror.builder import spans
from ringfence.web.mirror.limits import limit_words
from ringfence.web.mirror.live import Live
from ringfence.web.mirror.ways import name_of


class Heard:
    """Stands in for the live region."""

    is_deleted = False
    text = ""


def test_at_most_one_announcement_in_ten_seconds() -> None:
    now = [100.0]
    live, region = Live(lambda: now[0]), Heard()
    live._node = region  # type: ignore[assignment]  # no page is drawn here
    live.say("one")
    live.say("two")
    now[0] += 10.9
    live.say("three")
    assert region.text == "one"
    now[0] += 0.1
    live.look()
    assert region.text == "three", "the newest took the place of what waited"
    now[0] += 60
    live.look()
    assert region.text == "three"


def death(move: str) -> dict[str, str]:
    return {"ring": "pool USDT", "move": move, "price": "1"}


def test_liquidation_comes_first_only_on_the_way_to_the_level() -> None:
    twin = ScrubTwin.model_construct(twin="cross", deaths=[])
    assert dies_before(twin, Decimal("-0.02")) is None
    for moves, expected in (
        (["-0.0123"], "-0.0123"), (["-0.05"], None), (["0.01"], None), (["-0.02"], "-0.02"),
        (["-0.019", "-0.005", "0.1"], "-0.005"),
    ):  # fmt: skip
        deaths = [type("Death", (), death(one))() for one in moves]
        found = dies_before(ScrubTwin.model_construct(twin="cross", deaths=deaths), Decimal("-0.02"))
        assert found == expected


def test_the_level_of_a_short_lies_above() -> None:
    assert move_to("61500", "60000") == Decimal("0.025")


def test_the_eleven_actions_are_those_of_the_operation() -> None:
    from typing import get_args

    from ringfence.service.mirror.requests import ACTIONS

    assert tuple(ACTS) == get_args(ACTIONS)


def test_a_button_names_the_share_that_is_kept() -> None:
    for keep, name in (("0.125", "Reduce to 12.5 %"), ("0.5", "Reduce to 50 %"), ("1/3", "Reduce")):
        made = AlternativeAnswer(decision="reduce", words="", figures={"keep": keep}, open=True)
        assert name_of(made) == name


def test_spans_are_in_words() -> None:
    assert list(spans().values())[2:5] == ["within 12 hours", "within 1 day", "within 2 days"]


def test_a_limit_in_a_line() -> None:
    made = LimitAnswer(
        what="daily_loss", amount="250", set_ms=0, until_ms=None, locked=True, holds_from_ms=86_400_000,
        words="most to lose in a day: to come",
    )  # fmt: skip
    assert limit_words(made) == (
        "most to lose in a day: to come, 250, beyond it nothing goes on, from 1970-01-02 00:00:00 UTC"
    )
