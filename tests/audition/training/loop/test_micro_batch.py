"""Running out of memory on a simulated device, which holds so many rows or tokens a forward pass."""

from __future__ import annotations

import random
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import torch

from audition.testing.toy import ToyAdapter
from audition.training.devices.finding import resolve_device
from audition.training.devices.random_state import RandomState
from audition.training.devices.repeatable import make_repeatable
from audition.training.failures import DoesNotFitError
from audition.training.loop.evaluation import evaluate
from audition.training.loop.loop import Run, train
from audition.training.loop.meter import Meter
from audition.training.loop.micro_batch import MicroBatchLimit
from audition.types import Example, Recipe

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from audition.testing.toy import ToyEncoded

CPU = resolve_device("cpu")
make_repeatable(CPU)
N_ROWS = 8  #: of an effective batch
LENGTH = 20  #: tokens of every row of EVEN
EVEN = [Example(input=f"{n:09d}", target=f"{n * 7919 % 10**9:09d}") for n in range(24)]
UNEVEN = [Example(input="x" * n, target="na" * n) for n in (1, 2, 3, 5, 8, 13, 20, 30)]


class SmallDevice(ToyAdapter):
    """Holds so many rows a forward pass, or so many tokens; says what torch says on a GPU when there are more."""

    n_rows = 10**6
    n_tokens = 10**6
    failing_calls: Sequence[int] = ()  #: which forward passes fail besides, if they have more than one row

    def __init__(self, *, dropout: float = 0.0) -> None:
        super().__init__(dropout=dropout)
        self.n_calls = 0
        self.fitted: list[list[int]] = []  #: the first token after the zeros of every row, of what fitted

    def loss(self, batch: dict[str, Any]) -> Any:  # noqa: ANN401
        self.n_calls += 1
        n_rows, n_tokens = batch["ids"].shape[0], batch["ids"].numel()
        if n_rows > self.n_rows or n_tokens > self.n_tokens or (n_rows > 1 and self.n_calls in self.failing_calls):
            loss = super().loss(batch)  # a real one has done some work by then, and drawn some noise
            if loss.requires_grad:
                loss.backward()
            raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB. GPU 0 has more to say.")
        self.fitted.append(sorted(row.sum().item() for row in batch["ids"]))
        return super().loss(batch)


def small_device(*, dropout: float = 0.0, **limits: Any) -> SmallDevice:  # noqa: ANN401
    adapter = SmallDevice(dropout=dropout)
    for name, value in limits.items():
        setattr(adapter, name, value)
    return adapter


def trained(adapter: ToyAdapter, examples: Sequence[Example] = EVEN, **fields: Any) -> tuple[list[torch.Tensor], int]:  # noqa: ANN401
    """Return the weights after two epochs, and the limit that was left."""
    settings = {"epochs": 2, "micro_batch_tokens": 8192, **fields}
    recipe = Recipe(name="test", **settings)
    limit = MicroBatchLimit(recipe.micro_batch_tokens)
    run = Run(
        recipe=recipe,
        learning_rate=0.01,
        batch_size=N_ROWS,
        seed=3,
        device=CPU,
        precision="fp32",
        shared_limit=limit,
    )
    encoded = [adapter.encode(each, max_input_tokens=100, max_target_tokens=50) for each in examples]
    train(adapter, encoded, run, validate=lambda _: 1.0, meter=Meter())
    return [each.detach().clone() for each in adapter.module.parameters()], limit.max_tokens


@pytest.mark.parametrize("dropout", [0.0, 0.3])
@pytest.mark.parametrize("n_rows", range(1, N_ROWS + 1))
def test_training_that_ran_out_of_memory_gives_the_weights_of_a_small_micro_batch(n_rows: int, dropout: float) -> None:
    halved, fitted = trained(small_device(n_rows=n_rows, dropout=dropout))
    asked, _ = trained(SmallDevice(dropout=dropout), micro_batch_tokens=fitted)
    assert all(map(torch.equal, halved, asked)), "bitwise"
    assert fitted == (8192 if n_rows == N_ROWS else LENGTH * max(n for n in (1, 2, 4) if n <= n_rows))


@pytest.mark.parametrize("n_tokens", [160, 200, 333])
def test_rows_of_different_lengths_give_the_same_weights_to_rounding(n_tokens: int) -> None:
    halved, fitted = trained(small_device(n_tokens=n_tokens), UNEVEN)
    whole, _ = trained(SmallDevice(), UNEVEN)
    assert fitted <= n_tokens
    for one, other in zip(halved, whole, strict=True):
        torch.testing.assert_close(one, other, atol=1e-4, rtol=1e-3)


def test_a_step_that_fails_half_way_is_redone_from_its_start() -> None:
    """Its second micro-batch of four: there are gradients already, and noise was drawn."""
    halved, fitted = trained(small_device(failing_calls=[2], dropout=0.3), micro_batch_tokens=2 * LENGTH)
    asked, _ = trained(SmallDevice(dropout=0.3), micro_batch_tokens=LENGTH)
    assert fitted == LENGTH
    assert all(map(torch.equal, halved, asked)), "bitwise"


