from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from typer.testing import CliRunner

from audition.cli.app import app
from audition.testing.checkpoints import build_checkpoint

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def check(*arguments: str, code: int = 0) -> str:
    result = CliRunner().invoke(app, ["tasks", "check", *arguments])
    assert result.exit_code == code, result.output
    return result.output if code else result.stdout


@pytest.fixture
def tiny(tmp_path: Path) -> str:
    return str(build_checkpoint("gpt2", tmp_path / "tiny"))


def test_a_good_file_is_described(tiny: str, pairs: Callable[..., Any], write_jsonl: Callable[..., Path]) -> None:
    rows = pairs(20_000, source="question", target="answer")
    write_jsonl("my.jsonl", [*rows, *rows[:7], {"question": "q", "answer": ""}])
    text = " ".join(check("my.jsonl", "--models", tiny, "--skip-bad-rows").split())
    for line in (
        "my.jsonl: 16,000 training, 2,000 validation, 2,000 test rows",
        "20,008 rows read; input from 'question', target from 'answer'",
        "1 malformed rows skipped",
        "1 × 'answer' must be a non-empty string",
        "my.jsonl:20008: 'answer' must be a non-empty string, got ''",
        "7 rows left out: their input occurred before",
        "Lengths (measured on 2,000 training rows)",
        "Tokenisers, where the recipe cuts training rows to 512 input and 256 target tokens",
        "1/8 2000 1000 500 250 125 62 31 enough to tell curves apart",
        "1/256 62 31 too few to tell curves apart",
    ):
        assert line in text


def test_json_has_every_number(tiny: str) -> None:
    found = json.loads(check("office-help-en-zh", "--models", tiny, "--json"))
    assert found["task"]["n_train"] == 19_200
    assert len(found["examples"]) == 3
    assert found["models"][0]["is_lossy"] is False
    assert {"ratio": "1/32", "sizes": [600, 300, 150, 75], "is_enough": True} in found["reach"]
    assert {row["unit"] for row in found["models"][0]["lengths"]} == {f"tokens of {found['models'][0]['model']}"}


def test_a_small_file_is_told_which_ratio_works(
    tiny: str, pairs: Callable[..., Any], write_jsonl: Callable[..., Path]
) -> None:
    write_jsonl("small.jsonl", pairs(500))
    assert "the selector wants 3. Try --ratio 1/4" in check("small.jsonl", "--models", tiny)


def test_a_damaged_file_is_refused_in_one_line(pairs: Callable[..., Any], write_jsonl: Callable[..., Path]) -> None:
    write_jsonl("my.jsonl", [*pairs(6), {"input": "q", "target": ""}])
    assert check("my.jsonl", code=2) == "error: my.jsonl:7: 'target' must be a non-empty string, got ''\n"


def test_options_of_files_reach_the_reader(
    tiny: str, pairs: Callable[..., Any], write_jsonl: Callable[..., Path]
) -> None:
    write_jsonl("my.jsonl", pairs(60, source="en", target="zh"))
    write_jsonl("val.jsonl", pairs(9, start=100, source="en", target="zh"))
    write_jsonl("test.jsonl", pairs(8, start=200, source="en", target="zh"))
    columns = ("--prompt", "To Chinese: {en}", "--target-column", "zh")
    found = json.loads(
        check("my.jsonl", *columns, "--validation", "val.jsonl", "--test", "test.jsonl", "--models", tiny, "--json")
    )
    assert [found["task"][f"n_{split}"] for split in ("train", "validation", "test")] == [60, 9, 8]
    assert all(example["input"].startswith("To Chinese: question") for example in found["examples"])
    assert found["report"]["columns"] == "input from the prompt, target from 'zh'"
