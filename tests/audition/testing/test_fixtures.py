from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import numpy as np
import pytest

from audition.types import Point

if TYPE_CHECKING:
    from collections.abc import Sequence

    from audition.measuring.problem import MeteredProblem
    from audition.testing import SpyProblem, ToyAdapter, ToyExecutor, ToySelector, ToyTask
    from audition.types import LossCurve

pytest_plugins = ["audition.testing.fixtures"]


def test_a_toy_problem_really_fine_tunes_and_keeps_what_it_measured(
    toy_problem: MeteredProblem, toy_executor: ToyExecutor
) -> None:
    name = toy_problem.candidates[0].name
    few, many = toy_problem.measure([Point(name, size) for size in (50, 200)])
    assert few.loss is not None
    assert many.loss is not None
    assert many.loss < few.loss, "it learns"
    assert toy_problem.measure([Point(name, 50)]) == (few,)
    assert toy_executor.measured == [(name, 50, 0), (name, 200, 0)]


def test_a_selector_can_be_spied_on(spy_problem: SpyProblem, toy_selector: ToySelector) -> None:
    ranking = toy_selector.select(spy_problem, np.random.default_rng(0))
    assert ranking.best is not None
    assert ranking.best.model == "toy/early"
    assert len(spy_problem.calls) == 1


def test_the_other_toys_come_ready(toy_task: ToyTask, toy_adapter: ToyAdapter, toy_curves: Sequence[LossCurve]) -> None:
    assert toy_adapter.encode(toy_task.test(1)[0], max_input_tokens=64, max_target_tokens=None).n_target_tokens > 1
    assert len(toy_curves) == 4


@pytest.mark.parametrize("module", ["audition.testing", "audition.testing.fixtures", "audition.testing.toy.plugin"])
def test_importing_the_kit_imports_nothing_heavy(module: str) -> None:
    heavy = {"torch", "transformers", "datasets", "pandas", "scipy"} | ({"pytest"} if module != _FIXTURES else set())
    code = f"import sys, {module}; print(*sorted({heavy} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "\n"


_FIXTURES = "audition.testing.fixtures"


def test_every_public_name_is_there() -> None:
    import audition.testing as kit

    assert all(getattr(kit, name) is not None for name in kit.__all__)
    assert sorted(kit.__all__) == sorted(set(kit.__all__))
    with pytest.raises(AttributeError, match="has no attribute 'Conformance'"):
        kit.Conformance  # type: ignore[attr-defined]  # noqa: B018 - the attribute is the point
