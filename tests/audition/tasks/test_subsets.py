from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from audition.errors import UsageError
from audition.tasks.subsets import require_rows, subset_order

ORDER_OF_SEED_0 = [0, 8, 9, 3, 7, 5, 1, 11, 2, 10, 6, 4]


@given(n=st.integers(0, 3000), seed=st.integers(0, 2**63))
def test_an_order_holds_every_row_once(n: int, seed: int) -> None:
    assert sorted(subset_order(n, seed)) == list(range(n))


def test_the_order_of_a_seed_never_changes() -> None:
    # written down once: another numpy must give the same, or finished measurements would not be comparable
    assert subset_order(12, seed=0).tolist() == ORDER_OF_SEED_0
    assert subset_order(12, seed=1).tolist() != ORDER_OF_SEED_0


def test_orders_of_two_seeds_are_unrelated() -> None:
    n = 5000
    first = np.empty(n)
    first[subset_order(n, 0)] = np.arange(n)
    second = np.empty(n)
    second[subset_order(n, 1)] = np.arange(n)
    assert abs(np.corrcoef(first, second)[0, 1]) < 0.06  # four standard errors of 1/sqrt(n)


def test_a_subset_larger_than_the_training_split_is_refused() -> None:
    with pytest.raises(UsageError, match=r"^a subset of my\.jsonl must have 0 to 1,000 training rows, got 1,001$"):
        require_rows("my.jsonl", 1001, 1000)
