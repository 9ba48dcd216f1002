"""A recipe: how one fine-tuning is done, and how it is read from TOML. Torch-free, since planning needs it."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, fields
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from audition.errors import UsageError, unknown_name
from audition.training.recipe_rules import checked

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable

    from audition.types import ModelSpec

Precision = Literal["auto", "fp32", "bf16"]
_SHIPPED = files("audition.training") / "recipes"


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """Method, optimiser, grid, evaluation. Part of every measurement's key."""

    name: str
    method: Literal["full"] = "full"
    precision: Precision = (
        "auto"  #: auto: bf16 autocast on a CUDA device that has it, else fp32; master weights are fp32
    )
    learning_rates: tuple[float, ...] = ()  #: the grid; empty: the one rate of the model's card, else by its size
    batch_sizes: tuple[int, ...] = (32,)  #: the grid; examples per optimiser step
    micro_batch_tokens: int = 8192  #: longest padded batch, in tokens, of one forward pass; never changes a result
    epochs: int = 20  #: at most
    patience: int = 3  #: evaluations without improvement before stopping
    warmup_ratio: float = 0.1  #: share of the steps with a rising learning rate; then cosine to zero
    weight_decay: float = 0.01
    max_grad_norm: float = 1.0
    max_input_tokens: int = 512  #: longer inputs are cut at the end
    max_target_tokens: int = 256  #: longer training targets are cut; test targets never are
    n_validation: int | None = None  #: validation examples scored after each epoch; None: all
    n_test: int | None = None  #: test examples scored once a measurement; None: all

    @property
    def grid(self) -> int:
        """Return the number of (learning rate, batch size) pairs tried at each size."""
        return max(1, len(self.learning_rates)) * len(self.batch_sizes)

    def learning_rate_for(self, model: ModelSpec, task: str) -> float:
        """Return the one rate of a recipe without a grid: of the model's card for `task`, else by its size."""
        return model.learning_rate(task) or learning_rate_by_size(model.n_params)


def learning_rate_by_size(n_params: int | None) -> float:
    """Return 3e-5·(10⁹ / n_params)^0.4 within [1e-5, 1e-3], two digits; 3e-5 where the size is unknown.

    A rule of thumb of ours: 4.8e-4 at 1 M, 6.9e-5 at 124 M, 1.4e-5 at 7 B parameters. A card or a grid is better.
    """
    if not n_params:
        return 3e-5
    return float(f"{min(max(3e-5 * (1e9 / n_params) ** 0.4, 1e-5), 1e-3):.1e}")


def load_recipe(name_or_path: str) -> Recipe:
    """Return the recipe called so, or the one in a TOML file; a path ends with .toml or contains a slash.

    Raises:
        UsageError: there is none, or a field of the file is unknown, of the wrong type or out of range.
    """
    if name_or_path in recipe_names():
        return _recipe(_SHIPPED / f"{name_or_path}.toml", name_or_path)
    if name_or_path.endswith(".toml") or "/" in name_or_path:
        return _recipe(Path(name_or_path), name_or_path)
    raise unknown_name("recipe", name_or_path, recipe_names(), hint="A file must be given as ./name.toml")


def recipe_names() -> tuple[str, ...]:
    """Return the names of the recipes that come with audition."""
    return tuple(sorted(path.name.removesuffix(".toml") for path in _SHIPPED.iterdir()))


def _recipe(source: Traversable, place: str) -> Recipe:
    values = _read(source, place)
    base = values.pop("extends", None)
    if base is not None and base not in recipe_names():
        known = " or ".join(recipe_names())
        raise UsageError(f"{place}: 'extends' must be {known}, got {base!r}")
    inherited = {} if base is None else _inherited(load_recipe(base))
    name = source.name.removesuffix(".toml")
    return Recipe(**{"name": name, **inherited, **{field: checked(place, field, values[field]) for field in values}})


def _inherited(base: Recipe) -> dict[str, Any]:
    return {field.name: getattr(base, field.name) for field in fields(Recipe) if field.name != "name"}


def _read(source: Traversable, place: str) -> dict[str, Any]:
    try:
        return tomllib.loads(source.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise UsageError(f"{place}: not valid TOML: {error}") from None
    except UnicodeDecodeError:
        raise UsageError(f"{place}: a recipe must be UTF-8 text") from None
    except OSError as error:
        raise UsageError(f"{place}: cannot read the recipe: {(error.strerror or str(error)).lower()}") from None
