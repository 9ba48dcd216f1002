from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

import pytest

from audition import hookimpl
from audition.budgets.budget import SizeCap
from audition.errors import PluginWarning
from audition.library.tracking import tracking
from audition.plugins.catalog import Catalog
from audition.plugins.loading import load_plugins
from audition.selection.config import SelectionConfig
from audition.types import LoggerEntry, Observation

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

CONFIG = SelectionConfig(task="toy", budget=SizeCap(Fraction(1, 4)), models=("a", "b"), seed=3)
SEEN = Observation(model="a", task="toy", n_samples=200, loss=1.5, seeds=(0,))


class Remembers:
    """A logger, and the plugin that offers it; the disk is full after `n_good` words."""

    def __init__(self, n_good: int = 99) -> None:
        self.told: list[Any] = []
        self.n_good = n_good

    @hookimpl
    def audition_loggers(self) -> Iterable[LoggerEntry]:
        return [LoggerEntry(name="memory", make=lambda: self, summary="remembers")]

    def _note(self, *words: object) -> None:
        if len(self.told) >= self.n_good:
            raise OSError("no space left on device")
        self.told.append(words)

    def start(self, name: str, parameters: Mapping[str, str]) -> None:
        self._note("start", name, parameters)

    def measured(self, observation: Observation) -> None:
        self._note("measured", observation)

    def selected(self, report: object) -> None:
        self._note("selected", report)

    def finetuned(self, observation: Observation, evaluation: Mapping[str, Any]) -> None:
        self._note("finetuned", observation, evaluation)

    def end(self, *, is_ok: bool) -> None:
        self._note("end", is_ok)


def catalog(logger: Remembers) -> Catalog:
    return Catalog(load_plugins(extra={"remembers": logger}))


def test_a_run_begins_with_what_was_asked_and_ends_with_the_block() -> None:
    logger = Remembers()
    with tracking(catalog(logger), ["memory"], CONFIG, "live") as trackers:
        observed = trackers.hearing(lambda *_: None)
        observed(SEEN, False)
        observed(SEEN, True)
        trackers.finetuned(SEEN, {"metrics": {}})
    (verb, name, parameters), measured, finetuned, end = logger.told
    assert (verb, name, parameters["models"], parameters["seed"]) == ("start", "toy live", "a, b", "3")
    assert (measured, finetuned[0], end) == (("measured", SEEN), "finetuned", ("end", True))


def test_what_measures_nothing_leaves_no_run() -> None:
    logger = Remembers()
    with tracking(catalog(logger), ["memory"], CONFIG, "live"):
        pass
    assert logger.told == []


def test_a_run_that_fails_is_ended_as_failed() -> None:
    logger = Remembers()

    def fail() -> None:
        with tracking(catalog(logger), ["memory"], CONFIG, "live") as trackers:
            trackers.measured(SEEN)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fail()
    assert logger.told[-1] == ("end", False)


def test_a_logger_that_raises_is_warned_of_once_and_told_nothing_more() -> None:
    logger = Remembers(n_good=1)

    def log() -> None:
        with tracking(catalog(logger), ["memory"], CONFIG, "live") as trackers:
            trackers.measured(SEEN)
            trackers.finetuned(SEEN, {})

    with pytest.warns(PluginWarning, match="nothing more is logged to memory: OSError: no space") as said:
        log()
    assert (len(said), len(logger.told)) == (1, 1)
