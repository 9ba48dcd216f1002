"""Completion, as a shell asks for it: in a process of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

PLUGIN = """
from audition import hookimpl
from audition.types import SelectorEntry

@hookimpl
def audition_selectors():
    return [SelectorEntry(name="mine-alone", make=dict, summary="mine")]
"""


def complete(*words: str, **variables: str) -> list[str]:
    """Return what bash is told of the last word."""
    line = ["audition", *words]
    environment = {
        **os.environ,
        "XDG_CACHE_HOME": "cache",
        "_AUDITION_COMPLETE": "complete_bash",
        "COMP_WORDS": " ".join(line),
        "COMP_CWORD": str(len(line) - 1),
        **variables,
    }
    done = subprocess.run(
        [sys.executable, "-m", "audition"], env=environment, capture_output=True, text=True, check=False, timeout=120
    )
    assert done.stderr == ""
    return done.stdout.split()


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["select", "wm"], ["wmt19"]),
        (["select", "flan", "--models", "gpt2-x"], ["gpt2-xl"]),
        (["select", "flan", "--models", "t5-base,gpt2-x"], ["t5-base,gpt2-xl"]),
        (["select", "flan", "--selector", "sub"], ["sub-tuning"]),
        (["select", "flan", "--executor", "lo"], ["local"]),
        (["finetune", "tiny/opt-1"], ["tiny/opt-1.4m"]),
        (["select", "--rec"], ["--recipe", "--recheck"]),
        (["sele"], ["select", "selectors"]),
        (["select", "./no-task"], []),
    ],
)
def test_a_shell_is_told_the_names_that_begin_so(words: list[str], expected: list[str]) -> None:
    assert sorted(complete(*words)) == sorted(expected)


def test_the_names_are_kept_and_found_again_when_plugins_change() -> None:
    assert complete("select", "flan", "--selector", "mine") == []
    kept = Path("cache/audition/names.json")
    assert "guarded" in json.loads(kept.read_text())["selectors"]
    Path("mine.py").write_text(PLUGIN)
    assert complete("select", "flan", "--selector", "mine", AUDITION_PLUGINS="mine.py") == ["mine-alone"]
    assert "mine-alone" in json.loads(kept.read_text())["selectors"]


def test_names_are_read_from_the_file_and_plugins_are_left_alone() -> None:
    complete("select", "wm")
    kept = Path("cache/audition/names.json")
    known = json.loads(kept.read_text())
    kept.write_text(json.dumps({**known, "tasks": ["wm-as-the-file-says"]}))
    assert complete("select", "wm") == ["wm-as-the-file-says"]


def test_where_nothing_can_be_kept_or_a_plugin_is_broken_nothing_is_said() -> None:
    Path("cache").write_text("no folder")
    assert complete("select", "wm") == ["wmt19"]
    Path("broken.py").write_text("raise RuntimeError('no')")
    assert complete("select", "wm", AUDITION_PLUGINS="broken.py") == []
