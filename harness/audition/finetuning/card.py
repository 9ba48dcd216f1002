"""What lies beside a fine-tuned model: its evaluation, and a card filled from what was measured."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from audition.finetuning.expected import sentence
from audition.types.requests import EVALUATION

if TYPE_CHECKING:
    from pathlib import Path

    from audition.measuring.setting import LiveSetting
    from audition.types import ModelSpec, Observation


def read_evaluation(folder: Path) -> dict[str, Any]:
    """Return the evaluation that a fine-tuning left in `folder`."""
    evaluation: dict[str, Any] = json.loads((folder / EVALUATION).read_text(encoding="utf-8"))
    return evaluation


def model_card(
    model: ModelSpec, setting: LiveSetting, observation: Observation, evaluation: dict[str, Any], prompting: str
) -> str:
    """Return README.md of a fine-tuned model, filled from what was measured; `prompting` is Python, or ""."""
    from jinja2 import Environment, PackageLoader

    templates = Environment(loader=PackageLoader("audition.finetuning", ""), autoescape=False, trim_blocks=True)  # noqa: S701 - Markdown, not HTML
    return templates.get_template("model_card.md").render(
        model=model,
        task=setting.task.spec,
        recipe=setting.recipe,
        n_epochs=setting.recipe.n_epochs(setting.task.spec.n_train or 1, observation.batch_size or 1),
        observation=observation,
        evaluation=evaluation,
        prompting=prompting,
        prediction=sentence(evaluation["prediction"]) if evaluation.get("prediction") else "",
    )
