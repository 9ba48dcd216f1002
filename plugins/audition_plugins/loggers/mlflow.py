"""MLflow: a run a selection, in the experiment of MLFLOW_EXPERIMENT_NAME, or audition."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from audition_plugins.loggers import _values

if TYPE_CHECKING:
    from collections.abc import Mapping

    from audition.types import Observation, Report

LONGEST = 500  #: letters of a parameter


class MlflowLogger:
    """Writes by a client of its own: a run that the caller has begun is left alone."""

    def __init__(self) -> None:
        mlflow = _values.library("mlflow", "mlflow")
        # the default of the small distribution needs a database that only the large one brings
        uri = os.environ.get("MLFLOW_TRACKING_URI") or Path("mlruns").absolute().as_uri()
        if uri.startswith("file:"):
            os.environ.setdefault("MLFLOW_ALLOW_FILE_STORE", "true")
        self._client: Any = mlflow.MlflowClient(tracking_uri=uri)

    def start(self, name: str, parameters: Mapping[str, str]) -> None:
        """Begin a run."""
        experiment = os.environ.get("MLFLOW_EXPERIMENT_NAME") or "audition"
        found = self._client.get_experiment_by_name(experiment)
        number = self._client.create_experiment(experiment) if found is None else found.experiment_id
        self._run = self._client.create_run(number, run_name=name).info.run_id
        for parameter, value in parameters.items():
            self._client.log_param(self._run, parameter, value[:LONGEST])

    def measured(self, observation: Observation) -> None:
        """Log a loss; the step is the number of training examples."""
        self._metrics(_values.of_observation(observation), observation.n_samples)

    def selected(self, report: Report) -> None:
        """Log the ranking and the recommendation."""
        self._metrics(_values.of_predictions(report), report.d_full)
        for tag, value in _values.of_report(report).items():
            self._client.set_tag(self._run, tag, value)
        self._client.log_dict(self._run, {"ranking": list(_values.of_ranking(report))}, "ranking.json")

    def finetuned(self, observation: Observation, evaluation: Mapping[str, Any]) -> None:
        """Log the numbers of a fine-tuned model."""
        self._metrics(_values.of_evaluation(observation, evaluation), observation.n_samples)

    def end(self, *, is_ok: bool) -> None:
        """End the run."""
        self._client.set_terminated(self._run, "FINISHED" if is_ok else "FAILED")

    def _metrics(self, numbers: Mapping[str, float], step: int) -> None:
        for name, number in numbers.items():
            self._client.log_metric(self._run, name, number, step=step)


make = MlflowLogger
