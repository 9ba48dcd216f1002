"""One model in this process: its weights as they were loaded, and the tokens of the task it was loaded for."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, TypeVar

from audition.encoding.lossy import lossy_share
from audition.training.devices.memory import release_memory
from audition.training.devices.repeatable import repeatably
from audition.training.failures import StartAgainError, lacks_deterministic_kernel
from audition.training.loop.meter import count_active_params
from audition.training.loop.weights import Snapshot
from audition.training.methods import initialise

if TYPE_CHECKING:
    from collections.abc import Callable

    from audition.training.devices.device import Device
    from audition.training.encoded_task import EncodedTask
    from audition.training.sharding.team import Team
    from audition.types import Attempt, Recipe
    from audition.types.protocols import ModelAdapter

T = TypeVar("T")


@dataclass(frozen=True, kw_only=True)
class LoadedModel:
    """A model, its initial weights, its device and its task. In a team, the device holds a share of the model."""

    adapter: ModelAdapter
    device: Device
    team: Team
    task: EncodedTask
    initial: Snapshot
    n_active_params: int  #: those that a token meets
    _lossy_shares: dict[int | None, float] = field(default_factory=dict)  #: by `n_test`

    @classmethod
    def of(cls, adapter: ModelAdapter, task: EncodedTask, device: Device, team: Team) -> LoadedModel:
        """Return the model of `adapter`, whose weights of this moment are the initial ones."""
        module = adapter.module
        n_active_params = count_active_params(module)
        return cls(
            adapter=adapter,
            device=device,
            team=team,
            task=task,
            initial=Snapshot(module),
            n_active_params=n_active_params,
        )

    def start(self, seed: int) -> None:
        """Put the model on the device, with its initial weights; those that LoRA starts from are the seed's."""
        module = self.adapter.module.to(self.device.name)
        self.initial.restore(module)
        if initialise(module, seed):
            self.initial.update(module)

    def lossy_share(self, recipe: Recipe) -> float:
        """Return the share of the test targets that the tokeniser cannot give back."""
        if recipe.n_test not in self._lossy_shares:
            self._lossy_shares[recipe.n_test] = lossy_share(self.adapter, self.task.test(recipe).examples)
        return self._lossy_shares[recipe.n_test]

    def repeatably(self, recipe: Recipe, attempt: Attempt, work: Callable[[], T]) -> T:
        """Return `work()`, strictly repeatable if that is possible.

        Raises:
            StartAgainError: it is not possible, and a team must start again to do without.
        """
        is_alone = self.team.size == 1
        try:
            return repeatably(self.device, recipe, work, is_strict=attempt.is_strict, may_retry=is_alone)
        except RuntimeError as error:
            if is_alone or not lacks_deterministic_kernel(error):
                raise
            raise StartAgainError(replace(attempt, is_strict=False)) from error

    def release(self) -> None:
        """Give back what memory the last measurement has left."""
        self.adapter.module.zero_grad(set_to_none=True)
        release_memory(self.device)
