"""Fixtures that tests of several rooms share."""

from __future__ import annotations

import json
import os
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

import pytest

from audition import hookimpl
from audition.plugins.loading import load_plugins
from worlds.paths import ROOT
from worlds.sharded_world import World

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from torch.distributed.device_mesh import DeviceMesh

    from audition.plugins.calling import Hooks
    from worlds.throwaway import Site

    MeshOf = Callable[[int, int], DeviceMesh]


@pytest.fixture
def badly_behaved(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """Install the plugin of badly behaved models, for this process and for the workers it starts."""
    site.install("audition-badly-behaved", {}, plugins={"badly-behaved": "worlds.badly_behaved"})
    tests = str(ROOT / "tests")
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(site.folder), tests]))


@pytest.fixture
def pairs() -> Callable[..., list[dict[str, str]]]:
    """Return `n` rows whose inputs and targets are all different."""

    def make(n: int, *, start: int = 0, source: str = "input", target: str = "target") -> list[dict[str, str]]:
        return [{source: f"question {i}", target: f"answer {i}"} for i in range(start, start + n)]

    return make


@pytest.fixture
def write_jsonl() -> Callable[[str, Iterable[Any]], Path]:
    """Write rows as JSON lines; a string is written as it is."""

    def write(name: str, rows: Iterable[Any]) -> Path:
        path = Path(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        lines = [row if isinstance(row, str) else json.dumps(row, ensure_ascii=False) for row in rows]
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
        return path

    return write


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


@pytest.fixture
def mesh_of() -> Iterator[MeshOf]:
    """Return the mesh of a team of so many as process so-and-so sees it; the others do not exist.

    torch's own fake group: what is said to it is lost, but parts of tensors are those that this process would have.
    """
    import torch.distributed as dist
    from torch.distributed.device_mesh import init_device_mesh
    from torch.testing._internal.distributed.fake_pg import FakeStore

    def join(rank: int, size: int) -> DeviceMesh:
        if dist.is_initialized():
            dist.destroy_process_group()
        dist.init_process_group("fake", store=FakeStore(), rank=rank, world_size=size)
        # a name for each: torch remembers what it worked out for a mesh, and takes those of two processes for one
        return init_device_mesh("cpu", (size,), mesh_dim_names=(f"as-{rank}",))

    yield join
    if dist.is_initialized():
        dist.destroy_process_group()


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """Let the tests of a module share their checkpoints and the processes of a team, which take seconds to start."""
    world = World(tmp_path_factory.mktemp("world"))
    yield world
    world.executor.close()
