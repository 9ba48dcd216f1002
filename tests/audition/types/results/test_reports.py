from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from worlds.toy_selections import Opens


def test_a_report_as_json_has_what_is_promised(open_selection: Opens) -> None:
    selection, _ = open_selection("good", "diverges")
    report = selection.run().to_json()
    assert {"task", "selector", "source", "loss_unit", "budget", "d_full", "strata", "spent", "provenance"} <= set(
        report
    )
    row = report["strata"][0]["ranking"][0]
    assert {"rank", "model", "status", "score", "predicted_loss", "measured", "memory"} <= set(row)
    assert {"n_samples", "loss", "loss_per_token", "loss_per_byte", "seconds"} <= set(row["measured"][0])
    assert row["memory"]["measured_bytes"] > 0
    assert report["strata"][0]["ranking"][1]["score"] is None
    assert set(report["spent"]) == {"n_samples", "samples_processed", "flops", "seconds"}
    assert set(report["provenance"]) >= {"recipe", "seeds", "task_fingerprint", "weights", "libraries"}
