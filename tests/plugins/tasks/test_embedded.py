from __future__ import annotations

import subprocess
import sys

import pytest

from audition.types import TaskOptions
from audition_plugins.tasks import audition_tasks
from audition_plugins.tasks.embedded import embedded_specs, open_embedded
from audition_registries import path

NAMES = ("package-synopsis", "office-help-en-zh", "wordnet-instructions")


@pytest.mark.parametrize("name", NAMES)
def test_sizes_are_known_before_the_task_is_opened(name: str) -> None:
    listed = next(spec for spec in embedded_specs() if spec.name == name)
    task = open_embedded(name, TaskOptions())
    assert task.spec == listed
    assert (len(task.validation()), len(task.test())) == (listed.n_validation, listed.n_test)
    assert (listed.default_recipe, listed.min_size) == ("quick", 50)


@pytest.mark.parametrize("name", NAMES)
def test_no_input_is_in_two_splits(name: str) -> None:
    task = open_embedded(name, TaskOptions())
    views = (task.train(task.spec.n_train or 0, seed=0), task.validation(), task.test())
    inputs = [{example.input for example in view} for view in views]
    assert sum(len(view) for view in views) == sum(map(len, inputs)) == len(set.union(*inputs))


@pytest.mark.parametrize(("name", "column"), [("package-synopsis", "package"), ("wordnet-instructions", "group")])
def test_no_group_is_in_two_splits(name: str, column: str) -> None:
    import pyarrow.parquet as pq

    files = [path("tasks", name, f"{split}.parquet") for split in ("train", "validation", "test")]
    groups = [set(pq.read_table(file, columns=[column])[column].to_pylist()) for file in files]
    assert sum(map(len, groups)) == len(set.union(*groups))


@pytest.mark.parametrize(
    ("name", "prompt"), [("package-synopsis", "Generate a summary: "), ("office-help-en-zh", "Translate to Chinese: ")]
)
def test_inputs_begin_with_the_papers_prompt(name: str, prompt: str) -> None:
    task = open_embedded(name, TaskOptions())
    assert all(example.input.startswith(prompt) for example in [*task.train(50, seed=1), *task.test(50)])


def test_fingerprints_differ_between_tasks_and_repeat() -> None:
    fingerprints = [open_embedded(name, TaskOptions()).fingerprint for name in (*NAMES, *NAMES)]
    assert fingerprints[:3] == fingerprints[3:]
    assert len(set(fingerprints)) == 3


def test_entries_open_what_they_list() -> None:
    entries = {entry.name: entry for entry in audition_tasks()}
    for name in NAMES:
        assert entries[name].open(name, TaskOptions()).spec == entries[name].spec
    assert entries["hub"].scheme == "hf"
    assert {".jsonl", ".csv.gz", ".parquet", "/"} <= set(entries["files"].suffixes)


def test_listing_tasks_imports_nothing_heavy() -> None:
    code = (
        "import sys; from audition_plugins.tasks import audition_tasks; list(audition_tasks());"
        "print(sorted({'torch', 'datasets', 'pyarrow', 'pandas', 'transformers', 'numpy'} & set(sys.modules)))"
    )
    paths = f"import sys; sys.path[:0] = {sys.path!r}; "
    done = subprocess.run([sys.executable, "-c", paths + code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
