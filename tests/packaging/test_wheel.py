from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from zipfile import ZipFile

import pytest

import audition_registries
from worlds.paths import ROOT

TRAIN = [
    "torch",
    "transformers",
    "datasets",
    "evaluate",
    "accelerate",
    "bitsandbytes",
    "peft",
    "sentencepiece",
    "safetensors",
]
RUN_WITHOUT_TRAIN = f"""
import sys
sys.modules.update(dict.fromkeys({TRAIN}))  # importing any of them raises
import audition
print(audition.__file__, file=sys.stderr)
from audition.cli import main
main()
"""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(folder)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    (wheel,) = folder.glob("audition-*.whl")
    return wheel


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("installed")
    options = ["--no-deps", "--no-index", "--no-compile", "--disable-pip-version-check", "--target", str(folder)]
    subprocess.run([sys.executable, "-m", "pip", "install", *options, str(wheel)], check=True, capture_output=True)
    return folder


@pytest.mark.slow
def test_the_wheel_has_every_file_of_the_registries(wheel: Path) -> None:
    root = audition_registries.path()
    shipped = {f"audition_registries/{path.relative_to(root).as_posix()}" for path in root.rglob("*") if path.is_file()}
    wanted = {name for name in shipped if "__pycache__" not in name}
    assert wanted <= set(ZipFile(wheel).namelist())


@pytest.mark.slow
def test_the_wheel_has_types_recipes_and_licences(wheel: Path) -> None:
    names = ZipFile(wheel).namelist()
    assert {"audition/py.typed", "audition_plugins/py.typed", "audition_registries/py.typed"} <= set(names)
    assert any(name.endswith("recipes/shipped/paper.toml") for name in names)
    assert {"LICENSE", "NOTICE"} <= {Path(name).name for name in names if "/licenses/" in name}


@pytest.mark.slow
@pytest.mark.parametrize("noun", ["models", "tasks", "selectors", "plugins"])
def test_the_base_install_lists_without_torch(installed: Path, noun: str) -> None:
    result = subprocess.run(
        [sys.executable, "-c", RUN_WITHOUT_TRAIN, noun],
        env={**os.environ, "PYTHONPATH": str(installed)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, result.stderr
    assert result.stderr.strip() == str(installed / "audition" / "__init__.py")
    assert len(result.stdout.splitlines()) > 2  # a heading, a line, and at least one entry
