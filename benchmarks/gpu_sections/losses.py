"""Losses on the GPU: against the CPU, under every setting of a recipe, again, and side by side."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from gpu_sections.workshop import RECIPE, Section, loss, relative, scientific, size

if TYPE_CHECKING:
    from audition.types import ModelSpec, Observation, Recipe
    from gpu_sections.workshop import Workshop

_SAME = 1e-4  #: relative: zero-shot losses in float32, on two devices
_NEAR = 0.05  #: relative: losses after training, whose dropout noise differs between devices
BF16: dict[str, Any] = {"precision": "bf16"}
SETTINGS: dict[str, dict[str, Any]] = {
    "fp32": {},
    "fp32, tf32": {"tf32": True},
    "bf16": BF16,
    "bf16, not deterministic": {**BF16, "deterministic": False},
    "bf16, eager": {**BF16, "attention": "eager"},
    "bf16, checkpointing": {**BF16, "checkpointing": True},
    "bf16, 8-bit AdamW": {**BF16, "optimiser": "adamw-8bit"},
    "bf16, paged AdamW": {**BF16, "optimiser": "paged-adamw"},
    "bf16, paged 8-bit AdamW": {**BF16, "optimiser": "paged-adamw-8bit"},
    "bf16, LoRA": {**BF16, "method": "lora"},
    "bf16, QLoRA nf4": {**BF16, "method": "qlora", "quantisation": "nf4"},
    "bf16, QLoRA int8": {**BF16, "method": "qlora", "quantisation": "int8"},
    "bf16, flash": {**BF16, "attention": "flash"},
}
_MAY_FAIL = ("bf16, flash",)  #: needs another package


def zoo(workshop: Workshop) -> dict[str, ModelSpec]:
    """Return the smallest zoo model of every adapter."""
    models = [offer.entry for name, offer in workshop.catalog.models.items() if name.startswith("tiny/")]
    smallest_last = sorted(models, key=lambda model: -(model.n_params or 0))
    return {model.adapter: model for model in smallest_last}


def agreement(workshop: Workshop) -> Section:
    """Train the smallest model of every adapter on the CPU and on the device."""
    section = Section(f"{workshop.device.name} against the CPU: nats per token, measured")
    models = list(zoo(workshop).values())
    sizes = (0, 64)
    on_cpu = [workshop.request(model, n_samples=n, device="cpu") for model in models for n in sizes]
    expected = workshop.measure(on_cpu, slots=2)
    found = workshop.measure([workshop.request(model, n_samples=n) for model in models for n in sizes])
    for place, model in enumerate(models):
        for n, here, there in zip(sizes, found[2 * place :], expected[2 * place :], strict=False):
            apart = relative(here.loss_per_token, there.loss_per_token)
            section.rows.append(
                {
                    "adapter": model.adapter,
                    "model": model.name,
                    "examples": n,
                    "CPU": loss(there),
                    "device": loss(here),
                    "relative difference": scientific(apart),
                    "seconds": f"{here.cost.seconds:.1f}",
                    "allocated": size(here.memory_bytes),
                    "reserved": size(here.memory_reserved_bytes),
                }
            )
            if apart is None or apart > (_NEAR if n else _SAME):
                section.problems.append(f"{model.name} at {n} examples: {loss(here)}, on the CPU {loss(there)}")
    return section


def settings(workshop: Workshop) -> Section:
    """Train one model under every setting that a recipe has."""
    section = Section("Settings of a recipe: measured, estimated tensors beside")
    model = workshop.catalog.models["tiny/gpt2-1.4m"].entry
    switch = workshop.catalog.models["tiny/switch-1.4m"].entry
    cases = [(model, name, replace(RECIPE, **fields)) for name, fields in SETTINGS.items()]
    cases.append((switch, "bf16, QLoRA nf4", replace(RECIPE, **SETTINGS["bf16, QLoRA nf4"])))
    requests = [workshop.request(model, recipe) for model, _, recipe in cases]
    for (case, name, _), request, found in zip(cases, requests, workshop.measure(requests), strict=True):
        section.rows.append(
            {
                "model": case.name,
                "setting": name,
                "loss": loss(found),
                "seconds": f"{found.cost.seconds:.1f}",
                "allocated": size(found.memory_bytes),
                "reserved": size(found.memory_reserved_bytes),
                "estimated": size(workshop.estimated(request)),
            }
        )
        if found.status != "ok" and name not in _MAY_FAIL:
            section.problems.append(f"{case.name}, {name}: {loss(found)}")
    return section


def repeatability(workshop: Workshop) -> Section:
    """Train the same in two processes, and compare bit for bit."""
    section = Section("The same measurement twice, in two processes")
    for adapter, model in zoo(workshop).items():
        for precision in ("fp32", "bf16"):
            request = workshop.request(model, replace(RECIPE, precision=precision), n_samples=32)
            one, two = workshop.measure([request, request], slots=2)
            is_same = one.status == "ok" and one.loss_per_token == two.loss_per_token
            section.rows.append(
                {
                    "adapter": adapter,
                    "precision": precision,
                    "first": loss(one),
                    "second": loss(two),
                    "identical": "yes" if is_same else "no",
                }
            )
            if not is_same:
                section.problems.append(f"{model.name} in {precision} does not repeat: {loss(one)}, {loss(two)}")
    return section


def side_by_side(workshop: Workshop) -> Section:
    """Train two models at once, on two GPUs where there are as many, and alone."""
    section = Section("Two models side by side: measured seconds and losses")
    models = [workshop.catalog.models[name].entry for name in ("tiny/gpt2-1.4m", "tiny/t5-1.4m")]
    requests = [workshop.request(model, _bf16(workshop)) for model in models]
    names = [device.name for device in workshop.devices]
    alone, alone_seconds = _timed(workshop, requests, slots=1)
    together, seconds = _timed(workshop, requests, slots=2, devices=names[:2])
    for model, one, two in zip(models, alone, together, strict=True):
        section.rows.append({"model": model.name, "alone": loss(one), "side by side": loss(two)})
        if one.loss_per_token is None or one.loss_per_token != two.loss_per_token:
            section.problems.append(f"{model.name}: alone {loss(one)}, side by side {loss(two)}")
    section.notes.append(
        f"on {', '.join(names[:2])}: {alone_seconds:.1f} s one after the other, {seconds:.1f} s side by side, start-up "
        "included (measured)"
    )
    return section


def _bf16(workshop: Workshop) -> Recipe:
    return replace(RECIPE, precision="bf16" if workshop.device.has_bf16 else "fp32")


def _timed(workshop: Workshop, requests: Any, **options: Any) -> tuple[list[Observation], float]:  # noqa: ANN401
    started = time.perf_counter()
    return workshop.measure(requests, **options), time.perf_counter() - started
