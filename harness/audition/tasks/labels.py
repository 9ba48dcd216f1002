"""Is a task a classification? Its targets are then few, short, and come again and again."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from audition.types.protocols import TaskLoader

SAMPLE = 2000  #: training rows that are looked at
MOST_LABELS, LONGEST = 50, 60  #: labels; bytes of one
LEAST_REPEATED = 5  #: times that a label occurs in the sample, on average


def labels_of(task: TaskLoader) -> tuple[str, ...]:
    """Return the labels of a classification, sorted; of any other task none."""
    n_rows = min(SAMPLE, task.spec.n_train or 0)
    seen = Counter(example.target for example in task.train(n_rows, 0))
    is_few = 2 <= len(seen) <= MOST_LABELS and n_rows >= LEAST_REPEATED * len(seen)
    if not is_few or max(len(label.encode()) for label in seen) > LONGEST:
        return ()
    return tuple(sorted(seen))
