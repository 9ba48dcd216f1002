"""Distributions that exist for one test."""

from __future__ import annotations

import importlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import pytest


@dataclass
class Site:
    """A folder on `sys.path` where a test installs distributions: metadata and modules, no pip."""

    folder: Path
    monkeypatch: pytest.MonkeyPatch
    modules: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.folder.mkdir()
        self.monkeypatch.syspath_prepend(str(self.folder))

    @property
    def path(self) -> list[str]:
        return [str(self.folder)]

    def beside(self, name: str) -> Site:
        """Return another such folder."""
        return Site(self.folder.parent / name, self.monkeypatch, self.modules)

    def install(
        self,
        distribution: str,
        modules: Mapping[str, str],
        *,
        plugins: Mapping[str, str] | None = None,
        version: str = "1.0",
    ) -> Path:
        """Write a distribution with `modules` (name to source); each is a plugin of its name unless `plugins` says."""
        plugins = {name: name for name in modules} if plugins is None else plugins
        info = self.folder / f"{distribution.replace('-', '_')}-{version}.dist-info"
        info.mkdir()
        metadata = f"Metadata-Version: 2.4\nName: {distribution}\nVersion: {version}\n"
        (info / "METADATA").write_text(metadata, encoding="utf-8")
        lines = ["[audition]", *(f"{name} = {module}" for name, module in plugins.items())]
        (info / "entry_points.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")
        for name, source in modules.items():
            (self.folder / f"{name}.py").write_text(source, encoding="utf-8")
        self.modules |= modules.keys()
        importlib.invalidate_caches()
        return info
