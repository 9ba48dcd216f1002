"""What every plugin must do, whatever it offers. Inherit from `PluginConformance` and give it the module.

class TestMyPlugin(PluginConformance):
    @pytest.fixture
    def plugin(self):
        return my_plugin
"""
# ruff: noqa: D102 - the names of tests are their documentation

from __future__ import annotations

import pickle
import subprocess
import sys
from collections.abc import Sequence
from functools import cache
from types import ModuleType
from typing import Any

import pytest

from audition.errors import PluginError
from audition.plugins.calling import Hooks
from audition.plugins.catalog import Catalog
from audition.plugins.loading import Plugins, load_plugins
from audition.testing.promises import promise, require
from audition.types import Registered

HEAVY = (
    "torch",
    "transformers",
    "datasets",
    "evaluate",
    "accelerate",
    "peft",
    "bitsandbytes",
    "tensorflow",
    "jax",
    "ray",
)
LISTINGS = ("adapters", "models", "tasks", "selectors", "executors", "objectives", "loggers", "reproductions")
_UNKNOWN_TASK = "a task that nobody has"
_LIST = f"""
import pickle, sys
paths, name, file = pickle.load(sys.stdin.buffer)
sys.path[:] = paths
from importlib import import_module, util
from audition.codec import to_json
from audition.plugins import load_plugins
before = set(sys.modules)
try:
    module = import_module(name)
except ModuleNotFoundError:
    spec = util.spec_from_file_location(name, file)
    module = sys.modules[name] = util.module_from_spec(spec)
    spec.loader.exec_module(module)
hooks = load_plugins(extra={{"under test": module}}, path=[], files=()).hooks
hooks.curves({_UNKNOWN_TASK!r})
others = []
for listing in {LISTINGS}:
    first, second = ([to_json(offer.entry) for offer in getattr(hooks, listing)()] for _ in range(2))
    if first != second:
        others.append(listing)
print("loaded:", *sorted(set({HEAVY}) & (set(sys.modules) - before)))
print("others:", *others)
"""


class PluginConformance:
    """Tests that any plugin passes: its hooks, not what their entries do."""

    @pytest.fixture
    def plugin(self) -> ModuleType:
        """Return the module under test."""
        raise NotImplementedError("give the plugin under test: a fixture 'plugin' that returns its module")

    @promise(
        "a plugin loads, and its hooks are hooks of audition",
        keep="mark each with @audition.hookimpl, spell it as docs/hooks.md does, and take only arguments listed there",
    )
    def test_it_loads(self, plugin: ModuleType) -> None:
        (record,) = _alone(plugin).records
        require(bool(record.hooks), "it implements none")

    @promise(
        "a hook returns the entries that its specification names",
        keep="return an iterable of the frozen entries of audition.types, nothing else",
    )
    @pytest.mark.parametrize("listing", LISTINGS)
    def test_hooks_return_entries(self, plugin: ModuleType, listing: str) -> None:
        getattr(_hooks(plugin), listing)()

    @promise(
        "a hook may be called twice, and says the same again",
        keep="make new entries in every call, or return a tuple; a kept generator is empty the second time",
    )
    def test_hooks_say_the_same_twice(self, plugin: ModuleType) -> None:
        _, others = _listed_afresh(plugin)
        require(not others, f"{', '.join(f'audition_{listing}' for listing in others)} said something else")

    @promise(
        "no name is offered twice",
        keep="give every entry a name of its own; a prefix such as 'mine/' keeps clear of other plugins",
    )
    @pytest.mark.parametrize("listing", LISTINGS)
    def test_no_name_is_offered_twice(self, plugin: ModuleType, listing: str) -> None:
        _offers(plugin, listing)
        getattr(Catalog(_alone(plugin)), listing)

    @promise(
        "a plugin has no curves of a task that it does not know",
        keep="return nothing from audition_curves for a task that is not yours",
    )
    def test_an_unknown_task_has_no_curves(self, plugin: ModuleType) -> None:
        offers = _hooks(plugin).curves(_UNKNOWN_TASK)
        require(not offers, f"asked for the curves of {_UNKNOWN_TASK!r} it returned {len(offers)}")

    @promise(
        "loading and listing a plugin imports nothing heavy",
        keep="import torch and its like inside the function that needs them: `audition --help` loads every plugin",
    )
    def test_listing_imports_nothing_heavy(self, plugin: ModuleType) -> None:
        loaded, _ = _listed_afresh(plugin)
        require(not loaded, f"it imported {', '.join(loaded)}")


def _listed_afresh(plugin: ModuleType) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return what a fresh process imports to list the plugin, and which hooks say something else the second time."""
    for listing in LISTINGS:
        _offers(plugin, listing)  # or nothing is to be learned
    return _in_a_fresh_process(tuple(sys.path), plugin.__name__, getattr(plugin, "__file__", None))


@cache  # two checks ask
def _in_a_fresh_process(path: tuple[str, ...], name: str, file: str | None) -> tuple[tuple[str, ...], tuple[str, ...]]:
    where = pickle.dumps((path, name, file))
    done = subprocess.run([sys.executable, "-c", _LIST], input=where, capture_output=True, check=False)  # noqa: S603 - our own code
    last_words = done.stderr.decode(errors="replace").strip().rpartition("\n")[2]
    require(done.returncode == 0, f"another process could not load it: {last_words}")
    loaded, _, others = done.stdout.decode().partition("loaded:")[2].partition("others:")
    return tuple(loaded.split()), tuple(others.split())


def _alone(plugin: object) -> Plugins:
    return load_plugins(extra={"under test": plugin}, path=[], files=(), disabled=())


def _hooks(plugin: object) -> Hooks:
    try:
        return _alone(plugin).hooks
    except PluginError:
        pytest.skip("it does not load")


def _offers(plugin: object, listing: str) -> Sequence[Registered[Any]]:
    """Return the entries of one hook; whether they are entries is another check's matter."""
    try:
        offers: Sequence[Registered[Any]] = getattr(_hooks(plugin), listing)()
    except PluginError:
        pytest.skip(f"audition_{listing} does not return entries")
    return offers
