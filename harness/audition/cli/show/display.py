"""Live progress of a selection on standard error: bars on a terminal, one line a measurement elsewhere."""

from __future__ import annotations

from threading import Lock
from typing import TYPE_CHECKING, Self

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

if TYPE_CHECKING:
    from types import TracebackType

    from audition.types import LossUnit, Observation
    from audition.types import Progress as Step


class Display:
    """Shows what runs and what is measured. Its methods are called from many threads."""

    def __init__(self, loss_unit: LossUnit) -> None:
        self._console = Console(stderr=True)
        self._loss_unit = loss_unit
        self._bars: dict[str, TaskID] = {}
        self._lock = Lock()
        self._progress = Progress(
            TextColumn("{task.description}"),
            BarColumn(bar_width=20),
            TextColumn("{task.fields[stage]}"),
            TimeElapsedColumn(),
            console=self._console,
            transient=True,
            disable=not self._console.is_terminal,
        )

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._progress.stop()

    def step(self, step: Step) -> None:
        """Move the bar of the model that is being measured."""
        with self._lock:
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
        self._console.print(self._line(observation, is_known=is_known), highlight=False, soft_wrap=True, markup=False)

    def _line(self, observation: Observation, *, is_known: bool) -> str:
        if observation.loss is None:
            outcome = f"{observation.status}: {observation.message}"
        else:
            outcome = f"{observation.loss:.4f} {self._loss_unit}"
        cost = "from the ledger" if is_known else f"{observation.cost.seconds:.1f} s"
        return f"{observation.model}  {observation.n_samples} examples  {outcome}  ({cost}, measured)"
