"""Load plugins: first-party ones first, each checked by itself, so that a broken one is named and harms no other."""

from __future__ import annotations

import os
import sys
import warnings
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal, TextIO

import pluggy

from audition import hookspecs
from audition.errors import PluginError, PluginWarning, describe, did_you_mean
from audition.plugins.calling import Hooks
from audition.plugins.discovery import FoundPlugin, find_plugins
from audition.plugins.files import files_of_environment, read_plugins
from audition.plugins.registering import register
from audition.plugins.source_hash import source_hash
from audition.types import PluginFile

PROJECT = "audition"
WORKERS_NEED = frozenset({"audition_adapters", "audition_tasks", "audition_objectives"})
DISABLE, STRICT, TRACE = "AUDITION_DISABLE_PLUGINS", "AUDITION_STRICT_PLUGINS", "AUDITION_TRACE"


@dataclass(frozen=True, slots=True, kw_only=True)
class PluginRecord:
    """What became of one plugin."""

    name: str
    distribution: str  #: "local" for a file, and for one that was handed to `load_plugins`
    version: str  #: of the distribution; empty for a local one
    value: str  #: module, as the entry point names it
    status: Literal["loaded", "blocked", "failed"]
    hooks: tuple[str, ...] = ()  #: names of the hooks it implements
    error: str | None = None  #: why it failed, in one line
    path: str | None = None  #: absolute, of one that is a file
    sha256: str | None = None  #: of that file, or `source_hash` of a module; None: not loaded, or no source
    specification: int = hookspecs.VERSION  #: version of the hooks that it was checked against

    def __str__(self) -> str:
        return f"plugin {self.name!r} of {self.distribution} {self.version}".rstrip()

    @property
    def definition(self) -> str:
        """Return name, version and the first digits of the hash: two that differ may give different numbers."""
        digest = f"sha256:{self.sha256[:12]}" if self.sha256 else ""
        return " ".join(part for part in (self.name, self.version, digest) if part)

    @property
    def is_needed_by_workers(self) -> bool:
        """Return whether it offers what a measurement is made of."""
        return not WORKERS_NEED.isdisjoint(self.hooks)


@dataclass(frozen=True, slots=True, kw_only=True)
class Plugins:
    """The plugins of one run, and their hooks."""

    records: tuple[PluginRecord, ...]
    hooks: Hooks

    @property
    def failures(self) -> tuple[PluginRecord, ...]:
        """Return the plugins that did not load, for a report's provenance."""
        return tuple(record for record in self.records if record.status == "failed")

    @property
    def executor_options(self) -> dict[str, Any]:
        """Return how an executor is told which files its workers must load; nothing where there are none."""
        files = tuple(
            PluginFile(path=record.path, sha256=record.sha256)
            for record in self.records
            if record.path and record.sha256 and record.is_needed_by_workers
        )
        return {"plugins": files} if files else {}


def load_plugins(
    *,
    disabled: Iterable[str] | None = None,
    strict: bool | None = None,
    trace: bool | None = None,
    extra: Mapping[str, object] | None = None,
    files: Iterable[str | PluginFile] | None = None,
    path: Sequence[str] | None = None,
    stderr: TextIO | None = None,
) -> Plugins:
    """Load every plugin into a fresh value; nothing is remembered between calls.

    Args:
        disabled: names that must not even be imported; default `AUDITION_DISABLE_PLUGINS`, comma-separated.
        strict: whether a third-party plugin that fails is an error, not a warning; default `AUDITION_STRICT_PLUGINS`.
        trace: whether hook calls are written to `stderr`; default `AUDITION_TRACE`.
        extra: further plugins by name: modules, or objects with hook methods. They must load.
        files: plugins that are one file, by path; default `AUDITION_PLUGINS`, comma-separated. They must load, and a
            `PluginFile` must hold what it did.
        path: folders to look for distributions in; default `sys.path`.
        stderr: where the trace goes; default `sys.stderr`.

    Raises:
        PluginError: a first-party plugin, an extra one or a file fails, or any does when `strict`.
        UsageError: a file cannot be read, or has changed.
    """
    blocked = _disabled_names() if disabled is None else frozenset(disabled)
    manager = pluggy.PluginManager(PROJECT)
    manager.add_hookspecs(hookspecs)
    named = read_plugins(files_of_environment() if files is None else files)
    offers = (
        *find_plugins(path),
        *(FoundPlugin.local(name, plugin) for name, plugin in (extra or {}).items()),
        *(FoundPlugin.of_file(file, source) for file, source in named),
    )
    first = {offered.name: offered for offered in reversed(offers)}
    records = tuple(_load(manager, offered, first[offered.name], blocked) for offered in offers)
    _warn_of_unknown(blocked, {offered.name for offered in offers})
    is_traced = _is_set(TRACE) if trace is None else trace
    plugins = Plugins(records=records, hooks=Hooks(manager, trace=(stderr or sys.stderr) if is_traced else None))
    _report_failures(plugins.failures, strict=_is_set(STRICT) if strict is None else strict)
    return plugins


def _load(
    manager: pluggy.PluginManager, offered: FoundPlugin, first: FoundPlugin, blocked: frozenset[str]
) -> PluginRecord:
    record = PluginRecord(
        name=offered.name,
        distribution=offered.distribution,
        version=offered.version,
        value=offered.value,
        status="blocked",
        path=offered.file.path if offered.file else None,
        sha256=offered.file.sha256 if offered.file else None,
    )
    if offered.name in blocked:
        return record
    try:
        if offered.error:
            raise PluginError(offered.error)
        if offered is not first:
            owner = first.file.path if first.file else first.distribution
            raise PluginError(f"{owner} has a plugin of this name already")
        plugin = offered.load()
        hooks = register(manager, plugin, offered.name)
        if offered.file and not hooks:
            raise PluginError(f"it implements no hook; known: {', '.join(sorted(hookspecs.HOOKS))}")
    except (Exception, SystemExit) as error:  # a plugin may raise anything, and some call sys.exit on import
        reason = str(error) if isinstance(error, PluginError) else describe(error)
        failed = replace(record, status="failed", error=reason)
        if offered.must_load:
            raise PluginError(f"{failed} must load: {reason}") from error
        return failed
    return replace(record, status="loaded", hooks=hooks, sha256=record.sha256 or source_hash(plugin))


def _warn_of_unknown(blocked: frozenset[str], names: Collection[str]) -> None:
    for name in sorted(blocked.difference(names)):
        warnings.warn(f"no plugin {name!r} to disable{did_you_mean(name, names)}", PluginWarning, stacklevel=3)


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
