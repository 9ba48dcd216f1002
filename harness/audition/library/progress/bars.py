"""A bar for each model that is being trained: what a fine-tuning shows."""

from __future__ import annotations

from threading import Lock
from typing import TYPE_CHECKING

from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from audition.library.progress.lines import print_line, sentence

if TYPE_CHECKING:
    from rich.console import Console
    from rich.progress import TaskID

    from audition.types import LossUnit, Observation
    from audition.types import Progress as Step


class Bars:
    """Bars while something runs, and a line for what is finished. Implements `View`."""

    def __init__(self, console: Console, loss_unit: LossUnit) -> None:
        self._console = console
        self._loss_unit = loss_unit
        self._bars: dict[str, TaskID] = {}
        self._lock = Lock()
        self._progress = Progress(
            TextColumn("{task.description}"),
            BarColumn(bar_width=20),
            TextColumn("{task.fields[stage]}"),
            TimeElapsedColumn(),
            console=console,
            transient=True,
        )

    def step(self, step: Step) -> None:
        """Move the bar of the model that is being measured; the first one shows them."""
        with self._lock:
            self._progress.start()
            if step.model not in self._bars:
                self._bars[step.model] = self._progress.add_task(step.model, stage="")
        stage = f"{step.n_samples} examples: {step.stage}"
        self._progress.update(self._bars[step.model], completed=step.done, total=step.total, stage=stage)

    def observed(self, observation: Observation, is_known: bool) -> None:
        """Print one finished measurement and remove its bar."""
        with self._lock:
            bar = self._bars.pop(observation.model, None)
        if bar is not None:
            self._progress.remove_task(bar)
        print_line(self._console, sentence(observation, self._loss_unit, is_known=is_known))

    def stop(self) -> None:
        """Remove the bars."""
        self._progress.stop()
