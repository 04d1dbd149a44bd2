"""What is kept: outcomes and what pausing cost and saved, the journal, plans, own limits; each folded."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any

from ringfence.web.desk import Desk
from ringfence.web.dom import Node
from ringfence.web.mirror.diary import Diary
from ringfence.web.mirror.limits import Limits
from ringfence.web.mirror.outcomes import Outcomes
from ringfence.web.mirror.plans import Plans

OPENED = "(e) => emit(e.target.open)"


class Fold:
    """One folded part, asked for when it is opened and when what it shows has changed."""

    def __init__(self, title: str, show: Callable[[Node], Coroutine[Any, Any, None]], *, name: str) -> None:
        self._title = title
        self._show = show
        self._name = name
        self._open = False
        self._box: Node | None = None

    def draw(self) -> None:
        """The fold, closed."""
        fold = Node("details", classes="conditions fold", id=f"mirror-{self._name}")
        with fold:
            Node("summary", self._title)
            self._box = Node("div", classes="folded")
        fold.on("toggle", self._toggled, js_handler=OPENED)

    async def _toggled(self, event: Any) -> None:
        self._open = bool(event.args)
        await self.again()

    async def again(self) -> None:
        """Ask anew, if somebody looks."""
        if self._open and self._box is not None and not self._box.is_deleted:
            await self._show(self._box)


class Later:
    """The folded parts of the mirror's section."""

    def __init__(self, desk: Desk) -> None:
        outcomes, diary, plans, limits = Outcomes(desk), Diary(desk), Plans(desk), Limits(desk)
        self._folds = (
            Fold("Later: what became of it, what pausing cost and saved", outcomes.show, name="outcomes"),
            Fold("Journal", diary.show, name="journal"),
            Fold("Plans: written while nothing is open", plans.show, name="plans"),
            Fold("Own limits", limits.show, name="limits"),
        )

    def draw(self) -> None:
        """All of them, closed."""
        with Node("div", classes="later"):
            for fold in self._folds:
                fold.draw()

    async def again(self) -> None:
        """What is open may have changed: a record was added."""
        for fold in self._folds:
            await fold.again()
