"""Signatures as their source has them: annotations without quotes, defaults that say nothing as "…"."""

from __future__ import annotations

import inspect
from typing import Any

PLAIN = (type(None), bool, int, float, str)


def show_signature(function: Any) -> str:  # noqa: ANN401 - anything that can be called
    """Return "(name: type = default) -> type"."""
    signature = inspect.signature(function)
    parameters = [
        parameter.replace(default=_shown(parameter.default, show_default), annotation=_shown(parameter.annotation))
        for parameter in signature.parameters.values()
    ]
    return str(signature.replace(parameters=parameters, return_annotation=_shown(signature.return_annotation)))


def show_default(value: object) -> str:
    """Return a default as its source would have it; "…" where that is no short literal."""
    is_plain = isinstance(value, PLAIN) or (isinstance(value, tuple) and all(isinstance(item, PLAIN) for item in value))
    return repr(value) if is_plain else "…"


def show_annotation(hint: object) -> str:
    """Return an annotation as it is written, for those that are kept as text and those that are not."""
    text = getattr(hint, "__forward_arg__", hint)  # in a NamedTuple
    return text if isinstance(text, str) else inspect.formatannotation(hint)


class _Shown:
    """Text that stands for a value in a signature."""

    def __init__(self, text: str) -> None:
        self._text = text

    def __repr__(self) -> str:
        return self._text


def _shown(value: object, show: Any = show_annotation) -> object:  # noqa: ANN401 - a function of this module
    return value if value is inspect.Parameter.empty else _Shown(show(value))
