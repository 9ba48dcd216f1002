"""Asks how candidates stand, in a thread of its own: predictions take longer than a screen waits."""

from __future__ import annotations

from collections.abc import Callable
from threading import Event, Thread
from time import monotonic
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from audition.types import Ranking

PAUSE = 1.0  #: seconds between two questions, at least
SHARE = 0.1  #: of the time, at most, that is spent on answers: on a CPU the measurements need it


class Ranker:
    """Keeps the latest answer. It stops to ask when the selector raises: the screen then shows the losses alone."""

    def __init__(self, ask: Callable[[], Ranking | None], pause: float = PAUSE) -> None:
        self.latest: Ranking | None = None
        self._ask = ask
        self._pause = pause
        self._news = Event()
        self._closed = Event()
        self._thread = Thread(target=self._work, daemon=True)
        self._thread.start()

    def wake(self) -> None:
        """Ask again soon: something was measured."""
        self._news.set()

    def close(self) -> None:
        """Ask no more."""
        self._closed.set()
        self._news.set()
        self._thread.join(timeout=1.0)  # an answer may take longer: nobody waits for it

    def _work(self) -> None:
        pause = self._pause
        while not self._closed.wait(pause):
            self._news.wait()
            self._news.clear()
            if self._closed.is_set():
                return
            begun = monotonic()
            try:
                self.latest = self._ask()
            except Exception:  # noqa: BLE001 - a selector may raise anything, and this is only a view
                self.latest = None
                return
            pause = max(self._pause, (monotonic() - begun) * (1 - SHARE) / SHARE)
