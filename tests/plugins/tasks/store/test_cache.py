from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from audition.types import TaskOptions
from audition_plugins.tasks.files import open_path
from audition_plugins.tasks.store import cache as _cache

if TYPE_CHECKING:
    from collections.abc import Callable

OPEN = """
import sys
from audition.types import TaskOptions
from audition_plugins.tasks.files import open_path

opened = []
sys.addaudithook(lambda event, args: opened.append(str(args[0])) if event == "open" else None)
task = open_path("my.jsonl", TaskOptions())
print("reads the file" if any(name.endswith("my.jsonl") for name in opened) else "does not")
print(task.fingerprint)
print([example.input for example in task.train(20, seed=5)])
print([example.input for example in task.test()])
"""


def in_another_process(code: str, **environment: str) -> list[str]:
    paths = os.pathsep.join([*sys.path, os.environ.get("PYTHONPATH", "")])
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "PYTHONPATH": paths, **environment},
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.splitlines()


@pytest.mark.slow
def test_processes_agree_on_everything_whatever_their_hash_seed(
    pairs: Callable[..., Any], write_jsonl: Callable[..., Path]
) -> None:
    write_jsonl("my.jsonl", pairs(300))
    first = in_another_process(OPEN, PYTHONHASHSEED="1", AUDITION_CACHE="one")
    second = in_another_process(OPEN, PYTHONHASHSEED="2", AUDITION_CACHE="two")
    assert first == second
    assert first[0] == "reads the file"


def test_a_second_opening_does_not_read_the_file_again(
    pairs: Callable[..., Any], write_jsonl: Callable[..., Path]
) -> None:
    write_jsonl("my.jsonl", pairs(300))
    before = open_path("my.jsonl", TaskOptions())
    said = in_another_process(OPEN)
    assert said[:2] == ["does not", before.fingerprint]
    assert open_path("my.jsonl", TaskOptions()).report == before.report


def test_a_file_that_changes_is_read_again(pairs: Callable[..., Any], write_jsonl: Callable[..., Path]) -> None:
    write_jsonl("my.jsonl", pairs(100))
    before = open_path("my.jsonl", TaskOptions())
    write_jsonl("my.jsonl", pairs(100, start=100))
    after = open_path("my.jsonl", TaskOptions())
    assert after.fingerprint != before.fingerprint
    assert len({e.input for e in before.test()} & {e.input for e in after.test()}) == 0  # both stay readable


def test_the_cache_can_be_deleted_at_any_time(pairs: Callable[..., Any], write_jsonl: Callable[..., Path]) -> None:
    import shutil

    write_jsonl("my.jsonl", pairs(100))
    before = open_path("my.jsonl", TaskOptions())
    shutil.rmtree(Path(".audition/cache/tasks") / before.fingerprint)
    assert open_path("my.jsonl", TaskOptions()).fingerprint == before.fingerprint


def test_the_slower_of_two_writers_of_the_same_rows_loses_nothing() -> None:
    for content in ("first", "second"):
        with _cache.writing() as folder:
            (folder / "rows.arrow").write_text(content, encoding="utf-8")
            _cache.keep(folder, "fingerprint")
    assert [path.name for path in _cache.cache_folder().iterdir()] == ["fingerprint"]
    assert (_cache.cache_folder() / "fingerprint" / "rows.arrow").read_text(encoding="utf-8") == "first"


ANONYMOUS = """
import re
from pathlib import Path
from audition.types import TaskOptions
from audition_plugins.tasks.files import open_path

def anonymous_bytes():
    return int(re.search(r"RssAnon:\\s*(\\d+) kB", Path("/proc/self/status").read_text())[1]) * 1024

open_path("small.jsonl", TaskOptions()).train(1, seed=0)[0]  # imports what it needs
before = anonymous_bytes()
task = open_path("large.jsonl", TaskOptions())
opened = anonymous_bytes()
n_characters = sum(len(example.input) for example in task.train(task.spec.n_train, seed=0))
print(opened - before, anonymous_bytes() - before, n_characters)
"""


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="reads Linux's account of memory")
def test_a_large_file_is_mapped_not_read_into_memory(
    pairs: Callable[..., Any], write_jsonl: Callable[..., Path]
) -> None:
    write_jsonl("small.jsonl", pairs(100))
    text = "some words of a long question, " * 60
    large = write_jsonl("large.jsonl", ({"input": f"{i} {text}", "target": f"answer {i}"} for i in range(32_000)))
    size = large.stat().st_size
    assert size > 60e6
    for opening in ("reads and writes the cache", "finds it there"):
        opened, looped, n_characters = map(int, in_another_process(ANONYMOUS)[0].split())
        assert n_characters > 0.7 * size, opening
        assert opened < 0.35 * size, opening
        assert looped < 0.35 * size, opening
