"""What may be spent, and what fine-tuning will cost. Private."""
