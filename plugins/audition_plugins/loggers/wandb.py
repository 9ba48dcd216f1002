"""Weights & Biases: a run a selection; WANDB_MODE=offline writes into the folder wandb alone."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from audition_plugins.loggers import _values

if TYPE_CHECKING:
    from collections.abc import Mapping

    from audition.types import Observation, Report

AXIS = "n_samples"


class WandbLogger:
    """Losses are drawn by training examples, in whatever order they come."""

    def __init__(self) -> None:
        self._wandb = _values.library("wandb", "wandb")

    def start(self, name: str, parameters: Mapping[str, str]) -> None:
        """Begin a run."""
        project = os.environ.get("WANDB_PROJECT") or "audition"
        self._run: Any = self._wandb.init(project=project, name=name, config=dict(parameters))
        self._run.define_metric(AXIS)
        self._run.define_metric("*", step_metric=AXIS)

    def measured(self, observation: Observation) -> None:
        """Log a loss."""
        self._run.log({**_values.of_observation(observation), AXIS: observation.n_samples})

    def selected(self, report: Report) -> None:
        """Log the ranking and the recommendation."""
        self._run.log({**_values.of_predictions(report), AXIS: report.d_full})
        rows = list(_values.of_ranking(report))
        table = self._wandb.Table(columns=list(rows[0]), data=[list(row.values()) for row in rows])
        self._run.log({"ranking": table, AXIS: report.d_full})
        self._run.summary.update(_values.of_report(report))

    def finetuned(self, observation: Observation, evaluation: Mapping[str, Any]) -> None:
        """Log the numbers of a fine-tuned model."""
        self._run.log({**_values.of_evaluation(observation, evaluation), AXIS: observation.n_samples})

    def end(self, *, is_ok: bool) -> None:
        """End the run."""
        self._run.finish(exit_code=0 if is_ok else 1)


make = WandbLogger
