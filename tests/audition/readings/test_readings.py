"""How candidates read a task, and what of it a measurement's key says."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from audition.checkpoints import read_spec
from audition.readings.readings import Readings
from audition.readings.versions import VERSION
from audition.testing.checkpoints import build_checkpoint
from audition.testing.tokenising.kinds import build_tokenised
from audition.testing.toy import TOY_MODEL, ToyTask
from audition.types import Example, Recipe, Turn

if TYPE_CHECKING:
    from collections.abc import Callable

    from audition.types import ModelSpec, TaskSpec

RECIPE = Recipe(name="test", max_input_tokens=64, max_target_tokens=32, n_test=10, n_validation=10)
N_TRAIN = 60


class Rows(ToyTask):
    """A task of plain pairs, with other ones in some places."""

    def __init__(self, *, train: dict[int, Example] | None = None, test: dict[int, Example] | None = None) -> None:
        super().__init__()
        self.others: dict[str, dict[int, Example]] = {"train": train or {}, "test": test or {}, "validation": {}}

    @property
    def spec(self) -> TaskSpec:
        return replace(super().spec, n_train=N_TRAIN)

    def train(self, n_samples: int, seed: int) -> Any:  # noqa: ANN401
        del seed
        return self._rows("train", n_samples)

    def test(self, n_samples: int | None = None) -> Any:  # noqa: ANN401
        return self._rows("test", n_samples or 10)

    def validation(self, n_samples: int | None = None) -> Any:  # noqa: ANN401
        return self._rows("validation", n_samples or 10)

    def _rows(self, split: str, count: int) -> list[Example]:
        usual = [Example(input=f"Which {split} river {place}?", target=f"the sea {place}") for place in range(count)]
        return [self.others[split].get(place, example) for place, example in enumerate(usual)]


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], ModelSpec]:
    def build(kind: str) -> ModelSpec:
        folder = tmp_path_factory.mktemp(kind) / kind
        if kind in ("gpt2", "t5"):
            build_checkpoint(kind, folder)  # type: ignore[arg-type]  # one of its kinds
        else:
            build_tokenised(kind, folder)
        return read_spec(str(folder), adapter_for=lambda _: "auto")

    return build


def chat(*roles: str) -> Example:
    turns = tuple(Turn(role=role, content=f"{role} speaks") for role in roles)
    return Example(input="…", target="the sea", turns=turns)


@pytest.mark.parametrize("kind", ["gpt2", "t5"])
def test_measurements_of_plain_rows_keep_their_keys(model: Callable[[str], ModelSpec], kind: str) -> None:
    readings, spec = Readings(Rows(), RECIPE), model(kind)
    assert [readings.key_parts(spec, n_samples, 0) for n_samples in (0, 20, N_TRAIN)] == [{}, {}, {}]


def test_a_key_changes_from_the_size_on_that_has_a_cut_target(model: Callable[[str], ModelSpec]) -> None:
    long = Example(input="Which river?", target="the sea " * 40)
    readings, spec = Readings(Rows(train={30: long}), RECIPE), model("gpt2")
    assert [readings.key_parts(spec, n_samples, 0) for n_samples in (20, 30, 31, 60, 30)] == [
        {},
        {},
        VERSION,
        VERSION,
        {},
    ]


def test_a_long_target_that_fits_changes_no_key(model: Callable[[str], ModelSpec]) -> None:
    spec = model("gpt2")
    long = Example(input="Which river?", target="a sentence about a river " * 2)
    readings = Readings(Rows(train={0: long}), RECIPE)
    assert readings.key_parts(spec, 10, 0) == {}


def test_a_test_row_that_spells_a_special_token_changes_every_key(model: Callable[[str], ModelSpec]) -> None:
    spelled = Example(input="Which </s> river?", target="the sea")
    readings, spec = Readings(Rows(test={3: spelled}), RECIPE), model("gpt2")
    assert readings.key_parts(spec, 0, 0) == readings.key_parts(spec, 20, 0) == VERSION


def test_conversations_change_keys_of_models_with_a_template_alone(model: Callable[[str], ModelSpec]) -> None:
    task = Rows(test={place: chat("user") for place in range(10)})
    assert Readings(task, RECIPE).key_parts(model("qwen"), 0, 0) == VERSION
    assert Readings(task, RECIPE).key_parts(model("gpt2"), 0, 0) == {}


def test_keys_change_where_targets_have_a_vocabulary_of_their_own(model: Callable[[str], ModelSpec]) -> None:
    assert Readings(Rows(), RECIPE).key_parts(model("marian"), 0, 0) == VERSION


def test_rows_that_are_cut_are_counted(model: Callable[[str], ModelSpec]) -> None:
    long_input = Example(input="Which river? " * 30, target="the sea")
    long_target = Example(input="Which river?", target="the sea " * 40)
    found = Readings(Rows(train={0: long_input, 1: long_input, 2: long_target}), RECIPE).survey(model("gpt2"))
    assert found is not None
    assert (found.n_rows, found.cut_inputs, found.cut_targets) == (N_TRAIN, 2 / N_TRAIN, 1 / N_TRAIN)
    assert found.notes == ("3.3% of the inputs are cut (measured)", "1.7% of the training targets are cut (measured)")


def test_rows_that_a_template_refuses_are_counted_and_the_first_is_shown(model: Callable[[str], ModelSpec]) -> None:
    spec = model("gemma")
    template = Path(spec.checkpoint, "chat_template.jinja")
    strict = "{% if messages[0].role == 'assistant' %}{{ raise_exception('user first') }}{% endif %}"
    template.write_text(template.read_text() + strict)
    rows: dict[int, Example] = {place: chat("user") for place in range(N_TRAIN)} | {7: chat("assistant", "user")}
    found = Readings(Rows(train=rows), RECIPE).survey(spec)
    assert found is not None
    assert found.n_refused == 1
    assert "refuses a conversation of assistant, user" in found.refusal
    assert "user first, in a row that begins '…'" in found.refusal


def test_a_system_turn_that_is_folded_is_said(model: Callable[[str], ModelSpec]) -> None:
    found = Readings(Rows(train={0: chat("system", "user")}), RECIPE).survey(model("gemma"))
    assert found is not None
    assert found.n_refused == 0
    assert found.remarks == ("its chat template refuses system turns: they go into the first user turn",)


def test_a_model_that_transformers_does_not_know_is_not_judged() -> None:
    readings = Readings(Rows(), RECIPE)
    assert readings.survey(TOY_MODEL) is None


def test_a_missing_checkpoint_is_not_judged() -> None:
    absent = replace(TOY_MODEL, checkpoint="nobody/nothing")
    assert Readings(Rows(), RECIPE).survey(absent) is None
