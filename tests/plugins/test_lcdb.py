from __future__ import annotations

import csv

import audition_registries
from audition.plugins.catalog import Catalog
from audition.plugins.loading import load_plugins
from audition_plugins.lcdb import audition_curves, data_sets


def test_every_point_of_the_file_is_a_point_of_a_curve() -> None:
    with audition_registries.path("lcdb", "curves.csv").open(encoding="utf-8", newline="") as lines:
        rows = {(f"lcdb/{r['task']}", r["model"], int(r["n_samples"]), float(r["loss"])) for r in csv.DictReader(lines)}
    assert len(data_sets()) == 28
    curves = [curve for task in data_sets() for curve in audition_curves(task)]
    found = {(c.task, c.model, size, loss) for c in curves for size, loss in zip(c.n_samples, c.loss, strict=True)}
    assert found == rows
    assert all(list(curve.n_samples) == sorted(curve.n_samples) for curve in curves)


def test_its_curves_are_replayed_by_name_and_listed_nowhere() -> None:
    catalog = Catalog(load_plugins())
    assert next(offer.plugin for offer in catalog.curves("lcdb/openml-6")) == "lcdb"
    assert not any(name.startswith("lcdb/") for name in catalog.tasks)
    assert list(audition_curves("flan")) == []
