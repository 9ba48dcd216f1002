from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from audition.plugins.catalog import Catalog
from audition.plugins.loading import load_plugins
from audition.training.metrics import score
from audition.workers.finetune import N_GENERATED

RECIPE = """
extends = "quick"
epochs = 1
learning_rates = [1e-3]
batch_sizes = [16]
max_input_tokens = 128  # nearly all descriptions are shorter
max_target_tokens = 48
n_validation = 50
n_test = 50
"""


@pytest.mark.slow
@pytest.mark.timeout(1800)  # two and a half minutes of one core, on all 25,600 rows: fewer are not enough
def test_a_fine_tuned_zoo_model_writes_synopses_better_than_copying_the_first_six_words(tmp_path: Path) -> None:
    (tmp_path / "writing.toml").write_text(RECIPE, encoding="utf-8")
    command = [
        str(Path(sys.executable).with_name("audition")), "finetune", "tiny/bart-1.6m", "package-synopsis",
        "--recipe", "./writing.toml", "--ledger", "ledger.db", "--output", "tuned",
    ]  # fmt: skip
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    evaluation = json.loads((tmp_path / "tuned" / "evaluation.json").read_text(encoding="utf-8"))
    examples = Catalog(load_plugins()).open_task("package-synopsis").test(N_GENERATED)
    copied = score("rouge", [" ".join(each.input.split()[:6]) for each in examples], [each.target for each in examples])
    assert evaluation["n_generated"] == N_GENERATED == len(examples)
    assert evaluation["metrics"]["rougeL"] > copied["rougeL"]
    lengths = [len(each["generated"].split()) for each in evaluation["samples"]]
    assert all(2 <= length <= 20 for length in lengths), evaluation["samples"]
