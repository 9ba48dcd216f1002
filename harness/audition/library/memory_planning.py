"""`audition.plan_memory`: the memory that fine-tuning needs, and what would make it fit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from os import PathLike
from typing import TYPE_CHECKING, Any, Literal

from audition.library.words import Names, Sizes, load_catalog, names, sizes, task_options
from audition.memory import Fit, MicroBatch, estimate_memory, largest_micro_batch, shards_needed, sharing
from audition.memory import fit as fit_recipe
from audition.plugins.catalog import Catalog
from audition.recipes.loading import GPU_PRECISION, load_recipe
from audition.text.sizes import format_bytes
from audition.types import MemoryEstimate, ModelSpec, Quotes, Recipe
from audition.types.lazy import LazyModule

if TYPE_CHECKING:
    import pandas as pd
else:
    pd = LazyModule("pandas")


CARDS = "8GB,16GB,24GB,48GB,80GB"  #: what is asked about when nobody says
Precision = Literal["bf16", "fp32"]


@dataclass(frozen=True, slots=True, kw_only=True)
class FitOnCard:
    """What fits one model on a GPU of one size. Estimated."""

    budget_bytes: int
    fit: Fit | None  #: None: the size of the model is unknown
    shards_needed: int | None  #: such GPUs that could share the model, where one alone would cost accuracy

    @property
    def verdict(self) -> str:
        """Return it in words, with the need."""
        return verdict_of(self.fit) + sharing(self.shards_needed)

    def to_json(self) -> dict[str, Any]:
        """Return it as `audition models plan --json` prints it."""
        found = self.fit
        return {
            "budget": format_bytes(self.budget_bytes),
            "budget_bytes": self.budget_bytes,
            "verdict": self.verdict,
            "changes": [] if found is None else found.changes,
            "is_lossless": None if found is None else found.is_lossless,
            "total": None if found is None else found.estimate.total,
            "fits": None if found is None else found.recipe is not None,
            "shards_needed": self.shards_needed,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelMemory:
    """What one model needs, by component, and what fits it on each card. Estimated."""

    model: str
    micro_batch: MicroBatch
    estimate: MemoryEstimate | None  #: None: the size of the model is unknown
    cards: tuple[FitOnCard, ...]

    @property
    def components(self) -> dict[str, int]:
        """Return bytes by component, tensors and total last; empty where the size of the model is unknown."""
        need = self.estimate
        if need is None:
            return {}
        by_name = {field.name: getattr(need, field.name) for field in fields(need)}
        return {**by_name, "tensors": need.tensors, "total": need.total}

    def to_json(self) -> dict[str, Any]:
        """Return it as `audition models plan --json` prints it."""
        return {
            "model": self.model,
            "micro_batch": self.micro_batch,
            "estimate": self.components or None,
            "fits": [card.to_json() for card in self.cards],
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class MemoryPlan:
    """The memory that models need under one recipe. Every figure is an estimate."""

    recipe: Recipe
    precision: str
    micro_batch: MicroBatch
    models: tuple[ModelMemory, ...]

    def to_json(self) -> dict[str, Any]:
        """Return it as `audition models plan --json` prints it."""
        models = [model.to_json() for model in self.models]
        return {"recipe": self.recipe, "precision": self.precision, "label": "estimated", "models": models}

    def to_frame(self) -> pd.DataFrame:
        """Return one row a model: bytes by component, and a verdict for each card."""
        return pd.DataFrame(
            {
                "model": model.model,
                **model.components,
                **{format_bytes(card.budget_bytes): card.verdict for card in model.cards},
            }
            for model in self.models
        )

    def _repr_html_(self) -> str:
        return self.to_frame().to_html(index=False, na_rep="unknown")


def plan_memory(
    models: Names,
    *,
    recipe: str = "paper",
    task: str | None = None,
    memory: Sizes = (),
    precision: Precision = GPU_PRECISION,
    input_column: str | None = None,
    target_column: str | None = None,
    prompt: str | None = None,
    validation: str | None = None,
    test: str | None = None,
    delimiter: str | None = None,
    quotes: Quotes = "auto",
    skip_bad_rows: bool = False,
    plugin: Sequence[str | PathLike[str]] = (),
    catalog: Catalog | None = None,
) -> MemoryPlan:
    """Estimate the memory that fine-tuning needs, by component, and say which setting fits which GPU.

    Does what `audition models plan` does. Needs no weights, no GPU and, for listed models, no network.

    >>> plan_memory("gpt2", memory="4GB").models[0].cards[0].fit.recipe is not None
    True

    Args:
        models: listed names, patterns, hub ids or folders.
        recipe: "quick", "paper" or a TOML file.
        task: whose lengths count; None: the recipe's limits.
        memory: GPU sizes to try, in bytes or as text; empty: the usual cards.
        precision: what the GPU computes in, where the recipe says auto.
        input_column: as the next seven, how rows are read; see `audition.types.TaskOptions`.
        target_column: column of the targets.
        prompt: template over columns.
        validation: file of validation rows.
        test: file of test rows.
        delimiter: one character between fields.
        quotes: whether quotation marks are text or quotes.
        skip_bad_rows: count bad rows instead of stopping at one.
        plugin: Python files to load as plugins.
        catalog: plugins that are loaded already; None: they are loaded now.

    Raises:
        UsageError: a model, the recipe, the task or a size is unknown.
    """
    from audition.checkpoints.candidates import resolve_candidates
    from audition.tasks.lengths import lengths_of

    catalog = catalog or load_catalog(plugin)
    candidates = resolve_candidates(names(models), (), catalog)
    wanted = load_recipe(recipe)
    read = task_options(
        input_column=input_column,
        target_column=target_column,
        prompt=prompt,
        validation=validation,
        test=test,
        delimiter=delimiter,
        quotes=quotes,
        skip_bad_rows=skip_bad_rows,
    )
    lengths = lengths_of(catalog.open_task(task, read)) if task else []
    chosen = precision if wanted.precision == "auto" else wanted.precision
    return MemoryPlan(
        recipe=wanted,
        precision=chosen,
        micro_batch=largest_micro_batch(wanted, lengths),
        models=tuple(_plan(model, wanted, chosen, lengths, cards(memory)) for model in candidates),
    )


def cards(memory: Sizes) -> list[int]:
    """Return GPU sizes in bytes, ascending: those given, or the usual ones."""
    return sorted(set(sizes(memory) or sizes(CARDS)))


def verdict_of(found: Fit | None) -> str:
    """Return a fit in words, with its need."""
    return "size unknown" if found is None else f"{found.verdict} ({format_bytes(found.estimate.total)})"


def _plan(
    model: ModelSpec, recipe: Recipe, precision: str, lengths: Sequence[tuple[int, int]], budgets: Sequence[int]
) -> ModelMemory:
    batch = largest_micro_batch(recipe, lengths)
    return ModelMemory(
        model=model.name,
        micro_batch=batch,
        estimate=estimate_memory(model, recipe, precision=precision, micro_batch=batch),
        cards=tuple(_fit_on(budget, model, recipe, precision, lengths) for budget in budgets),
    )


def _fit_on(
    budget: int, model: ModelSpec, recipe: Recipe, precision: str, lengths: Sequence[tuple[int, int]]
) -> FitOnCard:
    found = fit_recipe(model, recipe, budget, precision=precision, lengths=lengths)
    shared = None
    if found is not None and not found.is_lossless:
        shared = shards_needed(model, recipe, budget, precision=precision, lengths=lengths)
    return FitOnCard(budget_bytes=budget, fit=found, shards_needed=shared)
