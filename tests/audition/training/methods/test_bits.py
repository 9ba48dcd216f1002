from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.slow
def test_importing_bitsandbytes_downloads_no_code_and_prints_nothing(tmp_path: Path) -> None:
    (tmp_path / "kernels.py").write_text("raise SystemExit('code from the hub was asked for')")
    work = "import torch; from audition.training.methods.bits import bitsandbytes_functions as f; print(f().__name__)"
    done = subprocess.run(
        [sys.executable, "-c", f"{work}; import sys; print('kernels' in sys.modules)"],
        env={"PYTHONPATH": str(tmp_path), "OMP_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.split() == ["bitsandbytes.functional", "False"]
