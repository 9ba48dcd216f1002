from __future__ import annotations

import torch

from audition.testing.toy import ToyAdapter
from audition.training.loop.grid import Grid, search
from audition.training.loop.meter import Meter
from audition.training.loop.weights import Choice, Snapshot
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


def climb(losses: list[float], *, n_validations: int = 2, factor: float = 2.0) -> tuple[Choice, int]:
    """Return what a search from a rate of 0.01 chooses when validations come out so, and how many it took."""
    adapter = ToyAdapter()
    recipe = Recipe(
        name="t",
        learning_rates=(0.01,),
        batch_sizes=(4,),
        epochs=n_validations,
        n_validations=n_validations,
        patience=9,
        rate_factor=factor,
    )
    grid = Grid(recipe=recipe, seed=0, device=CPU, precision="fp32")
    rest = iter(losses)
    choice = search(
        adapter,
        encode(adapter, UNEVEN),
        grid,
        initial=Snapshot(adapter.module),
        validate=lambda: next(rest),
        meter=Meter(),
    )
    return choice, len(losses) - len(list(rest))


def test_a_rate_between_two_worse_ones_is_kept() -> None:
    choice, n = climb([1.0, 0.8, 1.0, 0.81, 1.0, 0.82])
    assert (choice.learning_rate, choice.validation_loss, n) == (0.01, 0.8, 6)
    assert choice.tried == ((0.005, 0.82), (0.01, 0.8), (0.02, 0.81))


def test_a_search_goes_on_in_the_direction_that_is_better() -> None:
    up, n = climb([1.0, 0.8, 1.0, 0.7, 1.0, 0.6, 1.0, 0.65])
    assert (up.learning_rate, n) == (0.04, 8)
    assert [rate for rate, _ in up.tried] == [0.01, 0.02, 0.04, 0.08]
    down, _ = climb([1.0, 0.8, 1.0, 0.9, 1.0, 0.7, 1.0, 0.75])
    assert [rate for rate, _ in down.tried] == [0.0025, 0.005, 0.01, 0.02]
    assert down.learning_rate == 0.005


def test_a_run_that_is_plainly_worse_ends_after_two_validations() -> None:
    even = [1.0, 0.9, 0.8, 0.7]
    choice, n = climb([*even, 1.04, 0.95, *even[:1], 0.95, 0.9], n_validations=4)
    assert choice.learning_rate == 0.01
    assert n == 4 + 2 + 3  # the second falls behind at once; the third does at its second and third validation
    assert choice.tried == ((0.005, 0.9), (0.01, 0.7), (0.02, 0.95))


def test_the_steps_of_a_search_are_those_of_all_it_may_try() -> None:
    recipe = Recipe(name="t", learning_rates=(0.01,), batch_sizes=(4,), epochs=3, rate_factor=3.0)
    assert recipe.grid == 4
    assert Grid(recipe=recipe, seed=0, device=CPU, precision="fp32").n_steps(10) == 4 * 3 * 3


def test_a_grid_of_several_rates_is_tried_as_it_stands() -> None:
    adapter = ToyAdapter()
    recipe = Recipe(name="t", learning_rates=(0.01, 0.02), batch_sizes=(4,), epochs=1, rate_factor=2.0)
    grid = Grid(recipe=recipe, seed=0, device=CPU, precision="fp32")
    rest = iter([0.5, 0.4, 0.3])
    choice = search(
        adapter,
        encode(adapter, UNEVEN),
        grid,
        initial=Snapshot(adapter.module),
        validate=lambda: next(rest),
        meter=Meter(),
    )
    assert recipe.grid == 2
    assert [rate for rate, _ in choice.tried] == [0.01, 0.02]
    assert list(rest) == [0.3]


def test_a_loss_of_zero_is_a_loss() -> None:
    choice, _ = climb([0.1, 0.0, 0.1, 0.0, 0.1, 0.0])
    assert (choice.learning_rate, choice.validation_loss) == (0.01, 0.0)


def test_a_run_that_reached_no_validation_was_not_tried() -> None:
    adapter = Diverging()
    adapter.n_good = 3  # the second run diverges at once
    recipe = Recipe(name="t", learning_rates=(0.01, 0.02), batch_sizes=(4,), epochs=1)
    grid = Grid(recipe=recipe, seed=0, device=CPU, precision="fp32")
    choice = search(
        adapter, encode(adapter, UNEVEN), grid, initial=Snapshot(adapter.module), validate=lambda: 1.0, meter=Meter()
    )
    assert choice.tried == ((0.01, 1.0),)
