"""`audition plugins doctor NAME`, from the command line to the verdict."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest
from typer.testing import CliRunner

from audition.cli.app import app
from audition.testing import ToyAdapter, build_checkpoint, build_toy_checkpoint

if TYPE_CHECKING:
    from pathlib import Path

    from typer.testing import Result

    from worlds.throwaway import Site

pytestmark = pytest.mark.slow  # each runs pytest on a plugin

GOOD = """
import audition
from audition.testing.toy import TOY_SELECTOR

@audition.hookimpl
def audition_selectors():
    return [TOY_SELECTOR]
"""
GREEDY = """
import audition
from audition.types import Ranking, Score, SelectorEntry

class Greedy:
    def select(self, problem, rng):
        observations = problem.for_each(lambda model: problem.measure([(model.name, problem.sizes[0])])[0])
        return Ranking.from_scores([Score(model=o.model, score=-o.loss) for o in observations])

@audition.hookimpl
def audition_selectors():
    return [SelectorEntry(name="greedy", make=Greedy, summary="falls over a failure")]
"""
ADAPTER = """
from dataclasses import replace
import audition
from audition.testing.toy import TOY_ADAPTER

@audition.hookimpl
def audition_adapters():
    return [replace(TOY_ADAPTER, name="mine", model_types=("mine",))]
"""
TASKS = """
import audition
from audition.testing.toy import TOY_TASK_ENTRY
from audition.types import TaskEntry
from audition.errors import UsageError

def download(name, options):
    raise UsageError("it lies on a hub")

@audition.hookimpl
def audition_tasks():
    return [
        TOY_TASK_ENTRY,
        TaskEntry(name="far", open=download, spec=TOY_TASK_ENTRY.spec),
        TaskEntry(name="mail", open=download, scheme="mail"),
    ]
