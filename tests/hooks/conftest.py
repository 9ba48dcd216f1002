from __future__ import annotations

from types import ModuleType
from typing import TYPE_CHECKING, Any

import pytest

from audition import hookimpl
from audition.plugins.loading import load_plugins

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from audition.plugins.calling import Hooks


def _plugin(name: str, hook: str, answer: Callable[..., Any]) -> object:
    """Return a plugin whose implementation of `hook` is `answer`."""
    module = ModuleType(name)
    setattr(module, hook, hookimpl(answer))
    return module


@pytest.fixture
def hooks_of(tmp_path: Path) -> Callable[..., Hooks]:
    """Return the hooks of plugins that implement one hook: `hooks_of("audition_models", first=…, second=…)`."""

    def load(hook: str, **answers: Callable[..., Any]) -> Hooks:
        nowhere: Sequence[str] = [str(tmp_path / "nowhere")]
        extra = {name: _plugin(name, hook, answer) for name, answer in answers.items()}
        return load_plugins(path=nowhere, extra=extra).hooks

    return load
