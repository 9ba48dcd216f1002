"""What tells candidates apart whose losses do not: memory, time, licence."""

from __future__ import annotations

from typing import TYPE_CHECKING

from audition.text.sizes import format_bytes

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from audition.types import MemoryEstimate, ModelSpec, Observation

NOTICEABLE = 1.1  #: times as much memory or time


def telling_apart(
    names: Sequence[str],
    observations: Sequence[Observation],
    candidates: Sequence[ModelSpec],
    memory: Mapping[str, MemoryEstimate | None],
) -> str:
    """Return a sentence about which of several candidates is smallest, fastest, differently licensed; "" if none is."""
    said = [*_least_memory(names, memory), *_fastest(names, observations)]
    licences = {model.name: model.licence for model in candidates if model.name in names}
    if len(set(licences.values()) - {"unknown"}) > 1:
        said.append("licences: " + ", ".join(f"{licences[name]} ({name})" for name in names if name in licences))
    return f"What tells them apart: {'; '.join(said)}." if said else ""


def _least_memory(names: Sequence[str], memory: Mapping[str, MemoryEstimate | None]) -> list[str]:
    needs = {name: need.total for name in names if (need := memory.get(name)) is not None}
    if len(needs) < len(names):
        return []
    least = min(needs, key=lambda name: (needs[name], name))
    if max(needs.values()) < NOTICEABLE * needs[least]:
        return []
    return [f"{least} takes the least memory ({format_bytes(needs[least])}, estimated)"]


def _fastest(names: Sequence[str], observations: Sequence[Observation]) -> list[str]:
    """Return who took the least time at the largest size that all were fine-tuned at."""
    spent: dict[int, dict[str, float]] = {}
    for each in observations:
        if each.model in names and each.n_samples and each.loss is not None and each.cost.seconds:
            spent.setdefault(each.n_samples, {})[each.model] = each.cost.seconds
    size = max((size for size, of_models in spent.items() if len(of_models) == len(names)), default=None)
    if size is None:
        return []
    fastest = min(spent[size], key=lambda name: (spent[size][name], name))
    slowest = max(spent[size].values()) / spent[size][fastest]
    if slowest < NOTICEABLE:
        return []
    return [f"{fastest} trains fastest ({slowest:.1f} times as fast as the slowest at {size:,}, measured)"]
