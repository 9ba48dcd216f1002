"""One training run, and the grid of runs. Private."""
