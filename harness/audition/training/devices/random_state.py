"""The states of the random generators that a training step may draw from."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from audition.training.devices.device import Device


class RandomState:
    """The generators of Python, numpy and torch as they are now, on the CPU and on `device`.

    Taking it costs tens of microseconds and waits for no GPU: its generator's seed and offset are kept on the host.
    """

    def __init__(self, device: Device) -> None:
        import torch

        self._device = device
        self._python = random.getstate()
        self._numpy = np.random.get_state()  # set_seed seeds the global one, and a model may draw from it
        self._cpu = torch.get_rng_state()
        self._cuda = torch.cuda.get_rng_state(device.name) if device.is_cuda else None

    def restore(self) -> None:
        """Set the generators back, so that the same noise is drawn again."""
        import torch

        random.setstate(self._python)
        np.random.set_state(self._numpy)
        torch.set_rng_state(self._cpu)
        if self._cuda is not None:
            torch.cuda.set_rng_state(self._cuda, self._device.name)
