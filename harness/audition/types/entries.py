"""What plugins offer: a name, and what makes the thing itself."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from audition.types.models import ModelSpec
from audition.types.protocols import Executor, Logger, ModelAdapter, Selector, TaskLoader
from audition.types.tasks import TaskOptions, TaskSpec

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Registered(Generic[T]):
    """An entry, and the plugin that offers it."""

    entry: T
    plugin: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AdapterEntry:
    """An adapter on offer: which `model_type`s of a configuration it claims, and how to load one."""

    name: str
    model_types: tuple[str, ...]  #: empty: claims whatever no other adapter claims (`auto`)
    load: Callable[[ModelSpec, str], ModelAdapter]  #: (spec, local folder of the checkpoint); heavy imports go inside


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskEntry:
    """A task on offer, or a way to open whatever has this scheme (`hf`) or file suffix (`.jsonl`)."""

    name: str
    open: Callable[[str, TaskOptions], TaskLoader]  #: (name or address, options); heavy imports go inside
    spec: TaskSpec | None = None  #: None for a scheme or suffixes
    scheme: str | None = None  #: opens addresses `scheme:…`
    suffixes: tuple[str, ...] = ()  #: opens paths that end so; "/" claims folders
    #: rows as they lie there, by split, a malformed one as its message; None: they cannot be seen before it is opened
    peek: Callable[[str, TaskOptions], Mapping[str, Iterable[Mapping[str, object] | str]]] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SelectorEntry:
    """A selector on offer. `make(**options)` raises TypeError or UsageError on options it does not know."""

    name: str
    make: Callable[..., Selector]
    summary: str  #: one line for the listing
    citation: str = ""
    aliases: tuple[str, ...] = ()  #: other spellings, compared whatever the case


@dataclass(frozen=True, slots=True, kw_only=True)
class PluginFile:
    """A plugin that is one file, as this process loaded it."""

    path: str  #: absolute
    sha256: str  #: of its bytes, 64 hexadecimal digits


@dataclass(frozen=True, slots=True, kw_only=True)
class ExecutorEntry:
    """An executor on offer. `make(slots=…, log_dir=…, timeout=…)` starts nothing until the first request.

    Where a user chose several GPUs, `devices=("cuda:0", "cuda:1")` is passed too; where adapters or tasks come from
    files (`--plugin`), `plugins=(PluginFile(…),)`: a worker must load the same.
    """

    name: str
    make: Callable[..., Executor]
    summary: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ObjectiveEntry:
    """What generated text may be judged by, by the name that `--objective` has for it."""

    name: str
    score: Callable[[Sequence[str], Sequence[str]], float]  #: of (generated, wanted): 0 to 100, higher is better
    summary: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LoggerEntry:
    """A tracker of experiments on offer, by the name that `--log-to` has for it."""

    name: str
    make: Callable[[], Logger]  #: imports its library, or raises UsageError that says how to install it
    summary: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReproductionEntry:
    """A paper's results on offer: computed anew from recorded curves, beside the published ones."""

    name: str  #: of its page, too: `<name>.md`
    make: Callable[[Any], Mapping[str, str]]  #: from the `Catalog`, text files by name; heavy imports go inside
    summary: str
