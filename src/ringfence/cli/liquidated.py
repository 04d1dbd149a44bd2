"""``ringfence liquidate`` on a terminal: why a ring dies, step by step, and who bears what is left."""

from __future__ import annotations

from rich.console import Console

from ringfence.cli.grid import Grid, headline, note, rules_line, section
from ringfence.report.format import amount
from ringfence.service.answers_liquidate import LiquidateAnswer, LiquidationStep, LossAnswer, RingLiquidation


def show_liquidate(to: Console, answer: LiquidateAnswer) -> None:
    """Every ring that fails, and its steps in order."""
    headline(to, answer.headline)
    rules_line(to, answer.rules)
    if answer.source:
        note(to, f"clause: {answer.source}")
    for ring in answer.rings:
        _show_ring(to, ring)
    if not answer.rings:
        to.print()
        note(to, "The sequence, were a ring to fail:")
        for number, words in enumerate(answer.sequence, 1):
            note(to, f"{number}. {words}")


def _show_ring(to: Console, ring: RingLiquidation) -> None:
    asset = ring.asset
    begun = f"equity {amount(ring.equity, asset)}, requirement {amount(ring.requirement, asset)}"
    section(to, ring.ring, begun)
    for number, step in enumerate(ring.steps, 1):
        _show_step(to, number, step, asset)
    for loss in ring.losses:
        section(to, f"Beyond the collateral of {ring.ring}", amount(loss.beyond, loss.asset))
        Grid(("", ""), _borne(loss)).show(to)
    for one, gained in ring.to_fund.items():
        note(to, f"To the insurance fund: {amount(gained, one)}")
    for words in ring.notices:
        note(to, words)


def _show_step(to: Console, number: int, step: LiquidationStep, asset: str) -> None:
    note(to, f"{number}. {step.what}")
    for words in step.words:
        note(to, f"   - {words}")
    for line in step.derivation:
        if line.field.endswith(".health"):
            continue  # it stands below, as the test
        note(to, f"     {line.label}: {line.value} {line.unit} = {line.how}")
    if step.health is not None and step.event:
        note(to, f"   health {amount(step.health, asset)}: {'it stands' if step.passed else 'it goes on'}")


def _borne(loss: LossAnswer) -> list[tuple[str, str]]:
    return [
        ("the insurance fund", amount(loss.insurance, loss.asset)),
        ("deleveraged traders", amount(loss.deleveraged, loss.asset)),
        ("all traders", amount(loss.socialised, loss.asset)),
        ("nobody: bad debt", amount(loss.bad_debt, loss.asset)),
    ]
