"""Real libraries write on this disk; what they wrote is read back by themselves."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from audition import select
from worlds.command import audition

if TYPE_CHECKING:
    from audition.types import Report

pytestmark = pytest.mark.filterwarnings("ignore")  # the libraries of others warn of what they please


def select_and_log(to: str) -> Report:
    return select("flan", source="recorded", models="gpt2*", ratio="1/64", selector="sub-tuning", log_to=to)


def test_mlflow_has_parameters_losses_predictions_and_the_answer() -> None:
    mlflow = pytest.importorskip("mlflow")
    report = select_and_log("mlflow")
    client = mlflow.MlflowClient(tracking_uri=Path("mlruns").absolute().as_uri())
    (run,) = client.search_runs([client.get_experiment_by_name("audition").experiment_id])
    assert (run.info.status, run.data.params["task"], run.data.params["selector"]) == ("FINISHED", "flan", "sub-tuning")
    assert run.data.tags["recommended"] == report.recommended
    history = {each.step: each.value for each in client.get_metric_history(run.info.run_id, "loss/gpt2")}
    assert history == {each.n_samples: each.loss for each in report.strata[0].measured if each.model == "gpt2"}
    assert [each.path for each in client.list_artifacts(run.info.run_id)] == ["ranking.json"]


def test_tensorboard_has_scalars_and_texts() -> None:
    pytest.importorskip("tensorboard")
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    report = select_and_log("tensorboard")
    (folder,) = Path("runs").iterdir()
    events = EventAccumulator(str(folder))
    events.Reload()
    found = {each.step: each.value for each in events.Scalars("loss/gpt2")}
    losses = {each.n_samples: each.loss for each in report.strata[0].measured if each.model == "gpt2"}
    assert found == pytest.approx(losses)
    (recommended,) = events.Tensors("recommended/text_summary")
    assert recommended.tensor_proto.string_val[0].decode() == report.recommended


def test_wandb_writes_a_run_offline(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("wandb")
    from wandb.proto.wandb_internal_pb2 import Record
    from wandb.sdk.internal.datastore import DataStore

    monkeypatch.setenv("WANDB_MODE", "offline")
    monkeypatch.setenv("WANDB_SILENT", "true")
    report = select_and_log("wandb")
    (path,) = Path("wandb").glob("offline-run-*/*.wandb")
    store = DataStore()
    store.open_for_scan(str(path))
    records = []
    while (data := store.scan_data()) is not None:
        records.append(Record.FromString(data))
    logged = [
        {"/".join(item.nested_key) or item.key: json.loads(item.value_json) for item in record.history.item}
        for record in records
        if record.HasField("history")
    ]
    losses = {row["n_samples"]: row["loss/gpt2"] for row in logged if "loss/gpt2" in row}
    assert losses == {each.n_samples: each.loss for each in report.strata[0].measured if each.model == "gpt2"}
    assert any("ranking" in row or any(key.startswith("ranking") for key in row) for row in logged)


def test_trackio_writes_a_run_here(tmp_path: Path) -> None:
    """Run where Trackio is installed: it is not among the development dependencies."""
    pytest.importorskip("trackio")
    import os
    import subprocess
    import sys

    command = ["-m", "audition", "select", "flan", "--source", "recorded", "--models", "gpt2*", "--log-to", "trackio"]
    environment = {**os.environ, "TRACKIO_DIR": str(tmp_path / "kept")}
    done = subprocess.run(
        [sys.executable, *command, "--json"], env=environment, capture_output=True, text=True, check=True
    )
    assert json.loads(done.stdout)["task"] == "flan", "what it prints is on standard error"
    (database,) = (tmp_path / "kept").glob("audition*.db")
    with closing(sqlite3.connect(database)) as store:
        rows = [json.loads(text) for (text,) in store.execute("SELECT metrics FROM metrics")]
    assert any("loss/gpt2" in row for row in rows)
    assert any("recommended" in row for row in rows)


def test_a_library_that_is_missing_is_one_line_before_anything_is_measured(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "mlflow", None)
    result = audition("select", "flan", "--source", "recorded", "--log-to", "mlflow", code=2)
    assert 'error: --log-to mlflow needs its library: pip install "audition[mlflow]"' in result.stderr
    assert not Path("mlruns").exists()


def test_a_logger_that_nobody_offers_is_one_line() -> None:
    result = audition("select", "flan", "--source", "recorded", "--log-to", "mlfow", code=2)
    assert "Did you mean mlflow?" in result.stderr
