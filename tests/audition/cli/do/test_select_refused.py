"""Candidates that cannot take a task as it is: told before anything is trained, and left out of the ranking."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from audition.cli.app import app
from audition.testing.tokenising.kinds import build_tokenised

pytestmark = pytest.mark.slow  # fine-tunes

HOW = ("--selector", "zero-shot", "--ratio", "1/1", "--min-size", "50")
WORDS = ("river", "sea", "whale", "library", "window", "committee", "weather", "archive")


@pytest.fixture
def chats() -> str:
    """Write conversations, one of which begins with the assistant."""
    rows: list[dict[str, Any]] = []
    for place in range(120):
        question, answer = f"Which {WORDS[place % 8]} {place}?", f"the {WORDS[place % 5]} {place}\nand no other"
        rows.append({"messages": [{"role": "user", "content": question}, {"role": "assistant", "content": answer}]})
    rows[7]["messages"].insert(0, {"role": "assistant", "content": "Hello."})
    Path("chats.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    return "chats.jsonl"


@pytest.fixture
def strict(tmp_path: Path) -> str:
    folder = build_tokenised("gemma", tmp_path / "strict")
    template = folder / "chat_template.jinja"
    refusal = "{% if messages[0].role == 'assistant' %}{{ raise_exception('a user must begin') }}{% endif %}"
    template.write_text(refusal + template.read_text())
    return str(folder)


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, list(arguments))


def test_refused_and_lossy_candidates_are_named_in_plan_and_report(chats: str, strict: str, tmp_path: Path) -> None:
    able = str(build_tokenised("qwen", tmp_path / "able"))
    lossy = str(build_tokenised("spm-unigram-default", tmp_path / "lossy"))
    arguments = ["select", chats, "--models", f"{able},{strict},{lossy}", *HOW]
    result = run(*arguments, "--json")
    assert result.exit_code == 0, result.output
    rows = {Path(row["model"]).name: row for row in json.loads(result.stdout)["strata"][0]["ranking"]}
    assert {name: (row["status"], row["rank"]) for name, row in rows.items()} == {
        "able": ("ok", 1),
        "strict": ("refused", None),
        "lossy": ("lossy-tokeniser", None),
    }
    assert "refuses a conversation of assistant, user: a user must begin" in rows["strict"]["notes"][0]
    assert rows["able"]["reading"]["n_refused"] == 0
    assert rows["strict"]["reading"]["n_refused"] == 1
    assert rows["lossy"]["reading"]["lossy"] == 1
    plan = " ".join(result.stderr.split())
    assert "strict: refused: the chat template" in plan
    assert "lossy: lossy-tokeniser: the tokeniser cannot give 100.0% of the test targets back" in plan


def test_where_nobody_can_take_the_task_nothing_is_tried(chats: str, strict: str) -> None:
    result = run("select", chats, "--models", strict, *HOW)
    assert result.exit_code == 2
    assert "error: no candidate can take this task" in result.stderr
    assert "a user must begin, in a row that begins" in result.stderr


def test_checking_the_task_says_so_too(chats: str, strict: str) -> None:
    result = run("tasks", "check", chats, "--models", strict, "--json")
    assert result.exit_code == 0, result.output
    [model] = json.loads(result.stdout)["models"]
    assert model["n_refused"] == 1
    assert "a user must begin" in model["remarks"][0]
