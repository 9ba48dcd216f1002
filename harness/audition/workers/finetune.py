"""Fine-tune a candidate for good: on everything, saved, with an evaluation beside it."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

from audition.encoding.options import reading_options
from audition.errors import AuditionError, UsageError
from audition.tasks.labels import labels_of
from audition.text import codec
from audition.training.devices.clock import Stopwatch
from audition.training.devices.finding import resolve_precision
from audition.training.devices.tensors import autocast
from audition.training.failures import one_line
from audition.training.loop.evaluation import evaluate
from audition.training.measurement import Measurement
from audition.training.metrics import metric_for, score
from audition.training.metrics.objectives import OF_LABELS, classification, error_of, value_of
from audition.types.requests import EVALUATION

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from audition.training.candidate import Candidate
    from audition.types import Example, MeasurementRequest, Observation, Progress, Recipe
    from audition.types.protocols import ModelAdapter, TaskLoader

if TYPE_CHECKING:
    Scorer = Callable[[Sequence[str], Sequence[str]], float]  #: of generated and wanted texts, 0 to 100

N_GENERATED = 200  #: test examples that are generated for the metrics
N_SHOWN = 5  #: of these, how many are written out


def finetune(
    candidate: Candidate,
    task: TaskLoader,
    request: MeasurementRequest,
    on_progress: Callable[[Progress], None],
    objectives: Mapping[str, Scorer] = MappingProxyType({}),
) -> Observation:
    """Return the observation of the fine-tuning; `request.save_to` gets the model and `evaluation.json`.

    A team generates together, each process the same, and the first writes.
    """
    observation = candidate.measure(request, on_progress)
    if observation.status == "ok" and request.objective is not None:
        watch = Stopwatch(candidate.model.device)
        observation = judged(observation, candidate, task, request, objectives)
        cost = replace(observation.cost, seconds=(observation.cost.seconds or 0.0) + watch.device_seconds)
        observation = replace(
            observation, cost=cost, wall_seconds=(observation.wall_seconds or 0.0) + watch.wall_seconds
        )
    if observation.status == "ok" and request.save_to is not None:
        examples = task.test(N_GENERATED)
        predictions, failure = _generated(candidate, request, examples)
        labelled = label_metrics(candidate, task, request)  # by all of a team
        if candidate.model.team.rank == 0:
            folder = Path(request.save_to)
            shown = examples[: len(predictions)]
            metric = _metric(request, task, examples)
            _write_evaluation(folder, observation, metric, shown, predictions, failure, labelled)
            _keep_generation(candidate.adapter, folder, examples, request.recipe)
    return observation


def judged(
    observation: Observation,
    candidate: Candidate,
    task: TaskLoader,
    request: MeasurementRequest,
    objectives: Mapping[str, Scorer],
) -> Observation:
    """Return the observation with the objective, measured with the weights that are loaded now.

    Whatever generates nothing has crashed as a candidate for this objective.
    """
    objective = request.objective or ""
    if objective in OF_LABELS:
        metrics = label_metrics(candidate, task, request)
    else:
        examples = task.test(N_GENERATED)
        predictions, failure = _generated(candidate, request, examples)
        if failure:
            return replace(observation, status="crashed", message=f"nothing was generated: {failure}")
        score_texts = objectives.get(objective) or partial(value_of, objective)
        metrics = {objective: float(score_texts(predictions, [example.target for example in examples]))}
        if not 0.0 <= metrics[objective] <= 100.0:
            raise UsageError(f"objective {objective!r} must be of 0 to 100, got {metrics[objective]:g}")
    return replace(observation, error=error_of(metrics[objective]), metrics=tuple(metrics.items()))


def label_metrics(candidate: Candidate, task: TaskLoader, request: MeasurementRequest) -> dict[str, float]:
    """Return accuracy and macro-F1 of the likeliest labels of test examples; nothing where targets are no labels."""
    labels = labels_of(task)
    if not labels:
        return {}
    examples = task.test(N_GENERATED)
    measurement = Measurement(candidate.model, request, candidate.attempt, lambda _: None)
    likeliest = []
    for example in examples:
        likelihoods = []
        for label in labels:
            split = candidate.model.task.scored([replace(example, target=label)], request.recipe)
            nll = evaluate(
                candidate.adapter,
                split.encoded,
                split.targets,
                device=candidate.model.device,
                precision=measurement.grid.precision,
                limit=measurement.limit,
            ).nll
            likelihoods.append(-nll)
        likeliest.append(labels[max(range(len(labels)), key=likelihoods.__getitem__)])
    return classification(likeliest, [example.target for example in examples])


def _generated(candidate: Candidate, request: MeasurementRequest, examples: Sequence[Example]) -> tuple[list[str], str]:
    """Return what the model generates, and "" or why it generates nothing: no reason to lose a trained model."""
    # as in training: weights that a method keeps in bf16 multiply nothing else
    precision = resolve_precision(request.recipe.precision, candidate.model.device)
    try:
        with autocast(candidate.model.device, precision, caches=candidate.model.team.size == 1):
            predictions = candidate.adapter.generate(
                examples,
                max_input_tokens=request.recipe.max_input_tokens,
                max_new_tokens=request.recipe.max_target_tokens,
                **reading_options(request.recipe),
            )
    except (RuntimeError, ValueError, IndexError, AuditionError) as error:
        if candidate.model.team.size > 1:  # the others would wait for this process
            raise
        return [], one_line(error)
    return predictions, ""


def _metric(request: MeasurementRequest, task: TaskLoader, examples: Sequence[Example]) -> tuple[str, str]:
    """Return the metric that was asked for or can see the targets, and why it is not the task's."""
    if request.metric is not None:
        return request.metric, ""
    return metric_for(task.spec.metric, [example.target for example in examples])


def _keep_generation(adapter: ModelAdapter, folder: Path, examples: Sequence[Example], recipe: Recipe) -> None:
    """Save what the samples were generated with, in place of what the base model brought along."""
    make = getattr(adapter, "generation_config", None)
    if make is not None:
        make(examples, recipe.max_target_tokens).save_pretrained(folder)


def _write_evaluation(
    folder: Path,
    observation: Observation,
    metric: tuple[str, str],
    examples: Sequence[Example],
    predictions: Sequence[str],
    failure: str,
    labelled: dict[str, float],
) -> None:
    name, why = metric
    shown = list(zip(examples, predictions, strict=True))[:N_SHOWN]
    evaluation = {
        "observation": observation,
        "metric": name,
        "metric_reason": why,
        "metrics": {
            **(score(name, predictions, [example.target for example in examples]) if predictions else {}),
            **labelled,
        },
        "generation_error": failure,
        "n_generated": len(predictions),
        "samples": [_sample(example, prediction) for example, prediction in shown],
    }
    (folder / EVALUATION).write_text(codec.dumps(evaluation, indent=2) + "\n", encoding="utf-8")


def _sample(example: Example, prediction: str) -> dict[str, object]:
    messages = [{"role": turn.role, "content": turn.content} for turn in example.turns]
    chat = {"messages": messages} if messages else {}
    return {"input": example.input, **chat, "target": example.target, "generated": prediction}
