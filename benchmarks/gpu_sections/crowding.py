"""Several models at once on one GPU: what it gains, and what each process holds beside its tensors."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import TYPE_CHECKING

from audition_plugins.executors.local import LocalExecutor
from gpu_sections.memory import random_model
from gpu_sections.workshop import RECIPE, Section, size

if TYPE_CHECKING:
    from collections.abc import Sequence

    from audition.types import MeasurementRequest, Observation
    from gpu_sections.workshop import Workshop

WORKERS = (1, 2, 4, 8)


def crowding(workshop: Workshop) -> Section:
    """Measure the same models with 1, 2, 4 and 8 workers on one device, start-up left out."""
    section = Section(f"Several models share {workshop.device.name}: measured seconds of the same work")
    recipe = replace(RECIPE, precision="bf16" if workshop.device.has_bf16 else "fp32")
    zoo = [offer.entry for name, offer in workshop.catalog.models.items() if name.startswith("tiny/")]
    real = random_model(workshop, "gpt2")
    n = 8 if workshop.is_rehearsal else 192
    work = {
        f"the zoo, {n} examples each": [workshop.request(model, recipe, n_samples=n) for model in zoo],
        f"8 × GPT-2 of 124 M, {n} examples": [
            replace(workshop.request(real, recipe, n_samples=n), seed=seed) for seed in range(8)
        ],
    }
    for name, requests in work.items():
        losses: list[list[float | None]] = []
        alone = None
        for n_workers in WORKERS:
            if workshop.seconds_left < 40:
                section.notes.append(f"{name}: no time for {n_workers} workers")
                break
            found, seconds, held = _timed(workshop, requests, n_workers)
            alone = alone or seconds
            losses.append([each.loss_per_token for each in found])
            section.rows.append(
                {
                    "work": name,
                    "workers": n_workers,
                    "seconds": f"{seconds:.1f}",
                    "times as fast": f"{alone / seconds:.2f}",
                    "GPU memory held": size(held),
                }
            )
        if any(each != losses[0] for each in losses):
            section.problems.append(f"{name}: losses depend on the number of workers")
    return section


def context(workshop: Workshop) -> Section:
    """Read what the GPU holds for one idle worker, and for the libraries of one matrix product."""
    section = Section("What a process holds beside its tensors: measured")
    if workshop.is_rehearsal:
        section.notes.append("skipped: there is no context on a CPU")
        return section
    import torch

    device = workshop.device.name
    torch.zeros(1, device=device)
    torch.cuda.synchronize()
    first = torch.cuda.memory_allocated(device)
    layer = torch.nn.Linear(64, 64, device=device)
    before = torch.cuda.memory_allocated(device)
    for dtype in (torch.float32, torch.bfloat16):
        with torch.autocast("cuda", dtype=torch.bfloat16, enabled=dtype == torch.bfloat16):
            layer(torch.randn(64, 64, device=device)).sum().backward()
        torch.cuda.synchronize()
        section.rows.append(
            {
                "what": f"workspaces of one {dtype} linear layer, forward and backward",
                "bytes": size(torch.cuda.memory_allocated(device) - before),
            }
        )
    free, total = torch.cuda.mem_get_info(device)
    section.rows.append({"what": "held of the card now", "bytes": size(total - free)})
    section.rows.append({"what": "reserved by this process", "bytes": size(torch.cuda.memory_reserved(device))})
    section.rows.append({"what": "allocated at first", "bytes": size(first)})
    return section


def _timed(
    workshop: Workshop, requests: Sequence[MeasurementRequest], n_workers: int
) -> tuple[list[Observation], float, int | None]:
    """Return observations, seconds, and what the workers hold together when they are done."""
    log_dir = workshop.folder / f"crowding-{n_workers}"
    executor = LocalExecutor(slots=n_workers, log_dir=log_dir, timeout=workshop.seconds_left)
    try:
        with ThreadPoolExecutor(n_workers) as pool:
            list(pool.map(lambda request: executor.calibrate(request), requests[:n_workers]))  # starts every worker
            started = time.perf_counter()
            found = list(pool.map(lambda request: executor.run(request, lambda _: None), requests))
            return found, time.perf_counter() - started, _held(workshop)
    finally:
        executor.close()


def _held(workshop: Workshop) -> int | None:
    if workshop.is_rehearsal:
        return None
    import torch

    free, total = torch.cuda.mem_get_info(workshop.device.name)
    return total - free
