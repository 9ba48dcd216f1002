"""One worker process and the two pipes to it. Torch-free: for executors, and for a worker that leads a team."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from queue import Empty, SimpleQueue
from threading import Thread
from typing import Any

from audition.errors import AuditionError, PluginError
from audition.text import codec
from audition.types import Attempt, MeasurementRequest, PluginFile, Progress

LOG = "AUDITION_WORKER_LOG"  #: names the file that a worker's standard error goes to
_ENVIRONMENT = {
    "OMP_NUM_THREADS": "1",  # one thread a worker: results do not depend on how many workers share the machine
    "MKL_NUM_THREADS": "1",
    "TOKENIZERS_PARALLELISM": "false",
    "CUBLAS_WORKSPACE_CONFIG": ":4096:8",  # cuBLAS is only deterministic with a fixed workspace
}


class WorkerDied(AuditionError):  # noqa: N818 - an event, not a mistake of the caller
    """The worker's process ended before it answered."""


class TimedOut(AuditionError):  # noqa: N818
    """The worker did not answer in time; it was killed."""


class ChildProcess:
    """A worker in a process group of its own, so that Ctrl-C reaches the parent alone.

    Its program speaks as `audition.workers.worker` does. Its log is named by `LOG` in its environment, for processes
    that it starts itself.
    """

    def __init__(
        self,
        *,
        log: Path,
        device: str | None = None,
        plugins: Sequence[PluginFile] = (),
        module: str = "audition.workers.worker",
        arguments: Sequence[str] = (),
    ) -> None:
        self.loaded = ""  #: folder of the candidate it was last asked about
        self.device = device  #: where it computes, whatever a request says; None: where the request says
        self._log = log
        with log.open("wb") as errors:
            self._process = subprocess.Popen(  # noqa: S603 - our own worker, no shell
                [sys.executable, "-m", module, *arguments, *map(codec.dumps, plugins)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=errors,
                env={**os.environ, **_ENVIRONMENT, LOG: str(log)},
                encoding="utf-8",
                start_new_session=True,
            )
        self._answers: SimpleQueue[dict[str, Any] | None] = SimpleQueue()
        Thread(target=self._read, daemon=True).start()

    @property
    def is_alive(self) -> bool:
        """Return whether the process runs."""
        return self._process.poll() is None

    def ask(
        self,
        verb: str,
        request: MeasurementRequest,
        on_progress: Callable[[Progress], None],
        *,
        timeout: float | None = None,
        attempt: Attempt | None = None,
    ) -> dict[str, Any]:
        """Return the answer to one request, passing progress on as it comes.

        Args:
            verb: "run" or "calibrate".
            request: what to do.
            on_progress: told how far it is.
            timeout: seconds; None: no limit.
            attempt: what a leader tells its team; None: nothing is known yet.

        Raises:
            WorkerDied: the process ended first; the message tells how.
            TimedOut: it took longer than `timeout` seconds, and was killed.
            PluginError: the worker has not the plugins that this process has.
        """
        self.loaded = request.folder
        request = replace(request, device=self.device or request.device)
        try:
            self._input.write(codec.dumps({"verb": verb, "request": request, "attempt": attempt}) + "\n")
            self._input.flush()
        except OSError:
            raise WorkerDied(self._last_words()) from None
        deadline = None if timeout is None else time.monotonic() + timeout
        while True:
            answer = self._next(deadline)
            if "refused" in answer:
                raise PluginError(answer["refused"])
            if "progress" not in answer:
                return answer
            on_progress(codec.from_json(Progress, answer["progress"]))

    def kill(self) -> None:
        """End the process and whatever it started, if that has not happened yet."""
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        with suppress(OSError):  # a request that was never read
            self._input.close()

    @property
    def _input(self) -> Any:  # noqa: ANN401 - IO[str], never None with a pipe
        return self._process.stdin

    def _next(self, deadline: float | None) -> dict[str, Any]:
        try:
            answer = self._answers.get(timeout=None if deadline is None else max(0.0, deadline - time.monotonic()))
        except Empty:
            self.kill()
            raise TimedOut from None
        if answer is None:
            raise WorkerDied(self._last_words())
        return answer

    def _read(self) -> None:
        if self._process.stdout is not None:
            with self._process.stdout as lines:
                for line in lines:
                    if line.endswith("\n"):  # else the process was killed while it wrote
                        self._answers.put(json.loads(line))
        self._answers.put(None)

    def _last_words(self) -> str:
        """Return how the process ended and the last line it wrote to its log."""
        code = self._process.wait()
        how = f"killed by {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"
        if code == -signal.SIGKILL:
            how += ", perhaps by the system for want of memory"
        lines = self._log.read_text(encoding="utf-8", errors="replace").split("\n")
        last = next((line.strip() for line in reversed(lines) if line.strip()), "")
        return f"worker ended: {how}" + (f" ({last})" if last else "") + f"; log: {self._log}"
