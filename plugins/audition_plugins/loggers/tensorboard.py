"""TensorBoard: event files, a folder a selection. Needs neither torch nor TensorFlow."""

from __future__ import annotations

import os
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from audition_plugins.loggers import _values

if TYPE_CHECKING:
    from collections.abc import Mapping

    from audition.types import Observation, Report


class TensorboardLogger:
    """Scalars by training examples; parameters, ranking and recommendation as texts."""

    def __init__(self) -> None:
        self._files = _values.library("tensorboard.summary.writer.event_file_writer", "tensorboard")
        self._event = _values.library("tensorboard.compat.proto.event_pb2", "tensorboard")
        self._summary = _values.library("tensorboard.compat.proto.summary_pb2", "tensorboard")
        self._tensor = _values.library("tensorboard.compat.proto.tensor_pb2", "tensorboard")
        self._text = _values.library("tensorboard.plugins.text.metadata", "tensorboard")

    def start(self, name: str, parameters: Mapping[str, str]) -> None:
        """Begin a folder."""
        began = datetime.now(UTC).strftime("%Y-%m-%dT%H-%M-%S")
        folder = Path(os.environ.get("TENSORBOARD_LOGGING_DIR") or "runs") / f"audition-{_safe(name)}-{began}"
        self._writer: Any = self._files.EventFileWriter(str(folder))
        self._write_texts(parameters)

    def measured(self, observation: Observation) -> None:
        """Log a loss."""
        self._scalars(_values.of_observation(observation), observation.n_samples)

    def selected(self, report: Report) -> None:
        """Log the ranking and the recommendation."""
        self._scalars(_values.of_predictions(report), report.d_full)
        rows = list(_values.of_ranking(report))
        lines = ["| " + " | ".join(rows[0]) + " |", "|" + "---|" * len(rows[0])]
        lines += ["| " + " | ".join("" if cell is None else str(cell) for cell in row.values()) + " |" for row in rows]
        self._write_texts({**_values.of_report(report), "ranking": "\n".join(lines)})

    def finetuned(self, observation: Observation, evaluation: Mapping[str, Any]) -> None:
        """Log the numbers of a fine-tuned model."""
        self._scalars(_values.of_evaluation(observation, evaluation), observation.n_samples)

    def end(self, *, is_ok: bool) -> None:
        """Close the file."""
        self._writer.close()

    def _scalars(self, numbers: Mapping[str, float], step: int) -> None:
        values = [self._summary.Summary.Value(tag=name, simple_value=number) for name, number in numbers.items()]
        self._add(self._summary.Summary(value=values), step)

    def _write_texts(self, texts: Mapping[str, str]) -> None:
        for name, text in texts.items():
            tensor = self._tensor.TensorProto(dtype="DT_STRING", string_val=[text.encode()])
            metadata = self._text.create_summary_metadata(display_name=name, description="")
            value = self._summary.Summary.Value(tag=name, metadata=metadata, tensor=tensor)
            self._add(self._summary.Summary(value=[value]), 0)

    def _add(self, summary: Any, step: int) -> None:  # noqa: ANN401 - a protocol buffer
        self._writer.add_event(self._event.Event(wall_time=time.time(), step=step, summary=summary))
        self._writer.flush()


def _safe(name: str) -> str:
    return "".join(letter if letter.isalnum() or letter in "-._" else "-" for letter in name)


make = TensorboardLogger
