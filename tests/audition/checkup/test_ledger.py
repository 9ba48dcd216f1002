from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from audition.checkup.ledger import check_ledger
from audition.measuring.ledger import Ledger
from audition.types import Observation

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def ledger(tmp_path: Path) -> Path:
    path = tmp_path / "odd name.db"
    store = Ledger(str(path))
    sizes = (200, 400, 800)
    store.put_all({f"k{n}": Observation(model="gpt2", task="toy", n_samples=n, seeds=(0,)) for n in sizes})
    store.close()
    return path


def test_a_whole_ledger_says_how_much_it_holds(ledger: Path) -> None:
    check = check_ledger(str(ledger))
    assert (check.verdict, check.facts["n_observations"], check.facts["schema"]) == ("ok", 3, 0)
    assert check_ledger(f"sqlite:///{ledger}").facts == check.facts


def test_looking_makes_no_ledger_and_changes_none(ledger: Path) -> None:
    before = ledger.read_bytes()
    check_ledger(str(ledger))
    assert ledger.read_bytes() == before
    none = ledger.parent / "deep" / "none.db"
    assert check_ledger(str(none)).verdict == check_ledger(f"sqlite:///{none}").verdict == "ok"
    assert not none.parent.exists()


def test_a_damaged_ledger_is_a_problem_with_what_to_do(ledger: Path) -> None:
    content = bytearray(ledger.read_bytes())
    assert len(content) > 3 * 4096
    content[4096:] = b"\xa5" * (len(content) - 4096)  # all pages but the first
    ledger.write_bytes(content)
    check = check_ledger(str(ledger))
    assert check.verdict == "problem"
    assert "rescued.db" in check.advice


def test_a_ledger_that_was_cut_off_is_a_problem(ledger: Path) -> None:
    ledger.write_bytes(ledger.read_bytes()[:6000])
    assert check_ledger(str(ledger)).verdict == "problem"


def test_a_file_of_another_kind_is_a_problem(tmp_path: Path) -> None:
    path = tmp_path / "rows.jsonl"
    path.write_text('{"input": "a", "target": "b"}\n')
    check = check_ledger(str(path))
    assert (check.verdict, check.found) == (
        "problem",
        f"{path}: is not a ledger: no SQLite file, or its beginning is damaged",
    )


def test_a_database_of_another_program_is_a_problem_and_stays_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "cookies.db"
    with closing(sqlite3.connect(path)) as other:
        other.execute("CREATE TABLE cookies (name TEXT)")
        other.commit()
    before = path.read_bytes()
    check = check_ledger(str(path))
    assert (check.verdict, path.read_bytes()) == ("problem", before)
    assert "a database of another program, with tables cookies" in check.found


def test_a_ledger_without_a_column_is_a_problem(ledger: Path) -> None:
    with closing(sqlite3.connect(ledger)) as store:
        store.execute("ALTER TABLE observations DROP COLUMN measured_at")
        store.commit()
    check = check_ledger(str(ledger))
    assert check.verdict == "problem"
    assert "no observations.measured_at" in check.found


def test_an_observation_of_a_later_version_is_a_problem(ledger: Path) -> None:
    with closing(sqlite3.connect(ledger)) as store:
        store.execute("UPDATE observations SET observation = '{\"colour\": 1}' WHERE key = 'k400'")
        store.commit()
    check = check_ledger(str(ledger))
    assert check.verdict == "problem"
    assert "cannot read: Observation: unknown field 'colour'" in check.found


def test_a_folder_and_a_database_that_cannot_be_opened_are_problems(tmp_path: Path) -> None:
    assert check_ledger(str(tmp_path)).found == f"{tmp_path}: is a folder"
    check = check_ledger("nonsense://a:secret@b/c")
    assert check.verdict == "problem"
    assert "secret" not in check.found


def test_an_empty_file_becomes_a_ledger(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    path.touch()
    assert check_ledger(str(path)).verdict == "ok"
