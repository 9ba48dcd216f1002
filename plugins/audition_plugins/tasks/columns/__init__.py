"""Which columns of a row become input and target."""
