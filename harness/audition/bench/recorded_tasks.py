"""What the benchmark replays: the recorded curves of a task, with the models they belong to."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property

from audition.budgets.flops import forward_flops, training_flops
from audition.errors import UsageError
from audition.measuring.recorded import recorded_sizes, spec_of
from audition.plugins.catalog import Catalog
from audition.selection.provenance import definitions
from audition.selection.replay import choose_curves
from audition.text import codec
from audition.types import LossCurve, LossUnit, ModelSpec, Registered, TaskSpec


@dataclass(frozen=True, kw_only=True)
class RecordedTask:
    """One task's curves in one loss unit, and the models that they are of."""

    name: str
    models: tuple[ModelSpec, ...]  #: those with a curve
    curves: tuple[LossCurve, ...]
    spec: TaskSpec | None  #: None: the task itself is not listed, only its curves are
    made_with: str = ""  #: definitions of audition and of the plugins that offer all this; empty: unknown
    left_out: Mapping[str, str] = field(default_factory=dict)  #: why, by model, of those whose truth is not recorded

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
        n_params = model.as_published().n_params
        if self.spec is None or self.spec.tokens_per_example is None or n_params is None:
            return None
        tokens, n_test = self.spec.tokens_per_example, self.spec.n_test or 0
        return sum(
            training_flops(n_params, tokens * size) if size else forward_flops(n_params, tokens * n_test)
            for size in sizes
        )


def open_recorded_task(catalog: Catalog, name: str, loss_unit: LossUnit | None = None) -> RecordedTask:
    """Return the recorded curves of the task `name`; a model that no plugin lists is known by its curve alone.

    A curve that ends before D_full is left out, since nothing can be held against it.

    Raises:
        UsageError: there are none, in this unit.
    """
    chosen = {curve.model: curve for curve in choose_curves(catalog, name, loss_unit)}
    d_full = recorded_sizes(list(chosen.values()))[0]
    left_out = {model: why for model, curve in chosen.items() if (why := _untold(curve, d_full))}
    curves = {model: curve for model, curve in chosen.items() if model not in left_out}
    if not curves:
        raise UsageError(f"no curve on {name!r} has a loss at {d_full:,}, which a ranking could be held against")
    models = [offer.entry for offer in catalog.models.values() if offer.entry.name in curves]
    models += [spec_of(curve) for model, curve in curves.items() if model not in catalog.models]
    listed = catalog.tasks.get(name)
    return RecordedTask(
        name=name,
        models=tuple(models),
        curves=tuple(curves[model.name] for model in models),
        left_out=left_out,
        spec=None if listed is None else listed.entry.spec,
        made_with="; ".join(definitions(catalog.plugins, _plugins(catalog, name, curves))),
    )


def _untold(curve: LossCurve, d_full: int) -> str:
    """Return why the loss after full fine-tuning is unknown, or nothing where it is known."""
    if d_full not in curve.n_samples:
        return f"no loss at {d_full:,} examples was recorded"
    loss = curve.loss[curve.n_samples.index(d_full)]
    return "" if math.isfinite(loss) and loss > 0 else f"its loss at {d_full:,} examples is {loss}: no positive number"


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


def _reaches(curves: Iterable[Registered[LossCurve]], ratios: Iterable[Fraction]) -> bool:
    """Return whether the curves of a unit, if any, have a common size within each ratio."""
    by_unit: dict[str, list[LossCurve]] = {}
    for offer in curves:
        by_unit.setdefault(offer.entry.loss_unit, []).append(offer.entry)
    able = [of_unit for of_unit in by_unit.values() if any(any(curve.n_samples) for curve in of_unit)]
    return bool(able) and all(
        sizes[-1] <= int(ratio * sizes[0]) for sizes in map(recorded_sizes, able) for ratio in ratios
    )
