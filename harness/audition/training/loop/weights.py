"""Weights kept on the CPU: the initial ones, and the best so far. Of those that training changes, no others."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from audition.training.sharding.parts import local_part, whole

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from torch import Tensor
    from torch.nn import Module


class Snapshot:
    """A copy of what training changes in a module, on the CPU: trainable parameters and buffers; tied ones once.

    Frozen weights, quantised ones among them, are as they were and are never copied. Of a sharded parameter each
    process of the team copies its part.
    """

    def __init__(self, module: Module, take: Callable[[Tensor], Tensor] = local_part) -> None:
        self._tensors = [take(tensor).detach().to("cpu", copy=True) for tensor in _changed(module)]

    def update(self, module: Module) -> None:
        """Take the weights of `module`, in the memory of the old copy."""
        for kept, tensor in zip(self._tensors, map(local_part, _changed(module)), strict=True):
            kept.copy_(tensor.detach())

    def restore(self, module: Module) -> None:
        """Write the weights back into `module`, on whatever device it is; gradients are dropped."""
        for kept, tensor in zip(self._tensors, map(local_part, _changed(module)), strict=True):
            tensor.detach().copy_(kept)
        module.zero_grad(set_to_none=True)


def gathered(module: Module, *, is_kept: bool) -> Snapshot | None:
    """Return a snapshot of whole weights, which fits a module that is not sharded; every process of a team must ask.

    One tensor after another is on the device as a whole. Without `is_kept` the process only helps, and gets None.
    """
    if is_kept:
        return Snapshot(module, take=whole)
    for tensor in _changed(module):
        whole(tensor)
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """What led to some weights."""

    validation_loss: float  #: nats per token
    learning_rate: float
    batch_size: int
    epochs: float  #: passes over the examples that they were trained for
    tried: tuple[tuple[float, float], ...] = ()  #: learning rates tried besides, each with its lowest validation loss


class BestWeights:
    """The weights with the lowest validation loss, across epochs and grid points: one copy, however many are tried."""

    def __init__(self) -> None:
        self.choice: Choice | None = None  #: None until weights were offered
        self._snapshot: Snapshot | None = None

    def offer(self, module: Module, choice: Choice) -> None:
        """Keep the weights of `module` if their loss is lower than any before; equal losses keep the earlier."""
        if self.choice is not None and choice.validation_loss >= self.choice.validation_loss:
            return
        self.choice = choice
        if self._snapshot is None:
            self._snapshot = Snapshot(module)
        else:
            self._snapshot.update(module)

    def restore(self, module: Module) -> None:
        """Write the best weights back into `module`.

        Raises:
            LookupError: none were offered.
        """
        if self._snapshot is None:
            raise LookupError("no weights were offered")
        self._snapshot.restore(module)


def _changed(module: Module) -> Iterator[Tensor]:
    yield from (parameter for parameter in module.parameters() if parameter.requires_grad)
    yield from module.buffers()
