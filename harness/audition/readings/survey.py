"""What of a task one candidate cannot read as it is: rows it cuts, targets it cannot write, rows it refuses."""

from __future__ import annotations

from typing import TYPE_CHECKING

from audition.encoding.rows import shorten
from audition.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from audition.encoding import EncodedPair
    from audition.encoding.loading import Encoder
    from audition.types import Example, Recipe

from audition.types.surveys import Survey


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
