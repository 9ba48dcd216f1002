from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import pytest

from audition.errors import UsageError
from audition.plugins.options import make_selector
from audition.types import SelectorEntry


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
