"""One line a measurement: where nothing can move, and for files that keep what was shown."""

from __future__ import annotations

from threading import Lock
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console

    from audition.library.progress.headway import Headway
    from audition.types import LossUnit, Observation
    from audition.types import Progress as Step


class Lines:
    """A line a measurement, after how far all of it is where that is known. Implements `View`."""

    def __init__(self, console: Console, loss_unit: LossUnit, headway: Headway | None = None) -> None:
        self._console = console
        self._loss_unit = loss_unit
        self._headway = headway
        self._lock = Lock()

    def step(self, step: Step) -> None:
        """Show nothing: it is not finished."""

    def observed(self, observation: Observation, is_known: bool) -> None:
        """Print the measurement."""
        with self._lock:  # the numbers in front go up from line to line
            if self._headway is not None:
                self._headway.observed(observation, is_known)
            head = "" if self._headway is None else f"[{self._headway.mark}] "
            print_line(self._console, head + sentence(observation, self._loss_unit, is_known=is_known))

    def stop(self) -> None:
        """Do nothing: the lines stay."""


class FromLedger:
    """One line in all, for a selection whose every measurement is in the ledger. Implements `View`."""

    def __init__(self, console: Console, loss_unit: LossUnit) -> None:
        self._console = console
        self._loss_unit = loss_unit
        self._n_known = 0
        self._lock = Lock()

    def step(self, step: Step) -> None:
        """Show nothing."""

    def observed(self, observation: Observation, is_known: bool) -> None:
        """Count it; print what was measured all the same, such as a point that was out of line."""
        with self._lock:
            self._n_known += is_known
            if not is_known:
                print_line(self._console, sentence(observation, self._loss_unit, is_known=False))

    def stop(self) -> None:
        """Print how many there were."""
        if self._n_known:
            s = "" if self._n_known == 1 else "s"
            print_line(self._console, f"{self._n_known:,} measurement{s} from the ledger")
            self._n_known = 0


def sentence(observation: Observation, loss_unit: LossUnit, *, is_known: bool) -> str:
    """Return a finished measurement in one line."""
    if observation.loss is None:
        outcome = f"{observation.status}: {observation.message}"
    else:
        outcome = f"{observation.loss:.4f} {loss_unit}"
    seconds = observation.cost.seconds
    cost = "from the ledger" if is_known else "unknown time" if seconds is None else f"{seconds:.1f} s"
    return f"{observation.model} {observation.n_samples} examples {outcome} ({cost}, measured)"


def print_line(console: Console, text: str) -> None:
    """Print `text` as it is: neither coloured, nor wrapped, nor read as markup."""
    console.print(text, highlight=False, soft_wrap=True, markup=False)
