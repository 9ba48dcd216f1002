"""What `benchmarks/run.py` measures: each module has `measure(scale)`, which yields rows of ours beside a peer's."""
