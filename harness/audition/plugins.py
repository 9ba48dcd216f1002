"""Load plugins: first-party ones first, each checked by itself, so that a broken one is named and harms no other."""

from __future__ import annotations

import inspect
import os
import sys
import warnings
from dataclasses import dataclass, replace
from difflib import get_close_matches
from typing import TYPE_CHECKING, Literal

import pluggy

from audition import hookspecs
from audition.discovery import Offered, find_plugins
from audition.errors import PluginError, PluginWarning
from audition.hooks import Hooks, describe

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence
    from typing import TextIO

PROJECT = "audition"
DISABLE, STRICT, TRACE = "AUDITION_DISABLE_PLUGINS", "AUDITION_STRICT_PLUGINS", "AUDITION_TRACE"


@dataclass(frozen=True, slots=True, kw_only=True)
class PluginRecord:
    """What became of one plugin."""

    name: str
    distribution: str  #: "local" for one that was handed to `load_plugins`
    version: str
    value: str  #: module, as the entry point names it
    status: Literal["loaded", "blocked", "failed"]
    hooks: tuple[str, ...] = ()  #: names of the hooks it implements
    error: str | None = None  #: why it failed, in one line

    def __str__(self) -> str:
        return f"plugin {self.name!r} of {self.distribution} {self.version}".rstrip()


@dataclass(frozen=True, slots=True, kw_only=True)
class Plugins:
    """The plugins of one run, and their hooks."""

    records: tuple[PluginRecord, ...]
    hooks: Hooks

    @property
    def failures(self) -> tuple[PluginRecord, ...]:
        """Return the plugins that did not load, for a report's provenance."""
        return tuple(record for record in self.records if record.status == "failed")


def load_plugins(
    *,
    disabled: Iterable[str] | None = None,
    strict: bool | None = None,
    trace: bool | None = None,
    extra: Mapping[str, object] | None = None,
    path: Sequence[str] | None = None,
    stderr: TextIO | None = None,
) -> Plugins:
    """Load every plugin into a fresh value; nothing is remembered between calls.

    Args:
        disabled: names that must not even be imported; default `AUDITION_DISABLE_PLUGINS`, comma-separated.
        strict: whether a third-party plugin that fails is an error, not a warning; default `AUDITION_STRICT_PLUGINS`.
        trace: whether hook calls are written to `stderr`; default `AUDITION_TRACE`.
        extra: further plugins by name: modules, or objects with hook methods. They must load.
        path: folders to look for distributions in; default `sys.path`.
        stderr: where the trace goes; default `sys.stderr`.

    Raises:
        PluginError: a first-party or an extra plugin fails, or any does when `strict`.
    """
    blocked = _disabled_names() if disabled is None else frozenset(disabled)
    manager = pluggy.PluginManager(PROJECT)
    manager.add_hookspecs(hookspecs)
    offers = (*find_plugins(path), *(Offered.local(name, plugin) for name, plugin in (extra or {}).items()))
    first = {offered.name: offered for offered in reversed(offers)}
    records = tuple(_load(manager, offered, first[offered.name], blocked) for offered in offers)
    _warn_of_unknown(blocked, {offered.name for offered in offers})
    is_traced = _is_set(TRACE) if trace is None else trace
    plugins = Plugins(records=records, hooks=Hooks(manager, trace=(stderr or sys.stderr) if is_traced else None))
    _report_failures(plugins.failures, strict=_is_set(STRICT) if strict is None else strict)
    return plugins


def _load(manager: pluggy.PluginManager, offered: Offered, first: Offered, blocked: frozenset[str]) -> PluginRecord:
    record = PluginRecord(
        name=offered.name,
        distribution=offered.distribution,
        version=offered.version,
        value=offered.value,
        status="blocked",
    )
    if offered.name in blocked:
        return record
    try:
        if offered.error:
            raise PluginError(offered.error)
        if offered is not first:
            raise PluginError(f"{first.distribution} has a plugin of this name already")
        hooks = _register(manager, offered.load(), offered.name)
    except (Exception, SystemExit) as error:  # a plugin may raise anything, and some call sys.exit on import
        reason = str(error) if isinstance(error, PluginError) else describe(error)
        failed = replace(record, status="failed", error=reason)
        if offered.must_load:
            raise PluginError(f"{failed} must load: {reason}") from error
        return failed
    return replace(record, status="loaded", hooks=hooks)


def _register(manager: pluggy.PluginManager, plugin: object, name: str) -> tuple[str, ...]:
    """Return the hooks that `plugin` implements, registered; leave no trace of it when one of them is wrong."""
    if other := manager.get_name(plugin):
        raise PluginError(f"it is the same object as plugin {other!r}")
    try:
        manager.register(plugin, name)
        hooks = tuple(sorted(caller.name for caller in manager.get_hookcallers(plugin) or ()))
        _check_hooks(manager, plugin)
        manager.check_pending()  # after each plugin, so that it is this one's fault
    except Exception:  # whatever it is, it is raised again below
        # before pluggy 1.7 a plugin that fails to register stays behind, in part
        if manager.get_plugin(name) is plugin:
            manager.unregister(plugin, name)
        raise
    return hooks


def _check_hooks(manager: pluggy.PluginManager, plugin: object) -> None:
    known = [name for name in vars(hookspecs) if name.startswith("audition_")]
    for caller in manager.get_hookcallers(plugin) or ():
        for impl in caller.get_hookimpls():
            if impl.plugin is not plugin:
                continue
            if impl.hookwrapper or impl.wrapper:
                raise PluginError(f"{caller.name} must not be a wrapper: nothing may depend on the order of plugins")
            if not caller.has_spec() and not impl.optionalhook:
                raise PluginError(f"there is no hook {caller.name!r}{_did_you_mean(caller.name, known)}")
    for name in dir(plugin):
        is_meant = name.startswith("audition_") and inspect.isroutine(getattr(plugin, name, None))
        if is_meant and manager.parse_hookimpl_opts(plugin, name) is None:
            raise PluginError(f"{name} is not marked with @audition.hookimpl")


def _did_you_mean(name: str, known: Iterable[str]) -> str:
    near = get_close_matches(name, known, n=1)
    return f"; did you mean {near[0]!r}?" if near else f"; known: {', '.join(sorted(known))}"


def _warn_of_unknown(blocked: frozenset[str], names: Collection[str]) -> None:
    for name in sorted(blocked.difference(names)):
        warnings.warn(f"no plugin {name!r} to disable{_did_you_mean(name, names)}", PluginWarning, stacklevel=3)


def _report_failures(failures: Sequence[PluginRecord], *, strict: bool) -> None:
    messages = [f"{failure} failed to load: {failure.error}" for failure in failures]
    if strict and messages:
        raise PluginError("; ".join(messages))
    for message in messages:
        warnings.warn(message, PluginWarning, stacklevel=3)


def _disabled_names() -> frozenset[str]:
    return frozenset(name.strip() for name in os.environ.get(DISABLE, "").split(",") if name.strip())


def _is_set(variable: str) -> bool:
    return os.environ.get(variable, "").strip().lower() not in ("", "0", "false", "no")
