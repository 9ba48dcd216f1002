"""One measurement of a loaded model: it owns its limit of memory, its meter and what its attempt has taught."""

from __future__ import annotations

from dataclasses import replace
from itertools import count
from typing import TYPE_CHECKING, Literal

from audition.encoding.lossy import lossy_note
from audition.training.devices.clock import Stopwatch
from audition.training.devices.finding import resolve_precision
from audition.training.devices.memory import peak_memory_bytes, peak_reserved_bytes, reset_peak_memory
from audition.training.loop.evaluation import evaluate
from audition.training.loop.grid import Grid, search
from audition.training.loop.meter import Meter
from audition.training.loop.micro_batch import MicroBatchLimit
from audition.training.outcome import blank, failed, measured, method_of
from audition.types import Progress
from audition.types.surveys import MAX_LOSSY_SHARE

if TYPE_CHECKING:
    from collections.abc import Callable

    from audition.training.encoded_task import EncodedSplit
    from audition.training.loaded import LoadedModel
    from audition.training.loop.evaluation import SplitLoss
    from audition.training.loop.weights import Choice
    from audition.types import Attempt, MeasurementRequest, Observation

    OnProgress = Callable[[Progress], None]


class Measurement:
    """One request on one loaded model, done once. `attempt` is what it has taught when it is over."""

    def __init__(
        self, model: LoadedModel, request: MeasurementRequest, attempt: Attempt, on_progress: OnProgress
    ) -> None:
        recipe = request.recipe.with_learning_rates(request.model, request.task.name)
        self.attempt = attempt
        #: tokens of a forward pass: the recipe's, or the fewer that fitted before or have fitted since
        self.limit = MicroBatchLimit(recipe.micro_batch_tokens, fitted=attempt.fitted, team=model.team)
        self.grid = Grid(
            recipe=recipe,
            seed=request.seed,
            device=model.device,
            precision=resolve_precision(recipe.precision, model.device),
            shared_limit=self.limit,
        )
        self._model = model
        self._request = request
        self._on_progress = on_progress
        self._meter = Meter()

    def run(self) -> Observation:
        """Return the test loss after fine-tuning, or why there is none; and what it has cost either way.

        Memory that does not suffice and losses that are not finite are outcomes. Any other exception is a crash and
        propagates. The best weights stay loaded.
        """
        reset_peak_memory(self._model.device)
        watch = Stopwatch(self._model.device)
        try:
            observation = self._model.repeatably(self._request.recipe, self.attempt, self._observe)
            self.attempt = replace(self.attempt, fitted=self.limit.fitted)
        except Exception as error:
            outcome = failed(self._request, error, self._model.device)
            if outcome is None:
                raise
            observation = outcome
        finally:
            self._model.release()
        cost = self._meter.cost(
            n_samples=self._request.n_samples,
            n_params=self._model.n_active_params,
            seconds=watch.device_seconds * self._model.team.size,
        )
        return replace(self._with_memory(observation), cost=cost, wall_seconds=watch.wall_seconds)

    def _observe(self) -> Observation:
        model, request = self._model, self._request
        share = model.lossy_share(request.recipe)
        note = lossy_note(share) if share > MAX_LOSSY_SHARE else ""
        if note and not request.rank_lossy:
            return replace(blank(request), status="lossy-tokeniser", message=note)
        model.start(request.seed)
        choice = self._train() if request.n_samples else None
        report = self._reporter("evaluating")
        losses = self._evaluate(model.task.test(request.recipe), on_batch=report)
        return measured(request, losses, choice, message=note)

    def _train(self) -> Choice:
        """Search the grid, leave the best weights loaded."""
        model, request = self._model, self._request
        examples = model.task.train(request.n_samples, request.seed, request.recipe)
        validation = model.task.validation(request.recipe)
        total = self.grid.n_steps(len(examples))
        report = self._reporter("training")
        done = count(1)
        return search(
            model.adapter,
            examples,
            self.grid,
            initial=model.initial,
            validate=lambda: self._evaluate(validation).per_token,
            meter=self._meter,
            on_step=lambda: report(next(done), total),
        )

    def _evaluate(
        self, split: EncodedSplit, on_batch: Callable[[int, int], None] = lambda _done, _total: None
    ) -> SplitLoss:
        losses = evaluate(
            self._model.adapter,
            split.encoded,
            split.targets,
            device=self._model.device,
            precision=self.grid.precision,
            limit=self.limit,
            on_batch=on_batch,
        )
        self._meter.evaluated(split.encoded)
        return losses

    def _reporter(self, stage: Literal["training", "evaluating"]) -> Callable[[int, int], None]:
        """Return a function of (done, total) that reports one stage."""
        model, n_samples = self._request.model.name, self._request.n_samples

        def report(done: int, total: int) -> None:
            self._on_progress(Progress(model=model, n_samples=n_samples, stage=stage, done=done, total=total))

        return report

    def _with_memory(self, observation: Observation) -> Observation:
        recipe, device = self._request.recipe, self._model.device
        is_halved = observation.status == "ok" and self.limit.max_tokens < recipe.micro_batch_tokens
        return replace(
            observation,
            memory_bytes=self._largest(observation, peak_memory_bytes(device)),
            memory_reserved_bytes=self._largest(observation, peak_reserved_bytes(device)),
            micro_batch_tokens=self.limit.max_tokens if is_halved else None,
            device_kind=device.kind,
            method=method_of(recipe, self.grid.precision),
        )

    def _largest(self, observation: Observation, n_bytes: int | None) -> int | None:
        """Return the most that a device of the team took; where it did not suffice, the others do not answer."""
        return self._model.team.largest(n_bytes) if observation.status == "ok" else n_bytes
