from __future__ import annotations

import json
from collections.abc import Mapping  # noqa: TC003 - the codec reads annotations at run time
from dataclasses import dataclass, field, is_dataclass
from fractions import Fraction
from pathlib import Path
from types import UnionType
from typing import Any, Literal, get_args, get_origin, get_type_hints

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from audition.errors import UsageError
from audition.text.codec import dumps, from_json, to_json
from audition.types import (
    AdapterEntry,
    Cost,
    LossCurve,
    MeasurementRequest,
    ModelShape,
    ModelSpec,
    Observation,
    Point,
    Ranking,
    Recipe,
    Score,
    TaskOptions,
    TaskSpec,
)


def instances(cls: type) -> st.SearchStrategy[Any]:
    """Return any `cls`, as its annotations allow; numbers are finite, as others are written as null."""
    return st.builds(cls, **{name: values(hint) for name, hint in get_type_hints(cls).items()})


def values(hint: Any) -> st.SearchStrategy[Any]:  # noqa: ANN401 - a type annotation can be any object
    arguments = get_args(hint)
    if isinstance(hint, type) and is_dataclass(hint):
        return instances(hint)
    if get_origin(hint) is UnionType:
        return st.one_of(*map(values, arguments))
    if get_origin(hint) is tuple and arguments[-1] is Ellipsis:
        return st.lists(values(arguments[0]), max_size=3).map(tuple)
    if get_origin(hint) is tuple:
        return st.tuples(*map(values, arguments))
    return st.floats(allow_nan=False, allow_infinity=False) if hint is float else st.from_type(hint)


@given(instances(Observation))
def test_an_observation_comes_back_from_the_ledger(observation: Observation) -> None:
    assert from_json(Observation, json.loads(dumps(observation))) == observation


@given(instances(MeasurementRequest))
def test_a_request_reaches_its_worker(request: MeasurementRequest) -> None:
    assert from_json(MeasurementRequest, json.loads(dumps(request))) == request


@given(instances(LossCurve))
def test_a_curve_comes_back(curve: LossCurve) -> None:
    assert from_json(LossCurve, json.loads(dumps(curve))) == curve


@pytest.mark.parametrize("cls", [ModelSpec, ModelShape, TaskSpec, TaskOptions, Recipe, Cost, Score])
def test_every_value_a_request_is_made_of_comes_back(cls: type) -> None:
    @given(instances(cls))
    def comes_back(value: object) -> None:
        assert from_json(cls, json.loads(dumps(value))) == value

    comes_back()


POINT = Point("toy", 3)


@dataclass(frozen=True, slots=True, kw_only=True)
class Everything:
    ratio: Fraction = Fraction(1, 16)
    folder: Path = Path("runs")
    pair: tuple[int, str] = (1, "a")
    point: Point = POINT
    names: list[str] = field(default_factory=list)
    rates: Mapping[str, float] = field(default_factory=dict)
    either: int | str = 3
    anything: Any = None
    stage: Literal["loading", "training"] = "loading"
    is_gated: bool = False


def test_fractions_paths_and_rows_are_written_plainly() -> None:
    assert to_json(Everything()) == {
        "ratio": "1/16",
        "folder": "runs",
        "pair": [1, "a"],
        "point": ["toy", 3],
        "names": [],
        "rates": {},
        "either": 3,
        "anything": None,
        "stage": "loading",
        "is_gated": False,
    }


@pytest.mark.parametrize("value", [Everything(), Everything(either="x", rates={"*": 0.1}, names=["a"], is_gated=True)])
def test_every_kind_of_field_comes_back(value: Everything) -> None:
    assert from_json(Everything, json.loads(dumps(value))) == value


@pytest.mark.parametrize("undefined", [float("nan"), float("inf"), float("-inf"), np.float64("nan")])
def test_undefined_numbers_are_null(undefined: float) -> None:
    assert dumps({"loss": undefined, "losses": [undefined, 1.5]}) == '{"loss": null, "losses": [null, 1.5]}'


def test_numbers_of_numpy_are_written_as_numbers() -> None:
    assert dumps([np.int64(3), np.float32(0.5), np.float64(2.5)]) == "[3, 0.5, 2.5]"


def test_factories_are_left_out() -> None:
    entry = AdapterEntry(name="toy", model_types=("toy",), load=print)  # type: ignore[arg-type]
    assert to_json(entry) == {"name": "toy", "model_types": ["toy"]}
    assert to_json({"make": Everything, "name": "toy"}) == {"name": "toy"}


def test_text_stays_readable() -> None:
    assert dumps({"γ": "复制"}) == '{"γ": "复制"}'


def test_a_type_without_a_rule_is_named() -> None:
    with pytest.raises(TypeError, match="no JSON for a set"):
        to_json({"names": {"a"}})
    with pytest.raises(TypeError, match="set: no rule for reading"):
        from_json(set, [])


def test_a_ranking_is_written_best_first() -> None:
    ranking = Ranking.from_scores([Score(model="a", score=1.0), Score(model="b", score=2.0)])
    assert [row["model"] for row in to_json(ranking)["models"]] == ["b", "a"]


OBSERVATION = {"model": "toy", "task": "toy", "n_samples": 3}


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"tsk": 1}, "Observation: unknown field 'tsk'; known: model, task, n_samples"),
        ({"tsk": 1, "los": 1}, "Observation: unknown fields 'los', 'tsk'"),
        ({"model": 3}, "Observation.model: expected a string, got 3"),
        ({"n_samples": True}, "Observation.n_samples: expected an integer, got True"),
        ({"n_samples": 3.0}, "Observation.n_samples: expected an integer, got 3.0"),
        ({"loss": "low"}, "Observation.loss: expected a number, got 'low'"),
        ({"seeds": 3}, "Observation.seeds: expected a list, got 3"),
        ({"seeds": [0, None]}, r"Observation.seeds\[1\]: expected an integer, got None"),
        ({"cost": {"flops": "many"}}, "Observation.cost.flops: expected a number, got 'many'"),
        ({"cost": 3}, "Observation.cost: expected an object, got 3"),
        ({"status": "fine"}, "Observation.status: expected 'ok' or .*, got 'fine'"),
    ],
)
def test_a_wrong_field_is_named_by_its_path(wrong: dict[str, Any], message: str) -> None:
    with pytest.raises(UsageError, match=f"^{message}"):
        from_json(Observation, {**OBSERVATION, **wrong})


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"ratio": "1/0"}, "Everything.ratio: expected a fraction such as '1/16', got '1/0'"),
        ({"ratio": 0.1}, "Everything.ratio: expected a fraction such as '1/16', got 0.1"),
        ({"pair": [1]}, r"Everything.pair: expected a list of 2, got \[1\]"),
        ({"either": 1.5}, "Everything.either: expected int or str, got 1.5"),
        ({"rates": []}, r"Everything.rates: expected an object, got \[\]"),
        ({"rates": {"*": "x"}}, r"Everything.rates.\*: expected a number, got 'x'"),
        ({"stage": 1}, "Everything.stage: expected 'loading' or 'training', got 1"),
    ],
)
def test_a_wrong_value_is_told_from_a_right_one(wrong: dict[str, Any], message: str) -> None:
    with pytest.raises(UsageError, match=f"^{message}"):
        from_json(Everything, wrong)


def test_missing_fields_are_named() -> None:
    with pytest.raises(UsageError, match="^Observation: missing fields 'n_samples', 'task'$"):
        from_json(Observation, {"model": "toy"})
