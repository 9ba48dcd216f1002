"""One loaded model that is measured at several sizes: its weights are restored in between, never loaded again."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from audition.errors import UsageError
from audition.training.devices.memory import release_memory
from audition.training.devices.repeatable import make_repeatable
from audition.training.encoded_task import EncodedTask
from audition.training.loaded import LoadedModel
from audition.training.loop.batching import WINDOW
from audition.training.loop.weights import gathered
from audition.training.measurement import Measurement
from audition.training.methods import as_plain
from audition.training.methods.loading import load_prepared
from audition.training.sharding.team import ALONE
from audition.training.speed import measure_speed
from audition.types import Attempt

if TYPE_CHECKING:
    from collections.abc import Callable

    from audition.training.devices.device import Device
    from audition.training.measurement import OnProgress
    from audition.training.sharding.team import Team
    from audition.types import AdapterEntry, Calibration, MeasurementRequest, Observation
    from audition.types.protocols import ModelAdapter, TaskLoader


class Candidate:
    """A model on a device, with the tokens of one task. Not thread-safe; the process should have no other.

    In a team, the device holds a share of the model. All processes of it do the same, and all get the observation.
    """

    def __init__(
        self,
        adapter: ModelAdapter,
        task: TaskLoader,
        device: Device,
        team: Team = ALONE,
        *,
        load_whole: Callable[[], ModelAdapter] | None = None,
    ) -> None:
        self.attempt = Attempt()  #: what was learned from the sizes before
        self.model = LoadedModel.of(adapter, EncodedTask(adapter, task), device, team)
        self._n_train = task.spec.n_train
        self._load_whole = load_whole  #: for saving a sharded model; on the CPU, prepared

    @property
    def adapter(self) -> ModelAdapter:
        """Return the adapter of the loaded model."""
        return self.model.adapter

    @classmethod
    def load(
        cls,
        request: MeasurementRequest,
        adapter: AdapterEntry,
        task: TaskLoader,
        device: Device,
        team: Team = ALONE,
    ) -> Candidate:
        """Load the request's checkpoint for `task`, and make this process repeatable.

        A team loads it one process after another, so that the machine never holds two whole models.

        Raises:
            UsageError: the task's data has changed since the request was made, or the model cannot be trained as asked.
        """
        if task.fingerprint != request.task_fingerprint:
            raise UsageError(f"the data of task {task.spec.name!r} has changed since the selection was planned")
        make_repeatable(device)
        import accelerate  # noqa: F401 - takes seconds, which are not the first measurement's

        load_whole = partial(load_prepared, request, adapter, device)
        mesh = team.mesh(device) if team.size > 1 else None
        with team.in_turn():
            loaded = load_whole()
            if mesh is not None:
                from audition.training.methods.sharded import shard  # imports torch's FSDP, which few need

                shard(loaded.module, mesh)
        return cls(loaded, task, device, team, load_whole=load_whole)

    def measure(self, request: MeasurementRequest, on_progress: OnProgress = lambda _: None) -> Observation:
        """Return the test loss after fine-tuning on the request's subset, from the initial weights.

        Validation chooses among learning rates, batch sizes and epochs; the test split is scored once, for the choice.
        The micro-batch that fitted is kept for later sizes. The best weights stay loaded, and are saved to
        `request.save_to` if that is a folder.

        Raises:
            Exception: whatever is neither a lack of memory nor a loss that is not finite; those are outcomes.
        """
        measurement = Measurement(self.model, request, self.attempt, on_progress)
        observation = measurement.run()
        self.attempt = measurement.attempt
        if request.save_to is not None and observation.status == "ok":
            self._save(Path(request.save_to))
        return observation

    def calibrate(self, request: MeasurementRequest) -> Calibration:
        """Return how fast the model trains and scores on this task; the weights are as before."""
        model, recipe = self.model, request.recipe
        n_samples = min(WINDOW * recipe.batch_sizes[0], self._n_train or request.n_samples)
        examples = model.task.train(n_samples, request.seed, recipe)
        run = Measurement(model, request, self.attempt, lambda _: None).grid.first

        def work() -> Calibration:
            model.start(request.seed)
            return measure_speed(model.adapter, examples, run)

        try:
            calibration = model.repeatably(recipe, self.attempt, work)
            self.attempt = replace(self.attempt, fitted=run.limit.fitted)
            return calibration
        finally:
            model.initial.restore(model.adapter.module)
            release_memory(model.device)

    def _save(self, folder: Path) -> None:
        """Write the model; of a team's, the first process gathers the weights in a whole one on the CPU."""
        team, adapter = self.model.team, self.adapter
        if team.size > 1 and self._load_whole is not None:
            trained = gathered(adapter.module, is_kept=team.rank == 0)
            if trained is None:  # the first process writes
                return
            adapter = self._load_whole()
            trained.restore(adapter.module)
        with as_plain(adapter.module):
            adapter.save(folder)
