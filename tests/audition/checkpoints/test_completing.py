"""What an entry leaves open is read from the checkpoint: its size and shape decide rate, cost and memory."""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING

import pytest

from audition.budgets.budget import TotalSpend
from audition.budgets.cost import CostModel
from audition.checkpoints import complete
from audition.checkpoints.candidates import resolve_candidates
from audition.cli.show.summary import plan_rows, plan_sentence
from audition.errors import BudgetExceeded
from audition.measuring.ledger import Ledger
from audition.measuring.live import LiveLosses
from audition.measuring.resolving import RequestResolver
from audition.measuring.setting import LiveSetting
from audition.plugins.loading import load_plugins
from audition.selection.plan import make_plan
from audition.testing import ToyExecutor, ToyTask, build_checkpoint
from audition.types import AdapterEntry, ModelSpec, Recipe, Registered
from audition.types.recipes import learning_rate_by_size

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="module")
def gpt2(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build_checkpoint("gpt2", tmp_path_factory.mktemp("gpt2"))


@pytest.fixture(scope="module")
def n_params(gpt2: Path) -> int:
    """Count what torch loads, each tensor once."""
    from transformers import AutoModelForCausalLM

    return sum(parameter.numel() for parameter in AutoModelForCausalLM.from_pretrained(gpt2).parameters())


def entry(checkpoint: str) -> ModelSpec:
    return ModelSpec(
        name="mine/open",
        family="gpt2",
        adapter="gpt2",
        checkpoint=checkpoint,
        architecture="decoder-only",
        licence="MIT",
        n_params=None,
    )


class Listed:
    """A catalog of one model."""

    def __init__(self, spec: ModelSpec) -> None:
        self.models = MappingProxyType({spec.name: Registered(entry=spec, plugin="mine")})

    def adapter_for(self, model_type: str) -> AdapterEntry:
        raise AssertionError(model_type)


def setting_of(recipe: Recipe) -> LiveSetting:
    return LiveSetting(
        task=ToyTask(),
        recipe=recipe,
        device="cpu",
        device_kind="cpu",
        seeds=(0,),
        loss_unit="nats/byte",
        rank_lossy=False,
        adapters={"gpt2": "gpt2 of tests 1"},
    )


def resolver_of(spec: ModelSpec, recipe: Recipe) -> RequestResolver:
    return RequestResolver([spec], setting_of(recipe))


def losses_of(spec: ModelSpec, tmp_path: Path, recipe: Recipe) -> LiveLosses:
    ledger = Ledger(str(tmp_path / "ledger.db"))
    return LiveLosses([spec], setting_of(recipe), ledger=ledger, executor=ToyExecutor(), hooks=load_plugins().hooks)


def costs_of(flops_per_second: float | None = None) -> CostModel:
    return CostModel(
        recipe=Recipe(name="r", epochs=1, batch_sizes=(8,)),
        n_seeds=1,
        n_validation=0,
        n_test=0,
        tokens_per_example=10.0,
        calibrations={},
        flops_per_second=flops_per_second,
    )


def test_a_listed_model_without_a_size_has_that_of_its_checkpoint(gpt2: Path, n_params: int) -> None:
    spec = entry(str(gpt2))
    (found,) = resolve_candidates(["mine/open"], [], Listed(spec))
    assert found.n_params == n_params
    assert found.shape is not None
    assert found.shape.n_layers == 2
    assert replace(found, n_params=None, shape=None) == spec, "nothing else changes"


def test_what_an_entry_says_stands(gpt2: Path, n_params: int) -> None:
    said = replace(entry(str(gpt2)), n_params=7)
    assert complete(said).n_params == 7
    whole = complete(entry(str(gpt2)))
    assert complete(whole) is whole


@pytest.mark.parametrize("checkpoint", ["", "/no/such/folder", "nobody/has-this-in-a-cache"])
def test_what_is_not_on_this_disk_stays_unknown(checkpoint: str) -> None:
    assert complete(entry(checkpoint)) == entry(checkpoint)


def test_the_rate_is_by_the_true_count_once_the_checkpoint_is_there(gpt2: Path, n_params: int) -> None:
    spec, recipe = entry(str(gpt2)), Recipe(name="r", batch_sizes=(8,), precision="fp32")
    request = resolver_of(spec, recipe).request(spec, 100, 0)
    assert request.recipe.learning_rates == (learning_rate_by_size(n_params),)
    assert request.recipe.learning_rates != (learning_rate_by_size(None),)
    assert request.model.n_params == n_params


def test_a_known_size_keeps_its_key_whether_the_shape_is_known_or_not(gpt2: Path, n_params: int) -> None:
    recipe = Recipe(name="r", batch_sizes=(8,), precision="fp32")
    without = replace(entry(str(gpt2)), n_params=n_params)
    whole = complete(without)
    keys = {resolver_of(spec, recipe).request(spec, 100, 0).key for spec in (without, whole)}
    assert len(keys) == 1


def test_the_rate_of_pickled_weights_is_by_the_matrices_of_their_shape(gpt2: Path, tmp_path: Path) -> None:
    import shutil

    folder = shutil.copytree(gpt2, tmp_path / "pickled")
    (folder / "model.safetensors").rename(folder / "pytorch_model.bin")
    spec, recipe = entry(str(folder)), Recipe(name="r", batch_sizes=(8,), precision="fp32")
    request = resolver_of(spec, recipe).request(spec, 100, 0)
    assert request.model.n_params is None, "an estimate is not passed off as a count"
    # 2 layers of 12·64² weights and 512 embeddings of 64: a rate has two digits
    assert request.recipe.learning_rates == (learning_rate_by_size(2 * 12 * 64**2 + 512 * 64),)


def test_a_plan_calls_unknown_operations_unknown(tmp_path: Path) -> None:
    recipe = Recipe(name="r", epochs=1, batch_sizes=(8,))
    missing = entry("nobody/has-this-in-a-cache")
    plan = make_plan([missing], (100,), losses_of(missing, tmp_path, recipe), costs_of())
    assert plan.models[0].cost.flops is None
    assert plan_rows(plan)[0]["FLOPs"] == "unknown"
    assert "unknown FLOPs" in plan_sentence(plan)


def test_a_time_by_operations_is_unknown_where_they_are() -> None:
    assert costs_of(1e9).of(entry(""), 100).seconds is None
    assert costs_of(1e9).of(replace(entry(""), n_params=10), 100).seconds == pytest.approx(6 * 10 * 1000 / 1e9)


def test_a_limit_on_operations_does_not_let_unknown_ones_pass() -> None:
    with pytest.raises(BudgetExceeded, match="what a model of unknown size costs in flops is unknown"):
        TotalSpend(1e15, "flops").check(costs_of().of(entry(""), 100))
