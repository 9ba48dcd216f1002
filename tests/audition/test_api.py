"""The public API is listed; what is on the list stays until it was deprecated."""

from __future__ import annotations

import inspect
import re
import typing
import warnings
from importlib import import_module
from typing import TYPE_CHECKING

import pytest

from audition.errors import PluginDeprecationWarning
from reference.api_list import MODULES, api_list, public_names
from worlds.paths import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

KEPT = ROOT / "docs" / "api.txt"
COMMAND = "`python scripts/write_docs.py`"


def test_nothing_goes_from_the_public_api_unannounced() -> None:
    kept, now = (set(text.splitlines()) for text in (KEPT.read_text(encoding="utf-8"), api_list()))
    gone = sorted(kept - now)
    assert not gone, (
        f"plugins may rely on this: deprecate it first (audition.types.deprecation); afterwards run {COMMAND}"
    )


def test_what_is_new_in_the_public_api_is_on_the_list() -> None:
    kept, now = (set(text.splitlines()) for text in (KEPT.read_text(encoding="utf-8"), api_list()))
    new = sorted(now - kept)
    assert not new, f"run {COMMAND}; give a new field or argument a default; raise audition.hookspecs.VERSION"


def test_every_public_module_is_on_the_list() -> None:
    listed = KEPT.read_text(encoding="utf-8")
    assert all(f"{module}." in listed for module in MODULES)
    assert "\naudition.types.ModelSpec.revision: str | None = None\n" in listed
    assert "\naudition.protocols.Selector.select(self, problem: SelectionProblem, rng: np.random.Generator)" in listed


@pytest.mark.parametrize("module", MODULES)
def test_every_annotation_of_the_public_api_resolves_at_run_time(module: str) -> None:
    for value in public_values(module):
        if inspect.isclass(value):
            for owner in (cls for cls in value.__mro__ if cls.__module__.startswith("audition")):
                typing.get_type_hints(owner)
                for function in functions_of(owner):
                    typing.get_type_hints(function)
        elif inspect.isfunction(value):
            typing.get_type_hints(value)


@pytest.mark.parametrize("folder", ["plugins", "examples", "harness/audition/plugins/templates", "docs"])
def test_what_first_party_plugins_templates_and_examples_import_is_promised(folder: str) -> None:
    promised = {(module, name) for module in MODULES for name in public_names(module)}
    promised |= {("audition", module.removeprefix("audition.")) for module in MODULES}
    used = {found for path in (ROOT / folder).rglob("*") for found in imports_of(path)}
    assert used, "there is something to check"
    assert used <= promised


def public_values(module: str) -> Iterator[object]:
    for name in public_names(module):
        with warnings.catch_warnings(action="ignore", category=PluginDeprecationWarning):
            yield getattr(import_module(module), name)


def functions_of(cls: type) -> Iterator[object]:
    for value in vars(cls).values():
        function = getattr(value, "__func__", getattr(value, "fget", getattr(value, "func", value)))
        if inspect.isfunction(function):
            yield function


def imports_of(path: Path) -> Iterator[tuple[str, str]]:
    """Yield module and name of what a module, a template or the code of a page imports from the core."""
    if path.suffix not in (".py", ".jinja", ".md"):
        return
    text = path.read_text(encoding="utf-8")
    pattern = r"^\s*from (audition(?:\.\w+)*) import (\([^)]*\)|[^\n]*)"
    for module, names in re.findall(pattern, text, flags=re.MULTILINE):
        for name in re.findall(r"(\w+)(?: as \w+)?", names.partition("#")[0]):
            yield module, name
