from __future__ import annotations

import os
import re
from concurrent.futures import ThreadPoolExecutor
from threading import Event, Thread
from typing import TYPE_CHECKING

import pytest

from audition.testing.toy import ToyTask
from audition.training.recipe import Recipe
from audition.training.request import MeasurementRequest
from audition_plugins.executors.local import ExecutorClosed, LocalExecutor
from badly_behaved import toy_model

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from audition.training.request import Progress
    from audition.types import Observation

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("badly_behaved")]

RECIPE = Recipe(name="toy", learning_rates=(0.01,), batch_sizes=(8,), epochs=1, precision="fp32")


@pytest.fixture
def run(tmp_path: Path) -> Iterator[Callable[..., Observation]]:
    """Run one measurement of a model that behaves as its name says, all in the same two slots."""
    executor = LocalExecutor(slots=2, log_dir=tmp_path / "logs", timeout=60)
    yield lambda behaviour, on_progress=lambda _: None: executor.run(request(tmp_path, behaviour), on_progress)
    executor.close()


def request(tmp_path: Path, behaviour: str = "good", n_samples: int = 50) -> MeasurementRequest:
    task = ToyTask()
    return MeasurementRequest(
        key="",
        model=toy_model(tmp_path / behaviour, behaviour),
        folder=str(tmp_path / behaviour),
        task=task.spec,
        task_fingerprint=task.fingerprint,
        n_samples=n_samples,
        seed=0,
        recipe=RECIPE,
        device="cpu",
    )


def test_a_measurement_comes_back_with_its_progress(run: Callable[..., Observation]) -> None:
    steps: list[Progress] = []
    observation = run("good", steps.append)
    assert observation.status == "ok"
    assert observation.loss_per_byte is not None
    assert {step.stage for step in steps} == {"loading", "training", "evaluating"}


def test_what_a_library_prints_does_not_disturb(run: Callable[..., Observation]) -> None:
    assert run("prints").status == "ok"


FAILURES = {
    "raises": ("crashed", r"^RuntimeError: no such layer$"),
    "runs-out": ("out-of-memory", "cannot allocate 1 TiB"),
    "diverges": ("not-finite", "."),
    "exits": ("crashed", r"^worker ended: exit code 3.*log: .*worker-\d+\.log$"),
    "is-killed": ("crashed", r"killed by SIGKILL, perhaps by the system for want of memory"),
}


def test_a_failure_is_an_outcome_and_the_next_measurement_goes_on(run: Callable[..., Observation]) -> None:
    for behaviour, (status, message) in FAILURES.items():
        failed = run(behaviour)
        assert (failed.status, failed.loss_per_byte) == (status, None)
        assert re.search(message, failed.message), failed.message
    assert run("good").status == "ok"


def test_a_measurement_that_takes_too_long_is_ended(tmp_path: Path) -> None:
    executor = LocalExecutor(slots=1, log_dir=tmp_path, timeout=15)
    observation = executor.run(request(tmp_path, "hangs"), lambda _: None)
    executor.close()
    assert (observation.status, observation.message) == ("timed-out", "no result after 15 s")


def test_closing_ends_what_runs_and_what_waits(tmp_path: Path) -> None:
    executor = LocalExecutor(slots=1, log_dir=tmp_path)
    is_loading = Event()
    errors: list[BaseException] = []

    def ask() -> None:
        try:
            executor.run(request(tmp_path, "hangs"), lambda _: is_loading.set())
        except ExecutorClosed as error:
            errors.append(error)

    threads = [Thread(target=ask) for _ in range(2)]
    for thread in threads:
        thread.start()
    assert is_loading.wait(timeout=60)
    workers = list(executor._all)  # noqa: SLF001 - nothing public names the processes
    executor.close()
    for thread in threads:
        thread.join(timeout=30)
    assert len(errors) == 2
    assert all(not worker.is_alive for worker in workers)


def test_numbers_do_not_depend_on_the_number_of_workers(tmp_path: Path) -> None:
    requests = [request(tmp_path, name, n) for name in ("good", "fine") for n in (100, 50)]

    def losses(slots: int) -> list[float | None]:
        executor = LocalExecutor(slots=slots, log_dir=tmp_path / str(slots))
        with ThreadPoolExecutor(slots) as pool:
            observations = list(pool.map(lambda each: executor.run(each, lambda _: None), requests))
        executor.close()
        return [observation.loss_per_byte for observation in observations]

    one, two = losses(1), losses(2)
    assert None not in one
    assert one == two, "bitwise"


def test_a_worker_ends_when_its_parent_does(tmp_path: Path) -> None:
    """A parent that is killed cannot say goodbye; its worker notices that standard input has ended."""
    executor = LocalExecutor(slots=1, log_dir=tmp_path)
    executor.run(request(tmp_path), lambda _: None)
    (worker,) = executor._all  # noqa: SLF001
    worker._input.close()  # noqa: SLF001 - what the system does to a dead parent's pipes
    assert worker._process.wait(timeout=10) == 0  # noqa: SLF001
    assert not _exists(worker._process.pid)  # noqa: SLF001


def _exists(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True
