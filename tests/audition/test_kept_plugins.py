"""A plugin written against an older version of the hooks still loads, and still works: one is kept of each version."""

from __future__ import annotations

import hashlib
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from audition.budgets.budget import SizeCap
from audition.hookspecs import VERSION
from audition.measuring.ledger import Ledger
from audition.plugins.catalog import Catalog
from audition.plugins.files import import_source, read_plugins
from audition.plugins.loading import load_plugins
from audition.selection.config import SelectionConfig
from audition.selection.open_live import open_live
from audition.selection.replay import open_recorded
from worlds.paths import ROOT

if TYPE_CHECKING:
    from types import ModuleType

FOLDER = ROOT / "tests" / "worlds" / "kept"
#: by version of the hooks: a plugin with every hook of it, and the hash that says that nobody has mended it since
KEPT = {
    1: "ef24d4266967d5c67ae9013c728f65f1c9d4cd8181ecfce8b19a9ffc59197ba8",
    2: "10fdd35be1e57947e3bce90b49d64d80c88b06f29a2bf2c9faf1bccf3529a036",
    3: "6243534f75927f3708c4a175858592c1755cac1cb68c0fc52cbd521a81a40261",
}
every_version = pytest.mark.parametrize("version", sorted(KEPT))


@pytest.fixture
def plugin(version: int) -> ModuleType:
    ((file, source),) = read_plugins([str(FOLDER / f"version_{version}.py")])
    return import_source(file, source)


@pytest.fixture
def catalog(plugin: ModuleType, tmp_path: Path) -> Catalog:
    return Catalog(load_plugins(path=[str(tmp_path / "nowhere")], extra={"kept": plugin}))


@pytest.fixture
def checkpoints() -> None:
    """Write what passes for a checkpoint where the kept models say that theirs are."""
    for name in ("a", "b", "c"):
        folder = Path("kept") / name
        folder.mkdir(parents=True)
        (folder / "config.json").write_text('{"model_type": "kept"}')
        (folder / "model.safetensors").write_bytes(name.encode())
        (folder / "tokenizer.json").write_text("{}")


def config(**changes: Any) -> SelectionConfig:  # noqa: ANN401 - any field of a config
    budget = SizeCap(Fraction(1, 2))
    return SelectionConfig(task="kept/successors", budget=budget, selector="kept-largest", **changes)


@every_version
def test_a_kept_plugin_is_what_it_was(version: int) -> None:
    content = (FOLDER / f"version_{version}.py").read_bytes()
    assert hashlib.sha256(content).hexdigest() == KEPT[version], "plugins out there are not edited with the hooks"


def test_a_plugin_is_kept_of_every_version() -> None:
    assert sorted(KEPT) == list(range(1, VERSION + 1)), "write tests/worlds/kept/version_N.py with every hook of N"


@every_version
def test_a_kept_plugin_implements_hooks_without_a_warning(catalog: Catalog) -> None:
    (record,) = catalog.plugins.records
    assert record.status == "loaded"
    assert len(record.hooks) >= 9


@every_version
def test_its_models_tasks_and_reproductions_are_on_offer(catalog: Catalog) -> None:
    assert list(catalog.models) == ["kept/a", "kept/b", "kept/c"]
    assert catalog.adapter_for("kept").name == "kept"
    assert len(catalog.open_task("kept/successors").train(100, seed=3)) == 100
    assert catalog.reproduction("kept").make(catalog) == {"kept.md": "3 curves\n"}


@every_version
def test_its_selector_ranks_its_curves(catalog: Catalog, plugin: ModuleType) -> None:
    report = open_recorded(config(selector_options=("handicap=1.5",)), catalog).run()
    assert [row.model for row in report.strata[0].ranking] == ["kept/c", "kept/b", "kept/a"]
    assert report.strata[0].ranking[0].score == pytest.approx(-plugin.loss_of("kept/c", 200) - 1.5)


@every_version
@pytest.mark.usefixtures("checkpoints")
def test_its_executor_measures_and_its_events_are_told(catalog: Catalog, plugin: ModuleType) -> None:
    selection = open_live(
        config(executor="kept-formula", loss_unit="nats/token", device="cpu"),
        catalog,
        Ledger("ledger.db"),
        log_dir=Path("logs"),
        on_progress=lambda _: None,
        on_observation=lambda *_: None,
    )
    report = selection.run()
    catalog.plugins.hooks.selected(report)
    selection.losses.cancel()
    assert report.best is not None
    assert report.best.model == "kept/c"
    *measured, told, closed = plugin.HEARD
    assert {(observation.model, observation.n_samples) for observation in measured} == {
        (name, 230) for name in plugin.NAMES
    }
    assert (told, closed) == (report, "closed")


@every_version
def test_its_adapter_trains_on_its_task(catalog: Catalog) -> None:
    from audition.training.candidate import Candidate
    from audition.training.devices.finding import resolve_device
    from audition.types import MeasurementRequest, Recipe

    task = catalog.open_task("kept/successors")
    recipe = Recipe(name="kept", learning_rates=(0.1,), batch_sizes=(8,), epochs=1, precision="fp32", n_test=20)
    requests = [
        MeasurementRequest(
            key="",
            model=catalog.model("kept/a"),
            folder="no folder",
            task=task.spec,
            task_fingerprint=task.fingerprint,
            n_samples=n_samples,
            seed=0,
            recipe=recipe,
            device="cpu",
        )
        for n_samples in (0, 200)
    ]
    candidate = Candidate.load(requests[0], catalog.adapter("kept"), task, resolve_device("cpu"))
    before, after = [candidate.measure(request, lambda _: None) for request in requests]
    assert before.loss_per_token == pytest.approx(5.545, abs=1e-3)  # ln 256: all weights are zero
    assert after.loss_per_token is not None
    assert after.loss_per_token < 5
