from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from audition.testing.toy import ToyAdapter, ToyTask
from audition.workers.finetune import finetune
from worlds.toy_requests import ask, candidate

if TYPE_CHECKING:
    from pathlib import Path


class Speechless(ToyAdapter):
    """Learns, and cannot generate."""

    def generate(self, *_: Any, **__: Any) -> list[str]:  # noqa: ANN401
        raise IndexError("index out of range in self\nand more")


def test_a_trained_model_is_kept_though_it_cannot_generate(tmp_path: Path) -> None:
    folder = tmp_path / "saved"
    folder.mkdir()
    observation = finetune(candidate(adapter=Speechless), ToyTask(), ask(64, save_to=str(folder)), lambda _: None)
    assert observation.status == "ok"
    evaluation = json.loads((folder / "evaluation.json").read_text())
    assert evaluation["generation_error"] == "index out of range in self"
    assert (evaluation["metrics"], evaluation["samples"], evaluation["n_generated"]) == ({}, [], 0)
    assert evaluation["observation"]["loss_per_byte"] == pytest.approx(observation.loss_per_byte)
    assert list(folder.glob("*.safetensors"))


@pytest.mark.slow  # evaluate and what it imports
def test_the_metric_that_is_asked_for_is_the_one_that_is_reported(tmp_path: Path) -> None:
    asked = ask(16, save_to=str(tmp_path), metric="chrf")
    finetune(candidate(), ToyTask(), asked, lambda _: None)
    evaluation = json.loads((tmp_path / "evaluation.json").read_text())
    assert (evaluation["metric"], sorted(evaluation["metrics"])) == ("chrf", ["bleu", "chrf"])
