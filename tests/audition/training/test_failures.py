"""A process with too little memory, and what its libraries say of it."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest
import torch

from audition.training.failures import is_out_of_memory
from worlds.paths import ROOT


@pytest.mark.parametrize(
    ("error", "is_memory"),
    [
        (MemoryError(), True),
        (torch.OutOfMemoryError("CUDA out of memory."), True),
        (RuntimeError("CUDA error: out of memory"), True),
        (RuntimeError("CUDA error: CUBLAS_STATUS_ALLOC_FAILED when calling `cublasCreate(handle)`"), True),
        (RuntimeError("DefaultCPUAllocator: can't allocate memory: you tried to allocate 9 bytes."), True),
        (RuntimeError("CUDA error: an illegal memory access was encountered"), False),
        (ValueError("out of memory"), False),
    ],
)
def test_what_counts_as_out_of_memory(error: Exception, is_memory: bool) -> None:
    assert is_out_of_memory(error) == is_memory


REAL = """
import json, resource, sys
from dataclasses import replace
import torch
from audition.codec import to_json
from audition.testing.toy import ToyAdapter
from worlds.toy_requests import QUICK, ask, candidate

class Hungry(ToyAdapter):  # needs 64 MiB an example
    def loss(self, batch):
        workspace = torch.empty(len(batch["ids"]) * 2**26, dtype=torch.uint8)
        return super().loss(batch)

toy = candidate(adapter=Hungry)
recipe = replace(QUICK, n_validation=8, n_test=8)
before = to_json(toy.measure(ask(16, recipe)))
held = next(int(line.split()[1]) * 1024 for line in open("/proc/self/status") if line.startswith("VmData"))
resource.setrlimit(resource.RLIMIT_DATA, (held + int(sys.argv[1]) * 2**20, resource.RLIM_INFINITY))
print(json.dumps([before, to_json(toy.measure(ask(16, recipe)))]))
"""


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="needs a limit on the memory of a process, and /proc")
@pytest.mark.parametrize(("mebibytes", "n_rows"), [(150, 2), (20, 0)])
def test_a_process_that_really_runs_out_of_memory(mebibytes: int, n_rows: int) -> None:
    command = [sys.executable, "-c", REAL, str(mebibytes)]
    env = {**os.environ, "PYTHONPATH": str(ROOT / "tests")}
    result = subprocess.run(command, check=True, capture_output=True, text=True, env=env)
    whole, limited = json.loads(result.stdout.splitlines()[-1])
    assert whole["status"] == "ok"
    assert whole["micro_batch_tokens"] is None
    if n_rows:
        assert limited["status"] == "ok"
        assert limited["micro_batch_tokens"] < 50 * (n_rows + 1)  # rows have up to 50 tokens
        assert limited["validation_loss"] == pytest.approx(whole["validation_loss"], rel=0.3)  # other dropout noise
    else:
        assert (limited["status"], limited["loss_per_token"]) == ("does-not-fit", None)
        message = limited["message"]
        assert message.startswith("needs more than this machine gave the process: peak ")
        assert "of the process (measured) when it failed at one example of" in message
        assert message.endswith("asking for 64 MiB more")
