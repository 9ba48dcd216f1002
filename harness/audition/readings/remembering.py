"""What is kept of how a model reads a task, so that a selection whose losses are known need not tokenise again.

Everything that could change a reading is in the key: rows, checkpoint, recipe, libraries, and the code that encodes.
"""

from __future__ import annotations

import hashlib
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Protocol

from audition.checkpoints import resolve
from audition.text import codec

if TYPE_CHECKING:
    from collections.abc import Iterator
    from importlib.resources.abc import Traversable

    from audition.types import ModelSpec, Recipe

CODE = ("audition.encoding", "audition.readings")  #: packages whose source is part of the key
LIBRARIES = ("transformers", "tokenizers", "sentencepiece", "jinja2")


class Store(Protocol):
    """Keeps JSON by key."""

    def get_reading(self, key: str) -> dict[str, Any] | None:
        """Return what is kept, or None."""

    def put_reading(self, key: str, reading: dict[str, Any]) -> None:
        """Keep it in place of what was there."""


class Memory:
    """Facts about how each model reads one task under one recipe: by name, JSON."""

    def __init__(self, store: Store | None, task_fingerprint: str, recipe: Recipe) -> None:
        self._store = store  #: None: nothing is kept
        self._setting = {"rows": task_fingerprint, "recipe": codec.to_json(recipe)}
        self._known: dict[str, tuple[str, dict[str, Any]]] = {}

    def get(self, model: ModelSpec, fact: str) -> Any:  # noqa: ANN401 - JSON
        """Return a fact, or None where it is not known."""
        return None if self._store is None else self._of(model)[1].get(fact)

    def put(self, model: ModelSpec, fact: str, value: object) -> None:
        """Keep a fact."""
        if self._store is None:
            return
        key, facts = self._of(model)
        facts[fact] = codec.to_json(value)
        self._store.put_reading(key, facts)

    def _of(self, model: ModelSpec) -> tuple[str, dict[str, Any]]:
        if model.name not in self._known:
            key = _key({**self._setting, "model": codec.to_json(model), **_made_with(), **_checkpoint(model)})
            stored = None if self._store is None else self._store.get_reading(key)
            self._known[model.name] = key, stored or {}
        return self._known[model.name]


def _checkpoint(model: ModelSpec) -> dict[str, str]:
    return {"checkpoint": resolve(model, allow_download=False).fingerprint}


def _key(parts: dict[str, object]) -> str:
    return hashlib.sha256(codec.dumps(parts, sort_keys=True).encode()).hexdigest()


@cache
def _made_with() -> dict[str, object]:
    whole = hashlib.sha256()
    for package in CODE:
        for name, source in _sources(files(package)):
            whole.update(f"{name}\0".encode() + source)
    return {"code": whole.hexdigest(), "libraries": {name: _version(name) for name in LIBRARIES}}


def _sources(folder: Traversable) -> Iterator[tuple[str, bytes]]:
    for entry in sorted(folder.iterdir(), key=lambda each: each.name):
        if entry.is_dir() and entry.name != "__pycache__":
            yield from _sources(entry)
        elif entry.name.endswith(".py"):
            yield entry.name, entry.read_bytes()


def _version(distribution: str) -> str | None:
    try:
        return version(distribution)
    except PackageNotFoundError:
        return None
