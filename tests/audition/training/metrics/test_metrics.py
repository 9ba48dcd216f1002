from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

import audition.training.metrics
from audition.errors import UsageError
from audition.training.metrics import metric_for, score


def test_nothing_in_common_scores_zero() -> None:
    assert set(score("rouge", ["abc"], ["xyz"]).values()) == {0}
    assert score("chrf", ["abc"], ["xyz"])["chrf"] == 0


def test_unknown_metric_is_refused() -> None:
    with pytest.raises(UsageError, match=r"no metric called 'rogue'. Did you mean rouge\?"):
        score("rogue", ["a"], ["a"])


@pytest.mark.slow  # evaluate takes seconds to import, here once more
@pytest.mark.parametrize("name", ["rouge", "chrf"])
def test_module_loads_by_path_without_the_network(name: str, tmp_path: Path) -> None:
    path = Path(audition.training.metrics.__file__).with_name(f"{name}.py")
    program = f"""
import evaluate
print(evaluate.load({str(path)!r}, keep_in_memory=True).compute(predictions=["one two"], references=["one two"]))
"""
    environment = {**os.environ, "HF_HOME": str(tmp_path), "HF_HUB_OFFLINE": "1"}
    finished = subprocess.run(
        [sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=True
    )
    assert "100" in finished.stdout


@pytest.mark.parametrize(
    ("usual", "references", "chosen"),
    [
        ("rouge", ["the sea", "der Fluß"], "rouge"),
        ("rouge", ["大海", "河流 2"], "chrf"),
        ("rouge", ["море", "the river Don"], "rouge"),
        ("rouge", ["море", "река"], "chrf"),
        ("rouge", ["42", "7"], "rouge"),
        ("chrf", ["the sea"], "chrf"),
    ],
)
def test_a_metric_that_sees_less_than_half_of_the_letters_gives_way(
    usual: str, references: list[str], chosen: str
) -> None:
    name, reason = metric_for(usual, references)
    assert name == chosen
    assert bool(reason) is (name != usual)


def test_what_takes_the_place_of_rouge_knows_equal_chinese() -> None:
    name, reason = metric_for("rouge", ["大海", "河流"])
    assert reason == "ROUGE sees 0% of the targets' letters, those from a to z"
    assert score(name, ["大海", "河流"], ["大海", "河流"])["chrf"] == 100
