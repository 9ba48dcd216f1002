from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from audition.plugins.catalog import Catalog
from audition.plugins.loading import load_plugins
from audition_plugins.reproduction.comparing import compare
from audition_plugins.reproduction.measured import measure_tables, open_tasks

if TYPE_CHECKING:
    from collections.abc import Mapping

    from audition.bench import Row
    from audition_plugins.reproduction.comparing import Comparison
    from audition_plugins.reproduction.measured import Cell


@pytest.fixture(scope="session")
def catalog() -> Catalog:
    return Catalog(load_plugins(strict=True))


@pytest.fixture(scope="session")
def rows(catalog: Catalog) -> Mapping[Cell, Row]:
    return measure_tables(catalog, open_tasks(catalog).values())


@pytest.fixture(scope="session")
def comparisons(rows: Mapping[Cell, Row]) -> tuple[Comparison, ...]:
    return compare(rows)
