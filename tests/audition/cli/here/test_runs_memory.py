from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from typer.testing import CliRunner

from audition.cli.app import app
from audition.measuring.ledger import Ledger
from audition.types import Observation

if TYPE_CHECKING:
    from pathlib import Path

GIB = 2**30


def audition(*arguments: str) -> str:
    result = CliRunner().invoke(app, arguments)
    assert result.exit_code == 0, result.output
    return result.stdout


@pytest.fixture
def ledger(tmp_path: Path) -> str:
    """Fill a ledger: two measurements on a GPU, one failure, one of an older version."""
    path = str(tmp_path / "ledger.db")
    store = Ledger(path)

    def put(model: str, n_samples: int, **fields: Any) -> None:  # noqa: ANN401
        key = f"{model}-{n_samples}"
        store.put(key, Observation(model=model, task="toy", n_samples=n_samples, seeds=(0,), **fields))

    on_gpu = {"device_kind": "NVIDIA A100", "method": "full bf16"}
    put("gpt2", 200, memory_bytes=4 * GIB, memory_reserved_bytes=6 * GIB, memory_estimate_bytes=5 * GIB, **on_gpu)
    put("opt", 400, memory_bytes=4 * GIB, memory_estimate_bytes=3 * GIB, micro_batch_tokens=512, **on_gpu)
    put("t5", 0, status="does-not-fit", memory_bytes=39 * GIB, memory_estimate_bytes=50 * GIB, **on_gpu)
    put("old", 200, memory_bytes=GIB)
    return path


def test_a_table_compares_what_was_estimated_with_what_was_measured(ledger: str) -> None:
    heading, _, *rows, summary = audition("runs", "memory", "--ledger", ledger).splitlines()
    columns = ["model", "method", "device", "examples", "status", "micro-batch tokens", "estimated", "measured"]
    assert [heading.index(column) for column in columns] == sorted(heading.index(column) for column in columns)
    cells = {row.split()[0]: row for row in rows}
    assert "full bf16" in cells["gpt2"]
    assert cells["gpt2"].split()[-7:] == ["5", "GiB", "4", "GiB", "6", "GiB", "1.25"]
    assert "512" in cells["opt"]
    assert "does-not-fit" in cells["t5"]
    assert cells["t5"].split()[-2:] == ["39", "GiB"], "a peak that was cut off is compared with nothing"
    assert cells["old"].split()[-2:] == ["1", "GiB"]
    assert summary == (
        "NVIDIA A100: estimated / measured (allocated) is 1.00 on average of 2, "
        "from 0.75 (opt, 400 examples) to 1.25 (gpt2, 200 examples)"
    )


def test_json_has_the_bytes(ledger: str) -> None:
    found = json.loads(audition("runs", "memory", "--ledger", ledger, "--json"))
    assert [each["model"] for each in found["measurements"]] == ["gpt2", "opt", "t5", "old"]
    assert found["measurements"][0]["ratio"] == 1.25
    assert found["measurements"][3]["estimated_bytes"] is None
    (summary,) = found["summaries"]
    assert (summary["n_compared"], summary["mean_ratio"], summary["lowest"]["model"]) == (2, 1.0, "opt")


def test_looking_makes_no_ledger(tmp_path: Path) -> None:
    path = tmp_path / "none.db"
    assert audition("runs", "memory", "--ledger", str(path)) == "no measurement with its memory is in this ledger yet\n"
    assert json.loads(audition("runs", "memory", "--ledger", str(path), "--json")) == {
        "measurements": [],
        "summaries": [],
    }
    assert not path.exists()
