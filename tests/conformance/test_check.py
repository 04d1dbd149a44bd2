"""The door of the conformance kit: what is reported, what decides, and a stranger's pack beside ours."""

from __future__ import annotations

import copy
import json
import sys
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from ringfence.errors import RingfenceError, UnknownVenue
from ringfence.service.checked import VenuesCheckAnswer
from ringfence.service.context import Context, local_context
from ringfence.service.operations import operation_named
from ringfence.venues import registry, rules
from tests.house.manual import blocks
from tests.support import ROOT

FILE = Path(__file__).parent / "cases" / "binance_usdm.jsonl"
CASES: list[dict[str, Any]] = [json.loads(line) for line in FILE.read_text("utf-8").splitlines()]
Ask = Callable[..., VenuesCheckAnswer]


@pytest.fixture
def ask(tmp_path: Path) -> Ask:
    def asking(**request: Any) -> VenuesCheckAnswer:
        answer = operation_named("venues-check").run(Context(tmp_path), request)
        assert isinstance(answer, VenuesCheckAnswer)
        return answer

    return asking


def named(name: str, **changes: Any) -> dict[str, Any]:
    """A case of the file, changed."""
    case = copy.deepcopy(next(one for one in CASES if one["id"] == name))
    return {**case, **changes}


def wrong(name: str, **changes: Any) -> dict[str, Any]:
    """A case of the file with one figure expected elsewhere."""
    case = named(name, **changes)
    case["expected"] = {"positions": [{**case["expected"]["positions"][0], "liquidation_price": "1"}]}
    return case


def test_the_file_of_the_venue_passes_and_every_case_is_counted_once(ask: Ask) -> None:
    said = ask(cases=CASES)
    assert (said.passed, said.failures, said.packs) == (True, [], [])
    totals = said.totals
    assert (totals.strict.cases, totals.strict.cases_passed, totals.strict.figures_passed) == (25, 25, 58)
    groups = (totals.strict, totals.weaker, totals.fitted, totals.control, totals.example)
    assert [one.cases for one in groups] == [25, 12, 1, 1, 0]
    assert sum(one.cases for one in totals.rows) == len(CASES) == len(said.cases)
    assert sum(one.figures for one in totals.rows) == sum(len(case.fields) for case in said.cases)
    kinds = {(one.mode, one.strength) for one in totals.rows}
    assert kinds >= {("isolated", "captured"), ("cross", "official"), ("isolated", "peer")}


def test_a_figure_is_reported_with_everything(ask: Ask) -> None:
    (case,) = ask(cases=[named("bn-um-faq-eth-iso")]).cases
    (one,) = case.fields
    assert (case.venue, case.mode, case.strength) == ("binance_usdm", "isolated", "official")
    assert (case.fitted, case.group, case.status) == (False, "strict", "pass")
    assert (one.name, one.symbol, one.side) == ("liquidation_price", "ETH/USDT:USDT", "long")
    assert (one.expected, one.tolerance, one.status, one.reason) == ("1114.78", "0.005", "pass", "")
    assert one.got is not None
    assert one.got.startswith("1114.78")
    assert one.difference is not None
    assert abs(Decimal(one.difference)) <= Decimal("0.005")


def test_a_strict_case_that_fails_decides(ask: Ask) -> None:
    said = ask(cases=[wrong("bn-um-faq-eth-iso"), named("bn-um-faq-btc-iso")])
    assert not said.passed
    assert said.failures == ["bn-um-faq-eth-iso: liquidation_price"]
    (one,) = said.cases[0].fields
    assert (one.status, one.expected) == ("fail", "1")
    assert Decimal(one.got or "") - 1 == Decimal(one.difference or "")
    assert one.reason == f"off by {one.difference}, tolerance 0.005"
    assert said.totals.strict.cases_failed == 1


@pytest.mark.parametrize(
    ("changes", "group"),
    [
        ({"strength": "peer"}, "weaker"),
        ({"strength": "derived"}, "weaker"),
        ({"fitted": ["funding_rate"]}, "fitted"),
        ({"reproduces": False}, "control"),
        ({"reproduces": False, "fitted": ["funding_rate"]}, "control"),
    ],
)
@pytest.mark.parametrize("strict", [False, True])
def test_what_is_no_proof_is_reported_apart_and_never_decides(
    changes: dict[str, Any], group: str, strict: bool, ask: Ask
) -> None:
    said = ask(cases=[wrong("bn-um-faq-eth-iso", **changes)], strict=strict)
    assert said.passed
    assert (said.cases[0].group, said.cases[0].status) == (group, "fail")
    assert said.cases[0].fitted is ("fitted" in changes)
    assert said.totals.strict.cases == 0
    assert getattr(said.totals, group).cases_failed == 1


