"""How much a selection measures, where a time or a limit on everything together says so. Private."""
