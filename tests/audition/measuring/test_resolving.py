from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from audition.checkpoints import complete
from audition.measuring.resolving import RequestResolver
from audition.types import ModelSpec, Recipe
from audition.types.recipes import learning_rate_by_size
from worlds.open_entries import entry, setting_of

if TYPE_CHECKING:
    from pathlib import Path


def resolver_of(spec: ModelSpec, recipe: Recipe) -> RequestResolver:
    return RequestResolver([spec], setting_of(recipe))


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
