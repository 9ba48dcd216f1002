from __future__ import annotations

from fractions import Fraction

from audition.readings.inspection import Lengths, reach, text_lengths
from audition.types import Example


def test_lengths_are_percentiles_that_occur() -> None:
    counted = Lengths.of_counts("input", "words", list(range(1, 101)))
    assert (counted.median, counted.p90, counted.p99, counted.longest) == (50, 90, 99, 100)


def test_words_and_bytes_are_counted_apart() -> None:
    lengths = text_lengths([Example(input="two words", target="你好")])
    assert [(row.of, row.unit, row.longest) for row in lengths] == [
        ("input", "words", 2),
        ("input", "bytes", 9),
        ("target", "words", 1),
        ("target", "bytes", 6),
    ]


def test_a_ratio_works_when_it_offers_enough_sizes() -> None:
    rows = {row.ratio: row for row in reach(d_full=25_600, min_size=50, n_sizes=4)}
    assert rows[Fraction(1, 64)].sizes == (400, 200, 100, 50)
    assert rows[Fraction(1, 64)].is_enough
    assert rows[Fraction(1, 128)].sizes == (200, 100, 50)
    assert not rows[Fraction(1, 128)].is_enough
    assert list(rows) == [Fraction(1, 2**power) for power in range(3, 10)]
