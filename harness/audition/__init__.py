"""Find out which pre-trained language model to fine-tune, from small fine-tunings and scaling laws.

The commands are functions, too: `from audition import select, finetune, bench, fit, plan_memory, page`. Plugins mark
their hooks with `audition.hookimpl`, and may import what `docs/api.txt` lists; everything else is private. Whatever
takes time to import is imported when it is first asked for.
"""

from __future__ import annotations

import sys
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING, Any

import pluggy

if TYPE_CHECKING:
    from audition.library import bench, finetune, fit, page, plan_memory, select
    from audition.types import Report

    __version__: str

__all__ = ["Report", "__version__", "bench", "finetune", "fit", "hookimpl", "page", "plan_memory", "select"]

hookimpl = pluggy.HookimplMarker("audition")
_HOMES = {
    "Report": "audition.types",
    "finetune": "audition.library",
    "fit": "audition.library",
    "page": "audition.library",
    "plan_memory": "audition.library",
    "select": "audition.library",
}


def __getattr__(name: str) -> Any:  # noqa: ANN401 - a module's attribute may be anything
    if name == "__version__":
        from importlib.metadata import version

        return version("audition")
    if name == "bench":
        return import_module("audition.bench")
    if name in _HOMES:
        return getattr(import_module(_HOMES[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})


class _Package(ModuleType):
    """The package itself. Its part `bench` is a package that plugins import from, and a function like the others."""

    def __setattr__(self, name: str, value: object) -> None:
        if name == "bench" and isinstance(value, ModuleType):
            value.__class__ = _Bench
        super().__setattr__(name, value)


class _Bench(ModuleType):
    """The package `audition.bench`, which is called as `audition.library.bench` is."""

    def __call__(self, *args: Any, **words: Any) -> Any:  # noqa: ANN401 - as the function has them
        from audition.library import bench

        return bench(*args, **words)

    @property
    def __wrapped__(self) -> Any:  # noqa: ANN401 - the function whose signature and words `help` shows
        from audition.library import bench

        return bench


sys.modules[__name__].__class__ = _Package
