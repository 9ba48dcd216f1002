"""An executor behind the ledger: what it measures is in the ledger before anyone sees it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from audition.measuring.ledger import Ledger
    from audition.plugins.calling import Hooks
    from audition.types import Calibration, MeasurementRequest, Observation, Progress
    from audition.types.protocols import Executor


class LedgerRunner:
    """Runs resolved requests. Thread-safe."""

    def __init__(
        self, ledger: Ledger, executor: Executor, hooks: Hooks, on_progress: Callable[[Progress], None]
    ) -> None:
        self._ledger = ledger
        self._executor = executor
        self._hooks = hooks
        self._on_progress = on_progress

    @property
    def slots(self) -> int:
        """Return how many measurements run at once."""
        return self._executor.slots

    def known(self, request: MeasurementRequest) -> Observation | None:
        """Return what the ledger has; a tokeniser that was refused before it was measured may be asked for now."""
        found = self._ledger.get(request.key)
        is_refused = found is not None and found.status == "lossy-tokeniser" and request.rank_lossy
        return None if is_refused else found

    def run(self, request: MeasurementRequest, *, tensor_bytes: int | None) -> Observation:
        """Measure; `tensor_bytes` are what was estimated, and are kept beside what was measured."""
        observation = replace(self._executor.run(request, self._on_progress), memory_estimate_bytes=tensor_bytes)
        self._ledger.put(request.key, observation)
        self._hooks.measured(observation)
        return observation

    def calibrate(self, requests: Sequence[MeasurementRequest]) -> dict[str, Calibration]:
        """Return how fast models are, by model, from the ledger or from a training step now, several at a time."""
        with ThreadPoolExecutor(max_workers=max(1, self.slots)) as pool:
            try:
                found = list(pool.map(self._calibrate, requests))
            except BaseException:  # an interrupt as much as an error
                self.close()
                raise
        return {request.model.name: known for request, known in zip(requests, found, strict=True) if known is not None}

    def close(self) -> None:
        """End the workers."""
        self._executor.close()

    def _calibrate(self, request: MeasurementRequest) -> Calibration | None:
        known = self._ledger.get_calibration(request.key)
        if known is None:
            known = self._executor.calibrate(request)
            if known is not None:
                self._ledger.put_calibration(request.key, known)
        return known
