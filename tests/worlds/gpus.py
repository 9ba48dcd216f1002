"""What tests of several rooms share of gpus."""

from __future__ import annotations

from audition.training.devices.device import Device
from audition.training.devices.finding import resolve_device

CPU = resolve_device("cpu")


OLD_GPU = Device(name="cuda:0", kind="Tesla P100", memory_bytes=16 * 2**30, has_bf16=False)


NEW_GPU = Device(name="cuda:1", kind="NVIDIA A100", memory_bytes=40 * 2**30, has_bf16=True)
