"""Which models take part in a cell of the benchmark: by size, or by the GPU memory that fine-tuning needs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from audition import memory
from audition.errors import UsageError
from audition.recipes.loading import GPU_PRECISION, load_recipe
from audition.text.sizes import GIB, parse_bytes
from audition.types import ModelSpec

RECIPE = "paper"  #: what has to fit into memory, at the precision that its "auto" means on a GPU


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelFilter:
    """A part of the pool, inside which every selector is judged."""

    name: str
    admits: Callable[[ModelSpec], bool]


ALL = ModelFilter(name="all", admits=lambda model: True)


def size_filter(text: str) -> ModelFilter:
    """Return the models with fewer than `text` ("1.9e9") parameters, as the recorded experiments counted them.

    Raises:
        UsageError: it is not a positive number.
    """
    try:
        limit = float(text)
    except ValueError:
        limit = 0.0
    if not 0 < limit < float("inf"):
        raise UsageError(f"a limit of parameters must be a positive number such as 1.9e9, got {text!r}")
    return ModelFilter(name=f"params<{text.strip()}", admits=lambda model: _n_params(model) < limit)


def memory_filter(text: str) -> ModelFilter:
    """Return the models whose fine-tuning by the paper's recipe is estimated to fit into `text` ("24GB").

    Smaller micro-batches and checkpointing are allowed: they change no loss.

    Raises:
        UsageError: it is no size.
    """
    n_bytes = parse_bytes(text)
    recipe = load_recipe(RECIPE)

    def fits(model: ModelSpec) -> bool:
        found = memory.fit(model, recipe, n_bytes, precision=GPU_PRECISION, may_be_lossy=False)
        return found is not None and found.recipe is not None

    return ModelFilter(name=f"memory<={n_bytes / GIB:g}GiB", admits=fits)


def _n_params(model: ModelSpec) -> float:
    n_params = model.as_published().n_params
    return float("inf") if n_params is None else n_params
