from __future__ import annotations

import csv
import hashlib
import json
import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from typer.testing import CliRunner, Result

from audition.cli.app import app
from worlds.paths import ROOT

if TYPE_CHECKING:
    from worlds.throwaway import Site

REQUIRED = {
    "task", "ratio", "selector", "stratum", "n_models",
    "pear_corr", "rel_acc", "spearman", "regret", "n_samples", "flops",
}  # fmt: skip
CHEAP = ("--selector", "ats,sub-tuning,zero-shot,model-size")


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["bench", *arguments])


def rows(*arguments: str) -> list[dict[str, Any]]:
    result = run("--json", *arguments)
    assert result.exit_code == 0, result.output
    found: list[dict[str, Any]] = json.loads(result.stdout)
    return found


def test_by_default_it_benches_the_three_recorded_tasks_at_seven_ratios() -> None:
    found = rows(*CHEAP)
    assert {row["task"] for row in found} == {"flan", "wmt19", "gigaword"}
    assert [row["ratio"] for row in found][:7] == ["1/8", "1/16", "1/32", "1/64", "1/128", "1/256", "1/512"]
    assert len(found) == 4 * 3 * 7
    assert {row["stratum"] for row in found} == {"all"}


def test_json_has_every_field_as_a_fraction() -> None:
    (row,) = rows("--task", "flan", "--ratio", "1/8", "--selector", "SubTuning")
    assert set(row) >= REQUIRED
    assert (row["selector"], row["n_models"], row["n_samples"]) == ("sub-tuning", 30, 30 * 204_800)
    assert row["rel_acc"] == pytest.approx(0.932, abs=0.002)  # Table 1


def test_flops_are_counted_as_the_paper_does() -> None:
    (row,) = rows("--task", "gigaword", "--ratio", "1/512", "--selector", "sub-tuning")
    with ROOT.joinpath("registries/audition_registries/paper/models.csv").open() as lines:
        n_params = sum(int(model["n_params"]) for model in csv.DictReader(lines))
    assert row["flops"] == pytest.approx(6 * n_params * (36 + 8) * 3200, rel=1e-9)


def test_options_reach_the_selector_and_are_in_the_row() -> None:
    arguments = ("--task", "gigaword", "--ratio", "1/64", "--selector", "ats")
    (printed,), (published,) = rows(*arguments), rows(*arguments, "--option", "final_line=published")
    assert published["options"] == ["final_line=published"]
    assert published["rel_acc"] == pytest.approx(1.0)  # Table 1
    assert printed["rel_acc"] == pytest.approx(0.871, abs=0.001), "Algorithm 1 keeps the last point"


def test_strata_of_size_hold_as_many_models_as_in_the_paper() -> None:
    found = rows("--ratio", "1/8", "--task", "flan", "--selector", "ats", "--max-params", "7e9,1.9e9,1.4e9,700e6")
    assert {row["stratum"]: row["n_models"] for row in found} == {
        "params<7e9": 30,
        "params<1.9e9": 25,
        "params<1.4e9": 21,
        "params<700e6": 15,
    }


def test_strata_of_memory_grow_with_the_memory() -> None:
    found = rows(
        "--ratio", "1/8", "--task", "flan", "--selector", "model-size", "--memory", "8GB,24GB", "--memory", "1TB"
    )
    assert [row["stratum"] for row in found] == ["memory<=8GiB", "memory<=24GiB", "memory<=1024GiB"]
    n_models = [row["n_models"] for row in found]
    assert n_models == sorted(n_models)
    assert n_models[-1] == 30


def test_ats_family_has_no_pear_corr() -> None:
    (row,) = rows("--ratio", "1/8", "--task", "flan", "--selector", "ats-family")
    assert row["pear_corr"] is None
    assert row["rel_acc"] is not None


def test_rows_may_go_to_a_file() -> None:
    result = run("--task", "flan", "--ratio", "1/8", "--selector", "ats", "--format", "csv", "--output", "rows.csv")
    assert (result.exit_code, result.stdout) == (0, "")
    with Path("rows.csv").open(encoding="utf-8", newline="") as lines:
        (row,) = csv.DictReader(lines)
    assert (row["selector"], row["ratio"]) == ("ats", "1/8")


@pytest.mark.slow
def test_leaderboards_have_a_board_a_memory_stratum() -> None:
    result = run("--ratio", "1/8", *CHEAP, "--leaderboards", "boards")
    assert result.exit_code == 0, result.output
    page = Path("boards/README.md").read_text(encoding="utf-8")
    assert "## overall: 30 models, 3 cells" in page
    assert "## At most 24 GiB of GPU memory (estimated)" in page
    assert {path.name for path in Path("boards").iterdir()} == {
        "README.md", "cells.csv", "leaderboards.csv", "leaderboards.json"
    }  # fmt: skip


