"""A panel that shows a selection while it runs, no higher than the terminal."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from rich.live import Live

from audition.library.progress.lines import print_line, sentence
from audition.library.progress.panel import draw
from audition.library.progress.ranker import Ranker

if TYPE_CHECKING:
    from rich.console import Console, RenderableType

    from audition.library.progress.headway import Headway
    from audition.types import LossUnit, Observation, Ranking
    from audition.types import Progress as Step


class LiveView:
    """Draws candidates as they climb; only what failed leaves a line behind. Implements `View`."""

    def __init__(
        self, console: Console, loss_unit: LossUnit, headway: Headway, standing: Callable[[], Ranking | None]
    ) -> None:
        self._console = console
        self._loss_unit = loss_unit
        self._headway = headway
        self._ranker = Ranker(standing)
        self._live = Live(
            console=console,
            get_renderable=self._draw,
            refresh_per_second=4,
            transient=True,
            redirect_stdout=False,  # standard output is the answer, and may be a file
            vertical_overflow="crop",
        )
        self._live.start()

    def step(self, step: Step) -> None:
        """Note it for the next picture."""
        self._headway.step(step)

    def observed(self, observation: Observation, is_known: bool) -> None:
        """Note it for the next picture; print it where it failed."""
        self._headway.observed(observation, is_known)
        self._ranker.wake()
        if observation.loss is None:
            print_line(self._console, sentence(observation, self._loss_unit, is_known=is_known))

    def stop(self) -> None:
        """Remove the panel, and print what was done."""
        self._ranker.close()
        self._live.stop()
        print_line(self._console, self._headway.closing)

    def _draw(self) -> RenderableType:
        return draw(self._headway, self._ranker.latest, self._loss_unit, height=self._console.size.height - 1)