def test_a_venue_without_a_pack_is_not_modelled_and_no_crash(ask: Ask) -> None:
    case = named("bn-um-faq-eth-iso", venue="nowhere")
    said = ask(cases=[case])
    assert said.passed
    (one,) = said.cases[0].fields
    assert (one.status, one.got) == ("not_modelled", None)
    assert "no rule pack of this venue is installed" in one.reason
    assert said.totals.strict.cases_not_modelled == 1
    strict = ask(cases=[case], strict=True)
    assert not strict.passed
    assert strict.failures == ["bn-um-faq-eth-iso: liquidation_price: not modelled"]


def test_a_case_that_expects_nothing_proves_nothing(ask: Ask) -> None:
    case = named("bn-um-faq-eth-iso", expected={"positions": [], "account": {}})
    assert ask(cases=[case]).cases[0].status == "not_modelled"
    assert not ask(cases=[case], strict=True).passed


@pytest.mark.parametrize(
    ("account", "reason"),
    [
        ({"positions": []}, "0 cross pools"),
        (
            {
                "positions": [
                    {
                        "symbol": "BTC/USDT:USDT", "side": "long", "contracts": "1",
                        "margin_mode": "isolated", "leverage": "10",
                    }
                ]
            },
            "entry_price",
        ),
    ],
)  # fmt: skip
def test_what_a_case_leaves_out_is_a_reason_and_no_crash(
    account: dict[str, Any], reason: str, ask: Ask
) -> None:
    expected = {"account": {"maintenance_margin": "1", "equity": "1"}}
    (case,) = ask(cases=[named("bn-um-faq-eth-iso", account=account, marks={}, expected=expected)]).cases
    assert {one.status for one in case.fields} == {"not_modelled"}
    assert all(reason in one.reason for one in case.fields)


def test_tiers_of_a_case_that_do_not_rise_are_a_reason(ask: Ask) -> None:
    case = named("bn-um-faq-eth-iso")
    case["account"]["positions"][0]["tiers"] = [
        ["0", "9", "0.01", None, None],
        ["0", None, "0.02", None, None],
    ]
    (one,) = ask(cases=[case]).cases[0].fields
    assert (one.status, "floors must rise" in one.reason) == ("not_modelled", True)


def test_keys_choose_among_cases_and_a_mistyped_one_is_refused(ask: Ask) -> None:
    cases = [named("bn-um-faq-eth-iso"), named("bn-um-faq-btc-iso", venue="elsewhere")]
    assert [one.venue for one in ask(venues=["elsewhere"], cases=cases).cases] == ["elsewhere"]
    assert len(ask(cases=cases).cases) == 2
    assert ask(venues=["demo"], cases=cases).passed
    assert not ask(venues=["demo"], cases=cases, strict=True).passed, "nothing was checked"
    with pytest.raises(UnknownVenue, match=r"venues\[1\].*binance_usmd"):
        ask(venues=["demo", "binance_usmd"], cases=cases)
    with pytest.raises(UnknownVenue, match=r"venues\[0\].*nowhere"):
        ask(venues=["nowhere"])


def test_every_shared_case_can_be_asked_and_none_is_lost(ask: Ask, shared: Path) -> None:
    lines = (shared / "cases" / "cases.jsonl").read_text("utf-8").splitlines()
    said = ask(cases=[json.loads(line) for line in lines])
    assert len(said.cases) == len(lines) == 272
    assert said.totals.strict.cases == 201
    assert [case.id for case in said.cases if case.group == "strict" and case.status == "fail"] == []
    for case in said.cases:
        assert case.fields
        for one in case.fields:
            assert (one.status == "not_modelled") == (one.got is None)
            assert one.reason or one.status == "pass"


def test_installed_packs_are_held_to_their_examples_and_the_laws(ask: Ask) -> None:
    said = ask(accounts=20, strict=False)
    assert (said.passed, said.failures) == (True, [])
    assert {pack.venue for pack in said.packs} == set(registry.venue_keys())
    assert said.totals.example.cases == said.totals.example.cases_passed >= 9
    for pack in said.packs:
        assert {law.status for law in pack.laws} <= {"pass", "not_modelled"}
        assert len(pack.laws) >= 11
    assert said == ask(accounts=20)


