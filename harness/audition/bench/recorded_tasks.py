"""What the benchmark replays: the recorded curves of a task, with the models they belong to."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from audition import codec
from audition.cost import forward_flops, training_flops
from audition.errors import UsageError
from audition.provenance import definitions
from audition.recorded import recorded_sizes
from audition.recorded_selection import as_published
from audition.selecting import choose_curves

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from fractions import Fraction

    from audition.catalog import Catalog
    from audition.hooks import Offer
    from audition.types import LossCurve, LossUnit, ModelSpec, TaskSpec


@dataclass(frozen=True, kw_only=True)
class RecordedTask:
    """One task's curves in one loss unit, and the listed models among them."""

    name: str
    models: tuple[ModelSpec, ...]  #: those with a curve
    curves: tuple[LossCurve, ...]
    spec: TaskSpec | None  #: None: the task itself is not listed, only its curves are
    made_with: str = ""  #: definitions of audition and of the plugins that offer all this; empty: unknown

    @cached_property
    def sizes(self) -> tuple[int, ...]:
        """Return the recorded sizes, largest (D_full) first."""
        return recorded_sizes(self.curves)

    @cached_property
    def fingerprint(self) -> str:
        """Return twelve hexadecimal digits: rows of tasks that differ in them are not of the same losses."""
        numbers = sorted((curve.model, curve.loss_unit, curve.n_samples, curve.loss) for curve in self.curves)
        return hashlib.sha256(codec.dumps(numbers).encode()).hexdigest()[:12]

    @cached_property
    def full_losses(self) -> dict[str, float]:
        """Return the loss of every model after full fine-tuning: the truth that a ranking is held against."""
        return {curve.model: curve.loss[curve.n_samples.index(self.sizes[0])] for curve in self.curves}

    def sizes_within(self, ratio: Fraction) -> tuple[int, ...]:
        """Return the sizes that a budget of `ratio` allows, largest first."""
        return tuple(size for size in self.sizes if size <= int(ratio * self.sizes[0]))

    def flops(self, model: ModelSpec, sizes: Iterable[int]) -> float | None:
        """Return 6·N·tokens·n_samples over `sizes`, as the paper counts; 2·N·tokens over the test set for a zero-shot.

        One epoch and one round of hyper-parameters; N as the recorded experiments counted it. None: the task's
        average number of tokens, or the model's of parameters, is unknown.
        """
        n_params = as_published(model).n_params
        if self.spec is None or self.spec.tokens_per_example is None or n_params is None:
            return None
        tokens, n_test = self.spec.tokens_per_example, self.spec.n_test or 0
        return sum(
            training_flops(n_params, tokens * size) if size else forward_flops(n_params, tokens * n_test)
            for size in sizes
        )


def open_recorded_task(catalog: Catalog, name: str, loss_unit: LossUnit | None = None) -> RecordedTask:
    """Return the recorded curves of the task `name`.

    Raises:
        UsageError: there are none, in this unit, or of a listed model.
    """
    curves = {curve.model: curve for curve in choose_curves(catalog, name, loss_unit)}
    models = tuple(offer.entry for offer in catalog.models.values() if offer.entry.name in curves)
    if not models:
        raise UsageError(f"no listed model has a recorded curve on {name!r}")
    listed = catalog.tasks.get(name)
    return RecordedTask(
        name=name,
        models=models,
        curves=tuple(curves[model.name] for model in models),
        spec=None if listed is None else listed.entry.spec,
        made_with="; ".join(definitions(catalog.plugins, _plugins(catalog, name, curves))),
    )


def _plugins(catalog: Catalog, task: str, curves: Mapping[str, LossCurve]) -> set[str]:
    """Return the names of the plugins that offer a task, its curves and their models."""
    of_curves = {offer.plugin for offer in catalog.curves(task) if offer.entry == curves.get(offer.entry.model)}
    of_models = {offer.plugin for offer in catalog.models.values() if offer.entry.name in curves}
    of_task = {catalog.tasks[task].plugin} if task in catalog.tasks else set()
    return of_curves | of_models | of_task


def recorded_tasks(
    catalog: Catalog, ratios: Iterable[Fraction], loss_unit: LossUnit | None = None
) -> tuple[RecordedTask, ...]:
    """Return every listed task with recorded curves that has a size within each of `ratios`.

    Raises:
        UsageError: there is none.
    """
    ratios = tuple(ratios)
    able = [name for name in catalog.tasks if _reaches(catalog.curves(name), ratios)]
    if not able:
        raise UsageError(f"no listed task has recorded curves at ratios {', '.join(map(str, ratios))}")
    return tuple(open_recorded_task(catalog, name, loss_unit) for name in able)


def _reaches(curves: Iterable[Offer[LossCurve]], ratios: Iterable[Fraction]) -> bool:
    """Return whether the curves, if any, share a size within each ratio."""
    sizes = [set(offer.entry.n_samples) - {0} for offer in curves]
    shared = set.intersection(*sizes) if sizes else set()
    return bool(shared) and all(min(shared) <= int(ratio * max(shared)) for ratio in ratios)
