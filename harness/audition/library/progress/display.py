"""What hears of long work, and shows it on standard error."""

from __future__ import annotations

from collections.abc import Callable
from importlib.util import find_spec
from typing import TYPE_CHECKING, Literal, Protocol, Self

if TYPE_CHECKING:
    from pathlib import Path
    from types import TracebackType

    from rich.console import Console

    from audition.selection.config import SelectionConfig
    from audition.selection.plan import Plan
    from audition.types import LossUnit, Observation, Ranking
    from audition.types import Progress as Step
    from audition.types.protocols import TaskLoader

Kind = Literal["auto", "bar", "lines", "none"]


class View(Protocol):
    """One way to show it. Its methods are called from many threads."""

    def step(self, step: Step) -> None:
        """Show how far a running measurement is."""

    def observed(self, observation: Observation, is_known: bool) -> None:
        """Show a finished measurement."""

    def stop(self) -> None:
        """Leave the screen as it shall stay."""


class Display:
    """Shows what runs and what is measured, on standard error. Its methods are called from many threads."""

    def __init__(self, kind: Kind, loss_unit: LossUnit) -> None:
        self._kind = kind
        self._loss_unit = loss_unit

    def __enter__(self) -> Self:
        from rich.console import Console  # here, since a replay shows no progress

        from audition.library.progress.bars import Bars
        from audition.library.progress.lines import Lines

        self._console = Console(stderr=True, quiet=self._kind == "none")
        self._view: View = (Bars if self._is_drawn else Lines)(self._console, self._loss_unit)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._view.stop()

    def opened(self, task: TaskLoader, config: SelectionConfig, folder: Path) -> None:
        """Hear what is asked of which task, and where the run is kept."""

    def planned(self, plan: Plan) -> None:
        """Hear what a selection will do, at most; whatever this raises ends it before it has cost anything."""

    def begun(self, plan: Plan, config: SelectionConfig, standing: Callable[[], Ranking | None]) -> None:
        """Hear that a selection measures from now on; `standing()` tells how candidates stand so far."""
        from audition.library.progress.headway import Headway
        from audition.library.progress.lines import FromLedger, Lines
        from audition.library.progress.live_view import LiveView

        self._view.stop()
        headway = Headway(plan, config.budget)
        if plan.is_in_ledger:
            self._view = FromLedger(self._console, self._loss_unit)
        elif self._is_drawn:
            self._view = LiveView(self._console, self._loss_unit, headway, standing)
        else:
            self._view = Lines(self._console, self._loss_unit, headway)

    def described(self, what: str) -> None:
        """Hear in one line what a fine-tuning does."""

    def step(self, step: Step) -> None:
        """Show how far the model is that is being measured."""
        self._view.step(step)

    def observed(self, observation: Observation, is_known: bool) -> None:
        """Show one finished measurement; `is_known` where the ledger had it."""
        self._view.observed(observation, is_known)

    @property
    def _is_drawn(self) -> bool:
        return shows_bars(self._kind, self._console)


def display_of(progress: Kind | Display, loss_unit: LossUnit) -> Display:
    """Return what shows progress of this kind; a `Display` is itself."""
    return progress if isinstance(progress, Display) else Display(progress, loss_unit)


def shows_bars(kind: Kind, console: Console) -> bool:
    """Return whether something moves: of kind auto, in a terminal, and in a notebook that has ipywidgets."""
    is_screen = console.is_terminal and not console.is_dumb_terminal
    can_draw = is_screen or (console.is_jupyter and find_spec("ipywidgets") is not None)
    return kind == "bar" or (kind == "auto" and can_draw)