@pytest.fixture
def stranger(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], None]]:
    """Install a package of one file with an entry point, as a stranger would; gone after the test."""

    def install(text: str) -> None:
        place = tmp_path / "site"
        (place / "example_venue-1.dist-info").mkdir(parents=True)
        (place / "example_venue.py").write_text(text, "utf-8")
        info = place / "example_venue-1.dist-info"
        info.joinpath("METADATA").write_text("Metadata-Version: 2.1\nName: example-venue\nVersion: 1\n")
        info.joinpath("entry_points.txt").write_text("[ringfence.venues]\nexample = example_venue\n")
        monkeypatch.syspath_prepend(str(place))
        monkeypatch.delitem(sys.modules, "example_venue", raising=False)
        registry._packs.cache_clear()
        registry.pack.cache_clear()

    yield install
    monkeypatch.undo()
    sys.modules.pop("example_venue", None)
    registry._packs.cache_clear()
    registry.pack.cache_clear()


def of_the_contributing_page() -> str:
    text = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
    (block,) = (one for one in blocks("CONTRIBUTING.md", text) if one.language == "python")
    return block.text


EXAMPLES = '''
EXAMPLES = """
wallet  symbol         position   mark   equity  maintenance  liquidated
1000    BTC/USDT:USDT  +1@50000   49500  500     247.5        no
1000    BTC/USDT:USDT  +3@50000   50000  1000    1000         yes
"""
'''


def test_a_strangers_pack_goes_through_the_same_door(ask: Ask, stranger: Callable[[str], None]) -> None:
    stranger(of_the_contributing_page() + EXAMPLES)
    assert "example" in registry.venue_keys()
    said = ask(venues=["example"], accounts=50, strict=True)
    assert (said.passed, said.failures) == (True, [])
    assert [case.id for case in said.cases] == ["example example 1", "example example 2"]
    assert said.totals.example.figures_passed == 6
    assert ask(accounts=1).totals.example.cases > 2, "and beside the built-in ones"
    case = named("bn-um-faq-eth-iso", venue="example", on="2026-11-22")
    assert [one.status for one in ask(cases=[case]).cases[0].fields] == ["pass"]


@pytest.mark.parametrize(
    ("change", "found"),
    [
        (lambda text: text + EXAMPLES.replace("247.5", "247.6"), "example 1: maintenance"),
        (lambda text: text + EXAMPLES.replace("maintenance", "upkeep"), "lacks maintenance"),
        (
            lambda text: text + EXAMPLES.replace("BTC/USDT", "ABC/USDT"),
            "no maintenance tiers",
        ),
        (lambda text: text.replace('key="example"', 'key="other"'), "RULES.key is other"),
        (lambda text: text.replace("RULES = ", "RULE = "), "the pack cannot be imported: NameError"),
        (lambda _: "RULES = 1", "the pack must define RULES"),
        (lambda _: "import nothing_of_this_name", "the pack cannot be imported: ModuleNotFoundError"),
        (lambda text: text.replace("say.CITED", "say.CITED[1:]"), "a rule without a source does not load"),
    ],
)
def test_a_strangers_pack_that_is_wrong_is_told_what_to_mend(
    change: Callable[[str], str], found: str, ask: Ask, stranger: Callable[[str], None]
) -> None:
    stranger(change(of_the_contributing_page()))
    said = ask(venues=["example"], accounts=3)
    assert not said.passed
    assert any(found in line for line in said.failures), said.failures


def test_a_pack_without_examples_fails_a_strict_check_only(ask: Ask, stranger: Callable[[str], None]) -> None:
    stranger(of_the_contributing_page())
    assert ask(venues=["example"], accounts=3).passed
    assert ask(venues=["example"], accounts=3, strict=True).failures == [
        "example: the venue's own examples come out exactly: the pack has no EXAMPLES"
    ]


def test_a_broken_pack_is_an_error_for_whoever_uses_it(stranger: Callable[[str], None]) -> None:
    stranger("RULES = 1 / 0")
    with pytest.raises(RingfenceError, match=r"example: the pack cannot be imported: ZeroDivisionError"):
        registry.rules("example")
    assert rules.CITED


def test_a_pack_without_tables_owes_the_laws_about_tables_nothing(ask: Ask) -> None:
    report = ask(venues=["hyperliquid", "primexbt"], accounts=10, strict=True)
    assert report.failures == []
    silent = [law for pack in report.packs for law in pack.laws if law.status == "not_modelled"]
    assert silent
    assert all("ships no table" in law.reason for law in silent)


def test_a_broken_pack_does_not_hide_the_others(stranger: Callable[[str], None]) -> None:
    stranger("RULES = 1 / 0")
    listed = operation_named("venues-list").run(local_context(), {})
    assert [one.key for one in listed.broken] == ["example"]  # type: ignore[attr-defined]
    assert "demo" in [one.key for one in listed.venues]  # type: ignore[attr-defined]