"""


def doctor(*arguments: str, code: int = 0) -> Result:
    result = CliRunner().invoke(app, ["plugins", "doctor", *arguments])
    assert result.exit_code == code, result.output
    return result


def doctor_json(*arguments: str, code: int = 0) -> Any:  # noqa: ANN401 - JSON
    return json.loads(doctor(*arguments, "--json", code=code).stdout)


def test_a_healthy_plugin_gets_a_line_an_entry_and_code_0(site: Site) -> None:
    site.install("audition-good", {"good": GOOD}, version="1.2")
    heading, _, _, _, plugin, selector, _, verdict = doctor("good").stdout.splitlines()
    assert heading == "good of audition-good 1.2"
    assert plugin.split()[:2] == ["plugin", "good"]
    assert selector.split()[:2] == ["selector", "toy"]
    assert verdict.startswith("Verdict: healthy, ")


def test_a_broken_promise_is_named_with_how_to_keep_it_and_code_1(site: Site) -> None:
    site.install("audition-greedy", {"greedy": GREEDY})
    said = doctor("greedy", code=1).stdout
    assert (
        "broken: selector greedy\n"
        "  a failed measurement is an outcome, not an error, but it raised TypeError: bad operand type for unary -: "
        "'NoneType'\n"
        "  to keep it: where `observation.loss is None`, go on with the sizes you have"
    ) in said
    assert said.splitlines()[-1].startswith("Verdict: 3 of ")
    report = doctor_json("greedy", code=1)
    assert (report["is_healthy"], report["n_broken"]) == (False, 3)
    broken = [finding for finding in report["findings"] if finding["outcome"] == "broken"]
    assert [finding["check"] for finding in broken] == [
        "failed_measurements_end_nothing[its largest size]",
        "failed_measurements_end_nothing[all of it]",
        "failed_measurements_end_nothing[everything]",
    ]


def test_a_plugin_that_is_one_file_is_examined_too(tmp_path: Path) -> None:
    path = tmp_path / "mine.py"
    path.write_text(GOOD, encoding="utf-8")
    assert doctor_json("mine.py", "--plugin", str(path))["is_healthy"]


def test_an_unknown_plugin_is_answered_with_a_near_miss_and_code_2() -> None:
    assert doctor("selctors", code=2).stderr.startswith("error: no plugin called 'selctors'. Did you mean selectors")


def test_a_blocked_plugin_is_not_examined(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    site.install("audition-good", {"good": GOOD})
    monkeypatch.setenv("AUDITION_DISABLE_PLUGINS", "good")
    assert doctor("good", code=2).stderr == "error: plugin 'good' is blocked: take it out of AUDITION_DISABLE_PLUGINS\n"


@pytest.mark.filterwarnings("ignore::audition.errors.PluginWarning")
def test_a_plugin_that_does_not_load_is_broken(site: Site) -> None:
    site.install("audition-bad", {"bad": "1 / 0"})
    (finding,) = doctor_json("bad", code=1)["findings"]
    assert (finding["outcome"], finding["message"]) == ("broken", "it failed: ZeroDivisionError: division by zero")


def test_a_broken_hook_is_a_finding_and_not_the_end(site: Site) -> None:
    site.install("audition-bad", {"bad": "import audition\n@audition.hookimpl\ndef audition_models():\n    return 3\n"})
    broken = [finding for finding in doctor_json("bad", code=1)["findings"] if finding["outcome"] == "broken"]
    assert [finding["check"] for finding in broken] == ["hooks_return_entries[models]"]
    assert "must return an iterable of ModelSpec, got 3" in broken[0]["message"]


def test_an_adapter_without_a_checkpoint_is_not_checked_and_not_passed(site: Site) -> None:
    site.install("audition-mine", {"mine": ADAPTER})
    report = doctor_json("mine")
    (finding,) = [finding for finding in report["findings"] if finding["kind"] == "adapter"]
    assert finding["outcome"] == "not-checked"
    assert finding["message"] == "no checkpoint on this disk: give a small one with --checkpoint FOLDER"
    said = doctor("mine").stdout
    assert "not checked: adapter mine\n  no checkpoint on this disk" in said
    assert said.splitlines()[-1].endswith("; 1 not checked.")


def test_an_adapter_is_tried_on_a_model_of_its_own_plugin(site: Site, tmp_path: Path) -> None:
    spec = build_toy_checkpoint(tmp_path / "checkpoint", "mine/one", adapter="mine")
    models = (
        f"\nfrom audition.testing.toy import toy_model\n"
        f"@audition.hookimpl\ndef audition_models():\n"
        f"    return [toy_model('mine/one', adapter='mine', checkpoint={spec.checkpoint!r})]\n"
    )
    site.install("audition-mine", {"mine": ADAPTER + models})
    findings = [finding for finding in doctor_json("mine")["findings"] if finding["kind"] == "adapter"]
    unchecked = {finding["message"] for finding in findings if finding["outcome"] == "not-checked"}
    assert unchecked == {"it makes prompts of its own: override `reference_loss` in your own tests"}
    assert sum(finding["outcome"] == "kept" for finding in findings) > 10


def test_adapters_are_tried_on_a_checkpoint_that_is_given(tmp_path: Path) -> None:
    """A Llama, which only the adapter that takes anything claims."""
    folder = build_checkpoint("llama", tmp_path / "llama")
    report = doctor_json("models", "--checkpoint", str(folder))
    outcomes = {entry: {f["outcome"] for f in report["findings"] if f["entry"] == entry} for entry in ("auto", "gpt2")}
    assert outcomes == {"auto": {"kept"}, "gpt2": {"not-checked"}}
    messages = {finding["message"] for finding in report["findings"] if finding["outcome"] == "not-checked"}
    assert messages == {"the checkpoint that was given is a 'llama', which it does not claim"}


def test_an_adapter_that_cannot_load_its_model_says_so_once(site: Site, tmp_path: Path) -> None:
    folder = build_checkpoint("llama", tmp_path / "llama")
    source = ADAPTER.replace("replace(TOY_ADAPTER,", "replace(TOY_ADAPTER, load=broken,").replace('("mine",)', "()")
    site.install(
        "audition-mine", {"mine": source + "\ndef broken(spec, folder):\n    raise OSError('no such layer')\n"}
    )
    said = doctor("mine", "--checkpoint", str(folder), code=1).stdout
    assert "adapter mine\n  it can be made ready for its checks, but it raised OSError: no such layer\n" in said
    assert said.count("no such layer") == 1


def test_a_folder_that_is_no_checkpoint_is_said(tmp_path: Path) -> None:
    ToyAdapter().save(tmp_path / "empty")
    finding = next(
        finding
        for finding in doctor_json("models", "--checkpoint", str(tmp_path / "empty"))["findings"]
        if finding["entry"] == "auto"
    )
    assert finding["outcome"] == "not-checked"
    assert "is not a checkpoint: it has no config.json" in finding["message"]


def test_what_cannot_be_opened_here_is_not_checked(site: Site) -> None:
    site.install("audition-tasks-of-mine", {"mine": TASKS})
    findings = doctor_json("mine")["findings"]
    messages = {entry: {f["message"] for f in findings if f["entry"] == entry} for entry in ("far", "mail")}
    assert messages["far"] == {"it cannot be opened here, without a download: it lies on a hub"}
    (mail,) = messages["mail"]
    assert mail.startswith("it opens mail: addresses, and none is given here")
    assert {f["outcome"] for f in findings if f["entry"] in messages} == {"not-checked"}
    assert "kept" in {f["outcome"] for f in findings if f["entry"] == "toy/colours"}


def test_without_pytest_it_says_what_to_install() -> None:
    code = "import sys; sys.modules['pytest'] = None; from audition.cli import main; main()"
    command = [sys.executable, "-c", code, "plugins", "doctor", "selectors"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (2, "error: the checks need pytest: pip install 'audition[testing]'\n")


@pytest.mark.parametrize(
    ("plugin", "message"),
    [
        ("executors", "fine-tuning needs torch: install them with pip install 'audition[train]'"),
        ("models", "fine-tuning needs torch: install them with pip install 'audition[train]'"),
    ],
)
def test_what_needs_torch_is_not_checked_without_it(plugin: str, message: str) -> None:
    code = "import sys; sys.modules['torch'] = None; from audition.cli import main; main()"
    command = [sys.executable, "-c", code, "plugins", "doctor", plugin, "--json"]
    report = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
    findings = [finding for finding in report["findings"] if finding["kind"] != "plugin"]
    assert {(finding["outcome"], finding["message"]) for finding in findings} == {("not-checked", message)}


def test_settings_of_whoever_runs_it_change_nothing(
    site: Site, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    site.install("audition-good", {"good": GOOD})
    monkeypatch.setenv("PYTEST_ADDOPTS", "--no-such-option")
    monkeypatch.setenv("PYTEST_PLUGINS", "no_such_plugin")
    (tmp_path / "here" / "conftest.py").write_text("1 / 0", encoding="utf-8")
    (tmp_path / "here" / "pytest.ini").write_text("[pytest]\naddopts = --no-such-option\n", encoding="utf-8")
    assert doctor_json("good")["n_broken"] == 0


def test_ctrl_c_ends_the_examination_with_code_130(site: Site) -> None:
    source = GREEDY.replace("observations = ", "raise KeyboardInterrupt\n        observations = ")
    site.install("audition-impatient", {"impatient": source})
    assert doctor("impatient", code=130).stderr == "interrupted; finished measurements are kept\n"
