"""What of a task one candidate cannot read as it is: rows it cuts, targets it cannot write, rows it refuses."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from audition.errors import UsageError
from audition.training.encoding.lossy import MAX_LOSSY_SHARE
from audition.training.encoding.rows import shorten

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from audition.training.encoding import CausalEncoder, EncodedPair, Seq2SeqEncoder
    from audition.training.recipe import Recipe
    from audition.types import Example

    Encoder: TypeAlias = CausalEncoder | Seq2SeqEncoder


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


def lossy_note(share: float) -> str:
    """Return what is said of a candidate that cannot write the targets."""
    return f"the tokeniser cannot give {share:.1%} of the test targets back"


def survey(
    encoder: Encoder,
    train: Sequence[Example],
    test: Sequence[Example],
    recipe: Recipe,
    *,
    validation: Sequence[Example] = (),
) -> Survey:
    """Return how `encoder` reads these rows under the limits of `recipe`. A row that it refuses counts, and no more.

    Args:
        encoder: of the candidate.
        train: training rows, or a sample of them.
        test: test rows, or a sample of them.
        recipe: its limits, sides and choice of answers count.
        validation: validation rows, of which only those that are refused count.
    """
    refusals: list[str] = []
    for example in validation:
        _encoded(encoder, example, recipe, refusals, is_test=True)
    pairs = [_encoded(encoder, example, recipe, refusals, is_test=False) for example in train]
    n_lost, n_test = 0, 0
    for example in test:
        if _encoded(encoder, example, recipe, refusals, is_test=True) is not None:
            n_lost += encoder.is_lossy(example)
        n_test += 1
    read = [pair for pair in pairs if pair is not None]
    return Survey(
        n_rows=len(pairs),
        cut_inputs=_share(sum(pair.is_input_cut for pair in read), len(pairs)),
        cut_targets=_share(sum(pair.is_target_cut for pair in read), len(pairs)),
        lossy=_share(n_lost, n_test),
        n_refused=len(refusals),
        refusal=refusals[0] if refusals else "",
        remarks=tuple(_remarks(encoder, train, recipe)),
    )


def _encoded(
    encoder: Encoder, example: Example, recipe: Recipe, refusals: list[str], *, is_test: bool
) -> EncodedPair | None:
    try:
        return encoder.encode(
            example,
            max_input_tokens=recipe.max_input_tokens,
            max_target_tokens=None if is_test else recipe.max_target_tokens,
            truncate=recipe.truncate,
        )
    except UsageError as error:
        refusals.append(f"{error}, in a row that begins {shorten(example.input)!r}")
        return None


def _remarks(encoder: Encoder, rows: Iterable[Example], recipe: Recipe) -> Iterable[str]:
    some = next((example for example in rows if example.turns), None)
    if some is None:
        return
    template = encoder.template if encoder.uses_template(some) else None
    if template is None and recipe.train_on == "all-assistant":
        yield "has no chat template: trained on the last answer alone"
    if template and template.folds_system and any(turn.role == "system" for row in rows for turn in row.turns):
        yield "its chat template refuses system turns: they go into the first user turn"


def _share(count: int, of: int) -> float:
    return count / of if of else 0.0
