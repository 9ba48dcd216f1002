"""Parameters of which this process holds a part, or all: for code that need not know which."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from torch import Tensor
    from torch.nn import Module, Parameter

    from audition.training.sharding.team import Team


def local_part(tensor: Any) -> Tensor:  # noqa: ANN401 - a DTensor, whose import takes a second that most need not spend
    """Return what of `tensor` is on this process's device, sharing its memory; all of it where nothing is sharded."""
    part: Tensor = tensor.to_local() if hasattr(tensor, "to_local") else tensor
    return part


def whole(tensor: Any) -> Tensor:  # noqa: ANN401 - as above
    """Return all of `tensor`, on the device; every process of the team must ask."""
    full: Tensor = tensor.full_tensor() if hasattr(tensor, "full_tensor") else tensor
    return full


def write(parameter: Any, values: Tensor) -> None:  # noqa: ANN401 - as above
    """Give `parameter` new values, of its whole shape; of a sharded one, this process's part. Not for autograd."""
    if hasattr(parameter, "to_local"):
        from torch.distributed.tensor import distribute_tensor

        # no source: every process has the values, and takes its own part without a word to the others
        mesh, placements = parameter.device_mesh, parameter.placements
        values = distribute_tensor(values.to(parameter.device), mesh, placements, src_data_rank=None).to_local()
    local_part(parameter).copy_(values)


class TrainedParts:
    """What this process's optimiser updates: the trained parameters of a module, or its part of each.

    Optimisers get plain tensors, so that all work: those of bitsandbytes read memory by address.
    """

    def __init__(self, module: Module) -> None:
        self._module = module
        trained = {name: each for name, each in module.named_parameters() if each.requires_grad}
        self._whole = list(trained.values())
        self._parts = [_part(parameter) for parameter in self._whole]
        self._experts = [part for name, part in zip(trained, self._parts, strict=True) if "experts" in name.split(".")]

    @property
    def parameters(self) -> list[Parameter]:
        """Return the parts that are not empty; a small parameter has fewer rows than there are devices."""
        return [part for part in self._parts if part.numel()]

    def take_gradients(self, team: Team) -> None:
        """Give every part the gradient of its parameter.

        A team sums zeros for an expert that none of its tokens met. It gets no gradient then, as on one device: the
        optimiser would move it on.
        """
        for parameter, part in zip(self._whole, self._parts, strict=True):
            if part is not parameter:
                part.grad = None if parameter.grad is None else local_part(parameter.grad)

        if team.size > 1 and self._experts:
            from torch import stack

            is_met = team.sum(stack([_has_gradient(part) for part in self._experts]).float()).tolist()
            for part, met in zip(self._experts, is_met, strict=True):
                part.grad = part.grad if met else None

    def drop_gradients(self) -> None:
        """Forget all gradients."""
        self._module.zero_grad(set_to_none=True)
        for part in self._parts:
            part.grad = None


def _has_gradient(part: Parameter) -> Tensor:
    """Return whether any number of a gradient is not zero."""
    return part.new_zeros(()).bool() if part.grad is None else part.grad.any()


def _part(parameter: Any) -> Parameter:  # noqa: ANN401 - as above
    from torch.nn import Parameter

    return Parameter(local_part(parameter).detach()) if hasattr(parameter, "to_local") else parameter
