"""Processors, GPUs, and the libraries that use them."""

from __future__ import annotations

import os
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from typing import TYPE_CHECKING

from audition.checkup.findings import Check
from audition.errors import AuditionError, describe
from audition.text.sizes import format_bytes
from audition.training.devices.finding import has_driver, machine_bytes, resolve_devices
from audition.training.methods.bits import import_bitsandbytes

if TYPE_CHECKING:
    from collections.abc import Iterator

    from audition.training.devices.device import Device

INSTALL = "pip install 'audition[train]'"


def check_cpu() -> Check:
    """Return how many cores this process may use, and the memory of the machine."""
    n_cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    n_bytes = machine_bytes()
    memory = f", {format_bytes(n_bytes)} of memory" if n_bytes else ""
    facts = {"n_cores": n_cores, "memory_bytes": n_bytes or None}
    return Check(name="cpu", verdict="ok", found=f"{n_cores} core{'s'[: n_cores > 1]}{memory}", facts=facts)


def check_torch() -> Check:
    """Return the version of torch, imported: one that is installed may still not load."""
    if find_spec("torch") is None:
        found = "not installed: recorded curves can be replayed, nothing can be fine-tuned"
        return Check(name="torch", verdict="warning", found=found, advice=INSTALL)
    try:
        import torch
    except Exception as error:  # noqa: BLE001 - a broken installation may raise anything
        return _broken("torch", "problem", error)
    facts = {"version": torch.__version__, "cuda": torch.version.cuda, "hip": torch.version.hip}
    return Check(name="torch", verdict="ok", found=str(torch.__version__), facts=facts)


def check_gpus() -> Iterator[Check]:
    """Yield each GPU that torch sees, or one check that says why there is none."""
    try:
        devices = [device for device in resolve_devices("auto") if device.is_cuda]
    except AuditionError as error:  # no torch, which has been said; or GPUs of several kinds
        if find_spec("torch") is not None:
            advice = "name those of one kind: --device cuda:0"
            yield Check(name="gpu", verdict="warning", found=str(error), advice=advice)
        return
    except Exception as error:  # noqa: BLE001 - a driver that does not answer may raise anything
        yield _broken("gpu", "problem", error, advice="see whether nvidia-smi answers; use --device cpu until it does")
        return
    yield from map(_gpu, devices)
    if not devices:
        yield _no_gpu()


def check_bitsandbytes() -> Check:
    """Return whether 8-bit AdamW and QLoRA can be had."""
    needs = "8-bit AdamW and QLoRA need it"
    if find_spec("bitsandbytes") is None or find_spec("torch") is None:
        return Check(name="bitsandbytes", verdict="warning", found=f"not installed: {needs}", advice=INSTALL)
    try:
        import_bitsandbytes()
    except Exception as error:  # noqa: BLE001 - a broken installation may raise anything
        return _broken("bitsandbytes", "warning", error)
    return Check(name="bitsandbytes", verdict="ok", found=_version("bitsandbytes"))


def _gpu(device: Device) -> Check:
    import torch

    facts = {"kind": device.kind, "memory_bytes": device.memory_bytes, "has_bf16": device.has_bf16}
    try:
        free, _ = torch.cuda.mem_get_info(device.name)
    except Exception as error:  # noqa: BLE001 - as above
        return _broken(device.name, "problem", error, advice="see whether nvidia-smi answers; use another --device")
    found = f"{device.kind}, {format_bytes(device.memory_bytes)}, {format_bytes(free)} of it free"
    facts["free_bytes"] = free
    if not device.has_bf16:
        advice = "nothing can be done: fine-tuning computes in fp32, which is slower and takes more memory"
        return Check(name=device.name, verdict="warning", found=f"{found}, no bf16", advice=advice, facts=facts)
    if 2 * free < device.memory_bytes:
        advice = "nvidia-smi tells who holds the rest; end them, or use another --device"
        return Check(name=device.name, verdict="warning", found=f"{found}, bf16", advice=advice, facts=facts)
    return Check(name=device.name, verdict="ok", found=f"{found}, bf16", facts=facts)


def _no_gpu() -> Check:
    if not has_driver():
        return Check(name="gpu", verdict="ok", found="none: models are fine-tuned on the CPU")
    build = _version("torch")
    found = f"a driver is here, but torch {build} sees no GPU"
    advice = "install a build of torch for your driver: https://pytorch.org/get-started/locally"
    return Check(name="gpu", verdict="warning", found=found, advice=advice)


def _broken(name: str, verdict: str, error: Exception, *, advice: str = "") -> Check:
    found = f"installed, but does not load: {describe(error)}" if not advice else describe(error)
    return Check(
        name=name,
        verdict="problem" if verdict == "problem" else "warning",
        found=found,
        advice=advice or f"install it again: pip install --force-reinstall {name}",
    )


def _version(distribution: str) -> str:
    try:
        return version(distribution)
    except PackageNotFoundError:
        return "of unknown version"
