from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from audition.errors import PluginError
from audition.types import (
    AdapterEntry,
    ExecutorEntry,
    LoggerEntry,
    LossCurve,
    ModelSpec,
    ObjectiveEntry,
    ReproductionEntry,
    SelectorEntry,
    TaskEntry,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from audition.plugins.calling import Hooks


def never(*_: object, **__: object) -> Any:  # noqa: ANN401 - stands for any factory
    raise AssertionError("a listing must not call a factory")


ADAPTER = AdapterEntry(name="toy", model_types=("toy",), load=never)
MODEL = ModelSpec(
    name="toy", family="toy", adapter="toy", checkpoint="toy", architecture="decoder-only", licence="mit", n_params=1
)
TASK = TaskEntry(name="toy", open=never, scheme="toy")
SELECTOR = SelectorEntry(name="toy", make=never, summary="ranks at random")
LOGGER = LoggerEntry(name="toy", make=never, summary="logs nothing")
OBJECTIVE = ObjectiveEntry(name="length", score=lambda got, wanted: float(got == wanted), summary="counts")
EXECUTOR = ExecutorEntry(name="toy", make=never, summary="runs nothing")
REPRODUCTION = ReproductionEntry(name="toy", make=never, summary="a paper about toys")
CURVE = LossCurve(model="toy", task="toy", loss_unit="nats/token", n_samples=(0,), loss=(2.0,), source="made up")

ENTRIES = {
    "adapters": ADAPTER,
    "models": MODEL,
    "tasks": TASK,
    "selectors": SELECTOR,
    "executors": EXECUTOR,
    "loggers": LOGGER,
    "reproductions": REPRODUCTION,
}
every_hook = pytest.mark.parametrize("hook", sorted(ENTRIES))


def assert_offers(hooks: Hooks, method: str, entry: object, *arguments: object) -> None:
    offers = getattr(hooks, method)(*arguments)
    assert [(offer.plugin, offer.entry) for offer in offers] == [("ada", entry), ("bob", entry)]


def test_audition_adapters_returns_adapters_with_their_plugin(hooks_of: Callable[..., Hooks]) -> None:
    hooks = hooks_of("audition_adapters", bob=lambda: [ADAPTER], ada=lambda: (ADAPTER,))
    assert_offers(hooks, "adapters", ADAPTER)


def test_audition_models_returns_models_with_their_plugin(hooks_of: Callable[..., Hooks]) -> None:
    hooks = hooks_of("audition_models", bob=lambda: [MODEL], ada=lambda: iter([MODEL]))
    assert_offers(hooks, "models", MODEL)


def test_audition_tasks_returns_tasks_with_their_plugin(hooks_of: Callable[..., Hooks]) -> None:
    hooks = hooks_of("audition_tasks", bob=lambda: [TASK], ada=lambda: {TASK})
    assert_offers(hooks, "tasks", TASK)


def test_audition_selectors_returns_selectors_with_their_plugin(hooks_of: Callable[..., Hooks]) -> None:
    hooks = hooks_of("audition_selectors", bob=lambda: [SELECTOR], ada=lambda: [SELECTOR])
    assert_offers(hooks, "selectors", SELECTOR)


def test_audition_objectives_returns_objectives_with_their_plugin(hooks_of: Callable[..., Hooks]) -> None:
    hooks = hooks_of("audition_objectives", bob=lambda: [OBJECTIVE], ada=lambda: [OBJECTIVE])
    assert_offers(hooks, "objectives", OBJECTIVE)


def test_audition_loggers_returns_loggers_with_their_plugin(hooks_of: Callable[..., Hooks]) -> None:
    hooks = hooks_of("audition_loggers", bob=lambda: [LOGGER], ada=lambda: [LOGGER])
    assert_offers(hooks, "loggers", LOGGER)


def test_audition_executors_returns_executors_with_their_plugin(hooks_of: Callable[..., Hooks]) -> None:
    hooks = hooks_of("audition_executors", bob=lambda: [EXECUTOR], ada=lambda: [EXECUTOR])
    assert_offers(hooks, "executors", EXECUTOR)


def test_audition_reproductions_returns_reproductions_with_their_plugin(hooks_of: Callable[..., Hooks]) -> None:
    hooks = hooks_of("audition_reproductions", bob=lambda: [REPRODUCTION], ada=lambda: (REPRODUCTION,))
    assert_offers(hooks, "reproductions", REPRODUCTION)


def test_audition_curves_is_told_the_task(hooks_of: Callable[..., Hooks]) -> None:
    def curves(task: str) -> list[LossCurve]:
        return [CURVE] if task == "toy" else []

    hooks = hooks_of("audition_curves", bob=curves, ada=curves)
    assert_offers(hooks, "curves", CURVE, "toy")
    assert hooks.curves("other") == ()


@every_hook
def test_a_plugin_may_offer_nothing(hooks_of: Callable[..., Hooks], hook: str) -> None:
    hooks = hooks_of(f"audition_{hook}", ada=lambda: ())
    assert getattr(hooks, hook)() == ()


@every_hook
@pytest.mark.parametrize("wrong", [None, 3, "toy", {"toy": 1}], ids=repr)
def test_what_is_no_iterable_of_entries_names_plugin_hook_and_value(
    hooks_of: Callable[..., Hooks], hook: str, wrong: object
) -> None:
    hooks = hooks_of(f"audition_{hook}", ada=lambda: wrong)
    with pytest.raises(PluginError) as raised:
        getattr(hooks, hook)()
    kind = type(ENTRIES[hook]).__name__
    assert str(raised.value) == f"plugin 'ada': audition_{hook} must return an iterable of {kind}, got {wrong!r}"


@every_hook
def test_one_wrong_entry_names_plugin_hook_and_entry(hooks_of: Callable[..., Hooks], hook: str) -> None:
    hooks = hooks_of(f"audition_{hook}", ada=lambda: [ENTRIES[hook], "toy"])
    with pytest.raises(PluginError, match=f"plugin 'ada': audition_{hook} must return .*, got one with 'toy'"):
        getattr(hooks, hook)()


@every_hook
def test_a_hook_that_raises_names_plugin_hook_and_error(hooks_of: Callable[..., Hooks], hook: str) -> None:
    def late() -> Any:  # noqa: ANN401 - a generator: the error comes while it is read
        yield ENTRIES[hook]
        raise ValueError("no")

    with pytest.raises(PluginError, match=f"plugin 'ada': audition_{hook} raised ValueError: no") as raised:
        getattr(hooks_of(f"audition_{hook}", ada=late), hook)()
    assert isinstance(raised.value.__cause__, ValueError)
