"""A plugin that is one file reaches the workers, which load what this process loaded or nothing."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from audition.cli.app import app
from worlds import badly_behaved

pytestmark = pytest.mark.slow

RECIPE = 'extends = "quick"\nlearning_rates = [0.01]\nepochs = 1\nprecision = "fp32"\nn_validation = 20\nn_test = 20\n'


@pytest.fixture
def plugin() -> Path:
    """Copy the plugin of badly behaved models; nobody has installed it. Write a checkpoint for it, and a recipe."""
    path = Path("mine.py").absolute()
    shutil.copy(badly_behaved.__file__, path)
    badly_behaved.toy_model(Path("good"))
    Path("recipe.toml").write_text(RECIPE)
    return path


def select(code: int = 0) -> Any:  # noqa: ANN401 - a report, or the standard error
    arguments = ["select", "toy/colours", "--models", "./good", "--plugin", "mine.py", "--recipe", "./recipe.toml"]
    options = ["--selector", "sub-tuning", "--ratio", "1/4", "--device", "cpu", "--workers", "1", "--json"]
    result = CliRunner().invoke(app, [*arguments, *options])
    assert result.exit_code == code, result.output
    return json.loads(result.stdout) if code == 0 else result.stderr


def test_workers_load_the_file_and_another_file_measures_anew(plugin: Path) -> None:
    first = select()
    assert first["strata"][0]["ranking"][0]["status"] == "ok"
    assert (first["spent"]["n_samples"], first["reused"]["n_samples"]) == (100, 0)
    again = select()
    assert (again["spent"]["n_samples"], again["reused"]["n_samples"]) == (0, 100)
    plugin.write_text(plugin.read_text() + "\n# another loss, for all that can be told\n")
    changed = select()
    assert (changed["spent"]["n_samples"], changed["reused"]["n_samples"]) == (100, 0)


def test_a_file_that_changes_under_a_selection_ends_it_in_one_line(plugin: Path) -> None:
    # the file adds to itself when it is loaded, as an editor might while a selection runs
    edit = f"\nwith open({str(plugin)!r}, 'a') as mine:\n    mine.write('# edited')\n"
    plugin.write_text(plugin.read_text() + edit)
    message = f"plugin file '{plugin}' has changed since it was loaded: start again, with one or the other"
    assert select(code=2).splitlines()[-1] == f"error: {message}"
