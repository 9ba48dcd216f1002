"""The commands that show what a ledger keeps. Private."""
