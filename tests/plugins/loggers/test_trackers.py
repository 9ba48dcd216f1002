"""Real libraries write on this disk; what they wrote is read back by themselves."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from time import monotonic, sleep
from typing import TYPE_CHECKING

import pytest

from audition import select
from worlds.command import audition

if TYPE_CHECKING:
    from audition.types import Report

pytestmark = pytest.mark.filterwarnings("ignore")  # the libraries of others warn of what they please


def select_and_log(to: str) -> Report:
    return select("flan", source="recorded", models="gpt2*", ratio="1/64", selector="guarded", log_to=to)


def test_mlflow_has_parameters_losses_predictions_and_the_answer() -> None:
    mlflow = pytest.importorskip("mlflow")
    report = select_and_log("mlflow")
    client = mlflow.MlflowClient(tracking_uri=Path("mlruns").absolute().as_uri())
    (run,) = client.search_runs([client.get_experiment_by_name("audition").experiment_id])
    assert (run.info.status, run.data.params["task"], run.data.params["selector"]) == ("FINISHED", "flan", "guarded")
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
    (recommended,) = events.Tensors("recommended")
    assert recommended.tensor_proto.string_val[0].decode() == report.recommended


def test_wandb_writes_a_run_offline(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("wandb")
    monkeypatch.setenv("WANDB_MODE", "offline")
    monkeypatch.setenv("WANDB_SILENT", "true")
    report = select_and_log("wandb")
    (path,) = Path("wandb").glob("offline-run-*/*.wandb")
    written = path.read_bytes()  # protocol buffers, which no library of theirs reads any more; texts are as they are
    ends = monotonic() + 120
    while (
        b"ranking" not in written and monotonic() < ends
    ):  # its own process writes, on a busy machine later than we end
        sleep(0.2)
        written = path.read_bytes()
    for each in report.strata[0].measured:
        assert f"loss/{each.model}".encode() in written
        assert str(each.loss).encode() in written
    for expected in ("guarded", report.recommended or "", "predicted_loss/gpt2", "ranking"):
        assert expected.encode() in written


def test_trackio_writes_a_run_here(tmp_path: Path) -> None:
    """Run where Trackio is installed: it is not among the development dependencies."""
    pytest.importorskip("trackio")
    command = ["-m", "audition", "select", "flan", "--source", "recorded", "--models", "gpt2*", "--log-to", "trackio"]
    environment = {**os.environ, "TRACKIO_DIR": str(tmp_path / "kept")}
    line = [sys.executable, *command, "--json"]
    done = subprocess.run(line, env=environment, capture_output=True, text=True, check=True)
    assert json.loads(done.stdout)["task"] == "flan", "what it prints is on standard error"
    (database,) = (tmp_path / "kept").glob("audition*.db")
    with closing(sqlite3.connect(database)) as store:
        rows = [json.loads(text) for (text,) in store.execute("SELECT metrics FROM metrics")]
    assert any("loss/gpt2" in row for row in rows)
    assert any("recommended" in row for row in rows)


def test_a_library_that_is_missing_is_one_line_before_anything_is_measured(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "mlflow", None)
    result = audition("select", "flan", "--source", "recorded", "--log-to", "mlflow", code=2)
    assert 'error: --log-to mlflow needs its library: pip install "audition[mlflow]"' in result.stderr
    assert not Path("mlruns").exists()


def test_a_logger_that_nobody_offers_is_one_line() -> None:
    result = audition("select", "flan", "--source", "recorded", "--log-to", "mlfow", code=2)
    assert "Did you mean mlflow?" in result.stderr
