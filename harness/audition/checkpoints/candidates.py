"""Which models take part: listed names, patterns, hub ids and folders, as a user writes them."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, replace
from difflib import get_close_matches
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Protocol

from audition.checkpoints import HubError, complete, read_spec
from audition.errors import UsageError, unknown_name

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from audition.types import AdapterEntry, ModelSpec, Registered

_HUB_ID = re.compile(r"[\w.-]+/[\w.-]+")
_FAMILY = "family:"
_HINT = (
    "Name a listed model (`audition models`), a pattern such as gpt2* or family:opt, org/name of the hub, or ./folder"
)


class ModelRegistry(Protocol):
    """What is needed of the catalog."""

    @property
    def models(self) -> Mapping[str, Registered[ModelSpec]]:
        """Return the listed models by name."""

    def adapter_for(self, model_type: str) -> AdapterEntry:
        """Return the adapter that serves a configuration's `model_type`."""


def resolve_candidates(
    patterns: Sequence[str], exclude: Sequence[str], catalog: ModelRegistry
) -> tuple[ModelSpec, ...]:
    """Return the models that `patterns` name, without those that `exclude` names, in order, each once.

    Each string may be a comma-separated list of: a listed name; a pattern over listed names (`gpt2*`, `tiny/*`,
    whatever the case); `family:opt`; `org/name` of the hub; a folder, which starts with `./`, `../`, `/` or `~`. Listed
    names and hub ids take `@revision`. What is listed wins over the hub, and its checkpoint's hub id means it too.
    A size or shape that an entry leaves open is read from its checkpoint, where that is on this disk.

    Raises:
        UsageError: something names nothing, or nothing is left.
    """
    resolver = _Resolver({name: offer.entry for name, offer in catalog.models.items()}, catalog)
    chosen: dict[tuple[str, str | None], ModelSpec] = {}
    for spec in (spec for pattern in _split(patterns) for spec in resolver.find(pattern)):
        chosen.setdefault(_identity(spec), spec)
    for pattern in _split(exclude):
        matching = [spec for spec in [*chosen.values(), *resolver.listed.values()] if _is_meant(pattern, spec)]
        if not matching:
            raise unknown_name(
                "model to exclude", pattern, [*resolver.listed, *(spec.name for spec in chosen.values())]
            )
        for spec in matching:
            chosen.pop(_identity(spec), None)
    if not chosen:
        without = f" without {', '.join(exclude)!r}" if exclude else ""
        raise UsageError(f"no models left of {', '.join(patterns)!r}{without}")
    return tuple(map(complete, chosen.values()))


@dataclass(frozen=True, slots=True)
class _Resolver:
    """The listed models, and how to read those that are not listed."""

    listed: Mapping[str, ModelSpec]
    catalog: ModelRegistry

    def find(self, pattern: str) -> tuple[ModelSpec, ...]:
        """Return what one pattern names."""
        if pattern in self.listed:
            return (self.listed[pattern],)
        if _is_path(pattern):
            return (self._folder(pattern),)
        if _is_pattern(pattern):
            return self._matching(pattern)
        name, _, revision = pattern.partition("@")
        known = self.listed.get(name) or self._with_checkpoint(name)
        if known:
            return (replace(known, name=f"{known.name}@{revision}", revision=revision) if revision else known,)
        if _HUB_ID.fullmatch(name):
            return (self._on_hub(name, revision or None),)
        raise unknown_name("model", pattern, self.listed, hint=_HINT)

    def _matching(self, pattern: str) -> tuple[ModelSpec, ...]:
        found = tuple(spec for spec in self.listed.values() if _is_meant(pattern, spec))
        if found:
            return found
        if pattern.lower().startswith(_FAMILY):
            families = {spec.family for spec in self.listed.values()}
            raise unknown_name("model family", pattern[len(_FAMILY) :], families)
        raise unknown_name("model", pattern, self.listed, hint=_HINT)

    def _on_hub(self, model: str, revision: str | None) -> ModelSpec:
        try:
            return read_spec(model, revision, adapter_for=self._adapter_for)
        except HubError as error:
            near = get_close_matches(model, self.listed, n=1, cutoff=0.8)
            hint = f". Did you mean the listed {near[0]}?" if near else ""
            raise UsageError(f"{error}{hint}") from error

    def _folder(self, path: str) -> ModelSpec:
        folder = _absolute(path)
        known = self._with_checkpoint(folder)
        return known or read_spec(folder, adapter_for=self._adapter_for, name=_normalised(path))

    def _with_checkpoint(self, checkpoint: str) -> ModelSpec | None:
        wanted = checkpoint.lower()
        return next((spec for spec in self.listed.values() if spec.checkpoint.lower() == wanted), None)

    def _adapter_for(self, model_type: str) -> str:
        return self.catalog.adapter_for(model_type).name


def _split(patterns: Iterable[str]) -> Iterator[str]:
    for text in patterns:
        yield from (pattern for part in text.split(",") if (pattern := part.strip()))


def _identity(spec: ModelSpec) -> tuple[str, str | None]:
    """Tell folders apart by where they are, since one folder has many paths; everything else by name."""
    is_folder = os.path.isabs(spec.checkpoint) and _is_path(spec.name)  # noqa: PTH117 - a hub id is no path
    return (spec.checkpoint, None) if is_folder else (spec.name, spec.revision)


def _is_meant(pattern: str, spec: ModelSpec) -> bool:
    """Return whether `pattern` names `spec`, without looking anything up."""
    if _is_path(pattern):
        return spec.checkpoint == _absolute(pattern)
    wanted = pattern.lower()
    if wanted.startswith(_FAMILY):
        return fnmatchcase(spec.family.lower(), wanted[len(_FAMILY) :])
    return fnmatchcase(spec.name.lower(), wanted) or spec.checkpoint.lower() == wanted


def _is_path(text: str) -> bool:
    return text in (".", "..") or text.startswith(("./", "../", "/", "~"))


def _is_pattern(text: str) -> bool:
    return text.lower().startswith(_FAMILY) or any(sign in text for sign in "*?[")


def _absolute(path: str) -> str:
    return os.path.abspath(os.path.expanduser(path))  # noqa: PTH100, PTH111 - links stay as the user named them


def _normalised(path: str) -> str:
    """Return `path` without detours, still recognisable as one: `./a/` and `./b/../a` are `./a`."""
    clean = os.path.normpath(path)
    return clean if _is_path(clean) else f"./{clean}"
