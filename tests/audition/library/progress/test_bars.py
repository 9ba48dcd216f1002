from __future__ import annotations

import io

from rich.console import Console

from audition.library.progress.bars import Bars
from audition.types import Progress
from worlds.headways import seen


def test_a_bar_says_what_is_done_with_a_model() -> None:
    file = io.StringIO()
    bars = Bars(Console(file=file, force_terminal=True, width=80, no_color=True), "nats/byte")
    bars.step(Progress(model="tiny/a", n_samples=200, stage="training", done=1, total=4))
    bars.stop()  # draws once more
    assert "tiny/a" in file.getvalue()
    assert "200 examples: training" in file.getvalue()


def test_a_measurement_leaves_a_line_instead_of_its_bar() -> None:
    file = io.StringIO()
    bars = Bars(Console(file=file, force_terminal=True, width=80, no_color=True), "nats/byte")
    bars.step(Progress(model="tiny/a", n_samples=200, stage="training", done=1, total=4))
    bars.observed(seen("tiny/a", 200, 1.25), False)
    bars.stop()
    assert "tiny/a 200 examples 1.2500 nats/byte (10.0 s, measured)\n" in file.getvalue()
    assert "tiny/a" not in file.getvalue().rpartition("\x1b[2K")[2], "the last picture has no bar of it"


def test_before_anything_is_trained_no_bar_is_drawn() -> None:
    file = io.StringIO()
    bars = Bars(Console(file=file, force_terminal=True, width=80), "nats/byte")
    bars.observed(seen("tiny/a", 200, None, status="crashed", message="[it] broke"), False)
    bars.stop()
    assert file.getvalue() == "tiny/a 200 examples crashed: [it] broke (10.0 s, measured)\n"
