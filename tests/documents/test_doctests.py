"""The examples in docstrings are run, and are what they say."""

from __future__ import annotations

import doctest
from importlib import import_module

import pytest

from worlds.paths import ROOT

ROOTS = [ROOT / "harness", ROOT / "plugins"]
MODULES = [
    ".".join(path.relative_to(root).with_suffix("").parts)
    for root in ROOTS
    for path in sorted(root.rglob("*.py"))
    if ">>> " in path.read_text(encoding="utf-8")
]


@pytest.mark.parametrize("name", MODULES)
def test_examples_are_what_they_say(name: str) -> None:
    result = doctest.testmod(import_module(name), optionflags=doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE)
    assert result.attempted
    assert not result.failed


def test_every_function_of_the_library_that_can_show_itself_does() -> None:
    assert {f"audition.library.{name}" for name in ("selecting", "benchmarking", "fitting", "memory_planning")} <= {
        *MODULES
    }
