from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from audition.testing.toy import ToyAdapter
from audition.training.loop.optimisation import adamw, rate_factor, warmup_cosine
from audition.training.sharding.parts import TrainedParts
from audition.types import Recipe

if TYPE_CHECKING:
    from audition.types import Optimiser


NEEDS_CUDA = pytest.mark.skipif(not torch.cuda.is_available(), reason="torch sees no CUDA device here")
OPTIMISERS: tuple[Optimiser, ...] = ("adamw", "adamw-8bit", "paged-adamw", "paged-adamw-8bit")


def test_rate_rises_linearly_and_falls_as_a_cosine() -> None:
    factors = [rate_factor(step, n_warmup=3, n_steps=11) for step in range(11)]
    assert factors[:4] == [0.25, 0.5, 0.75, 1.0]
    assert factors[7] == pytest.approx(0.5)  # half-way through the cosine's 8 steps
    assert factors[-1] == pytest.approx(0.0380602)  # (1 + cos(7π/8)) / 2


@given(st.integers(1, 5000), st.floats(0, 1))
def test_every_step_has_a_positive_rate_and_one_reaches_the_peak(n_steps: int, warmup_ratio: float) -> None:
    n_warmup = round(warmup_ratio * n_steps)
    factors = [rate_factor(step, n_warmup=n_warmup, n_steps=n_steps) for step in range(n_steps)]
    assert all(0 < factor <= 1 for factor in factors)
    assert n_warmup == n_steps or max(factors) == 1


def test_scheduler_sets_the_rates_of_the_schedule() -> None:
    optimizer = adamw(ToyAdapter().module.parameters(), learning_rate=0.5, weight_decay=0.0)
    scheduler = warmup_cosine(optimizer, Recipe(name="r", warmup_ratio=0.2), n_steps=10)
    rates = []
    for _ in range(10):
        rates.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        scheduler.step()
    assert rates == [0.5 * rate_factor(step, n_warmup=2, n_steps=10) for step in range(10)]


def test_only_matrices_decay_and_tied_weights_are_optimised_once() -> None:
    module = ToyAdapter().module
    matrices, vectors = adamw(module.parameters(), learning_rate=0.1, weight_decay=0.3).param_groups
    assert (matrices["weight_decay"], vectors["weight_decay"]) == (0.3, 0.0)
    assert {parameter.ndim for parameter in matrices["params"]} == {2}
    assert {parameter.ndim for parameter in vectors["params"]} == {1}
    assert len(matrices["params"]) + len(vectors["params"]) == len(list(module.parameters()))


def test_frozen_parameters_are_left_out() -> None:
    module = ToyAdapter().module
    module.embedding.weight.requires_grad_(requires_grad=False)
    optimised = [
        id(each)
        for group in adamw(TrainedParts(module).parameters, learning_rate=0.1, weight_decay=0.0).param_groups
        for each in group["params"]
    ]
    assert id(module.embedding.weight) not in optimised


def losses_of(optimiser: Optimiser, n_steps: int = 40) -> list[float]:
    """Return the losses of a small network that learns to turn its input around."""
    torch.manual_seed(0)
    module = torch.nn.Sequential(torch.nn.Linear(32, 160), torch.nn.Tanh(), torch.nn.Linear(160, 32))
    batch = torch.randn(64, 32)
    optimizer = adamw(module.parameters(), learning_rate=0.01, weight_decay=0.01, optimiser=optimiser)
    losses = []
    for _ in range(n_steps):
        loss = (module(batch) - batch.flip(1)).square().mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses


@pytest.mark.parametrize("optimiser", OPTIMISERS)
def test_optimiser_trains_as_adamw_does_and_repeats(optimiser: Optimiser) -> None:
    losses = losses_of(optimiser)
    assert losses[-1] < 0.1 * losses[0]
    assert losses == losses_of(optimiser)
    if optimiser == "paged-adamw":
        assert losses == pytest.approx(losses_of("adamw"), rel=1e-3)
    elif optimiser != "adamw":
        assert losses == losses_of("adamw-8bit")  # nothing is paged on a CPU
        assert losses == pytest.approx(losses_of("adamw"), rel=0.2)
        assert losses != losses_of("paged-adamw")


@pytest.mark.parametrize("optimiser", OPTIMISERS)
def test_matrices_alone_decay_with_every_optimiser(optimiser: Optimiser) -> None:
    groups = adamw(
        torch.nn.Linear(4, 4).parameters(), learning_rate=0.1, weight_decay=0.3, optimiser=optimiser
    ).param_groups
    assert [(group["weight_decay"], group["params"][0].ndim) for group in groups] == [(0.3, 2), (0.0, 1)]


@pytest.mark.parametrize("device", ["cpu", pytest.param("cuda", marks=[pytest.mark.gpu, NEEDS_CUDA])])
def test_adamw_is_fused(device: str) -> None:
    parameters = torch.nn.Linear(4, 4).to(device).parameters()
    assert adamw(parameters, learning_rate=0.1, weight_decay=0.0).defaults["fused"]
