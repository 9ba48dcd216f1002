from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import torch

from audition.testing.toy import ToyAdapter, ToyTask
from audition.training.devices.repeatable import make_repeatable
from audition.training.failures import NotFiniteError
from audition.training.loop.loop import Run, accumulate_gradients, train
from audition.training.loop.meter import Meter
from audition.types import Recipe
from worlds.toy_runs import CPU, UNEVEN, Diverging, encode, weights

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from torch import Tensor

    from audition.training.devices.device import Device


make_repeatable(CPU)


def run(*, learning_rate: float = 0.01, batch_size: int = 8, seed: int = 0, device: Device = CPU, **fields: Any) -> Run:  # noqa: ANN401
    recipe = Recipe(name="test", **{"epochs": 1, **fields})
    return Run(
        recipe=recipe, learning_rate=learning_rate, batch_size=batch_size, seed=seed, device=device, precision="fp32"
    )


def gradients(adapter: ToyAdapter) -> dict[str, Tensor]:
    return {name: each.grad.clone() for name, each in adapter.module.named_parameters()}


def scripted(losses: Sequence[float]) -> Callable[[float], float]:
    values: Iterator[float] = iter(losses)
    return lambda _epoch: next(values)


@pytest.mark.parametrize("micro_batch_tokens", [1, 70, 150])
def test_loss_and_gradient_are_the_same_whatever_the_micro_batches(micro_batch_tokens: int) -> None:
    outcomes = []
    for limit in (micro_batch_tokens, 10**6):
        adapter = ToyAdapter(dropout=0.0)
        batch = encode(adapter, UNEVEN)
        loss = accumulate_gradients(adapter, batch, run(micro_batch_tokens=limit), backward=torch.Tensor.backward)
        outcomes.append((loss, gradients(adapter)))
    (loss, split), (whole_loss, whole) = outcomes
    assert loss.item() == pytest.approx(whole_loss.item(), rel=1e-6)
    for name, gradient in whole.items():
        torch.testing.assert_close(split[name], gradient, atol=1e-6, rtol=1e-5)


def test_loss_and_gradient_are_those_of_the_mean_over_target_tokens() -> None:
    adapter = ToyAdapter(dropout=0.0)
    batch = encode(adapter, UNEVEN)
    loss = accumulate_gradients(adapter, batch, run(micro_batch_tokens=60), backward=torch.Tensor.backward)
    by_hand = ToyAdapter(dropout=0.0)
    tensors = by_hand.collate(batch)
    mean = by_hand.loss(tensors) / tensors["is_target"].sum()
    mean.backward()
    assert loss.item() == pytest.approx(mean.item(), rel=1e-6)
    for name, gradient in gradients(by_hand).items():
        torch.testing.assert_close(gradients(adapter)[name], gradient, atol=1e-6, rtol=1e-5)


def test_one_step_equals_a_step_written_by_hand() -> None:
    adapter = ToyAdapter(dropout=0.0)
    batch = encode(adapter, UNEVEN)
    settings = run(batch_size=len(batch), micro_batch_tokens=100, warmup_ratio=0.0, max_grad_norm=0.1, weight_decay=0.1)
    train(adapter, batch, settings, validate=scripted([1.0]), meter=Meter())
    by_hand = ToyAdapter(dropout=0.0)
    matrices = [each for each in by_hand.module.parameters() if each.ndim == 2]
    vectors = [each for each in by_hand.module.parameters() if each.ndim == 1]
    optimizer = torch.optim.AdamW(
        [{"params": matrices, "weight_decay": 0.1}, {"params": vectors, "weight_decay": 0.0}], lr=0.01
    )
    tensors = by_hand.collate(batch)
    (by_hand.loss(tensors) / tensors["is_target"].sum()).backward()
    torch.nn.utils.clip_grad_norm_(by_hand.module.parameters(), 0.1)
    optimizer.step()
    for name, weight in weights(by_hand).items():
        torch.testing.assert_close(weights(adapter)[name], weight, atol=1e-5, rtol=1e-5)


