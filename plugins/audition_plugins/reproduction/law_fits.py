"""Both laws fitted to every recorded curve, by both losses: Table 3 and Figures 3 and 4."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from audition.laws import fit_rectified, fit_vanilla
from audition.text.tables import to_csv, to_table
from audition_plugins.reproduction.comparing import mean
from audition_plugins.reproduction.printed import TASKS, read_table
from audition_plugins.reproduction.tables import signed

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from audition.bench import RecordedTask
    from audition.laws import RectifiedLaw, VanillaLaw
    from audition.types import LossCurve

Law = Literal["rectified", "vanilla"]
LAWS: tuple[Law, ...] = ("rectified", "vanilla")
FAR = 0.0004  #: a published fit this much worse or better than ours is listed


@dataclass(frozen=True, slots=True, kw_only=True)
class CurveFits:
    """The laws fitted to one curve without its zero-shot loss, and what Table 3 prints of them."""

    curve: LossCurve
    rectified: RectifiedLaw  #: least squares, as Table 3's column
    vanilla: VanillaLaw  #: Huber, as Table 3's column
    rmsd: Mapping[tuple[Law, str], float]  #: of log loss, by law and loss ("least-squares", "huber")
    printed: Mapping[Law, float]

    @property
    def ours(self) -> dict[Law, float]:
        """Return the deviations that stand for those of Table 3: its two columns are fitted by two losses."""
        return {"rectified": self.rmsd["rectified", "least-squares"], "vanilla": self.rmsd["vanilla", "huber"]}


def fit_curves(tasks: Iterable[RecordedTask]) -> tuple[CurveFits, ...]:
    """Return the fits of every curve of every task."""
    printed = {(row["task"], row["model"]): row for row in read_table("table3_rmsd")}
    return tuple(fits for task in tasks for fits in _fit_task(task, printed))


def trained(curve: LossCurve) -> tuple[tuple[int, ...], tuple[float, ...]]:
    """Return sizes and losses without the zero-shot one."""
    pairs = [(n, loss) for n, loss in zip(curve.n_samples, curve.loss, strict=True) if n]
    return tuple(n for n, _ in pairs), tuple(loss for _, loss in pairs)


def means_markdown(fits: Sequence[CurveFits]) -> str:
    """Return the mean deviations a task: ours by both losses, and as printed."""
    groups = {task: [one for one in fits if one.curve.task == task] for task in TASKS} | {"all": list(fits)}
    return to_table([_means(task, group) for task, group in groups.items()], "github")


def far_markdown(fits: Iterable[CurveFits]) -> str:
    """Return the curves whose published deviation is plainly another."""
    records = [
        {
            "task": one.curve.task,
            "model": one.curve.model,
            "law": law,
            "ours": f"{one.ours[law]:.4f}",
            "theirs": f"{one.printed[law]:.4f}",
            "Δ": signed(one.ours[law] - one.printed[law], 4),
        }
        for law in LAWS
        for one in fits
        if abs(one.ours[law] - one.printed[law]) > FAR
    ]
    return to_table(records, "github", left=3)


def table_3_csv(fits: Iterable[CurveFits]) -> str:
    """Return every curve: deviations of both laws by both losses, and as printed."""
    return to_csv([_record(one) for one in fits])


def _fit_task(task: RecordedTask, printed: Mapping[tuple[str, str], Mapping[str, str]]) -> list[CurveFits]:
    sizes = trained(task.curves[0])[0]
    losses = [trained(curve)[1] for curve in task.curves]
    rectified = {loss: fit_rectified(sizes, losses, objective=loss) for loss in ("least-squares", "huber")}
    vanilla = {loss: fit_vanilla(sizes, losses, objective=loss) for loss in ("least-squares", "huber")}
    return [
        CurveFits(
            curve=curve,
            rectified=rectified["least-squares"][number].law,
            vanilla=vanilla["huber"][number].law,
            rmsd={
                **{("rectified", loss): fits[number].rmsd for loss, fits in rectified.items()},
                **{("vanilla", loss): fits[number].rmsd for loss, fits in vanilla.items()},
            },
            printed={law: float(printed[task.name, curve.model][law]) for law in LAWS},
        )
        for number, curve in enumerate(task.curves)
    ]


def _means(task: str, fits: Sequence[CurveFits]) -> dict[str, str]:
    def of(law: Law, loss: str) -> str:
        return f"{mean([one.rmsd[law, loss] for one in fits]):.4f}"

    return {
        "task": task,
        "rectified, least squares": of("rectified", "least-squares"),
        "rectified, theirs": f"{mean([one.printed['rectified'] for one in fits]):.4f}",
        "rectified, Huber": of("rectified", "huber"),
        "vanilla, Huber": of("vanilla", "huber"),
        "vanilla, theirs": f"{mean([one.printed['vanilla'] for one in fits]):.4f}",
        "vanilla, least squares": of("vanilla", "least-squares"),
    }


def _record(one: CurveFits) -> dict[str, Any]:
    return {
        "task": one.curve.task,
        "model": one.curve.model,
        **{f"{law}_{loss.replace('-', '_')}": f"{value:.4f}" for (law, loss), value in one.rmsd.items()},
        **{f"{law}_published": f"{value:.4f}" for law, value in one.printed.items()},
        **{f"{law}_difference": signed(one.ours[law] - one.printed[law], 4) for law in LAWS},
    }
