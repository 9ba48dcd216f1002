"""The micro-batch that fits: running out of memory halves it, and what was interrupted is done again."""

from __future__ import annotations

import gc
from typing import TYPE_CHECKING, TypeVar

from audition.training.devices.memory import release_memory
from audition.training.failures import DoesNotFitError, StartAgainError, is_out_of_memory
from audition.training.loop.batching import micro_batches
from audition.training.sharding.assignment import assign_passes
from audition.training.sharding.team import ALONE
from audition.types import Attempt

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from audition.training.devices.device import Device
    from audition.training.sharding.assignment import Pass
    from audition.training.sharding.team import Team

T = TypeVar("T")


class MicroBatchLimit:
    """The most tokens, padding counted, of one forward pass; shared by whatever trains and scores a model.

    It only ever falls. A smaller limit splits the same effective batches into more forward passes: order of the data,
    gradient and loss stay what they were, but for rounding and for the noise of dropout.
    """

    def __init__(self, asked: int, *, fitted: int | None = None, team: Team = ALONE) -> None:
        self.team = team  #: those that the rows of a batch are dealt to
        self.max_tokens = min(asked, fitted or asked)  #: an example longer than that goes alone
        self.fitted = fitted  #: what memory has left of a limit, in this one or one before; None: it never ran out
        self._running: tuple[int, int] | None = None  #: rows and longest row of the forward pass that runs

    def passes(self, lengths: Sequence[int], *, at_most: int | None = None) -> list[Pass]:
        """Return this process's forward passes over rows of these lengths, longest rows first.

        Args:
            lengths: tokens a row.
            at_most: tokens of a pass, where fewer than fit are faster.
        """
        max_tokens = self.max_tokens if at_most is None else min(self.max_tokens, at_most)
        return assign_passes(
            lengths,
            self.team.rank,
            self.team.size,
            lambda positions: micro_batches(lengths, positions, max_tokens),
        )

    def begin(self, lengths: Sequence[int], positions: Sequence[int]) -> None:
        """Note which forward pass runs from now on: if memory runs out, it is this one that was too large."""
        self._running = len(positions), max(lengths[position] for position in positions)

    def fit(self, work: Callable[[], T], device: Device, *, undo: Callable[[], None] = lambda: None) -> T:
        """Return `work()`, which calls `passes` and `begin`; out of memory, halve, call `undo` and do it all again.

        Raises:
            DoesNotFitError: memory ran out at one example a forward pass, or before the first one.
            StartAgainError: it was halved, and the others of the team wait for what this process cannot finish.
        """
        while True:
            self._running = None
            try:
                return work()
            except Exception as error:
                if not is_out_of_memory(error):
                    raise
                self._halve(error)
                if self.team.size > 1:
                    raise StartAgainError(Attempt(fitted=self.fitted)) from error
            # not in the handler, where the error still holds the activations
            gc.collect()
            release_memory(device)
            undo()

    def _halve(self, error: Exception) -> None:
        """Halve what the failed forward pass really held, which may be far below the limit."""
        if self._running is None:
            raise DoesNotFitError("before the first forward pass", error) from error
        n_rows, longest = self._running
        if n_rows == 1:
            raise DoesNotFitError(f"at one example of {longest} tokens", error) from error
        self.fitted = self.max_tokens = n_rows * longest // 2
