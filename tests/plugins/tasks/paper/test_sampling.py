from __future__ import annotations

from audition_plugins.tasks.paper.sampling import sample


def test_samples_of_one_split_do_not_overlap() -> None:
    from datasets import Dataset

    dataset = Dataset.from_list([{"document": f"d {i}", "summary": "s"} for i in range(100)])
    columns = frozenset({"document"})
    parts = [
        {row.values["document"] for row in sample(dataset, start, 40, "x").rows(columns)}  # type: ignore[union-attr]
        for start in (0, 40)
    ]
    assert [len(part) for part in parts] == [40, 40]
    assert not parts[0] & parts[1]
