from __future__ import annotations

import torch

from audition.testing.toy import ToyAdapter
from audition.training.loop.grid import Grid, search
from audition.training.loop.meter import Meter
from audition.training.loop.weights import Snapshot
from audition.types import Recipe
from worlds.toy_runs import CPU, UNEVEN, Diverging, encode, weights


def test_best_weights_are_restored_not_the_last() -> None:
    adapter = ToyAdapter()
    grid = Grid(
        recipe=Recipe(name="t", learning_rates=(0.01,), batch_sizes=(4,), epochs=9, patience=2),
        seed=0,
        device=CPU,
        precision="fp32",
    )
    after_epoch = []
    losses = iter([1.0, 0.5, 0.6, 0.7, 0.1])

    def validate() -> float:
        after_epoch.append(weights(adapter))
        return next(losses)

    choice = search(
        adapter, encode(adapter, UNEVEN), grid, initial=Snapshot(adapter.module), validate=validate, meter=Meter()
    )
    assert (choice.epochs, choice.validation_loss, len(after_epoch)) == (2, 0.5, 4)
    for name, weight in weights(adapter).items():
        assert torch.equal(weight, after_epoch[1][name])
        assert not torch.equal(weight, after_epoch[3][name])


def test_run_that_diverges_late_keeps_what_it_had_reached() -> None:
    adapter = Diverging()
    adapter.n_good = 2  # one epoch
    grid = Grid(
        recipe=Recipe(name="t", learning_rates=(0.01,), batch_sizes=(4,), epochs=5),
        seed=0,
        device=CPU,
        precision="fp32",
    )
    choice = search(
        adapter, encode(adapter, UNEVEN), grid, initial=Snapshot(adapter.module), validate=lambda: 1.0, meter=Meter()
    )
    assert choice.epochs == 1
    assert all(weight.isfinite().all() for weight in weights(adapter).values())
