from __future__ import annotations

import os
import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import Event, Thread
from typing import TYPE_CHECKING

import pytest

from audition.testing.toy import ToyTask
from audition.types import MeasurementRequest, Recipe
from audition_plugins.executors.local import ExecutorClosed, LocalExecutor
from worlds.badly_behaved import toy_model

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from audition.types import Observation, Progress

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


FAILURES = {
    "raises": ("crashed", r"^RuntimeError: no such layer$"),
    "runs-out": ("does-not-fit", r"^needs more than this machine gave .* at one example of \d+ tokens$"),
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
    executor = LocalExecutor(slots=1, log_dir=tmp_path, timeout=2)
    observation = executor.run(request(tmp_path, "hangs"), lambda _: None)
    executor.close()
    assert (observation.status, observation.message) == ("timed-out", "no result after 2 s")


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
        thread.join(timeout=300)
    assert len(errors) == 2
    assert all(not worker.is_alive for worker in workers)


def test_every_worker_stays_on_a_device_of_its_own(tmp_path: Path) -> None:
    """This machine has only one of the two; whichever worker is on the other says so."""
    executor = LocalExecutor(slots=2, log_dir=tmp_path, devices=("cpu", "cuda:99"))
    requests = [request(tmp_path, name, n) for name in ("good", "fine") for n in (50, 60)]
    try:
        with ThreadPoolExecutor(2) as pool:
            observations = list(pool.map(lambda each: executor.run(each, lambda _: None), requests[::2]))
        again = [executor.run(each, lambda _: None) for each in requests[1::2]]
    finally:
        executor.close()
    outcomes = {observation.model: observation for observation in observations}
    assert sorted(observation.status for observation in observations) == ["crashed", "ok"]
    assert any("no device 'cuda:99'" in observation.message for observation in observations)
    assert all(outcomes[observation.model].status == observation.status for observation in again)


def test_more_workers_than_devices_share_them_evenly(tmp_path: Path) -> None:
    executor = LocalExecutor(slots=4, log_dir=tmp_path, devices=("cuda:98", "cuda:99"))
    try:
        with ThreadPoolExecutor(4) as pool:
            list(pool.map(lambda name: executor.run(request(tmp_path, name), lambda _: None), "abcd"))
        used = [worker.device for worker in executor._all]  # noqa: SLF001 - nothing public names the processes
    finally:
        executor.close()
    assert used[:2] == ["cuda:98", "cuda:99"]
    assert abs(used.count("cuda:98") - used.count("cuda:99")) <= 1


def test_what_runs_on_a_device_together_needs_no_more_than_its_capacity(tmp_path: Path) -> None:
    needs = {"good-1": 40, "good-2": 60, "good-3": 10}  # any two, not all three
    executor = LocalExecutor(slots=3, log_dir=tmp_path / "logs", timeout=120, devices=["cpu"], capacity=100)
    running: set[str] = set()
    together: set[tuple[str, ...]] = set()
    two_ran = Event()

    def measure(name: str) -> Observation:
        def note(progress: Progress) -> None:
            if progress.stage == "evaluating":
                running.discard(name)  # before it makes room for another
            elif progress.stage == "training":
                running.add(name)
                together.add(tuple(sorted(running)))
                if len(running) == 2:
                    two_ran.set()
                two_ran.wait(60)  # the measurement cannot go on before it is told

        return executor.run(replace(request(tmp_path, name), memory_bytes=needs[name]), note)

    try:
        with ThreadPoolExecutor(3) as pool:
            assert [each.status for each in pool.map(measure, needs)] == ["ok"] * 3
    finally:
        executor.close()
    assert two_ran.is_set()
    assert all(sum(needs[name] for name in each) <= 100 for each in together)


def test_an_idle_worker_makes_room_for_a_model_that_would_not_fit_beside_its_own(tmp_path: Path) -> None:
    executor = LocalExecutor(slots=2, log_dir=tmp_path / "logs", timeout=60, devices=["cpu"], capacity=100)
    try:
        for name, need in (("good-1", 80), ("good-2", 80), ("good-2", 80), ("good-3", 10)):
            assert executor.run(replace(request(tmp_path, name), memory_bytes=need), lambda _: None).status == "ok"
    finally:
        executor.close()
    logs = sorted(path.name for path in (tmp_path / "logs").iterdir())
    assert logs == ["worker-1.log", "worker-2.log", "worker-3.log"], "the first ended, the other two stayed"


def test_a_worker_ends_when_its_parent_does(tmp_path: Path) -> None:
    """A parent that is killed cannot say goodbye; its worker notices that standard input has ended."""
    executor = LocalExecutor(slots=1, log_dir=tmp_path)
    executor.run(request(tmp_path), lambda _: None)
    (worker,) = executor._all  # noqa: SLF001
    worker._input.close()  # noqa: SLF001 - what the system does to a dead parent's pipes
    assert worker._process.wait(timeout=100) == 0  # noqa: SLF001
    assert not _exists(worker._process.pid)  # noqa: SLF001


def _exists(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True
