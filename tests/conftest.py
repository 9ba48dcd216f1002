from __future__ import annotations

import gc
import os
import sys
from typing import TYPE_CHECKING

import pytest

from worlds.browser import chromium  # noqa: F401 - fixture
from worlds.fixtures import (  # noqa: F401 - fixtures
    adapter,
    badly_behaved,
    damaged,
    english_words,
    folders,
    gpt2,
    hooks_of,
    load,
    mesh_of,
    n_params,
    odd_catalog,
    open_selection,
    pairs,
    prepared,
    tokenizer,
    toy_catalog,
    world,
    write_jsonl,
)
from worlds.throwaway import Site

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

# before anything imports torch or huggingface_hub, which read these once
os.environ["OMP_NUM_THREADS"] = "1"
os.environ["HF_HUB_OFFLINE"] = "1"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put first what takes longest: two processes that share the rest out then end together."""
    by_module: dict[Path, list[pytest.Item]] = {}
    for item in items:
        by_module.setdefault(item.path, []).append(item)
    modules = sorted(by_module.values(), key=_longest, reverse=True)
    items[:] = [item for half in (modules[::2], modules[1::2]) for module in half for item in module]


def _longest(module: list[pytest.Item]) -> tuple[float, int]:
    """Return the seconds that a test of a module may take, and how many of them are slow."""
    limits = [mark.args[0] for item in module if (mark := item.get_closest_marker("timeout")) and mark.args]
    return max(limits, default=0.0), sum(item.get_closest_marker("slow") is not None for item in module)


@pytest.fixture(autouse=True, scope="module")
def _collects_only_what_is_new() -> None:
    """Let the garbage collector pass over torch and transformers, which it would look through at every collection."""
    gc.freeze()


@pytest.fixture(autouse=True)
def _own_world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Run in an empty folder, so that no ledger lands in the checkout, and without the settings of whoever runs it."""
    folder = tmp_path / "here"
    folder.mkdir()
    monkeypatch.chdir(folder)
    for name in [name for name in os.environ if name.startswith("AUDITION_")]:
        monkeypatch.delenv(name)


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    site = Site(tmp_path / "site", monkeypatch)
    yield site
    for name in site.modules:
        sys.modules.pop(name, None)