def test_training_repeats_bitwise_with_the_seed_and_differs_with_another() -> None:
    outcomes = []
    for seed in (1, 1, 2):
        adapter = ToyAdapter()
        train(adapter, encode(adapter, ToyTask().train(64, 0)), run(seed=seed), validate=scripted([1.0]), meter=Meter())
        outcomes.append(weights(adapter)["embedding.weight"])
    assert torch.equal(outcomes[0], outcomes[1])
    assert not torch.equal(outcomes[0], outcomes[2])


def test_training_lowers_the_loss() -> None:
    adapter = ToyAdapter()
    batch = encode(adapter, ToyTask().train(64, 0))
    with torch.no_grad():
        before = adapter.loss(adapter.collate(batch)).item()
    train(adapter, batch, run(epochs=4), validate=scripted([1.0] * 4), meter=Meter())
    adapter.module.eval()
    with torch.no_grad():
        assert adapter.loss(adapter.collate(batch)).item() < 0.5 * before


def test_training_stops_when_patience_is_over() -> None:
    adapter = ToyAdapter()
    seen = []

    def validate(epochs: float) -> float:
        seen.append(epochs)
        return [1.0, 0.8, 0.9, 0.7, 0.7, 0.8, 0.71, 0.1][int(epochs) - 1]  # an equal loss is no improvement

    meter = Meter()
    train(adapter, encode(adapter, UNEVEN), run(epochs=20, patience=3), validate=validate, meter=meter)
    assert seen == [1, 2, 3, 4, 5, 6, 7]
    assert meter.n_trained_samples == 7 * len(UNEVEN)


def test_steps_are_reported_one_by_one() -> None:
    adapter = ToyAdapter()
    steps = []
    train(
        adapter,
        encode(adapter, UNEVEN),
        run(batch_size=2, epochs=3),
        validate=scripted([1.0] * 3),
        meter=Meter(),
        on_step=lambda: steps.append(len(steps)),
    )
    assert len(steps) == 3 * 4


def test_loss_that_is_not_a_number_ends_training() -> None:
    adapter = Diverging()
    with pytest.raises(NotFiniteError, match=r"not finite within 1 steps at learning rate 0.01 and batch size 8"):
        train(adapter, encode(adapter, UNEVEN), run(), validate=scripted([1.0]), meter=Meter())


def test_infinite_loss_with_a_finite_gradient_ends_training_too() -> None:
    class Infinite(ToyAdapter):
        def loss(self, batch: dict[str, Any]) -> Any:  # noqa: ANN401
            return super().loss(batch) + float("inf")

    adapter = Infinite()
    with pytest.raises(NotFiniteError):
        train(adapter, encode(adapter, UNEVEN), run(), validate=scripted([1.0]), meter=Meter())


def test_long_training_ends_soon_after_a_loss_is_not_a_number() -> None:
    adapter = Diverging()
    meter = Meter()
    with pytest.raises(NotFiniteError):
        train(adapter, encode(adapter, UNEVEN * 40), run(batch_size=1), validate=scripted([1.0]), meter=meter)
    assert meter.n_trained_samples < 100


def test_a_run_is_validated_at_even_distances_and_small_subsets_get_their_steps() -> None:
    adapter, meter = ToyAdapter(), Meter()
    seen: list[float] = []

    def validate(epochs: float) -> float:
        seen.append(epochs)
        return -epochs

    examples = encode(adapter, UNEVEN)  # fewer than a batch: one step an epoch
    train(
        adapter, examples, run(batch_size=64, epochs=2, min_steps=10, n_validations=4), validate=validate, meter=meter
    )
    assert seen == [2.0, 5.0, 8.0, 10.0]
    assert meter.cost(n_samples=0, n_params=1, seconds=0.0).samples_processed == 10 * len(examples)
