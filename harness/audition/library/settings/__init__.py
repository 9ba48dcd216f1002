"""What was asked of a command as a TOML file: read, checked, written. Private."""
