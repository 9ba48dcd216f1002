"""The searches for the parameters of a law. Private to `audition.laws`."""
