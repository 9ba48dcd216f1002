from __future__ import annotations

from audition.checkup.libraries import check_libraries


def test_a_library_that_is_missing_or_too_old_is_named() -> None:
    check = check_libraries(
        [
            "numpy>=999; extra == 'train'",
            "no-such-thing>=1; extra == 'train'",
            "torch>=1; extra == 'train'",
            "another-thing>=1; extra == 'dev'",
            "numpy>=1",
        ]
    )
    assert check.verdict == "warning"
    assert check.facts["wrong"] == ["no-such-thing", "numpy"]
    assert "(needs >=999), no no-such-thing" in check.found


def test_what_tests_run_with_is_all_there() -> None:
    assert check_libraries().verdict == "ok"
