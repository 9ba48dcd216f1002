"""What all live measurements of one selection have in common."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from audition.types import LossUnit, Recipe
    from audition.types.protocols import TaskLoader


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveSetting:
    """What all measurements of one selection have in common."""

    task: TaskLoader
    recipe: Recipe  #: precision resolved
    device: str  #: "cpu", "cuda:0"
    device_kind: str  #: "cpu" or the GPU's model name
    seeds: tuple[int, ...]
    loss_unit: LossUnit
    rank_lossy: bool  #: rank candidates whose tokeniser cannot give the task's targets back
    objective_of: str = ""  #: definition of the plugin that offers it; "": it is one of ours
    objective: str | None = None  #: measured beside the loss; `loss_unit` is then "error"
    adapters: Mapping[str, str]  #: name → name and version of the plugin's distribution, for the key
