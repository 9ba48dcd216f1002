"""The processes that train one model together, as one of them sees it; a process that trains alone is a team of one."""

from __future__ import annotations

import os
import socket
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from audition.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from torch import Tensor
    from torch.distributed.device_mesh import DeviceMesh

    from audition.training.devices.device import Device

_APART = 10**6  #: between the seeds of two processes: no other seed of a measurement is met
#: long enough never to pass: whoever is waited for is loading, computing or dead, and the leader hears of the dead
_PATIENCE = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Team:
    """The place of this process among those that share a model. What it does, all do together."""

    rank: int = 0
    size: int = 1

    def noise_seed(self, seed: int) -> int:
        """Return the seed of this process's dropout; alone, and for the first, it is `seed`."""
        return seed + self.rank * _APART

    def sum(self, tensor: Tensor) -> Tensor:
        """Return the sum of every process's `tensor`, which it replaces."""
        if self.size > 1:
            import torch.distributed

            torch.distributed.all_reduce(tensor)
        return tensor

    def largest(self, number: int | None) -> int | None:
        """Return the largest number that any process has; None where it does not know its own."""
        if self.size == 1 or number is None:
            return number
        import torch
        import torch.distributed

        tensor = torch.tensor(number)  # on the CPU, whatever the device
        torch.distributed.all_reduce(tensor, torch.distributed.ReduceOp.MAX)
        return int(tensor.item())

    def mesh(self, device: Device) -> DeviceMesh:
        """Return the team as FSDP sees it, each process on its current device of this kind."""
        from torch.distributed.device_mesh import init_device_mesh

        return init_device_mesh(device.name.partition(":")[0], (self.size,))

    @contextmanager
    def in_turn(self) -> Iterator[None]:
        """Let one process after another do something, such as holding a whole model in the machine's memory."""
        for _ in range(self.rank):
            self._meet()
        yield
        for _ in range(self.rank, self.size - 1):
            self._meet()

    def _meet(self) -> None:
        self.largest(0)


ALONE = Team()


def join(rank: int, size: int, meeting_point: Path) -> Team:
    """Return the team of `size` processes that have met through a file, on this machine; blocks until all are there.

    Raises:
        UsageError: torch was built without what sharing a model needs, or is too old for it.
    """
    import torch.distributed as dist

    if not dist.is_available():
        raise UsageError("a recipe with n_shards needs a torch that was built with torch.distributed")
    loopback = next((name for _, name in socket.if_nameindex() if name.startswith("lo")), None)
    if loopback is not None:  # nothing leaves this machine, nor listens to others
        os.environ.setdefault("GLOO_SOCKET_IFNAME", loopback)
    backend = "cpu:gloo,cuda:nccl" if dist.is_nccl_available() else "cpu:gloo"
    address = f"file://{meeting_point}"
    dist.init_process_group(backend, init_method=address, rank=rank, world_size=size, timeout=_PATIENCE)
    return Team(rank, size)