def test_finished_steps_stay_and_the_order_of_the_data_is_the_same() -> None:
    """The third step of six finds the device smaller than the two before."""
    halved = small_device(failing_calls=[3])
    weights, fitted = trained(halved)
    whole = SmallDevice()
    expected, _ = trained(whole)
    assert fitted == LENGTH * N_ROWS // 2
    assert [len(rows) for rows in halved.fitted] == [8, 8] + [4] * 8
    assert halved.fitted[:2] == whole.fitted[:2]
    assert [sorted(a + b) for a, b in zip(halved.fitted[2::2], halved.fitted[3::2], strict=True)] == whole.fitted[2:]
    for one, other in zip(weights, expected, strict=True):
        torch.testing.assert_close(one, other, atol=1e-5, rtol=1e-4)


def test_halving_starts_from_what_the_failed_batch_held() -> None:
    """Of 8192 tokens that were allowed, the batch had 160: half of 8192 would change nothing."""
    adapter = small_device(n_rows=4)
    _, fitted = trained(adapter)
    assert fitted == LENGTH * 4
    assert adapter.n_calls == len(adapter.fitted) + 1


def test_one_example_that_does_not_fit_is_an_error_that_says_how_long_it_is() -> None:
    with pytest.raises(DoesNotFitError, match=r"^at one example of 20 tokens, asking for 2.00 GiB more$"):
        trained(small_device(n_rows=0))


def test_an_optimiser_that_does_not_fit_is_an_error_whatever_the_micro_batch() -> None:
    from torch.optim.optimizer import register_optimizer_step_pre_hook

    def refuse(*_: object) -> None:
        raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 6.00 GiB.")

    handle = register_optimizer_step_pre_hook(refuse)
    try:
        with pytest.raises(
            DoesNotFitError, match="^in the optimiser's step, whatever the micro-batch, asking for 6.00"
        ):
            trained(SmallDevice())
    finally:
        handle.remove()


def test_other_errors_are_not_tried_again() -> None:
    class Broken(SmallDevice):
        def loss(self, batch: dict[str, Any]) -> Any:  # noqa: ANN401
            self.n_calls += 1
            raise RuntimeError("shapes do not match")

    adapter = Broken()
    with pytest.raises(RuntimeError, match="shapes do not match"):
        trained(adapter)
    assert adapter.n_calls == 1


def encoded(adapter: ToyAdapter, examples: Sequence[Example]) -> list[ToyEncoded]:
    return [adapter.encode(each, max_input_tokens=100, max_target_tokens=None) for each in examples]


def nll(adapter: ToyAdapter, limit: MicroBatchLimit, on_batch: Any = lambda *_: None) -> float:  # noqa: ANN401
    batch = encoded(adapter, EVEN)
    targets = [each.target for each in EVEN]
    return evaluate(adapter, batch, targets, device=CPU, precision="fp32", limit=limit, on_batch=on_batch).nll


@pytest.mark.parametrize("n_rows", [1, 2, 3, 5, 11, 12, 23, 24])
def test_evaluation_that_ran_out_of_memory_gives_the_loss_of_a_small_micro_batch(n_rows: int) -> None:
    limit = MicroBatchLimit(8192)
    halved = nll(small_device(n_rows=n_rows), limit)
    assert halved == nll(ToyAdapter(dropout=0.0), MicroBatchLimit(limit.max_tokens))
    assert limit.max_tokens // LENGTH <= n_rows or n_rows == len(EVEN)


def test_evaluation_that_fails_late_counts_nothing_twice() -> None:
    limit = MicroBatchLimit(4 * LENGTH)
    seen: list[tuple[int, int]] = []
    halved = nll(small_device(failing_calls=[5]), limit, lambda done, total: seen.append((done, total)))
    assert halved == nll(ToyAdapter(dropout=0.0), MicroBatchLimit(2 * LENGTH))
    assert seen == [(n, 6) for n in range(1, 5)] + [(n, 12) for n in range(1, 13)]


def test_a_limit_that_was_found_holds_for_what_comes_after() -> None:
    limit = MicroBatchLimit(8192)
    adapter = small_device(n_rows=3)
    nll(adapter, limit)
    n_calls = adapter.n_calls
    nll(adapter, limit)
    assert adapter.n_calls - n_calls == len(EVEN) // 3
    assert MicroBatchLimit(8192, fitted=limit.fitted).max_tokens == limit.max_tokens == 3 * LENGTH
    assert MicroBatchLimit(LENGTH, fitted=limit.fitted).max_tokens == LENGTH


def test_generators_give_the_same_numbers_after_they_were_restored() -> None:
    def draw() -> Iterator[float]:
        yield random.random()  # noqa: S311 - no secret
        yield np.random.random()  # the global generator is the one that models draw from
        yield torch.rand(()).item()

    state = RandomState(CPU)
    first = list(draw())
    state.restore()
    assert list(draw()) == first


def test_a_limit_changes_no_run_that_fits() -> None:
    whole, _ = trained(SmallDevice())
    recipe = replace(Recipe(name="test", epochs=2), micro_batch_tokens=8192)
    adapter = SmallDevice()
    run = Run(recipe=recipe, learning_rate=0.01, batch_size=N_ROWS, seed=3, device=CPU, precision="fp32")
    train(adapter, encoded(adapter, EVEN), run, validate=lambda _: 1.0, meter=Meter())
    assert all(map(torch.equal, whole, adapter.module.parameters()))
