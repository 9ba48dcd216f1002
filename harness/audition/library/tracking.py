"""`--log-to`: what a command measures and finds, told to trackers of experiments."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from threading import RLock
from typing import Any

from audition.errors import PluginWarning, describe
from audition.plugins.catalog import Catalog
from audition.plugins.guests import to_stderr
from audition.selection.config import SelectionConfig
from audition.types import Observation, Report
from audition.types.protocols import Logger


class Trackers:
    """Loggers that are told together; one that raises is warned of, and told nothing more.

    A run begins with the first thing that there is to log: what is refused, or only planned, leaves none.
    """

    def __init__(self, loggers: Mapping[str, Logger], name: str, parameters: Mapping[str, str]) -> None:
        self._loggers = dict(loggers)
        self._name = name
        self._parameters = parameters
        self._heard: set[tuple[str, int, tuple[int, ...]]] = set()
        self._has_begun = False
        self._lock = RLock()

    def hearing(self, observed: Callable[[Observation, bool], None]) -> Callable[[Observation, bool], None]:
        """Return `observed`, which tells the loggers, too."""

        def both(observation: Observation, is_known: bool) -> None:
            observed(observation, is_known)
            self.measured(observation)

        return both

    def measured(self, observation: Observation) -> None:
        """Tell of a measurement, in the unit of the selection; once, however often it is heard of."""
        key = (observation.model, observation.n_samples, observation.seeds)
        with self._lock:
            if key not in self._heard:
                self._heard.add(key)
                self._tell(lambda logger: logger.measured(observation))

    def selected(self, report: Report) -> None:
        """Tell of the losses that nobody was heard to measure, such as recorded ones, and of the answer."""
        heard = {(model, n_samples) for model, n_samples, _ in self._heard}
        for stratum in report.strata:
            for observation in stratum.measured:
                if (observation.model, observation.n_samples) not in heard:
                    self.measured(observation)
        self._tell(lambda logger: logger.selected(report))

    def finetuned(self, observation: Observation, evaluation: Mapping[str, Any]) -> None:
        """Tell of a fine-tuned model."""
        self._tell(lambda logger: logger.finetuned(observation, evaluation))

    def end(self, *, is_ok: bool) -> None:
        """End the runs that have begun."""
        if self._has_begun:
            self._tell(lambda logger: logger.end(is_ok=is_ok))

    def _tell(self, verb: Callable[[Logger], None]) -> None:
        with self._lock, to_stderr():
            begins, self._has_begun = not self._has_begun, True
            for name, logger in list(self._loggers.items()):
                try:
                    if begins:
                        logger.start(self._name, self._parameters)
                    verb(logger)
                except Exception as error:  # noqa: BLE001 - a library that talks to a server may raise anything
                    del self._loggers[name]
                    warnings.warn(f"nothing more is logged to {name}: {describe(error)}", PluginWarning, stacklevel=3)


@contextmanager
def tracking(catalog: Catalog, log_to: Sequence[str], config: SelectionConfig, source: str) -> Iterator[Trackers]:
    """Yield what tells the loggers called `log_to`; their runs end with the block.

    Raises:
        UsageError: there is no such logger, or its library is not installed.
    """
    entries = [catalog.logger(name) for name in log_to]
    with to_stderr():
        loggers = {entry.name: entry.make() for entry in entries}
    trackers = Trackers(loggers, f"{config.task} {source}", _parameters(config, source))
    try:
        yield trackers
    except BaseException:
        trackers.end(is_ok=False)
        raise
    trackers.end(is_ok=True)


def _parameters(config: SelectionConfig, source: str) -> dict[str, str]:
    """Return what was asked, as texts."""
    return {
        "task": config.task,
        "source": source,
        "models": ", ".join(config.models) or "all listed",
        "selector": config.selector,
        "selector_options": ", ".join(config.selector_options) or "none",
        "budget": str(config.budget),
        "recipe": config.recipe or "the task's",
        "seed": str(config.seed),
        "seeds": str(config.n_seeds),
        "device": config.device,
    }
