"""Somebody else's rows stand beside ours only where both mean the same."""

from __future__ import annotations

import json
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from audition.bench import Row, add_files, join_rows, require_same_cells
from audition.bench.printing import print_rows
from audition.bench.quality import quality
from audition.errors import UsageError

OURS, THEIRS = "ada 1.0 sha256:aaaaaaaaaaaa", "bob 2.1 sha256:bbbbbbbbbbbb"


def row(selector: str = "ats", scores: tuple[float | None, ...] = (1.0, 2.0, 3.0), **changes: Any) -> Row:  # noqa: ANN401
    made = Row(
        task="toy",
        ratio=Fraction(1, 8),
        selector=selector,
        options=(),
        stratum="all",
        n_models=3,
        d_full=1000,
        selected="whichever",
        quality=quality(scores, [3.0, 2.0, 1.0]),
        n_samples=100,
        n_samples_spent=100,
        flops=None,
        flops_spent=1e12,
        plugin="ada",
        version="1.0",
        definition=OURS,
        made_with="audition 0.1.0; published 0.1.0 sha256:cccccccccccc",
        curves="123456789abc",
    )
    return replace(made, **changes)


def test_a_row_survives_json() -> None:
    rows = [row(options=("k=4",)), row(scores=(None, None, 1.0), selected=None)]
    Path("rows.json").write_text(print_rows(rows, "json"), encoding="utf-8")
    assert add_files([], [Path("rows.json")])[0] == rows[0]


def test_rows_of_another_selector_are_added_and_those_of_both_count_once() -> None:
    ours, theirs = [row()], [row(), row("mine", definition=THEIRS)]
    assert join_rows(ours, theirs, origin="theirs.json") == [*ours, theirs[1]]


def test_two_definitions_of_a_selector_under_one_name_do_not_compare() -> None:
    with pytest.raises(UsageError) as raised:
        join_rows([row()], [row(definition=THEIRS, task="other")], origin="theirs.json")
    assert str(raised.value) == (
        "theirs.json: selector 'ats' is defined by bob 2.1 sha256:bbbbbbbbbbbb there "
        "and by ada 1.0 sha256:aaaaaaaaaaaa here: under one name they do not compare"
    )


def test_options_make_no_other_definition() -> None:
    with pytest.raises(UsageError, match="selector 'ats' is defined by bob"):
        join_rows([row()], [row(options=("k=4",), definition=THEIRS)], origin="theirs.json")
    assert len(join_rows([row()], [row(options=("k=4",))], origin="theirs.json")) == 2


def test_two_files_are_held_against_each_other() -> None:
    paths = [Path("first.json"), Path("second.json")]
    paths[0].write_text(print_rows([row("mine")], "json"))
    paths[1].write_text(print_rows([row("mine", definition=THEIRS)], "json"))
    with pytest.raises(UsageError, match="second.json: selector 'mine' is defined by bob"):
        add_files([row()], paths)


def test_rows_that_do_not_say_what_made_them_are_not_taken_for_ours() -> None:
    with pytest.raises(UsageError, match="'ats' is defined by nobody knows what there and by ada 1.0"):
        join_rows([row()], [row(definition="")], origin="old.json")


@pytest.mark.parametrize("change", [{"curves": "fedcba987654"}, {"n_models": 2}, {"d_full": 999}], ids=str)
def test_rows_of_other_losses_do_not_compare(change: dict[str, Any]) -> None:
    with pytest.raises(UsageError, match="theirs.json: toy, stratum all, is of other losses"):
        join_rows([row()], [row("mine", **change)], origin="theirs.json")


def test_rows_of_one_cell_must_agree_but_for_the_last_bits() -> None:
    near = row(quality=replace(row().quality, pear_corr=0.9999))
    assert join_rows([row()], [near], origin="theirs.json") == [row()]
    far = row(scores=(3.0, 2.0, 1.0), seed=7)
    with pytest.raises(UsageError) as raised:
        join_rows([row()], [far], origin="theirs.json")
    assert str(raised.value).startswith("theirs.json: pear_corr of 'ats' on toy at 1/8, stratum all is -1.0")
    assert str(raised.value).endswith("1.0 here (seed 7 there, 0 here)")


def test_an_undefined_metric_agrees_with_none_but_itself() -> None:
    undefined = row(quality=replace(row().quality, pear_corr=None))
    assert join_rows([undefined], [undefined], origin="theirs.json") == [undefined]
    with pytest.raises(UsageError, match="pear_corr .* is None there"):
        join_rows([row()], [undefined], origin="theirs.json")


def test_means_over_other_cells_do_not_compare() -> None:
    both = [row(), row(ratio=Fraction(1, 16)), row("mine"), row("mine", ratio=Fraction(1, 16))]
    require_same_cells(both)
    message = "means do not compare: 'mine' lacks 1 rows, the first on toy at 1/16, stratum all"
    with pytest.raises(UsageError, match=message):
        require_same_cells(both[:3])


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, "cannot be read: No such file or directory"),
        (b"\xff\xfe", "not what `audition bench --json` prints"),
        (b"{}", "not what `audition bench --json` prints"),
        (b"[3]", "not what `audition bench --json` prints"),
        (b'[{"task": "toy"}]', "row 1: Row: missing fields 'd_full'"),
        (json.dumps([{**row().to_json(), "ratio": "an eighth"}]).encode(), "row 1: Row.ratio: expected a fraction"),
        (json.dumps([{**row().to_json(), "fame": 1}]).encode(), "row 1: Row: unknown field 'fame'"),
        (json.dumps([{**row().to_json(), "top1": 0.5}]).encode(), "row 1: Row.quality.top1: expected true or false"),
    ],
)
def test_a_file_that_holds_no_rows_is_one_clear_line(content: bytes | None, message: str) -> None:
    path = Path("rows.json")
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(UsageError) as raised:
        add_files([], [path])
    assert str(raised.value).startswith(f"rows.json: {message}")
