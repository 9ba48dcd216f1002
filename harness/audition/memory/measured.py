"""Estimated against measured peak memory: what the planner said of a fine-tuning, and what it took."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import mean
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from audition.types import Observation, Status


@dataclass(frozen=True, slots=True, kw_only=True)
class MemoryRecord:
    """One measurement of the ledger, as far as memory goes."""

    model: str
    task: str
    n_samples: int
    status: Status
    device_kind: str | None  #: "cpu" or the GPU's model name; None: from a ledger older than this field
    method: str | None  #: such as "full bf16"; None: likewise
    micro_batch_tokens: int | None  #: that memory left of the recipe's; None: all of it fitted
    estimated_bytes: int | None  #: None: nobody estimated it
    measured_bytes: int  #: peak: allocated on CUDA, of the process on a CPU; of a failed measurement, up to there
    reserved_bytes: int | None  #: measured peak that CUDA's allocator held
    ratio: float | None  #: estimated / measured; None where one is unknown, or the measurement failed


@dataclass(frozen=True, slots=True, kw_only=True)
class MemorySummary:
    """How good the estimates were on one kind of device."""

    device_kind: str | None
    n_compared: int  #: measurements that have both numbers
    mean_ratio: float  #: estimated / measured
    lowest: MemoryRecord  #: the estimate that was furthest below
    highest: MemoryRecord  #: and above


def memory_records(observations: Iterable[Observation]) -> tuple[MemoryRecord, ...]:
    """Return those that say what memory they took, in the order they came."""
    return tuple(
        _record(observation, observation.memory_bytes)
        for observation in observations
        if observation.memory_bytes is not None
    )


def summarise(records: Sequence[MemoryRecord]) -> tuple[MemorySummary, ...]:
    """Return one summary a kind of device, for those that have estimates to compare."""
    kinds = dict.fromkeys(record.device_kind for record in records if record.ratio is not None)
    return tuple(
        _summary([record for record in records if record.device_kind == kind and record.ratio is not None])
        for kind in kinds
    )


def _record(observation: Observation, measured: int) -> MemoryRecord:
    estimated = observation.memory_estimate_bytes
    is_whole = observation.status == "ok" and estimated is not None and measured > 0
    return MemoryRecord(
        model=observation.model,
        task=observation.task,
        n_samples=observation.n_samples,
        status=observation.status,
        device_kind=observation.device_kind,
        method=observation.method,
        micro_batch_tokens=observation.micro_batch_tokens,
        estimated_bytes=estimated,
        measured_bytes=measured,
        reserved_bytes=observation.memory_reserved_bytes,
        ratio=estimated / measured if is_whole and estimated is not None else None,
    )


def _summary(records: Sequence[MemoryRecord]) -> MemorySummary:
    def ratio(record: MemoryRecord) -> float:
        return record.ratio or 0.0

    return MemorySummary(
        device_kind=records[0].device_kind,
        n_compared=len(records),
        mean_ratio=mean(map(ratio, records)),
        lowest=min(records, key=ratio),
        highest=max(records, key=ratio),
    )
