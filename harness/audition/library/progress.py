"""What a caller sees of long work: bars in a terminal or a notebook, one line a measurement elsewhere, or nothing."""

from __future__ import annotations

from importlib.util import find_spec
from threading import Lock
from typing import TYPE_CHECKING, Literal, Self

if TYPE_CHECKING:
    from pathlib import Path
    from types import TracebackType

    from rich.console import Console
    from rich.progress import Progress, TaskID

    from audition.selection.config import SelectionConfig
    from audition.selection.plan import Plan
    from audition.types import LossUnit, Observation
    from audition.types import Progress as Step
    from audition.types.protocols import TaskLoader

Kind = Literal["auto", "bar", "lines", "none"]


class Display:
    """Shows what runs and what is measured, on standard error. Its methods are called from many threads."""

    def __init__(self, kind: Kind, loss_unit: LossUnit) -> None:
        self._kind = kind
        self._loss_unit = loss_unit
        self._bars: dict[str, TaskID] = {}
        self._lock = Lock()

    def __enter__(self) -> Self:
        self._console, self._progress = _start(self._kind)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._progress.stop()

    def opened(self, task: TaskLoader, config: SelectionConfig, folder: Path) -> None:
        """Hear what is asked of which task, and where the run is kept."""

    def planned(self, plan: Plan) -> None:
        """Hear what a selection will do, at most; whatever this raises ends it before it has cost anything."""

    def described(self, what: str) -> None:
        """Hear in one line what a fine-tuning does."""

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


def display_of(progress: Kind | Display, loss_unit: LossUnit) -> Display:
    """Return what shows progress of this kind; a `Display` is itself."""
    return progress if isinstance(progress, Display) else Display(progress, loss_unit)


def shows_bars(kind: Kind, console: Console) -> bool:
    """Return whether bars are drawn: of kind auto, in a terminal, and in a notebook that has ipywidgets."""
    can_draw = console.is_terminal or (console.is_jupyter and find_spec("ipywidgets") is not None)
    return kind == "bar" or (kind == "auto" and can_draw)


def _start(kind: Kind) -> tuple[Console, Progress]:
    """Return a console, and bars on it; rich is imported here, since a replay shows no progress."""
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    console = Console(stderr=True, quiet=kind == "none")
    progress = Progress(
        TextColumn("{task.description}"),
        BarColumn(bar_width=20),
        TextColumn("{task.fields[stage]}"),
        TimeElapsedColumn(),
        console=console,
        transient=True,
        disable=not shows_bars(kind, console),
    )
    progress.start()
    return console, progress