MINE = """
from audition import hookimpl
from audition.types import Ranking, Score, SelectorEntry

class Alphabet:
    def select(self, problem, rng):
        names = [candidate.name for candidate in problem.candidates]
        return Ranking.from_scores(Score(model=name, score=-float(ord(name[0]))) for name in names)

@hookimpl
def audition_selectors():
    yield SelectorEntry(name="alphabet", make=Alphabet, summary="by first letter")
"""


def test_rows_of_somebody_else_stand_beside_ours_and_on_the_boards() -> None:
    Path("mine.py").write_text(MINE)
    cells = ("--ratio", "1/8", "--task", "flan")
    mine = ("--selector", "alphabet", "--plugin", "mine.py")
    written = run(*cells, *mine, "--leaderboards", "mine", "--json", "--output", "rows")
    assert (written.exit_code, written.stdout) == (0, "")
    together = run(*cells, "--selector", "ats", "--with", "rows", "--leaderboards", "ours")
    assert together.exit_code == 0, together.output
    page = Path("ours/README.md").read_text(encoding="utf-8")
    digest = hashlib.sha256(MINE.encode()).hexdigest()[:12]
    assert f"mine.py sha256:{digest}" in page
    with Path("ours/cells.csv").open(encoding="utf-8", newline="") as lines:
        made = {row["selector"]: (row["definition"], row["made_with"]) for row in csv.DictReader(lines)}
    assert made["alphabet"][0] == f"mine.py sha256:{digest}"
    assert re.fullmatch(r"selectors \S+ sha256:[0-9a-f]{12}", made["ats"][0])
    assert re.fullmatch(r"audition \S+; published \S+ sha256:\w{12}; tasks \S+ sha256:\w{12}", made["ats"][1])


def test_rows_of_another_definition_of_a_selector_are_refused() -> None:
    Path("mine.py").write_text(MINE)
    cells = ("--ratio", "1/8", "--task", "flan", "--selector", "alphabet", "--plugin", "mine.py")
    assert run(*cells, "--json", "--output", "rows.json").exit_code == 0
    Path("mine.py").write_text(MINE.replace("-float", "float"))
    result = run(*cells, "--with", "rows.json")
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.startswith("error: rows.json: selector 'alphabet' is defined by mine.py sha256:")
    assert len(set(re.findall("sha256:.{12}", result.stderr))) == 2


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--task", "flam"], "nobody has recorded curves of task 'flam'"),
        (["--selector", "atz"], "no selector called 'atz'. Did you mean ats?"),
        (["--ratio", "1/10000"], "no listed task has recorded curves at ratios 1/10000"),
        (["--task", "flan", "--ratio", "1/10000"], "above the budget's 163"),
        (["--max-params", "huge"], "must be a positive number such as 1.9e9, got 'huge'"),
        (["--memory", "24 apples"], "a memory size must look like 24GB"),
        (["--selector", "ats", "--option", "k=2"], "option 'k' of 'ats' must be at least 3, got 2"),
        (["--option", "speed=fast"], "takes option 'speed=fast'"),
        (["--with", "theirs.json", "--ratio", "1/8", *CHEAP], "theirs.json: cannot be read"),
        (["--output", "no/rows", "--ratio", "1/8", *CHEAP], "no/rows: cannot be written: No such file"),
    ],
)
def test_bad_input_is_one_clear_line_and_exit_code_two(arguments: list[str], message: str) -> None:
    result = run(*arguments)
    assert result.exit_code == 2, result.output
    assert message in result.output
    assert len(result.stderr.strip().splitlines()) == 1, result.stderr


def test_a_broken_plugin_stops_a_benchmark(site: Site) -> None:
    """Elsewhere it is a warning; here a selector that is missing would be a wrong leaderboard."""
    site.install("broken", {"broken": "raise RuntimeError('no')"})
    result = run("--task", "flan", "--ratio", "1/8", *CHEAP)
    assert result.exit_code == 2
    assert "broken" in result.stderr


def test_it_loads_no_torch() -> None:
    code = (
        "import sys; from typer.testing import CliRunner; from audition.cli.app import app;"
        "r = CliRunner().invoke(app, ['bench', '--ratio', '1/512', '--task', 'flan', '--memory', '24GB', '--json']);"
        "assert r.exit_code == 0, r.output;"
        "assert not {'torch', 'transformers', 'datasets'} & set(sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
