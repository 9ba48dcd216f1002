"""Plugins that each break one promise: proof that every conformance check can fail, and blames nobody else.

Each module has a mapping `BROKEN` from what is broken to the one check that should catch it; None: nothing is broken.
"""
