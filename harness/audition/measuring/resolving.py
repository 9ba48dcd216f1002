"""From a model, a size and a seed to a request that a worker can do: checkpoint, learning rate, key, micro-batch."""

from __future__ import annotations

from dataclasses import replace
from threading import Lock
from typing import TYPE_CHECKING

from audition.budgets.flops import estimated_params
from audition.checkpoints import complete, resolve
from audition.measuring.keys import calibration_key, measurement_key
from audition.types import MeasurementRequest

if TYPE_CHECKING:
    from collections.abc import Iterable

    from audition.checkpoints import Checkpoint
    from audition.measuring.setting import LiveSetting
    from audition.memory import MemoryPlanner
    from audition.readings.readings import Readings
    from audition.types import ModelSpec, Recipe


class RequestResolver:
    """Resolves the requests of one selection. Thread-safe; a checkpoint is looked up, or downloaded, once."""

    def __init__(
        self,
        models: Iterable[ModelSpec],
        setting: LiveSetting,
        *,
        memory: MemoryPlanner | None = None,
        readings: Readings | None = None,
    ) -> None:
        self._setting = setting
        self._memory = memory  #: None: the recipe is taken as it is, and nothing is estimated
        self._readings = readings  #: None: every row counts as encoded as it always was
        self._checkpoints: dict[str, Checkpoint] = {}
        self._locks = {model.name: Lock() for model in models}

    @property
    def weights(self) -> dict[str, str]:
        """Return the fingerprint of every checkpoint that was needed, by model."""
        return {model: checkpoint.fingerprint for model, checkpoint in sorted(self._checkpoints.items())}

    def request(
        self, model: ModelSpec, n_samples: int, seed: int, *, recipe: Recipe | None = None
    ) -> MeasurementRequest:
        """Return the resolved request; its checkpoint is downloaded if needed. None is the recipe of the setting.

        Raises:
            UsageError: the checkpoint cannot be had.
        """
        checkpoint, setting = self._checkpoint(model), self._setting
        request = self._without_key(model, n_samples, seed, recipe or setting.recipe)
        key = measurement_key(
            request,
            weights=checkpoint.fingerprint,
            device_kind=setting.device_kind,
            adapter=setting.adapters[model.adapter],
            encoding={
                **(self._readings.key_parts(request.model, n_samples, request.seed) if self._readings else {}),
                **({"objective_of": setting.objective_of} if setting.objective_of else {}),
            },
        )
        return self._adjusted(replace(request, key=key))

    def calibration(self, model: ModelSpec) -> MeasurementRequest:
        """Return what is asked to find out how fast the model is; its key is that of a calibration.

        Raises:
            UsageError: the checkpoint cannot be had.
        """
        setting = self._setting
        recipe = setting.recipe
        request = self._adjusted(self._without_key(model, recipe.batch_sizes[0], setting.seeds[0], recipe))
        weights = self._checkpoint(model).fingerprint
        return replace(request, key=calibration_key(request, weights=weights, device_kind=setting.device_kind))

    def tensor_bytes(self, model: ModelSpec) -> int | None:
        """Return the memory that tensors are estimated to take at most; None: unknown."""
        need = None if self._memory is None else self._memory.need(model)
        return None if need is None else need.tensors

    def _without_key(self, model: ModelSpec, n_samples: int, seed: int, recipe: Recipe) -> MeasurementRequest:
        folder, setting = self._checkpoint(model).folder, self._setting
        model = complete(model, folder)  # an entry may leave open what the weights tell
        sized = replace(model, n_params=estimated_params(model))
        return MeasurementRequest(
            key="",
            model=model,
            folder=str(folder),
            task=setting.task.spec,
            task_fingerprint=setting.task.fingerprint,
            n_samples=n_samples,
            seed=seed if n_samples else 0,
            recipe=recipe.with_learning_rates(sized, setting.task.spec.name, n_samples),
            device=setting.device,
            rank_lossy=setting.rank_lossy,
            objective=setting.objective,
        )

    def _adjusted(self, request: MeasurementRequest) -> MeasurementRequest:
        """Return the request with micro-batches and checkpointing that fit, and what it then needs.

        None of it changes a loss or a key.
        """
        if self._memory is None:
            return request
        need = self._memory.need(request.model)
        return replace(
            request,
            recipe=self._memory.adjusted(request.model, request.recipe),
            memory_bytes=None if need is None else need.beside_others,
        )

    def _checkpoint(self, model: ModelSpec) -> Checkpoint:
        with self._locks[model.name]:
            if model.name not in self._checkpoints:
                self._checkpoints[model.name] = resolve(model)
            return self._checkpoints[model.name]
