from __future__ import annotations

import pytest

from audition.plugins.catalog import Catalog
from audition.plugins.loading import load_plugins
from audition.testing import (
    TOY_LOSSES,
    TOY_TASK_ENTRY,
    PluginConformance,
)
from audition.testing.toy import misbehaving, plugin


@pytest.mark.parametrize("plugin", [plugin, misbehaving], ids=["toy", "misbehaving"])
class TestToyPlugins(PluginConformance):
    """Nothing heavy is imported to list the toys."""


def test_toys_can_be_loaded_beside_what_ships_with_audition() -> None:
    catalog = Catalog(load_plugins(extra={"toy": plugin, "misbehaving": misbehaving}))
    assert {"toy", "misbehaving"} <= set(catalog.adapters)
    assert catalog.open_task("toy/colours").spec == TOY_TASK_ENTRY.spec
    assert {offer.entry.model for offer in catalog.curves("toy/colours")} == set(TOY_LOSSES)
