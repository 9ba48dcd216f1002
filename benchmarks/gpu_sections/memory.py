"""Memory on the GPU: what models of a real size take, and what a copy to it costs."""

from __future__ import annotations

import json
import random
import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from audition.checkpoints import read_spec
from audition.encoding.pretrained import quiet
from audition.training.devices.memory import release_memory
from audition.types import TaskOptions
from gpu_sections.workshop import RECIPE, Section, loss, size

if TYPE_CHECKING:
    from audition.types import MeasurementRequest, ModelSpec, Observation
    from gpu_sections.workshop import Workshop

N_ROWS = 64
NEAR = 0.05  #: relative: losses after training, whose dropout noise depends on the micro-batch
SIZES: dict[str, dict[str, int]] = {
    "gpt2": {"n_embd": 768, "n_layer": 12, "n_head": 12, "n_positions": 1024, "vocab_size": 50257},
    "gpt2-xl": {"n_embd": 1600, "n_layer": 48, "n_head": 25, "n_positions": 1024, "vocab_size": 50257},
    "t5": {
        "d_model": 512,
        "d_ff": 2048,
        "d_kv": 64,
        "num_layers": 6,
        "num_decoder_layers": 6,
        "num_heads": 8,
        "vocab_size": 32128,
    },
    "t5-large": {
        "d_model": 1024,
        "d_ff": 4096,
        "d_kv": 64,
        "num_layers": 24,
        "num_decoder_layers": 24,
        "num_heads": 16,
        "vocab_size": 32128,
    },
}
_WORDS = ("river", "window", "archive", "morning", "letter", "engine", "garden", "signal", "paper", "winter")


def real_sizes(workshop: Workshop) -> Section:
    """Fine-tune random models of the sizes of GPT-2 and T5-small on long examples; estimate and measurement."""
    section = Section("Memory of models of a real size: estimated tensors against measured")
    workshop = replace(workshop, task=workshop.catalog.open_task(str(_long_task(workshop.folder)), TaskOptions()))
    base = replace(RECIPE, batch_sizes=(8,), micro_batch_tokens=4096, n_validation=8, n_test=8)
    bf16: dict[str, Any] = {"precision": "bf16"}
    cases: dict[str, dict[str, Any]] = {
        "full fp32": {},
        "full bf16": bf16,
        "full bf16, checkpointing": {**bf16, "checkpointing": True},
        "full bf16, 8-bit AdamW": {**bf16, "optimiser": "adamw-8bit"},
        "LoRA bf16": {**bf16, "method": "lora"},
        "QLoRA nf4 bf16": {**bf16, "method": "qlora"},
    }
    models = [random_model(workshop, kind) for kind in ("gpt2", "t5")]
    requests = [
        (name, workshop.request(model, replace(base, **fields), n_samples=16))
        for model in models
        for name, fields in cases.items()
    ]
    found = workshop.measure([request for _, request in requests])
    for (name, request), observation in zip(requests, found, strict=True):
        section.rows.append(_row(workshop, request, observation, name))
        if observation.status != "ok":
            section.problems.append(f"{request.model.name}, {name}: {loss(observation)}")
    section.notes.append("long examples (about 400 tokens), 8 a step; allocated is the process's peak in a rehearsal")
    return section


def large_sizes(workshop: Workshop) -> Section:
    """Fine-tune random models of the sizes of GPT-2-XL and T5-large as a whole; estimate and measurement."""
    section = Section("Memory of large models: estimated tensors against measured")
    workshop = replace(workshop, task=workshop.catalog.open_task(str(_long_task(workshop.folder)), TaskOptions()))
    recipe = replace(RECIPE, batch_sizes=(8,), micro_batch_tokens=4096, n_validation=8, n_test=8, precision="bf16")
    for kind in ("gpt2-xl", "t5-large"):
        request = workshop.request(random_model(workshop, kind), recipe, n_samples=16)
        (found,) = workshop.measure([request])
        section.rows.append(_row(workshop, request, found, "full bf16"))
        if found.status != "ok":
            section.problems.append(f"{request.model.name}: {loss(found)}")
    return section


def _row(workshop: Workshop, request: MeasurementRequest, found: Observation, setting: str) -> dict[str, str]:
    estimated, measured = workshop.estimated(request), found.memory_bytes
    return {
        "model": Path(request.model.name).name,
        "setting": setting,
        "loss": loss(found),
        "estimated": size(estimated),
        "allocated": size(measured),
        "estimated/allocated": f"{estimated / measured:.2f}" if estimated and measured else "–",
        "reserved": size(found.memory_reserved_bytes),
    }


def transfers(workshop: Workshop) -> Section:
    """Copy a batch to the GPU from pinned and from ordinary memory."""
    section = Section("Copying to the GPU: measured")
    if workshop.is_rehearsal:
        section.notes.append("skipped: there is nothing to copy to")
        return section
    import torch

    for n_bytes in (2**16, 2**20, 2**28):
        ordinary = torch.zeros(n_bytes, dtype=torch.uint8)
        for name, batch in (("ordinary", ordinary), ("pinned", ordinary.pin_memory())):
            torch.cuda.synchronize()
            started = time.perf_counter()
            for _ in range(10):
                batch.to(workshop.device.name, non_blocking=True)
            issued = time.perf_counter() - started
            torch.cuda.synchronize()
            seconds = time.perf_counter() - started
            rate = 10 * n_bytes / seconds / 1e9
            section.rows.append(
                {
                    "bytes": n_bytes,
                    "memory": name,
                    "GB/s": f"{rate:.2f}",
                    "microseconds until the CPU goes on": f"{issued / 10 * 1e6:.0f}",
                }
            )
    return section


def _long_task(folder: Path) -> Path:
    """Write 200 pairs of about 400 tokens, in words that every tokeniser of the zoo knows in pieces."""
    path = folder / "long.jsonl"
    draw = random.Random(0)  # noqa: S311 - no secret
    rows = [
        {"input": f"{n}: " + " ".join(draw.choices(_WORDS, k=150)), "target": " ".join(draw.choices(_WORDS, k=8))}
        for n in range(200)
    ]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


def random_model(workshop: Workshop, kind: str) -> ModelSpec:
    """Write a checkpoint of random weights with the sizes of a public model, and a zoo model's tokeniser."""
    import torch
    import transformers

    folder = workshop.folder / f"random-{kind}"
    is_causal = kind.startswith("gpt2")
    donor = workshop.catalog.models["tiny/gpt2-1.4m" if is_causal else "tiny/t5-1.4m"].entry
    config: Any = transformers.AutoConfig.from_pretrained(donor.checkpoint)
    small = {"n_embd": 96, "n_layer": 2, "n_head": 4} if is_causal else {"d_model": 96, "d_ff": 128, "num_layers": 2}
    for name, value in (small if workshop.is_rehearsal else SIZES[kind]).items():
        setattr(config, name, value)
    auto: Any = transformers.AutoModelForCausalLM if is_causal else transformers.AutoModelForSeq2SeqLM
    with quiet():
        with torch.device(workshop.device.name):  # weights are drawn there in no time
            module = auto.from_config(config)
        module.cpu().save_pretrained(folder)
        transformers.AutoTokenizer.from_pretrained(donor.checkpoint).save_pretrained(folder)
    del module
    release_memory(workshop.device)
    return read_spec(str(folder), adapter_for=lambda _: donor.adapter)
