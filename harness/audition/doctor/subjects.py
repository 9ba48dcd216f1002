"""What a plugin offers, each as a subject of the conformance class of its kind."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

from audition.checkpoints import is_on_disk, read_spec, resolve
from audition.checkpoints.files import read_config
from audition.errors import PluginError, UsageError
from audition.plugins.loading import load_plugins
from audition.recipes.support import require_train_extra

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from pathlib import Path

    from audition.doctor.findings import Kind
    from audition.plugins.catalog import Catalog
    from audition.types import AdapterEntry, ModelSpec, Registered, TaskEntry

T = TypeVar("T")
MOST_PARAMS = 100_000_000  #: of a checkpoint that the checks of an adapter train in float32, several times


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """Something to check, with the values of the fixtures that its conformance class asks for."""

    kind: Kind
    name: str
    fixtures: Mapping[str, Any] = field(default_factory=dict)
    obstacle: str = ""  #: why it cannot be checked here; empty: it can


def subjects_of(catalog: Catalog, plugin: str, *, checkpoint: Path | None = None) -> tuple[Subject, ...]:
    """Return everything that the loaded plugin offers, itself first.

    Args:
        catalog: of all plugins; an adapter may be tried on a model of another one.
        plugin: its name.
        checkpoint: folder that its adapters are tried on; None: models that are on this disk.
    """
    return tuple(_subjects(catalog, plugin, checkpoint))


def _subjects(catalog: Catalog, plugin: str, checkpoint: Path | None) -> Iterator[Subject]:
    module = catalog.plugins.hooks.plugin(plugin)
    own = load_plugins(extra={plugin: module}, path=[], files=(), disabled=()).hooks
    yield Subject(kind="plugin", name=plugin, fixtures={"plugin": module})
    for selector in _entries(own.selectors):
        yield Subject(kind="selector", name=selector.name, fixtures={"entry": selector})
    for task in _entries(own.tasks):
        yield Subject(kind="task", name=task.name, fixtures={"entry": task}, obstacle=_obstacle_of(task))
    for name in catalog.tasks:
        if curves := _entries(partial(own.curves, name)):
            yield Subject(kind="curves", name=name, fixtures={"task": name, "curves": curves})
    for model in _entries(own.models):
        yield Subject(kind="model", name=model.name, fixtures={"spec": model, "adapter_names": catalog.adapters.keys()})
    for adapter in _entries(own.adapters):
        yield _adapter(catalog, plugin, adapter, checkpoint)
    for executor in _entries(own.executors):
        yield Subject(kind="executor", name=executor.name, fixtures={"entry": executor}, obstacle=_missing_extra())


def _entries(listing: Callable[[], tuple[Registered[T], ...]]) -> list[T]:
    """Return what a hook of the plugin offers; nothing where it is broken, which the checks of the plugin say."""
    try:
        return [offer.entry for offer in listing()]
    except PluginError:
        return []


def _obstacle_of(entry: TaskEntry) -> str:
    if entry.spec is not None:
        return ""
    opens = f"{entry.scheme}: addresses" if entry.scheme else f"paths ending in {', '.join(entry.suffixes)}"
    return f"it opens {opens}, and none is given here: hold one to TaskConformance in your own tests"


def _missing_extra() -> str:
    try:
        require_train_extra()
    except UsageError as error:
        return str(error)
    return ""


def _adapter(catalog: Catalog, plugin: str, entry: AdapterEntry, checkpoint: Path | None) -> Subject:
    """Return the adapter with a checkpoint: the given one, else the smallest of its models that is on this disk."""
    try:
        require_train_extra()
        spec = _given(entry, checkpoint) if checkpoint else _smallest(catalog, plugin, entry)
    except UsageError as error:
        return Subject(kind="adapter", name=entry.name, obstacle=str(error))
    fixtures = {"entry": entry, "spec": spec, "folder": spec.checkpoint}
    return Subject(kind="adapter", name=entry.name, fixtures=fixtures)


def _given(entry: AdapterEntry, checkpoint: Path) -> ModelSpec:
    model_type = read_config(checkpoint)["model_type"]
    if entry.model_types and model_type not in entry.model_types:
        raise UsageError(f"the checkpoint that was given is a {model_type!r}, which it does not claim")
    return read_spec(str(checkpoint.absolute()), adapter_for=lambda _: entry.name)


def _smallest(catalog: Catalog, plugin: str, entry: AdapterEntry) -> ModelSpec:
    offers = [offer for offer in catalog.models.values() if offer.entry.adapter == entry.name]
    own = [offer.entry for offer in offers if offer.plugin == plugin]
    others = [offer.entry for offer in offers if offer.plugin != plugin]
    here = _here(own) or _here(others)
    if not here:
        raise UsageError("no checkpoint on this disk: give a small one with --checkpoint FOLDER")
    spec = min(here, key=lambda model: model.n_params or MOST_PARAMS)
    if (spec.n_params or 0) > MOST_PARAMS:
        most = f"{MOST_PARAMS // 10**6} M parameters"
        raise UsageError(
            f"the checkpoints on this disk have more than {most}: give a small one with --checkpoint FOLDER"
        )
    return replace(spec, checkpoint=str(resolve(spec, allow_download=False).folder))


def _here(models: Iterable[ModelSpec]) -> list[ModelSpec]:
    return [model for model in models if is_on_disk(model)]
