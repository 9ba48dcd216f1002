from __future__ import annotations

import inspect
import re
from pathlib import Path

import pytest

from audition import hookspecs
from audition.hooks import Hooks

SPECIFICATIONS = {name: spec for name, spec in vars(hookspecs).items() if name.startswith("audition_")}
every_hook = pytest.mark.parametrize("hook", sorted(SPECIFICATIONS))


@every_hook
def test_every_hook_is_documented(hook: str) -> None:
    assert inspect.getdoc(SPECIFICATIONS[hook])


@every_hook
def test_every_hook_has_a_method_with_its_arguments(hook: str) -> None:
    method = getattr(Hooks, hook.removeprefix("audition_"))
    _, *arguments = inspect.signature(method).parameters
    assert arguments == list(inspect.signature(SPECIFICATIONS[hook]).parameters)


@every_hook
def test_every_hook_has_a_test_named_after_it(hook: str) -> None:
    sources = [path.read_text(encoding="utf-8") for path in Path(__file__).parent.glob("test_*_hooks.py")]
    assert any(re.search(rf"def test_{hook}_", source) for source in sources)
