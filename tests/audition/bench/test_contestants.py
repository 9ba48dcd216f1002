from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from audition.bench import (
    make_contestants,
)
from audition.errors import UsageError
from worlds.bench_cells import LossAt

if TYPE_CHECKING:
    from audition.plugins.catalog import Catalog


def test_every_selector_takes_the_options_it_knows(toy_catalog: Catalog) -> None:
    first, loss_at = sorted(make_contestants(toy_catalog, options=["size=200"]), key=lambda contestant: contestant.name)
    assert (first.options, loss_at.options) == ((), ("size=200",))
    assert loss_at.selector == LossAt(size=200)


def test_a_name_and_its_alias_are_one_contestant(toy_catalog: Catalog) -> None:
    assert len(make_contestants(toy_catalog, ["loss-at", "LossAt"], ["size=200"])) == 1


@pytest.mark.parametrize(
    ("names", "options", "message"),
    [
        (["loss-at"], ["sice=200"], "selector 'loss-at' has no option 'sice'; known: size"),
        ([], ["sice=200"], "none of loss-at, first takes option 'sice=200'"),
        (["loss-at"], ["size=many"], "option 'size' of 'loss-at' must be a whole number, got 'many'"),
        (["worst"], [], "no selector called 'worst'"),
    ],
)
def test_a_wrong_selector_or_option_is_said(
    toy_catalog: Catalog, names: list[str], options: list[str], message: str
) -> None:
    with pytest.raises(UsageError, match=message):
        make_contestants(toy_catalog, names, options)
