"""What all plugins offer together: by name, each with its origin, no name twice."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import cached_property
from types import MappingProxyType
from typing import Protocol, TypeVar

from audition.errors import PluginError, unknown_name
from audition.plugins.guests import to_stderr
from audition.plugins.loading import Plugins
from audition.tasks.addresses import find_opener
from audition.types import (
    AdapterEntry,
    ExecutorEntry,
    LoggerEntry,
    LossCurve,
    ModelSpec,
    ObjectiveEntry,
    Registered,
    ReproductionEntry,
    SelectorEntry,
    TaskEntry,
    TaskOptions,
)
from audition.types.protocols import TaskLoader


class Named(Protocol):
    """An entry: whatever a plugin offers has a name."""

    @property
    def name(self) -> str:
        """Return the name it is asked for by."""


T = TypeVar("T")
N = TypeVar("N", bound=Named)


class Catalog:
    """Entries by name, asked of the plugins when first needed.

    A mapping raises `PluginError` when two entries share a name: in a benchmark a silent clash is a wrong number.
    A look-up raises `UsageError` with near misses for a name that nobody offers.
    """

    def __init__(self, plugins: Plugins) -> None:
        self.plugins = plugins

    @cached_property
    def models(self) -> Mapping[str, Registered[ModelSpec]]:
        """Return the models by name."""
        return _by_name("model", self.plugins.hooks.models())

    @cached_property
    def tasks(self) -> Mapping[str, Registered[TaskEntry]]:
        """Return tasks, and what opens a scheme or file suffixes, by name."""
        offers = self.plugins.hooks.tasks()
        _unique("task scheme", offers, lambda entry: [entry.scheme] if entry.scheme else [])
        _unique("file suffix", offers, lambda entry: entry.suffixes)
        return _by_name("task", offers)

    @cached_property
    def adapters(self) -> Mapping[str, Registered[AdapterEntry]]:
        """Return the adapters by name."""
        offers = self.plugins.hooks.adapters()
        _unique("adapter for model type", offers, lambda entry: entry.model_types or ["any other"])
        return _by_name("adapter", offers)

    @cached_property
    def selectors(self) -> Mapping[str, Registered[SelectorEntry]]:
        """Return the selectors by name; no name or alias of two differs by case alone."""
        offers = self.plugins.hooks.selectors()
        _unique("selector", offers, _spellings)
        return _by_name("selector", offers)

    @cached_property
    def executors(self) -> Mapping[str, Registered[ExecutorEntry]]:
        """Return the executors by name."""
        return _by_name("executor", self.plugins.hooks.executors())

    @cached_property
    def objectives(self) -> Mapping[str, Registered[ObjectiveEntry]]:
        """Return the objectives of plugins by name."""
        return _by_name("objective", self.plugins.hooks.objectives())

    @cached_property
    def loggers(self) -> Mapping[str, Registered[LoggerEntry]]:
        """Return the loggers by name."""
        return _by_name("logger", self.plugins.hooks.loggers())

    @cached_property
    def reproductions(self) -> Mapping[str, Registered[ReproductionEntry]]:
        """Return the reproductions by name."""
        return _by_name("reproduction", self.plugins.hooks.reproductions())

    def curves(self, task: str) -> tuple[Registered[LossCurve], ...]:
        """Return the recorded curves of `task`: at most one a model and loss unit; none for an unknown task."""
        offers = self.plugins.hooks.curves(task)
        for offer in offers:
            if offer.entry.task != task:
                message = f"returned a curve of task {offer.entry.task!r} when asked for {task!r}"
                raise PluginError(f"plugin {offer.plugin!r}: audition_curves {message}")
        _unique(f"curve on {task!r} of", offers, lambda curve: [f"{curve.model} in {curve.loss_unit}"])
        return offers

    def model(self, name: str) -> ModelSpec:
        """Return the model that is called exactly `name`."""
        return self._find("model", name, self.models)

    def adapter(self, name: str) -> AdapterEntry:
        """Return the adapter called `name`."""
        return self._find("adapter", name, self.adapters)

    def adapter_for(self, model_type: str) -> AdapterEntry:
        """Return the adapter that claims the `model_type` of a configuration, else the one that claims the rest."""
        entries = [offer.entry for offer in self.adapters.values()]
        claims = {model_type: entry for entry in entries for model_type in entry.model_types}
        rest = [entry for entry in entries if not entry.model_types]
        if model_type in claims:
            return claims[model_type]
        if rest:
            return rest[0]
        raise unknown_name("adapter for model type", model_type, claims, hint=self._hint)

    def selector(self, name: str) -> SelectorEntry:
        """Return the selector that has `name` as name or alias, whatever the case."""
        for offer in self.selectors.values():
            if name.casefold() in _spellings(offer.entry):
                return offer.entry
        raise unknown_name("selector", name, self.selectors, hint=self._hint)

    def executor(self, name: str) -> ExecutorEntry:
        """Return the executor called `name`."""
        return self._find("executor", name, self.executors)

    def logger(self, name: str) -> LoggerEntry:
        """Return the logger called `name`."""
        return self._find("logger", name, self.loggers)

    def reproduction(self, name: str) -> ReproductionEntry:
        """Return the reproduction called `name`."""
        return self._find("reproduction", name, self.reproductions)

    def open_task(self, name: str, options: TaskOptions = TaskOptions()) -> TaskLoader:  # noqa: B008 - frozen
        """Return the task `name`: a listed one, else an address `scheme:…`, else a file or folder.

        Raises:
            UsageError: there is none, nothing reads such a file, or a listed task is given options.
        """
        entries = [offer.entry for offer in self.tasks.values()]
        opener = find_opener(name, options, entries, hint=self._hint)
        with to_stderr():
            return opener.open(name, options)

    def _find(self, kind: str, name: str, offers: Mapping[str, Registered[N]]) -> N:
        if name in offers:
            return offers[name].entry
        raise unknown_name(kind, name, offers, hint=self._hint)

    @property
    def _hint(self) -> str:
        n_failed = len(self.plugins.failures)
        return f"({n_failed} plugin{'s'[: n_failed > 1]} failed to load: see `audition plugins`)" if n_failed else ""


def _by_name(kind: str, offers: Iterable[Registered[N]]) -> Mapping[str, Registered[N]]:
    offers = tuple(offers)
    _unique(kind, offers, lambda entry: [entry.name])
    return MappingProxyType({offer.entry.name: offer for offer in offers})


def _unique(kind: str, offers: Iterable[Registered[T]], keys: Callable[[T], Iterable[str]]) -> None:
    owners: dict[str, str] = {}
    for offer in offers:
        for key in keys(offer.entry):
            if key not in owners:
                owners[key] = offer.plugin
            elif owners[key] == offer.plugin:
                raise PluginError(f"plugin {offer.plugin!r} offers {kind} {key!r} twice")
            else:
                message = f"plugins {owners[key]!r} and {offer.plugin!r} both offer {kind} {key!r}"
                raise PluginError(f"{message}: disable one of them with AUDITION_DISABLE_PLUGINS")


def _spellings(entry: SelectorEntry) -> frozenset[str]:
    return frozenset(spelling.casefold() for spelling in (entry.name, *entry.aliases))
