"""Processes that measure: a child process a device, and teams of them."""
