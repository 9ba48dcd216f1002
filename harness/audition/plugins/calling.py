"""The hooks as typed methods: entries come attributed and checked, events never stop their caller."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, TypeVar

from audition.errors import PluginError, PluginWarning, describe
from audition.plugins.guests import to_stderr
from audition.types import (
    AdapterEntry,
    ExecutorEntry,
    LoggerEntry,
    LossCurve,
    ModelSpec,
    ObjectiveEntry,
    ReproductionEntry,
    SelectorEntry,
    TaskEntry,
)
from audition.types.entries import Registered

if TYPE_CHECKING:
    from typing import TextIO

    from pluggy import HookImpl, PluginManager

    from audition.types import Observation, Report


T = TypeVar("T")


class Hooks:
    """Calls each hook of `audition.hookspecs`, plugin by plugin. One method a hook, named without the prefix.

    A method that returns entries raises `PluginError` when a plugin raises, or returns anything but an iterable of
    the right entries: in a benchmark a silently missing entry is a wrong number.
    """

    def __init__(self, manager: PluginManager, *, trace: TextIO | None = None) -> None:
        self._manager = manager
        self._trace = trace

    def adapters(self) -> tuple[Registered[AdapterEntry], ...]:
        """Return the adapters on offer."""
        return self._collect("audition_adapters", AdapterEntry)

    def models(self) -> tuple[Registered[ModelSpec], ...]:
        """Return the models on offer."""
        return self._collect("audition_models", ModelSpec)

    def tasks(self) -> tuple[Registered[TaskEntry], ...]:
        """Return the tasks, schemes and file suffixes on offer."""
        return self._collect("audition_tasks", TaskEntry)

    def selectors(self) -> tuple[Registered[SelectorEntry], ...]:
        """Return the selectors on offer."""
        return self._collect("audition_selectors", SelectorEntry)

    def executors(self) -> tuple[Registered[ExecutorEntry], ...]:
        """Return the executors on offer."""
        return self._collect("audition_executors", ExecutorEntry)

    def objectives(self) -> tuple[Registered[ObjectiveEntry], ...]:
        """Return the objectives on offer."""
        return self._collect("audition_objectives", ObjectiveEntry)

    def loggers(self) -> tuple[Registered[LoggerEntry], ...]:
        """Return the loggers on offer."""
        return self._collect("audition_loggers", LoggerEntry)

    def curves(self, task: str) -> tuple[Registered[LossCurve], ...]:
        """Return the recorded curves of `task`."""
        return self._collect("audition_curves", LossCurve, task=task)

    def reproductions(self) -> tuple[Registered[ReproductionEntry], ...]:
        """Return the reproductions on offer."""
        return self._collect("audition_reproductions", ReproductionEntry)

    def measured(self, observation: Observation) -> None:
        """Tell every plugin of a paid measurement; one that raises is warned of, and keeps it from no other."""
        self._tell("audition_measured", observation=observation)

    def selected(self, report: Report) -> None:
        """Tell every plugin of a finished selection, as `measured` does."""
        self._tell("audition_selected", report=report)

    def plugin(self, name: str) -> object | None:
        """Return the module or object that is loaded as plugin `name`, or None if none is."""
        return self._manager.get_plugin(name)

    def _collect(self, hook: str, kind: type[T], **arguments: object) -> tuple[Registered[T], ...]:
        return tuple(
            Registered(entry=entry, plugin=impl.plugin_name)
            for impl in self._impls(hook)
            for entry in self._entries(impl, hook, kind, arguments)
        )

    def _tell(self, hook: str, **arguments: object) -> None:
        for impl in self._impls(hook):
            try:
                self._call(impl, hook, arguments)
            except Exception as error:  # noqa: BLE001 - a plugin may raise anything
                message = f"plugin {impl.plugin_name!r}: {hook} raised {describe(error)}"
                warnings.warn(message, PluginWarning, stacklevel=3)

    def _impls(self, hook: str) -> list[HookImpl]:
        return sorted(getattr(self._manager.hook, hook).get_hookimpls(), key=lambda impl: impl.plugin_name)

    def _entries(self, impl: HookImpl, hook: str, kind: type[T], arguments: Mapping[str, object]) -> list[T]:
        owner = f"plugin {impl.plugin_name!r}: {hook}"
        expected = f"{owner} must return an iterable of {kind.__name__}"
        try:
            returned = self._call(impl, hook, arguments)
        except Exception as error:  # a plugin may raise anything
            raise PluginError(f"{owner} raised {describe(error)}") from error
        if not isinstance(returned, Iterable) or isinstance(returned, str | bytes | Mapping):
            raise PluginError(f"{expected}, got {returned!r}")
        entries = list(returned)
        for entry in entries:
            if not isinstance(entry, kind):
                raise PluginError(f"{expected}, got one with {entry!r}")
        return entries

    def _call(self, impl: HookImpl, hook: str, arguments: Mapping[str, object]) -> object:
        """Call one implementation; calling the hook itself would not say which plugin returned what."""
        end = "raised"
        try:
            with to_stderr():
                returned = impl.function(*(arguments[name] for name in impl.argnames))
                if isinstance(returned, Iterator):
                    returned = tuple(returned)  # a generator raises only here
            end = f"returned {returned!r:.200}"
        finally:
            if self._trace:
                shown = ", ".join(f"{name}={argument!r}" for name, argument in arguments.items())
                print(f"trace: {impl.plugin_name}: {hook}({shown}) {end}", file=self._trace)
        return returned
