"""Trackers of experiments that `--log-to` writes to, one a module; each library is imported when it is used."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from audition import hookimpl
from audition.types import LoggerEntry

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

NAMES = {
    "mlflow": "MLflow: the server of MLFLOW_TRACKING_URI, or the folder mlruns",
    "wandb": "Weights & Biases: the project of WANDB_PROJECT, or audition",
    "tensorboard": "event files in a folder of TENSORBOARD_LOGGING_DIR, or of runs",
    "trackio": "Trackio: the project of TRACKIO_PROJECT, or audition",
}


@hookimpl
def audition_loggers() -> Iterable[LoggerEntry]:
    """Offer four trackers; a module is imported when its logger is made."""
    return [LoggerEntry(name=name, make=_maker(name), summary=summary) for name, summary in NAMES.items()]


def _maker(name: str) -> Callable[[], Any]:
    def make() -> Any:  # noqa: ANN401 - a Logger
        return import_module(f"audition_plugins.loggers.{name}").make()

    return make
