"""The examples of docs/testing-plugins.md run as they stand, with AtS as the plugin."""

from __future__ import annotations

import re
import subprocess
import sys
from textwrap import indent
from typing import TYPE_CHECKING

from worlds.paths import ROOT

if TYPE_CHECKING:
    from pathlib import Path

DOCUMENT = ROOT / "docs" / "testing-plugins.md"
BLOCK = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def test_the_examples_run(tmp_path: Path) -> None:
    conformance, spy, fixtures = BLOCK.findall(DOCUMENT.read_text(encoding="utf-8"))
    (tmp_path / "my_plugin.py").write_text(
        "from audition_plugins.selectors import audition_selectors\nENTRY = next(iter(audition_selectors()))\n"
    )
    (tmp_path / "test_mine.py").write_text(f"{conformance}\n\ndef test_spy():\n{indent(spy, '    ')}")
    (tmp_path / "conftest.py").write_text(fixtures)
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    assert re.search(r"^2\d passed", done.stdout, re.MULTILINE), done.stdout
