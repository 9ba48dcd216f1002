from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

PROGRAM = str(Path(sys.executable).with_name("audition"))


def audition(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([PROGRAM, *arguments], capture_output=True, text=True, check=False)


def test_a_listing_says_for_each_budget_what_fits() -> None:
    done = audition("models", "gpt2*", "--memory", "8GB,80GB")
    assert done.returncode == 0, done.stderr
    (xl,) = [line for line in done.stdout.splitlines() if line.startswith("gpt2-xl")]
    assert "fits with LoRA" in xl
    assert "within 8 GiB" in done.stdout
    assert "Estimated" in done.stdout


def test_a_listing_as_json_has_every_published_model_and_its_components() -> None:
    done = audition("models", "--memory", "24GB", "--json")
    rows = json.loads(done.stdout)
    assert len(rows) >= 44
    assert {row["label"] for row in rows} == {"estimated"}
    assert all(row["needs"]["weights"] > 0 for row in rows)


def test_a_plan_names_components_and_what_fits_each_card() -> None:
    done = audition("models", "plan", "google/mt5-large", "--memory", "8GB,24GB", "--task", "package-synopsis")
    assert done.returncode == 0, done.stderr
    for word in ("weights", "gradients", "optimiser", "activations", "logits", "CUDA context", "peak", "estimated"):
        assert word in done.stdout
    assert "8 GiB  fits with" in done.stdout


def test_a_plan_as_json_adds_up() -> None:
    done = audition("models", "plan", "gpt2", "tiny/opt-1.4m", "--json")
    plans = json.loads(done.stdout)["models"]
    assert [plan["model"] for plan in plans] == ["gpt2", "tiny/opt-1.4m"]
    for plan in plans:
        need = dict(plan["estimate"])
        total, tensors = need.pop("total"), need.pop("tensors")
        assert sum(need.values()) == total
        assert tensors == total - need["context"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("models", "--memory", "lots"), "a memory size must look like 24GB"),
        (("models", "plan", "gpt5"), "no model called 'gpt5'"),
        (("models", "plan", "gpt2", "--recipe", "quik"), "no recipe called 'quik'. Did you mean quick"),
        (("models", "plan", "gpt2", "--task", "flam"), "flam"),
    ],
)
def test_bad_input_is_one_line_and_exit_code_two(arguments: tuple[str, ...], message: str) -> None:
    done = audition(*arguments)
    assert done.returncode == 2
    assert message in done.stderr
    assert done.stderr.strip().count("\n") == 0


def test_planning_loads_no_torch() -> None:
    code = (
        "import sys; from audition.cli import main\n"
        "try: main()\n"
        "except SystemExit: pass\n"
        "assert not {'torch', 'transformers'} & set(sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, "models", "plan", "gpt2"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


def test_a_replay_ranks_for_each_card_and_says_what_the_larger_one_gains() -> None:
    done = audition("select", "wmt19", "--source", "recorded", "--ratio", "1/64", "--memory", "80GB,8GB", "--json")
    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout)
    small, large = report["strata"]
    assert small["memory_budget_bytes"] == 8 * 2**30
    assert {row["model"] for row in small["ranking"]} == {row["model"] for row in large["ranking"]}
    (xl,) = [row for row in small["ranking"] if row["model"] == "gpt2-xl"]
    assert (xl["status"], xl["rank"]) == ("does-not-fit", None)
    assert [row["rank"] for row in large["ranking"] if row["model"] == "gpt2-xl"] != [None]
    (bart,) = [row for row in small["ranking"] if row["model"] == "facebook/bart-large"]
    assert "checkpointing" in bart["notes"][-1]
    (upgrade,) = report["upgrades"]
    assert upgrade["n_more"] == sum(row["rank"] is not None for row in large["ranking"]) - sum(
        row["rank"] is not None for row in small["ranking"]
    )


def test_a_card_that_no_recorded_model_fits_is_one_line() -> None:
    done = audition("select", "wmt19", "--source", "recorded", "--ratio", "1/64", "--memory", "1GB")
    assert done.returncode == 2
    assert "no candidate with a recorded curve fits in 1 GiB (estimated)" in done.stderr


def test_plan_of_a_shared_model_says_that_it_is_of_each_gpu() -> None:
    Path("four.toml").write_text('extends = "quick"\nn_shards = 4\n', encoding="utf-8")
    asked = ("models", "plan", "facebook/opt-6.7b", "--memory", "24GB")
    shared = audition(*asked, "--recipe", "./four.toml").stdout
    assert ", each of 4 GPUs that share the model. All figures are estimated.\n" in shared
    alone = audition(*asked).stdout
    assert "GPUs that share the model" not in alone
    assert alone.endswith("8 such GPUs can share it (n_shards = 8)\n")
