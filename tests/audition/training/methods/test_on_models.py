"""Every method on every architecture: what it learns, what it leaves alone, what it saves."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
import torch

from audition.testing.checkpoints import KINDS, Kind, build_checkpoint
from audition.testing.toy import ToyTask
from audition.workers.finetune import finetune
from worlds.model_requests import ask_model, load_candidate, numbers, recipe

if TYPE_CHECKING:
    from pathlib import Path

    from audition.training.candidate import Candidate
    from audition.types import Example

pytestmark = pytest.mark.slow  # fine-tunes

METHODS: dict[str, dict[str, Any]] = {
    "lora": {"method": "lora", "lora_dropout": 0.1},
    "nf4": {"method": "qlora"},
    "int8": {"method": "qlora", "quantisation": "int8"},
}


def frozen(of: Candidate) -> dict[str, torch.Tensor]:
    return {name: each.clone() for name, each in of.adapter.module.named_parameters() if not each.requires_grad}


@pytest.mark.slow  # a second each
@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("kind", KINDS)
def test_method_learns_repeats_and_saves_a_plain_model(kind: Kind, method: str, tmp_path: Path) -> None:
    folder, saved = build_checkpoint(kind, tmp_path / "checkpoint"), tmp_path / "saved"
    asked = ask_model(folder, 48, recipe(**METHODS[method]))
    first, second = load_candidate(asked), load_candidate(replace(asked, seed=5))
    before = frozen(first)
    untrained, small = (first.measure(replace(asked, n_samples=n_samples)) for n_samples in (0, 16))
    large = first.measure(asked)
    assert (untrained.status, small.status, large.status) == ("ok", "ok", "ok")
    assert (large.loss_per_token or 0.0) < 0.98 * (untrained.loss_per_token or 0.0)
    assert all(torch.equal(before[name], each) for name, each in frozen(first).items())
    # of another seed at first, and in another order
    assert numbers(second.measure(asked)) == numbers(large)
    assert numbers(second.measure(replace(asked, n_samples=16, save_to=str(saved)))) == numbers(small)
    assert numbers(second.measure(replace(asked, n_samples=0))) == numbers(untrained)
    again = load_candidate(ask_model(saved, 0, recipe())).measure(ask_model(saved, 0, recipe()))
    assert again.loss_per_token == pytest.approx(small.loss_per_token, rel=1e-5)
    assert again.cost.flops == untrained.cost.flops


@pytest.mark.parametrize("kind", ["phi", "t5"])
@pytest.mark.parametrize("method", ["lora", "nf4", "int8"])
def test_frozen_weights_in_bf16_train_as_well(kind: Kind, method: str, tmp_path: Path) -> None:
    folder = build_checkpoint(kind, tmp_path / "checkpoint")
    losses = {}
    for precision in ("fp32", "bf16"):
        asked = ask_model(folder, 32, recipe(precision=precision, **METHODS[method]))
        losses[precision] = load_candidate(asked).measure(asked).loss_per_token
    assert losses["bf16"] != losses["fp32"]
    assert losses["bf16"] == pytest.approx(losses["fp32"], rel=0.01)


def test_zero_shot_loss_with_lora_is_bitwise_that_of_the_plain_model(tmp_path: Path) -> None:
    folder = build_checkpoint("llama", tmp_path)
    plain, prepared = (ask_model(folder, 0, recipe(**fields)) for fields in ({}, METHODS["lora"]))
    assert (
        load_candidate(plain).measure(plain).loss_per_token == load_candidate(prepared).measure(prepared).loss_per_token
    )


def test_seeds_start_lora_differently(tmp_path: Path) -> None:
    asked = ask_model(build_checkpoint("opt", tmp_path), 16, recipe(method="lora"))
    candidate = load_candidate(asked)
    losses = {candidate.measure(replace(asked, seed=seed)).loss_per_token for seed in (0, 1, 0)}
    assert len(losses) == 2


@pytest.mark.parametrize("optimiser", ["adamw-8bit", "paged-adamw", "paged-adamw-8bit"])
def test_optimiser_of_bitsandbytes_trains_a_model(optimiser: str, tmp_path: Path) -> None:
    folder = build_checkpoint("gpt2", tmp_path)
    usual, other = (ask_model(folder, 64, recipe(optimiser=name)) for name in ("adamw", optimiser))
    expected, found = (load_candidate(asked).measure(asked) for asked in (usual, other))
    assert found.loss_per_token == pytest.approx(expected.loss_per_token, rel=0.02)
    assert numbers(load_candidate(other).measure(other)) == numbers(found)


@pytest.mark.parametrize("precision", ["fp32", "bf16"])
@pytest.mark.parametrize(("kind", "method"), [("gpt2", "lora"), ("switch_transformers", "nf4")])
def test_fine_tuned_model_generates_before_and_after_it_is_saved(
    kind: Kind, method: str, precision: str, tmp_path: Path
) -> None:
    folder, saved = build_checkpoint(kind, tmp_path / "checkpoint"), tmp_path / "saved"
    recipe_of_method = recipe(precision=precision, max_target_tokens=8, **METHODS[method])
    asked = ask_model(folder, 32, recipe_of_method, save_to=str(saved))
    candidate = load_candidate(asked)
    assert finetune(candidate, FewTests(), asked, lambda _: None).status == "ok"
    assert (saved / "evaluation.json").is_file()
    if precision == "fp32":
        plain = load_candidate(ask_model(saved, 0, recipe())).adapter
        prompts, limits = FewTests().test(2), {"max_input_tokens": 40, "max_new_tokens": 8}
        assert plain.generate(prompts, **limits) == candidate.adapter.generate(prompts, **limits)


class FewTests(ToyTask):
    """Generating for a whole test split takes long."""

    def test(self, n_samples: int | None = None) -> list[Example]:
        return list(super().test(min(n_samples or 2, 2)))
