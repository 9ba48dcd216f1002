"""A method that this machine cannot follow is refused while planning, before anything is loaded."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from audition.cli.app import app


def select(recipe: str) -> Result:
    Path("mine.toml").write_text(f'extends = "quick"\n{recipe}\n', encoding="utf-8")
    arguments = ["select", "package-synopsis", "--device", "cpu", "--recipe", "./mine.toml", "--dry-run"]
    return CliRunner().invoke(app, arguments)


def refusal(recipe: str) -> str:
    result = select(recipe)
    assert result.exit_code == 2, result.output
    (line,) = result.stderr.strip().splitlines()
    return line.removeprefix("error: ")


def test_flash_attention_on_a_cpu_is_one_clear_line_and_exit_code_two() -> None:
    assert refusal('attention = "flash"') == "recipe 'mine': attention 'flash' needs a CUDA device, got 'cpu'"


@pytest.mark.parametrize(
    ("recipe", "package", "what"),
    [
        ('method = "lora"', "peft", "method 'lora'"),
        ('method = "qlora"', "bitsandbytes", "method 'qlora'"),
        ('optimiser = "paged-adamw-8bit"', "bitsandbytes", "optimiser 'paged-adamw-8bit'"),
    ],
)
def test_package_that_is_not_installed_is_named_in_one_clear_line(
    recipe: str, package: str, what: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, package, None)  # what Python does with a package that cannot be imported
    needed = f"the package {package!r}, which is not installed"
    assert refusal(recipe) == f"recipe 'mine': {what} needs {needed}"
