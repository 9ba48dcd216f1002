from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import pytest

from audition.errors import PluginError, UsageError
from audition.plugins.factories import make_selector
from audition.plugins.options import kind_of, parse_option
from audition.types import SelectorEntry

if TYPE_CHECKING:
    from decimal import Decimal

    from audition.protocols import Selector


@dataclass(frozen=True, kw_only=True)
class Toy:
    k: int = 3
    delta: float = 5.0
    fit: Literal["published", "optimum"] = "published"
    is_loud: bool = False


ENTRY = SelectorEntry(name="toy", make=Toy, summary="")  # type: ignore[arg-type]


def test_options_are_typed_by_the_signature() -> None:
    options = ["k=4", "delta=2", "fit=optimum", "is_loud=true"]
    made: object = make_selector(ENTRY, options)
    assert made == Toy(k=4, delta=2.0, fit="optimum", is_loud=True)


@pytest.mark.parametrize(
    ("option", "message"),
    [
        ("k", "an option must look like name=value, got 'k'"),
        ("kk=3", "selector 'toy' has no option 'kk'; known: delta, fit, is_loud, k"),
        ("k=three", "option 'k' of 'toy' must be a whole number, got 'three'"),
        ("delta=x", "option 'delta' of 'toy' must be a number, got 'x'"),
        ("fit=best", "option 'fit' of 'toy' must be published or optimum, got 'best'"),
        ("is_loud=maybe", "option 'is_loud' of 'toy' must be true or false, got 'maybe'"),
    ],
)
def test_a_bad_option_says_what_is_allowed(option: str, message: str) -> None:
    with pytest.raises(UsageError) as caught:
        make_selector(ENTRY, [option])
    assert str(caught.value) == message


@dataclass(frozen=True, kw_only=True)
class Prior:
    """Annotated in the project's own style: what type checkers alone need is imported for them alone."""

    k: int = 3
    prior: Path | None = None
    weight: Decimal | None = None


def make(k: int = 3) -> Selector:
    raise NotImplementedError(k)


@pytest.mark.parametrize("factory", [make, partial(make), Prior])
def test_types_that_no_option_needs_are_not_looked_at(factory: object) -> None:
    assert kind_of(factory, "k") is int  # type: ignore[arg-type]  # any of them can be called


def test_a_factory_annotated_for_type_checkers_alone_makes_its_selector() -> None:
    entry = SelectorEntry(name="prior", make=Prior, summary="")  # type: ignore[arg-type]  # it is a stand-in
    assert make_selector(entry, []) == Prior()  # type: ignore[comparison-overlap]  # it is a stand-in
    assert make_selector(entry, ["k=4", "prior=some/file"]) == Prior(k=4, prior=Path("some/file"))  # type: ignore[comparison-overlap]


def test_a_type_that_cannot_be_resolved_is_one_line_that_names_the_plugin() -> None:
    entry = SelectorEntry(name="prior", make=Prior, summary="")  # type: ignore[arg-type]  # it is a stand-in
    with pytest.raises(PluginError) as caught:
        make_selector(entry, ["weight=1"], plugin="mine")
    assert str(caught.value) == (
        "plugin 'mine', selector 'prior': option 'weight' is annotated 'Decimal | None', which cannot be resolved at "
        "run time: NameError: name 'Decimal' is not defined; import it outside of `if TYPE_CHECKING`"
    )


@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [
        ("none", int | None, None),
        ("7", int | None, 7),
        ("7.5", int | float, 7.5),
        ("seven", int | str, "seven"),
        ("7", str | int, 7),
        ("a/b", Path | None, Path("a/b")),
        ("2", Literal[1, 2], 2),
        ("x", str, "x"),
    ],
)
def test_a_text_becomes_the_value_that_its_type_says(text: str, kind: object, value: object) -> None:
    assert parse_option(text, kind, "option") == value
    assert type(parse_option(text, kind, "option")) is type(value)


def test_a_text_that_no_type_of_several_takes_says_what_the_last_one_wants() -> None:
    with pytest.raises(UsageError, match="option must be a number, got 'x'"):
        parse_option("x", int | float | None, "option")
