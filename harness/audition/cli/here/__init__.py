"""The commands that look at this machine and at what its ledger keeps. Private."""
