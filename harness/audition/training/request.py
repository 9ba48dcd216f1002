"""What a worker is asked: the public name of `audition.types.requests`."""

from __future__ import annotations

from audition.types.requests import EVALUATION, Attempt, Calibration, MeasurementRequest, Progress

__all__ = [
    "EVALUATION",
    "Attempt",
    "Calibration",
    "MeasurementRequest",
    "Progress",
]
