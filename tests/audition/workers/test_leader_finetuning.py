"""A model that a team has fine-tuned is saved whole: nobody can tell from the folder how it was trained."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import torch
from safetensors.torch import load_file
from transformers import AutoModelForCausalLM, AutoModelForSeq2SeqLM

from audition.testing.toy import ToyTask
from worlds.model_requests import ask_model, load_candidate, numbers, recipe
from worlds.sharded_world import UNEVEN

if TYPE_CHECKING:
    from audition.testing.checkpoints import Kind
    from worlds.sharded_world import World

pytestmark = pytest.mark.slow

CASES: list[tuple[Kind, dict[str, Any]]] = [
    ("t5-v1.1", {}),
    ("gpt2", {"method": "lora", "precision": "bf16"}),
    ("bart", {"method": "qlora", "optimiser": "adamw-8bit"}),
]
N_NEW = 8  #: tokens that are generated of each target, at most


@pytest.mark.parametrize(("kind", "fields"), CASES, ids=[f"{kind}-{fields}" for kind, fields in CASES])
def test_saved_folder_is_a_whole_model_that_measures_and_writes_the_same_alone(
    kind: Kind, fields: dict[str, Any], world: World, tmp_path: Path
) -> None:
    saved = tmp_path / "saved"
    asked = world.ask(kind, max_target_tokens=N_NEW, **fields)
    tuned = world.together(replace(asked, save_to=str(saved)))
    assert tuned.status == "ok", tuned.message

    original, written = (load_file(Path(folder) / "model.safetensors") for folder in (asked.folder, saved))
    assert {name: each.shape for name, each in written.items()} == {name: each.shape for name, each in original.items()}
    assert {each.dtype for each in written.values()} == {torch.float32}
    auto: Any = AutoModelForCausalLM if kind == "gpt2" else AutoModelForSeq2SeqLM
    makers = {type(part).__module__.split(".")[0] for part in auto.from_pretrained(saved).modules()}
    assert makers == {"torch", "transformers"}

    zero_shot = ask_model(saved, 0, recipe(**UNEVEN))
    alone = load_candidate(zero_shot)
    tolerance = 1e-5 if "precision" not in fields else 2e-3
    assert alone.measure(zero_shot).loss_per_token == pytest.approx(tuned.loss_per_token, rel=tolerance)

    evaluation = json.loads((saved / "evaluation.json").read_text())
    assert evaluation["observation"]["loss_per_token"] == tuned.loss_per_token
    assert evaluation["n_generated"] == len(ToyTask().test())
    texts = alone.adapter.generate(ToyTask().test(5), max_input_tokens=512, max_new_tokens=N_NEW)
    assert [sample["generated"] for sample in evaluation["samples"]] == texts
    assert any(texts)


def test_saving_changes_nothing_for_what_is_measured_next(world: World, tmp_path: Path) -> None:
    asked = world.ask(method="lora", max_target_tokens=N_NEW)
    tuned = world.together(replace(asked, save_to=str(tmp_path / "saved")))
    assert tuned.status == "ok", tuned.message
    assert numbers(world.together(asked)) == numbers(tuned)
