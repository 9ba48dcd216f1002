from __future__ import annotations

from typing import TYPE_CHECKING

from audition.readings.survey import survey
from audition.types import Example, Recipe, Survey
from worlds.spellings import encoder

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase


def test_the_share_of_lost_targets_is_told_and_judged(english_words: PreTrainedTokenizerBase) -> None:
    def share(targets: list[str]) -> Survey:
        rows = [Example(input="a", target=each) for each in targets]
        return survey(encoder(english_words), [], rows, Recipe(name="r"))

    few, many = share(["the house"] * 199 + ["our house"]), share(["the house"] * 3 + ["our house"])
    assert (few.lossy, few.is_lossy, many.lossy, many.is_lossy) == (0.005, False, 0.25, True)
    assert few.notes == ("0.5% of the test targets cannot be given back (measured)",)
