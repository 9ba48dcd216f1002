"""`examples/audition-toy` as a stranger gets it: two wheels in a clean environment, far from any source tree."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import sysconfig
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from worlds.paths import ROOT

if TYPE_CHECKING:
    from collections.abc import Mapping

TOY = ROOT / "examples" / "audition-toy"


@dataclass(frozen=True, slots=True, kw_only=True)
class Environment:
    """A virtual environment without pip: ours installs into it."""

    folder: Path

    @property
    def packages(self) -> Path:
        (packages,) = self.folder.glob("lib/python*/site-packages")
        return packages

    @property
    def python(self) -> str:
        return str(self.folder / "bin" / "python")

    def pip(self, *arguments: str) -> None:
        options = ["--disable-pip-version-check", "--python", self.python]
        run(sys.executable, "-m", "pip", *options, *arguments)

    def audition(self, *arguments: str, code: int = 0, **environment: str) -> subprocess.CompletedProcess[str]:
        return run(str(self.folder / "bin" / "audition"), *arguments, code=code, environment=environment)

    def names(self, noun: str, *, disabled: str = "") -> set[str]:
        listed = json.loads(self.audition(noun, "--json", AUDITION_DISABLE_PLUGINS=disabled).stdout)
        return {entry["name"] for entry in listed}

    def status(self, plugin: str, *, disabled: str = "") -> str:
        listed = json.loads(self.audition("plugins", "--json", AUDITION_DISABLE_PLUGINS=disabled).stdout)
        (status,) = [entry["status"] for entry in listed if entry["name"] == plugin]
        return str(status)


def run(
    *command: str, code: int = 0, cwd: Path | None = None, environment: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    inherited = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    done = subprocess.run(
        command, cwd=cwd, env={**inherited, **(environment or {})}, capture_output=True, text=True, check=False
    )
    assert done.returncode == code, done.stdout + done.stderr
    return done


def build_wheel(project: Path, folder: Path) -> Path:
    before = set(folder.glob("*.whl"))
    run(sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(folder), cwd=project)
    (wheel,) = set(folder.glob("*.whl")) - before
    return wheel


@pytest.fixture
def installed(tmp_path: Path) -> Environment:
    environment = Environment(folder=tmp_path / "environment")
    run(sys.executable, "-m", "venv", "--without-pip", str(environment.folder))
    wheels = [build_wheel(project, tmp_path) for project in (ROOT, TOY)]
    environment.pip("install", "--no-deps", "--no-index", "--no-compile", *map(str, wheels))
    # what both depend on; a path written so is searched, but .pth files in it, such as an editable install's, are not
    borrowed = {sysconfig.get_path("purelib"), sysconfig.get_path("platlib")}
    (environment.packages / "dependencies.pth").write_text("\n".join(sorted(borrowed)) + "\n", encoding="utf-8")
    return environment


@pytest.mark.slow
def test_the_toy_lives_and_goes_without_a_source_tree(installed: Environment) -> None:
    require_no_source_tree(installed)
    require_listed(installed)
    require_selecting_and_benching(installed)
    require_blocked(installed)
    require_harmless_when_broken(installed)
    installed.pip("uninstall", "--yes", "audition-toy")
    require_gone(installed)


def require_no_source_tree(installed: Environment) -> None:
    code = "import audition, audition_toy, sys; print(audition.__file__, audition_toy.__file__, *sys.path, sep='\\n')"
    core, toy, *searched = run(installed.python, "-c", code).stdout.splitlines()
    assert Path(core).is_relative_to(installed.packages)
    assert Path(toy).is_relative_to(installed.packages)
    assert not [path for path in searched if Path(path) in (ROOT, TOY, ROOT / "harness", ROOT / "plugins")]


def require_listed(installed: Environment) -> None:
    assert installed.status("toy") == "loaded"
    assert "two-points" in installed.names("selectors")
    assert "EleutherAI/pythia-14m" in installed.names("models")
    plan = installed.audition("models", "plan", "EleutherAI/pythia-14m", "--memory", "8GB", HF_HUB_OFFLINE="1")
    assert "fits" in plan.stdout


def require_selecting_and_benching(installed: Environment) -> None:
    options = ("--source", "recorded", "--ratio", "1/64", "--selector", "two-points", "--json")
    report = json.loads(installed.audition("select", "wmt19", *options).stdout)
    assert report["selector"] == "two-points"
    (stratum,) = report["strata"]
    assert sorted(row["rank"] for row in stratum["ranking"]) == list(range(1, 31))
    assert report["spent"]["n_samples"] > 0
    page = installed.audition(
        "bench", "--task", "wmt19", "--ratio", "1/64", "--selector", "two-points", "--selector", "sub-tuning"
    )
    assert "two-points" in page.stdout
    assert "sub-tuning" in page.stdout


def require_blocked(installed: Environment) -> None:
    assert installed.status("toy", disabled="toy") == "blocked"
    assert "two-points" not in installed.names("selectors", disabled="toy")


def require_harmless_when_broken(installed: Environment) -> None:
    module = installed.packages / "audition_toy.py"
    whole = module.read_text(encoding="utf-8")
    module.write_text(f"{whole}\ndef :\n", encoding="utf-8")
    listed = installed.audition("selectors")
    assert listed.stderr.startswith("warning: plugin 'toy' of audition-toy 1.0 failed to load: SyntaxError")
    assert len(listed.stderr.splitlines()) == 1
    assert "sub-tuning" in listed.stdout
    assert installed.status("toy") == "failed"
    told = installed.audition("select", "wmt19", "--source", "recorded", "--selector", "two-points", code=2).stderr
    assert "(1 plugin failed to load: see `audition plugins`)" in told
    module.write_text(whole, encoding="utf-8")


def require_gone(installed: Environment) -> None:
    assert "toy" not in installed.names("plugins")
    assert "two-points" not in installed.names("selectors")
    assert not list(installed.packages.glob("audition_toy*"))
    made = installed.folder / "made"  # the templates are in the wheel
    installed.audition("plugins", "new", "my-idea", "--selector", "--output", str(made))
    assert (made / "my_idea.py").is_file()
