"""The conformance classes, each over whatever the plugin under examination offers of its kind.

`audition.doctor.running` has pytest collect this module and hands every check its `subject`. No check is defined here:
only what a doctor, unlike an author, cannot know is left out, and says so.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from audition.errors import UsageError
from audition.testing import (
    AdapterConformance,
    CurvesConformance,
    ExecutorConformance,
    ModelConformance,
    PluginConformance,
    SelectorConformance,
    TaskConformance,
)

if TYPE_CHECKING:
    from audition.doctor.subjects import Subject
    from audition.types import Example, TaskEntry
    from audition.types.protocols import ModelAdapter, TaskLoader


def given(name: str) -> Any:  # noqa: ANN401 - a fixture, whose type is pytest's own
    """Return the fixture `name`, with the value that the subject has for it."""

    @pytest.fixture(name=name)
    def value(self: object, subject: Subject) -> Any:  # noqa: ANN401 - of as many types as there are fixtures
        return subject.fixtures[name]

    return value


class TestPlugin(PluginConformance):
    """The plugin itself."""

    kind = "plugin"
    plugin = given("plugin")


class TestSelector(SelectorConformance):
    """A selector."""

    kind = "selector"
    entry = given("entry")


class TestTask(TaskConformance):
    """A listed task. One that cannot be opened without a download is not checked."""

    kind = "task"
    entry = given("entry")

    @pytest.fixture
    def task(self, entry: TaskEntry, address: str) -> TaskLoader:
        """Return the opened task, if it can be opened here."""
        try:
            return entry.open(address, self.options)
        except (UsageError, OSError) as error:
            pytest.skip(f"it cannot be opened here, without a download: {' '.join(str(error).split())}")
        except ModuleNotFoundError as error:
            pytest.skip(f"it needs {error.name}, which is not installed")


class TestCurves(CurvesConformance):
    """The recorded curves of one task."""

    kind = "curves"
    task = given("task")
    curves = given("curves")


class TestModel(ModelConformance):
    """A model's specification."""

    kind = "model"
    spec = given("spec")
    adapter_names = given("adapter_names")


class TestAdapter(AdapterConformance):
    """An adapter, on a checkpoint that is here."""

    kind = "adapter"
    entry = given("entry")
    spec = given("spec")

    def reference_loss(self, adapter: ModelAdapter, example: Example) -> float:
        """Return the loss of audition's own prompt, if that is what the adapter makes."""
        if not type(adapter).encode.__module__.startswith("audition.training."):
            pytest.skip("it makes prompts of its own: override `reference_loss` in your own tests")
        return super().reference_loss(adapter, example)


class TestExecutor(ExecutorConformance):
    """An executor."""

    kind = "executor"
    entry = given("entry")
