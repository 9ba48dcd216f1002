"""What a word of a command may hold, told from the annotation of the function that takes it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from os import PathLike
from types import NoneType
from typing import Any, Literal, get_args, get_origin


@dataclass(frozen=True, slots=True)
class Kinds:
    """The kinds of values that are understood."""

    scalars: frozenset[type]  #: of str, int, float, bool
    choices: tuple[str, ...] = ()  #: texts; not empty: no others
    is_list: bool = False  #: whether it may be several
    is_table: bool = False  #: whether it may be names with values

    @property
    def expected(self) -> str:
        """Return what it must be, for people."""
        if self.choices:
            return f"{', '.join(map(repr, self.choices[:-1]))} or {self.choices[-1]!r}"
        names = {str: "text", bool: "true or false", int: "a whole number", float: "a number"}
        kinds = [name for kind, name in names.items() if kind in self.scalars and not self._is_implied(kind)]
        kinds += ["a list of these" if len(kinds) > 1 else "a list of texts"] if self.is_list else []
        kinds += ["a table"] if self.is_table else []
        return ", ".join(kinds[:-1]) + (" or " if len(kinds) > 1 else "") + kinds[-1]

    def read(self, value: object) -> str | int | float | bool | list[str] | None:
        """Return `value` as the command line would have it; None: it is none of these kinds."""
        if self.is_table and isinstance(value, Mapping):
            is_plain = all(isinstance(each, str | int | float) for each in value.values())
            return [f"{name}={_text(each)}" for name, each in value.items()] if is_plain else None
        if self.is_list:
            members = value if isinstance(value, list) else [value]
            return [_text(each) for each in members] if all(map(self._holds, members)) else None
        if not self._holds(value) or not isinstance(value, str | int | float):
            return None
        return _text(value) if str in self.scalars else value

    def _holds(self, value: object) -> bool:
        if self.choices:
            return value in self.choices
        if isinstance(value, bool):
            return bool in self.scalars
        return type(value) in self.scalars or (type(value) is int and float in self.scalars)

    def _is_implied(self, kind: type) -> bool:
        return kind is int and float in self.scalars


def kinds_of(annotation: Any) -> Kinds:  # noqa: ANN401 - an annotation may be anything
    """Return what a value of this annotation may be in a file.

    >>> kinds_of(int | str | None).expected
    'text or a whole number'
    """
    origin, inner = get_origin(annotation), get_args(annotation)
    if origin is Literal:
        return Kinds(frozenset({str}), tuple(map(str, inner)))
    if isinstance(origin, type) and issubclass(origin, Mapping):
        return Kinds(frozenset(), is_table=True)
    if annotation is Fraction or annotation is PathLike or origin is PathLike:
        return Kinds(frozenset({str}))
    if annotation in (str, int, float, bool):
        return Kinds(frozenset({annotation}))
    found = [kinds_of(each) for each in inner if each is not NoneType]
    return Kinds(
        frozenset().union(*(each.scalars for each in found)),
        tuple(choice for each in found for choice in each.choices),
        is_list=(isinstance(origin, type) and issubclass(origin, Sequence)) or any(each.is_list for each in found),
        is_table=any(each.is_table for each in found),
    )


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
