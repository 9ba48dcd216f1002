"""What a LoRA or QLoRA candidate saves is an ordinary checkpoint: its file has the keys that the original's has."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
import torch
from safetensors.torch import load_file
from transformers import AutoModelForCausalLM, AutoModelForSeq2SeqLM

from audition.testing.checkpoints import Kind, build_checkpoint
from audition.training.loop.optimisation import adamw
from audition.training.methods import as_plain
from audition.training.sharding.parts import TrainedParts
from worlds.model_requests import ask_model, load_adapter, load_candidate, numbers, recipe
from worlds.prepared_models import LORA, QLORA, loss, prepared

if TYPE_CHECKING:
    from pathlib import Path

    from audition.types.protocols import ModelAdapter

NF4: dict[str, Any] = {"method": "qlora"}
BF16: dict[str, Any] = {"method": "lora", "precision": "bf16"}
CASES: list[tuple[Kind, dict[str, Any]]] = [
    ("gpt2", BF16),
    ("gpt2", NF4),
    ("bart", {"method": "qlora", "quantisation": "int8"}),
    ("t5-v1.1", {"method": "lora", "optimiser": "adamw-8bit"}),
    ("switch_transformers", {"method": "qlora", "checkpointing": True}),
]


@pytest.mark.parametrize(("kind", "fields"), CASES, ids=[f"{kind}-{list(fields.values())}" for kind, fields in CASES])
def test_saved_file_is_that_of_a_plain_model_and_saving_changes_nothing(
    kind: Kind, fields: dict[str, Any], tmp_path: Path
) -> None:
    original, saved = build_checkpoint(kind, tmp_path / "original"), tmp_path / "saved"
    asked = ask_model(original, 16, recipe(**fields))
    candidate = load_candidate(asked)
    observation = candidate.measure(replace(asked, save_to=str(saved)))

    before, after = (load_file(folder / "model.safetensors") for folder in (original, saved))
    assert {name: each.shape for name, each in after.items()} == {name: each.shape for name, each in before.items()}
    assert {each.dtype for each in after.values()} == {torch.float32}
    assert any(not torch.equal(each, before[name]) for name, each in after.items())

    auto: Any = AutoModelForCausalLM if kind == "gpt2" else AutoModelForSeq2SeqLM
    makers = {type(part).__module__.split(".")[0] for part in auto.from_pretrained(saved).modules()}
    assert makers == {"torch", "transformers"}
    assert numbers(candidate.measure(asked)) == numbers(observation)


@pytest.mark.parametrize("kind", ["gpt2", "t5"])
@pytest.mark.parametrize("fields", [BF16, NF4], ids=["lora", "nf4"])
def test_prepared_model_comes_back_though_saving_it_failed(kind: Kind, fields: dict[str, Any], tmp_path: Path) -> None:
    asked = ask_model(build_checkpoint(kind, tmp_path), 0, recipe(**fields))
    module = load_candidate(asked).adapter.module
    before = {name: (each, each.dtype, each.detach().clone()) for name, each in module.named_parameters()}

    def fail_to_save() -> None:
        with as_plain(module):
            assert not [name for name in module.state_dict() if "lora" in name or "base_layer" in name]
            raise OSError("the disk is full")

    with pytest.raises(OSError, match="the disk is full"):
        fail_to_save()
    after = dict(module.named_parameters())
    assert list(after) == list(before)
    for name, (each, dtype, value) in before.items():
        assert after[name] is each
        assert each.dtype == dtype
        assert torch.equal(each, value)
    assert module.lm_head.weight is module.get_input_embeddings().weight  # still tied


@pytest.mark.parametrize("precision", ["fp32", "bf16"])
@pytest.mark.parametrize("method", [LORA, QLORA], ids=["lora", "qlora"])
@pytest.mark.parametrize("kind", ["gpt2", "bart"])
def test_plain_model_computes_the_same_and_the_prepared_one_comes_back(
    kind: Kind, method: dict[str, Any], precision: str, tmp_path: Path
) -> None:
    adapter = prepared(kind, tmp_path, precision=precision, **method)
    gradients_of_a_step(adapter, precision)
    before = {name: each.clone() for name, each in adapter.module.state_dict().items()}
    with torch.no_grad(), torch.autocast("cpu", torch.bfloat16, enabled=precision == "bf16"):
        expected = loss(adapter).item()
    with as_plain(adapter.module):
        assert {each.dtype for each in adapter.module.parameters()} == {torch.float32}
        names = list(adapter.module.state_dict())
        with torch.no_grad():
            assert loss(adapter).item() == pytest.approx(expected, rel=1e-5 if precision == "fp32" else 2e-3)
    assert names == list(load_adapter(kind, tmp_path / "again").module.state_dict())
    after = adapter.module.state_dict()
    assert before.keys() == after.keys()
    assert all(torch.equal(before[name], after[name]) for name in before)


def gradients_of_a_step(adapter: ModelAdapter, precision: str) -> None:
    """Train one step, so that the low-rank matrices have learned something, and end in evaluation mode."""
    optimizer = adamw(TrainedParts(adapter.module).parameters, learning_rate=0.01, weight_decay=0.0)
    with torch.autocast("cpu", torch.bfloat16, enabled=precision == "bf16"):
        nll = loss(adapter)
    nll.backward()  # type: ignore[no-untyped-call]  # torch's
    optimizer.step()
    adapter.module.eval()


def test_model_that_was_fully_fine_tuned_is_plain_already(tmp_path: Path) -> None:
    module = prepared("gpt2", tmp_path).module
    before = dict(module.named_modules())
    with as_plain(module):
        assert dict(module.named_modules()) == before
