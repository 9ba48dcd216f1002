from __future__ import annotations

import json
from dataclasses import replace
from threading import Thread
from typing import TYPE_CHECKING

import pytest

from audition.errors import UsageError
from audition.measuring.ledger import Ledger
from audition.types import Calibration, Cost, Observation, Status

if TYPE_CHECKING:
    from pathlib import Path


def observation(n_samples: int = 200, status: Status = "ok") -> Observation:
    return Observation(
        model="a",
        task="toy",
        n_samples=n_samples,
        status=status,
        loss_per_token=1.1,
        loss_per_byte=1 / 3,
        seeds=(0,),
        cost=Cost(n_samples=n_samples, samples_processed=2 * n_samples, flops=1e9, seconds=0.5),
        learning_rate=1e-3,
        batch_size=8,
    )


def ledger_in(folder: Path) -> Ledger:
    return Ledger(str(folder / "deep" / "ledger.db"))


def test_an_observation_comes_back_as_it_was(tmp_path: Path) -> None:
    ledger_in(tmp_path).put("k", observation())
    assert ledger_in(tmp_path).get("k") == observation()


def test_an_unknown_key_has_no_observation(tmp_path: Path) -> None:
    assert ledger_in(tmp_path).get("k") is None


@pytest.mark.parametrize("status", ["ok", "not-finite", "does-not-fit", "lossy-tokeniser"])
def test_an_outcome_that_would_repeat_is_kept(tmp_path: Path, status: Status) -> None:
    ledger = ledger_in(tmp_path)
    ledger.put("k", observation(status=status))
    assert ledger.get("k") == observation(status=status)


@pytest.mark.parametrize("status", ["crashed", "timed-out", "out-of-memory"])
def test_an_outcome_that_may_change_is_tried_again_and_replaced(tmp_path: Path, status: Status) -> None:
    ledger = ledger_in(tmp_path)
    ledger.put("k", observation(status=status))
    assert ledger.get("k") is None
    ledger.put("k", observation())
    assert ledger.get("k") == observation()
    assert ledger.observations() == (observation(),)


@pytest.mark.parametrize(("kind", "is_kept"), [("NVIDIA A100-SXM4-40GB", True), ("cpu", False)])
def test_what_did_not_fit_a_kind_of_gpu_never_will_but_a_machine_may_have_more(
    tmp_path: Path, kind: str, is_kept: bool
) -> None:
    failed = replace(observation(status="does-not-fit"), device_kind=kind)
    ledger = ledger_in(tmp_path)
    ledger.put("k", failed)
    assert ledger.get("k") == (failed if is_kept else None)
    assert ledger.observations() == (failed,)


def test_an_observation_written_before_memory_was_told_is_read(tmp_path: Path) -> None:
    ledger = ledger_in(tmp_path)
    ledger.put("k", observation())
    added = {"memory_reserved_bytes", "memory_estimate_bytes", "micro_batch_tokens", "device_kind", "method"}
    with ledger._engine.begin() as connection:  # noqa: SLF001 - what an older version has left
        text = connection.exec_driver_sql("SELECT observation FROM observations").scalar()
        fields = {name: value for name, value in json.loads(str(text)).items() if name not in added}
        connection.exec_driver_sql("UPDATE observations SET observation = ?", (json.dumps(fields),))
    assert ledger.get("k") == observation()


def test_many_are_stored_and_found_at_once(tmp_path: Path) -> None:
    ledger = ledger_in(tmp_path)
    many = {f"k{number}": observation(number + 1) for number in range(1203)}  # more than one statement takes
    ledger.put("k7", observation(status="crashed"))
    ledger.put_all(many)
    assert ledger.get_all([*many, "unknown"]) == many
    assert ledger.get("k7") == many["k7"], "what another try may change is replaced"
    ledger.put("k7", observation(status="crashed"))
    assert "k7" not in ledger.get_all(["k7", "k8"])


def test_of_several_that_cannot_all_be_stored_none_is(tmp_path: Path) -> None:
    ledger = ledger_in(tmp_path)
    with pytest.raises(UsageError, match="the ledger cannot be used"):
        ledger.put_all({"a": observation(), "b": replace(observation(), task=None)})  # type: ignore[arg-type]  # it is refused
    assert ledger.get("a") is None


def test_many_threads_and_connections_may_write(tmp_path: Path) -> None:
    ledgers = [ledger_in(tmp_path) for _ in range(4)]

    def write(number: int) -> None:
        for i in range(25):
            ledgers[number].put(f"{number}-{i}", observation(i))

    threads = [Thread(target=write, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(ledgers[0].observations()) == 100


def test_calibrations_are_kept(tmp_path: Path) -> None:
    calibration = Calibration(
        tokens_per_example=40.0, seconds_per_training_token=2e-4, seconds_per_evaluated_token=5e-5
    )
    ledger_in(tmp_path).put_calibration("k", calibration)
    assert ledger_in(tmp_path).get_calibration("k") == calibration
    assert ledger_in(tmp_path).get_calibration("other") is None


def test_runs_are_listed_newest_first(tmp_path: Path) -> None:
    ledger = ledger_in(tmp_path)
    for name in ("first", "second"):
        ledger.add_run(name, tmp_path / name, {"task": "toy"})
    assert [run["id"] for run in ledger.runs()] == ["second", "first"]
    assert ledger.runs()[0]["report"] == {"task": "toy"}


def test_a_file_that_is_no_ledger_is_one_clear_line(tmp_path: Path) -> None:
    (tmp_path / "ledger.db").write_text("this is a shopping list, not a database, and it is long enough to tell")
    with pytest.raises(UsageError, match=r"ledger\.db: the ledger cannot be used: file is not a database"):
        Ledger(str(tmp_path / "ledger.db"))


def test_a_folder_that_cannot_be_made_is_one_clear_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(UsageError, match="the ledger's folder cannot be made"):
        Ledger(str(tmp_path / "file" / "ledger.db"))


def test_an_unknown_database_url_is_one_clear_line() -> None:
    with pytest.raises(UsageError, match="not a ledger file or a database URL"):
        Ledger("oracel://nowhere/ledger")


def test_a_full_disk_loses_nothing_that_was_stored(tmp_path: Path) -> None:
    ledger = ledger_in(tmp_path)
    ledger.put("kept", observation())
    with ledger._engine.connect() as connection:  # noqa: SLF001 - a page limit is SQLite's own full disk
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar()
        connection.exec_driver_sql(f"PRAGMA max_page_count = {pages}")
    with pytest.raises(UsageError, match="the ledger cannot be used: database or disk is full"):
        ledger.put("large", Observation(model="a", task="toy", n_samples=1, seeds=(0,), message="x" * 2**20))
    assert ledger_in(tmp_path).get("kept") == observation()


@pytest.mark.parametrize("name", ["what?.db", "a#b.db", "50%25.db", "with space.db", "ключ.db"])
def test_a_file_may_be_called_as_it_likes(tmp_path: Path, name: str) -> None:
    Ledger(str(tmp_path / name)).put("key", observation())
    assert (tmp_path / name).is_file()
    assert Ledger(str(tmp_path / name)).get("key") == observation()
