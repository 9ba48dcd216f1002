"""Deprecate what plugins use, so that they are warned at the author's own line before it goes.

Whatever is removed from `docs/api.txt` was deprecated in the version of the hooks before. For hooks pluggy does it:
`@hookspec(warn_on_impl=deprecated("audition_scores", "audition_selectors", since=2))`, and `warn_on_impl_args` likewise
for one argument. This module does it for functions and for the fields of frozen values.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from functools import wraps
from typing import Any, ParamSpec, TypeVar

from audition.errors import PluginDeprecationWarning

P = ParamSpec("P")
T = TypeVar("T")
C = TypeVar("C", bound=type)


def deprecated(old: str, new: str, *, since: int) -> PluginDeprecationWarning:
    """Return the warning that `old` is deprecated since a version of the hooks, and what to use instead."""
    return PluginDeprecationWarning(f"{old} is deprecated since version {since} of the hooks: use {new}")


def deprecated_function(new: str, *, since: int) -> Callable[[Callable[P, T]], Callable[P, T]]:
    """Mark a public function that `new` replaces; every call warns at the line that calls."""

    def mark(function: Callable[P, T]) -> Callable[P, T]:
        warning = deprecated(function.__qualname__, new, since=since)

        @wraps(function)
        def call(*arguments: P.args, **options: P.kwargs) -> T:
            warnings.warn(warning, stacklevel=2)
            return function(*arguments, **options)

        return call

    return mark


def renamed_field(old: str, new: str, *, since: int) -> Callable[[C], C]:
    """Mark a dataclass whose field `new` was called `old`: both still make and read it, `old` with a warning."""

    def mark(cls: C) -> C:
        warning = deprecated(f"{cls.__name__}.{old}", new, since=since)
        make = vars(cls)["__init__"]

        @wraps(make)
        def init(self: object, *arguments: Any, **values: Any) -> None:  # noqa: ANN401 - the dataclass's own
            if old in values:
                if new in values:
                    raise TypeError(f"{cls.__name__} got both {new!r} and {old!r}, its former name")
                warnings.warn(warning, stacklevel=2)
                values[new] = values.pop(old)
            make(self, *arguments, **values)

        def read(self: object) -> object:
            warnings.warn(warning, stacklevel=2)
            return getattr(self, new)

        cls.__init__ = init  # type: ignore[misc]  # the class's own constructor, and what it takes besides
        setattr(cls, old, property(read, doc=f"Deprecated: the former name of `{new}`."))
        return cls

    return mark
