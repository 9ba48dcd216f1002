"""What a run leaves behind: its folder, and its entry in the ledger. Private."""
