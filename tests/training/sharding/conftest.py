from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from sharded_world import World

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from torch.distributed.device_mesh import DeviceMesh

    MeshOf = Callable[[int, int], DeviceMesh]


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
