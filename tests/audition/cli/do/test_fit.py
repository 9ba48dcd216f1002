from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from typer.testing import CliRunner, Result

from audition.cli.app import app
from audition.laws import RectifiedLaw

LAW = RectifiedLaw(b=4000.0, d_l=1800.0, beta=0.7, e=0.8)
SIZES = [200 * 2**power for power in range(12)]


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["fit", *arguments])


@pytest.fixture
def curve() -> str:
    rows = [f"{size},{LAW.loss(size):.6f}" for size in (0, *SIZES)]
    Path("mine.csv").write_text("n_samples,loss\n" + "\n".join(rows) + "\n", encoding="utf-8")
    return "mine.csv"


def fitted(*arguments: str) -> list[dict[str, Any]]:
    result = run(*arguments, "--json")
    assert result.exit_code == 0, result.output
    curves: list[dict[str, Any]] = json.loads(result.stdout)
    return curves


def test_the_parameters_behind_a_curve_are_found(curve: str) -> None:
    (found,) = fitted(curve, "--at", "5000000")
    (fit,) = [fit for fit in found["fits"] if (fit["law"], fit["objective"]) == ("rectified", "least-squares")]
    assert fit["parameters"] == pytest.approx({"b": LAW.b, "d_l": LAW.d_l, "beta": LAW.beta, "e": LAW.e}, rel=0.01)
    assert fit["phase_transition_n_samples"] == pytest.approx(LAW.phase_transition(), rel=0.01)
    assert fit["rmsd_log_loss"] < 1e-5
    (predicted,) = fit["predicted"]
    assert predicted["loss"] == pytest.approx(float(LAW.loss(5_000_000)), rel=1e-3)
    assert predicted["extrapolation_factor"] == pytest.approx(5_000_000 / SIZES[-1])


def test_json_has_both_laws_by_both_objectives(curve: str) -> None:
    (found,) = fitted(curve)
    assert {(fit["law"], fit["objective"]) for fit in found["fits"]} == {
        (law, objective) for law in ("rectified", "vanilla") for objective in ("least-squares", "huber")
    }
    assert len(found["measured"]) == 13


def test_people_read_units_a_phase_transition_and_how_far_a_prediction_reaches(curve: str) -> None:
    output = run(curve, "--at", "1000", "--at", "4096000").stdout
    assert "mine: 12 measured points, 200 to 409,600 examples; the zero-shot loss is left out" in output
    assert "loss × examples^β" in output
    assert "examples the power phase begins (estimated)" in output
    assert f"predicted loss at 1,000 examples: {LAW.loss(1000):.4g} (within the measured sizes)" in output
    assert "(extrapolated 10 times beyond the largest measured size)" in output
    assert output.count("o") > 12, "the curve is drawn"


def test_the_objective_can_be_chosen(curve: str) -> None:
    assert "rectified law, huber" in run(curve, "--objective", "huber").stdout


def test_several_curves_are_told_apart_by_name() -> None:
    rows = [f"{name},{size},{scale * LAW.loss(size):.6f}" for name, scale in (("a", 1), ("b", 2)) for size in SIZES]
    Path("two.csv").write_text("model,n_samples,loss\n" + "\n".join(rows), encoding="utf-8")
    first, second = fitted("two.csv")
    assert (first["model"], second["model"]) == ("a", "b")
    ratio = second["fits"][0]["parameters"]["e"] / first["fits"][0]["parameters"]["e"]
    assert ratio == pytest.approx(2, rel=1e-3)


def test_the_chart_is_the_same_file_twice_and_well_formed(curve: str) -> None:
    for name in ("one.svg", "two.svg"):
        assert run(curve, "--plot", name).exit_code == 0
    one, two = Path("one.svg").read_bytes(), Path("two.svg").read_bytes()
    assert one == two
    circles = ElementTree.fromstring(one).findall(".//{http://www.w3.org/2000/svg}circle")  # noqa: S314 - our own file
    assert len(circles) == len(SIZES) + 1, "the points and the legend's"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("size,loss\n1,2\n", "mine.csv:1: the header must have n_samples and loss, got size,loss"),
        ("", "mine.csv:1: the header must have n_samples and loss, got nothing"),
        ("n_samples,loss\n", "mine.csv: holds no points"),
        ("n_samples,loss\n200,2.5\n400\n", "mine.csv:3: must have 2 fields, as the header has"),
        ("n_samples,loss\n200,2.5,7\n", "mine.csv:2: must have 2 fields, as the header has"),
        ("n_samples,loss\n200.5,2.5\n", "mine.csv:2: 'n_samples' must be a whole number, 0 or more, got '200.5'"),
        ("n_samples,loss\n-1,2.5\n", "mine.csv:2: 'n_samples' must be a whole number, 0 or more, got '-1'"),
        ("n_samples,loss\n200,nan\n", "mine.csv:2: 'loss' must be a positive number, got 'nan'"),
        ("n_samples,loss\n200,0\n", "mine.csv:2: 'loss' must be a positive number, got '0'"),
        ('n_samples,loss\n200,"2\n', "mine.csv:1: is not CSV: unexpected end of data"),
        ("n_samples,loss\n0,9\n200,2\n", "curve 'mine': a rectified law has 4 parameters and needs as many"),
        ("n_samples,loss\n0,9\n", "curve 'mine': a rectified law has 4 parameters and needs as many"),
    ],
)
def test_a_damaged_file_is_named_with_its_line(text: str, message: str) -> None:
    Path("mine.csv").write_text(text, encoding="utf-8")
    result = run("mine.csv")
    assert result.exit_code == 2
    assert result.stderr.startswith(f"error: {message}")
    assert result.stderr.count("\n") == 1


