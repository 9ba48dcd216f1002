"""Run the benchmark: one selection a cell, through the metered problem, judged by the full losses."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from audition.bench.contestants import Contestant
from audition.bench.filters import ModelFilter
from audition.bench.quality import quality
from audition.bench.recorded_tasks import RecordedTask
from audition.bench.row import Row
from audition.budgets.budget import SizeCap
from audition.selection.replay import RecordedSelection
from audition.types import ModelSpec, Report


@dataclass(frozen=True, slots=True, kw_only=True)
class Bench:
    """Tasks × ratios × selectors × strata."""

    tasks: Sequence[RecordedTask]
    ratios: Sequence[Fraction]
    contestants: Sequence[Contestant]
    strata: Sequence[ModelFilter]
    seed: int = 0  #: of every cell, for selectors that draw random numbers

    def __len__(self) -> int:
        return len(self.tasks) * len(self.ratios) * len(self.contestants) * len(self.strata)

    def rows(self) -> Iterator[Row]:
        """Yield one row a cell: by stratum, selector, task and ratio.

        Raises:
            UsageError: a task has no recorded size within a ratio.
        """
        for stratum in self.strata:
            for contestant in self.contestants:
                for task in self.tasks:
                    for ratio in self.ratios:
                        yield self._row(task, ratio, contestant, stratum)

    def left_out(self) -> tuple[str, ...]:
        """Return one line for each model that takes no part, where others of its task do, and why."""
        lines = [f"{task.name}: {name}: {why}" for task in self.tasks for name, why in task.left_out.items()]
        models = {model.name: model for task in self.tasks for model in task.models}
        for stratum in self.strata:
            refused = [model for model in models.values() if not stratum.admits(model)]
            lines += [f"{stratum.name}: {model.name}: its size is unknown" for model in refused if not model.n_params]
            if stratum.name.startswith("memory"):
                lines += [
                    f"{stratum.name}: {model.name}: its shape is unknown, so its memory is"
                    for model in refused
                    if model.n_params and model.shape is None
                ]
        return tuple(lines)

    def _row(self, task: RecordedTask, ratio: Fraction, contestant: Contestant, stratum: ModelFilter) -> Row:
        models = {model.name: model for model in task.models if stratum.admits(model)}
        report = self._report(task, ratio, contestant, tuple(models.values())) if models else None
        ranking = report.strata[-1].ranking if report else ()
        asked = _asked(report)
        planned = _planned(task.sizes_within(ratio), contestant, asked)
        return Row(
            task=task.name,
            ratio=ratio,
            selector=contestant.name,
            options=contestant.options,
            stratum=stratum.name,
            n_models=len(models),
            d_full=task.sizes[0],
            selected=report.best.model if report and report.best else None,
            quality=quality([row.score for row in ranking], [task.full_losses[row.model] for row in ranking]),
            n_samples=sum(map(sum, planned.values())),
            n_samples_spent=sum(map(sum, asked.values())),
            flops=_flops(task, models, planned),
            flops_spent=_flops(task, models, asked),
            plugin=contestant.plugin,
            version=contestant.version,
            seed=self.seed,
            definition=contestant.definition,
            made_with=task.made_with,
            curves=task.fingerprint,
            probability=report.certainty.probability if report and report.certainty else None,
            ranking=tuple(row.model for row in ranking),
        )

    def _report(
        self, task: RecordedTask, ratio: Fraction, contestant: Contestant, models: tuple[ModelSpec, ...]
    ) -> Report:
        return RecordedSelection(
            task=task.name,
            candidates=models,
            curves=task.curves,
            sizes=task.sizes,
            budget=SizeCap(ratio),
            selector_name=contestant.name,
            selector=contestant.selector,
            seed=self.seed,
            provenance={},
        ).run()


def _asked(report: Report | None) -> dict[str, list[int]]:
    """Return the sizes that were measured, by model."""
    asked: dict[str, list[int]] = {}
    for observation in report.strata[-1].measured if report else ():
        asked.setdefault(observation.model, []).append(observation.n_samples)
    return asked


def _planned(
    sizes: tuple[int, ...], contestant: Contestant, auditioned: Iterable[str]
) -> Mapping[str, tuple[int, ...]]:
    """Return the sizes that a selector may ask for of every model it auditioned: all, unless it declares a plan."""
    plan = getattr(contestant.selector, "plan", None)
    planned = tuple(plan(sizes)) if plan else sizes
    return dict.fromkeys(auditioned, planned)


def _flops(task: RecordedTask, models: Mapping[str, ModelSpec], sizes: Mapping[str, Iterable[int]]) -> float | None:
    total = 0.0
    for name, of_model in sizes.items():
        flops = task.flops(models[name], of_model)
        if flops is None:
            return None
        total += flops
    return total
