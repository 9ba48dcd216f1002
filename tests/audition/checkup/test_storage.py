from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

from audition.checkup.storage import check_disk, free_space

if TYPE_CHECKING:
    from pathlib import Path


def test_space_is_told_where_a_folder_will_be_made(tmp_path: Path) -> None:
    check = free_space("disk", "the ledger", tmp_path / "deep" / "down", little=1)
    assert (check.verdict, check.facts["path"]) == ("ok", str(tmp_path))
    assert not (tmp_path / "deep").exists()


def test_little_space_is_a_warning(tmp_path: Path) -> None:
    check = free_space("disk", "the ledger", tmp_path, little=shutil.disk_usage(tmp_path).total + 1)
    assert check.verdict in ("warning", "problem")
    assert check.advice.startswith("free some: ")


@pytest.mark.parametrize("ledger", ["here/ledger.db", "sqlite:///here/ledger.db", "postgresql://host/db"])
def test_the_ledger_and_the_hub_have_a_line_each(ledger: str) -> None:
    assert [check.name for check in check_disk(ledger)] == ["disk", "hub disk"]
