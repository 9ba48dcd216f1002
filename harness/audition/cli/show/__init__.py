"""How commands print: progress, tables, outcomes. Private."""
