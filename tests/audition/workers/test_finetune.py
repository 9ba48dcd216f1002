from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
import torch

from audition.errors import UsageError
from audition.testing.toy import ToyAdapter, ToyTask
from audition.workers.finetune import finetune
from worlds.toy_requests import ask, candidate

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path


class Speechless(ToyAdapter):
    """Learns, and cannot generate."""

    def generate(self, *_: Any, **__: Any) -> list[str]:  # noqa: ANN401
        raise IndexError("index out of range in self\nand more")


def test_a_trained_model_is_kept_though_it_cannot_generate(tmp_path: Path) -> None:
    folder = tmp_path / "saved"
    folder.mkdir()
    observation = finetune(candidate(adapter=Speechless), ToyTask(), ask(64, save_to=str(folder)), lambda _: None)
    assert observation.status == "ok"
    evaluation = json.loads((folder / "evaluation.json").read_text())
    assert evaluation["generation_error"] == "index out of range in self"
    assert (sorted(evaluation["metrics"]), evaluation["samples"], evaluation["n_generated"]) == (
        ["accuracy", "f1"],
        [],
        0,
    )
    assert evaluation["observation"]["loss_per_byte"] == pytest.approx(observation.loss_per_byte)
    assert list(folder.glob("*.safetensors"))


@pytest.mark.slow  # evaluate and what it imports
def test_the_metric_that_is_asked_for_is_the_one_that_is_reported(tmp_path: Path) -> None:
    asked = ask(16, save_to=str(tmp_path), metric="chrf")
    finetune(candidate(), ToyTask(), asked, lambda _: None)
    evaluation = json.loads((tmp_path / "evaluation.json").read_text())
    assert (evaluation["metric"], sorted(evaluation["metrics"])) == ("chrf", ["accuracy", "bleu", "chrf", "f1"])


def test_a_classification_is_judged_by_the_likelihood_of_its_labels() -> None:
    """The likeliest label of every test example is found anew, each label alone, by the model's own loss."""
    task, model, request = ToyTask(), candidate(), ask(320, objective="accuracy")
    observation = finetune(model, task, request, lambda _: None)
    labels = sorted({each.target for each in task.train(400, 0)})
    adapter = model.adapter
    adapter.module.eval()
    hits = 0
    examples = task.test(200)
    for example in examples:
        losses = {}
        for label in labels:
            encoded = adapter.encode(replace(example, target=label), max_input_tokens=512, max_target_tokens=None)
            with torch.no_grad():
                losses[label] = adapter.loss(adapter.collate([encoded])).item()
        hits += min(losses, key=losses.__getitem__) == example.target
    assert dict(observation.metrics)["accuracy"] == pytest.approx(100 * hits / len(examples))
    assert observation.error == pytest.approx(max(1 - hits / len(examples), 0.0025))
    assert observation.in_unit("error").loss == observation.error
    assert 0 < dict(observation.metrics)["f1"] <= 100


def test_what_is_judged_by_its_text_must_speak() -> None:
    asked = ask(16, objective="exact-match")
    observation = finetune(candidate(adapter=Speechless), ToyTask(), asked, lambda _: None)
    assert (observation.status, observation.message) == (
        "crashed",
        "nothing was generated: index out of range in self",
    )
    assert observation.in_unit("error").loss is None


def test_an_exact_match_is_the_share_of_texts_that_are_the_same() -> None:
    task, model = ToyTask(), candidate()
    observation = finetune(model, task, ask(400, objective="exact-match"), lambda _: None)
    said = model.adapter.generate(task.test(200), max_input_tokens=512, max_new_tokens=256)
    same = sum(text.strip() == example.target for text, example in zip(said, task.test(200), strict=True))
    assert dict(observation.metrics)["exact-match"] == pytest.approx(100 * same / len(said))


def test_a_plugin_s_own_objective_judges_the_generated_text() -> None:
    def first_letters(generated: Sequence[str], wanted: Sequence[str]) -> float:
        return 100 * sum(got[:1] == want[:1] for got, want in zip(generated, wanted, strict=True)) / len(wanted)

    task, model = ToyTask(), candidate()
    asked = ask(400, objective="first-letters")
    observation = finetune(model, task, asked, lambda _: None, {"first-letters": first_letters})
    said = model.adapter.generate(task.test(200), max_input_tokens=512, max_new_tokens=256)
    value = first_letters(said, [example.target for example in task.test(200)])
    assert observation.metrics == (("first-letters", value),)
    assert observation.error == pytest.approx(max(1 - value / 100, 0.0025))


def test_an_objective_outside_of_its_range_is_an_error_that_names_it() -> None:
    with pytest.raises(UsageError, match="objective 'wild' must be of 0 to 100, got 250"):
        finetune(candidate(), ToyTask(), ask(16, objective="wild"), lambda _: None, {"wild": lambda *_: 250.0})
