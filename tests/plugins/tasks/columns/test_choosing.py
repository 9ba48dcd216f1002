from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from audition.errors import UsageError
from audition.types import TaskOptions
from audition_plugins.tasks.columns.choosing import choose_columns
from audition_plugins.tasks.files import open_path

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


NAME_THEM = "name them by --input-column (or --prompt) and --target-column"


def chosen(*names: str, options: TaskOptions = TaskOptions()) -> str:  # noqa: B008 - frozen
    return str(choose_columns(list(names), options, "my.csv"))


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (("id", "input", "target"), "input from 'input', target from 'target'"),
        (("target", "source", "input"), "input from 'input', target from 'target'"),
        (("prompt", "completion"), "input from 'prompt', target from 'completion'"),
        (("question", "answer", "id"), "input from 'question', target from 'answer'"),
        (("source", "target"), "input from 'source', target from 'target'"),
        (("document", "summary"), "input from 'document', target from 'summary'"),
        (("input", "output"), "input from 'input', target from 'output'"),
        (("instruction", "output"), "input from 'instruction', target from 'output'"),
        (("instruction", "input", "output"), "input from 'instruction' and 'input', target from 'output'"),
        (("messages", "id"), "chat turns from 'messages'"),
        (("messages", "input", "target"), "input from 'input', target from 'target'"),
    ],
)
def test_well_known_columns_are_found(names: tuple[str, ...], expected: str) -> None:
    assert chosen(*names) == expected


def test_one_named_column_is_enough_where_the_other_is_well_known() -> None:
    assert (
        chosen("text", "label", options=TaskOptions(target_column="label")) == "input from 'text', target from 'label'"
    )
    assert chosen("en", "answer", options=TaskOptions(input_column="en")) == "input from 'en', target from 'answer'"
    assert (
        chosen("en", "zh", "target", options=TaskOptions(prompt="{en}"))
        == "input from the prompt, target from 'target'"
    )


@pytest.mark.parametrize(
    ("names", "options", "expected"),
    [
        (
            ("question", "answer"),
            TaskOptions(input_column="q"),
            "my.csv: no column 'q'; columns are 'question', 'answer'",
        ),
        (("en", "zh"), TaskOptions(prompt="To Chinese: {eng}"), "my.csv: no column 'eng'; columns are 'en', 'zh'"),
        (
            ("prompt", "completion", "question", "answer"),
            TaskOptions(),
            f"my.csv: columns fit more than one pair ('prompt' → 'completion', 'question' → 'answer'); {NAME_THEM}",
        ),
        (
            ("en", "zh"),
            TaskOptions(input_column="en"),
            f"my.csv: cannot tell input and target apart among the columns 'en', 'zh'; {NAME_THEM}",
        ),
        (
            ("a", "b"),
            TaskOptions(prompt="{a}", input_column="a"),
            "a prompt replaces the input column: give one of --prompt and --input-column",
        ),
    ],
)
def test_columns_that_leave_it_open_are_refused(names: tuple[str, ...], options: TaskOptions, expected: str) -> None:
    with pytest.raises(UsageError) as caught:
        chosen(*names, options=options)
    assert str(caught.value) == expected


def test_the_context_of_an_instruction_stands_below_it_where_there_is_one(write_jsonl: Callable[..., Path]) -> None:
    rows = [{"instruction": f"do {i}", "input": "" if i % 2 else f"with {i}", "output": "done"} for i in range(60)]
    write_jsonl("alpaca.jsonl", rows)
    task = open_path("alpaca.jsonl", TaskOptions())
    inputs = {example.input for example in task.train(task.spec.n_train or 0, seed=0)}
    assert {text for text in inputs if "\n\n" in text} == {text for text in inputs if int(text.split()[-1]) % 2 == 0}
    assert all(text.startswith("do ") for text in inputs)


def test_a_column_of_objects_is_reached_by_a_dot(write_jsonl: Callable[..., Path]) -> None:
    write_jsonl("t.jsonl", [{"translation": {"en": f"hello {i}", "zh": f"你好 {i}"}} for i in range(60)])
    options = TaskOptions(prompt="Translate to Chinese: {translation.en}", target_column="translation.zh")
    example = open_path("t.jsonl", options).train(1, seed=0)[0]
    number = example.input.removeprefix("Translate to Chinese: hello ")
    assert example.target == f"你好 {number}"
