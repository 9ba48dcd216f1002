"""Options from text: `--option k=4` is given to a factory as `k=4`, of the type that its signature says."""

from __future__ import annotations

import inspect
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from types import NoneType, SimpleNamespace, UnionType
from typing import TYPE_CHECKING, Any, Literal, Union, get_args, get_origin, get_type_hints

from audition.errors import PluginError, UsageError, describe

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

_BOOLEANS = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}
_NONE = ("none", "null", "")


@dataclass(frozen=True, slots=True, kw_only=True)
class OptionOffer:
    """An option that a user may give as `name=value`."""

    name: str
    kind: str  #: its type, as its signature writes it; "": it says nothing
    default: str | None  #: None: it has to be given


def options_of(make: Callable[..., object], *, reserved: Collection[str] = ()) -> tuple[OptionOffer, ...]:
    """Return the options of a factory, in its order, without those that are `reserved` for the core."""
    return tuple(
        OptionOffer(
            name=name,
            kind="" if each.annotation is each.empty else inspect.formatannotation(each.annotation).strip("'\""),
            default=None if each.default is each.empty else str(each.default),
        )
        for name, each in inspect.signature(make).parameters.items()
        if name not in reserved and each.kind not in (each.VAR_KEYWORD, each.VAR_POSITIONAL)
    )


def kind_of(make: Callable[..., object], option: str) -> Any:  # noqa: ANN401 - a type hint may be any object
    """Return the type of one parameter of a factory; `str` where it says nothing. No other parameter is looked at.

    Raises:
        PluginError: its annotation names what does not exist at run time.
    """
    annotation = inspect.signature(make).parameters[option].annotation
    if annotation is inspect.Parameter.empty:
        return str
    try:
        return get_type_hints(SimpleNamespace(__annotations__={option: annotation}), _names_around(make, option))[
            option
        ]
    except Exception as error:  # an annotation is an expression, which may raise anything
        why = f"cannot be resolved at run time: {describe(error)}; import it outside of `if TYPE_CHECKING`"
        raise PluginError(f"option {option!r} is annotated {annotation!r}, which {why}") from error


def parse_option(text: str, kind: Any, owner: str) -> object:  # noqa: ANN401 - a type hint may be any object
    """Return `text` as a value of type `kind`; what is no number, truth, path or literal stays text.

    Raises:
        UsageError: it is no such value; the message says what would be.
    """
    if get_origin(kind) is Literal:
        return _literal(text, get_args(kind), owner)
    if get_origin(kind) in (Union, UnionType):
        return _one_of(text, get_args(kind), owner)
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
    return Path(text) if kind is Path else text


def _literal(text: str, allowed: tuple[object, ...], owner: str) -> object:
    by_text = {str(value): value for value in allowed}
    if text not in by_text:
        raise UsageError(f"{owner} must be {' or '.join(by_text)}, got {text!r}")
    return by_text[text]


def _one_of(text: str, kinds: tuple[Any, ...], owner: str) -> object:
    """Return `text` as the first of several types that takes it; "none" is None where that is one of them."""
    if NoneType in kinds and text.lower() in _NONE:
        return None
    rest = sorted((kind for kind in kinds if kind is not NoneType), key=lambda kind: kind is str)  # text takes all
    for kind in rest[:-1]:
        try:
            return parse_option(text, kind, owner)
        except UsageError:
            continue
    return parse_option(text, rest[-1], owner)


def _names_around(make: Callable[..., object], option: str) -> dict[str, Any]:
    """Return the names that the annotation of a parameter may use: those of the module that it is written in."""
    while isinstance(make, partial):
        make = make.func
    make = inspect.unwrap(make)
    if inspect.isclass(make):
        for cls in make.__mro__:  # the fields of a dataclass may be those of another module's
            if option in vars(cls).get("__annotations__", {}):
                return vars(inspect.getmodule(cls))
        return getattr(make.__init__, "__globals__", {})
    function = make if inspect.isroutine(make) else make.__call__  # type: ignore[operator]  # an object with __call__
    return getattr(function, "__globals__", {})
