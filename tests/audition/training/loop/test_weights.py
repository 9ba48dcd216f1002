from __future__ import annotations

import pytest
import torch

from audition.testing.toy import ToyAdapter
from audition.training.loop.weights import BestWeights, Choice, Snapshot


def choice(loss: float, epoch: int) -> Choice:
    return Choice(validation_loss=loss, learning_rate=0.1, batch_size=8, epochs=epoch)


def fill(module: torch.nn.Module, value: float) -> None:
    with torch.no_grad():
        for tensor in (*module.parameters(), *module.buffers()):
            tensor.fill_(value)


def values(module: torch.nn.Module) -> set[float]:
    return {value for tensor in (*module.parameters(), *module.buffers()) for value in tensor.flatten().tolist()}


def test_snapshot_brings_parameters_and_buffers_back() -> None:
    module = torch.nn.BatchNorm1d(3, dtype=torch.float32)
    before = {name: tensor.clone() for name, tensor in module.state_dict().items()}
    snapshot = Snapshot(module)
    module.train()(torch.randn(4, 3)).sum().backward()
    fill(module, 7)
    snapshot.restore(module)
    assert all(torch.equal(tensor, before[name]) for name, tensor in module.state_dict().items())
    assert all(parameter.grad is None for parameter in module.parameters())


def test_restored_weights_stay_tied() -> None:
    module = ToyAdapter().module
    Snapshot(module).restore(module)
    assert module.output.weight is module.embedding.weight


def test_frozen_weights_are_neither_copied_nor_written() -> None:
    module = torch.nn.Sequential(torch.nn.Linear(3, 3), torch.nn.Linear(3, 3))
    module[0].requires_grad_(requires_grad=False)
    fill(module, 1)
    snapshot = Snapshot(module)
    fill(module, 2)
    snapshot.restore(module)
    assert (values(module[0]), values(module[1])) == ({2}, {1})


def test_packed_weights_are_no_obstacle() -> None:
    module = torch.nn.Linear(2, 2)
    module.packed = torch.nn.Parameter(torch.ones(5, dtype=torch.uint8), requires_grad=False)
    best = BestWeights()
    best.offer(module, choice(0.1, 1))
    best.restore(module)
    assert module.packed.tolist() == [1] * 5


def test_updated_snapshot_holds_the_newer_weights() -> None:
    module = torch.nn.Linear(2, 2)
    snapshot = Snapshot(module)
    fill(module, 1)
    snapshot.update(module)
    fill(module, 2)
    snapshot.restore(module)
    assert values(module) == {1}


def test_lowest_loss_is_kept_and_the_earlier_of_equals() -> None:
    module, best = torch.nn.Linear(2, 2), BestWeights()
    for epoch, loss in enumerate([0.5, 0.3, 0.4, 0.3], start=1):
        fill(module, epoch)
        best.offer(module, choice(loss, epoch))
    best.restore(module)
    assert best.choice == choice(0.3, 2)
    assert values(module) == {2}


def test_nothing_offered_cannot_be_restored() -> None:
    with pytest.raises(LookupError, match="no weights were offered"):
        BestWeights().restore(torch.nn.Linear(2, 2))
