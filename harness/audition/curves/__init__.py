"""Loss curves that somebody measured: read, checked, fitted."""
