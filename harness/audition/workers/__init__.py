"""Processes that measure: a child process a device, and teams of them. Executors start them by `ChildProcess`."""

from __future__ import annotations

from audition.workers.child_process import ChildProcess, TimedOut, WorkerDied

__all__ = ["ChildProcess", "TimedOut", "WorkerDied"]
