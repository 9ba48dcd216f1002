"""The program of a worker: the public name of `audition.workers.worker`, as executors start it."""

from __future__ import annotations

from audition.workers.worker import main

__all__ = ["main"]

if __name__ == "__main__":
    main()
