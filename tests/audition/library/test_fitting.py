from __future__ import annotations

from pathlib import Path

import pytest

from audition import fit
from audition.errors import UsageError
from audition.laws import RectifiedLaw

LAW = RectifiedLaw(b=90.0, d_l=400.0, beta=0.6, e=1.2)
SIZES = [200, 400, 800, 1600, 3200, 6400, 12800]


def test_losses_by_size_and_a_file_are_fitted_alike() -> None:
    losses = {size: float(LAW.loss(size)) for size in SIZES}
    Path("curve.csv").write_text("n_samples,loss\n" + "".join(f"{size},{loss!r}\n" for size, loss in losses.items()))
    given, read = fit(losses, at=[10**6]), fit("curve.csv", at=[10**6])
    assert given.to_frame().drop(columns="model").equals(read.to_frame().drop(columns="model"))


def test_a_law_without_noise_is_found_again_and_foretells_what_it_says() -> None:
    found = fit({size: float(LAW.loss(size)) for size in SIZES}, at=[10**6]).to_frame()
    (rectified,) = found[found["law"] == "rectified"].to_dict("records")
    assert rectified["beta"] == pytest.approx(0.6, rel=1e-3)
    assert rectified["predicted at 1000000"] == pytest.approx(90 / (400 + 10**3.6) + 1.2, rel=1e-4)


def test_both_objectives_are_there_and_one_is_shown() -> None:
    found = fit({size: float(LAW.loss(size)) for size in SIZES}, objective="huber")
    assert {each.objective for fits in found.fits for each in fits} == {"least-squares", "huber"}
    assert {each.objective for fits in found.shown for each in fits} == {"huber"}
    assert found.plot().to_svg().count("<path") > 1


def test_too_few_sizes_are_refused_in_one_line() -> None:
    with pytest.raises(UsageError, match="curve 'curve'"):
        fit({200: 3.0, 400: 2.0})
