"""What a ledger knows of the runs made with it: from before their first measurement on, so that none goes unseen."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Literal

from audition.text import codec

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from audition.measuring.ledger import Ledger
    from audition.selection.config import SelectionConfig
    from audition.types import Report

Kind = Literal["selection", "fine-tuning"]
#: "running" is a run that goes on, or one that was killed; the command in it goes on where it was
State = Literal["planned", "running", "finished", "interrupted", "failed"]


class RunRecord:
    """One run's entry in the ledger, rewritten as the run goes on."""

    def __init__(self, ledger: Ledger, folder: Path, kind: Kind, config: SelectionConfig, command: str) -> None:
        self._ledger = ledger
        self._folder = folder
        self._facts: dict[str, Any] = {
            "kind": kind,
            "task": config.task,
            "selector": config.selector if kind == "selection" else None,
            "budget": str(config.budget) if kind == "selection" else None,
            "choice": config.choice,
            "recipe": config.recipe,
            "seed": config.seed,
            "models": list(config.models),
            "commands": {"repeat": command},
            "strata": [],
            "recommendation": "",
        }

    def note(self, state: State, **facts: object) -> None:
        """Write what is known of the run by now."""
        self._facts.update(codec.to_json(facts))
        self._ledger.add_run(self._folder.name, self._folder.resolve(), {**self._facts, "state": state})

    def conclude(self, report: Report) -> None:
        """Write the report of a selection, and how it ended."""
        self.note("interrupted" if report.is_interrupted else "finished", **report.to_json())

    @contextmanager
    def running(self) -> Iterator[None]:
        """Note that the run has begun, and where it ends without a result, how."""
        self.note("running")
        try:
            yield
        except KeyboardInterrupt:
            self.note("interrupted")
            raise
        except Exception as error:
            self.note("failed", error=str(error))
            raise
