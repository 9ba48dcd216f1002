"""Fine-tune a candidate for good: on everything, saved, with an evaluation beside it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from audition import codec
from audition.training.device import autocast, resolve_precision
from audition.training.metrics import score
from audition.training.request import EVALUATION

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from audition.protocols import TaskLoader
    from audition.training.candidate import Candidate
    from audition.training.request import MeasurementRequest, Progress
    from audition.types import Example, Observation

N_GENERATED = 200  #: test examples that are generated for the metrics
N_SHOWN = 5  #: of these, how many are written out


def finetune(
    candidate: Candidate, task: TaskLoader, request: MeasurementRequest, on_progress: Callable[[Progress], None]
) -> Observation:
    """Return the observation of the fine-tuning; `request.save_to` gets the model and `evaluation.json`.

    A team generates together, each process the same, and the first writes.
    """
    observation = candidate.measure(request, on_progress)
    if observation.status == "ok" and request.save_to is not None:
        examples = task.test(N_GENERATED)
        # as in training: weights that a method keeps in bf16 multiply nothing else
        precision = resolve_precision(request.recipe.precision, candidate.device)
        with autocast(candidate.device, precision, caches=candidate.team.size == 1):
            predictions = candidate.adapter.generate(
                examples,
                max_input_tokens=request.recipe.max_input_tokens,
                max_new_tokens=request.recipe.max_target_tokens,
            )
        if candidate.team.rank == 0:
            _write_evaluation(Path(request.save_to), observation, task.spec.metric, examples, predictions)
    return observation


def _write_evaluation(
    folder: Path, observation: Observation, metric: str, examples: Sequence[Example], predictions: Sequence[str]
) -> None:
    evaluation = {
        "observation": observation,
        "metric": metric,
        "metrics": score(metric, predictions, [example.target for example in examples]),
        "n_generated": len(predictions),
        "samples": [
            {"input": example.input, "target": example.target, "generated": prediction}
            for example, prediction in list(zip(examples, predictions, strict=True))[:N_SHOWN]
        ],
    }
    (folder / EVALUATION).write_text(codec.dumps(evaluation, indent=2) + "\n", encoding="utf-8")
