from __future__ import annotations

import json
import os
import subprocess
import sys
import tarfile
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
def test_the_wheel_has_every_document_and_the_schema_of_reports(wheel: Path) -> None:
    docs = {f"audition/docs/{path.relative_to(ROOT / 'docs').as_posix()}" for path in (ROOT / "docs").rglob("*.*")}
    assert docs | {"audition/report.schema.json"} <= set(ZipFile(wheel).namelist())


@pytest.mark.slow
def test_an_installed_wheel_prints_its_own_documents(installed: Path) -> None:
    done = _run(installed, "docs", "recipes", "--json")
    assert done.returncode == 0, done.stderr
    page = json.loads(done.stdout)
    assert page["path"] == str(installed / "audition" / "docs" / "recipes.md")
    assert page["text"] == (ROOT / "docs" / "recipes.md").read_text(encoding="utf-8")


@pytest.mark.slow
def test_the_source_distribution_has_documents_tests_and_what_builds_them(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "hatchling", "build", "--target", "sdist", "--directory", str(tmp_path)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    (archive,) = tmp_path.glob("audition-*.tar.gz")
    with tarfile.open(archive) as packed:
        names = {name.partition("/")[2] for name in packed.getnames()}
    wanted = {path.relative_to(ROOT).as_posix() for path in (ROOT / "docs").rglob("*.*")}
    wanted |= {"README.md", "CHANGELOG.md", "AGENTS.md", "CITATION.cff", "mkdocs.yml", "Makefile", "tests/conftest.py"}
    assert wanted <= names


@pytest.mark.slow
@pytest.mark.parametrize("noun", ["models", "tasks", "selectors", "plugins"])
def test_the_base_install_lists_without_torch(installed: Path, noun: str) -> None:
    result = _run(installed, noun)
    assert result.returncode == 0, result.stderr
    assert result.stderr.strip() == str(installed / "audition" / "__init__.py")
    assert len(result.stdout.splitlines()) > 2  # a heading, a line, and at least one entry


def _run(installed: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", RUN_WITHOUT_TRAIN, *arguments],
        env={**os.environ, "PYTHONPATH": str(installed)},
        capture_output=True,
        text=True,
        check=False,
    )
