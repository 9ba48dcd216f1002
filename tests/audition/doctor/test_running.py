"""Audition's own plugins keep the promises that it asks of others."""

from __future__ import annotations

from functools import cache
from types import ModuleType
from typing import TYPE_CHECKING

import pytest

from audition.doctor import examine
from audition.plugins.catalog import Catalog
from audition.plugins.loading import load_plugins
from audition.testing import PluginConformance

if TYPE_CHECKING:
    from audition.doctor import Finding

CATALOG = cache(lambda: Catalog(load_plugins(path=None)))
FIRST_PARTY = [record.name for record in CATALOG().plugins.records if record.distribution == "audition"]


@pytest.mark.parametrize("name", FIRST_PARTY)
class TestFirstPartyPlugins(PluginConformance):
    @pytest.fixture
    def plugin(self, name: str) -> ModuleType:
        module = CATALOG().plugins.hooks.plugin(name)
        assert isinstance(module, ModuleType)
        return module


@pytest.mark.parametrize("name", ["zoo", "published"])
def test_its_models_and_curves_are_healthy(name: str) -> None:
    noted: list[Finding] = []
    verdict = examine(CATALOG(), name, on_finding=noted.append)
    assert verdict.having("broken") == ()
    assert verdict.having("not-checked") == ()
    assert len(verdict.findings) > 100
    assert tuple(noted) == verdict.findings
