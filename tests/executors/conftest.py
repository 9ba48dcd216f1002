from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from throwaway import Site


@pytest.fixture
def badly_behaved(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """Install the plugin of badly behaved models, for this process and for the workers it starts."""
    site.install("audition-badly-behaved", {}, plugins={"badly-behaved": "badly_behaved"})
    tests = str(Path(__file__).parent.parent)
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(site.folder), tests]))
