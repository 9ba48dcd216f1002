"""The paper's three tasks, from the hub."""