def test_a_file_that_is_not_text_or_not_there_is_one_line() -> None:
    Path("mine.csv").write_bytes(b"n_samples,loss\n\xff\xfe")
    assert run("mine.csv").stderr == "error: mine.csv: must be UTF-8 text, got byte 0xff\n"
    assert run("none.csv").stderr == "error: none.csv: cannot be read: No such file or directory\n"


def test_a_chart_that_cannot_be_written_is_one_line(curve: str) -> None:
    result = run(curve, "--plot", "nowhere/a.svg")
    assert result.stderr == "error: nowhere/a.svg: cannot be written: No such file or directory\n"


def write_points(losses: list[float], *, sizes: list[str] | None = None) -> str:
    names = sizes or [str(100 * 2**place) for place in range(len(losses))]
    Path("my.csv").write_text("n_samples,loss\n" + "".join(f"{n},{y}\n" for n, y in zip(names, losses, strict=True)))
    return "my.csv"


@pytest.mark.parametrize(
    ("losses", "reason"),
    [
        ([1.0, 1.2, 1.5, 1.9, 2.4], "losses do not fall: no law of this form fits"),
        ([2.0] * 5, "losses hardly change: no law can be told from a constant"),
        ([2.0, 2.01, 1.99, 2.0, 2.003], "losses hardly change: no law can be told from a constant"),
    ],
)
def test_a_law_that_cannot_hold_predicts_nothing(losses: list[float], reason: str) -> None:
    shown = CliRunner().invoke(app, ["fit", write_points(losses), "--at", "100000"])
    assert shown.exit_code == 0
    assert reason in shown.stdout
    assert "predicted loss at 100,000 examples: none" in shown.stdout
    assert "phase transition" not in shown.stdout
    [curve] = json.loads(CliRunner().invoke(app, ["fit", "my.csv", "--at", "100000", "--json"]).stdout)
    for fit in curve["fits"]:
        assert (fit["cannot_hold"], fit["rmsd_log_loss"], fit["phase_transition_n_samples"]) == (reason, None, None)
        assert fit["predicted"][0]["loss"] is None
        assert (fit["parameters"], fit["objective_value"], fit["at_limit"]) == (None, None, None)


def test_a_fit_without_freedom_has_no_quality() -> None:
    shown = CliRunner().invoke(app, ["fit", write_points([2.0, 1.8, 1.65, 1.55])])
    assert shown.stdout.count("RMSD of log loss: none: 4 sizes and 4 parameters leave no freedom") == 2


def test_a_whole_number_may_be_written_with_a_point() -> None:
    losses = [2.0, 1.8, 1.65, 1.55, 1.5]
    whole = CliRunner().invoke(app, ["fit", write_points(losses), "--json"]).stdout
    sizes = ["100.0", "200.0", "4e2", "800", "1600.0"]
    assert CliRunner().invoke(app, ["fit", write_points(losses, sizes=sizes), "--json"]).stdout == whole
    refused = CliRunner().invoke(app, ["fit", write_points(losses, sizes=["100.5", *sizes[1:]])])
    assert refused.exit_code == 2
    assert "my.csv:2: 'n_samples' must be a whole number, 0 or more, got '100.5'" in refused.stderr


def test_losses_that_scatter_more_than_they_fall_tell_no_law() -> None:
    shown = run(write_points([2.0, 2.3, 1.8, 2.25, 1.9, 2.2, 1.85]))
    assert "losses fall by less than they scatter: no law can be told from a constant" in shown.stdout


def test_exponents_at_a_limit_of_the_search_are_not_determined() -> None:
    shown = run(write_points([2.0, 1.8, 1.6, 1.5])).stdout
    assert "the points do not determine α, β: the best fit is at a limit of what is searched" in shown
    assert "do not determine" not in run(write_points([2.0, 1.8, 1.65, 1.55])).stdout


def test_points_of_one_size_are_said_to_be_fitted_together() -> None:
    shown = run(write_points([2.0, 2.02, 1.8, 1.65, 1.55], sizes=["100", "100", "200", "400", "800"])).stdout
    assert "my: 5 measured points at 4 sizes, those of one size fitted together" in shown
    assert "RMSD of log loss: none: 4 sizes and 4 parameters leave no freedom" in shown


def test_a_spike_is_named_above_the_laws() -> None:
    shown = run(write_points([2.9, 2.8, 9.5, 2.6, 2.5, 2.4])).stdout
    assert "note: one of its measurements (9.5 at 400) is out of line with its others" in shown
