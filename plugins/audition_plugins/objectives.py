"""Objectives besides the core's own: BLEU, which translations have been judged by for twenty years."""

from __future__ import annotations

from typing import TYPE_CHECKING

from audition import hookimpl
from audition.types import ObjectiveEntry

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


@hookimpl
def audition_objectives() -> Iterable[ObjectiveEntry]:
    """Offer BLEU of a corpus, by sacrebleu."""
    yield ObjectiveEntry(name="bleu", score=bleu, summary="shared word n-grams of a corpus (sacrebleu, 13a or zh)")


def bleu(generated: Sequence[str], wanted: Sequence[str]) -> float:
    """Return BLEU, 0 to 100; references with Chinese characters are split by character."""
    import sacrebleu

    has_chinese = any("\u4e00" <= letter <= "\u9fff" for text in wanted for letter in text)
    found = sacrebleu.corpus_bleu(list(generated), [list(wanted)], tokenize="zh" if has_chinese else "13a")
    return float(found.score)
