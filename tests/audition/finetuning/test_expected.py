from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from audition.finetuning.expected import latest_prediction, sentence, with_measured
from audition.measuring.ledger import Ledger
from audition.types import Observation


def report(fingerprint: str, predicted: float, **fields: Any) -> dict[str, Any]:  # noqa: ANN401
    rows = [
        {"model": "a", "rank": 1, "predicted_loss": predicted, "interval": [0.9 * predicted, 1.1 * predicted]},
        {"model": "b", "rank": 2, "predicted_loss": 2 * predicted, "interval": None},
        {"model": "c", "rank": None, "predicted_loss": None, "interval": None},
    ]
    whole = {"task": "t", "d_full": 900, "loss_unit": "nats/byte", "strata": [{"ranking": rows}]}
    return {**whole, "provenance": {"task_fingerprint": fingerprint}, **fields}


@pytest.fixture
def ledger() -> Ledger:
    store = Ledger("ledger.db")
    store.add_run("older", Path("older"), report("same", 5.0))
    store.add_run("newer", Path("newer"), report("same", 1.0))
    store.add_run("other", Path("other"), report("other rows", 9.0))
    store.add_run("planned", Path("planned"), report("same", 3.0, strata=[]))
    return store


def test_the_latest_selection_of_the_same_rows_counts(ledger: Ledger) -> None:
    found = latest_prediction(ledger, "a", "same")
    assert found is not None
    assert (found["run"], found["predicted_loss"], found["n_samples"]) == ("newer", 1.0, 900)
    assert [each["model"] for each in found["others"]] == ["b"]


def test_who_was_not_predicted_has_no_prediction(ledger: Ledger) -> None:
    assert latest_prediction(ledger, "c", "same") is None
    assert latest_prediction(ledger, "a", "changed rows") is None


@pytest.mark.parametrize(
    ("measured", "words"),
    [
        (1.05, "1.0500, inside it: the prediction was 4.8% too low."),
        (0.8, "0.8000, outside it: the prediction was 25.0% too high."),
        (1.0, "1.0000, inside it: the prediction was right."),
    ],
)
def test_predicted_stands_beside_measured(ledger: Ledger, measured: float, words: str) -> None:
    found = latest_prediction(ledger, "a", "same")
    assert found is not None
    observation = Observation(model="a", task="t", n_samples=900, loss_per_byte=measured, loss_per_token=4.0)
    both = with_measured(found, observation)
    assert both["error"] == pytest.approx(1.0 / measured - 1)
    said = sentence(both)
    assert said.startswith(f"Predicted 1.0000 (80 % interval 0.9000 to 1.1000), measured {words}")
    assert said.endswith("Of 1 others, none had a lower loss predicted than it reached; the lowest: b 2.0000.")
