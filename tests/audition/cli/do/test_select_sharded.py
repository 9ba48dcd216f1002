"""A selection whose candidates are each spread over two processes, from the command line."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from audition.cli.app import app

RECIPE = 'extends = "quick"\nepochs = 1\nn_validation = 10\nn_test = 10\n'


def select(*options: str, n_shards: int = 2) -> Result:
    Path("shared.toml").write_text(f"{RECIPE}n_shards = {n_shards}\n", encoding="utf-8")
    asked = ["select", "package-synopsis", "--models", "tiny/gpt2-0.4m", "--device", "cpu", "--recipe", "./shared.toml"]
    return CliRunner().invoke(
        app, [*asked, "--ratio", "1/320", "--min-size", "20", "--selector", "sub-tuning", *options]
    )


def report(*options: str) -> dict[str, Any]:
    result = select("--json", *options)
    assert result.exit_code == 0, result.output
    found: dict[str, Any] = json.loads(result.stdout)
    return found


def test_no_devices_is_answered_by_one_line_and_exit_code_two() -> None:
    result = select(n_shards=0)
    assert result.exit_code == 2
    assert result.stderr == "error: ./shared.toml: 'n_shards' must be a whole number of at least 1, got 0\n"


@pytest.mark.slow
def test_selection_over_two_processes_ranks_plans_and_repeats_nothing() -> None:
    plan = report("--dry-run", "--workers", "1")
    assert (plan["workers"], plan["devices_a_worker"]) == (1, 2)
    assert plan["wall_seconds"] == pytest.approx(plan["cost"]["seconds"] / 2 * plan["crowding"])
    first = report("--workers", "1")
    (row,) = first["strata"][0]["ranking"]
    assert (row["rank"], row["status"]) == (1, "ok")
    assert first["spent"]["samples_processed"] > 0
    again = report("--workers", "1")
    assert again["spent"]["samples_processed"] == 0
    assert again["strata"][0]["ranking"] == first["strata"][0]["ranking"]
    listed = json.loads(CliRunner().invoke(app, ["runs", "memory", "--json"]).stdout)
    assert "full fp32, 2 shards" in json.dumps(listed)
