"""What the check ran on, and what the tests marked `gpu` say there."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING

from gpu_sections.workshop import Section, size

if TYPE_CHECKING:
    from gpu_sections.workshop import Workshop

PACKAGES = ("torch", "transformers", "bitsandbytes", "peft", "accelerate", "flash-attn", "triton", "audition")


def environment(workshop: Workshop) -> Section:
    """Return driver, libraries and devices."""
    import torch

    section = Section("Environment")
    facts = {"driver": _driver(), "CUDA of torch": str(torch.version.cuda), "CUDA_VISIBLE_DEVICES": _visible()}
    facts |= {package: _version(package) for package in PACKAGES}
    for device in workshop.devices:
        facts[device.name] = f"{device.kind}, {size(device.memory_bytes)}, bf16 {'yes' if device.has_bf16 else 'no'}"
    section.rows.extend({"what": what, "is": value} for what, value in facts.items())
    return section


def tests(workshop: Workshop) -> Section:
    """Run the tests marked `gpu`."""
    section = Section("Tests marked gpu")
    command = [sys.executable, "-m", "pytest", "-m", "gpu", "-q", "-p", "no:cacheprovider", "tests"]
    try:
        run = subprocess.run(  # noqa: S603 - our own tests
            command, capture_output=True, text=True, timeout=workshop.seconds_left, check=False
        )
    except subprocess.TimeoutExpired:
        section.problems.append("the tests marked gpu took longer than the time that was left")
        return section
    (workshop.folder / "tests.txt").write_text(run.stdout + run.stderr, encoding="utf-8")
    lines = run.stdout.strip().splitlines() or ["nothing was printed"]
    section.notes += [lines[-1], *(line for line in lines if line.startswith(("FAILED", "ERROR")))]
    if run.returncode:
        section.problems.append(f"tests marked gpu: {lines[-1]} (tests.txt has the rest)")
    return section


def _driver() -> str:
    program = shutil.which("nvidia-smi")
    if program is None:
        return "no nvidia-smi here"
    query = [program, "--query-gpu=driver_version", "--format=csv,noheader"]
    found = subprocess.run(query, capture_output=True, text=True, check=False)  # noqa: S603 - found on the path
    return next(iter(found.stdout.split()), "unknown")


def _visible() -> str:
    return os.environ.get("CUDA_VISIBLE_DEVICES", "not set")


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "not installed"
