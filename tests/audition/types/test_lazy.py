from __future__ import annotations

import fractions
import subprocess
import sys

import pytest

from audition.types.lazy import LazyModule


def test_it_gives_what_the_module_has() -> None:
    assert LazyModule("fractions").Fraction is fractions.Fraction


def test_a_module_is_imported_when_something_of_it_is_asked_for() -> None:
    code = (
        "import sys; from audition.types.lazy import LazyModule; lazy = LazyModule('wave');"
        "before = 'wave' in sys.modules; lazy.open; print(before, 'wave' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "False True\n"


def test_what_is_not_there_is_an_error_when_it_is_asked_for() -> None:
    missing = LazyModule("no_such_module_anywhere")
    with pytest.raises(ModuleNotFoundError):
        missing.anything  # noqa: B018 - asking is the point
