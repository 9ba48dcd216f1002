from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

from audition import library
from worlds.command import audition

if TYPE_CHECKING:
    from worlds.throwaway import Site

CHECKS = ["cpu", "libraries", "torch", "disk", "hub disk", "ledger", "plugins", "hub cache", "hub", "leftovers"]


def test_a_machine_where_tests_run_is_healthy_a_line_a_check() -> None:
    *lines, empty, sentence = audition("doctor").stdout.splitlines()
    assert {line.split()[0] for line in lines} <= {"ok", "warning"}
    assert empty == ""
    assert sentence.endswith(f": {len(lines)} checks.")
    assert not Path(".audition").exists()


def test_json_has_the_facts() -> None:
    found = json.loads(audition("doctor", "--json").stdout)
    names = [check["name"] for check in found["checks"]]
    assert [name for name in names if name in CHECKS] == CHECKS
    assert found["is_healthy"] is True
    assert found["checks"][0]["facts"]["n_cores"] >= 1


def test_a_problem_is_exit_code_one_and_no_traceback() -> None:
    Path("ledger.db").write_text("these are my notes, and no ledger")
    result = audition("doctor", "--ledger", "ledger.db", code=1)
    assert "problem  ledger        ledger.db: is not a ledger" in result.stdout
    assert "1 problem" in result.stdout
    assert result.stderr == ""
    assert json.loads(audition("doctor", "--ledger", "ledger.db", "--json", code=1).stdout)["is_healthy"] is False


def test_a_plugin_that_fails_is_a_problem(site: Site) -> None:
    site.install("audition-bad", {"bad": "raise RuntimeError('no licence')"})
    result = audition("doctor", code=1)
    assert "RuntimeError: no licence" in result.stdout


def test_a_plugin_file_that_is_not_there_is_a_problem_too() -> None:
    assert "none.py" in audition("doctor", "--plugin", "none.py", code=1).stdout


def test_a_time_limit_of_nothing_is_refused() -> None:
    audition("doctor", "--timeout", "0", code=2)


def test_the_function_finds_what_the_command_prints() -> None:
    heard: list[str] = []
    found = library.doctor(ledger="none.db", on_check=lambda check: heard.append(check.name))
    assert heard == list(found.to_frame()["name"])
    assert found.is_healthy
