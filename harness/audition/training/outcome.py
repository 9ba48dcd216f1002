"""What a measurement comes back with: its losses, or why there are none."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from audition.text.sizes import format_bytes
from audition.training.devices.memory import held_by_others_bytes, peak_memory_bytes
from audition.training.failures import DoesNotFitError, failure_status, one_line
from audition.types import Observation

if TYPE_CHECKING:
    from audition.training.devices.device import Device
    from audition.training.loop.evaluation import SplitLoss
    from audition.training.loop.weights import Choice
    from audition.types import MeasurementRequest, Recipe


def blank(request: MeasurementRequest) -> Observation:
    """Return an observation that says only what was asked."""
    return Observation(
        model=request.model.name, task=request.task.name, n_samples=request.n_samples, seeds=(request.seed,)
    )


def measured(request: MeasurementRequest, losses: SplitLoss, choice: Choice | None, message: str) -> Observation:
    """Return the outcome; `choice` is None where nothing was trained."""
    observation = replace(
        blank(request), loss_per_token=losses.per_token, loss_per_byte=losses.per_byte, message=message
    )
    if choice is None:
        return observation
    return replace(
        observation,
        learning_rate=choice.learning_rate,
        batch_size=choice.batch_size,
        epochs=choice.epochs,
        tried=choice.tried,
        validation_loss=choice.validation_loss,
    )


def failed(request: MeasurementRequest, error: Exception, device: Device) -> Observation | None:
    """Return the outcome that `error` is, or None if it is a crash.

    Out of memory is "does-not-fit", which is final on this kind of GPU, unless other processes hold some of the GPU:
    then it is "out-of-memory", and may be tried again.
    """
    status = failure_status(error)
    if status != "does-not-fit":
        return None if status is None else replace(blank(request), status=status, message=one_line(error))
    where = str(error) if isinstance(error, DoesNotFitError) else "outside of forward pass and optimiser's step"
    others = held_by_others_bytes(device)
    return replace(
        blank(request),
        status="out-of-memory" if others else "does-not-fit",
        message=f"needs more than {_given(device, others)}: peak {_peak(device)} when it failed {where}",
    )


def method_of(recipe: Recipe, precision: str) -> str:
    """Return what decides memory besides the model, such as "full bf16" or "qlora nf4 bf16, adamw-8bit"."""
    quantisation = [recipe.quantisation] if recipe.method == "qlora" else []
    parts = [" ".join([recipe.method, *quantisation, precision])]
    parts += [recipe.optimiser] if recipe.optimiser != "adamw" else []
    parts += ["checkpointing"] if recipe.checkpointing else []
    parts += [f"{recipe.attention} attention"] if recipe.attention != "auto" else []
    parts += [f"{recipe.n_shards} shards"] if recipe.n_shards > 1 else []
    return ", ".join(parts)


def _given(device: Device, others: int) -> str:
    if not device.is_cuda:
        return "this machine gave the process"
    total = f"the {format_bytes(device.memory_bytes)} of {device.name} ({device.kind})"
    return f"{total}, about {format_bytes(others)} of which other processes hold" if others else total


def _peak(device: Device) -> str:
    peak = peak_memory_bytes(device)
    size = "unknown" if peak is None else format_bytes(peak)
    return f"{size} allocated (measured)" if device.is_cuda else f"{size} of the process (measured)"
