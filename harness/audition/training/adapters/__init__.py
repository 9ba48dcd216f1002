"""Text to ids to loss: what adapters of decoder-only and of encoder-decoder models share. Private."""
