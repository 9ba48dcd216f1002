"""Fine-tune the winner on everything, with the settings that the selection found. Private."""
