"""Telling how far a measurement is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from audition.types import Progress

if TYPE_CHECKING:
    from collections.abc import Callable

    from audition.types import MeasurementRequest


def reporter(
    request: MeasurementRequest, stage: Literal["training", "evaluating"], on_progress: Callable[[Progress], None]
) -> Callable[[int, int], None]:
    """Return a function of (done, total) that reports one stage of `request`."""

    def report(done: int, total: int) -> None:
        on_progress(
            Progress(model=request.model.name, n_samples=request.n_samples, stage=stage, done=done, total=total)
        )

    return report
