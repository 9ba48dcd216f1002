"""Where training runs, with how much memory, and what makes its numbers repeat. Private."""
