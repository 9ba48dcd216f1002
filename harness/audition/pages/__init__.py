"""A run or a benchmark as a page: HTML in one file, which opens from disk and asks nothing of a network. Private."""
