from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from audition.cli.app import app

SMALL_RECIPE = 'extends = "quick"\nepochs = 1\nn_validation = 20\nn_test = 20\n'


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, list(arguments))


def replayed(*arguments: str) -> dict[str, Any]:
    result = run("select", "flan", "--source", "recorded", "--json", *arguments)
    assert result.exit_code == 0, result.output
    report: dict[str, Any] = json.loads(result.stdout)
    return report


def test_a_replay_ranks_the_thirty_models_at_once() -> None:
    report = replayed("--ratio", "1/8")
    ranking = report["strata"][0]["ranking"]
    assert [row["rank"] for row in ranking] == list(range(1, 31))
    assert (report["source"], report["loss_unit"], report["d_full"]) == ("recorded", "nats/token", 1_638_400)


def test_the_paper_spelling_of_a_selector_is_understood() -> None:
    assert replayed("--selector", "SubTuning")["selector"] == "sub-tuning"


def test_model_size_on_recorded_curves_counts_as_the_paper_did() -> None:
    """BART's published count leaves the encoder out: 254 M, below opt-350m's 331 M; really it has 406 M."""
    report = replayed("--selector", "model-size", "--models", "facebook/bart-large,facebook/opt-350m")
    assert [row["model"] for row in report["strata"][0]["ranking"]] == ["facebook/opt-350m", "facebook/bart-large"]


def test_a_replay_can_be_kept() -> None:
    report = replayed("--output", "kept")
    assert json.loads(Path("kept/report.json").read_text())["strata"] == report["strata"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["flam", "--source", "recorded"], "nobody has recorded curves of task 'flam'"),
        (["flan", "--source", "recorded", "--selector", "atz"], "no selector called 'atz'. Did you mean ats?"),
        (
            ["flan", "--source", "recorded", "--selector", "ats", "--option", "k=2"],
            "option 'k' of 'ats' must be at least 3, got 2",
        ),
        (["flan", "--source", "recorded", "--ratio", "2"], "a ratio must be above 0 and at most 1, got 2"),
        (["flan", "--source", "recorded", "--models", "gpt3*"], "gpt3*"),
        (["flan", "--source", "recorded", "--ratio", "1/10000"], "above the budget's 163"),
        (["flan", "--source", "recorded", "--dry-run"], "a replay costs nothing"),
        (["flan", "--source", "recorded", "--recheck"], "recorded curves are what they are"),
        (["flan", "--source", "recorded", "--loss-unit", "nats/byte"], "recorded in nats/token, not in nats/byte"),
        (["package-synopsys"], "no task called 'package-synopsys'. Did you mean package-synopsis?"),
        (["package-synopsis", "--recipe", "quik"], "no recipe called 'quik'. Did you mean quick?"),
        (["package-synopsis", "--memory", "24 apples"], "a memory size must look like 24GB"),
        (["package-synopsis", "--device", "tpu"], "a device must be auto, cpu, cuda or cuda:N, or several"),
        (["flan", "--source", "recorded", "--executor", "locl"], "no executor called 'locl'. Did you mean local?"),
        (["flan", "--source", "recorded", "--memory", "24"], "a memory size needs a unit, got '24': 24GB?"),
        (["package-synopsis", "--ratio", "1/1024", "--models", "tiny/*"], "Try --ratio 1/256"),
        (["package-synopsis", "--executor", "cloud"], "no executor called 'cloud'"),
        (["./nothing.csv"], "no such file or folder: './nothing.csv'"),
    ],
)
def test_bad_input_is_one_clear_line_and_exit_code_two(arguments: list[str], message: str) -> None:
    result = run("select", *arguments)
    assert result.exit_code == 2, result.output
    assert message in result.output
    assert len(result.stderr.strip().splitlines()) == 1, result.stderr


@pytest.fixture
def small_recipe() -> str:
    Path("small.toml").write_text(SMALL_RECIPE)
    return "./small.toml"


def audition(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "audition", *arguments], capture_output=True, text=True, check=False, timeout=800
    )


@pytest.mark.slow
def test_a_file_of_mine_is_selected_on_and_its_winner_fine_tuned(small_recipe: str) -> None:
    rows = [f"{number},what is {number} less {number % 11},{number - number % 11}" for number in range(320)]
    Path("my.csv").write_text("\n".join(["id,question,answer", *rows]) + "\n")
    config = ["my.csv", "--input-column", "question", "--target-column", "answer", "--recipe", small_recipe]
    chosen = audition(
        "select", *config, "--models", "tiny/gpt2-*,tiny/t5-*", "--ratio", "1/2", "--min-size", "15", "--skip-bad-rows"
    )
    assert chosen.returncode == 0, chosen.stderr
    assert "Spent (measured):" in chosen.stdout
    command = re.search(r"^  audition (finetune .*)$", chosen.stdout, re.MULTILINE)
    assert command, chosen.stdout
    words = [word.strip("'") for word in command[1].split()]
    tuned = audition(*words)
    assert tuned.returncode == 0, tuned.stderr
    folder = Path(words[words.index("--output") + 1])
    assert {"config.json", "model.safetensors", "tokenizer.json", "README.md", "evaluation.json"} <= {
        path.name for path in folder.iterdir()
    }
    again = audition(*words)
    assert again.returncode == 2
    assert "overwrites nothing" in again.stderr


def _listen_to_ctrl_c() -> None:
    """Undo what a shell does to its background jobs: they, and this test's children, would not hear Ctrl-C."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("ended_by", "exit_code", "words"),
    [(signal.SIGINT, 130, "interrupted; finished measurements are kept"), (signal.SIGKILL, -9, "")],
)
def test_ending_a_selection_keeps_what_is_finished(
    small_recipe: str, ended_by: signal.Signals, exit_code: int, words: str
) -> None:
    arguments = ["select", "package-synopsis", "--models", "tiny/gpt2-*", "--ratio", "1/64", "--recipe", small_recipe]
    arguments += ["--selector", "sub-tuning"]  # one measurement a model
    command = [sys.executable, "-m", "audition", *arguments, "--workers", "1", "--json"]
    with subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=_listen_to_ctrl_c,
    ) as process:
        assert process.stderr is not None
        for line in process.stderr:
            if "400 examples" in line:
                break
        time.sleep(0.5)
        process.send_signal(ended_by)
        rest = process.stderr.read()
        assert process.wait(timeout=300) == exit_code, rest
        assert words in rest
        assert "Traceback" not in rest
    finished = audition(*arguments, "--json")
    assert finished.returncode == 0, finished.stderr
    assert re.search(r"400 examples .*from the ledger", finished.stderr)
