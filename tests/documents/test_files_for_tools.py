"""Files that other tools read: CITATION.cff, hooks of pre-commit, the skill for agents, news fragments."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import yaml

import audition
from worlds.paths import ROOT


def test_the_citation_has_this_version_and_the_paper() -> None:
    citation = _yaml(ROOT / "CITATION.cff")
    assert {"cff-version", "message", "title", "authors"} <= set(citation)  # what the format requires
    assert citation["version"] == audition.__version__
    (paper,) = citation["references"]
    assert paper["identifiers"] == [{"type": "other", "value": "arXiv:2402.02314"}]
    notice = " ".join((ROOT / "NOTICE").read_text(encoding="utf-8").split())
    assert all(f"{author['given-names']} {author['family-names']}" in notice for author in paper["authors"])


def test_hooks_before_a_commit_are_the_checks_of_the_makefile_and_download_nothing() -> None:
    (repository,) = _yaml(ROOT / ".pre-commit-config.yaml")["repos"]
    assert repository["repo"] == "local"
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    for hook in repository["hooks"]:
        tool = hook["entry"].split()[0]
        assert hook["language"] == "system"
        assert tool.endswith("/python") or tool.replace(".venv/bin", "$(BIN)") in makefile, tool


def test_the_skill_says_its_name_and_when_to_use_it_before_anything_else() -> None:
    text = (ROOT / "docs" / "skill" / "SKILL.md").read_text(encoding="utf-8")
    found = re.match(r"---\n(.*?)\n---\n", text, re.DOTALL)
    assert found
    matter = yaml.safe_load(found[1])
    assert set(matter) == {"name", "description"}
    assert matter["name"] == "audition"
    assert len(matter["description"]) <= 1024  # the limit of the format
    assert "Use it when" in matter["description"]


def test_every_news_fragment_is_of_a_known_kind() -> None:
    kinds = {each["directory"] for each in _towncrier()["type"]}
    for path in (ROOT / "changes").iterdir():
        if path.name not in _towncrier()["ignore"]:
            assert re.fullmatch(rf"\+?[\w-]+\.(?:{'|'.join(kinds)})\.md", path.name), path.name


def test_news_go_below_the_heading_of_the_changelog_and_nothing_else_changes() -> None:
    for name in ("pyproject.toml", "CHANGELOG.md"):
        shutil.copy(ROOT / name, name)
    Path("changes").mkdir()
    Path("changes/+one.fix.md").write_text("A thing is mended.\n", encoding="utf-8")
    before = Path("CHANGELOG.md").read_text(encoding="utf-8")
    command = [sys.executable, "-m", "towncrier", "build", "--yes", "--version", "9.9.9", "--date", "2030-01-01"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    after = Path("CHANGELOG.md").read_text(encoding="utf-8")
    assert after.lstrip().startswith("# Changelog\n\n## 9.9.9 (2030-01-01)\n")
    assert "A thing is mended." in after
    assert after.endswith(before.removeprefix("# Changelog\n"))


def _yaml(path: Path) -> Any:  # noqa: ANN401 - whatever is in the file
    return yaml.safe_load(path.read_text(encoding="utf-8"))


def _towncrier() -> dict[str, Any]:
    settings: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["towncrier"]
    return settings
