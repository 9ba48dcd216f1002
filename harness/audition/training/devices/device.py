"""A device that models are trained on, as plain data."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Device:
    """A device that this machine has."""

    name: str  #: as torch spells it: "cpu", "cuda:0"
    kind: str  #: "cpu", or the GPU's model name; numbers repeat on the same kind
    memory_bytes: int  #: total: of the GPU, or of the machine
    has_bf16: bool

    @property
    def is_cuda(self) -> bool:
        """Return whether it is a GPU."""
        return self.name.startswith("cuda")
