"""The only door to a loss: who pays, where it comes from, where it is kept."""
