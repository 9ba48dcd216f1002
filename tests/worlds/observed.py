"""What tests of several rooms share of observed."""

from __future__ import annotations

from typing import Any

from audition.types import Observation

GIB = 2**30


def observation(**fields: Any) -> Observation:  # noqa: ANN401
    return Observation(
        **{"model": "a", "task": "toy", "n_samples": 200, "seeds": (0,), "device_kind": "A100", **fields}
    )
