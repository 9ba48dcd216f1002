"""Too little memory, for real: a tensor takes what a fine-tuning would need."""

from __future__ import annotations

from contextlib import contextmanager, nullcontext
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from audition.training.candidate import Candidate
from audition.training.devices.memory import held_by_others_bytes, release_memory
from gpu_sections.workshop import RECIPE, Section, loss, relative, scientific, size

if TYPE_CHECKING:
    from collections.abc import Iterator

    from audition.training.devices.device import Device
    from audition.types import Observation
    from gpu_sections.workshop import Workshop

N_ROWS = 64
NEAR = 0.05  #: relative: losses after training, whose dropout noise depends on the micro-batch


def halving(workshop: Workshop) -> Section:
    """Fine-tune with all of the memory, and with less and less of what that took."""
    section = Section("Running out of memory: measured, in this process")
    device = workshop.device
    model = workshop.catalog.models["tiny/gpt2-1.4m"].entry
    request = workshop.request(model, replace(RECIPE, batch_sizes=(N_ROWS,), n_test=N_ROWS), n_samples=N_ROWS)

    def measured_with(n_bytes: int | None) -> Observation:
        candidate = Candidate.load(request, workshop.catalog.adapter(model.adapter), workshop.task, device)
        release_memory(device)
        with squeezed(device, n_bytes) if n_bytes is not None else nullcontext():
            return candidate.measure(request)

    whole = measured_with(None)
    for share in (0.8, 0.6, 0.4, 0.25, 0.12, 0.06, 0.0):
        left = int(share * (whole.memory_bytes or 0))
        found = measured_with(left)
        apart = relative(found.loss_per_token, whole.loss_per_token)
        section.rows.append(
            {
                "left": size(left),
                "status": found.status,
                "loss": loss(found),
                "from all": scientific(apart),
                "micro-batch tokens": found.micro_batch_tokens or "as asked",
                "peak": size(found.memory_bytes),
            }
        )
        if apart is not None and apart > NEAR:
            section.problems.append(f"with {size(left)} left: {loss(found)}, with all of the memory {loss(whole)}")
    section.notes.append(f"with all of the memory: {loss(whole)}, peak {size(whole.memory_bytes)}")
    if not any(row["status"] == "ok" and row["micro-batch tokens"] != "as asked" for row in section.rows):
        section.problems.append("no micro-batch was halved")
    if device.is_cuda:
        if section.rows[-1]["status"] not in ("does-not-fit", "out-of-memory"):
            section.problems.append("with nothing left it fitted")
        section.notes.append(f"held by others, as this check reckons: {size(held_by_others_bytes(device))} (estimated)")
        section.notes.append(f"context and libraries of this process: {size(_outside_allocator(device))} (measured)")
    else:
        section.notes.append("a CPU's allocator goes on with what it was given before, so nothing left is not nothing")
    return section


@contextmanager
def squeezed(device: Device, n_bytes: int) -> Iterator[None]:
    """Leave so much memory, beyond what is in use now, by a tensor that fills the rest.

    A rehearsal limits its own process, to an eighth of that: it goes on using what its allocator has kept.
    """
    if device.is_cuda:
        import torch

        free, _ = torch.cuda.mem_get_info(device.name)
        filler = torch.empty(max(0, free - n_bytes), dtype=torch.uint8, device=device.name)
        try:
            yield
        finally:
            del filler
            release_memory(device)
        return
    import resource

    before = resource.getrlimit(resource.RLIMIT_DATA)
    data = next(line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmData:"))
    resource.setrlimit(resource.RLIMIT_DATA, (int(data.split()[1]) * 1024 + n_bytes // 8, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_DATA, before)


def _outside_allocator(device: Device) -> int:
    import torch

    free, total = torch.cuda.mem_get_info(device.name)
    return max(0, int(total - free - torch.cuda.memory_reserved(device.name)))
