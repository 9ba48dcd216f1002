"""Options of selectors from text: `--option k=4` becomes `make(k=4)`, typed by the factory's signature."""

from __future__ import annotations

import inspect
from dataclasses import is_dataclass
from typing import TYPE_CHECKING, Any, Literal, get_args, get_origin, get_type_hints

from audition.errors import UsageError
from audition.plugins.output import to_stderr

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from audition.types import SelectorEntry
    from audition.types.protocols import Selector

_BOOLEANS = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}


def make_selector(entry: SelectorEntry, options: Sequence[str]) -> Selector:
    """Return the selector that `entry` makes with options such as "k=4".

    Raises:
        UsageError: an option is unknown or malformed; the message says what is allowed.
    """
    parameters = inspect.signature(entry.make).parameters
    hints = _hints(entry.make)
    values = {}
    for option in options:
        name, equals, text = option.partition("=")
        if not equals:
            raise UsageError(f"an option must look like name=value, got {option!r}")
        if name not in parameters:
            known = ", ".join(sorted(parameters)) or "it takes none"
            raise UsageError(f"selector {entry.name!r} has no option {name!r}; known: {known}")
        values[name] = _parse(text, hints.get(name, str), f"option {name!r} of {entry.name!r}")
    with to_stderr():
        return entry.make(**values)


def _hints(make: Callable[..., object]) -> dict[str, Any]:
    """Return the types of a factory's parameters; the fields of a dataclass may be those of another module's."""
    if inspect.isclass(make) and not is_dataclass(make):
        return get_type_hints(make.__init__)
    return get_type_hints(make)


def _parse(text: str, kind: Any, owner: str) -> object:  # noqa: ANN401 - a type hint may be any object
    if get_origin(kind) is Literal:
        allowed = get_args(kind)
        if text not in allowed:
            raise UsageError(f"{owner} must be {' or '.join(allowed)}, got {text!r}")
        return text
    if kind is bool:
        if text.lower() not in _BOOLEANS:
            raise UsageError(f"{owner} must be true or false, got {text!r}")
        return _BOOLEANS[text.lower()]
    if kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            name = "a whole number" if kind is int else "a number"
            raise UsageError(f"{owner} must be {name}, got {text!r}") from None
    return text
