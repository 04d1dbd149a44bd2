"""S-01 to S-06: moving a stop, or a written level."""

from __future__ import annotations

from ringfence.mirror.facts import Facts
from ringfence.mirror.model import Action, Topic
from ringfence.mirror.rules.rule import Missing, Said, allow, block, caution, long_pause, pause, rule
from ringfence.mirror.rules.shared import or_unknown, stands_after, toward
from ringfence.mirror.thresholds import Thresholds

MOVING = frozenset({Action.MOVE_STOP})


def widens(facts: Facts) -> bool | None:
    """Whether it is moved away, to where more is lost. None: the side is not known."""
    old, new = facts.intent.stop_from, facts.intent.stop_to
    if old is None or new is None:
        return False
    return None if facts.side is None else toward(facts, old, new) > 0


def places_stop(facts: Facts) -> bool:
    """Whether a stop, not a written level, is put somewhere for a position."""
    return facts.intent.which == "stop" and facts.intent.stop_to is not None and stands_after(facts)


def _losses(facts: Facts) -> dict[str, object]:
    before, after = facts.stop_loss_before, facts.stop_loss_after
    return {"loss_before": or_unknown(before), "loss_after": or_unknown(after)}


@rule(
    id="S-01", title="Stop widened while losing", actions=MOVING, reads=("side", "adverse"),
    topic=Topic.MONEY, condition="adverse, and the stop is moved to where more is lost", asks="pause",
    worse="loss_after", basis="plans and deeds differ (Heimer et al.)",
    when=lambda facts: False if facts.adverse is False else widens(facts),
)  # fmt: skip
def widened(facts: Facts, _: Thresholds) -> Said | None:
    """What being wrong costs now, and then."""
    return pause(**_losses(facts))


@rule(
    id="S-02", title="Stop tightened", actions=MOVING, reads=("side",), before=True, same_as="G-02",
    condition="the stop is placed, or moved to where less is lost", asks="allow", basis="as G-02",
    when=lambda facts: facts.intent.stop_to is not None,
)  # fmt: skip
def tightened(facts: Facts, _: Thresholds) -> Said | None:
    """Less can be lost."""
    return (
        None if widens(facts) or facts.intent.stop_from == facts.intent.stop_to else allow(**_losses(facts))
    )


@rule(
    id="S-03", title="Stop removed", actions=MOVING, reads=("intent.stop_from",), topic=Topic.MONEY,
    worse="risk", condition="the stop is taken away", asks="level 3",
    basis="plans and deeds differ (Heimer et al.)", partial=True,
    when=lambda facts: facts.intent.stop_to is None and facts.intent.stop_from is not None,
)  # fmt: skip
def removed(facts: Facts, _: Thresholds) -> Said | Missing | None:
    """From here the whole ring is what can be lost."""
    return long_pause(risk=or_unknown(facts.after.at_risk), loss_before=or_unknown(facts.stop_loss_before))


@rule(
    id="S-04", title="Stop beyond liquidation", actions=MOVING, reads=("side", "after.liquidation_price"),
    before=True, condition="the stop lies at the liquidation price or beyond it",
    asks="block (a form to be filled in again)", basis="as G-09", topic=Topic.DISTANCE,
    closes=lambda _: True, fixed=True, when=places_stop,
)  # fmt: skip
def beyond(facts: Facts, _: Thresholds) -> Said | None:
    """It cannot be executed before liquidation."""
    stop, price = facts.intent.stop_to, facts.after.liquidation_price
    if stop is None or price is None or toward(facts, stop, price) > 0:
        return None
    return block(stop=stop, liquidation=price)


@rule(
    id="S-05", title="Widened again", actions=MOVING, reads=("side", "episode.widenings"),
    topic=Topic.MONEY, condition="the stop of this idea was widened before, and is again", asks="level 3",
    worse="count", basis="plans and deeds differ (Heimer et al.)", when=widens,
)  # fmt: skip
def widened_again(facts: Facts, _: Thresholds) -> Said | None:
    """How often, and from where to where."""
    if facts.episode.widenings < 1:
        return None
    first = or_unknown(facts.episode.stop_first)
    return long_pause(count=facts.episode.widenings + 1, first=first, now=facts.intent.stop_to)


def _edited(facts: Facts) -> bool | None:
    if facts.plan is not None and facts.plan.edited_underwater_version is not None:
        return True
    return facts.adverse if facts.intent.which == "invalidation" else False


@rule(
    id="S-06", title="Level edited while losing", actions=MOVING, reads=("adverse",), partial=True,
    condition="a written level or plan is changed while the position is adverse", asks="caution",
    basis="only what is written beforehand counts (A16)", when=_edited,
)  # fmt: skip
def edited(facts: Facts, _: Thresholds) -> Said | Missing | None:
    """It is kept, and marked."""
    return caution() if _edited(facts) else Missing(("adverse",))


RULES = (widened, tightened, removed, beyond, widened_again, edited)
