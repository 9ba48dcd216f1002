"""How one candidate reads a task."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Survey:
    """How one candidate reads a sample of a task's rows. Shares are of the sampled rows, measured, from 0 to 1."""

    n_rows: int  #: training rows looked at
    cut_inputs: float  #: training rows whose input loses tokens, or whose conversation loses turns
    cut_targets: float  #: training rows whose target is cut, and so has no end
    lossy: float  #: of the test targets: those that the tokeniser cannot give back
    n_refused: int = 0  #: rows of any split that the candidate cannot take
    refusal: str = ""  #: why, of the first of them
    remarks: tuple[str, ...] = ()  #: what else is done to the rows, for people

    @property
    def is_lossy(self) -> bool:
        """Return whether too many targets are lost: the losses would not be those of the task."""
        return self.lossy > MAX_LOSSY_SHARE

    @property
    def notes(self) -> tuple[str, ...]:
        """Return what moves this candidate's place and cannot be seen in a loss, for people."""
        shares = {
            "of the inputs are cut": self.cut_inputs,
            "of the training targets are cut": self.cut_targets,
            "of the test targets cannot be given back": 0.0 if self.is_lossy else self.lossy,  # told by its status
        }
        cuts = tuple(f"{share:.1%} {what} (measured)" for what, share in shares.items() if share)
        return (*cuts, *self.remarks)


MAX_LOSSY_SHARE = 0.01  #: of the test targets; beyond it the losses are not those of the task
