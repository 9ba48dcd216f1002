from __future__ import annotations

from pathlib import Path

import pytest

from audition import finetune
from audition.errors import UsageError

SMALL_RECIPE = 'extends = "quick"\nepochs = 1\nn_validation = 20\nn_test = 20\n'


def test_a_folder_that_holds_something_is_not_written_to() -> None:
    Path("mine").mkdir()
    Path("mine/work.txt").write_text("days of it")
    with pytest.raises(UsageError, match="already there and not empty"):
        finetune("tiny/gpt2-0.4m", "package-synopsis", "mine")


def test_one_model_at_a_time() -> None:
    with pytest.raises(UsageError, match="one model at a time is fine-tuned"):
        finetune("tiny/gpt2*", "package-synopsis", "tuned", progress="none")


@pytest.mark.slow
def test_a_fine_tuned_model_is_saved_and_told_of() -> None:
    Path("small.toml").write_text(SMALL_RECIPE)
    pytest.importorskip("tensorboard")
    words = {
        "recipe": "./small.toml",
        "log_to": "tensorboard",
        "input_column": "q",
        "target_column": "a",
        "progress": "none",
    }
    Path("rows.csv").write_text("q,a\n" + "".join(f"question {n},answer {n}\n" for n in range(200)))
    found = finetune("tiny/gpt2-0.4m", "./rows.csv", "tuned", **words)  # type: ignore[arg-type]  # words of `finetune`
    assert found.folder == Path("tuned")
    assert len(list(Path("runs").glob("audition-*-finetune-*/events.*"))) == 1, "it was logged, too"
    assert (found.folder / "README.md").is_file()
    assert found.observation.status == "ok"
    (row,) = found.to_frame().to_dict("records")
    assert row["nats/byte"] == found.observation.loss_per_byte
    assert "tuned" in found._repr_html_()
