"""What a process holds of a parameter: all of it alone, some of its rows in a team, which is one of torch's fakes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import torch
from torch.distributed.tensor import Shard, distribute_tensor
from torch.nn import Linear, Parameter, Sequential

from audition.training.loop.weights import Snapshot
from audition.training.sharding.parts import TrainedParts, local_part, whole, write
from audition.training.sharding.team import ALONE

if TYPE_CHECKING:
    from collections.abc import Callable

    from torch import Tensor
    from torch.distributed.device_mesh import DeviceMesh

    MeshOf = Callable[[int, int], DeviceMesh]

N_ROWS = 5  #: of each parameter below; torch gives two processes 3 and 2 of them, four 2, 2, 1 and none


def counting(n_columns: int) -> Tensor:
    """Return 0, 1, 2, … in rows of so many."""
    return torch.arange(float(N_ROWS * n_columns)).reshape(N_ROWS, n_columns)


def two_layers() -> Sequential:
    """Return a frozen layer and one that is trained."""
    module = Sequential(Linear(2, N_ROWS), Linear(N_ROWS, N_ROWS))
    module[0].requires_grad_(requires_grad=False)
    for layer in module:
        weight, bias = layer.parameters()
        weight.data, bias.data = counting(weight.shape[1]), counting(1)[:, 0].clone()
    return module


def spread(tensor: Tensor, mesh: DeviceMesh) -> Tensor:
    """Return this process's part as FSDP keeps it: whole rows."""
    return distribute_tensor(tensor, mesh, [Shard(0)], src_data_rank=None)


def spread_layers(mesh: DeviceMesh) -> Sequential:
    module = two_layers()
    for layer in module:
        for name, parameter in list(layer.named_parameters()):
            part = spread(parameter.detach(), mesh)
            setattr(layer, name, Parameter(part, requires_grad=parameter.requires_grad))
    return module


def fill(module: Sequential, value: float) -> None:
    for parameter in module.parameters():
        local_part(parameter).detach().fill_(value)


def test_of_an_ordinary_tensor_everything_is_here() -> None:
    tensor = torch.ones(3)
    assert local_part(tensor) is tensor
    assert whole(tensor) is tensor


def test_writing_to_an_ordinary_parameter_fills_all_of_it() -> None:
    parameter = Parameter(torch.zeros(N_ROWS, 2))
    with torch.no_grad():
        write(parameter, counting(2))
    assert torch.equal(parameter, counting(2))


def test_an_optimiser_gets_the_trained_parameters_themselves_where_nothing_is_spread() -> None:
    module = two_layers()
    parts = TrainedParts(module)
    weight, bias = module[1].parameters()
    assert [id(part) for part in parts.parameters] == [id(weight), id(bias)]
    module(torch.ones(3, 2)).sum().backward()
    parts.take_gradients(ALONE)
    assert bias.grad is not None
    assert bias.grad.tolist() == [3] * N_ROWS
    parts.drop_gradients()
    assert all(parameter.grad is None for parameter in module.parameters())


@pytest.mark.parametrize(("rank", "rows"), [(0, slice(0, 3)), (1, slice(3, 5))])
def test_each_process_holds_its_rows_and_writes_only_these(rank: int, rows: slice, mesh_of: MeshOf) -> None:
    parameter = Parameter(spread(torch.zeros(N_ROWS, 2), mesh_of(rank, 2)))
    with torch.no_grad():
        write(parameter, counting(2))
    assert parameter.shape == (N_ROWS, 2)
    assert torch.equal(local_part(parameter), counting(2)[rows])


def test_what_an_optimiser_does_to_its_parts_happens_to_the_parameters(mesh_of: MeshOf) -> None:
    mesh = mesh_of(1, 2)
    module = spread_layers(mesh)
    parts = TrainedParts(module)
    for parameter in module[1].parameters():
        parameter.grad = spread(torch.ones(parameter.shape), mesh)
    parts.take_gradients(ALONE)
    torch.optim.SGD(parts.parameters, lr=1.0).step()
    assert torch.equal(local_part(module[1].weight), counting(N_ROWS)[3:] - 1)
    assert local_part(module[1].bias).tolist() == [2, 3]
    assert local_part(module[0].bias).tolist() == [3, 4], "frozen"
    parts.drop_gradients()
    assert all(each.grad is None for each in (*parts.parameters, *module.parameters()))


def test_a_parameter_without_a_gradient_leaves_its_part_without_one(mesh_of: MeshOf) -> None:
    """An optimiser passes over a part that has none: it has not decayed, nor moved on."""
    parts = TrainedParts(spread_layers(mesh_of(0, 2)))
    parts.parameters[0].grad = torch.ones(3, N_ROWS)  # of the step before
    parts.take_gradients(ALONE)
    assert [part.grad for part in parts.parameters] == [None, None]


@pytest.mark.parametrize(("rank", "shapes"), [(0, [(2, 5), (2,)]), (2, [(1, 5), (1,)]), (3, [])])
def test_an_optimiser_gets_no_empty_parts(rank: int, shapes: list[tuple[int, ...]], mesh_of: MeshOf) -> None:
    parts = TrainedParts(spread_layers(mesh_of(rank, 4)))
    assert [tuple(part.shape) for part in parts.parameters] == shapes
    assert all(type(part) is Parameter for part in parts.parameters)
    parts.take_gradients(ALONE)  # of a process that has no part of anything, too


@pytest.mark.parametrize(("rank", "rows"), [(0, slice(0, 2)), (3, slice(5, 5))])
def test_a_snapshot_brings_the_part_of_this_process_back_and_leaves_frozen_ones(
    rank: int, rows: slice, mesh_of: MeshOf
) -> None:
    module = spread_layers(mesh_of(rank, 4))
    frozen, trained = local_part(module[0].bias), local_part(module[1].bias)
    snapshot = Snapshot(module)
    fill(module, 7)
    snapshot.restore(module)
    assert torch.equal(trained, counting(1)[rows, 0])
    assert torch.equal(frozen, torch.full_like(frozen, 7))
    fill(module, 8)
    snapshot.update(module)
    fill(module, 9)
    snapshot.restore(module)
    assert torch.equal(trained, torch.full_like(trained, 8))
