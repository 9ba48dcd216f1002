"""Modules that annotations name and few programs need: imported when something of them is first asked for."""

from __future__ import annotations

from importlib import import_module


class LazyModule:
    """Stands for the module called `name`, for `typing.get_type_hints` to find it."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __getattr__(self, attribute: str) -> object:
        return getattr(import_module(self._name), attribute)
