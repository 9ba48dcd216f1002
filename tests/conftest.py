from __future__ import annotations

import gc
import os
import sys
from typing import TYPE_CHECKING

import pytest

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
