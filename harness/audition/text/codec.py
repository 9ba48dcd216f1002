"""Values to JSON and back: what `--json` prints, what a worker is sent, what the ledger stores."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping
from dataclasses import MISSING, fields, is_dataclass
from fractions import Fraction
from functools import cache
from numbers import Integral, Real
from pathlib import Path, PurePath
from types import NoneType, UnionType
from typing import TYPE_CHECKING, Any, Literal, TypeGuard, TypeVar, Union, get_args, get_origin, get_type_hints

from audition.errors import UsageError

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

T = TypeVar("T")


def to_json(value: object) -> Any:  # noqa: ANN401 - JSON is any of six types, nested
    """Return `value` as what `json` writes: dicts with string keys, lists, strings, numbers, booleans, None.

    A `Fraction` becomes "1/16" and a path a string; an undefined number (NaN, ±inf) becomes None. Callables in a
    field or under a key are left out: an entry is shown without its factory.

    Raises:
        TypeError: a value of any other type.
    """
    if value is None or isinstance(value, bool | str):
        return value
    if isinstance(value, Fraction | PurePath):
        return str(value)
    if isinstance(value, Integral):
        return int(value)
    if isinstance(value, Real):
        return float(value) if math.isfinite(value) else None
    if _is_instance(value):
        return _object_to_json({field.name: getattr(value, field.name) for field in fields(value)})
    if isinstance(value, Mapping):
        return _object_to_json(value)
    if isinstance(value, list | tuple):
        return [to_json(item) for item in value]
    raise TypeError(f"no JSON for a {type(value).__name__}: {value!r}")


def _object_to_json(items: Mapping[Any, object]) -> dict[str, Any]:
    return {str(key): to_json(item) for key, item in items.items() if _is_instance(item) or not callable(item)}


def _is_instance(value: object) -> TypeGuard[DataclassInstance]:
    return is_dataclass(value) and not isinstance(value, type)  # a dataclass itself may be a factory


def dumps(value: object, *, indent: int | None = None, sort_keys: bool = False) -> str:
    """Return `value` as JSON text, one line unless `indent` is given; never writes NaN."""
    return json.dumps(to_json(value), ensure_ascii=False, allow_nan=False, indent=indent, sort_keys=sort_keys)


def from_json(cls: type[T], data: object) -> T:
    """Return the `cls` that `to_json` made `data` from; `cls` is a dataclass, or a type its fields may have.

    Nested dataclasses, tuples, unions and literals are rebuilt from the annotations, so these must be importable where
    the class is defined: not under `if TYPE_CHECKING`. Fields may be absent where they have a default.

    Raises:
        UsageError: a field is unknown, missing, or of another type; the message names it by its path.
    """
    return _decode(cls, data, cls.__name__)  # type: ignore[no-any-return]  # built by annotation


def _decode(hint: Any, data: Any, place: str) -> Any:  # noqa: ANN401 - a type annotation can be any object
    origin = get_origin(hint)
    if hint is Any:
        return data
    if origin in (Union, UnionType):
        return _decode_union(get_args(hint), data, place)
    if isinstance(hint, type) and is_dataclass(hint):
        return _decode_dataclass(hint, data, place)
    if isinstance(hint, type) and issubclass(hint, tuple) and hasattr(hint, "_fields"):
        return hint(*_decode_row(tuple(_hints(hint).values()), data, place))
    decode = _GENERIC.get(origin) or _SCALAR.get(hint)
    if decode is None:
        raise TypeError(f"{place}: no rule for reading {hint!r} from JSON")
    return decode(get_args(hint), data, place)


@cache
def _hints(cls: type) -> dict[str, Any]:
    return get_type_hints(cls)


def _decode_dataclass(cls: type, data: Any, place: str) -> Any:  # noqa: ANN401
    if not isinstance(data, Mapping):
        raise _wrong(place, "an object", data)
    known = {field.name: field for field in fields(cls) if field.init}
    if unknown := sorted(set(data) - set(known)):
        raise UsageError(f"{place}: unknown field{_plural(unknown)}; known: {', '.join(known)}")
    required = {name for name, field in known.items() if field.default is MISSING and field.default_factory is MISSING}
    if missing := sorted(required - set(data)):
        raise UsageError(f"{place}: missing field{_plural(missing)}")
    hints = _hints(cls)
    return cls(**{name: _decode(hints[name], item, f"{place}.{name}") for name, item in data.items()})


def _decode_union(choices: tuple[Any, ...], data: Any, place: str) -> Any:  # noqa: ANN401
    if data is None and NoneType in choices:
        return None
    choices = tuple(choice for choice in choices if choice is not NoneType)
    if len(choices) == 1:
        return _decode(choices[0], data, place)  # keeps the message that says what is wrong inside
    for choice in choices:
        try:
            return _decode(choice, data, place)
        except UsageError:
            continue
    raise _wrong(place, " or ".join(getattr(choice, "__name__", str(choice)) for choice in choices), data)


def _decode_literal(choices: tuple[Any, ...], data: Any, place: str) -> Any:  # noqa: ANN401
    if any(data == choice and type(data) is type(choice) for choice in choices):
        return data
    raise _wrong(place, " or ".join(repr(choice) for choice in choices), data)


def _decode_tuple(hints: tuple[Any, ...], data: Any, place: str) -> tuple[Any, ...]:  # noqa: ANN401
    if hints[-1:] == (Ellipsis,):
        return tuple(_decode_list(hints, data, place))
    return _decode_row(hints, data, place)


def _decode_row(hints: tuple[Any, ...], data: Any, place: str) -> tuple[Any, ...]:  # noqa: ANN401
    if not isinstance(data, list | tuple) or len(data) != len(hints):
        raise _wrong(place, f"a list of {len(hints)}", data)
    return tuple(_decode(hint, item, f"{place}[{i}]") for i, (hint, item) in enumerate(zip(hints, data, strict=True)))


def _decode_list(hints: tuple[Any, ...], data: Any, place: str) -> list[Any]:  # noqa: ANN401
    if not isinstance(data, list | tuple):
        raise _wrong(place, "a list", data)
    return [_decode(hints[0], item, f"{place}[{i}]") for i, item in enumerate(data)]


def _decode_mapping(hints: tuple[Any, ...], data: Any, place: str) -> dict[Any, Any]:  # noqa: ANN401
    if not isinstance(data, Mapping):
        raise _wrong(place, "an object", data)
    return {_decode(hints[0], key, place): _decode(hints[1], item, f"{place}.{key}") for key, item in data.items()}


def _decode_fraction(_hints: tuple[Any, ...], data: Any, place: str) -> Fraction:  # noqa: ANN401
    try:
        return Fraction(data if isinstance(data, str | int) else "")
    except (ValueError, ZeroDivisionError):
        raise _wrong(place, "a fraction such as '1/16'", data) from None


def _scalar(expected: str, accepted: tuple[type, ...], make: Callable[[Any], Any]) -> Callable[..., Any]:
    def decode(_hints: tuple[Any, ...], data: Any, place: str) -> Any:  # noqa: ANN401
        # type() rather than isinstance: True is an int to Python, but not to JSON
        if type(data) not in accepted:
            raise _wrong(place, expected, data)
        return make(data)

    return decode


def _wrong(place: str, expected: str, got: object) -> UsageError:
    return UsageError(f"{place}: expected {expected}, got {got!r}")


def _plural(names: list[str]) -> str:
    return ("s " if len(names) > 1 else " ") + ", ".join(repr(name) for name in names)


_GENERIC: Mapping[Any, Callable[..., Any]] = {
    Literal: _decode_literal,
    tuple: _decode_tuple,
    list: _decode_list,
    dict: _decode_mapping,
    Mapping: _decode_mapping,
}
_SCALAR: Mapping[Any, Callable[..., Any]] = {
    bool: _scalar("true or false", (bool,), bool),
    int: _scalar("an integer", (int,), int),
    float: _scalar("a number", (int, float), float),
    str: _scalar("a string", (str,), str),
    Path: _scalar("a path", (str,), Path),
    NoneType: _scalar("null", (NoneType,), lambda _: None),
    Fraction: _decode_fraction,
}
