"""What tests of several rooms share of scarce memory."""

from __future__ import annotations

from typing import Any

import torch

from audition.testing.toy import ToyAdapter


class NoRow(ToyAdapter):
    """Cannot train on a single row."""

    def loss(self, batch: dict[str, Any]) -> Any:  # noqa: ANN401
        if not self.module.training:
            return super().loss(batch)
        raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB.")
