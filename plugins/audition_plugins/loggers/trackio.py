"""Trackio: a run a selection, kept on this machine, or where TRACKIO_SPACE_ID says."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from audition_plugins.loggers import _values

if TYPE_CHECKING:
    from collections.abc import Mapping

    from audition.types import Observation, Report


class TrackioLogger:
    """Metrics with the number of training examples as their step."""

    def __init__(self) -> None:
        self._trackio = _values.library("trackio", "trackio")

    def start(self, name: str, parameters: Mapping[str, str]) -> None:
        """Begin a run."""
        project = os.environ.get("TRACKIO_PROJECT") or "audition"
        self._run: Any = self._trackio.init(project=project, name=name, config=dict(parameters), embed=False)

    def measured(self, observation: Observation) -> None:
        """Log a loss."""
        self._run.log(_values.of_observation(observation), step=observation.n_samples)

    def selected(self, report: Report) -> None:
        """Log the ranking and the recommendation."""
        self._run.log(_values.of_predictions(report), step=report.d_full)
        self._run.log(dict(_values.of_report(report)), step=report.d_full)

    def finetuned(self, observation: Observation, evaluation: Mapping[str, Any]) -> None:
        """Log the numbers of a fine-tuned model."""
        self._run.log(_values.of_evaluation(observation, evaluation), step=observation.n_samples)

    def end(self, *, is_ok: bool) -> None:
        """End the run, sent or written."""
        # not that of the run: it would be ended once more when Python ends, and that prints
        self._trackio.finish()


make = TrackioLogger
