"""One model over several GPUs: losses and memory beside those of one."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from gpu_sections.losses import zoo
from gpu_sections.workshop import RECIPE, Section, loss, relative, scientific, size

if TYPE_CHECKING:
    from gpu_sections.workshop import Workshop

N_SHARDS = 2
_NEAR = 0.05  #: relative: each process draws its own dropout noise
SETTINGS: dict[str, dict[str, Any]] = {
    "fp32": {"precision": "fp32"},
    "bf16, checkpointing": {"precision": "bf16", "checkpointing": True},
    "bf16, 8-bit AdamW": {"precision": "bf16", "optimiser": "adamw-8bit"},
    "bf16, LoRA": {"precision": "bf16", "method": "lora"},
    "bf16, QLoRA nf4": {"precision": "bf16", "method": "qlora"},
}


def sharing(workshop: Workshop) -> Section:
    """Train a zoo model on one device and on two together, by every kind of setting."""
    section = Section(f"One model over {N_SHARDS} devices: nats per token and peak of a device, measured")
    if workshop.device.is_cuda and len(workshop.devices) < N_SHARDS:
        section.notes.append(f"Not run: it needs {N_SHARDS} GPUs, and there is one.")
        return section
    model = zoo(workshop)["gpt2"]
    recipes = [replace(RECIPE, **fields) for fields in SETTINGS.values()]
    place = ",".join(device.name for device in workshop.devices[:N_SHARDS])
    alone = workshop.measure([workshop.request(model, recipe) for recipe in recipes])
    shared = [replace(recipe, n_shards=N_SHARDS) for recipe in recipes]
    together = workshop.measure([workshop.request(model, recipe, device=place) for recipe in shared])
    for name, one, both in zip(SETTINGS, alone, together, strict=True):
        apart = relative(both.loss_per_token, one.loss_per_token)
        section.rows.append(
            {
                "model": model.name,
                "setting": name,
                "one": loss(one),
                "together": loss(both),
                "apart": scientific(apart),
                "peak of one": size(one.memory_bytes),
                "of each": size(both.memory_bytes),
            }
        )
        if apart is None or apart > _NEAR:
            section.problems.append(f"{model.name}, {name}: {loss(one)} on one device, {loss(both)} on two")
    return section
