"""Attention, checkpointing, and what a recipe may not ask for."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
import torch

from audition.errors import UsageError
from audition.testing.checkpoints import KINDS, Kind
from audition.testing.toy import ToyAdapter, ToyTask
from audition.training.devices.repeatable import make_repeatable
from audition.training.loop.optimisation import adamw
from audition.training.methods import as_plain, check_recipe, preparation_of, prepare
from audition.training.sharding.parts import TrainedParts
from worlds.model_requests import CPU, RECIPE, load_adapter, recipe

if TYPE_CHECKING:
    from pathlib import Path

    from audition.types.protocols import ModelAdapter

LORA: dict[str, Any] = {"method": "lora"}
QLORA: dict[str, Any] = {"method": "qlora"}


def prepared(kind: Kind, folder: Path, *, precision: str = "fp32", **fields: Any) -> ModelAdapter:  # noqa: ANN401
    make_repeatable(CPU)
    adapter = load_adapter(kind, folder)
    prepare(adapter, recipe(**fields), precision=precision, device=CPU, seed=0)
    return adapter


def loss(adapter: ModelAdapter) -> torch.Tensor:
    examples = [adapter.encode(each, max_input_tokens=50, max_target_tokens=20) for each in ToyTask().train(8, 0)]
    nll: torch.Tensor = adapter.loss(adapter.collate(examples))
    return nll


def gradients(adapter: ModelAdapter) -> tuple[float, dict[str, torch.Tensor]]:
    """Return a loss with dropout and its gradients."""
    adapter.module.train()
    torch.manual_seed(0)
    nll = loss(adapter)
    nll.backward()  # type: ignore[no-untyped-call]  # torch's
    return nll.item(), {
        name: each.grad.clone() for name, each in adapter.module.named_parameters() if each.grad is not None
    }


@pytest.mark.parametrize("method", [{}, LORA, QLORA], ids=["full", "lora", "qlora"])
@pytest.mark.parametrize("kind", KINDS)
def test_checkpointing_changes_neither_loss_nor_gradient(kind: Kind, method: dict[str, Any], tmp_path: Path) -> None:
    kept = gradients(prepared(kind, tmp_path / "kept", **method))
    recomputed = gradients(prepared(kind, tmp_path / "recomputed", checkpointing=True, **method))
    assert kept[0] == pytest.approx(recomputed[0], rel=1e-6)
    assert kept[1].keys() == recomputed[1].keys()
    largest = max(each.abs().max().item() for each in kept[1].values())
    for name, gradient in kept[1].items():
        torch.testing.assert_close(gradient, recomputed[1][name], atol=1e-6 * largest, rtol=1e-4)


@pytest.mark.parametrize("method", [{}, LORA, QLORA], ids=["full", "lora", "qlora"])
@pytest.mark.parametrize("kind", ["gpt2", "t5"])
def test_blocks_are_computed_again_in_training_alone(kind: Kind, method: dict[str, Any], tmp_path: Path) -> None:
    adapter = prepared(kind, tmp_path, checkpointing=True, **method)
    calls: list[int] = []
    activation = next(part for name, part in adapter.module.named_modules() if name.endswith(".act"))
    activation.register_forward_hook(lambda *_: calls.append(1))
    adapter.module.eval()
    loss(adapter)
    in_evaluation = len(calls)
    gradients(adapter)
    assert len(calls) == 3 * in_evaluation


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "switch_transformers"])
def test_attention_changes_the_loss_by_rounding_alone(kind: Kind, tmp_path: Path) -> None:
    losses = {}
    for name in ("eager", "sdpa"):
        adapter = prepared(kind, tmp_path / name, attention=name)
        assert adapter.module.config._attn_implementation == name  # noqa: SLF001 - there is no public name for it
        with torch.no_grad():
            losses[name] = loss(adapter).item()
    assert losses["eager"] == pytest.approx(losses["sdpa"], rel=1e-5)


def test_attention_that_a_model_does_not_have_is_refused_in_one_line(tmp_path: Path) -> None:
    message = "^SwitchTransformers.* has no attention 'sdpa'; with 'auto' it takes what it has$"
    with pytest.raises(UsageError, match=message):
        prepared("switch_transformers", tmp_path, attention="sdpa")


def test_model_that_is_none_of_transformers_has_no_attention_to_choose() -> None:
    with pytest.raises(UsageError, match="^LanguageModel has no attention 'eager'"):
        prepare(ToyAdapter(), recipe(attention="eager"), precision="fp32", device=CPU, seed=0)


def test_model_without_blocks_cannot_be_checkpointed() -> None:
    with pytest.raises(UsageError, match="^LanguageModel has no blocks that can be checkpointed$"):
        prepare(ToyAdapter(), recipe(checkpointing=True), precision="fp32", device=CPU, seed=0)


@pytest.mark.parametrize(
    ("fields", "is_cuda", "precision", "message"),
    [
        ({"attention": "flash"}, False, "bf16", "attention 'flash' needs a CUDA device, got 'cpu'"),
        ({"attention": "flash"}, True, "fp32", "attention 'flash' needs precision 'bf16', got 'fp32'"),
        ({"attention": "flash"}, True, "bf16", "needs the package 'flash-attn', which is not installed"),
        (LORA, False, "fp32", "method 'lora' needs the package 'peft', which is not installed"),
        (QLORA, True, "bf16", "method 'qlora' needs the package 'peft', which is not installed"),
        ({"optimiser": "paged-adamw"}, True, "fp32", "optimiser 'paged-adamw' needs the package 'bitsandbytes'"),
    ],
)
def test_recipe_that_cannot_be_followed_here_is_refused_before_anything_is_loaded(
    fields: dict[str, Any], is_cuda: bool, precision: str, message: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    # an environment without the optional packages, which this one has
    monkeypatch.setattr("audition.recipes.support.find_spec", lambda _name: None)
    with pytest.raises(UsageError, match=message):
        check_recipe(recipe(**fields), precision=precision, is_cuda=is_cuda)


@pytest.mark.parametrize("fields", [{}, LORA, QLORA, {"optimiser": "paged-adamw-8bit"}, {"attention": "eager"}])
def test_what_is_installed_here_is_accepted(fields: dict[str, Any]) -> None:
    check_recipe(recipe(**fields), precision="fp32", is_cuda=False)


@pytest.mark.parametrize(
    "change",
    [
        LORA,
        {"quantisation": "int8"},
        {"lora_rank": 2},
        {"lora_alpha": 1.0},
        {"lora_dropout": 0.5},
        {"attention": "eager"},
        {"checkpointing": True},
        {"precision": "bf16"},
    ],
    ids=lambda change: next(iter(change)),
)
def test_model_must_be_loaded_again_for_another_method(change: dict[str, Any]) -> None:
    assert preparation_of(replace(RECIPE, **change)) != preparation_of(RECIPE)


def test_model_stays_loaded_for_other_learning_rates() -> None:
    other = replace(RECIPE, name="other", learning_rates=(0.5,), epochs=9, optimiser="adamw-8bit")
    assert preparation_of(other) == preparation_of(RECIPE)


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
