from __future__ import annotations

import pytest

from audition.budgets.budget import TotalSpend
from audition.errors import BudgetExceeded
from audition.types import Cost


def test_total_spend_refuses_what_is_over_its_limit() -> None:
    budget = TotalSpend(1000, "samples")
    budget.check(Cost(n_samples=1000, flops=1e30))
    with pytest.raises(BudgetExceeded, match=r"1000 samples in all.*would bring it to 1001"):
        budget.check(Cost(n_samples=1001))
