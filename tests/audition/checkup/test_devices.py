from __future__ import annotations

import importlib.util
import os
import sys
from types import ModuleType
from typing import TYPE_CHECKING

import torch

from audition.checkup.devices import check_bitsandbytes, check_cpu, check_gpus, check_torch

if TYPE_CHECKING:
    from pathlib import Path

    import pytest


def test_cores_are_those_of_this_process() -> None:
    assert check_cpu().facts["n_cores"] == len(os.sched_getaffinity(0))


def test_torch_and_bitsandbytes_are_told_by_version() -> None:
    assert (check_torch().verdict, check_torch().found) == ("ok", str(torch.__version__))
    assert check_bitsandbytes().verdict == "ok"


def test_there_is_a_line_for_each_gpu_or_one_that_says_why_there_is_none() -> None:
    checks = list(check_gpus())
    assert len(checks) == max(1, torch.cuda.device_count())
    assert all(check.name.startswith("cuda:") or check.name == "gpu" for check in checks)


def test_without_torch_recorded_curves_are_what_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    there = importlib.util.find_spec
    monkeypatch.setattr("audition.checkup.devices.find_spec", lambda name: None if name == "torch" else there(name))
    check = check_torch()
    assert (check.verdict, check.advice) == ("warning", "pip install 'audition[train]'")
    assert "recorded curves can be replayed" in check.found
    assert check_bitsandbytes().verdict == "warning"


def test_a_torch_that_does_not_load_is_a_problem(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "torch.py").write_text("raise OSError('libtorch_cpu.so: cannot open shared object file')\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setitem(sys.modules, "torch", ModuleType("torch"))
    monkeypatch.delitem(sys.modules, "torch")
    check = check_torch()
    assert check.verdict == "problem"
    assert "does not load: OSError: libtorch_cpu.so" in check.found
