from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from audition.errors import UsageError
from audition.types import TaskOptions
from audition_plugins.tasks.hub import HubAddress, open_hub

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


@pytest.fixture(autouse=True)
def _own_hub_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import datasets

    monkeypatch.setattr(datasets.config, "HF_DATASETS_CACHE", tmp_path / "hub-cache")


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("hf:squad", HubAddress("squad")),
        ("hf:wmt/wmt19:zh-en", HubAddress("wmt/wmt19", "zh-en")),
        ("hf:org/name@v1.0", HubAddress("org/name", None, "v1.0")),
        ("hf:org/name:config@refs/convert/parquet", HubAddress("org/name", "config", "refs/convert/parquet")),
    ],
)
def test_an_address_has_a_repository_a_config_and_a_revision(address: str, expected: HubAddress) -> None:
    assert HubAddress.parse(address) == expected
    assert str(expected) == address


@pytest.mark.parametrize("address", ["hf:", "hf:a/b/c", "hf:org/name:", "hf:org/name@"])
def test_a_malformed_address_is_refused(address: str) -> None:
    with pytest.raises(UsageError, match=r"^a hub data set is addressed as hf:org/name\[:config\]\[@revision\], got"):
        HubAddress.parse(address)


def test_a_data_set_that_cannot_be_reached_says_how_to_go_on() -> None:
    with pytest.raises(UsageError) as caught:
        open_hub("hf:no-such-org/no-such-data", TaskOptions())
    assert str(caught.value).startswith("hf:no-such-org/no-such-data: cannot be loaded (")
    assert str(caught.value).endswith(
        "; offline, download it elsewhere and give its files (JSON lines, CSV or Parquet) as a path"
    )


def test_splits_of_the_data_set_are_used(pairs: Callable[..., Any], write_jsonl: Callable[..., Path]) -> None:
    # `datasets` takes a folder of this name before it asks the hub: the same loading, without a network
    write_jsonl("org/name/train.jsonl", pairs(90, source="question", target="answer"))
    write_jsonl("org/name/validation.jsonl", pairs(20, start=85, source="question", target="answer"))
    write_jsonl("org/name/test.jsonl", pairs(15, start=200, source="question", target="answer"))
    task = open_hub("hf:org/name", TaskOptions())
    assert (task.spec.n_train, task.spec.n_validation, task.spec.n_test) == (85, 20, 15)
    assert task.spec.name == "hf:org/name"
    assert task.report is not None
    assert task.report.columns == "input from 'question', target from 'answer'"
    assert open_hub(task.spec.name, task.spec.options).fingerprint == task.fingerprint


def test_a_data_set_of_one_split_is_divided_by_our_rule(
    pairs: Callable[..., Any], write_jsonl: Callable[..., Path]
) -> None:
    write_jsonl("org/name/data.jsonl", pairs(200))
    task = open_hub("hf:org/name", TaskOptions())
    sizes = (task.spec.n_train or 0, task.spec.n_validation or 0, task.spec.n_test or 0)
    assert sum(sizes) == 200
    assert min(sizes) > 5


def test_a_malformed_row_of_a_data_set_is_named(pairs: Callable[..., Any], write_jsonl: Callable[..., Path]) -> None:
    write_jsonl("org/name/data.jsonl", [*pairs(30), {"input": "q", "target": ""}])
    with pytest.raises(UsageError, match=r"^hf:org/name train row 31: 'target' must be a non-empty string, got ''$"):
        open_hub("hf:org/name", TaskOptions())


def test_a_file_can_be_the_test_split_of_a_data_set(
    pairs: Callable[..., Any], write_jsonl: Callable[..., Path]
) -> None:
    write_jsonl("org/name/data.jsonl", pairs(100))
    write_jsonl("held.jsonl", pairs(10, start=500))
    task = open_hub("hf:org/name", TaskOptions(test="held.jsonl"))
    assert task.spec.n_test == 10
